"""`grade fixtures`: what is kept is forgotten only for what can be computed again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import grader
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


def test_what_is_counted(
    course_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Protects the number of fixtures from what grading remembers beside them, which is no network's answer."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(course_copy)
    Store().keep("ab" * 32, 1, {"assignment": "other", "part": "mean"})
    Store().keep("cd" * 32, {"mistakes": [], "answers": {}}, {"assignment": "tiny", "answers": 0})
    assert fixtures_command("tiny", "cpu", rebuild=False, prune=False) == 0
    assert "1 fixture, 0 computed now" in capsys.readouterr().out


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


@pytest.mark.parametrize("option", ["--rebuild", "--prune"])
def test_fixtures_of_another_user(
    course_copy: Path,
    tmp_path: Path,
    ordinary_user: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    option: str,
) -> None:
    """Protects who shares a cache from a traceback: what another has put there is his, and what helps is told."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    Store().keep("ab" * 32, 1, {"assignment": "tiny", "part": "mean"})
    shelf = tmp_path / "cache" / "fixtures" / "ab"
    shelf.chmod(0o555)
    code = "import grader.cli.fixtures as own; own.MOST_BYTES = 0; from grader.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, "fixtures", *(["tiny"] if option == "--rebuild" else []), option],
        cwd=course_copy,
        env=os.environ | {"PYTHONPATH": str(Path(grader.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
        **ordinary_user,
    )
    shelf.chmod(0o755)
    assert done.returncode == 2, done.stderr
    assert f"{option}: {shelf / ('ab' * 32)} cannot be removed: Permission denied" in done.stderr
    assert "set GRADER_CACHE" in done.stderr


@pytest.mark.parametrize("option", ["--prune", ""])
def test_a_cache_that_may_not_be_looked_into(
    course_copy: Path, tmp_path: Path, ordinary_user: dict[str, Any], option: str
) -> None:
    """Protects whom `su` or a container has left with root's HOME: of its cache there is nothing to show or to remove."""
    home = tmp_path / "home"
    home.mkdir(mode=0)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "grader", "fixtures", *filter(None, [option])],
        cwd=course_copy,
        env=os.environ | {"GRADER_CACHE": str(home / "cache"), "PYTHONPATH": str(Path(grader.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
        **ordinary_user,
    )
    home.chmod(0o700)
    assert done.returncode == 0, done.stderr
    assert "0 fixtures" in done.stdout
