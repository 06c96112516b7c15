"""Other ways to ask: what an assignment's `calling.py` may say, and what is a fault of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.course.assignment import open_assignment
from grader.course.specification import Part
from grader.errors import SpecificationError
from grader.judge.alternatives import Alternatives, Probe


@pytest.fixture
def part(tiny_course: Path) -> Part:
    """The part `mean`, of `values`."""
    return open_assignment(tiny_course / "assignments" / "tiny").specification.part("mean")


def alternatives(**functions: Any) -> Alternatives:
    """Of a `calling.py` that has these."""
    return Alternatives(SimpleNamespace(**functions), None)  # type: ignore[arg-type]


def test_the_question_that_tells_axes(part: Part) -> None:
    """Protects the question from being made anew for every test, and the arguments from another order than the part's."""
    made = []

    def axes_of_mean() -> Probe:
        made.append(1)
        return Probe({"values": [1, 3]}, lambda answer: answer == 2)

    known = alternatives(axes_of_mean=axes_of_mean)
    found = known.axes(part)
    assert found is not None
    assert (found.arguments, found.fits(2), found.fits(3)) == (([1, 3],), True, False)
    assert known.axes(part) is found
    assert made == [1]
    assert alternatives().axes(part) is None


@pytest.mark.parametrize("wrong", [None, [1, 3], Probe({"value": 1}, bool), Probe({}, bool)])
def test_a_question_of_other_roles_is_the_courses_fault(part: Part, wrong: Any) -> None:
    """Protects the author from a question that nobody is asked, and does not know of it."""
    with pytest.raises(SpecificationError, match="axes_of_mean must return a Probe of the part's own roles"):
        alternatives(axes_of_mean=lambda: wrong).axes(part)
