"""Ctrl-C, SIGTERM and SIGHUP stop at once, keep what is graded, say how to go on, and leave no process and no file behind."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

import grader
from grader.cli.occupied import LOCK
from grader.results import read_results
from grader.sandbox.cgroup_place import find_place
from grader.sandbox.cgroups import available

StartGrade = Callable[..., Any]
MakeClass = Callable[..., Path]

PACKAGE_PARENT = Path(grader.__file__).resolve().parent.parent
HANGS = """
import time


def clamp(value, low, high):
    {tell}
    while True:
        {how}
"""
SLEEPS = HANGS.format(tell="pass", how="time.sleep(1000)")
SPINS = HANGS.format(tell="pass", how="pass")


@pytest.fixture(autouse=True)
def patient_course(course_copy: Path) -> None:
    """A course that would wait for a hanging call longer than these tests would."""
    path = course_copy / "assignments" / "tiny" / "assignment.yaml"
    text = path.read_text().replace("call_seconds: 3", "call_seconds: 300").replace("total_seconds: 60", "total_seconds: 600")
    path.write_text(text)


def assert_stopped(finished: Any, out: Path, done: int, total: int) -> None:
    """The whole promise."""
    assert finished.status == 130, finished
    assert f"Stopped: {done} of {total} submissions are graded and kept." in finished.stderr
    assert "The same command goes on from there." in finished.stderr
    assert "Traceback" not in finished.stderr
    assert finished.left_behind == []
    results = read_results(out / "results.json")
    assert [one.student for one in results.submissions] == ["ann", "bob", "carl"][:done]
    assert results.left_out == total - done
    assert "not the whole class" in (out / "index.html").read_text(encoding="utf-8")
    assert all(one.status != "grader_error" for one in results.submissions)


@pytest.mark.wall
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("how", [SLEEPS, SPINS], ids=["sleeps", "spins"])
def test_while_a_submission_hangs(
    start_grade: StartGrade, grade: Callable[..., Any], make_class: MakeClass, right: str, tmp_path: Path, jobs: int, how: str
) -> None:
    """Protects the instructor's patience and machine; the same command then grades the rest, and that alone."""
    place = make_class(ann=right, zoe=how)
    arguments = [place, "-o", tmp_path / "out", "-j", jobs]
    running = start_grade(*arguments)
    running.read_until("tiny: 1 of 2: ann")
    running.interrupt()
    assert_stopped(running.finish(), tmp_path / "out", 1, 2)

    (place / "tiny" / "zoe" / "tiny.py").write_text(right)
    finished = grade(*arguments)
    assert finished.status == 0, finished.stderr
    assert [line.split(":")[2].strip() for line in finished.lines if line.startswith("tiny: ")] == ["zoe"]
    assert [one.score for one in read_results(tmp_path / "out" / "results.json").submissions] == [100, 100]


@pytest.mark.parametrize("wall", [pytest.param(name, marks=pytest.mark.wall(name)) for name in ("bubblewrap", "landlock")])
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("whom", ["the first process", "all"])
def test_sigterm(
    start_grade: StartGrade, make_class: MakeClass, right: str, tmp_path: Path, jobs: int, whom: str, wall: str
) -> None:
    """Protects the folders of a CI runner, which stops a job so: neither the lock nor a sandbox's files stay."""
    place = make_class(ann=right, zoe=SLEEPS)
    running = start_grade(place, "-o", tmp_path / "out", "-j", jobs, "--sandbox", wall)
    running.read_until("tiny: 1 of 2: ann")
    first = psutil.Process(int((running.report.parent / f"{running.report.name}.pid").read_text()))
    graders = {str(one.pid) for one in (first, *first.children(recursive=True))}
    if whom == "all":
        os.killpg(running.process.pid, signal.SIGTERM)
    else:
        running.kill(signal.SIGTERM)
    assert_stopped(running.finish(), tmp_path / "out", 1, 2)
    assert list(tmp_path.rglob(LOCK)) == []
    assert list(running.report.parent.glob("grader-*")) == []
    places = () if available().startswith("none") else find_place().folders()
    assert [group for place in places for group in place.glob("grade-*") if group.name.split("-")[2] in graders] == []


@pytest.mark.wall
@pytest.mark.parametrize("jobs", [1, 2])
def test_sighup(start_grade: StartGrade, make_class: MakeClass, right: str, tmp_path: Path, jobs: int) -> None:
    """Protects the same from a connection that breaks: the shell, then the kernel tell everybody in the foreground."""
    place = make_class(ann=right, zoe=SLEEPS)
    running = start_grade(place, "-o", tmp_path / "out", "-j", jobs)
    running.read_until("tiny: 1 of 2: ann")
    for _ in range(2):
        os.killpg(running.process.pid, signal.SIGHUP)
    assert_stopped(running.finish(), tmp_path / "out", 1, 2)
    assert list(tmp_path.rglob(LOCK)) == []
    assert list(running.report.parent.glob("grader-*")) == []


def test_the_terminal_goes_away(make_class: MakeClass, right: str, tmp_path: Path) -> None:
    """Protects the report and the sandbox's files where nothing can be written to the terminal any more."""
    fifo = tmp_path / "it runs"
    os.mkfifo(fifo)
    tell = f"print('x', file=open({str(fifo)!r}, 'w'), flush=True)"
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    place = make_class(ann=right, zoe=HANGS.format(tell=tell, how="time.sleep(1000)"))
    pid, terminal = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # below `nohup`, where these tests may run, it would be ignored on purpose
        os.environ |= {"TMPDIR": str(tmp_path), "GRADER_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(PACKAGE_PARENT)}
        options = ["-o", str(tmp_path / "out"), "-j", "1", "--sandbox", "none"]
        os.execv(sys.executable, [sys.executable, "-m", "grader", str(place), *options])
    assert select.select([reader], [], [], 60)[0], "the call was never made"
    os.close(reader)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130
    assert read_results(tmp_path / "out" / "results.json").left_out == 1
    assert list(tmp_path.rglob(LOCK)) == []
    assert list(tmp_path.glob("grader-*")) == []


@pytest.mark.parametrize("how", ["a module", "a class"])
def test_while_the_command_line_is_imported(start_grade: StartGrade, tmp_path: Path, how: str) -> None:
    """Protects from a traceback whoever notices at once that it was the wrong command."""
    fifo = tmp_path / "it imports"
    os.mkfifo(fifo)
    says = f"with open({str(fifo)!r}, 'w') as stream:\n    stream.write('x')\nimport time\n"
    in_class = (
        "class Name:\n    def __set_name__(self, owner, name):\n        time.sleep(1000)\nclass Record:\n    field = Name()\n"
    )
    (tmp_path / "cyclopts.py").write_text(says + (in_class if how == "a class" else "time.sleep(1000)\n"))
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    running = start_grade("--version", env={"PYTHONPATH": f"{tmp_path}:{PACKAGE_PARENT}"})
    assert select.select([reader], [], [], 60)[0], "it was never imported"
    running.interrupt()
    os.close(reader)
    finished = running.finish()
    assert (finished.status, finished.stderr, finished.stdout) == (130, "Stopped.\n", "")


@pytest.mark.parametrize("how", ["time.sleep(1000)", "pass"], ids=["sleeps", "spins"])
def test_in_the_middle_of_a_call(start_grade: StartGrade, make_class: MakeClass, right: str, tmp_path: Path, how: str) -> None:
    """Protects the same where nothing but the grader itself ends processes: without a wall, while the call is known to run."""
    fifo = tmp_path / "it runs"
    os.mkfifo(fifo)
    tell = f"print('x', file=open({str(fifo)!r}, 'w'), flush=True)"
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    place = make_class(ann=right, zoe=HANGS.format(tell=tell, how=how))
    running = start_grade(place, "-o", tmp_path / "out", "-j", 1, "--sandbox", "none")
    running.read_until("tiny: 1 of 2: ann")
    assert select.select([reader], [], [], 60)[0], "the call was never made"
    os.close(reader)
    running.interrupt()
    assert_stopped(running.finish(), tmp_path / "out", 1, 2)


@pytest.mark.wall
@pytest.mark.parametrize("jobs", [1, 2])
def test_before_anything_is_graded(start_grade: StartGrade, make_class: MakeClass, tmp_path: Path, jobs: int) -> None:
    """Protects an early Ctrl-C, when the course's own code hangs too: the report says that nobody is graded, nothing is left."""
    fifo, silent = tmp_path / "it imports", tmp_path / "nobody writes"
    os.mkfifo(fifo)
    os.mkfifo(silent)
    place = make_class(ann=SPINS, bob=SPINS)
    comparison = place.parent / "assignments" / "tiny" / "comparison.py"
    # Closed by a statement: what is written when the file is collected would let the interrupt be raised where nobody hears it.
    says = f"with open({str(fifo)!r}, 'w') as stream:\n    stream.write('x')\nopen({str(silent)!r})\n"
    comparison.write_text(f"{comparison.read_text()}\n{says}")
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    running = start_grade(place, "-o", tmp_path / "out", "-j", jobs)
    assert select.select([reader], [], [], 60)[0], "the judge was never made"
    running.interrupt()
    os.close(reader)
    assert_stopped(running.finish(), tmp_path / "out", 0, 2)
