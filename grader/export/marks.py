"""What is handed on about a student, whatever the system: from one run's results, or from a gradebook."""

from __future__ import annotations

from dataclasses import dataclass

from grader.gradebook.grades import Grades
from grader.results import Results


@dataclass(frozen=True)
class Mark:
    """A student's grade; `score` None where there is none, `earned` before lateness, `parts` scores by part."""

    student: str
    score: float | None
    earned: float | None
    max_score: float
    parts: tuple[tuple[str, float | None], ...] = ()
    comment: str = ""


def marks_of_results(results: Results) -> list[Mark]:
    """As one run found them."""
    return [
        Mark(one.student, one.score, one.score, one.max_score, tuple((part.id, part.score) for part in one.parts))
        for one in results.submissions
    ]


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
