"""What went wrong is told as data, and whose fault it was."""

from __future__ import annotations

from pathlib import PurePath, PurePosixPath, PureWindowsPath

import pytest

from grader.guest.failures import describe, fault_of

SUBMITTED = PurePosixPath("/submitted")


def fault(source: str, filename: str, folder: PurePath = SUBMITTED) -> str:
    """Of code that raises, in a file of this name; the submission's folder is `/submitted`."""
    with pytest.raises(Exception) as caught:
        exec(compile(source, filename, "exec"), {})
    return fault_of(caught.value, folder)


def test_the_graders_own_failure() -> None:
    """Protects students from a bug of the grader, whose place is told to who can mend it."""
    assert fault("\n{}['a']", "/somewhere/grader/guest/inventory.py") == "KeyError: 'a' (inventory.py:2)"


@pytest.mark.parametrize(
    ("source", "filename"),
    [
        ("1 / 0", "<cell 3>"),
        ("1 / 0", "/submitted/helper.py"),
        ("raise MemoryError", "/somewhere/grader/guest/inventory.py"),
        ("raise OSError(24, 'too many open files')", "/somewhere/grader/guest/footprint.py"),
    ],
)
def test_the_submissions_own_doing(source: str, filename: str) -> None:
    """Protects the verdict `crashed`: what the submission's own code raised, or comes of what it has used up, is its own."""
    assert fault(source, filename) == ""


def test_whose_it_was_on_windows() -> None:
    """Protects the same verdicts from the other separator: a student's own failure was told as the grader's."""
    folder = PureWindowsPath("C:\\submitted")
    assert fault("1 / 0", "C:\\submitted\\helper.py", folder) == ""
    assert fault("\n{}['a']", "C:\\submitted too\\guest\\inventory.py", folder) == "KeyError: 'a' (inventory.py:2)"


class Odd(Exception):
    """An error whose message cannot be made."""

    def __str__(self) -> str:
        raise ValueError


def test_an_error_without_words() -> None:
    """Protects the telling itself from such an error."""
    with pytest.raises(Odd) as caught:
        raise Odd
    assert "its message could not be made" in fault_of(caught.value, SUBMITTED)


def test_where_a_library_is_installed() -> None:
    """Protects whoever grades from telling a student the folders of the machine: Python itself writes them into the message."""
    for library in ("pytest", "json"):
        with pytest.raises(ImportError, match="/") as caught:
            exec(f"from {library} import no_such_name")
        found = describe(caught.value, {})["message"]
        assert found == f"cannot import name 'no_such_name' from '{library}' ({library}/__init__.py)"
