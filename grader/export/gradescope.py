"""Gradescope's `results.json`, of one submission.

Source: gradescope-autograders.readthedocs.io, "Specifications"; `grader/schemas/gradescope-results.schema.json` is that page as a
JSON Schema. What a student may see there is what the report's own student edition shows: visibility hides a test's line, and
this program hides the rest whatever is chosen, the time that grading took too.
"""

from __future__ import annotations

from gettext import NullTranslations
from typing import Any

from grader import __version__
from grader.errors import UsageError
from grader.export.visibility import USUAL, Visibility
from grader.i18n import translator
from grader.report.edition import published
from grader.report.text import clamp, clean_record
from grader.report.wording import submission_sentence, test_word
from grader.results import AssignmentSummary, Results, SubmissionResult, SubmissionStatus, TestResult, TestStatus


def gradescope_document(
    results: Results, submission: SubmissionResult, hidden_tests: Visibility = USUAL, warning: str = ""
) -> dict[str, Any]:
    """The document. `hidden_tests`: when students see the lines of hidden tests; `warning` is for instructors alone.

    Raises `UsageError` for a submission that the grader failed on: it has no score, and must not get a zero.
    """
    if submission.score is None:
        reason = " ".join(submission.messages)
        raise UsageError(f"{submission.student}: the grader failed, there is no score to hand on: {reason}")
    translations = translator(results.language)
    shown = published(clean_record(submission))
    tests = _tests(results.assignment, shown, translations, hidden_tests)
    if warning:
        tests.insert(0, {"name": translations.gettext("For the instructor"), "output": warning, "visibility": "hidden"})
    sentence = submission_sentence(shown.status, translations)
    return {
        "score": submission.score,
        "output": "\n".join(text for text in (sentence, *shown.messages) if text),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {
            "grader": __version__,
            "assignment": results.assignment.id,
            "status": submission.status.value,
            "digest": submission.digest,
        },
    }


def _tests(
    assignment: AssignmentSummary, submission: SubmissionResult, translations: NullTranslations, hidden_tests: Visibility
) -> list[dict[str, Any]]:
    """A line per test, numbered by part: 2.3 is the third test of the second part."""
    numbers = {part.id: number for number, part in enumerate(assignment.parts, start=1)}
    titles = {part.id: part.title for part in assignment.parts}
    counted: dict[str, int] = {}
    lines = []
    for test in sorted(submission.tests, key=lambda one: numbers.get(one.part, 0)):
        counted[test.part] = counted.get(test.part, 0) + 1
        lines.append(
            {
                "score": test.score,
                "max_score": test.max_score,
                "status": "passed" if test.status is TestStatus.PASSED else "failed",
                "name": f"{titles.get(test.part, test.part)}: {test.title}",
                "number": f"{numbers.get(test.part, 0)}.{counted[test.part]}",
                "output": _output(test, translations),
                "visibility": "visible" if test.visibility == "public" else hidden_tests,
                "tags": [test.part, test.visibility],
                "extra_data": {"status": test.status.value, "misconception": test.misconception.id if test.misconception else ""},
            }
        )
    return lines


def _output(test: TestResult, translations: NullTranslations) -> str:
    if test.status is TestStatus.PASSED:
        return ""
    expected = translations.gettext("Expected") + f": {test.expected}" if test.expected else ""
    hint = translations.gettext("Hint") + f": {test.hint}" if test.hint else ""
    mistake = test.misconception.explanation if test.misconception else ""
    words = (test_word(test.status, translations), mistake, test.message, test.code, expected, hint)
    return clamp("\n".join(word for word in words if word))


def gradable(submission: SubmissionResult) -> bool:
    """Whether there is a score to hand on."""
    return submission.status is not SubmissionStatus.GRADER_ERROR and submission.score is not None
