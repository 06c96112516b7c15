"""Writes the report: every page and table of it, each whole or not at all.

`results.json` is not written here but by the run that made the results; the report can be rendered again from it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from grader.i18n import spoken, translator
from grader.report.classpage import class_page
from grader.report.gradebook import gradebook
from grader.report.junit import junit
from grader.report.roster import Entry, roster
from grader.report.similarity import FILE as SIMILAR
from grader.report.similarity import Similarity, read_similarity
from grader.report.similarpages import write_similar_pages
from grader.report.studentpage import instructor_page, published_page
from grader.results import Results, write_text_whole

_PAGE = "index.html"
_STUDENTS = Path("students")
_INSTRUCTOR = Path("instructor")
# How a page of this report begins; nothing else is ever deleted.
_OWN_PAGE = re.compile(
    r'<!doctype html>\s*<html[^>]*>\s*<head>\s*<meta charset="utf-8">\s*<meta name="generator" content="lab-grader'
)


def render(results: Results, out: Path, *, language: str | None = None) -> Path:
    """Write the report of one assignment into `out` and return the path of its first page, the class.

    Where `grade similar` has left its `similar.json` in `out`, its pages are written too. `language` overrides that of the
    results; one without a catalogue reads as English. Student pages that an earlier rendering left for students who are no
    longer in the results are removed: a report shows one run.

    Raises `OSError` when a file cannot be written, `SpecificationError` when `similar.json` breaks its schema.
    """
    similarity = read_similarity(out / SIMILAR)
    language = spoken(language or results.language)
    cleaned, entries = roster(results)
    submissions = [entry.submission for entry in entries]
    write_student_pages(cleaned, entries, out, language)
    remove_stale_pages(out, {entry.slug for entry in entries})
    write_text_whole(out / "grades.csv", gradebook(cleaned.assignment, submissions))
    write_text_whole(out / "junit.xml", junit(cleaned.assignment, submissions, translator(language)))
    if similarity is not None:
        render_similarity(similarity, out, language)
    # The index last: whoever opens it finds everything that it links to.
    write_text_whole(out / _PAGE, class_page(cleaned, entries, language, similarity))
    return out / _PAGE


def render_similarity(similarity: Similarity, out: Path, language: str) -> Path:
    """Write the pages about likeness, without those of an earlier comparison; the path of the first. Raises `OSError`."""
    index, *pairs = write_similar_pages(similarity, out, language)
    for page in index.parent.glob("*.html"):
        if page not in (index, *pairs) and _is_own(page):
            page.unlink()
    return index


def write_student_pages(results: Results, entries: Sequence[Entry], out: Path, language: str) -> None:
    """Write both editions of every student's page; what lies in `students/` is for the students."""
    for entry in entries:
        page = Path(entry.slug) / _PAGE
        write_text_whole(out / _STUDENTS / page, published_page(results, entry.submission, language))
        write_text_whole(out / _INSTRUCTOR / page, instructor_page(results, entry, language))


def remove_stale_pages(out: Path, slugs: set[str]) -> None:
    """Remove the student pages of an earlier report that this one lacks, and nothing that is not such a page."""
    for folder in (out / _STUDENTS, out / _INSTRUCTOR):
        for page in folder.glob(f"*/{_PAGE}"):
            if page.parent.name not in slugs and not page.parent.is_symlink() and _is_own(page):
                page.unlink()
                if not any(page.parent.iterdir()):
                    page.parent.rmdir()


def _is_own(page: Path) -> bool:
    with page.open(encoding="utf-8", errors="replace") as file:
        return _OWN_PAGE.match(file.read(300)) is not None
