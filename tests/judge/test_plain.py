"""Wire values become plain numbers, whatever a sandbox claims that they are."""

from __future__ import annotations

import numpy as np
import pytest

from grader.judge.plain import kinds, plain, weight
from grader.wire.values import Array, Handle


def test_arrays_and_scalars() -> None:
    """Protects comparisons, which see numpy arrays and Python numbers only."""
    answer = plain([Array(np.arange(3), "tensor"), (Array(np.array(2.5), "scalar"), {"a": Array(np.array(True), "scalar")})])
    assert type(answer[0]) is np.ndarray
    assert answer[1:] == [(2.5, {"a": True})]
    assert [type(answer[1][0]), type(answer[1][1]["a"])] == [float, bool]


@pytest.mark.parametrize("shape", [(0,), (3,), (2, 2)])
def test_a_scalar_that_is_none(shape: tuple[int, ...]) -> None:
    """Protects the judge from an array that calls itself a scalar: it stays an array, and is no fault of the grader."""
    assert plain(Array(np.zeros(shape), "scalar")).shape == shape


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ({(1,), ("a",)}, [(1,), ("a",)]),
        ({1.0, (1.0, "a"), ("a", 1.0), None, b"", ""}, [None, b"", 1.0, "", (1.0, "a"), ("a", 1.0)]),
        ({2.5, 1, -(10**400)}, [-(10**400), 1, 2.5]),
        ({(2, 1), (1.5, 3), (1, 4)}, [(1, 4), (1.5, 3), (2, 1)]),
        ({((1,), "a"), (None, "a")}, [(None, "a"), ((1,), "a")]),
    ],
)
def test_sets_of_all_kinds(value: set[object], items: list[object]) -> None:
    """Protects the judge from a set whose items cannot be compared; numbers stand by value, whatever they are written as."""
    assert plain(value) == items


def test_what_an_answer_weighs() -> None:
    """Protects the judge's memory and time, which go by numbers and elements and not by the bytes that were sent."""
    assert weight(np.zeros((10, 100), np.uint8)) == 8000
    assert weight(({"a": np.zeros(10), "b": 1.0}, "x" * 1000)) == 2 * 64 + 2 * 128 + 80 + 1000
    assert weight([[0.0] * 100] * 100) == 64 * (100 + 10_000)
    assert weight(3.5) == 0


def test_handles_stay() -> None:
    """Protects the message for an object where a value is wanted."""
    assert plain(Handle(1, "Module")) == Handle(1, "Module")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Array(np.zeros(1, np.float32), "tensor"), "tensor float32"),
        (Array(np.zeros(1, np.float32), "tensor", "bfloat16", True), "tensor bfloat16 with gradient"),
        ([1], "list"),
        (1.5, "float"),
        (None, "NoneType"),
    ],
)
def test_what_came_in_words(value: object, words: str) -> None:
    """Protects notes about the kind of an answer."""
    assert kinds(value) == words
