"""Where no control group can be made: a thread that looks at a submission's process tree and ends it when it grows too large.

The limits of each process (`grader.guest.limits`) stop one that asks for too much at once. This stops the *sum*: many
processes that each stay below the limit, and shared memory, which those limits do not count. It looks ten times a
second, so that a submission can go beyond the limit by what it can touch in that time, and it does not see memory
that no process maps: files on a tmpfs (bounded by the mount's size), unmapped `memfd_create` files, buffers of pipes and
sockets. A control group has none of these gaps.

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


class Watchdog:
    """Watches the process `pid` and all its descendants, from `start` to `close`, or until they are gone.

    Descendants that were seen once stay watched when their parent dies; to see those that detach themselves between two
    looks the template must adopt them (`grader.guest.kernel.adopt_orphans`, or a pid namespace).

    `on_excess` is called once, in the watchdog's thread, when a bound is passed; it should end the submission. `excess` tells
    which one. It is called too when the watchdog itself fails, since what nobody watches must not go on; `failure` tells why.
    `ProcessLookupError` if there is no such process to begin with.
    """

    def __init__(self, pid: int, bounds: Bounds, on_excess: Callable[[], None], seconds: float = _SECONDS) -> None:
        self.excess: Excess | None = None
        self.failure: Exception | None = None
        self._bounds = bounds
        self._on_excess = on_excess
        self._seconds = seconds
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watchdog of {pid}", daemon=True)
        try:
            first = psutil.Process(pid)
            self._baseline = _unbacked(first)
        except psutil.NoSuchProcess as error:
            raise ProcessLookupError(pid) from error
        self._known = {pid: first}

    def start(self) -> None:
        """Look again and again, in a thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop watching."""
        self._end.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        try:
            while self._known and self.look() is None:
                if self._end.wait(self._seconds):
                    return
        except Exception as error:  # noqa: BLE001  a thread that ends silently would leave the submission without limits
            self.failure = error
            self._on_excess()

    def look(self) -> Excess | None:
        """Look once; which bound is passed, now or at an earlier look. `on_excess` is called at the first."""
        if self.excess is None:
            self.excess = self._judge(self._living())
            if self.excess is Excess.MEMORY:
                # Memory that processes share is told of each in part, and while more are born no sum is of one moment: a bomb
                # of processes is not to be taken for memory, nor many honest processes that just started.
                self.excess = self._judge(self._living())
            if self.excess is not None:
                self._on_excess()
        return self.excess

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

    def _judge(self, processes: list[psutil.Process]) -> Excess | None:
        if _sum(_tasks, processes) > self._bounds.processes:
            return Excess.PROCESSES
        allowed = self._baseline + self._bounds.memory_bytes
        if _sum(_unbacked, processes) <= allowed:
            return None
        return Excess.MEMORY if _sum(_proportional, processes) > allowed else None


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
    if not _PROC.exists():
        return int(process.num_threads())
    return sum(_numbers(process, "status", ("Threads:",)))  # psutil looks for it anywhere, in the process's name too


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


def _bytes(process: psutil.Process, name: str, fields: tuple[str, ...]) -> list[int]:
    """These sizes in a file of `proc(5)`, those that are there; of a process that has ended but was not waited for none is."""
    return [number << 10 for number in _numbers(process, name, fields)]


def _numbers(process: psutil.Process, name: str, fields: tuple[str, ...]) -> list[int]:
    try:
        text = (_PROC / str(process.pid) / name).read_bytes()
    except (FileNotFoundError, ProcessLookupError) as error:
        raise psutil.NoSuchProcess(process.pid) from error
    # The process's name stands in it, which may be any bytes; of what ends a line the kernel escapes the newline only.
    wanted = tuple(field.encode() for field in fields)
    return [int(line.split()[1]) for line in text.split(b"\n") if line.startswith(wanted)]
