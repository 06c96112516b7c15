"""A control group per submission: the kernel counts all its memory and processes together, and kills by itself.

What the limits of a process (`grader.guest.limits`) cannot do, a group does: the *sum* over a submission's processes,
shared memory, files on a tmpfs, `memfd_create`, kernel memory. The group's memory is what its processes touch after
they were added; the pages that a fork shares with its template stay the template's. The folders::

    v1   <memory hierarchy>/<own group>/grade-<pid namespace>-<pid>-<name>/     and the same in the pids hierarchy
    v2   <own group or an ancestor>/grade-<pid namespace>-<pid>-<name>/

See `cgroup_place` for where that is, and who may.

Sources: the kernel's `Documentation/admin-guide/cgroup-v2.rst` and `cgroup-v1/{memory,pids}.rst`.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from grader.errors import SandboxFault, WallError
from grader.sandbox.cgroup_place import Place, find_place

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_GROUP = re.compile(r"grade-(?P<namespace>\d+)-(?P<pid>\d+)-.+")
_PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class _Files:
    """The names of a version's files."""

    limit: str
    swap: str
    swap_value: str
    events: str


_FILES = {
    "v1": _Files("memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "", "memory.oom_control"),
    "v2": _Files("memory.max", "memory.swap.max", "0", "memory.events"),
}


def available() -> str:
    """`v2`, `v1`, or `none: ` and the reason, found out by making a group and removing it."""
    try:
        with ControlGroup.create("trial", memory_bytes=1 << 30, processes=100):
            pass
        return find_place().version
    except (WallError, SandboxFault) as error:
        return f"none: {error}"


def remove_leftovers(warn: Callable[[str], None] = lambda _text: None) -> int:
    """Kill and remove the groups of graders that no longer run; how many went. Safe at any time, and beside another's.

    One that stays (a process of it hangs in the kernel, or is another user's) is in nobody's way: `warn` is told of it.
    Only groups made in this pid namespace are looked at: another container's grader has a pid of its own.
    """
    return _remove_all(_is_leftover, warn)


def remove_own() -> int:
    """Kill and remove the groups that this process has made, and is in the middle of: before it exits at once. How many went."""
    return _remove_all(lambda name: name.startswith(f"grade-{_pid_namespace()}-{os.getpid()}-"), lambda _text: None)


def _remove_all(is_meant: Callable[[str], bool], warn: Callable[[str], None]) -> int:
    try:
        place = find_place()
    except WallError:
        return 0
    names = {entry.name for folder in place.folders() for entry in folder.iterdir() if is_meant(entry.name)}
    removed = 0
    for name in sorted(names):
        try:
            ControlGroup(place, name).remove()
        except (SandboxFault, OSError) as error:
            warn(f"What a run that was killed left behind is still there, and may take memory and time: {error}")
        else:
            removed += 1
    return removed


class ControlGroup:
    """One group. As a context manager it kills and removes itself at the end."""

    def __init__(self, place: Place, name: str) -> None:
        """The group of that folder name, made or not; `create` makes one."""
        self._files = _FILES[place.version]
        self._memory = place.memory / name
        self._pids = place.pids / name

    @classmethod
    def create(cls, name: str, memory_bytes: int, processes: int) -> ControlGroup:
        """Make a group that may hold `memory_bytes` (swap included) and `processes` processes and threads.

        `WallError` where none can be made, `SandboxFault` if the kernel refuses now, `ValueError` for a name that is no
        plain file name.
        """
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a name for a control group: {name!r}")
        group = cls(find_place(), f"grade-{_pid_namespace()}-{os.getpid()}-{name}")
        if any(folder.exists() for folder in group._folders()):
            group.remove()  # of a dead grader that had this one's pid, as in a container each has, and looked alive as long
        try:
            group._make(memory_bytes, processes)
        except OSError as error:
            group.remove()
            raise SandboxFault(f"a control group could not be made: {error}") from error
        return group

    def _make(self, memory_bytes: int, processes: int) -> None:
        for folder in self._folders():
            folder.mkdir()
        (self._memory / self._files.limit).write_text(str(memory_bytes))
        swap = self._memory / self._files.swap
        if swap.exists():  # not where the kernel does not account swap
            swap.write_text(self._files.swap_value or str(memory_bytes))
        together = self._memory / "memory.oom.group"
        if together.exists():
            together.write_text("1")
        (self._pids / "pids.max").write_text(str(processes))

    def add(self, pid: int) -> None:
        """Move a process in; its children to come are born here. `ProcessLookupError` if it has ended."""
        for folder in self._folders():
            (folder / "cgroup.procs").write_text(str(pid))

    def pids(self) -> set[int]:
        """The processes in the group now."""
        found: set[int] = set()
        for folder in self._folders():
            with _unless_gone():
                found |= {int(pid) for pid in (folder / "cgroup.procs").read_text().split()}
        return found - {0}  # 0: a process that this pid namespace cannot name

    def oom_kills(self) -> int:
        """How many processes of the group the kernel has killed because the memory limit was reached."""
        return self._count(self._memory / self._files.events, "oom_kill")

    def processes_refused(self) -> bool:
        """Whether a fork or a thread failed because of the limit on their number."""
        return self._count(self._pids / "pids.events", "max") > 0

    @staticmethod
    def _count(path: Path, key: str) -> int:
        if not path.exists():
            return 0
        words = (line.split() for line in path.read_text().splitlines())
        return sum(int(value) for name, value in words if name == key)

    def kill(self) -> None:
        """Kill every process of the group and wait until they are gone. `SandboxFault` if some will not die.

        Its own caller, should it be inside, is spared. Of a group that is gone, or goes meanwhile, there is nothing to kill.
        """
        switch = self._pids / "cgroup.kill"
        with _unless_gone():
            if switch.exists() and os.getpid() not in self.pids():
                switch.write_text("1")
            elif (self._pids / "pids.max").exists():
                (self._pids / "pids.max").write_text("0")  # a fork bomb forks faster than a loop kills

        def kill_all() -> bool:
            pids = self.pids() - {os.getpid()}
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            return not pids

        _insist(kill_all, f"the processes of {self._memory.name} do not end")

    def remove(self) -> None:
        """Kill what is left inside and remove the group; safe to call twice. `SandboxFault` if it stays."""
        self.kill()
        for folder in self._folders():
            _insist(partial(_remove, folder), f"the control group {folder} cannot be removed")

    def _folders(self) -> tuple[Path, ...]:
        return tuple(dict.fromkeys((self._memory, self._pids)))

    def __enter__(self) -> ControlGroup:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


@contextmanager
def _unless_gone() -> Iterator[None]:
    """Leave the body where the group that it asks has been removed: two graders that start together clear the same leftovers.

    A file of such a group is not found, or was opened before and no longer answers.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENODEV):
            raise


def _insist(step: Callable[[], bool], complaint: str) -> None:
    """Repeat `step` until it says that it is done."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    pause = 0.001
    while not step():
        if time.monotonic() > deadline:
            raise SandboxFault(complaint)
        time.sleep(pause)
        pause = min(2 * pause, 0.1)


def _remove(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError as error:
        if error.errno == errno.EBUSY:  # its last process is still being buried
            return False
        raise SandboxFault(f"the control group {folder} cannot be removed: {error}") from error
    return True


def _pid_namespace() -> int:
    return os.stat("/proc/self/ns/pid").st_ino


def _is_leftover(name: str) -> bool:
    match = _GROUP.fullmatch(name)
    if not match or int(match["namespace"]) != _pid_namespace():
        return False
    return not Path("/proc", match["pid"]).exists()
