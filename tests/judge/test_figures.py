"""An assignment's `figures.py` in the judge: it can add a picture, and nothing that it does can change a verdict."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from grader.course.reader import read_specification
from grader.course.specification import Assignment
from grader.errors import SpecificationError
from grader.judge.check import Compared
from grader.judge.drawing import Drawing, heat_map
from grader.judge.figures import Figures
from grader.judge.outcome import Call, Difference, Mismatch
from grader.judge.planned import PlannedTest
from grader.judge.plugin import Ran
from grader.judge.text import gettext
from grader.results import TestResult, TestStatus

WRONG = Difference("wrong")


@pytest.fixture
def assignment(tiny_course: Path) -> Assignment:
    """The tiny assignment: parts mean, clamp, words."""
    return read_specification(tiny_course / "assignments" / "tiny" / "assignment.yaml")


def module(**functions: Any) -> ModuleType:
    """A `figures.py` with these names in it."""
    made = ModuleType("figures")
    vars(made).update(functions, __file__="figures.py")
    return made


def drawn(answer: Any, expected: Any, call: Call) -> Drawing | None:
    """A picture of one cell."""
    return heat_map([[answer]], [[expected]], gettext("{answer} came.", answer=answer))


def ran(*differences: Difference | None, part: str = "mean", fails: bool = True) -> Ran:
    """A test that made comparisons which came out so."""
    test = PlannedTest("id", part, "public", "title", 1.0)
    compared = [Compared(Call(part, ()), number, -1, one) for number, one in enumerate(differences)]
    return Ran(test, Mismatch("wrong") if fails else None, "", compared)


def result(part: str = "mean") -> TestResult:
    """The verdict of such a test."""
    return TestResult(
        id="id", part=part, visibility="public", title="", status=TestStatus.FAILED, score=0, max_score=1, detail="seen"
    )


def add(figures: Figures, *items: Ran) -> tuple[TestResult, ...]:
    """The results of these tests with their pictures."""
    return figures.add_to([result(item.test.part) for item in items], items, lambda text: text.replace("came", "пришло"))


def test_the_wrong_answer_is_drawn(assignment: Assignment) -> None:
    """Protects the picture: it shows the comparison that failed, its caption in the run's language."""
    (one,) = add(Figures(assignment, module(figure_mean=drawn)), ran(None, WRONG, None))
    assert [figure.caption for figure in one.figures] == ["1 пришло."]
    assert one.detail == "seen"


def test_what_passed_is_not_drawn(assignment: Assignment) -> None:
    """Protects the page from pictures of right answers, and of comparisons that a test set aside."""
    figures = Figures(assignment, module(figure_mean=drawn))
    assert [one.figures for one in add(figures, ran(None), ran(WRONG, fails=False), ran())] == [(), (), ()]


def test_what_a_test_wants_to_show(assignment: Assignment) -> None:
    """Protects the heat maps of right work; of a test that fails the wrong answer is drawn, not what it would have shown."""
    figures = Figures(assignment, module(figure_mean=drawn))
    for fails, captions in ((False, ["7 пришло.", "8 пришло."]), (True, ["0 пришло."])):
        test = ran(WRONG if fails else None, fails=fails)
        test.shown = [Compared(Call("mean", ()), number, -1, None) for number in (7, 8, 9)]
        (one,) = add(figures, test)
        assert [figure.caption for figure in one.figures] == captions


def test_the_first_of_a_part_are_enough(assignment: Assignment) -> None:
    """Protects the size of results from a class whose every answer is wrong: two pictures a part."""
    figures = Figures(assignment, module(figure_mean=drawn, figure_clamp=drawn))
    added = add(figures, *[ran(WRONG)] * 4, *[ran(WRONG, part="clamp")] * 3)
    assert [len(one.figures) for one in added] == [1, 1, 0, 0, 1, 1, 0]


def _raise(*_arguments: Any) -> None:
    raise ZeroDivisionError("by an answer")


@pytest.mark.parametrize(
    "function", [_raise, lambda answer, expected: None, lambda *_: "no picture", lambda *_: heat_map, SimpleNamespace()]
)
def test_a_fault_is_told_and_changes_nothing(assignment: Assignment, function: Any) -> None:
    """Protects verdicts from the code that draws: its fault goes to the instructor, beside what was there."""
    (one,) = add(Figures(assignment, module(figure_mean=function)), ran(WRONG))
    assert (one.figures, one.status, one.score) == ((), TestStatus.FAILED, 0)
    assert one.detail.startswith("seen\nfigures.py: figure_mean: ")


def test_a_picture_may_be_declined(assignment: Assignment) -> None:
    """Protects answers that cannot be shown: None is no fault. The call that is handed over takes no notes back."""

    def decline(_answer: Any, _expected: Any, call: Call) -> None:
        call.notes.append("must not be told to the student")

    item = ran(WRONG)
    (one,) = add(Figures(assignment, module(figure_mean=decline)), item)
    assert (one.figures, one.detail) == ((), "seen")
    assert item.compared[0].call.notes == []


def test_an_assignment_without_figures(assignment: Assignment) -> None:
    """Protects the assignments that have no `figures.py`."""
    (one,) = add(Figures(assignment, None), ran(WRONG))
    assert one.figures == ()


def test_a_function_for_no_part_is_refused(assignment: Assignment) -> None:
    """Protects from a typing error that would only be missed as a picture that never comes."""
    with pytest.raises(SpecificationError, match="figure_mena: there is no such part"):
        Figures(assignment, module(figure_mena=drawn))
