"""`grade fixtures`: what is kept is forgotten only for what can be computed again."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli.fixtures import fixtures_command
from grader.errors import UsageError
from grader.fixtures.store import Store


def test_a_mistyped_name_forgets_nothing(course_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects hours of computing from `--rebuild` with a name that no assignment has, and those of other assignments."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(course_copy)
    Store().keep("ab" * 32, 1, {"assignment": "tiny", "part": "mean"})
    Store().keep("cd" * 32, 2, {"assignment": "other", "part": "mean"})
    with pytest.raises(UsageError, match="did you mean 'tiny'"):
        fixtures_command("tinny", "cpu", rebuild=True, prune=False)
    with pytest.raises(UsageError, match="no device 'cdua'"):
        fixtures_command("tiny", "cdua", rebuild=True, prune=False)
    with pytest.raises(UsageError, match="takes no name and no --rebuild"):
        fixtures_command("tiny", "cpu", rebuild=False, prune=True)
    assert Store().find("ab" * 32) == (True, 1)
    assert fixtures_command("tiny", "cpu", rebuild=True, prune=False) == 0
    assert Store().find("ab" * 32) == (False, None)
    assert Store().find("cd" * 32) == (True, 2)


def test_a_reference_that_fails_is_told(
    course_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Protects a nightly job from "all computed" by a reference that raises: which tests, where it fails, and status 1."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(course_copy)
    reference = course_copy / "reference" / "tiny.py"
    assert fixtures_command("tiny", "cpu", rebuild=False, prune=False) == 0
    assert capsys.readouterr().err == ""
    with reference.open("a") as stream:
        stream.write("\n\ndef clamp(value, low, high):\n    raise RuntimeError('no network here')\n")
    assert fixtures_command("tiny", "cpu", rebuild=False, prune=False) == 1
    told = capsys.readouterr().err
    assert "tiny: hidden/test_clamp.py" in told
    assert "no network here" in told
