"""The numbers of the item analysis are the textbook's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.report.statistics import difficulty, discrimination, item_statistics

POINTS = arrays.arrays(
    np.float64,
    st.tuples(st.integers(0, 20), st.integers(1, 6)),
    elements=st.one_of(st.floats(0, 5, width=32), st.just(float("nan"))),
)


def test_difficulty_is_the_mean_share() -> None:
    """Protects the formula, and that a missing result is not a zero."""
    assert difficulty(np.array([0.0, 2.0, 4.0, 4.0]), 4.0) == 0.625
    assert difficulty(np.array([2.0, np.nan]), 4.0) == 0.5
    assert difficulty(np.array([np.nan]), 4.0) is None
    assert difficulty(np.array([1.0]), 0.0) is None


def test_discrimination_leaves_the_test_itself_out_of_the_total() -> None:
    """Protects the correction: worked out by hand, r(x, T - x) of the first test is 1 / sqrt(2)."""
    points = np.array([[1.0, 2.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    found = item_statistics(points, np.array([1.0, 2.0]))[0].discrimination
    assert found == pytest.approx(1 / np.sqrt(2))
    uncorrected = np.corrcoef(points[:, 0], points.sum(axis=1))[0, 1]
    assert uncorrected > 0.8


def test_a_test_that_the_best_fail_is_negative() -> None:
    """Protects the sign, on which the page's warning hangs."""
    assert discrimination(np.array([1.0, 1.0, 0.0, 0.0]), np.array([1.0, 2.0, 9.0, 8.0])) < 0  # type: ignore[operator]


@pytest.mark.parametrize(
    ("item", "rest"),
    [([1.0, 0.0], [1.0, 0.0]), ([1.0, 1.0, 1.0], [0.0, 1.0, 2.0]), ([0.0, 1.0, 1.0], [2.0, 2.0, 2.0]), ([], [])],
)
def test_discrimination_without_a_spread_is_undefined(item: list[float], rest: list[float]) -> None:
    """Protects from a division by zero, and from a number where none is defined."""
    assert discrimination(np.array(item), np.array(rest)) is None


@given(POINTS)
def test_numbers_stay_in_their_ranges(points: np.ndarray) -> None:
    """Protects the page from NaN, infinity and rounding beyond the ends, whatever the class did."""
    for found in item_statistics(points, np.full(points.shape[1], 5.0)):
        assert 0 <= found.students <= points.shape[0]
        assert found.difficulty is None or 0 <= found.difficulty <= 1
        assert found.discrimination is None or -1 <= found.discrimination <= 1


@given(POINTS)
def test_the_unit_of_points_does_not_matter(points: np.ndarray) -> None:
    """Protects the comparison of tests: doubling all points changes neither number."""
    once = item_statistics(points, np.full(points.shape[1], 5.0))
    twice = item_statistics(points * 2, np.full(points.shape[1], 10.0))
    for a, b in zip(once, twice, strict=True):
        assert (a.difficulty is None) == (b.difficulty is None)
        assert a.difficulty is None or a.difficulty == pytest.approx(b.difficulty)
        assert a.discrimination is None or a.discrimination == pytest.approx(b.discrimination)
