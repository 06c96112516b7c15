"""Item analysis of classical test theory, as pure functions over arrays of points.

Points are `float64` of shape `(students, tests)`; NaN where a student has no result for a test (never a zero). Left out
on purpose: which students enter (the caller takes those who were graded) and what to call a value (`items`).

Sources: Crocker and Algina, *Introduction to Classical and Modern Test Theory* (1986), chapter "Item analysis";
Henrysson, "Correction of item-total correlations in item analysis", Psychometrika 28 (1963) 211-218.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


@dataclass(frozen=True)
class ItemStatistics:
    """One test's numbers: over how many students, and None where a number is not defined."""

    students: int
    difficulty: float | None
    discrimination: float | None


def difficulty(points: Points, possible: float) -> float | None:
    """The difficulty index of a test: its mean points over the possible points, 0 (nobody) to 1 (everybody).

    `P = mean(x) / max(x)`; for a test of one point, the share of students who pass. None without students or points.
    """
    known = points[~np.isnan(points)]
    if not known.size or possible <= 0:
        return None
    return float(np.clip(known.mean() / possible, 0.0, 1.0))


def discrimination(points: Points, rest: Points) -> float | None:
    """The corrected item-total correlation of a test, -1 to 1: do those who are good at the rest pass it?

    Pearson's correlation `r(x, T - x)` of a test's points with the total of all the *other* tests (Henrysson 1963);
    with the test itself in the total, it would correlate with itself. None for fewer than three students, or where
    one of the two is the same for all.
    """
    known = ~(np.isnan(points) | np.isnan(rest))
    x, y = points[known], rest[known]
    if x.size < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    x, y = x - x.mean(), y - y.mean()
    scale = float(np.sqrt((x @ x) * (y @ y)))
    return float(np.clip(x @ y / scale, -1.0, 1.0)) if scale > 0 else None


def item_statistics(points: Points, possible: Points) -> list[ItemStatistics]:
    """Every test's numbers; `points` is `(students, tests)`, `possible` is `(tests,)`."""
    totals = np.nansum(points, axis=1)
    result = []
    for number, most in enumerate(possible):
        item = points[:, number]
        result.append(
            ItemStatistics(
                students=int(np.count_nonzero(~np.isnan(item))),
                difficulty=difficulty(item, float(most)),
                discrimination=discrimination(item, totals - np.nan_to_num(item)),
            )
        )
    return result
