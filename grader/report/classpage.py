"""The class page: one HTML file that answers the instructor's five questions."""

from __future__ import annotations

from collections.abc import Sequence

from grader.i18n import translator
from grader.report.chart import histogram
from grader.report.number import format_number
from grader.report.overview import overview
from grader.report.payload import payload
from grader.report.roster import ClassEntry
from grader.report.similarity import PAGES as SIMILAR_PAGES
from grader.report.similarity import Similarity
from grader.report.template import assets, environment
from grader.results import Results


def class_page(results: Results, entries: Sequence[ClassEntry], language: str, similarity: Similarity | None = None) -> str:
    """The page's HTML; results and entries are those of `roster.roster`, `similarity` what `grade similar` found."""
    translations = translator(language)
    view = overview(results, entries, language, similarity)
    chart = ""
    if view.scores:
        chart = histogram(view.scores, results.assignment, language)
    return (
        environment(language)
        .get_template("class.html")
        .render(
            results=results,
            assignment=results.assignment,
            view=view,
            chart=chart,
            similar=f"{SIMILAR_PAGES}/index.html" if similarity else "",
            boundaries=", ".join(format_number(points, language) for points in results.assignment.boundaries),
            data=payload(view.groups, entries, view.attention.slugs, language, translations),
            assets=assets(("page.css", "class.css"), "class.js"),
        )
    )
