"""The reference of the tiny course: plain Python, so that the tests of the grader need no torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean of at least one number."""
    return sum(values) / len(values)


def clamp(value: float, low: float, high: float) -> float:
    """`value`, moved into the closed interval from `low` to `high`."""
    return max(low, min(high, value))


def count_words(text: str) -> dict[str, int]:
    """How often each word occurs, in lower case; words are separated by white space."""
    return dict(Counter(text.lower().split()))
