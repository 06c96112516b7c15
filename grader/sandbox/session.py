"""One submission in its sandbox: load it, then call what it defines, each test in a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from grader.course.specification import Limits
from grader.errors import (
    SandboxError,
    SandboxFault,
    SubmissionCrashed,
    SubmissionOutOfMemory,
    SubmissionStopped,
    SubmissionTimedOut,
    WireError,
)
from grader.sandbox.drawings import MOST_BYTES
from grader.sandbox.exchange import Answer, Failure, LoadReport, read_notes, read_report
from grader.sandbox.guard import Guard, guard
from grader.sandbox.inventory import text
from grader.wire.channel import Channel, Closed, Deadline, Unsendable
from grader.wire.layout import text_layout
from grader.wire.values import REQUESTS, Array, Bounds, Model, Value
from grader.wire.wrapping import wired

_READY_SECONDS = 30.0
_FORK_SECONDS = 10.0
_KILL_SECONDS = 5.0
_GRACE_SECONDS = 1.0  # between a closed connection and the end of the process that closed it
_MOST_TEXT = 256 << 20  # bytes that an answer's texts may take as one array
_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid
REPORT = Bounds(structure_bytes=4 << 20, array_bytes=MOST_BYTES, models=False)


class Keeper(Protocol):
    """Who started a session's process and can tell how it ended: the template."""

    def end(self, pid: int, grace: float) -> int | None:
        """End the process `pid` and all below it, after giving it `grace` seconds to end by itself.

        Returns its wait status, or None when it had to be killed. Raises `SandboxFault`.
        """

    def log_tail(self) -> str:
        """The last lines that the template wrote, for a fault's message."""


class Session:
    """A loaded submission's process.

    Every method may raise `SubmissionStopped` (its subclasses say how) when the submission's process ended or broke the
    conversation, `SandboxFault` when the grader itself failed, and `Unsendable` for a value that cannot travel, which is the
    fault of the test that passes it. After `SubmissionStopped` the session is over.
    """

    forks = True  # whether tests run in forks of it, and so share no memory

    def __init__(self, keeper: Keeper, pid: int, connection: socket.socket, limits: Limits, work: str) -> None:
        self.keeper = keeper
        self.pid = pid
        self.limits = limits
        self.channel = Channel(connection, REPORT)
        self.outbound = Channel(connection, REQUESTS)
        self.ends = time.monotonic() + limits.total_seconds
        self.closed = False
        self.guard: Guard | None = None
        self.verdict: SandboxError | None = None
        self._meet(connection, work)

    def _meet(self, connection: socket.socket, work: str) -> None:
        """Wait for the first word of the other side, and guard it where it says who it is."""
        try:
            first = sender(connection, _READY_SECONDS)
            self.channel.receive(time.monotonic() + _READY_SECONDS)
            self.guard = guard(first, self.limits, work) if first else None
        except (OSError, WireError) as error:
            self.close()
            raise SandboxFault(f"a sandbox could not be built: {error}. {self.keeper.log_tail()}") from error
        except BaseException:  # nobody gets to hold this session, so that nobody else would end it
            self.close()
            raise

    def load(self, files: dict[str, bytes], main: str) -> LoadReport:
        """Run the submission's main file; `files` maps relative names to contents and includes it."""
        seconds = float(self.limits.load_seconds)
        request = {
            "op": "load",
            "files": files,
            "main": main,
            "seconds": seconds,
            "piece_seconds": float(self.limits.cell_seconds),
        }
        return read_report(self._ask(request, seconds))

    def fork(self) -> CallProcess:
        """A process for one test's calls."""
        ours, theirs = socket.socketpair()
        bounds = self.limits.answer_mb << 20
        try:
            pid = self._ask({"op": "fork", "bounds": bounds}, _FORK_SECONDS, theirs.fileno()).get("pid")
        except SandboxError:
            ours.close()
            raise
        finally:
            theirs.close()
        if type(pid) is not int or pid <= 1:
            ours.close()
            raise SubmissionCrashed("its process could not be forked")
        return CallProcess(self, pid, ours)

    def footprint(self) -> str:
        """A digest of what lies in the submission's folders, as `LoadReport.footprint`; empty when it cannot be told."""
        return text(self._ask({"op": "files"}, _FORK_SECONDS).get("files"), 64)

    def end_of(self, pid: int, sweep: bool) -> int | None:
        """End a call process (with `sweep` everything but the session's first); its wait status, as that one tells it.

        None also when it was killed: that is how it is ended where it still runs, and says nothing about memory.
        """
        status = self._ask({"op": "kill", "pid": pid, "sweep": sweep}, _KILL_SECONDS).get("status")
        return status if type(status) is int and 0 <= status < 1 << 16 and status != signal.SIGKILL else None

    def _ask(self, request: dict[str, Value], seconds: float, descriptor: int | None = None) -> dict[str, Value]:
        deadline = min(time.monotonic() + seconds, self.ends)
        try:
            self.outbound.send(request, deadline, descriptor)
            answer = self.channel.receive(deadline)
        except Unsendable:  # the judge's own value; the submission has not even been asked
            raise
        except Deadline as error:
            self.close()
            raise SubmissionTimedOut(f"no answer within {deadline_words(seconds)}") from error
        except WireError as error:
            raise self.stopped(self.close(_GRACE_SECONDS)) from error
        if type(answer) is not dict:
            self.close()
            raise SubmissionCrashed("its process answered with something that is no answer")
        return answer

    def stopped(self, status: int | None) -> SandboxError:
        """The error for a process of the submission that ended with this wait status: what the guard says was the reason, if it
        was one of the limits. A `SandboxFault` when the grader's own machine was."""
        return self.verdict or stopped(status)

    def close(self, grace: float = 0.0) -> int | None:
        """End every process of the submission; the wait status of its main one, or None when it had to be killed."""
        if self.closed:
            return None
        self.closed = True
        self.channel.close()
        status = None
        try:
            status = self.keeper.end(self.pid, grace)
        finally:
            if self.guard is not None:
                try:
                    self.verdict = self.guard.verdict(ended=status is None)
                finally:
                    self.guard.close()
        return status

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


class StateUnknown(Exception):
    """A model's state could not be read; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.type_name)
        self.failure = failure


class MemoryChanged(Exception):
    """A process that was kept for a further test remembers something of an earlier one."""


class CallProcess:
    """A fork of the loaded submission that answers calls; each has `seconds` of wall time. Methods raise what `Session`'s do.

    A kept one raises `MemoryChanged` instead of answering a test's first question when earlier tests have left something behind.
    """

    def __init__(self, session: Session, pid: int, connection: socket.socket) -> None:
        self.session = session
        self.pid = pid
        self.channel = Channel(connection, Bounds(array_bytes=session.limits.answer_mb << 20, models=False))
        self.outbound = Channel(connection, REQUESTS)
        self.over = False
        self.first = True  # the next call is a test's first, and is given fresh networks
        self.kept = False  # and it has had a test before
        self.part = ""
        self.apart = False  # whether the next one may meet nothing at all of what was before
        self.seconds = float(session.limits.call_seconds)

    def call(self, target: dict[str, Value], arguments: list[Value], keywords: dict[str, Value], form: str) -> Answer:
        """Call a target (see `grader.guest.calls`) with arguments in a form (`torch`, `numpy`, `list`)."""
        sent = [wired(value) for value in arguments]
        sent_keywords = {name: wired(value) for name, value in keywords.items()}
        asked: dict[str, Value] = {"target": target, "arguments": sent, "keywords": sent_keywords, "form": form}
        answer = self._ask({"op": "call", **asked})
        notes = read_notes(answer.get("notes"))
        if "failure" in answer:
            return Answer(None, Failure.from_wire(answer["failure"]), notes)
        value = answer.get("value")
        if text_layout(value) > _MOST_TEXT:  # a comparison that makes an array of it would fill the machine
            return Answer(None, Failure(("Unsendable",), "its texts would make too large an array", 0, 0, ""), notes)
        return Answer(value, None, notes, answer.get("wrote") is True)

    def state(self, model: Model, inputs: Sequence[Value] = ()) -> tuple[str, bool, Array | None]:
        """(digest of parameters and buffers, training flag, answer to `inputs`) of a model as this process has left it.

        The answer is None without inputs, and where the model raises or gives no array. Raises `StateUnknown` too.
        """
        sent = [wired(value) for value in inputs]
        answer = self._ask({"op": "state", "model": wired(model), "inputs": sent})
        if "failure" in answer:
            raise StateUnknown(Failure.from_wire(answer["failure"]))
        output = answer.get("output")
        return text(answer.get("digest"), 64), answer.get("training") is True, output if isinstance(output, Array) else None

    def _ask(self, request: dict[str, Value]) -> dict[str, Value]:
        seconds = self.seconds
        deadline = min(time.monotonic() + seconds, self.session.ends)
        try:
            if self.channel.has_unread():  # written ahead, to stand for an answer to what nobody has asked yet
                raise Closed("it answered before it was asked")
            self.outbound.send({**request, "first": self.first, "apart": self.first and self.apart}, deadline)
            answer = self.channel.receive(deadline)
        except Unsendable:  # the judge's own value; the submission has not even been asked
            raise
        except Deadline as error:
            self._end(sweep=True)
            raise SubmissionTimedOut(f"no answer within {deadline_words(seconds)}") from error
        except WireError as error:
            status = self._end(sweep=True)
            if self.session.guard is not None and not self.session.closed:
                self.session.verdict = self.session.guard.verdict(ended=False)
            raise self.session.stopped(status) from error
        if type(answer) is not dict or (answer.get("changed") is True and not self.kept):
            self._end(sweep=True)
            raise SubmissionCrashed("its process answered with something that is no answer")
        if answer.get("changed") is True:
            raise MemoryChanged
        self.first = self.kept = False
        return answer

    def keep(self, *, apart: bool = False) -> None:
        """Keep it for a further test, or for another way to ask after one that failed, which stands `apart`."""
        self.first = self.kept = True
        self.apart = apart

    def begin(self, part: str) -> None:
        """The next test is one of this part."""
        self.apart = self.apart or self.part not in ("", part)
        self.part = part

    def _end(self, sweep: bool) -> int | None:
        self.over = True
        self.channel.close()
        if self.session.closed:
            return None
        try:
            return self.session.end_of(self.pid, sweep)
        except SubmissionStopped:
            return None  # the whole session went; the next test opens another

    def close(self) -> None:
        """Done with this test: the process ends, however it likes to."""
        if not self.over:
            self._end(sweep=False)


def last_lines(log: Path) -> str:
    """The end of a process's log, on one line; empty where there is none."""
    lines = log.read_text("utf-8", "replace").strip().splitlines() if log.exists() else []
    return " | ".join(lines[-5:])


def ask_for_credentials(connection: socket.socket) -> None:
    """Have the kernel attach the sender's pid to what arrives, where it can."""
    if hasattr(socket, "SO_PASSCRED"):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)


def sender(connection: socket.socket, seconds: float) -> int:
    """The pid (as this process sees it) of who sent the first bytes that wait in `connection`; 0 where the kernel does not tell.

    The kernel fills it in, so that it cannot be made up; it is read before any of the submission's code has run.
    """
    if not hasattr(socket, "SO_PASSCRED"):
        return 0
    connection.setblocking(True)
    connection.settimeout(seconds)
    try:
        _, ancillary, _, _ = connection.recvmsg(1, socket.CMSG_SPACE(_CREDENTIALS.size), socket.MSG_PEEK)
    except OSError as error:
        raise Closed("the other side did not say that it is ready") from error
    finally:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
        connection.setblocking(False)
    found = [data for level, kind, data in ancillary if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS)]
    return int(_CREDENTIALS.unpack(found[0][: _CREDENTIALS.size])[0]) if found else 0


def stopped(status: int | None) -> SubmissionStopped:
    """The error for a process that ended with this wait status."""
    if status is None or status < 0:
        return SubmissionCrashed("its process ended without an answer")
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGXCPU:
            return SubmissionTimedOut("it used up its CPU time")
        if number == signal.SIGKILL:
            return SubmissionOutOfMemory("its process was killed, as happens when memory runs out")
        with contextlib.suppress(ValueError):
            return SubmissionCrashed(f"its process was ended by {signal.Signals(number).name}")
        return SubmissionCrashed(f"its process was ended by signal {number}")
    return SubmissionCrashed(f"its process ended itself with status {os.WEXITSTATUS(status)}")


def deadline_words(seconds: float) -> str:
    """`10 s`."""
    return f"{seconds:g} s"
