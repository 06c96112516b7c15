"""CONTRIBUTING's tables say what is there: the layers, and where to change what."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

from grader.cli.main import app


def rows(repository: Path, head: str) -> list[list[str]]:
    """The cells of the table under this head line."""
    text = (repository / "CONTRIBUTING.md").read_text("utf-8")
    table = text.partition(f"{head}\n")[2].partition("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]


def test_the_layers(repository: Path) -> None:
    """Protects a newcomer's first picture of the package: rows and order are those that `tests/test_layers.py` draws."""
    drawn = (repository / "tests" / "test_layers.py").read_text("utf-8").partition("LAYERS = [\n")[2].partition("]\n")[0]
    layers = [set(re.findall(r'"(\w+)"', line)) for line in drawn.splitlines()]
    told = [set(re.findall(r"`(\w+)(?:/|\.py)`", places)) for places, _ in rows(repository, "| in `grader/` | one noun |")]
    assert told == layers
    assert len(told) > 10


def test_what_is_run_by_itself(repository: Path) -> None:
    """Protects a newcomer from another change that fails: what `.ci/run` asks of `make` is told, all of it."""
    run = re.findall(r"^ *make ([a-z][a-z -]*[a-z])", (repository / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    told = (repository / "CONTRIBUTING.md").read_text("utf-8").partition("`.ci/run`:")[2].partition("\n\n")[0]
    assert re.findall(r"`make (.+?)`", told) == run
    assert len(run) > 3


def test_where_to_change_what(repository: Path) -> None:
    """Protects from places that have moved, folders without tests, and commands that nobody can type."""
    table = rows(repository, "| I want to | edit | then run |")
    assert len(table) > 10
    for _, places, run in table:
        named = [name for name in re.findall(r"`([\w./]+)`", f"{places} {run}") if "/" in name]
        assert [name for name in named if not (repository / name).exists()] == []
        for command in re.findall(r"`((?:make|grade|python) .*?)`", run):
            program, *words = shlex.split(command)
            if program == "grade":
                assert words[0] in list(app)
            elif program == "python":
                assert (repository / words[0]).is_file()
            else:
                done = subprocess.run([program, *words, "--dry-run"], cwd=repository, capture_output=True, text=True, check=False)
                assert done.returncode == 0, done.stderr
                folders = words[-1].partition("=")[2].split()
                assert folders
                assert [name for name in folders if not list((repository / name).glob("test_*.py"))] == []
