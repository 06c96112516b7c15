"""The class as the report sees it: every submission cleaned once, with the address of its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from grader.report.slug import unique_slugs
from grader.report.text import clean_record
from grader.results import Results, SubmissionResult


@dataclass(frozen=True)
class ClassEntry:
    """One submission (its texts cleaned) and the name of its pages' folders."""

    submission: SubmissionResult
    slug: str

    @property
    def href(self) -> str:
        """The instructor's page of the student, relative to the class page."""
        return f"instructor/{quote(self.slug, safe='')}/index.html"

    @property
    def handout(self) -> str:
        """The student's own page, relative to the class page."""
        return f"students/{quote(self.slug, safe='')}/index.html"


@dataclass(frozen=True)
class Person:
    """A student named on the class page, with a word on why."""

    name: str
    href: str
    note: str = ""


@dataclass(frozen=True)
class Crowd:
    """The students that something is true of: all counted, the first few named."""

    total: int
    people: tuple[Person, ...]

    @property
    def more(self) -> int:
        """How many are counted but not named."""
        return self.total - len(self.people)


def roster(results: Results) -> tuple[Results, tuple[ClassEntry, ...]]:
    """The results with every text cleaned, and an entry per submission in their order.

    Slugs are made from the ids as they came: two ids that look the same after cleaning are still two students.
    """
    cleaned = clean_record(results)
    slugs = unique_slugs([submission.student for submission in results.submissions])
    return cleaned, tuple(ClassEntry(*pair) for pair in zip(cleaned.submissions, slugs, strict=True))


def shared_part(results: Results) -> Results:
    """What a student's page is given of the class: nothing of the submissions, so that it depends on its own one alone."""
    return results.model_copy(update={"submissions": (), "left_out": 0})


def crowd(entries: Sequence[ClassEntry], notes: Sequence[str] = (), limit: int = 40) -> Crowd:
    """Name the first `limit` of the entries, each with its note; a class of thousands must not fill the page."""
    named = zip(entries[:limit], notes or [""] * len(entries), strict=False)
    people = tuple(Person(entry.submission.student, entry.href, note) for entry, note in named)
    return Crowd(len(entries), people)
