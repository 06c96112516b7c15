"""Where nothing can be forked: a process per submission that loads it and runs all of its tests. For one's own work.

What is lost against a fork per test is told in `grader.guest.alone`. Who checks a second time will check often (`--watch`): from
then on the next process gets warm while this one works.
"""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader.course.specification import Limits
from grader.errors import SandboxFault, SubmissionCrashed, SubmissionStopped, WireError
from grader.sandbox.scratch import make_scratch
from grader.sandbox.session import Session, last_lines
from grader.sandbox.shared import SharedSession
from grader.sandbox.template import START_SECONDS, TemplatePlan, configuration
from grader.sandbox.wall import interpreter
from grader.wire.channel import Channel
from grader.wire.values import REQUESTS, Bounds

_WORD_BYTES = Bounds(structure_bytes=1 << 10, array_bytes=0)
_WORD = "GRADER_WORD"  # as `grader.guest.alone` has it, which imports all that a submission needs: too much for this side


class LoneTemplate:
    """Starts a process per session; has what `grader.sandbox.template.Template` has. Methods raise `SandboxFault`."""

    def __init__(self, plan: TemplatePlan) -> None:
        self.plan = plan
        self.scratch = make_scratch()
        self.opened = 0
        self.spare: LoneProcess | None = None
        try:
            self.inside = plan.wall.prepare(plan.contents, self.scratch)
            self.spare = self._start()
        except BaseException:
            self.close()
            raise

    def _start(self) -> LoneProcess:
        work = tempfile.mkdtemp(dir=self.scratch)
        told = {**configuration(self.plan, self.inside), "work": work}
        process = LoneProcess(self.plan.wall.environment(self.plan.contents), told, Path(f"{work}.log"))
        try:
            process.tell()
        except BaseException:  # nobody gets to hold it, so that nobody else would end it
            process.end(0, 0)
            raise
        return process

    def get_ready(self) -> tuple[str, ...]:
        """Wait until the process that waits is warm; the preloads that it lacks."""
        self.spare = self.spare or self._start()
        return self.spare.get_ready()

    def open(self, limits: Limits) -> Session:
        """A process for one submission."""
        process = self.spare or self._start()
        self.opened += 1
        self.spare = self._start() if self.opened > 1 else None
        process.get_ready()
        return LoneSession(process, limits)

    def kill(self) -> None:
        """End the process that waits."""
        if self.spare is not None:
            self.spare.end(0, 0)
            self.spare = None

    def close(self, keep_log: bool = False) -> None:
        """End what waits and remove its files; safe to call twice."""
        self.kill()
        if not keep_log:
            shutil.rmtree(self.scratch, ignore_errors=True)


class LoneProcess:
    """A process that gets warm, then serves one submission; its own `grader.sandbox.session.Keeper`."""

    def __init__(self, environment: dict[str, str], told: dict[str, Any], log: Path) -> None:
        self.told = told
        self.log = log
        self.word = secrets.token_hex(16)
        self.missing: tuple[str, ...] | None = None
        self.connection: socket.socket | None = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        command = [*interpreter(), "-m", "grader.guest.alone", str(self.listener.getsockname()[1])]
        with log.open("wb") as stream:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, env={**environment, _WORD: self.word}
            )

    def tell(self) -> None:
        """Tell it what to get warm with. Raises `SandboxFault`."""
        with self._alive():
            deadline = time.monotonic() + START_SECONDS
            self.connection = self._accept(deadline)
            Channel(self.connection, REQUESTS).send(self.told, deadline)

    def get_ready(self) -> tuple[str, ...]:
        """Wait until it is warm, the first time; the preloads that it lacks. Raises `SandboxFault`."""
        assert self.connection is not None
        if self.missing is None:
            with self._alive():
                answer = Channel(self.connection, REQUESTS).receive(time.monotonic() + START_SECONDS)
                self.missing = tuple(answer["missing"])
        return self.missing or ()

    @contextmanager
    def _alive(self) -> Iterator[None]:
        """What fails in the body is the process's end."""
        try:
            yield
        except (OSError, WireError) as error:
            self._stop(0)
            said = self.log_tail()
            self.end(0, 0)
            raise SandboxFault(f"a process for your work could not be started: {error}. {said}") from error

    def _accept(self, deadline: float) -> socket.socket:
        """The connection of the process itself: any other that finds the port does not know the word."""
        self.listener.settimeout(1)
        while True:
            try:
                connection, _ = self.listener.accept()
            except TimeoutError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                continue
            try:
                said = Channel(connection, _WORD_BYTES).receive(min(time.monotonic() + 5, deadline))
            except WireError:  # whoever looks what listens here goes again, or says something else
                said = None
            if type(said) is dict and secrets.compare_digest(str(said.get("word")), self.word):
                self.listener.close()
                return connection
            connection.close()
            if time.monotonic() > deadline:
                raise TimeoutError("others connect to its port")

    def end(self, pid: int, grace: float) -> int | None:
        """End the process after `grace` seconds, and remove its files; its exit status, or None when it had to be killed."""
        status = self._stop(grace)
        shutil.rmtree(self.told["work"], ignore_errors=True)
        self.log.unlink(missing_ok=True)
        return status

    def _stop(self, grace: float) -> int | None:
        self.listener.close()
        if self.connection is not None:
            self.connection.close()
        try:
            return self.process.wait(grace)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None

    def log_tail(self) -> str:
        """The last lines that it wrote."""
        return last_lines(self.log)


class LoneSession(SharedSession):
    """The session of a process of its own."""

    def __init__(self, process: LoneProcess, limits: Limits) -> None:
        assert process.connection is not None
        super().__init__(process, process.process.pid, process.connection, limits, "")

    def _meet(self, connection: socket.socket, work: str) -> None:
        """Nothing: it was met when it got warm, and nobody else's process guards it."""

    def stopped(self, status: int | None) -> SubmissionStopped:
        """The error for an exit status as `subprocess` gives it."""
        how = "without an answer" if status is None else f"with status {status}"
        return SubmissionCrashed(f"its process ended {how}")
