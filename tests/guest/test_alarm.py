"""The deadline inside the process counts the code's own time."""

from __future__ import annotations

import signal
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


def test_no_time_is_left_for_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the definitions above a loop that catches everything on a busy machine: it ends before the judge ends all."""
    intervals: list[float] = []
    set_timer = signal.setitimer

    def noted(which: int, seconds: float, interval: float = 0.0) -> None:
        intervals.append(interval)
        set_timer(which, seconds, interval)

    def catch_everything() -> None:
        while True:
            try:
                go_on()
            except Interrupted:
                continue

    monkeypatch.setattr(alarm, "_time_waited", time.monotonic)  # it only waits
    monkeypatch.setattr(signal, "setitimer", noted)
    with pytest.raises(Interrupted), interrupt_after(0.1, latest=time.monotonic() + 0.3):
        catch_everything()
    assert intervals[-2] == alarm._AT_ONCE, "it was given a second each time"
