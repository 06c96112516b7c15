"""What bounds a submission ends it when it fails itself, and is not left behind half made."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.course.specification import Limits
from grader.errors import SandboxFault
from grader.sandbox import cgroups, guard, session, watchdog
from grader.sandbox.cgroup_place import find_place
from grader.sandbox.quota import Quota
from grader.sandbox.wall import Wall

from .conftest import Place, call

SLEEPING = """
def probe():
    time.sleep(600)
"""


@pytest.fixture
def process() -> Iterator[int]:
    """A process to guard."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as started:
        yield started.pid
        started.kill()


def test_a_watchdog_that_fails_is_the_graders_fault(monkeypatch: pytest.MonkeyPatch, place: Place) -> None:
    """Protects a student from a zero for what the grader's watchdog could not do, and the machine from work without a limit."""
    monkeypatch.setattr(guard, "_groups_work", lambda: False)
    with place.session(SLEEPING) as (opened, _):
        monkeypatch.setattr(watchdog, "_tasks", lambda _process: 1 // 0)
        with pytest.raises(SandboxFault, match="could not be watched"):
            call(opened)


def test_a_quota_that_fails_is_the_graders_fault(monkeypatch: pytest.MonkeyPatch, place: Place, wall: Wall) -> None:
    """Protects the same where the folder that was lent can no longer be measured."""
    if wall.name != "landlock":
        pytest.skip("no folder is lent")
    with place.session(SLEEPING) as (opened, _):
        monkeypatch.setattr(Quota, "look", lambda self: 1 // 0)
        with pytest.raises(SandboxFault, match="could not be watched"):
            call(opened)


def test_without_a_guard_no_session_is_left(monkeypatch: pytest.MonkeyPatch, place: Place) -> None:
    """Protects the machine from a submission's process, and its folder, that nobody ends because nobody holds the session."""

    def refuse(*_arguments: object) -> guard.Guard:
        raise OSError("no room for a control group")

    with monkeypatch.context() as patch:
        patch.setattr(session, "guard", refuse)
        with pytest.raises(SandboxFault, match="no room for a control group"):
            place.template.open(place.limits)
    assert place.template.lent == {}
    assert place.look("def probe(): return 7") == 7


def test_no_control_group_is_left_without_its_process(monkeypatch: pytest.MonkeyPatch, process: int) -> None:
    """Protects the machine's control groups from those into which nothing could be moved."""
    if cgroups.available().startswith("none"):
        pytest.skip("no control groups")

    def refuse(*_arguments: object) -> None:
        raise OSError("refused")

    monkeypatch.setattr(guard.ControlGroup, "add", refuse)
    before = _groups()
    with pytest.raises(OSError, match="refused"):
        guard.guard(process, Limits())
    assert _groups() == before


def _groups() -> set[Path]:
    return {path for folder in find_place().folders() for path in folder.glob(f"grade-*-{os.getpid()}-*")}


def test_no_watchdog_is_left_without_its_folder(monkeypatch: pytest.MonkeyPatch, process: int, tmp_path: Path) -> None:
    """Protects the run from threads that look for ever at what nobody asks about."""
    monkeypatch.setattr(guard, "_groups_work", lambda: False)
    with pytest.raises(FileNotFoundError):
        guard.guard(process, Limits(), str(tmp_path / "gone"))
    assert not [thread for thread in threading.enumerate() if thread.name == f"watchdog of {process}"]
