"""A deadline inside the process: a signal that interrupts student code so that the rest of the file can still be read.

A courtesy, not a limit: code may ignore it, and then the judge ends the process from outside.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN = 1.0  # seconds until the next attempt when code swallowed the first


class Interrupted(BaseException):
    """A cell or a module took longer than it may. Not an `Exception`, so that `except Exception` lets it through."""


@contextmanager
def interrupt_after(seconds: float) -> Iterator[None]:
    """Raise `Interrupted` in the main thread once `seconds` of wall time have passed."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise Interrupted(f"interrupted after {seconds:g} s")

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
