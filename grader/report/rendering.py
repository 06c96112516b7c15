"""Writes the report: every page and table of it, each whole or not at all.

`results.json` is not written here but by the run that made the results; the report can be rendered again from it.
"""

from __future__ import annotations

import re
from functools import cached_property, partial
from pathlib import Path

from grader.i18n import spoken, translator
from grader.report.gradetable import grade_table
from grader.report.junit import junit
from grader.report.roster import ClassEntry, roster, shared_part
from grader.report.similarity import FILE as SIMILAR
from grader.report.similarity import Similarity, read_similarity
from grader.report.similarpages import write_similar_pages
from grader.report.slug import unique_slugs
from grader.report.stamps import CODE, Stamps, digest
from grader.results import Results

_PAGE = "index.html"
_STUDENTS = Path("students")
_INSTRUCTOR = Path("instructor")
# How a page of this report begins; nothing else is ever deleted.
_OWN_PAGE = re.compile(
    r'<!doctype html>\s*<html(?: lang="([\w-]+)")?[^>]*>\s*<head>\s*<meta charset="utf-8">'
    r'\s*<meta name="generator" content="lab-grader'
)


def render(results: Results, out: Path, *, language: str | None = None) -> Path:
    """Write the report of one assignment into `out` and return the path of its first page, the class.

    Where `grade similar` has left its `similar.json` in `out`, its pages are written too. `language` overrides that of the
    results; one without a catalogue reads as English. Student pages that an earlier rendering left for students who are no
    longer in the results are removed: a report shows one run. Files that would be made from the same again, and still are as they
    were written, are left alone (`grader.report.stamps`).

    Raises `OSError` when a file cannot be written, `SpecificationError` when `similar.json` breaks its schema.
    """
    similarity = read_similarity(out / SIMILAR)
    report = _Report(results, spoken(language or results.language), similarity)
    stamps = Stamps(out)
    report.write_student_pages(stamps)
    remove_stale_pages(out, set(report.slugs))
    report.write_tables(stamps)
    if similarity is not None:
        render_similarity(similarity, out, report.language)
    # The index last: whoever opens it finds everything that it links to.
    report.write_class_page(stamps)
    stamps.save()
    return out / _PAGE


class _Report:
    """A report's files and what each is made from.

    Texts are cleaned, and what makes pages is imported, only where a page has to be made: matplotlib alone takes longer to import
    than it takes to find that nothing changed.
    """

    def __init__(self, results: Results, language: str, similarity: Similarity | None) -> None:
        self.results, self.language, self.similarity = results, language, similarity
        self.slugs = unique_slugs([one.student for one in results.submissions])
        # What every file is made from; of other submissions a student's page is given nothing.
        self._shared = digest(CODE, language, shared_part(results))
        self._own = [digest(self._shared, slug, one) for slug, one in zip(self.slugs, results.submissions, strict=True)]
        self._class = digest(self._shared, str(results.left_out), *self._own)

    @cached_property
    def _roster(self) -> tuple[Results, tuple[ClassEntry, ...]]:
        return roster(self.results)

    def write_student_pages(self, stamps: Stamps) -> None:
        """Both editions of every student's page; what lies in `students/` is for the students."""
        for number, (slug, made_from) in enumerate(zip(self.slugs, self._own, strict=True)):
            page = Path(slug) / _PAGE
            stamps.write(_STUDENTS / page, made_from, partial(self._published_page, number))
            stamps.write(_INSTRUCTOR / page, made_from, partial(self._instructor_page, number))

    def _published_page(self, number: int) -> str:
        from grader.report.studentpage import published_page

        cleaned, entries = self._roster
        return published_page(cleaned, entries[number].submission, self.language)

    def _instructor_page(self, number: int) -> str:
        from grader.report.studentpage import instructor_page

        cleaned, entries = self._roster
        return instructor_page(cleaned, entries[number], self.language)

    def write_tables(self, stamps: Stamps) -> None:
        """`grades.csv` and `junit.xml`."""
        stamps.write(Path("grades.csv"), self._class, self._grade_table)
        stamps.write(Path("junit.xml"), self._class, self._junit)

    def _grade_table(self) -> str:
        cleaned, _ = self._roster
        return grade_table(cleaned.assignment, cleaned.submissions)

    def _junit(self) -> str:
        cleaned, _ = self._roster
        return junit(cleaned.assignment, cleaned.submissions, translator(self.language))

    def write_class_page(self, stamps: Stamps) -> None:
        """The first page."""
        alike = "" if self.similarity is None else self.similarity
        stamps.write(Path(_PAGE), digest(self._class, alike), self._class_page)

    def _class_page(self) -> str:
        from grader.report.classpage import class_page

        return class_page(*self._roster, self.language, self.similarity)


def render_similarity(similarity: Similarity, out: Path, language: str) -> Path:
    """Write the pages about likeness, without those of an earlier comparison; the path of the first. Raises `OSError`."""
    index, *pairs = write_similar_pages(similarity, out, language)
    for page in index.parent.glob("*.html"):
        if page not in (index, *pairs) and _is_own(page):
            page.unlink()
    return index


def remove_stale_pages(out: Path, slugs: set[str]) -> None:
    """Remove the student pages of an earlier report that this one lacks, and nothing that is not such a page."""
    for folder in (out / _STUDENTS, out / _INSTRUCTOR):
        for page in folder.glob(f"*/{_PAGE}"):
            if page.parent.name not in slugs and not page.parent.is_symlink() and _is_own(page):
                page.unlink()
                if not any(page.parent.iterdir()):
                    page.parent.rmdir()


def page_language(out: Path) -> str:
    """The language that the report in `out` was last rendered in; empty where there is none."""
    page = out / _PAGE
    own = _own_start(page) if page.is_file() else None
    return (own[1] or "") if own is not None else ""


def _is_own(page: Path) -> bool:
    return _own_start(page) is not None


def _own_start(page: Path) -> re.Match[str] | None:
    with page.open(encoding="utf-8", errors="replace") as file:
        return _OWN_PAGE.match(file.read(300))
