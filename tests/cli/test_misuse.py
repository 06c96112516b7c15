"""Places that were named and cannot be used are the user's mistake: a sentence and status 2; other places stay the grader's."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import grader
from grader.cli.main import run_main
from grader.cli.misuse import unusable_place
from grader.results import AssignmentSummary, GraderSummary, Results


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: empty results, a file, a folder, a pipe."""
    summary = AssignmentSummary(id="tiny", title="Tiny", max_score=1)
    (tmp_path / "results.json").write_text(Results(grader=GraderSummary(version="0"), assignment=summary).to_json())
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "results.json", "--to", "csv", "-o", "file"], "file cannot be used: there is a file of that name"),
        (["export", "results.json", "--to", "csv", "--out=file/x"], "file/x cannot be used: Not a directory"),
        (["diff", "results.json", "results.json", "--json", "/proc/x"], "/proc/x cannot be used: No such file"),
        (["diff", "results.json", "results.json", "--json", "folder"], "--json: folder is a folder; name a file in it"),
        (["diff", "results.json", "results.json", "--json", "pipe"], "--json: pipe is a device or a pipe; name a file"),
        (["diff", "results.json", "results.json", "--json", "/dev/stdout"], "--json: /dev/stdout is a device or a pipe"),
        (["grades", "--csv", "/dev/fd/1"], "--csv: /dev/fd/1 is a device or a pipe"),
        (["grades", "--json", "pipe"], "--json: pipe is a device or a pipe"),
        (["validate", "{tiny}", "--json", "file/x.json"], "--json: file is not a folder"),
        (["check", "{tiny}/../../submissions/tiny/anna", "--html", "pipe"], "--html: pipe is a device or a pipe"),
        (["diff", "results.json", "results.json", "--json", f"{'x' * 300}"], "x cannot be used: File name too long"),
        (["package", "{tiny}", "--for", "gradescope", "--out", "file/x.zip"], "--out: file is not a folder"),
        (["package", "{tiny}", "--for", "gradescope", "--out", "pipe"], "--out: pipe is a device or a pipe"),
        (["run", "{tiny}/../../submissions", "-o", "/proc/xx"], "/proc/xx cannot be used: No such file"),
        (["check", "{tiny}/../../submissions/tiny/anna", "--html", "file/x.html"], "--html: file is not a folder"),
    ],
)
def test_a_place_that_cannot_be_written(
    here: Path, tiny_course: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """Protects from a traceback for a mistyped place, whichever command it was given to."""
    tiny = tiny_course / "assignments" / "tiny"
    assert run_main([argument.format(tiny=tiny) for argument in arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_fault_of_the_grader_stays_one(here: Path) -> None:
    """Protects a bug from being told as the user's mistake: only what was named, or lies in it, is theirs."""
    own = OSError(errno.ENOENT, os.strerror(errno.ENOENT), "/opt/grader/templates/class.html")
    arguments = ["run", "submissions", "--quiet", "-o", "report"]
    assert unusable_place(own, arguments) is None
    assert unusable_place(OSError(errno.EIO, "broken", str(here / "report")), arguments) is None
    assert unusable_place(OSError(errno.EACCES, "no", str(here / "elsewhere")), arguments) is None
    for theirs in ("report", str(here / "report" / "index.html"), str(here / "submissions")):
        assert unusable_place(OSError(errno.EACCES, "no", theirs), arguments) is not None


def test_memory_that_does_not_suffice(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects an instructor from a traceback where the grader itself ran out of memory: words, and the status of a fault."""

    def exhausted(*_arguments: object) -> int:
        raise MemoryError

    monkeypatch.setattr("grader.cli.run.run_command", exhausted)
    assert run_main(["run", "anything"]) == 1
    assert "memory" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "similar"])
def test_a_folder_mistyped_after_its_command(command: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects who types the command too from being told less than who leaves it out."""
    (here / "submissions").mkdir()
    for typed in ("submisions", "./submisions"):
        assert run_main([command, typed]) == 2
        assert f"there is no folder {Path(typed)}; did you mean submissions?" in capsys.readouterr().err
    assert run_main([command, "nothing-like-it"]) == 2
    assert "did you mean" not in capsys.readouterr().err


def run_in(folder: Path, before: str, *arguments: str, **user: Any) -> tuple[int, str]:
    """Status and standard error of a `grade` in a folder to which a shell does something `before`."""
    command = ["sh", "-c", f'{before}; exec "$@"', "sh", sys.executable, "-P", "-m", "grader", *arguments]
    environment = os.environ | {"PYTHONPATH": str(Path(grader.__file__).parents[1])}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, **user)
    return done.returncode, done.stderr


def test_a_working_folder_that_is_closed(tmp_path: Path, tiny_course: Path, ordinary_user: dict[str, Any]) -> None:
    """Protects who types `sudo -u teacher grade run ...` at home from a traceback, and from workers that die one by one."""
    (closed := tmp_path / "closed").mkdir(mode=0 if ordinary_user else 0o700)
    for jobs in ("1", "2"):
        arguments = ["run", str(tiny_course / "submissions"), "-o", str(tmp_path / "out"), "-j", jobs]
        status, said = run_in(closed, "chmod 000 . 2>&-", *arguments, **ordinary_user)
        closed.chmod(0o700 if not ordinary_user else 0)
        assert (status, "closed to this user" in said, "Traceback" in said) == (2, True, False), said
    assert run_in(closed, "chmod 000 . 2>&-", "--version", **ordinary_user)[0] == 0
    closed.chmod(0o700)


def test_a_working_folder_that_is_gone(tmp_path: Path) -> None:
    """Protects who has removed the folder that a terminal is in from a traceback."""
    (gone := tmp_path / "gone").mkdir()
    assert run_in(gone, "rmdir ../gone", "grades") == (2, "grade: the working folder is gone\n  help: go into another one\n")
