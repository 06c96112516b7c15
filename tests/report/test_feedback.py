"""What a student reads, in which order."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from grader.report.feedback import State, feedback
from grader.report.studentpage import published_page
from grader.results import Results, SubmissionStatus, TestStatus

MakeClass = Callable[..., Results]


def test_every_test_is_told_once(make_class: MakeClass) -> None:
    """Protects from losing a test between "wrong", "already right" and "right"."""
    results = make_class()
    for submission in results.submissions:
        parts = feedback(results.assignment, submission).parts
        told = [test.id for part in parts for finding in part.findings for test in finding.tests]
        told += [test.id for part in parts for test in part.passed]
        assert sorted(told) == sorted(test.id for test in submission.tests)


def test_equal_words_are_said_once(make_class: MakeClass) -> None:
    """Protects a student whose function is missing from reading so seven times."""
    results = make_class(1)
    (submission,) = results.submissions
    tests = tuple(
        test.model_copy(update={"status": TestStatus.NOT_FOUND, "message": "m", "hint": "h", "expected": ""})
        for test in submission.tests
    )
    view = feedback(results.assignment, submission.model_copy(update={"tests": tests}))
    assert [len(part.findings) for part in view.parts] == [1] * 6
    assert len(view.parts[0].findings[0].tests) == 5


def test_words_for_several_tests_say_so(make_class: MakeClass) -> None:
    """Protects readers from taking what is said of several tests for the last one's alone."""
    results = make_class(1)
    (submission,) = results.submissions
    same = {"status": TestStatus.FAILED, "message": "Not this.", "hint": "", "expected": "", "code": ""}
    wrong = tuple(test.model_copy(update=same) for test in submission.tests if test.part == "mean")
    for tests, times in ((wrong[:1], 0), (wrong[:2], 1)):
        page = published_page(results, submission.model_copy(update={"tests": tests}), "en")
        assert page.count("Not this.") == 1
        assert page.count("For all of these tests:") == times
    assert page.index(wrong[1].title) < page.index("For all of these tests:") < page.index("Not this.")


def test_the_start_is_where_most_points_are_open(make_class: MakeClass) -> None:
    """Protects the advice where to begin."""
    results = make_class()
    view = feedback(results.assignment, results.submissions[0])
    assert view.start is not None
    assert view.start.open_points == max(part.open_points for part in view.wrong)


@pytest.mark.parametrize(("score", "state"), [(10.0, State.ALL), (2.5, State.SOME), (0.0, State.NONE), (None, State.UNKNOWN)])
def test_a_part_without_a_score_is_not_a_zero(make_class: MakeClass, score: float | None, state: State) -> None:
    """Protects a student from a zero that the grader has to answer for."""
    results = make_class(1)
    (submission,) = results.submissions
    part = submission.parts[0].model_copy(update={"score": score})
    view = feedback(results.assignment, submission.model_copy(update={"parts": (part, *submission.parts[1:])}))
    assert view.parts[0].state is state


def test_a_missing_function_leads_to_what_stopped_the_file(make_class: MakeClass) -> None:
    """Protects whoever has a slip in one cell from a screen of functions not found, with the reason far below."""
    results = make_class(1)
    (submission,) = results.submissions
    missing = {"status": TestStatus.NOT_FOUND, "message": "m", "hint": "Define it.", "expected": ""}
    tests = tuple(test.model_copy(update=missing) for test in submission.tests)
    for messages, links in (("Cell 3 stopped in line 1.",), 6), ((), 0):
        changed = submission.model_copy(update={"tests": tests, "messages": messages})
        page = published_page(results, changed, "en")
        assert page.count('<a href="#done">What was done to your file</a>') == links
        assert page.count('id="done"') == min(links, 1)


def test_failed_parts_come_before_right_ones(make_class: MakeClass) -> None:
    """Protects the order of the student's questions: what is wrong, what was done, what is right."""
    results = make_class()
    page = published_page(results, results.submissions[1], "en")
    headings = re.findall(r"<h2[^>]*>([^<]+)", page)
    assert headings == ["Points", "What to look at", "What was done to your file", "What is right"]


def test_a_file_that_could_not_be_loaded_says_why_first(make_class: MakeClass) -> None:
    """Protects the student whose file is broken: the message stands before a row of zeros."""
    results = make_class()
    broken = next(one for one in results.submissions if one.status is SubmissionStatus.NOT_LOADABLE)
    page = published_page(results, broken, "ru")
    assert "Ничего из этой работы не удалось выполнить" in page
    assert page.index("SyntaxError") < page.index("Баллы</h2>")


def test_what_happened_to_the_whole_file_is_said_once(make_class: MakeClass) -> None:
    """Protects the student whose file is broken from forty tests that all say so."""
    results = make_class()
    broken = next(one for one in results.submissions if one.status is SubmissionStatus.NOT_LOADABLE)
    same = {"status": TestStatus.NOT_FOUND, "message": "the file could not be read"}
    tests = tuple(test.model_copy(update=same) for test in broken.tests)
    page = published_page(results, broken.model_copy(update={"tests": tests}), "en")
    assert "What happened" in page
    assert "What to look at" not in page
    assert 'href="#part' not in page


def test_no_script_and_no_address_in_a_student_page(make_class: MakeClass) -> None:
    """Protects the published page: it holds no script, and leads nowhere but to itself."""
    results = make_class()
    page = published_page(results, results.submissions[0], "en")
    assert "<script" not in page
    assert "script-src" not in page
    assert set(re.findall(r'href="([^"]*)"', page)) <= {"data:,", *(f"#part-{number}" for number in range(1, 7))}
    assert "http" not in page.replace("http-equiv", "")


def test_what_an_instructor_gave_counts_as_right(make_class: MakeClass) -> None:
    """Protects a student from reading "No part is all right yet." beside all points of a part, which somebody gave by hand."""
    results = make_class(1)
    (submission,) = results.submissions
    failed = tuple(test.model_copy(update={"status": TestStatus.FAILED, "message": "m"}) for test in submission.tests)
    first, *others = [part.model_copy(update={"score": 0.0}) for part in submission.parts]
    for given, said in ((0.0, "No part is all right yet."), (first.max_score, "1 of 6 parts is right.")):
        parts = (first.model_copy(update={"score": given}), *others)
        page = published_page(results, submission.model_copy(update={"tests": failed, "parts": parts}), "en")
        assert said in page
