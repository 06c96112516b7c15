"""Which parts a change of a test, of a file that tests share, or of the reference concerns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course.assignment import open_assignment
from grader.course.dependencies import PartDigests, part_digests, shared_digest

TESTS = [
    ("public/test_mean.py::test_three_numbers", "mean"),
    ("public/test_clamp.py::test_inside", "clamp"),
    ("public/test_words.py::test_repeated_word", "words"),
    ("hidden/test_mean.py::test_fractions", "mean"),
    ("hidden/test_clamp.py::test_outside", "clamp"),
    ("hidden/test_words.py::test_case", "words"),
]
ALL = {"mean", "clamp", "words"}
Change = Callable[[str, str], set[str]]


@pytest.fixture
def place(course_copy: Path) -> Path:
    """The tiny assignment's folder, to be changed."""
    return course_copy / "assignments" / "tiny"


@pytest.fixture
def change(place: Path) -> Change:
    """`change(file, text)`: add text to a file; the parts that this concerns, all when a shared file has changed."""

    def state() -> tuple[str, PartDigests]:
        folder = open_assignment(place)
        return shared_digest(folder), part_digests(folder, TESTS)

    def make(file: str, text: str) -> set[str]:
        shared, before = state()
        path = place / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text() if path.is_file() else "") + text)
        now, after = state()
        differ = {p for p in ALL if before.tests[p] != after.tests[p] or before.reference[p] != after.reference[p]}
        return differ if now == shared else ALL

    return make


@pytest.mark.parametrize(
    ("file", "text", "parts"),
    [
        ("tests/hidden/test_mean.py", "# a remark\n", {"mean"}),
        ("tests/public/test_words.py", "# a remark\n", {"words"}),
        ("tests/hidden/conftest.py", "# a remark\n", ALL),
        ("tests/helpers.py", "x = 1\n", ALL),
        ("tests/hidden/numbers.json", "[]", ALL),
        ("tests/hidden/test_nothing.py", "x = 1\n", ALL),
        ("comparison.py", "# a remark\n", ALL),
        ("misconceptions.py", "# a remark\n", ALL),
        ("misconceptions/mean.py", "# a remark\n", ALL),
        ("assignment.yaml", "pass_score: 50\n", ALL),
        ("assignment.yaml", "deadline: 2030-01-01T12:00:00+00:00\n", set()),
        ("../../reference/tiny.py", "# a remark\n", set()),
        ("../../reference/tiny.py", "\n\ndef clamp(value, low, high):\n    return value\n", {"clamp"}),
        ("starter/tiny.py", "# a remark\n", set()),
        ("survivors.yaml", "# a remark\n", set()),
    ],
)
def test_whom_a_change_concerns(change: Change, file: str, text: str, parts: set[str]) -> None:
    """Protects both sides: no old verdict where something is new, and no part graded again that has nothing to do with it."""
    assert change(file, text) == parts


def test_a_module_that_another_one_mentions(change: Change, place: Path) -> None:
    """Protects tests that take a helper from another test module, however they come to it."""
    with (place / "tests" / "hidden" / "test_words.py").open("a") as stream:
        stream.write("# reads test_clamp.py\n")
    assert change("tests/hidden/test_clamp.py", "# a remark\n") == {"clamp", "words"}
    with (place / "comparison.py").open("a") as stream:
        stream.write("# as test_mean.py does\n")
    assert change("tests/hidden/test_mean.py", "# a remark\n") == ALL


def test_an_answer_that_a_file_may_keep(change: Change, place: Path) -> None:
    """Protects from a cache between tests: the second asks nothing that the judge could see, and depends on it all the same."""
    (place / "tests" / "conftest.py").write_text("@cache\ndef known(reference):\n    return reference.mean([1])\n")
    assert change("../../reference/tiny.py", "\n\ndef mean(values):\n    return 0\n") == ALL
    assert change("../../reference/tiny.py", "\n\ndef clamp(value, low, high):\n    return 1\n") == {"clamp"}


def test_a_test_that_looks_into_the_reference(change: Change, place: Path) -> None:
    """Protects from a test that takes more of the reference than its answers."""
    with (place / "tests" / "hidden" / "test_words.py").open("a") as stream:
        stream.write("def known(reference):\n    return reference.module\n")
    assert change("../../reference/tiny.py", "\n\ndef mean(values):\n    return 0\n") == {"mean", "words"}
