"""What the course's own code passes and answers crosses as a submission's answer does."""

from __future__ import annotations

from collections import Counter, OrderedDict
from datetime import date
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import pytest

from grader.errors import WireError
from grader.guest.values import Registry, to_wire
from grader.judge.plain import plain
from grader.wire.codec import encode
from grader.wire.values import Array, Bounds, Model
from grader.wire.wrapping import wired, wired_answer


class Box(NamedTuple):
    """A named tuple."""

    x: Any
    y: Any


class Colour(IntEnum):
    """A number under a name."""

    RED = 1


def test_values_are_wrapped() -> None:
    """Protects what tests pass and references answer: arrays and NumPy's numbers in containers become wire values."""
    for wrap in (wired, wired_answer):
        sent = wrap([np.arange(3)[::2], (np.float32(1.5), {"a": np.array(True)}), Model("net"), "text", None])
        assert isinstance(sent[0], Array)
        assert isinstance(sent[1][0], Array)
        assert isinstance(sent[1][1]["a"], Array)
        assert sent[2:] == [Model("net"), "text", None]


def test_numbers_of_numpys_are_numbers() -> None:
    """Protects comparisons from a reference's 0-d arrays, where a submission's same answer is a Python number."""
    answer = plain(wired_answer([np.float64(0.5), np.int64(3), np.bool_(True), np.array(2.0)]))
    assert [type(one) for one in answer] == [float, int, bool, np.ndarray]


def test_arguments_of_derived_kinds_are_plain_ones() -> None:
    """Protects tests that pass a named tuple, which cannot be made again from its items alone, or a counter."""
    sent = wired([Box(1, (2, np.int64(3))), Counter("aab"), OrderedDict({np.int64(1): 2})])
    assert [type(one) for one in sent] == [tuple, dict, dict]
    assert sent[0][0] == 1
    assert sent[1:] == [{"a": 2, "b": 1}, {1: 2}]
    encode(sent, Bounds())


def test_an_argument_without_a_form_is_refused() -> None:
    """Protects authors from a text that a submission is given in the place of a key."""
    for value in ({date(2026, 1, 2): 1}, {frozenset("a"): 1}, {1j}):
        with pytest.raises(WireError):
            encode(wired(value), Bounds())


ANSWERS = [
    Box(1, np.float32(0.5)),
    [Box(1, 2), Box(3, 4)],
    Counter(zip("aba", "bab", strict=True)),
    dict(zip(*np.unique([1, 2, 2], return_counts=True), strict=True)),
    {(np.int8(1), "a"): [1], Colour.RED: 2, frozenset("ab"): 3},
    {date(2026, 1, 2): 1.5, 1j: 2},
    {(1, 2), (0, np.int64(3))},
    frozenset({frozenset("ab"), frozenset("b")}),
    {1j, 2j},
    np.ma.array([1, 2], mask=[False, True]),
]


@pytest.mark.parametrize("answer", ANSWERS, ids=range(len(ANSWERS)))
def test_a_copy_of_the_reference_answers_the_same(answer: Any) -> None:
    """Protects right answers: whatever the reference answers, a submission that has copied it answers in the same form."""
    ours, theirs = plain(wired_answer(answer)), plain(to_wire(answer, Registry()))
    assert repr(ours) == repr(theirs)
    encode(wired_answer(answer), Bounds())


@pytest.mark.torch
def test_tensors_among_keys() -> None:
    """Protects the same of answers that hold tensors."""
    torch = pytest.importorskip("torch", reason="needs torch")
    numbers, counts = torch.unique(torch.tensor([1, 2, 2]), return_counts=True)
    answer = {"maps": torch.zeros(2, requires_grad=True), "counts": dict(zip(numbers, counts.tolist(), strict=True))}
    assert repr(plain(wired_answer(answer))) == repr(plain(to_wire(answer, Registry())))
    assert list(plain(wired_answer(answer))["counts"]) == [1, 2]
