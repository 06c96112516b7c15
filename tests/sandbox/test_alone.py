"""Where nothing can be forked: the same verdicts from one process, and no use of what Windows lacks."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from grader.course.assignment import open_assignment
from grader.course.submission import Submission
from grader.errors import SandboxFault, SubmissionStopped
from grader.guest import alarm
from grader.judge.judge import Judge, JudgePlan
from grader.sandbox import alone as sandbox_alone
from grader.sandbox.alone import LoneTemplate
from grader.sandbox.wall import FORKS, NoWall
from grader.wire.channel import Channel, _select


@pytest.fixture(scope="module")
def plan(tiny_course: Path) -> JudgePlan:
    """The tiny assignment without a wall and without forks."""
    return JudgePlan(open_assignment(tiny_course / "assignments" / "tiny"), NoWall(forks=False), (), "en")


@pytest.fixture(scope="module")
def alone(plan: JudgePlan) -> Iterator[Judge]:
    """A judge whose submissions run in one process each."""
    with Judge(plan) as judge:
        assert isinstance(judge.template, LoneTemplate)
        yield judge


@pytest.fixture(scope="module")
def forking(plan: JudgePlan) -> Iterator[Judge]:
    """A judge whose tests run in forks."""
    with Judge(replace(plan, wall=NoWall(forks=True))) as judge:
        yield judge


def submission(course: Path, path: str) -> Submission:
    """A sample of the tiny course."""
    main = course / "submissions" / "tiny" / path
    return Submission(main.parent.name, main.parent, main)


@pytest.mark.skipif(not FORKS, reason="needs a machine that forks, to compare with")
@pytest.mark.parametrize(
    "path",
    [
        "anna/tiny.py",
        "boris/tiny.ipynb",
        "carl_wrong/solution.py",
        "dina_misconception/tiny.py",
        "gleb_crash/tiny.py",
        "lena_types/tiny.py",
        "nadia_forgets/tiny.py",
        "oleg_broken/tiny.ipynb",
        "pavel_failing_cell/tiny.ipynb",
        "slow_load/tiny.py",
        "slow_call/tiny.py",
        "Вера Словарёва/числа и слова.ipynb",
    ],
)
def test_the_same_verdicts(alone: Judge, forking: Judge, tiny_course: Path, path: str) -> None:
    """Protects a student on Windows or a Mac: points, words and messages are those of a machine that forks."""
    one, other = (judge.grade(submission(tiny_course, path)) for judge in (alone, forking))
    assert one.model_copy(update={"seconds": 0.0}) == other.model_copy(update={"seconds": 0.0})


def test_a_crash_while_loading_is_told(alone: Judge, tiny_course: Path) -> None:
    """Protects the words for a process that ends itself, and the check after it from the last one's end."""
    result = alone.grade(submission(tiny_course, "hugo_crash_at_load/tiny.py"))
    assert result.status == "crashed"
    assert "its process ended with status" in result.messages[0]
    assert alone.grade(submission(tiny_course, "anna/tiny.py")).score == 100


def test_who_comes_again_finds_a_warm_process(alone: Judge, tiny_course: Path) -> None:
    """Protects `--watch` from importing torch at every save: the next process starts while this one works."""
    for _ in range(2):
        alone.grade(submission(tiny_course, "anna/tiny.py"))
    assert isinstance(alone.template, LoneTemplate)
    assert alone.template.spare is not None
    assert alone.template.spare.process.poll() is None


def test_nothing_is_left(plan: JudgePlan, tiny_course: Path) -> None:
    """Protects the student's machine: with the judge go its processes and its files."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    with Judge(plan) as judge:
        for _ in range(3):
            judge.grade(submission(tiny_course, "anna/tiny.py"))
        assert judge.template is not None
        scratch = judge.template.scratch
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before
    assert not scratch.exists()


def test_files_go_with_the_check(alone: Judge, tiny_course: Path) -> None:
    """Protects a student's disc from a copy of the work for every time that `--watch` saw it saved."""
    assert isinstance(alone.template, LoneTemplate)
    for _ in range(2):
        alone.grade(submission(tiny_course, "anna/tiny.py"))
    waiting = alone.template.spare
    assert waiting is not None
    left = [path for path in alone.template.scratch.iterdir() if path.name.startswith("tmp")]
    assert sorted(left) == sorted([Path(waiting.told["work"]), waiting.log])


def test_what_a_process_of_its_own_is_asked(alone: Judge) -> None:
    """Protects from answers to what nobody understood: each request of a session has its answer, any other ends it."""
    assert alone.template is not None
    with alone.template.open(alone.assignment.limits) as session:
        report = session.load({"tiny.py": b"def mean(values): return 1"}, "tiny.py")
        assert report.footprint
        assert session.footprint() == report.footprint
        with pytest.raises(SubmissionStopped):
            session._ask({"op": "unheard of"}, 30.0)


def test_a_process_that_does_not_get_ready_leaves_nothing(
    plan: JudgePlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects the student's disk from a folder for every try to start."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sandbox_alone, "interpreter", lambda: ["/bin/false"])
    with pytest.raises(SandboxFault, match="could not be started"):
        Judge(plan).start()
    assert list(tmp_path.iterdir()) == []


def test_another_process_that_finds_the_port_is_not_listened_to(plan: JudgePlan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects from a program of another user that connects first: it does not know the word."""
    create, strangers = socket.create_server, []

    def create_server(address: tuple[str, int]) -> socket.socket:
        listener = create(address)
        stranger = socket.create_connection(listener.getsockname())
        Channel(stranger).send({"word": "guess"})
        strangers.append(stranger)
        socket.create_connection(listener.getsockname()).close()  # a scanner of ports
        return listener

    monkeypatch.setattr(socket, "create_server", create_server)
    with Judge(plan) as judge:
        assert judge.template is not None
        assert judge.template.get_ready() == ()
    assert strangers
    for stranger in strangers:
        stranger.close()


# What CPython does not have on Windows, as far as it can be taken away here without breaking the standard library itself.
_LIKE_WINDOWS = textwrap.dedent(
    """
    import ctypes, os, runpy, select, signal, socket, subprocess, sys
    import cyclopts, IPython, jinja2, msgpack, nbformat, numpy, platformdirs, psutil, pydantic, pytest, rich.console, yaml

    sys.modules |= dict.fromkeys(["fcntl", "grp", "pwd", "resource", "termios"])
    for module, names in {
        os: ["fork", "geteuid", "getuid", "killpg", "setsid", "sched_getaffinity", "WIFSIGNALED", "WTERMSIG"],
        select: ["poll", "epoll"],
        signal: ["setitimer", "SIGALRM", "SIGXCPU"],
        socket: ["AF_UNIX", "SO_PASSCRED", "SCM_RIGHTS", "CMSG_SPACE"],
        socket.socket: ["sendmsg", "recvmsg"],
    }.items():
        for name in names:
            if name in vars(module):
                delattr(module, name)
    library = ctypes.CDLL

    class CDLL(library):
        def __init__(self, name, *args, **kwargs):
            if name is None:
                raise TypeError("there is no library of the process itself")
            super().__init__(name, *args, **kwargs)

    ctypes.CDLL = CDLL
    _, module, *arguments = sys.argv[1:]
    if module == "grader":
        import grader.sandbox.alone, grader.sandbox.wall
        grader.sandbox.wall.FORKS = False
        grader.sandbox.wall.NoWall.__init__.__defaults__ = ("none", False, False)
        grader.sandbox.alone.interpreter = lambda: [sys.executable, "-s", "-P", __file__]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    """
)


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("anna/tiny.py", 0, "3 of 3 public tests pass."),
        ("boris/tiny.ipynb", 0, "3 of 3 public tests pass."),
        ("slow_load/tiny.py", 0, "The file took too long and was interrupted in line 4"),
        ("slow_call/tiny.py", 1, "ran out of time"),
        ("gleb_crash/tiny.py", 1, "crashed"),
    ],
)
def test_without_what_windows_lacks(tiny_course: Path, tmp_path: Path, path: str, status: int, said: str) -> None:
    """Protects `grade check` from a call that Windows has not: no fork, poll, timer signal, rlimit, libc, on either side."""
    shim = tmp_path / "like_windows.py"
    shim.write_text(_LIKE_WINDOWS)
    done = subprocess.run(
        [sys.executable, shim, "-m", "grader", "check", tiny_course / "submissions" / "tiny" / path],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin", "GRADER_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert said in done.stdout


def test_a_loop_is_interrupted_without_a_timer_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the rest of a file from an endless cell where there is no SIGALRM; code that ends in time is left alone."""
    with alarm._by_thread(60):
        assert sum(range(10)) == 45
    with pytest.raises(alarm.Interrupted):
        _loop(time.monotonic() + 60)


def _loop(until: float) -> None:
    with alarm._by_thread(0.05):
        while time.monotonic() < until:
            pass


def test_waiting_without_poll() -> None:
    """Protects deadlines where there is only `select`."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not _select(ours, 0.01, to_write=False)
        assert _select(ours, 0.01, to_write=True)
        theirs.send(b"x")
        assert _select(ours, None, to_write=False)
