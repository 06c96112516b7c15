"""What is handed on about a student, whatever the system: from one run's results, or from a gradebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.gradebook.grades import Grades
from grader.results import Results, SubmissionStatus

_ENDED_EARLY = set(SubmissionStatus) - {SubmissionStatus.GRADED, SubmissionStatus.GRADER_ERROR}
_MOST_LETTERS = 300


@dataclass(frozen=True)
class Mark:
    """A student's grade; `score` None where there is none, `earned` before lateness, `parts` scores by part.

    `untested`: why none of the work's functions could be called, where nobody has set a score for it since.
    """

    student: str
    score: float | None
    earned: float | None
    max_score: float
    parts: tuple[tuple[str, float | None], ...] = ()
    comment: str = ""
    untested: str = ""


def marks_of_results(results: Results) -> list[Mark]:
    """As one run found them."""
    return [
        Mark(
            student=one.student,
            score=one.score,
            earned=one.score,
            max_score=one.max_score,
            parts=tuple((part.id, part.score) for part in one.parts),
            untested=untested(one.status.value, one.messages),
        )
        for one in results.submissions
    ]


def untested(status: str, messages: Sequence[str]) -> str:
    """Why a work earned nothing that no test has looked at; empty for one that was tested, or that the grader failed on."""
    if status not in _ENDED_EARLY:
        return ""
    return f"{status.replace('_', ' ')}: {' '.join(messages)}"[:_MOST_LETTERS]


def marks_of_gradebook(found: Grades) -> list[Mark]:
    """As the gradebook reckons them: with overrides, lateness, and what instructors said."""
    titles = {part.id: part.title for part in found.rules.parts}
    return [
        Mark(
            student=grade.student,
            score=grade.score,
            earned=grade.earned,
            max_score=grade.max_score,
            parts=tuple((part.id, part.score) for part in grade.parts),
            comment="\n".join(f"{titles[part.id]}: {part.comment}" for part in grade.parts if part.comment),
            untested="" if any(part.overridden for part in grade.parts) else untested(grade.status, grade.messages),
        )
        for grade in found.grades
    ]


def scaled(mark: Mark, maximum: float, scale: bool) -> float | None:
    """The score out of `maximum`; None where there is no score.

    Raises `ValueError` when the other system counts other points and nobody asked to scale.
    """
    if mark.score is None:
        return None
    if abs(mark.max_score - maximum) < 1e-9:
        return mark.score
    if not scale or mark.max_score <= 0:
        raise ValueError(f"{mark.max_score:g} points here, {maximum:g} there")
    return mark.score * maximum / mark.max_score
