"""The deadline inside the process counts the code's own time."""

from __future__ import annotations

import time

import pytest

from grader.guest import alarm
from grader.guest.alarm import Interrupted, interrupt_after


def go_on() -> None:
    """Python code without end."""
    while True:
        pass


def spin(seconds: float) -> float:
    """Interrupted after `seconds`: how many passed on the wall's clock."""
    start = time.monotonic()
    with pytest.raises(Interrupted), interrupt_after(seconds):
        go_on()
    return time.monotonic() - start


def test_time_of_others_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects honest code on a machine that is busy with something else: three quarters of its time it only waits."""
    start = time.monotonic()
    monkeypatch.setattr(alarm, "_time_waited", lambda: 0.75 * (time.monotonic() - start))
    assert spin(0.25) >= 0.9


def test_waiting_is_measured() -> None:
    """Protects the numbers: what the kernel tells is seconds, never more than have passed."""
    start, waited = time.monotonic(), alarm._time_waited()
    sum(range(10**6))
    assert 0 <= alarm._time_waited() - waited <= time.monotonic() - start
    assert spin(0.1) >= 0.1


def test_sleep_is_counted() -> None:
    """Protects from code that only sleeps: nobody keeps it from running."""
    with pytest.raises(Interrupted), interrupt_after(0.1):
        time.sleep(60)
