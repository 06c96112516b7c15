"""`junit.xml`: a suite per student, a case per test, for the tools that draw such files (Jenkins' schema).

It holds what the student's edition of the page holds: a continuous-integration page is easily seen by others. A
submission that was not graded gets a case that says so, or its suite without tests would look green.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from gettext import NullTranslations

from grader.report.edition import published
from grader.report.text import clean
from grader.report.wording import submission_sentence, submission_word, test_word
from grader.results import AssignmentSummary, SubmissionResult, SubmissionStatus, TestResult, TestStatus

# JUnit knows wrong (failure) and broken (error).
_FAILURES = {TestStatus.FAILED, TestStatus.NOT_FOUND}


def junit(assignment: AssignmentSummary, submissions: Sequence[SubmissionResult], translations: NullTranslations) -> str:
    """The file's text: XML 1.0 whatever the submissions hold."""
    root = ET.Element("testsuites", name=clean(assignment.id))
    for submission in submissions:
        root.append(_suite(assignment, published(submission), translations))
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _suite(assignment: AssignmentSummary, submission: SubmissionResult, translations: NullTranslations) -> ET.Element:
    suite = ET.Element("testsuite", name=clean(submission.student))
    if submission.status is not SubmissionStatus.GRADED:
        case = ET.SubElement(suite, "testcase", classname=clean(assignment.id), name="submission")
        word = submission_word(submission.status, translations)
        error = ET.SubElement(case, "error", type=submission.status.value, message=word)
        sentence = submission_sentence(submission.status, translations)
        error.text = clean("\n".join((sentence, *submission.messages)))
    for test in submission.tests:
        suite.append(_case(assignment, test, translations))
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    suite.set("time", f"{submission.seconds:.3f}")
    return suite


def _case(assignment: AssignmentSummary, test: TestResult, translations: NullTranslations) -> ET.Element:
    case = ET.Element("testcase", classname=clean(f"{assignment.id}.{test.part}"), name=clean(test.title))
    if test.status is TestStatus.PASSED:
        return case
    kind = "failure" if test.status in _FAILURES else "error"
    word = test_word(test.status, translations)
    found = ET.SubElement(case, kind, type=test.status.value, message=clean(test.message or word))
    told = [word, test.message, test.expected, test.hint, test.misconception.explanation if test.misconception else ""]
    found.text = clean("\n".join(text for text in told if text))
    return case
