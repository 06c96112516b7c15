"""What the benchmarks share: CPU time of processes with all their waited-for descendants, their memory, a watched command."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil


def own_cpu() -> float:
    """CPU seconds of this process and its waited-for children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def tree_cpu(pid: int) -> float:
    """CPU seconds of the processes at and below `pid`, waited-for children included."""
    root = psutil.Process(pid)
    total = 0.0
    for process in [root, *root.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


class PeakMemory:
    """Samples the proportional set size (PSS) of a process (this one) and all below it; a context manager.

    `samples` are (seconds since the start, bytes of all, bytes of the process itself). Of a large process one sample takes
    milliseconds of CPU of the kernel's: over a long run take one every few seconds.
    """

    def __init__(self, seconds: float = 0.05, pid: int | None = None) -> None:
        self.peak = 0
        self.samples: list[tuple[float, int, int]] = []
        self._pid = pid or os.getpid()
        self._seconds = seconds
        self._start = time.perf_counter()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        try:
            root = psutil.Process(self._pid)
            while not self._over.wait(self._seconds):
                own = _pss(self._pid)
                total = own + sum(_pss(process.pid) for process in root.children(recursive=True))
                self.samples.append((time.perf_counter() - self._start, total, own))
                self.peak = max(self.peak, total)
        except psutil.NoSuchProcess:
            return  # the command has ended


def _pss(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    except OSError:
        return 0  # it has ended meanwhile
    return 0


@dataclass
class Ran:
    """A command that has ended: seconds of wall time and of CPU (all that it started and waited for included), bytes of memory.

    `told` are the seconds from the start to each line of standard output that was counted.
    """

    status: int
    wall: float
    cpu: float
    peak: int
    told: list[float] = field(default_factory=list)
    samples: list[tuple[float, int, int]] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)


def run_watched(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    counted: Callable[[str], bool] = lambda _line: False,
    sample_seconds: float = 2.0,
) -> Ran:
    """Run a command to its end and measure it; errors of the command come back as its status.

    What the command leaves behind comes to this process, and is waited for: a sandbox whose outer process is killed takes its CPU
    time along to whoever adopts it.
    """
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **ONE_THREAD, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    told: list[float] = []
    tail: list[str] = []
    assert process.stdout is not None
    with PeakMemory(sample_seconds, process.pid) as memory:
        for line in process.stdout:
            if counted(line):
                told.append(time.perf_counter() - start)
            tail = [*tail[-30:], line.rstrip()]
        process.wait()
    wall = time.perf_counter() - start
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Ran(process.returncode, wall, cpu, memory.peak, told, memory.samples, tail)


_PR_SET_CHILD_SUBREAPER = 36
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


def machine() -> dict[str, Any]:
    """What the numbers were measured on, and how busy it was."""
    cpu = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), ": unknown")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": cpu.partition(": ")[2],
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": sys.version.split()[0],
        "load_average": [round(one, 2) for one in os.getloadavg()],
    }
