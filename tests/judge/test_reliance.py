"""Which part's function uses another's, which fails: told as it is, and of no other."""

from __future__ import annotations

from gettext import NullTranslations
from pathlib import Path

import pytest

from grader.course.assignment import open_assignment
from grader.course.specification import Assignment
from grader.judge.reliance import calls, reliance_words
from grader.judge.source import Source
from grader.judge.text import render
from grader.results import TestResult, TestStatus

CODE = """
def mean(values):
    \"\"\"Not by words(values).
    words(values)
    \"\"\"
    def inner(x):
        return helper(x)
    return inner(values) / len(values)  # words(1)


class Work:
    def words(self, text):
        return self.split(text)

    async def split(self, text, by=default()):
        return mean(text)


def helper(x): return total(x)
print(mean([1]))
"""


@pytest.fixture
def assignment(tiny_course: Path) -> Assignment:
    """Of the parts `mean` and `words`, and one more."""
    return open_assignment(tiny_course / "assignments" / "tiny").specification


def told(assignment: Assignment, code: str, answered: dict[str, str], **statuses: TestStatus) -> list[str]:
    """What is said where the tests of these parts went so."""
    tests = [
        TestResult(id=part, part=part, visibility="hidden", title=part, status=status, score=0, max_score=1)
        for part, status in statuses.items()
    ]
    words = reliance_words(assignment, Source("work.py", code.encode()), answered, tests)
    return [render(one, NullTranslations().gettext) for one in words]


def test_what_is_called_in_a_body() -> None:
    """Protects from claims that come of a comment, a long string, a default, or of what stands below a function."""
    assert calls([CODE.split("\n")], {"len", "default", "total"}) == {
        "mean": {"helper", "inner", "len"},
        "inner": {"helper"},
        "Work": {"split", "default", "mean"},
        "words": {"split"},
        "split": {"mean"},
        "helper": {"total"},
    }


def test_the_last_definition_counts() -> None:
    """Protects a notebook's later cell from what an earlier one called."""
    assert calls([["def f(x):", "    return g(x)"], ["def f(x):", "    return h(x)"]], {"g", "h"}) == {"f": {"h"}}


def test_names_that_nobody_asks_for() -> None:
    """Protects the judge's memory from a line of millions of names in functions within functions."""
    nested = [" " * level + f"def f{level}(x):" for level in range(3)]
    assert calls([[*nested, "   return f0(x) + other(x)"]]) == {"f0": {"f0"}, "f1": {"f0"}, "f2": {"f0"}}


@pytest.mark.parametrize(
    ("line", "own"),
    [
        ("softmax(x)", True),
        ("x.softmax(-1)", False),
        ("torch.softmax(x, -1)", False),
        ("torch.nn.functional.softmax(x)", False),
        ("self.softmax(x)", False),
        ("[softmax(one) for one in x]", True),
    ],
)
def test_calls_of_a_library(line: str, own: bool) -> None:
    """Protects who calls torch's softmax from being told to mend their own first."""
    code = ["def softmax(x):", "    return x", "class Attention:", "    def forward(self, x):", f"        return {line}"]
    assert calls([code], {"softmax"})["forward"] == ({"softmax"} if own else set())


@pytest.mark.parametrize(("line", "own"), [("self.softmax(x)", True), ("Attention.softmax(x)", True), ("x.softmax(-1)", False)])
def test_calls_of_methods(line: str, own: bool) -> None:
    """Protects what is said of a class whose methods call one another, and from claims of methods that tensors have."""
    code = f"class Attention:\n    def softmax(self, x):\n        return x\n    def forward(self, x):\n        return {line}"
    assert calls([code.split("\n")], {"softmax"})["forward"] == ({"softmax"} if own else set())


@pytest.mark.parametrize(
    "line",
    ["    x = " + "a" * 2_000_000, "    x = " + "a." * 1_000_000, "def g(x" + ")->" * 700_000, "def g(x" + ") " * 1_000_000],
)
def test_lines_that_take_the_square_of_their_length(line: str) -> None:
    """Protects a whole class from one file whose line would keep the judge busy for days: this test would not end."""
    assert calls([["def f(x):", line, "    return f(x)"]]).keys() >= {"f"}


def test_a_part_that_uses_a_failing_one(assignment: Assignment) -> None:
    """Protects a student whose one mistake fails two parts from looking for a second one."""
    (said,) = told(assignment, CODE, {"mean": "mean", "words": "Work.words"}, mean=TestStatus.FAILED, words=TestStatus.ERROR)
    only = "What is said about count_words may only follow from that."
    assert said == f"count_words uses your mean, whose tests fail: mend mean first. {only}"


@pytest.mark.parametrize(
    ("answered", "mean", "words"),
    [
        ({"mean": "mean", "words": "Work.words"}, TestStatus.PASSED, TestStatus.FAILED),
        ({"mean": "mean", "words": "Work.words"}, TestStatus.FAILED, TestStatus.PASSED),
        ({"mean": "mean", "words": "other"}, TestStatus.FAILED, TestStatus.FAILED),
        ({"mean": "mean", "words": "mean"}, TestStatus.FAILED, TestStatus.FAILED),
        ({"words": "Work.words"}, TestStatus.FAILED, TestStatus.FAILED),
        ({"mean": "mean", "words": "Work.words"}, TestStatus.NOT_FOUND, TestStatus.FAILED),
    ],
)
def test_nothing_is_said_where_it_is_not_so(
    assignment: Assignment, answered: dict[str, str], mean: TestStatus, words: TestStatus
) -> None:
    """Protects from blaming a part that passes, is not used, or is not there."""
    assert told(assignment, CODE, answered, mean=mean, words=words) == []
