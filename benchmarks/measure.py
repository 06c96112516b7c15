"""What the benchmarks share: CPU time of processes with all their waited-for descendants, and peak proportional memory."""

from __future__ import annotations

import os
import threading
from pathlib import Path

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
    """Samples the proportional set size (PSS) of this process and all below it; a context manager."""

    def __init__(self, seconds: float = 0.05) -> None:
        self.peak = 0
        self._seconds = seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._over.wait(self._seconds):
            total = sum(_pss(process.pid) for process in [own, *own.children(recursive=True)])
            self.peak = max(self.peak, total)


def _pss(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    except OSError:
        return 0  # it has ended meanwhile
    return 0
