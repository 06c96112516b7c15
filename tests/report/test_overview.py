"""The class page's words: who is counted, who is named, and in which order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.i18n import translator
from grader.report.attention import attention
from grader.report.overview import overview
from grader.report.payload import payload
from grader.report.roster import ClassEntry, roster
from grader.results import Results, SubmissionStatus, TestStatus

MakeClass = Callable[..., Results]


def test_whoever_was_not_graded_needs_the_instructor(make_class: MakeClass) -> None:
    """Protects the list: every such student is in it, with the reason and the first message."""
    results, entries = roster(make_class(60))
    found = attention(results.assignment, entries, "en")
    ungraded = {entry.slug for entry in entries if entry.submission.status is not SubmissionStatus.GRADED}
    assert ungraded <= found.slugs
    titles = [reason.title for reason in found.reasons]
    assert titles[0] == "the grader failed"
    assert "could not be loaded" in titles
    named = [person for reason in found.reasons for person in reason.who.people]
    assert any(person.note == "Cell 3, line 2: SyntaxError: invalid syntax" for person in named)


def test_identical_files_are_told(make_class: MakeClass) -> None:
    """Protects the instructor's eye for copies; a missing file equals nothing."""
    results, entries = roster(make_class())
    (same,) = [reason for reason in attention(results.assignment, entries, "en").reasons if reason.title == "identical files"]
    assert [person.name for person in same.who.people] == ["morozova", "volkov"]
    missing = [entry.submission.model_copy(update={"digest": "sha256:", "status": SubmissionStatus.MISSING}) for entry in entries]
    found = attention(
        results.assignment, [ClassEntry(submission, str(number)) for number, submission in enumerate(missing)], "en"
    )
    assert "identical files" not in [reason.title for reason in found.reasons]


def test_adaptations_need_nobody_by_themselves(make_class: MakeClass) -> None:
    """Protects "3 need you" from becoming the whole class because a picture was missing everywhere."""
    results, entries = roster(make_class())
    found = attention(results.assignment, entries, "en")
    assert found.adapted == 8
    assert [reason.who.total for reason in found.adaptations] == [8, 8]
    assert "petrova" not in found.slugs


def test_a_test_that_the_grader_could_not_check_is_told(make_class: MakeClass) -> None:
    """Protects a student whose score is not final from being passed over."""
    results = make_class(1)
    (submission,) = results.submissions
    test = submission.tests[0].model_copy(update={"status": TestStatus.GRADER_ERROR, "score": None})
    found = attention(
        results.assignment, [ClassEntry(submission.model_copy(update={"tests": (test, *submission.tests[1:])}), "a")], "en"
    )
    (reason,) = found.reasons
    assert reason.title == "graded in part: the grader failed in some tests"
    assert reason.who.people[0].note == test.title


def test_whoever_has_no_point_is_told(make_class: MakeClass) -> None:
    """Protects the student whose starter came untouched, and whose code the grader did not find, from passing for graded."""
    results = make_class(2)
    entries = [
        ClassEntry(one.model_copy(update={"score": score, "status": SubmissionStatus.GRADED, "messages": ()}), one.student)
        for one, score in zip(results.submissions, (0.0, 0.5), strict=True)
    ]
    (reason,) = attention(results.assignment, entries, "en").reasons
    assert reason.title == "graded, but without a single point"
    ((person),) = reason.who.people
    assert person.name == "ivanov"
    assert person.note == next(test.message for test in entries[0].submission.tests if test.message)


@pytest.mark.parametrize("status", [SubmissionStatus.NOT_LOADABLE, SubmissionStatus.MISSING, SubmissionStatus.GRADED])
def test_a_work_that_did_not_run_lacks_no_function(make_class: MakeClass, status: SubmissionStatus) -> None:
    """Protects the table of tests: of several files or none nobody can say that a function is not there."""
    results = make_class(1)
    (submission,) = results.submissions
    tests = tuple(test.model_copy(update={"status": TestStatus.NOT_FOUND}) for test in submission.tests)
    entry = ClassEntry(submission.model_copy(update={"status": status, "tests": tests}), "ivanov")
    groups = overview(results, [entry], "en").groups
    (row,) = payload(groups, [entry], frozenset(), "en", translator("en"))["rows"]
    assert row[5] == ("n" * len(tests) if status is SubmissionStatus.GRADED else "")


def test_whoever_is_near_a_boundary_is_told(make_class: MakeClass) -> None:
    """Protects the students whom one test more or less moves to another grade: on either side, nearest first, and no others."""
    results = make_class(6)
    assignment = results.assignment.model_copy(update={"pass_score": 50.0, "boundaries": (50.0, 80.0)})
    scores = (48.9, 49, 50.5, 79.75, None, 82)
    submissions = [one.model_copy(update={"score": score}) for one, score in zip(results.submissions, scores, strict=True)]
    entries = [ClassEntry(submission, submission.student) for submission in submissions]
    (near,) = [one for one in attention(assignment, entries, "en").reasons if one.title == "close to a grade boundary"]
    assert [person.note for person in near.who.people] == [
        "79.75 points, where the boundary is 80",
        "50.5 points, where the boundary is 50",
        "49 points, where the boundary is 50",
    ]
    assert "close to a grade boundary" not in [one.title for one in attention(results.assignment, entries, "en").reasons]


def test_of_few_points_one_is_not_near(make_class: MakeClass) -> None:
    """Protects an assignment of five points, where everyone is within a point of something."""
    results = make_class(1)
    assignment = results.assignment.model_copy(update={"max_score": 5, "boundaries": (3.0,)})
    entry = ClassEntry(results.submissions[0].model_copy(update={"score": 3.5}), "a")
    assert "close to a grade boundary" not in [one.title for one in attention(assignment, [entry], "en").reasons]


def test_how_many_passed(make_class: MakeClass) -> None:
    """Protects the count: the line itself is passed, a submission without a score is not counted, no line says nothing."""
    results = make_class(4)
    scores = (50, 49.99, None, 100)
    submissions = [one.model_copy(update={"score": score}) for one, score in zip(results.submissions, scores, strict=True)]
    entries = [ClassEntry(submission, submission.student) for submission in submissions]
    line = results.assignment.model_copy(update={"pass_score": 50.0})
    assert overview(results.model_copy(update={"assignment": line}), entries, "en").passed == 2
    assert overview(results, entries, "en").passed is None


def test_thousands_are_counted_but_not_all_named(make_class: MakeClass) -> None:
    """Protects the page's size from a day on which nothing could be loaded."""
    results, entries = roster(make_class(1000))
    broken = [
        ClassEntry(entry.submission.model_copy(update={"status": SubmissionStatus.CRASHED}), entry.slug) for entry in entries
    ]
    reason = attention(results.assignment, broken, "en").reasons[0]
    assert (reason.who.total, len(reason.who.people), reason.who.more) == (1000, 40, 960)


def test_misconceptions_are_counted_by_student(make_class: MakeClass) -> None:
    """Protects the count: a student who shows a mistake in three tests is one student."""
    results, entries = roster(make_class())
    mistakes = overview(results, entries, "en").mistakes
    totals = [mistake.who.total for mistake in mistakes]
    assert totals == sorted(totals, reverse=True)
    shown = {
        entry.slug
        for entry in entries
        for test in entry.submission.tests
        if test.misconception and test.misconception.id == "median.known"
    }
    (median,) = [mistake for mistake in mistakes if mistake.part == "Median of a sample"]
    assert median.who.total == len(shown)
    assert median.title == "The sample is not sorted."


def test_a_class_without_scores(make_class: MakeClass) -> None:
    """Protects from a median of nothing."""
    results, entries = roster(make_class(0))
    view = overview(results, entries, "en")
    assert (view.median, view.middle, view.mistakes) == (None, None, ())
