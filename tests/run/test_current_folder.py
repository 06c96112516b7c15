"""A folder of submissions as the current one: what lies there is graded, and never imported by the judge."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.results import read_results

pytestmark = pytest.mark.wall

# Inside the wall the file's folder is read-only, and this path does not exist: only outside of it the mark is left.
TRAP = """
import pathlib, sys

def mean(values):
    return 0

try:
    pathlib.Path({mark!r}).mkdir()
except OSError:
    pass
"""
TAKEN = ("signal", "pickle", "multiprocessing", "selectors", "rich", "numpy", "torch", "yaml", "pydantic", "psutil", "pytest")


@pytest.fixture
def flat_class(tmp_path: Path) -> Path:
    """A class of flat files, of which most are named like libraries; `escaped` appears beside it if one of them is imported."""
    place = tmp_path / "class"
    place.mkdir()
    for student in ("ann", "bob"):
        (place / f"{student}.py").write_text("def mean(values):\n    return sum(values) / len(values)\n")
    for student in TAKEN:
        (place / f"{student}.py").write_text(TRAP.format(mark=str(tmp_path / "escaped")))
    return place


@pytest.mark.parametrize("way", ["grade", "python -m grader"])
def test_files_named_like_libraries(flat_class: Path, tiny_course: Path, tmp_path: Path, way: str, repository: Path) -> None:
    """Protects the instructor's account: workers and their tracker of resources are `python -c`, which would import a student's
    `signal.py` or `pickle.py` from the current folder, outside of the wall."""
    script = tmp_path / "bin" / "grade"  # what an installed `grade` is
    script.parent.mkdir()
    script.write_text("import sys\n\nfrom grader.cli import main\n\nif __name__ == '__main__':\n    sys.exit(main())\n")
    start = [str(script)] if way == "grade" else ["-m", "grader"]
    options = ["-a", str(tiny_course / "assignments" / "tiny"), "-o", str(tmp_path / "out"), "-j", "2"]
    home = {name: str(tmp_path / "home") for name in ("HOME", "TMPDIR", "GRADER_CACHE")}
    (tmp_path / "home").mkdir()
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(repository), **home}
    done = subprocess.run(
        [sys.executable, *start, "run", ".", *options],
        cwd=flat_class,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, (tmp_path / "escaped").exists()) == (0, False), done.stderr
    scores = {one.student: one.score for one in read_results(tmp_path / "out" / "results.json").submissions}
    assert scores == {**dict.fromkeys(TAKEN, 0), "ann": 40, "bob": 40}
