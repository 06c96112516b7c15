"""`junit.xml` can be read, whatever the students wrote."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from grader.i18n import translator
from grader.report.junit import junit
from grader.results import (
    AssignmentSummary,
    Results,
    SubmissionResult,
    SubmissionStatus,
    TestResult,
    TestStatus,
)

ENGLISH = translator("en")


def test_a_suite_per_student_and_a_case_per_test(make_class: Callable[..., Results]) -> None:
    """Protects the counts that a continuous-integration page shows."""
    results = make_class(20)
    root = ET.fromstring(junit(results.assignment, results.submissions, ENGLISH))
    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites] == [submission.student for submission in results.submissions]
    for suite, submission in zip(suites, results.submissions, strict=True):
        graded = submission.status is SubmissionStatus.GRADED
        assert len(suite) == int(suite.get("tests", "")) == len(submission.tests) + (not graded)
        passed = sum(test.status is TestStatus.PASSED for test in submission.tests)
        bad = int(suite.get("failures", "")) + int(suite.get("errors", ""))
        assert bad == len(suite) - passed


def test_it_holds_what_a_student_may_see(make_class: Callable[..., Results]) -> None:
    """Protects hidden tests from a continuous-integration page."""
    results = make_class()
    text = junit(results.assignment, results.submissions, ENGLISH)
    assert "EXPECTED-public" in text
    for secret in ("EXPECTED-hidden", "DETAIL", "/srv/"):
        assert secret not in text


def test_a_submission_without_tests_is_not_green() -> None:
    """Protects from an empty suite that looks like success."""
    submission = SubmissionResult(student="a", path="", digest="", status=SubmissionStatus.NOT_LOADABLE, score=0, max_score=1)
    root = ET.fromstring(junit(AssignmentSummary(id="x", title="X", max_score=1), [submission], ENGLISH))
    assert (root.get("tests"), root.get("errors")) == ("1", "1")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.text(alphabet="\x00\x1b\ufffe]<>&\"'\n"))
def test_valid_xml_whatever_control_characters_come(ordinary: str, nasty: str) -> None:
    """Protects the file from texts that XML 1.0 forbids."""
    text = ordinary + nasty
    test = TestResult(
        id=text,
        part=text,
        visibility="public",
        title=text,
        status=TestStatus.FAILED,
        score=0,
        max_score=1,
        message=text,
        hint=text,
        expected=text,
    )
    submission = SubmissionResult(
        student=text, path=text, digest=text, status=SubmissionStatus.CRASHED, score=0, max_score=1, tests=(test,)
    )
    root = ET.fromstring(junit(AssignmentSummary(id=text, title=text, max_score=1), [submission], ENGLISH))
    assert len(root) == 1
