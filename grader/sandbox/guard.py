"""What bounds a submission's memory and processes as a whole: a control group where the machine allows one, else a watchdog."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import signal
from typing import Protocol

from grader.course.specification import Limits
from grader.sandbox import cgroups
from grader.sandbox.cgroups import ControlGroup
from grader.sandbox.watchdog import Bounds, Excess, Watchdog

_numbers = itertools.count(1)


class Guard(Protocol):
    """Bounds the process tree of one submission from its first process on."""

    def out_of_memory(self) -> bool:
        """Whether something of it was killed because the memory limit was reached."""

    def too_many_processes(self) -> bool:
        """Whether the limit on processes was reached."""

    def close(self) -> None:
        """Stop guarding; everything guarded has ended by then."""


class _Group:
    def __init__(self, pid: int, limits: Limits) -> None:
        self.group = ControlGroup.create(f"session{next(_numbers)}", _memory_bytes(limits), limits.processes)
        with contextlib.suppress(ProcessLookupError):  # it has ended already, and somebody will ask how
            self.group.add(pid)

    def out_of_memory(self) -> bool:
        return self.group.oom_killed()

    def too_many_processes(self) -> bool:
        return self.group.processes_refused()

    def close(self) -> None:
        self.group.remove()


class _Watched:
    def __init__(self, pid: int, limits: Limits) -> None:
        self.watchdog: Watchdog | None = None
        with contextlib.suppress(ProcessLookupError):
            bounds = Bounds(_memory_bytes(limits), limits.processes)
            self.watchdog = Watchdog(pid, bounds, lambda _verdict: os.kill(pid, signal.SIGKILL))
            self.watchdog.__enter__()

    def _excess(self) -> Excess | None:
        verdict = self.watchdog.verdict if self.watchdog is not None else None
        return verdict.excess if verdict is not None else None

    def out_of_memory(self) -> bool:
        return self._excess() is Excess.MEMORY

    def too_many_processes(self) -> bool:
        return self._excess() is Excess.PROCESSES

    def close(self) -> None:
        if self.watchdog is not None:
            self.watchdog.__exit__(None, None, None)


def _memory_bytes(limits: Limits) -> int:
    # A tenth above the limit of each process, so that code which asks for too much at once gets Python's MemoryError, and only
    # what no such limit counts ends in a kill.
    return limits.memory_mb * (1 << 20) * 11 // 10


@functools.cache
def _groups_work() -> bool:
    if cgroups.available().startswith("none"):
        return False
    cgroups.remove_leftovers()
    return True


def guard(pid: int, limits: Limits) -> Guard:
    """Guard the process `pid` (as this process sees it) and all below it."""
    return _Group(pid, limits) if _groups_work() else _Watched(pid, limits)
