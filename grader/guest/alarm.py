"""A deadline inside the process: a signal that interrupts student code so that the rest of the file can still be read.

A courtesy, not a limit: code may ignore it, and then the judge ends the process from outside.
"""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN = 1.0  # seconds until the next attempt when code swallowed the first


class Interrupted(BaseException):
    """A cell or a module took longer than it may. Not an `Exception`, so that `except Exception` lets it through."""


@contextmanager
def interrupt_after(seconds: float) -> Iterator[None]:
    """Raise `Interrupted` in the main thread once `seconds` of wall time have passed."""
    words = f"interrupted after {seconds:g} s"
    with _by_signal(seconds, words) if hasattr(signal, "setitimer") else _by_thread(seconds):
        yield


@contextmanager
def _by_signal(seconds: float, words: str) -> Iterator[None]:
    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise Interrupted(words)

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


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
