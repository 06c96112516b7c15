"""A student's page, in either edition: one HTML file without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.figures import Figure
from grader.report.edition import published
from grader.report.feedback import State, feedback
from grader.report.picture import Picture, picture
from grader.report.roster import ClassEntry, shared_part
from grader.report.template import assets, environment
from grader.results import Results, SubmissionResult

_MOST_BYTES = 1_500_000  # of a page's pictures


def instructor_page(results: Results, entry: ClassEntry, language: str) -> str:
    """Everything that is known about the submission, and a way to what the student sees."""
    return _page(results, entry.submission, language, handout=entry.handout)


def published_page(results: Results, submission: SubmissionResult, language: str, notice: Sequence[str] = ()) -> str:
    """What the student may see of the submission (`edition.published`); `notice` says why the score is not the grade yet."""
    return _page(results, published(submission), language, notice=notice)


class Easel:
    """Draws the figures of one page: over the assignment's photos, and within the page's bound.

    `draw` gives a picture without images once `_MOST_BYTES` are spent, some of them by other pictures (`taken`); the caption
    still says what would be seen.
    """

    def __init__(self, photos: Mapping[str, str], language: str, taken: int) -> None:
        self.photos = photos
        self.language = language
        self.left = _MOST_BYTES - taken

    def draw(self, figure: Figure) -> Picture:
        """What the figure looks like."""
        drawn = picture(figure, self.photos.get(getattr(figure, "photo", ""), ""), self.language)
        if drawn.size > self.left:
            return Picture()
        self.left -= drawn.size
        return drawn


def _page(results: Results, submission: SubmissionResult, language: str, *, handout: str = "", notice: Sequence[str] = ()) -> str:
    photos = {one.name: one.jpeg for one in results.assignment.pictures}
    taken = sum(len(figure.webp) for figure in submission.own_figures)
    return (
        environment(language)
        .get_template("student.html")
        .render(
            results=shared_part(results),
            assignment=results.assignment,
            submission=submission,
            view=feedback(results.assignment, submission),
            for_instructor=bool(handout),
            handout=handout,
            notice=notice,
            draw=Easel(photos, language, taken).draw,
            State=State,
            assets=assets(("page.css", "student.css")),
        )
    )
