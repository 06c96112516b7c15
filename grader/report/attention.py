"""Who needs the instructor, and why: only what no grader can settle by itself.

A wrong answer is not in here, a function that never ends neither: they have their verdict. Adaptations made while
loading are listed apart, by what was done: they are worth a glance, and a class where every notebook misses the same
picture must not bury the one that could not be loaded. Whoever has no point at all may have handed in the starter as it was, or
code that the grader did not find. Near a boundary is whoever one test more or less might move across it.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.i18n import translator
from grader.report.number import format_number, format_percent
from grader.report.roster import ClassEntry, Crowd, crowd
from grader.report.similarity import PAGES as SIMILAR_PAGES
from grader.report.similarity import Similarity
from grader.report.text import clean
from grader.report.wording import submission_word
from grader.results import AssignmentSummary, SubmissionStatus, TestStatus

_MOST_ADAPTATIONS = 25
# How near a boundary is near: a point, and in an assignment of few points this share of them.
_NEAR_POINTS, _NEAR_SHARE = 1.0, 0.02
_VERY_ALIKE = 0.9  # right solutions of short functions that nobody copied reach four fifths

# The order in which they are told: what the grader owes first, then what a word with the student may mend.
_STATUSES = (
    SubmissionStatus.GRADER_ERROR,
    SubmissionStatus.NOT_LOADABLE,
    SubmissionStatus.CRASHED,
    SubmissionStatus.OUT_OF_MEMORY,
    SubmissionStatus.TIMED_OUT,
    SubmissionStatus.MISSING,
)


@dataclass(frozen=True)
class Reason:
    """Why these students need the instructor, as a sentence; `more` is a page about it, relative to the class page."""

    title: str
    who: Crowd
    more: str = ""


@dataclass(frozen=True)
class _Group:
    """Who is in a reason, each with a note or all without; `more` as there."""

    title: str
    entries: Sequence[ClassEntry]
    notes: Sequence[str] = ()
    more: str = ""


@dataclass(frozen=True)
class Attention:
    """What the section says; `slugs` are the students who are counted, each once."""

    reasons: tuple[Reason, ...]
    adaptations: tuple[Reason, ...]
    adapted: int
    slugs: frozenset[str]


def attention(
    assignment: AssignmentSummary, entries: Sequence[ClassEntry], language: str, similarity: Similarity | None = None
) -> Attention:
    """Sort the class by reason; `similarity` is what `grade similar` found, if it was asked."""
    told = itertools.chain(
        _stopped(entries, language),
        _without_points(entries, language),
        _graded_in_part(entries, language),
        _near_boundaries(assignment, entries, language),
        _identical(entries, language),
        _alike(entries, similarity, language) if similarity else (),
    )
    groups = [group for group in told if group.entries]
    adaptations = _adaptations(entries)
    return Attention(
        reasons=tuple(Reason(group.title, crowd(group.entries, group.notes), group.more) for group in groups),
        adaptations=tuple(Reason(message, crowd(group)) for message, group in adaptations[:_MOST_ADAPTATIONS]),
        adapted=len({entry.slug for _message, group in adaptations for entry in group}),
        slugs=frozenset(entry.slug for group in groups for entry in group.entries),
    )


def _stopped(entries: Sequence[ClassEntry], language: str) -> Iterator[_Group]:
    """Whose work could not be graded, by how that ended."""
    for status in _STATUSES:
        group = [entry for entry in entries if entry.submission.status is status]
        yield _Group(submission_word(status, translator(language)), group, [_first_message(entry) for entry in group])


def _first_message(entry: ClassEntry) -> str:
    return entry.submission.messages[0] if entry.submission.messages else ""


def _without_points(entries: Sequence[ClassEntry], language: str) -> Iterator[_Group]:
    _ = translator(language).gettext
    empty = [entry for entry in entries if _is_empty(entry)]
    yield _Group(_("graded, but without a single point"), empty, [_first_finding(entry) for entry in empty])


def _is_empty(entry: ClassEntry) -> bool:
    submission = entry.submission
    return submission.status is SubmissionStatus.GRADED and submission.score == 0 < submission.max_score


def _first_finding(entry: ClassEntry) -> str:
    return next((test.message for test in entry.submission.tests if test.message), "")


def _graded_in_part(entries: Sequence[ClassEntry], language: str) -> Iterator[_Group]:
    _ = translator(language).gettext
    unchecked = [entry for entry in entries if _unchecked_tests(entry)]
    names = [", ".join(_unchecked_tests(entry)) for entry in unchecked]
    yield _Group(_("graded in part: the grader failed in some tests"), unchecked, names)


def _unchecked_tests(entry: ClassEntry) -> list[str]:
    if entry.submission.status is SubmissionStatus.GRADER_ERROR:  # told already
        return []
    return [test.title for test in entry.submission.tests if test.status is TestStatus.GRADER_ERROR]


def _near_boundaries(assignment: AssignmentSummary, entries: Sequence[ClassEntry], language: str) -> Iterator[_Group]:
    _ = translator(language).gettext
    near = _nearest_boundaries(assignment, entries)
    told = _("{score} points, where the boundary is {boundary}")
    notes = [
        told.format(score=format_number(score, language), boundary=format_number(boundary, language))
        for _entry, score, boundary in near
    ]
    yield _Group(_("close to a grade boundary"), [entry for entry, _score, _boundary in near], notes)


def _nearest_boundaries(assignment: AssignmentSummary, entries: Sequence[ClassEntry]) -> list[tuple[ClassEntry, float, float]]:
    """(who, score, the nearest boundary), by the distance to it."""
    boundaries = {*assignment.boundaries, *([] if assignment.pass_score is None else [assignment.pass_score])}
    margin = min(_NEAR_POINTS, _NEAR_SHARE * assignment.max_score) + 1e-9
    near = []
    for entry in entries:
        score = entry.submission.score
        if score is None or not boundaries or entry.submission.status is not SubmissionStatus.GRADED:
            continue
        nearest = min(boundaries, key=lambda boundary: abs(boundary - score))
        if abs(nearest - score) <= margin:
            near.append((entry, score, nearest))
    return sorted(near, key=lambda found: abs(found[2] - found[1]))


def _identical(entries: Sequence[ClassEntry], language: str) -> Iterator[_Group]:
    """Whose files are the same, byte for byte: a group for each file."""
    by_digest: dict[str, list[ClassEntry]] = defaultdict(list)
    for entry in entries:
        if entry.submission.digest and entry.submission.status is not SubmissionStatus.MISSING:
            by_digest[entry.submission.digest].append(entry)
    title = translator(language).gettext("identical files")
    yield from (_Group(title, group) for group in by_digest.values() if len(group) > 1)


def _alike(entries: Sequence[ClassEntry], similarity: Similarity, language: str) -> Iterator[_Group]:
    alike = _likest(entries, similarity, language)
    title = translator(language).gettext("very similar code")
    yield _Group(title, [entry for entry, _note in alike], [note for _entry, note in alike], f"{SIMILAR_PAGES}/index.html")


def _likest(entries: Sequence[ClassEntry], similarity: Similarity, language: str) -> list[tuple[ClassEntry, str]]:
    """(who, how like whom), each with the likest one. Pairs of other files than these results are of do not count."""
    _ = translator(language).gettext
    known = {entry.submission.digest: entry for entry in entries if entry.submission.digest}
    alike: dict[str, tuple[ClassEntry, str]] = {}
    for pair in similarity.pairs:
        works = similarity.works[pair.first], similarity.works[pair.second]
        if (pair.likeness < _VERY_ALIKE and not pair.whole) or any(
            work.digest not in known and not work.earlier for work in works
        ):
            continue
        if works[0].digest == works[1].digest:  # told as identical files
            continue
        told, share = _("like {student}, {share}"), pair.likeness
        if pair.likeness < _VERY_ALIKE:  # of one who hides it behind other code the share tells
            told, share = _("with {student}: {share} of one's code is found in the other's"), pair.rank
        for work, other in (works, works[::-1]):
            if not work.earlier:
                entry = known[work.digest]
                words = told.format(student=clean(other.student), share=format_percent(share, language))
                alike.setdefault(entry.slug, (entry, words))
    return list(alike.values())


def _adaptations(entries: Sequence[ClassEntry]) -> list[tuple[str, list[ClassEntry]]]:
    by_message: dict[str, list[ClassEntry]] = defaultdict(list)
    for entry in entries:
        if entry.submission.status is SubmissionStatus.GRADED:
            for message in dict.fromkeys(entry.submission.messages):
                by_message[message].append(entry)
    return sorted(by_message.items(), key=lambda pair: -len(pair[1]))
