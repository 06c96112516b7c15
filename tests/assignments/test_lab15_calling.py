"""What `calling.py` of lab 15 makes of answers, whatever they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.course.code import load_file
from grader.judge.alternatives import Reading

calling = load_file(Path(__file__).parents[2] / "assignments" / "lab15" / "calling.py")

FEATURES = np.ones((2, 3, 4), dtype=np.float32)
WEIGHTS = np.array([[1, 2], [5, 6], [3, 4]], dtype=np.float32)
ODD = [1.0, True, None, "x", np.array(1.0), np.array([]), [[1.0], [1.0, 2.0]], [], {}, {"a": 1}, 10**400, [10**400]]
ODD += [[np.zeros((3, 4)), np.zeros(3)], (np.array([0, 2]), 7), object(), 1j]


@pytest.mark.parametrize("answer", ODD, ids=lambda answer: "object" if type(answer) is object else repr(answer))
def test_no_answer_makes_the_look_for_a_class_raise(answer: Any) -> None:
    """Protects the verdict: a number, or a list of uneven parts, was once the grader's fault, and had no score."""
    found = calling._pick_class(answer, FEATURES, WEIGHTS, 0)
    assert (found.answer if isinstance(found, Reading) else found) is answer


def test_the_map_of_the_class_is_picked() -> None:
    """Protects functions that answer with the maps of all classes, and those that answer for the likeliest one."""
    maps = np.arange(36.0).reshape(3, 3, 4)
    assert calling._pick_class(maps, FEATURES, WEIGHTS, 2) is not None
    assert np.array_equal(calling._pick_class(list(maps[None]), FEATURES, WEIGHTS, 2), maps[2])
    likeliest = calling._pick_class(maps[0], FEATURES, WEIGHTS, 2)
    assert likeliest.asked[2] == 1
