"""From how tests went to verdicts and points.

The tests of a part share its points by their weights. Shares are exact fractions of the numbers as the author wrote them, until
they are shown: all tests passed is exactly the full score. A fault of the grader leaves the part and the submission without a
score, never with a zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from grader.course.specification import Assignment
from grader.judge.outcome import CodeRaised, TestOutcome, known_type
from grader.judge.planned import PlannedTest
from grader.judge.plugin import Ran
from grader.judge.text import AnyText, Text, gettext, render
from grader.results import Misconception, PartResult, TestResult, TestStatus

Translate = Callable[[str], str]

_NOT_RUN = gettext("The grader could not run this test.")
_NOT_EXPECTED = gettext("The answer is not the expected one.")


def shares(assignment: Assignment, planned: Sequence[PlannedTest]) -> dict[str, Fraction]:
    """The points of each test, by id. A part without tests is an error of the course, found by `untested_parts`."""
    total: dict[str, Fraction] = {}
    for test in planned:
        total[test.part] = total.get(test.part, Fraction(0)) + exact(test.weight)
    points = {part.id: exact(part.points) for part in assignment.parts}
    return {test.id: points[test.part] * exact(test.weight) / total[test.part] for test in planned}


def exact(number: float) -> Fraction:
    """The number as it was written: 33.3 is 333/10, not the nearest binary fraction."""
    return Fraction(str(number))


def untested_parts(assignment: Assignment, planned: Sequence[PlannedTest]) -> list[str]:
    """Ids of parts that no test belongs to: nobody could earn their points."""
    tested = {test.part for test in planned}
    return [part.id for part in assignment.parts if part.id not in tested]


def shown(points: Fraction | float) -> float:
    """Points as they are written: rounded to two decimals, of 2.675 to 2.68, though the nearest binary fraction is below it."""
    return float(round(Fraction(points), 2)) if isinstance(points, Fraction) else round(points, 2)


def result_of(ran: Ran, points: Fraction, translate: Translate, misconception: Misconception | None) -> TestResult:
    """The verdict of one test, in the run's language."""
    test, outcome = ran.test, ran.outcome
    status = TestStatus.GRADER_ERROR if ran.fault else outcome.status if outcome is not None else TestStatus.PASSED
    score = None if ran.fault else points if outcome is None else Fraction(0)
    words = _words(outcome, test.visibility == "hidden", translate)
    return TestResult(
        id=test.id,
        part=test.part,
        visibility="hidden" if test.visibility == "hidden" else "public",
        title=translate(test.title),
        status=status,
        score=None if score is None else shown(score),
        max_score=shown(points),
        message=render(_NOT_RUN, translate) if ran.fault else words[0],
        hint=words[1],
        expected=words[2],
        detail=ran.fault or words[3],
        code=outcome.failure.code if isinstance(outcome, CodeRaised) else "",
        cell=outcome.failure.cell if isinstance(outcome, CodeRaised) else 0,
        line=outcome.failure.line if isinstance(outcome, CodeRaised) else 0,
        misconception=misconception,
    )


def _words(outcome: TestOutcome | None, hidden: bool, translate: Translate) -> tuple[str, str, str, str]:
    """(message, hint, expected, detail). What follows the submission's values goes to the instructor alone when the test is
    hidden: a submission could otherwise spell hidden inputs into its own feedback."""
    if outcome is None:
        return "", "", "", ""
    message, hint, expected, detail = (
        render(text, translate) for text in (outcome.message, outcome.hint, outcome.expected, outcome.detail)
    )
    if not hidden:
        if isinstance(outcome, CodeRaised):
            said = detail != known_type(outcome.failure)  # else the sentence has it all
            return f"{message} {detail}" if said else message, hint, expected, ""
        return message, hint, expected, detail
    wanted = expected and render(gettext("expected: {expected}", expected=expected), translate)
    inside = " · ".join(text for text in (message, wanted, detail) if text)
    if outcome.status is TestStatus.FAILED and not _is_fixed(outcome.message):
        message = render(_NOT_EXPECTED, translate)
    return message, hint if _is_fixed(outcome.hint) else "", "", inside


def _is_fixed(text: AnyText) -> bool:
    return text.is_fixed if isinstance(text, Text) else not text


def stopped_result(test: PlannedTest, points: Fraction, status: TestStatus, translate: Translate) -> TestResult:
    """The verdict of a test that could not run because the submission as a whole could not."""
    lost = status is TestStatus.GRADER_ERROR
    return TestResult(
        id=test.id,
        part=test.part,
        visibility="hidden" if test.visibility == "hidden" else "public",
        title=translate(test.title),
        status=status,
        score=None if lost else 0.0,
        max_score=shown(points),
        message=render(gettext("The submission could not be run."), translate),
    )


def part_results(assignment: Assignment, results: Sequence[TestResult], share: dict[str, Fraction]) -> tuple[PartResult, ...]:
    """What each part earned; None where a test of it failed through the grader."""
    parts = []
    for part in assignment.parts:
        own = [test for test in results if test.part == part.id]
        faulty = any(test.status is TestStatus.GRADER_ERROR for test in own)
        earned = sum((share[test.id] for test in own if test.status is TestStatus.PASSED), Fraction(0))
        parts.append(PartResult(id=part.id, score=None if faulty else shown(earned), max_score=shown(part.points)))
    return tuple(parts)


def total_score(results: Sequence[TestResult], share: dict[str, Fraction]) -> float | None:
    """The submission's points; None when any test failed through the grader."""
    if any(test.status is TestStatus.GRADER_ERROR for test in results):
        return None
    return shown(sum((share[test.id] for test in results if test.status is TestStatus.PASSED), Fraction(0)))
