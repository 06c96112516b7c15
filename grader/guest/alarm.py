"""A deadline inside the process: a signal that interrupts student code so that the rest of the file can still be read.

A courtesy, not a limit: code may ignore it, and then the judge ends the process from outside.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_AGAIN = 1.0  # seconds until the next attempt when code swallowed the last
_PATIENCE = 2  # swallowed interruptions until every line of it is interrupted


class Interrupted(BaseException):
    """A cell or a module took longer than it may. Not an `Exception`, so that `except Exception` lets it through."""


@contextmanager
def interrupt_after(seconds: float) -> Iterator[None]:
    """Raise `Interrupted` in the main thread once `seconds` of wall time have passed.

    A loop that catches everything catches this too; then each of its lines is interrupted, its handlers' among them.
    """
    words = f"interrupted after {seconds:g} s"
    with _by_signal(seconds, words) if hasattr(signal, "setitimer") else _by_thread(seconds):
        yield


@contextmanager
def _by_signal(seconds: float, words: str) -> Iterator[None]:
    rings = 0

    def ring(_signal: int, frame: FrameType | None) -> None:
        nonlocal rings
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
