"""What bounds a submission as a whole: memory and processes (a control group, else a watchdog), the folder that it was lent."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import signal
from pathlib import Path
from typing import Protocol

from grader.course.specification import Limits
from grader.errors import SandboxError, SandboxFault, SubmissionCrashed, SubmissionOutOfMemory
from grader.guest.processes import descendants
from grader.sandbox import cgroups
from grader.sandbox.cgroups import ControlGroup
from grader.sandbox.quota import Quota
from grader.sandbox.watchdog import Bounds, Excess, Watchdog

_numbers = itertools.count(1)
_MEMORY = "it reached its memory limit"
_TOO_MANY = "it reached its limit of processes and threads"


class Guard(Protocol):
    """Bounds the process tree of one submission from its first process on."""

    def verdict(self, *, ended: bool) -> SandboxError | None:
        """Which limit was reached since this was last asked, as the error to raise; None if none was.

        `ended`: the submission did not end by itself, so that a refused fork or thread may have been the reason.
        """

    def close(self) -> None:
        """Stop guarding; everything guarded has ended by then."""


class _Group:
    def __init__(self, pid: int, limits: Limits) -> None:
        self.group = ControlGroup.create(f"session{next(_numbers)}", _memory_bytes(limits), limits.processes)
        self.killed = 0
        try:
            with contextlib.suppress(ProcessLookupError):  # it has ended already, and somebody will ask how
                self.group.add(pid)
        except BaseException:
            self.group.remove()
            raise

    def verdict(self, *, ended: bool) -> SandboxError | None:
        before, self.killed = self.killed, self.group.oom_kills()
        if self.killed > before:
            return SubmissionOutOfMemory(_MEMORY)
        return SubmissionCrashed(_TOO_MANY) if ended and self.group.processes_refused() else None

    def close(self) -> None:
        self.group.remove()


class _Watched:
    def __init__(self, pid: int, limits: Limits) -> None:
        self.watchdog: Watchdog | None = None
        with contextlib.suppress(ProcessLookupError):
            bounds = Bounds(_memory_bytes(limits), limits.processes)
            self.watchdog = Watchdog(pid, bounds, lambda: _kill(pid))
            self.watchdog.start()

    def verdict(self, *, ended: bool) -> SandboxError | None:
        if self.watchdog is None:
            return None
        if self.watchdog.failure is not None:
            return SandboxFault(f"its processes could not be watched: {self.watchdog.failure!r}")
        if self.watchdog.excess is None:
            return None
        return SubmissionOutOfMemory(_MEMORY) if self.watchdog.excess is Excess.MEMORY else SubmissionCrashed(_TOO_MANY)

    def close(self) -> None:
        if self.watchdog is not None:
            self.watchdog.close()


class _WithFolder:
    """Another guard, and a quota on the folder that the submission was lent."""

    def __init__(self, inner: Guard, quota: Quota) -> None:
        self.inner = inner
        self.quota = quota

    def verdict(self, *, ended: bool) -> SandboxError | None:
        if self.quota.failure is not None:
            return SandboxFault(f"what it writes could not be watched: {self.quota.failure!r}")
        if self.quota.disc_is_full:
            return SandboxFault("the disc is almost full; what a submission may write no longer fits on it")
        if self.quota.exceeded:
            return SubmissionCrashed("it reached its limit of disc space")
        return self.inner.verdict(ended=ended)

    def close(self) -> None:
        self.quota.close()
        self.inner.close()


def _kill(pid: int) -> None:
    # Without a pid namespace its end is not that of the processes below it, one of which is being waited for.
    for each in (pid, *descendants(pid)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


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


def guard(pid: int, limits: Limits, work: str = "") -> Guard:
    """Guard the process `pid` (as this process sees it) and all below it, and the folder `work`, if it was lent one.

    Raises `SandboxFault` or `OSError` where that fails; then nothing of the guard is left.
    """
    inner: Guard = _Group(pid, limits) if _groups_work() else _Watched(pid, limits)
    if not work:
        return inner
    try:
        return _WithFolder(inner, Quota(Path(work), limits.disk_mb << 20, lambda: _kill(pid)))
    except BaseException:
        inner.close()
        raise
