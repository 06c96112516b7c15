"""Folders of graders that were killed go with the next run, and nobody else's."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader.sandbox import scratch
from grader.sandbox.scratch import make_scratch, remove_abandoned

pytestmark = pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="a process is looked up in /proc")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left_by_another() -> Path:
    """The folder of a process that has ended without removing it; there is something in it."""
    program = "from grader.sandbox.scratch import make_scratch; print(make_scratch())"
    environment = {**os.environ, "TMPDIR": tempfile.gettempdir()}
    said = subprocess.run([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    folder = Path(said.stdout.strip())
    (folder / "work" / "deep").mkdir(parents=True)
    (folder / "work" / "file").write_text("")
    return folder


def test_a_dead_graders_folder_goes(temporary: Path) -> None:
    """Protects the disk: SIGKILL lets nobody tidy up. Whoever still runs keeps what is theirs."""
    mine, dead = make_scratch(), left_by_another()
    assert remove_abandoned() == 1
    assert (mine.exists(), dead.exists()) == (True, False)
    assert remove_abandoned() == 0


def test_what_is_not_this_users_to_remove(temporary: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Protects other hosts and containers with the same directory, where a pid means another process, and from links."""
    elsewhere = left_by_another().rename(tmp_path_factory.mktemp("elsewhere") / "theirs")
    dead = "-".join(["grader", scratch._machine(), "4194303", "x"])  # beyond the pids of most machines
    (temporary / dead).symlink_to(elsewhere)
    (temporary / f"grader-{'0' * 12}-4194303-x").mkdir()
    (temporary / "grader-notes").mkdir()
    before = sorted(temporary.iterdir())
    assert remove_abandoned() == 0
    assert (sorted(temporary.iterdir()), (elsewhere / "work" / "file").exists()) == (before, True)


def test_another_users_folder(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects whoever grades as root on a machine of many."""
    left = left_by_another()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert remove_abandoned() == 0
    assert left.exists()
