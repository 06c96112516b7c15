"""Which wall is built: the strongest that works here, the one that was named, none only when that was said."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import get_args

import pytest

from grader.cli.main import Sandbox
from grader.errors import WallError
from grader.sandbox import landlock_wall
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.choice import WALLS, choose_wall, try_wall
from grader.sandbox.landlock_wall import LandlockWall
from grader.sandbox.wall import NoWall


def test_the_systems_bubblewrap_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects machines whose administrator installed one, perhaps the only one that is allowed."""
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = Bubblewrap.find()
    assert found == Bubblewrap(program, "system")
    assert found.problem() == ""


def test_the_wheels_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects machines without one, where `pip install` brought it."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    found = Bubblewrap.find()
    assert found is not None
    assert (found.origin, found.program.name) == ("wheel", "bwrap")


def test_the_command_line_offers_every_wall() -> None:
    """Protects a new wall from being one that nobody can name, and `--sandbox` from a word that stands for none."""
    assert get_args(Sandbox) == ("auto", *WALLS, NoWall().name)
    built = [(name, wall) for name, (wall, _problem) in ((name, try_wall(name)) for name in WALLS) if wall is not None]
    assert [name for name, wall in built if (wall.name, wall.confines) != (name, True)] == []
    assert NoWall().problem() == ""


def test_none_must_be_said() -> None:
    """Protects others' work from running without a wall: only the word `none` gives none."""
    assert isinstance(choose_wall("none"), NoWall)
    assert not choose_wall("none").confines


@pytest.mark.parametrize("kind", ["auto", "bubblewrap"])
@pytest.mark.parametrize("found", [None, "broken"])
def test_no_wall_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, found: str | None) -> None:
    """Protects the words for a machine that cannot build one: the reason, and every remedy."""
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: Creating new namespace failed' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(Bubblewrap, "find", classmethod(lambda cls: None if found is None else Bubblewrap(program, "test")))
    monkeypatch.setattr(LandlockWall, "problem", lambda self: "this kernel has none")
    with pytest.raises(WallError, match="was not found" if found is None else "Creating new namespace failed") as raised:
        choose_wall(kind)
    assert all(
        word in raised.value.remedy for word in ("sysctl", "seccomp=unconfined", "systempaths=unconfined", "--sandbox none")
    )


@pytest.mark.wall("landlock")
def test_the_strongest_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a machine without user namespaces from grading without a wall, and one with them from the weaker wall."""
    monkeypatch.setattr(Bubblewrap, "problem", lambda self: "")
    assert choose_wall("auto").name == "bubblewrap"
    assert choose_wall("landlock").name == "landlock"
    monkeypatch.setattr(Bubblewrap, "problem", lambda self: "no user namespaces")
    assert choose_wall("auto").name == "landlock"


@pytest.mark.parametrize(("abi", "reason"), [(0, "no Landlock"), (2, "has ABI 2")])
def test_a_kernel_that_is_too_old(monkeypatch: pytest.MonkeyPatch, abi: int, reason: str) -> None:
    """Protects files that may be read from being emptied: below the ABI that refuses it there is no second wall."""
    landlock_wall._try_out.cache_clear()
    monkeypatch.setattr(landlock_wall.landlock, "supported_abi", lambda: abi)
    with pytest.raises(WallError, match=reason):
        choose_wall("landlock")
    landlock_wall._try_out.cache_clear()


def test_a_trial_that_is_killed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a kernel that ends the trial without a word from an error of the grader's own in the place of the reason."""
    monkeypatch.setattr(landlock_wall.landlock, "supported_abi", lambda: 7)
    monkeypatch.setattr(landlock_wall, "_TRIAL", "import os, signal; os.kill(os.getpid(), signal.SIGSYS)")
    landlock_wall._try_out.cache_clear()
    with pytest.raises(WallError, match="ended with status -31"):
        choose_wall("landlock")
    landlock_wall._try_out.cache_clear()


def test_a_program_that_is_none(tmp_path: Path) -> None:
    """Protects the reason for a program that cannot be started."""
    assert "No such file" in Bubblewrap(tmp_path / "nothing", "test").problem()
