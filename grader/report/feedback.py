"""What a student's page says: failed parts first, equal findings told once, then what was done, then what is right.

::

    Feedback
    ├── parts: PartFeedback*        every part, in the assignment's order: the bars
    ├── wrong                       those with findings: "what to look at"
    ├── right                       those whose tests all pass: folded
    └── start                       where the most points are still to be had

Pictures of a finding (maps, boxes, masks) are those of its tests; they stand between message and hint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.results import AssignmentSummary, Misconception, SubmissionResult, SubmissionStatus, TestResult, TestStatus


class State(StrEnum):
    """How much of a part's points were earned; UNKNOWN when the grader could not tell."""

    ALL = "all"
    SOME = "some"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """Tests of one part that came out the same way, with the same words to the student."""

    status: TestStatus
    message: str
    code: str
    hint: str
    expected: str
    tests: tuple[TestResult, ...]


@dataclass(frozen=True)
class PartFeedback:
    """One part: its points, what is wrong (`findings`), which known mistakes that looks like, and what passed."""

    number: int
    title: str
    score: float | None
    max_score: float
    findings: tuple[Finding, ...]
    mistakes: tuple[Misconception, ...]
    passed: tuple[TestResult, ...]

    @property
    def state(self) -> State:
        """How much of the points was earned, in one word."""
        if self.score is None:
            return State.UNKNOWN
        if self.score >= self.max_score:
            return State.ALL
        return State.SOME if self.score > 0 else State.NONE

    @property
    def open_points(self) -> float:
        """The points still to be had; none where the grader could not tell."""
        return 0.0 if self.score is None else max(self.max_score - self.score, 0.0)


@dataclass(frozen=True)
class Feedback:
    """The whole page, for either edition: what an edition must not show is not in its `submission`."""

    submission: SubmissionResult
    parts: tuple[PartFeedback, ...]

    @property
    def wrong(self) -> tuple[PartFeedback, ...]:
        """The parts that something is to be said about.

        None of them where nothing ran and every test says the same: what happened is told once, above.
        """
        verdicts = {(test.status, test.message) for test in self.submission.tests}
        if self.submission.status is not SubmissionStatus.GRADED and len(verdicts) == 1:
            return ()
        return tuple(part for part in self.parts if part.findings)

    @property
    def right(self) -> tuple[PartFeedback, ...]:
        """The parts whose tests all pass."""
        return tuple(part for part in self.parts if part.passed and not part.findings)

    @property
    def full(self) -> tuple[PartFeedback, ...]:
        """The parts with all of their points: by their tests, or by an instructor's decision."""
        return tuple(part for part in self.parts if part.state is State.ALL)

    @property
    def start(self) -> PartFeedback | None:
        """The part with the most open points among those that something is said about; None when nothing is open."""
        return max((part for part in self.wrong if part.open_points), key=lambda part: part.open_points, default=None)


def feedback(assignment: AssignmentSummary, submission: SubmissionResult) -> Feedback:
    """Sort one submission's tests into what its page says, in the assignment's order of parts."""
    scores = {part.id: part for part in submission.parts}
    titles = {part.id: part.title for part in assignment.parts}
    points = {part.id: part.max_score for part in assignment.parts}
    for test in submission.tests:  # a test of a part that the assignment does not list is still shown
        titles.setdefault(test.part, test.part)
    parts = []
    for number, (part, title) in enumerate(titles.items(), 1):
        tests = [test for test in submission.tests if test.part == part]
        result = scores.get(part)
        parts.append(
            PartFeedback(
                number=number,
                title=title,
                score=result.score if result else None,
                max_score=result.max_score if result else points.get(part, 0.0),
                findings=_findings(tests),
                mistakes=_mistakes(tests),
                passed=tuple(test for test in tests if test.status is TestStatus.PASSED),
            )
        )
    return Feedback(submission, tuple(parts))


def _findings(tests: Sequence[TestResult]) -> tuple[Finding, ...]:
    found: dict[tuple[TestStatus, str, str, str, str], list[TestResult]] = {}
    for test in tests:
        if test.status is not TestStatus.PASSED:
            found.setdefault((test.status, test.message, test.code, test.hint, test.expected), []).append(test)
    return tuple(Finding(*words, tests=tuple(same)) for words, same in found.items())


def _mistakes(tests: Sequence[TestResult]) -> tuple[Misconception, ...]:
    return tuple({test.misconception.id: test.misconception for test in tests if test.misconception}.values())
