"""A student's page, in either edition: one HTML file without a script."""

from __future__ import annotations

from grader.report.edition import published
from grader.report.feedback import State, feedback
from grader.report.template import assets, environment
from grader.results import Results, SubmissionResult


def instructor_page(results: Results, submission: SubmissionResult, language: str) -> str:
    """Everything that is known about the submission."""
    return _page(results, submission, language, for_instructor=True)


def published_page(results: Results, submission: SubmissionResult, language: str) -> str:
    """What the student may see of the submission (`edition.published`)."""
    return _page(results, published(submission), language, for_instructor=False)


def _page(results: Results, submission: SubmissionResult, language: str, *, for_instructor: bool) -> str:
    return (
        environment(language)
        .get_template("student.html")
        .render(
            results=results,
            assignment=results.assignment,
            submission=submission,
            view=feedback(results.assignment, submission),
            for_instructor=for_instructor,
            State=State,
            assets=assets(("page.css", "student.css")),
        )
    )
