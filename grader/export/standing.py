"""A student's page where a gradebook says what counts: the grade on top, and why it is not what the tests alone gave.

The page's tests are those of one run. Where the grade comes from another work, or from another verdict on it, the page says so
and shows the parts as that run found them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grader.gradebook.grades import Grade
from grader.gradebook.lateness import Timeliness
from grader.i18n import translator
from grader.report.number import format_number, format_percent
from grader.report.studentpage import published_page
from grader.report.text import clean
from grader.results import PartResult, Results, SubmissionResult


def counting_page(results: Results, submission: SubmissionResult, grade: Grade, language: str) -> str:
    """The student's edition of the page, with this grade and what an instructor said."""
    notice = list(_notice(results, submission, grade, language))
    update: dict[str, Any] = {"score": grade.score, "max_score": grade.max_score}
    if is_its_grade(submission, grade):
        update["parts"] = tuple(PartResult(id=part.id, score=part.score, max_score=part.max_score) for part in grade.parts)
    return published_page(results, submission.model_copy(update=update), language, notice)


def is_its_grade(submission: SubmissionResult, grade: Grade) -> bool:
    """Whether the grade was reckoned from this very result."""
    found = {part.id: part.score for part in submission.parts}
    return submission.digest == grade.digest and all(found.get(part.id) == part.found for part in grade.parts)


def _notice(results: Results, submission: SubmissionResult, grade: Grade, language: str) -> Iterator[str]:
    """The sentences, the first of them the lead; none where the tests alone made the grade and nobody said anything."""
    _ = translator(language).gettext
    titles = {part.id: part.title for part in results.assignment.parts}
    lines = list(_reasons(titles, grade, language))
    if not is_its_grade(submission, grade):
        lines.append(_("The grade comes from another attempt, or from another grading, than the tests below."))
    if not lines and grade.score == submission.score:
        return
    yield _("This is the grade that counts.") if grade.score is not None else _("There is no grade yet.")
    if grade.score != submission.score and submission.score is not None:
        scores = [format_number(score, language) for score in (submission.score, submission.max_score)]
        yield _("The tests below gave {score} of {points}.").format(score=scores[0], points=scores[1])
    yield from lines


def _reasons(titles: dict[str, str], grade: Grade, language: str) -> Iterator[str]:
    _ = translator(language).gettext
    for part in grade.parts:
        title = titles.get(part.id, part.id)
        if part.overridden:
            score, points = format_number(part.score, language), format_number(part.max_score, language)
            yield _("{title}: set to {score} of {points} by your instructor.").format(title=title, score=score, points=points)
        if part.comment:
            yield f"{title}: {clean(part.comment)}"
    late = grade.late
    if late.timeliness is Timeliness.REFUSED:
        yield _("It was handed in {hours} hours late, which is too late to be accepted.").format(
            hours=format_number(late.hours, language, 1)
        )
    elif late.lost:
        hours, lost = format_number(late.hours, language, 1), format_percent(late.lost, language)
        yield _("It came {hours} hours late, which takes {lost} off.").format(hours=hours, lost=lost)
