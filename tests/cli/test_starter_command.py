"""`grade starter`, and what `grade validate` and `grade release` say of a starter that is not current."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli.main import run_main
from grader.course.assignment import open_assignment
from grader.errors import SpecificationError
from grader.judge.judge import Judge, JudgePlan
from grader.release.bundle import build_bundle
from grader.sandbox.wall import NoWall
from grader.validate.validation import Validator

MASTER = '''\
"""Numbers and words: fill in the three functions."""


def mean(values):
    ### BEGIN SOLUTION
    return sum(values) / len(values)
    ### END SOLUTION


def clamp(value, low, high):
    ### BEGIN SOLUTION
    return max(low, min(high, value))
    ### END SOLUTION


def count_words(text):
    ### BEGIN SOLUTION
    words = text.lower().split()
    return {word: words.count(word) for word in words}
    ### END SOLUTION
'''


@pytest.fixture
def lab(course_copy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny assignment with a master, and its folder as the working one."""
    folder = course_copy / "assignments" / "tiny"
    (folder / "master").mkdir()
    (folder / "master" / "tiny.py").write_text(MASTER)
    monkeypatch.chdir(folder)
    return folder


def test_write_and_check(lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects the way of an author: told that it is not current, written, current; the check writes nothing."""
    before = (lab / "starter" / "tiny.py").read_bytes()
    assert run_main(["starter", "--check"]) == 1
    assert "tiny.py: not current" in capsys.readouterr().out
    assert (lab / "starter" / "tiny.py").read_bytes() == before
    assert run_main(["starter"]) == 0
    assert "tiny.py: written" in capsys.readouterr().out
    assert "return" not in (lab / "starter" / "tiny.py").read_text()
    assert run_main(["starter", "tiny", "--check"]) == 0
    assert "tiny.py: current" in capsys.readouterr().out


def test_without_a_master(course_copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects exit status 2: where the master is looked for is said."""
    monkeypatch.chdir(course_copy)
    assert run_main(["starter"]) == 2
    assert "master: there is no notebook and no module" in capsys.readouterr().err


def test_validate_and_release(lab: Path) -> None:
    """Protects students from a starter that has drifted: both say so; then the master's solution is graded, too."""
    folder = open_assignment(lab)
    plan = JudgePlan(folder, NoWall(), (), "en")
    with Judge(plan) as judge:
        validator = Validator(judge, lambda _seed: judge.material)
        assert validator.check_current().shortfalls == ("tiny.py: run grade starter",)
        with pytest.raises(SpecificationError, match="is not what the master makes it"):
            build_bundle(folder)
        assert run_main(["starter"]) == 0
        assert validator.check_current().holds
        assert validator.check_full_marks("master", folder.master).holds
        assert "tiny.py" in build_bundle(folder)
        (lab / "master" / "tiny.py").write_text(MASTER.replace("sum(values)", "max(values)"))
        assert not validator.check_full_marks("master", folder.master).holds
