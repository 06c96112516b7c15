"""Where no control group can be made: a thread that looks at a submission's process tree and ends it when it grows too large.

The limits of each process (`grader.guest.limits`) stop one that asks for too much at once. This stops the *sum*: many
processes that each stay below the limit, and shared memory, which those limits do not count. It looks ten times a
second, so that a submission can go beyond the limit by what it can touch in that time, and it does not see memory
that no process maps: files on a tmpfs (bounded by the mount's size), unmapped `memfd_create` files
(`syscall_rules.Profile(memory_files=False)`), buffers of pipes and sockets. A control group has none of these gaps.

Memory is what no file backs, the sum of the processes' proportional sizes (a page shared by n counts 1/n each), less what the
first process held when the watch began: the pages that it shares with its template. Reading them makes the kernel walk
the page tables, 1 to 10 ms for a process with torch; so they are read only if a bound that costs microseconds reaches
the limit: the resident pages that no file backs, which counts shared ones once per process. It is also what is taken
where the kernel does not let it read the proportional sizes (an ordinary user's judge, since a submission's processes
cannot be traced), and for a process whose first thread has ended. Pages of files, libraries above all, are the page
cache's, which the kernel takes back when it must.
"""

from __future__ import annotations

import contextlib
import enum
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

_SECONDS = 0.1
_PROC = Path("/proc")


class Excess(enum.Enum):
    """What there was too much of."""

    MEMORY = "memory"
    PROCESSES = "processes"


@dataclass(frozen=True)
class Bounds:
    """What a process tree may use: bytes beyond its first process's at the start; processes and threads together."""

    memory_bytes: int
    processes: int


@dataclass(frozen=True)
class Verdict:
    """Which bound was passed, and by how much: bytes or a number of processes and threads."""

    excess: Excess
    measured: int
    allowed: int


class Watchdog:
    """Watches the process `pid` and all its descendants, from `with` to its end, or until they are gone.

    Descendants that were seen once stay watched when their parent dies; to see those that detach themselves between two
    looks the template must adopt them (`grader.guest.kernel.adopt_orphans`, or a pid namespace).

    `on_excess` is called once, in the watchdog's thread, with the `Verdict`; it should end the submission. The verdict
    can be read afterwards too. `sees_shared`: pages that processes share count once. `ProcessLookupError` if there is no such
    process to begin with.
    """

    def __init__(self, pid: int, bounds: Bounds, on_excess: Callable[[Verdict], None], seconds: float = _SECONDS) -> None:
        self.verdict: Verdict | None = None
        self._bounds = bounds
        self._on_excess = on_excess
        self._seconds = seconds
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watchdog of {pid}", daemon=True)
        try:
            first = psutil.Process(pid)
            self._baseline = _unbacked(first)
            self.sees_shared = _tells_proportional(first)
        except psutil.NoSuchProcess as error:
            raise ProcessLookupError(pid) from error
        self._known = {pid: first}

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while self._known and self.look() is None:
            if self._end.wait(self._seconds):
                return

    def look(self) -> Verdict | None:
        """Look once; the verdict if a bound is passed, now or at an earlier look. `on_excess` is called at the first."""
        if self.verdict is None:
            self.verdict = self._judge(self._living())
            if self.verdict is not None and self.verdict.excess is Excess.MEMORY:
                # Memory that processes share is told of each in part, and while more are born no sum is of one moment: a bomb
                # of processes is not to be taken for memory, nor many honest processes that just started.
                self.verdict = self._judge(self._living())
            if self.verdict is not None:
                self._on_excess(self.verdict)
        return self.verdict

    def _living(self) -> list[psutil.Process]:
        self._known = {pid: process for pid, process in self._known.items() if process.is_running()}
        waiting = list(self._known.values())
        while waiting:
            for pid in _children(waiting.pop()):
                if pid in self._known:
                    continue
                try:
                    self._known[pid] = psutil.Process(pid)
                except psutil.NoSuchProcess:
                    continue
                waiting.append(self._known[pid])
        return list(self._known.values())

    def _judge(self, processes: list[psutil.Process]) -> Verdict | None:
        tasks = _sum(_tasks, processes)
        if tasks > self._bounds.processes:
            return Verdict(Excess.PROCESSES, tasks, self._bounds.processes)
        allowed = self._bounds.memory_bytes
        if _sum(_unbacked, processes) - self._baseline <= allowed:
            return None
        memory = _sum(_proportional, processes) - self._baseline
        return Verdict(Excess.MEMORY, memory, allowed) if memory > allowed else None


def _children(process: psutil.Process) -> list[int]:
    """Its living children's pids: by the kernel's own list where it keeps one, since psutil reads all of `/proc`."""
    try:
        lists = [path.read_text() for path in (_PROC / str(process.pid) / "task").glob("*/children")]
    except OSError:
        lists = []
    if lists:
        return [int(pid) for pid in " ".join(lists).split()]
    try:
        return [child.pid for child in process.children()]
    except psutil.Error:
        return []


def _sum(measure: Callable[[psutil.Process], int], processes: Iterable[psutil.Process]) -> int:
    total = 0
    for process in processes:
        try:
            total += measure(process)
        except psutil.Error:
            continue  # it has ended meanwhile
    return total


def _tasks(process: psutil.Process) -> int:
    return int(process.num_threads())


def _unbacked(process: psutil.Process) -> int:
    """Bytes of its resident pages that are no file's: anonymous ones and shared memory."""
    if not _PROC.exists():
        return int(process.memory_info().rss)  # not Linux: files' pages too
    fields = ("RssAnon:", "RssShmem:")
    # A process whose first thread has ended by itself tells none: the others have its memory still, each all of it.
    return sum(_bytes(process, "status", fields) or next(filter(None, _by_thread(process, fields)), []))


def _by_thread(process: psutil.Process, fields: tuple[str, ...]) -> Iterator[list[int]]:
    try:
        tasks = list((_PROC / str(process.pid) / "task").iterdir())
    except OSError:
        return  # it is gone altogether
    for task in tasks:
        with contextlib.suppress(psutil.NoSuchProcess):
            yield _bytes(process, f"task/{task.name}/status", fields)


def _proportional(process: psutil.Process) -> int:
    if not _PROC.exists():
        return int(process.memory_full_info().uss)
    try:
        found = _bytes(process, "smaps_rollup", ("Pss_Anon:", "Pss_Shmem:"))
    except (PermissionError, psutil.NoSuchProcess):
        found = []
    # Before Linux 5.4 the file does not have these fields, before 4.14 there is none, nor where the first thread has ended: the
    # limit must hold there too.
    return sum(found) if found else _unbacked(process)


def _tells_proportional(process: psutil.Process) -> bool:
    """Whether the kernel lets this process read what that one shares with others, so that a fork costs what it has of its own."""
    if not _PROC.exists():
        return True
    try:
        return bool(_bytes(process, "smaps_rollup", ("Pss_Anon:",)))
    except (PermissionError, psutil.NoSuchProcess):  # as in `_proportional`
        return False


def _bytes(process: psutil.Process, name: str, fields: tuple[str, ...]) -> list[int]:
    """These fields of a file of `proc(5)`, those that are there; of a process that has ended but was not waited for none is."""
    try:
        lines = (_PROC / str(process.pid) / name).read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError) as error:
        raise psutil.NoSuchProcess(process.pid) from error
    return [int(line.split()[1]) << 10 for line in lines if line.startswith(fields)]
