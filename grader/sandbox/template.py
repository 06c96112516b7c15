"""A warm template: started once per worker, forked per submission."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.specification import Assignment, Limits
from grader.errors import SandboxFault, WireError
from grader.sandbox.folders import remove
from grader.sandbox.scratch import make_scratch
from grader.sandbox.session import Session, ask_for_credentials, last_lines
from grader.sandbox.shared import SharedSession
from grader.sandbox.wall import Contents, Inside, Wall, interpreter
from grader.wire.channel import Channel
from grader.wire.values import REQUESTS

START_SECONDS = 120.0
_REQUEST_SECONDS = 30.0
_STOP_SECONDS = 10.0
_LEAST_FREE = 64 << 20


@dataclass(frozen=True)
class TemplatePlan:
    """What a template is made of: the wall, what the inside sees, the assignment's preloads and models."""

    wall: Wall
    contents: Contents
    assignment: Assignment


class Template:
    """A template, which has one session at a time. A context manager; leaving it ends every process inside.

    It gets warm by itself, for some seconds, while whoever made it does something else. Methods raise `SandboxFault` when the
    template itself is gone or does not answer: never the submission's doing, because no submission's code runs in it.
    """

    def __init__(self, plan: TemplatePlan) -> None:
        self.plan = plan
        self.scratch = make_scratch()
        self.log = self.scratch / "template.log"
        self.lent: dict[int, str] = {}  # working folder by process
        self._missing: tuple[str, ...] | None = None
        try:
            self.inside = plan.wall.prepare(plan.contents, self.scratch)
            self.process, self.channel = self._launch()
        except BaseException:
            remove(self.scratch)
            raise
        try:
            self._send(configuration(plan, self.inside), START_SECONDS)
        except BaseException:  # nobody gets to hold this template, so that nobody else would end it
            self.close()
            raise

    def get_ready(self) -> tuple[str, ...]:
        """Wait until it is warm, the first time; the preloads that it lacks."""
        if self._missing is None:
            self._missing = tuple(self._receive(START_SECONDS)["missing"])
        return self._missing

    def _launch(self) -> tuple[subprocess.Popen[bytes], Channel]:
        ours, theirs = socket.socketpair()
        inner = [*interpreter(), "-m", "grader.guest.template", str(theirs.fileno())]
        try:
            with self.log.open("wb") as log:
                process = subprocess.Popen(
                    self.plan.wall.command(inner, self.plan.contents, self.scratch),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=self.plan.wall.environment(self.plan.contents),
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,  # Ctrl-C at the terminal is the judge's to handle
                )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return process, Channel(ours, REQUESTS)

    def open(self, limits: Limits) -> Session:
        """Fork a process for one submission, the last one's having been closed."""
        if self.lent:
            raise SandboxFault("the template has a session already, and would end both with either")
        if self.inside.mode == "landlock" and (free := shutil.disk_usage(self.scratch).free) < _LEAST_FREE:
            # Its own files would not fit into the folder that it is lent, and that would look like its own end.
            raise SandboxFault(f"the disc of {self.scratch} is almost full: {free >> 20} MB are free")
        work = "" if self.inside.mode == "namespaces" else tempfile.mkdtemp(dir=self.scratch)
        ours, theirs = socket.socketpair()
        ask_for_credentials(ours)
        request = {"op": "open", "work": work, "limits": process_limits(limits)}
        try:
            answer = self._ask(request, _REQUEST_SECONDS, theirs.fileno())
        except SandboxFault:
            ours.close()
            raise
        finally:
            theirs.close()
        self.lent[answer["pid"]] = work
        # A process with CUDA cannot be forked for each test.
        kind = SharedSession if self.plan.contents.gpu.devices else Session
        return kind(self, answer["pid"], ours, limits, work)

    def end(self, pid: int, grace: float) -> int | None:
        """End a session's processes; see `grader.sandbox.session.Keeper`."""
        status = self._ask({"op": "end", "pid": pid, "grace": grace}, _REQUEST_SECONDS)["status"]
        if work := self.lent.pop(pid, ""):
            remove(Path(work))
        return None if status is None else int(status)

    def _ask(self, request: dict[str, Any], seconds: float, descriptor: int | None = None) -> dict[str, Any]:
        self.get_ready()
        self._send(request, seconds, descriptor)
        return self._receive(seconds)

    def _send(self, request: dict[str, Any], seconds: float, descriptor: int | None = None) -> None:
        with self._alive():
            self.channel.send(request, time.monotonic() + seconds, descriptor)

    def _receive(self, seconds: float) -> dict[str, Any]:
        with self._alive():
            return dict(self.channel.receive(time.monotonic() + seconds))

    @contextmanager
    def _alive(self) -> Iterator[None]:
        """What fails in the body is the template's end."""
        try:
            yield
        except WireError as error:
            self.close(keep_log=True)
            raise SandboxFault(f"the sandbox's template failed: {error}. {self.log_tail()}") from error

    def log_tail(self) -> str:
        """The last lines that the template wrote."""
        return last_lines(self.log)

    def kill(self) -> None:
        """End the template's process and all below it, and nothing else: for a caller that must exit at once."""
        self.process.send_signal(self.plan.wall.stop_signal)

    def close(self, keep_log: bool = False) -> None:
        """End the template and everything inside; safe to call twice."""
        self.channel.close()
        if self.process.poll() is None:
            self.kill()
            self._wait()
        if not keep_log:
            remove(self.scratch)

    def _wait(self) -> None:
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Template:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def configuration(plan: TemplatePlan, inside: Inside) -> dict[str, Any]:
    """What the inside is told: libraries to import, networks to build, and where it finds their files."""
    models = {name: {"factory": model.factory, "file": inside.weights[name]} for name, model in plan.assignment.models.items()}
    confinement = {
        "mode": inside.mode,
        "read": list(inside.read),
        "account": inside.account,
        "devices": list(inside.devices),
    }
    limits = plan.assignment.limits
    return {
        "preload": list(plan.assignment.preload),
        "models": models,
        "hub": inside.hub,
        "pictures": inside.pictures,
        "networks": inside.networks,
        "confinement": confinement,
        "gpu_mb": limits.gpu_mb if plan.contents.gpu.devices else 0,
        "answer_bytes": limits.answer_mb << 20,
    }


def process_limits(limits: Limits) -> dict[str, int]:
    """A submission's limits in the units that the kernel takes."""
    return {
        "memory_bytes": limits.memory_mb << 20,
        "disk_bytes": limits.disk_mb << 20,
        "processes": limits.processes,
        "cpu_seconds": int(limits.total_seconds) + 1,
    }
