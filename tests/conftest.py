"""What all tests may use: the tiny course, `grade` as a process of its own, and the reason where no wall can be built."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import grader
from grader.errors import WallError
from grader.sandbox.choice import choose_wall

hypothesis.settings.register_profile("grader", deadline=None)  # what a test asserts never hangs on how busy the machine is
hypothesis.settings.load_profile("grader")

TESTS = Path(__file__).resolve().parent
PACKAGE_PARENT = Path(grader.__file__).resolve().parent.parent


@functools.cache
def _no_wall(kind: str) -> str:
    try:
        choose_wall(kind)
    except WallError as error:
        return str(error)
    return ""


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a wall where there can be none, and say why."""
    marker = item.get_closest_marker("wall")
    if marker is not None and (reason := _no_wall(marker.args[0] if marker.args else "auto")):
        pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def _reachable(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where tests run side by side, each process's folder lies one deeper. Tests let other users into the two folders above
    their own, as the wall becomes another user; the third is opened here."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        above = tmp_path_factory.getbasetemp().parent.parent
        above.chmod(above.stat().st_mode | 0o055)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return TESTS.parent


@pytest.fixture(scope="session")
def tiny_course() -> Path:
    """The tiny course as it lies in the repository: not to be written to."""
    return TESTS / "courses" / "tiny"


@pytest.fixture
def course_copy(tiny_course: Path, tmp_path: Path) -> Path:
    """A copy of the tiny course without its submissions, to be changed at will."""
    return Path(shutil.copytree(tiny_course, tmp_path / "course", ignore=shutil.ignore_patterns("submissions", "__pycache__")))


_NOBODY = 65534


@pytest.fixture
def ordinary_user(tmp_path: Path) -> dict[str, Any]:
    """What `subprocess.run` takes to run a process as an ordinary user, for whom folders can be closed, and who may enter
    `tmp_path`; nothing where the tests run as one."""
    if os.name != "posix":
        pytest.skip("folders are closed by POSIX's modes")
    if os.geteuid() != 0:
        return {}
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(folder.stat().st_mode | 0o055)
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}


PATIENCE = "15"  # seconds that what the grader started has to end after it

# A parent that adopts whatever the grader leaves behind, and tells of it. It waits, so that what is dying may die.
_KEEPER = textwrap.dedent(
    """
    import ctypes, json, os, signal, subprocess, sys, time

    arguments, report, patience = json.loads(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)  # a handler, not SIG_IGN, which the grader would inherit
    process = subprocess.Popen([sys.executable, "-m", "grader", *arguments])
    print(process.pid, file=open(report + ".pid", "w"), flush=True)
    status = process.wait()
    last, left = time.monotonic() + patience, []
    while True:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if not ended:
            if time.monotonic() > last:
                children = open(f"/proc/self/task/{os.getpid()}/children").read().split()
                left = [open(f"/proc/{child}/cmdline").read().replace(chr(0), " ") for child in children]
                for child in children:
                    os.kill(int(child), signal.SIGKILL)
                break
            time.sleep(0.02)
    with open(report, "w") as stream:
        json.dump({"status": status, "left": left}, stream)
    """
)


@dataclass(frozen=True)
class Finished:
    """A `grade` that has ended: its exit status (negative for a signal), what it said, and what it left running."""

    status: int
    stdout: str
    stderr: str
    left_behind: list[str]

    @property
    def lines(self) -> list[str]:
        """The lines of standard output."""
        return self.stdout.splitlines()


@dataclass
class Running:
    """A `grade` at work."""

    process: subprocess.Popen[str]
    report: Path
    said: list[str] = field(default_factory=list)

    def read_until(self, wanted: str) -> str:
        """The first line of standard output with `wanted` in it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if wanted in line:
                return line
        raise AssertionError(f"{wanted!r} was never said, but: {''.join(self.said)}")

    def interrupt(self) -> None:
        """What Ctrl-C at a terminal does: SIGINT to the whole group in the foreground."""
        os.killpg(self.process.pid, signal.SIGINT)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """A signal to the grader's first process alone."""
        os.kill(int((self.report.parent / f"{self.report.name}.pid").read_text()), number)

    def finish(self) -> Finished:
        """Wait for the end."""
        out, err = self.process.communicate(timeout=570)
        ended = json.loads(self.report.read_text())
        return Finished(ended["status"], "".join(self.said) + (out or ""), err, ended["left"])


Grade = Callable[..., Finished]
StartGrade = Callable[..., Running]


def _environment(home: Path, changes: dict[str, str | None]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    plain: dict[str, str | None] = {
        **kept,
        "HOME": str(home),
        "TMPDIR": str(home),
        "GRADER_CACHE": str(home / "cache"),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(PACKAGE_PARENT),
        "PYTHONDONTWRITEBYTECODE": "1",
        **changes,
    }
    return {name: value for name, value in plain.items() if value is not None}


@pytest.fixture(scope="session")
def start_grade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartGrade]:
    """`start_grade(*arguments, cwd=..., env={...})`: a `python -m grader` in a session of its own, at work.

    `stdout` is a descriptor to write to instead of the pipe that `Running.read_until` reads.
    """
    started: list[subprocess.Popen[str]] = []

    def start(
        *arguments: Any, cwd: Path | None = None, env: dict[str, str | None] | None = None, stdout: int = subprocess.PIPE
    ) -> Running:
        home = tmp_path_factory.mktemp("home")
        report = home / "ended.json"
        process = subprocess.Popen(
            [sys.executable, "-c", _KEEPER, json.dumps([str(one) for one in arguments]), str(report), PATIENCE],
            cwd=cwd or home,
            env=_environment(home, env or {}),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        started.append(process)
        return Running(process, report)

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture(scope="session")
def grade(start_grade: StartGrade) -> Grade:
    """`grade(*arguments, cwd=..., env={...})`: run it to its end."""
    return lambda *arguments, **options: start_grade(*arguments, **options).finish()
