"""What `grade validate` says of a course whose own files are not right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.cli.main import run_main
from grader.course.assignment import open_assignment
from grader.errors import SpecificationError
from grader.judge.judge import Judge, JudgePlan
from grader.sandbox.wall import NoWall
from grader.validate.validation import Validator

MakeValidator = Callable[[], Validator]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(course_copy: Path) -> Path:
    """The tiny assignment, to be changed."""
    return course_copy / "assignments" / "tiny"


@pytest.fixture
def make_validator(folder: Path) -> MakeValidator:
    """A validator of the assignment as it stands then; what needs a sandbox cannot be checked with it."""

    def make() -> Validator:
        plan = JudgePlan(open_assignment(folder), NoWall(), (), "en")
        return Validator(Judge(plan), lambda seed: Judge(replace(plan, seed=seed)))

    return make


def change(path: Path, old: str, new: str) -> None:
    """Exchange a text of a file that is there."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


# -- files that are not whole -----------------------------------------------------------------------------------------


@pytest.mark.wall
@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "../../reference/tiny.py",
            "def count_words",
            "def number_of_words",
            "reference/tiny.py: there is no function count_words(text), the right answer to part 'words'",
        ),
        (
            "misconceptions.py",
            'part="words"',
            'part="word"',
            "misconceptions.py: misconception words.case: there is no part 'word'; there are mean, clamp, words",
        ),
        ("survivors.yaml", "", "a: [b", "survivors.yaml: is not YAML: while parsing a flow sequence in line 1, column 4"),
        ("survivors.yaml", "", "- a", "survivors.yaml: must map mutants to the reasons"),
    ],
    ids=["reference", "misconceptions", "no YAML", "no mapping"],
)
def test_a_file_that_is_not_whole(
    folder: Path, capsys: pytest.CaptureFixture[str], file: str, old: str, new: str, said: str
) -> None:
    """Protects an author from a traceback: the file and what is missing are named, with the exit status of a usage error."""
    path = folder / file
    if not path.exists():
        path.touch()
    change(path, old, new)
    assert run_main(["validate", str(folder)]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_explanations_are_read_first(folder: Path, make_validator: MakeValidator) -> None:
    """Protects the minutes of an author: a malformed file is told before anything is run."""
    (folder / "survivors.yaml").write_text("x: 1\nx: 2\n")
    with pytest.raises(SpecificationError, match="the key 'x' stands twice in line 2"):
        make_validator()
