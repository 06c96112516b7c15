"""A deadline inside the process: a signal that interrupts student code so that the rest of the file can still be read.

A courtesy, not a limit: code may ignore it, and then the judge ends the process from outside.
"""

from __future__ import annotations

import ctypes
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_AGAIN = 1.0  # seconds until the next attempt when code swallowed the last
_SHORTEST = 0.01  # seconds that are worth another wait
_PATIENCE = 2  # swallowed interruptions until every line of it is interrupted


class Interrupted(BaseException):
    """A cell or a module took longer than it may. Not an `Exception`, so that `except Exception` lets it through."""


@contextmanager
def interrupt_after(seconds: float, latest: float = math.inf) -> Iterator[None]:
    """Raise `Interrupted` in the main thread once `seconds` of wall time have passed.

    Time spent waiting for a processor is left out where the kernel reports it: a busy machine is not the code's fault. After
    `latest` (by `time.monotonic`) it counts, so that the interruption comes before the judge ends the process.
    A loop that catches everything catches this too; then each of its lines is interrupted, its handlers' among them.
    """
    words = f"interrupted after {seconds:g} s"
    with _by_signal(seconds, latest, words) if hasattr(signal, "setitimer") else _by_thread(seconds):
        yield


@contextmanager
def _by_signal(seconds: float, latest: float, words: str) -> Iterator[None]:
    rings = 0
    start, waited = time.monotonic(), _time_waited()

    def ring(_signal: int, frame: FrameType | None) -> None:
        nonlocal rings
        now = time.monotonic()
        left = min(seconds - (now - start) + (_time_waited() - waited), latest - now)
        if not rings and left > _SHORTEST:
            signal.setitimer(signal.ITIMER_REAL, left, _AGAIN)
            return
        rings += 1
        if rings > _PATIENCE:
            _interrupt_every_line(frame)
        raise Interrupted(words)

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if rings > _PATIENCE:
            sys.settrace(None)


def _time_waited() -> float:
    """Seconds that this thread was ready to run and did not (Linux, Documentation/scheduler/sched-stats.rst); 0 elsewhere."""
    try:
        numbers = os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # no Linux, a kernel without these numbers, or a wall that hides them: then all time counts
        return 0.0
    try:
        return int(os.read(numbers, 100).split()[1]) / 1e9
    finally:
        os.close(numbers)


@contextmanager
def _by_thread(seconds: float) -> Iterator[None]:
    """Where there are no timers (Windows): between two of Python's own instructions, so that a long C call is waited for."""
    target, over = ctypes.c_ulong(threading.get_ident()), threading.Event()

    def ring() -> None:
        wait = seconds
        while not over.wait(wait):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(target, ctypes.py_object(Interrupted))
            wait = _AGAIN

    bell = threading.Thread(target=ring, daemon=True)
    bell.start()
    try:
        yield
    finally:
        over.set()
        bell.join()
        ctypes.pythonapi.PyThreadState_SetAsyncExc(target, None)  # one that rang at the last moment would be raised later


def _interrupt_every_line(frame: FrameType | None) -> None:
    def interrupt(traced: FrameType, event: str, _argument: Any) -> Any:
        if _is_ours(traced):
            return None
        if event == "line":
            raise Interrupted("interrupted again")
        return interrupt

    sys.settrace(interrupt)
    while frame is not None:
        if not _is_ours(frame):
            frame.f_trace = interrupt
        frame = frame.f_back


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith("grader.")
