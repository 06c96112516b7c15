"""Tests are judged by the class, in words, and only where there is something to say."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.i18n import translator
from grader.report.items import ItemGroup, item_groups
from grader.results import (
    AssignmentSummary,
    PartResult,
    PartSummary,
    Results,
    SubmissionResult,
    SubmissionStatus,
    TestResult,
    TestStatus,
)

ENGLISH = translator("en")
ASSIGNMENT = AssignmentSummary(
    id="sums", title="Sums", max_score=2, parts=(PartSummary(id="add", title="Addition", max_score=2),)
)


def answers(*scores: float | None, status: SubmissionStatus = SubmissionStatus.GRADED) -> SubmissionResult:
    """A submission with one point to be had in each test; None where the grader failed."""
    tests = tuple(
        TestResult(
            id=f"test_{number}",
            part="add",
            visibility="hidden",
            title=f"Test {number}",
            status=TestStatus.GRADER_ERROR if score is None else TestStatus.PASSED if score else TestStatus.FAILED,
            score=score,
            max_score=1,
        )
        for number, score in enumerate(scores)
    )
    total = None if None in scores else sum(score or 0 for score in scores)
    part = PartResult(id="add", score=total, max_score=len(scores))
    return SubmissionResult(student="a", path="", digest="", status=status, score=total, max_score=2, parts=(part,), tests=tests)


def remarks(submissions: Sequence[SubmissionResult]) -> list[str]:
    """What is said about each test of the only part."""
    (group,) = item_groups(ASSIGNMENT, submissions, ENGLISH)
    return [item.remark for item in group.items]


def test_each_remark_has_its_cause() -> None:
    """Protects the words: everyone, nobody, the best, hard, and a test that goes with the rest."""
    good = [answers(1, 0, 0, 1, 1, 1)] * 5
    middling = [answers(1, 0, 1, 0, 1, 1)] * 2
    weak = [answers(1, 0, 1, 0, 0, 0)] * 5
    assert remarks(good + middling + weak) == [
        "everyone passes",
        "everyone fails",
        "the best students fail it",
        "hard: less than half of the points are earned",
        "",
        "",
    ]


def test_few_students_prove_nothing() -> None:
    """Protects small classes from correlations that are chance."""
    assert remarks([answers(0, 1, 1), answers(1, 0, 0), answers(0, 1, 1)]) == ["", "", ""]
    assert remarks([answers(1, 0)]) == ["", ""]


def test_only_graded_submissions_enter() -> None:
    """Protects a test from the zeros of files that could not be loaded."""
    submissions = [answers(1, 1), answers(1, 0), answers(0, 0, status=SubmissionStatus.NOT_LOADABLE)]
    (group,) = item_groups(ASSIGNMENT, submissions, ENGLISH)
    assert [item.statistics.difficulty for item in group.items] == [1, 0.5]
    assert group.share == 0.75


def test_a_grader_error_is_no_zero() -> None:
    """Protects the numbers from the grader's own faults."""
    (group,) = item_groups(ASSIGNMENT, [answers(1, None), answers(1, 1)], ENGLISH)
    assert [(item.statistics.students, item.statistics.difficulty) for item in group.items] == [(2, 1), (1, 1)]


def test_tests_are_numbered_by_part_and_place(make_class: Callable[..., Results]) -> None:
    """Protects the numbers by which table and analysis name the same test, even if the first student has no tests."""
    results = make_class()
    first = results.submissions[0].model_copy(update={"tests": ()})
    groups = item_groups(results.assignment, [first, *results.submissions[1:]], ENGLISH)
    assert [item.label for item in groups[1].items] == ["2.1", "2.2", "2.3", "2.4", "2.5"]
    assert groups[2].items[0].test.id == "tests/public/test_histogram.py::test_0"


def test_a_test_of_an_unknown_part_is_not_lost() -> None:
    """Protects results of another version of the assignment."""
    stray = answers(1).tests[0].model_copy(update={"id": "stray", "part": "old"})
    submission = answers(1).model_copy(update={"tests": (*answers(1).tests, stray)})
    groups: tuple[ItemGroup, ...] = item_groups(ASSIGNMENT, [submission], ENGLISH)
    assert [(group.title, group.max_score, len(group.items)) for group in groups] == [("Addition", 2, 1), ("old", 1, 1)]


def test_an_empty_class_has_no_numbers() -> None:
    """Protects the page of a class that nobody handed anything in to."""
    (group,) = item_groups(ASSIGNMENT, [], ENGLISH)
    assert (group.share, group.items) == (None, ())
