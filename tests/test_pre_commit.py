"""The hooks before a commit run as CONTRIBUTING says: without an activated environment, on what `make lint` looks at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SETTINGS = ("pyproject.toml", ".pre-commit-config.yaml")
CHECKED = "grader/a.py"
LEFT_OUT = "assignments/lab/styles/a.py"
GOOD = '"""A module."""\n\nTEXT = "a"\n'
UGLY = "import os, sys\nx = 'a'\n"


@pytest.fixture
def clone(tmp_path: Path, repository: Path) -> Path:
    """A repository with these settings and hooks, and with the tools in its `.venv`."""
    folder = tmp_path / "clone"
    for name in SETTINGS:
        write(folder / name, (repository / name).read_text("utf-8"))
    write(folder / "reference" / "b.py", GOOD)
    write(folder / ".gitignore", ".*_cache/\n.venv\n")
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    typed(folder, "git", "init", "--quiet")
    typed(folder, ".venv/bin/pre-commit", "install")
    return folder


def write(path: Path, text: str) -> None:
    """A file, and the folder that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def typed(folder: Path, *words: str) -> str:
    """What a command says that a newcomer types, whose PATH has nothing of `.venv`. Raises where it fails."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder.parent), "PRE_COMMIT_HOME": str(folder.parent / "kept")}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout + done.stderr


def commit(folder: Path, path: str, text: str) -> str:
    """Commit everything, with this file among it."""
    write(folder / path, text)
    typed(folder, "git", "add", "--all")
    return typed(folder, "git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--message", "A change")


def test_a_commit(clone: Path) -> None:
    """Protects a newcomer's first commit, which the hooks' tools must be found for, and what is not ours from their hands."""
    write(clone / LEFT_OUT, UGLY)
    said = commit(clone, CHECKED, GOOD)
    assert said.count("Passed") == 3, said
    assert (clone / LEFT_OUT).read_text("utf-8") == UGLY


def test_a_commit_that_lint_would_refuse(clone: Path) -> None:
    """Protects the test above from hooks that look at nothing."""
    with pytest.raises(RuntimeError, match=r"ruff check\.+Failed"):
        commit(clone, CHECKED, UGLY)
