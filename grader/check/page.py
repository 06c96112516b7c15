"""The page that `grade check --html` writes: the student's page, with what is left to hidden tests on top."""

from __future__ import annotations

from grader.check.checking import Checked
from grader.check.telling import reservation
from grader.report.studentpage import published_page


def check_page(checked: Checked) -> str:
    """One HTML file, in the language of the check."""
    language = checked.results.language
    notice = [text for text, _indent in reservation(checked)] if checked.withheld else []
    return published_page(checked.results, checked.submission, language, notice)
