"""Where a test of lab 15 looks for the brightest place of an answer, whatever the answer is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.course.code import load_file
from grader.judge.outcome import TestOutcome

maps = load_file(Path(__file__).parents[2] / "assignments" / "lab15" / "tests" / "conftest.py")
SHAPE = (4, 5)


def peak(answer: Any) -> tuple[float, float]:
    """What the tests are told of an answer to features of 4 x 5 cells."""
    found: tuple[float, float] = maps._peak_of(maps._map_in(answer, SHAPE))
    return found


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda one: one,
        lambda one: one[None],
        lambda one: [one, 1.0],
        lambda one: {"map": one},
        lambda one: [(2, one)],
        lambda one: [{"class": 2, "map": one}],
    ],
)
def test_the_brightest_place(wrapped: Any) -> None:
    """Protects a right map, in whatever it comes."""
    answer = np.zeros(SHAPE)
    answer[1, 3] = 1
    assert peak(wrapped(answer)) == (0.375, 0.7)


def test_the_brightest_place_of_a_map_in_two_forms() -> None:
    """Protects a map that comes with its scaled form and a mask; and the test from two guesses at once."""
    answer = np.zeros(SHAPE)
    answer[1, 3] = 1
    assert peak((answer, answer / 2 + 1, answer > 0)) == (0.375, 0.7)
    with pytest.raises(TestOutcome):
        peak((answer, answer[::-1]))


@pytest.mark.parametrize(
    "answer",
    [
        *(np.zeros(shape) for shape in ((0, 5), (5, 0), (0, 0), (0,), (2, 3, 4))),
        *(np.full(SHAPE, number) for number in (np.nan, np.inf)),
        *(np.arange(20).reshape(SHAPE) * (1 + 1j), [["1", "2"], ["3", "4"]], [[1, None], [1, 1]]),
        *(
            [((1, 2),)],
            [()],
            [[10**4000, 1], [1, 1]],
            [np.zeros((0, 5)), 1],
            [[1], [1, 2]],
            "map",
            b"map",
            {},
            [],
            None,
            1.0,
            10**4000,
        ),
    ],
)
def test_no_map(answer: Any) -> None:
    """Protects the judge from answers that have no brightest place: they are the submission's fault, and never the grader's."""
    with pytest.raises(TestOutcome):
        peak(answer)
