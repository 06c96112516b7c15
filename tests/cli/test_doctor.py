"""`grade doctor` says what works here, and what to do about what does not."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import grader
from grader.cli import doctor
from grader.cli.main import run_main
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.gpu import Gpu
from grader.sandbox.landlock_wall import LandlockWall
from grader.sandbox.quota import Quota
from grader.sandbox.selftest import Trial

WHAT = ("Python", "Wall", "Landlock", "Limits", "GPU", "Weights", "Workers")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test's own, and a wide terminal."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "400")
    return tmp_path


@pytest.mark.wall
def test_on_a_machine_that_can_grade(capsys: pytest.CaptureFixture[str]) -> None:
    """Protects exit status 0, a row for each thing, and which bubblewrap is used."""
    assert run_main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert [name for name in WHAT if name not in said] == []
    assert "bubblewrap (system" in said or "bubblewrap (wheel" in said


@pytest.mark.parametrize("found", [None, Path("/nowhere/bwrap")], ids=["not there", "broken"])
def test_on_a_machine_without_a_wall(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], found: Path | None
) -> None:
    """Protects exit status 1 and the remedy, also for the rows below that one."""
    monkeypatch.setattr(Bubblewrap, "find", classmethod(lambda cls: None if found is None else Bubblewrap(found, "test")))
    monkeypatch.setattr(LandlockWall, "problem", lambda self: "this kernel has none")
    assert run_main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "install the package bubblewrap" in said if found is None else "allow unprivileged user namespaces" in said
    assert [name for name in WHAT if name not in said] == []


def test_the_wall_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects an exit status that fits the table: it comes from the row that is shown, and nobody waits for a second try."""
    findings = iter([doctor.Finding("Wall", True, "one that holds now, and not the next time")])
    monkeypatch.setattr(doctor, "wall", lambda: next(findings))
    assert run_main(["doctor"]) == 0


@pytest.mark.wall("landlock")
def test_on_a_machine_with_the_weaker_wall_alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects exit status 0 where others' work can be graded, and the remedy for the stronger wall."""
    monkeypatch.setattr(Bubblewrap, "find", classmethod(lambda cls: Bubblewrap(Path("/nowhere/bwrap"), "test")))
    assert run_main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "the weaker one, landlock" in said
    assert "allow unprivileged user namespaces" in said


@pytest.mark.wall("landlock")
def test_what_of_the_weaker_wall_does_not_work_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Protects root from relying on a line of defence that is not there, in both rows that name the wall."""
    monkeypatch.setattr(Bubblewrap, "find", classmethod(lambda cls: None))
    monkeypatch.setattr(LandlockWall, "weakness", lambda self: "submissions keep root's user id")
    assert run_main(["doctor"]) == 0
    assert capsys.readouterr().out.count("submissions keep root's user id") == 2


# -- the self-test ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.wall(kind)) for kind in ("bubblewrap", "landlock")])
def test_the_attack_on_a_wall_that_holds(capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """Protects exit status 0, and the table: what was tried, what was expected, what happened."""
    assert run_main(["doctor", "--attack", "--sandbox", kind]) == 0
    said = capsys.readouterr().out
    assert f"Wall: {kind}" in said
    assert all(heading in said for heading in ("Tried", "Expected", "Happened"))
    assert "All 16 were kept in." in said
    assert "GOT THROUGH" not in said


@pytest.mark.wall("landlock")
def test_the_attack_on_a_wall_that_sees_a_full_folder_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Protects the trials after that of the disc: whoever looks in time ends the submission that filled its folder."""
    monkeypatch.setattr("grader.sandbox.guard.Quota", functools.partial(Quota, seconds=0.0005))
    assert run_main(["doctor", "--attack", "--sandbox", "landlock"]) == 0
    assert "All 16 were kept in." in capsys.readouterr().out


def test_the_attack_where_there_is_no_wall(capsys: pytest.CaptureFixture[str]) -> None:
    """Protects the self-test from a probe that never gets anything: without a wall it does, says so, and leaves nothing."""
    assert run_main(["doctor", "--attack", "--sandbox", "none"]) == 1
    said = capsys.readouterr().out
    through = [line for line in said.splitlines() if "GOT THROUGH" in line]
    for tried in ("read a file", "change a file", "end another process", "connect to a server", "leave files"):
        assert any(tried in line for line in through), said
    assert not any(Path(folder, "left-by-self-test").exists() for folder in ("/tmp", "/dev/shm", "/var/tmp", Path.home()))


def test_a_wall_without_an_attack(capsys: pytest.CaptureFixture[str]) -> None:
    """Protects from a table of every wall that is taken for the one that was named."""
    assert run_main(["doctor", "--sandbox", "landlock"]) == 2
    assert "help: grade doctor --attack --sandbox landlock" in capsys.readouterr().err


@pytest.mark.wall
def test_what_gets_through_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects the instructor's terminal from what a probe's answer could hold, and exit status 1 from the other rows."""
    trials = [Trial("one", "refused", ""), Trial("another", "refused", "\x1b]0;owned\x07[red]x")]
    monkeypatch.setattr(doctor, "attack", lambda wall: iter(trials))
    assert run_main(["doctor", "--attack"]) == 1
    said = capsys.readouterr().out
    assert "1 of 2 got through." in said
    assert "\x1b]0" not in said
    assert "[red]x" in said


def test_what_is_cached(cache: Path) -> None:
    """Protects the numbers of the cache."""
    (cache / "weights").mkdir()
    (cache / "weights" / "a.pth").write_bytes(b"0" * (3 << 20))
    finding = doctor.weights()
    assert finding.good
    assert f"cache {cache}: 1 file, 3 MB" in finding.text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_cache_that_cannot_be_written(cache: Path) -> None:
    """Protects the remedy for a home that is read-only."""
    cache.chmod(0o500)
    finding = doctor.weights()
    assert not finding.good
    assert "GRADER_CACHE" in finding.remedy


def test_a_cache_in_somebody_elses_home(tmp_path: Path, ordinary_user: dict[str, Any]) -> None:
    """Protects the remedy for whom `su` or a container has left with root's HOME: its cache may not even be looked at."""
    home = tmp_path / "home"
    home.mkdir(mode=0)
    code = "from grader.cli import doctor; found = doctor.weights(); print(found.good, found.remedy)"
    environment = os.environ | {
        "GRADER_CACHE": str(home / ".cache" / "lab-grader"),
        "PYTHONPATH": str(Path(grader.__file__).parents[1]),
    }
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=environment, capture_output=True, text=True, check=False, **ordinary_user
    )
    home.chmod(0o700)
    assert done.stdout == "False set GRADER_CACHE to a folder that can be written\n", done.stderr


def test_no_gpu_is_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects machines without a GPU from a warning, and the start of `grade doctor` from importing torch there."""
    monkeypatch.setattr(doctor, "find_gpu", Gpu)
    assert doctor.gpu().good is None


def test_as_a_process(grade: Callable[..., Any]) -> None:
    """Protects the command itself."""
    finished = grade("doctor")
    assert finished.status in (0, 1)
    assert "Workers" in finished.stdout
