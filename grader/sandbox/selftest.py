"""A safe attack on one's own wall: a probe is handed in, and what it tried is told with what was expected and what happened.

The machine's side of each trial is made for it: a file that is to stay hidden, a process to be left alone, servers that nobody
may reach. Nothing is needed of a course.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from grader.course.specification import Assignment
from grader.errors import SubmissionStopped, SubmissionTimedOut
from grader.guest.syscall_table import numbers
from grader.sandbox.session import Session
from grader.sandbox.template import Template, TemplatePlan
from grader.sandbox.wall import Contents, Wall, interpreter

_PROBE = Path(__file__).with_name("probe.py")
_VARIABLE = "GRADER_SELF_TEST"
_MOMENT = 0.2  # for a signal to arrive
_LEFT = "left-by-self-test"
_SPECIFICATION = {
    "schema": "grader/assignment/1",
    "id": "probe",
    "title": "probe",
    "points": 1,
    "reference": "none",
    "limits": {"call_seconds": 5, "load_seconds": 30, "total_seconds": 120, "memory_mb": 256, "processes": 32, "disk_mb": 16},
    "parts": [{"id": "probe", "title": "probe", "points": 1, "names": ["probe"]}],
}
_CALLS = ("unshare", "mount", "setns", "ptrace", "process_vm_writev", "bpf", "userfaultfd", "keyctl", "io_uring_setup", "kcmp")


@dataclass(frozen=True)
class Trial:
    """One thing that was tried. `happened` is empty when the wall held; `held` says so."""

    tried: str
    expected: str
    happened: str

    @property
    def held(self) -> bool:
        """Whether nothing got through."""
        return not self.happened


@dataclass
class _Targets:
    """What the machine has for the probe to reach for."""

    folder: Path
    victim: subprocess.Popen[bytes]
    server: socket.socket
    named: socket.socket

    @property
    def secret(self) -> str:
        return str(self.folder / "hidden_test.py")

    def reached(self) -> str:
        """Which of the servers somebody has connected to."""
        found = []
        for name, listener in (("TCP", self.server), ("a unix socket", self.named)):
            with contextlib.suppress(BlockingIOError):
                listener.accept()[0].close()
                found.append(name)
        return ", ".join(found)


@contextlib.contextmanager
def _targets() -> Iterator[_Targets]:
    with tempfile.TemporaryDirectory(prefix="grader-self-test-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "hidden_test.py").write_text("expected = 42")
        victim = subprocess.Popen([*interpreter(), "-c", "import signal; signal.pause()"], env={"TOKEN": "hunter2"})
        stack.callback(victim.wait)
        stack.callback(victim.kill)
        server, named = stack.enter_context(socket.socket()), stack.enter_context(socket.socket(socket.AF_UNIX))
        server.bind(("127.0.0.1", 0))
        named.bind(f"\0grader-self-test-{os.getpid()}")
        for listener in (server, named):
            listener.listen()
            listener.setblocking(False)
        yield _Targets(folder, victim, server, named)


def attack(wall: Wall) -> Iterator[Trial]:
    """Try everything, one after the other. Raises `SandboxFault` when the sandbox does not even start."""
    os.environ[_VARIABLE] = "hunter2"
    try:
        with _targets() as targets, Template(_plan(wall)) as template:
            yield from _attack(template, targets)
    finally:
        del os.environ[_VARIABLE]


def _plan(wall: Wall) -> TemplatePlan:
    return TemplatePlan(wall, Contents(), Assignment.model_validate(_SPECIFICATION))


def _attack(template: Template, targets: _Targets) -> Iterator[Trial]:
    calls = {name: number for name, number in numbers().items() if name in _CALLS}
    victim = targets.victim
    address, name = list(targets.server.getsockname()), f"\0grader-self-test-{os.getpid()}"

    def trial(session: Session, tried: str, expected: str, function: str, argument: Any, seen: Callable[[], str] = str) -> Trial:
        return Trial(tried, expected, ", ".join(filter(None, (_call(session, function, argument), seen()))))

    refused, stopped = "refused", "stopped at the limit"
    with _session(template) as session:
        yield trial(session, "read a file of the course", refused, "read_file", targets.secret)
        yield trial(
            session, "change a file of the course", refused, "write_file", targets.secret, lambda: _changed(targets.folder)
        )
        yield trial(session, "list the course and the home", refused, "list_folders", [str(targets.folder), str(Path.home())])
        yield trial(session, "read the caller's environment", "empty", "read_environment", "")
        yield trial(session, "read another process", refused, "read_process", victim.pid)
        yield trial(session, "end another process", refused, "signal_process", victim.pid, lambda: _ended(victim))
        yield trial(session, "connect to a server of this machine", refused, "connect", [address, name], targets.reached)
        yield trial(session, "keep a privilege", "none left", "become_root", "")
        yield trial(session, "call what exploits need", refused, "call_kernel", calls)
    # What reaches a limit may end the whole submission, now or, by whoever looks at its folder, later: a session for each.
    for tried, expected, function, argument in (
        ("allocate 20 GB", refused, "ask_for_memory", 20 << 30),
        ("start 300 processes", stopped, "fork_often", 300),
        ("write a file of 64 MB", stopped, "fill_files", 64 << 20),
    ):
        with _session(template) as session:
            yield trial(session, tried, expected, function, argument)
    with _session(template) as session:
        yield Trial("never stop", "ended by the judge", _endless(session))
        yield Trial("answer with a number that equals any other", "arrives as a plain number", _subclass(session))
        yield Trial("send the judge a frame of 4 GB", "refused", _frame(session))
    yield Trial("leave files and a daemon behind", "gone with the submission", _leftovers(template))


@contextlib.contextmanager
def _session(template: Template) -> Iterator[Session]:
    with template.open(template.plan.assignment.limits) as session:
        session.load({"probe.py": _PROBE.read_bytes()}, "probe.py")
        yield session


def _call(session: Session, function: str, argument: Any) -> str:
    """What the probe gained; an exception of its own is no gain, an end that no limit explains is told."""
    process = session.fork()
    try:
        answer = process.call({"via": "name", "name": function}, [argument], {}, "list")
    except SubmissionStopped:
        return ""
    finally:
        process.close()
    return answer.value if type(answer.value) is str else ""


def _ended(victim: subprocess.Popen[bytes]) -> str:
    try:
        victim.wait(_MOMENT)
    except subprocess.TimeoutExpired:
        return ""
    return "it ended"


def _changed(folder: Path) -> str:
    return "" if [path.read_text() for path in folder.iterdir()] == ["expected = 42"] else "it is changed"


def _endless(session: Session) -> str:
    process = session.fork()
    process.seconds = 1.0
    try:
        process.call({"via": "name", "name": "run_for_ever"}, [""], {}, "list")
    except SubmissionTimedOut:
        return ""
    except SubmissionStopped as error:
        return str(error)
    return "it answered"


def _subclass(session: Session) -> str:
    process = session.fork()
    try:
        value = process.call({"via": "name", "name": "answer_with_a_subclass"}, [""], {}, "list").value
    finally:
        process.close()
    return "" if type(value) is float and value != 1 else f"a {type(value).__name__}"


def _frame(session: Session) -> str:
    process = session.fork()
    try:
        answer = process.call({"via": "name", "name": "write_to_the_judge"}, [""], {}, "list")
    except SubmissionStopped:
        return ""
    return f"it was read as {answer!r}"


def _leftovers(template: Template) -> str:
    before = _below(template)
    with _session(template) as session:
        _call(session, "leave_something", _LEFT)
    processes = _below(template) - before
    with _session(template) as session:
        files = _call(session, "find_something", _LEFT)
    found = [f"files in {files}"] if files else []
    return ", ".join([*found, *([f"{len(processes)} processes"] if processes else [])])


def _below(template: Template) -> set[int]:
    return {process.pid for process in psutil.Process(template.process.pid).children(recursive=True)}
