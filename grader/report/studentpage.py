"""A student's page, in either edition: one HTML file without a script."""

from __future__ import annotations

from grader.report.edition import published
from grader.report.feedback import State, feedback
from grader.report.roster import Entry
from grader.report.template import assets, environment
from grader.results import Results, SubmissionResult


def instructor_page(results: Results, entry: Entry, language: str) -> str:
    """Everything that is known about the submission, and a way to what the student sees."""
    return _page(results, entry.submission, language, handout=entry.handout)


def published_page(results: Results, submission: SubmissionResult, language: str) -> str:
    """What the student may see of the submission (`edition.published`)."""
    return _page(results, published(submission), language)


def _page(results: Results, submission: SubmissionResult, language: str, *, handout: str = "") -> str:
    return (
        environment(language)
        .get_template("student.html")
        .render(
            results=results,
            assignment=results.assignment,
            submission=submission,
            view=feedback(results.assignment, submission),
            for_instructor=bool(handout),
            handout=handout,
            State=State,
            assets=assets(("page.css", "student.css")),
        )
    )
