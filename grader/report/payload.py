"""The table of everyone as compact JSON, from which the page's script renders a sheet of rows at a time.

Ten thousand rows as HTML would be tens of megabytes of elements; as arrays they are about a megabyte. Layout::

    language, words                     what the script says, already translated
    statuses: [word, ...]               a row names its status by index
    tests: {letter: [symbol, word]}     the verdicts that a row's letters stand for
    parts: [[title, points, [[label, title], ...], "7 tests"], ...]
    rows: [[name, slug or 0, status, score, [part score, ...], letters, needs attention], ...]

`slug` is 0 where it equals the name. `letters` has one letter per test in the order of `parts`, a space where the row
has no result.
"""

from __future__ import annotations

from collections.abc import Sequence
from gettext import NullTranslations
from typing import Any

from grader.report.items import ItemGroup
from grader.report.roster import ClassEntry
from grader.report.wording import TEST_SYMBOLS, submission_word, test_word
from grader.results import SubmissionStatus, TestStatus

Json = dict[str, Any]

_LETTERS = {
    TestStatus.PASSED: "p",
    TestStatus.FAILED: "f",
    TestStatus.ERROR: "e",
    TestStatus.TIMED_OUT: "t",
    TestStatus.CRASHED: "c",
    TestStatus.NOT_FOUND: "n",
    TestStatus.GRADER_ERROR: "g",
}
# Nobody looked for a function in these: their tests have no result.
_NOT_RUN = (SubmissionStatus.NOT_LOADABLE, SubmissionStatus.MISSING)
_STATUS_NUMBER = {status: number for number, status in enumerate(SubmissionStatus)}


def payload(
    groups: Sequence[ItemGroup],
    entries: Sequence[ClassEntry],
    needing: frozenset[str],
    language: str,
    translations: NullTranslations,
) -> Json:
    """The data of the table; every text in it must have been cleaned, none is escaped."""
    parts = [group.id for group in groups]
    tests = [item.test.id for group in groups for item in group.items]
    return {
        "language": language,
        "words": _words(translations),
        "statuses": [submission_word(status, translations) for status in SubmissionStatus],
        "tests": {letter: [TEST_SYMBOLS[status], test_word(status, translations)] for status, letter in _LETTERS.items()},
        "parts": [
            [
                group.title,
                group.max_score,
                [[item.label, item.test.title] for item in group.items],
                translations.ngettext("{count} test", "{count} tests", len(group.items)).format(count=len(group.items)),
            ]
            for group in groups
        ],
        "rows": [_row(entry, parts, tests, entry.slug in needing) for entry in entries],
    }


def _row(entry: ClassEntry, parts: Sequence[str], tests: Sequence[str], needs: bool) -> list[Any]:
    submission = entry.submission
    scores = {part.id: part.score for part in submission.parts}
    letters = {test.id: _LETTERS[test.status] for test in submission.tests}
    if submission.status in _NOT_RUN:
        letters = {id_: letter for id_, letter in letters.items() if letter != _LETTERS[TestStatus.NOT_FOUND]}
    return [
        submission.student,
        0 if entry.slug == submission.student else entry.slug,
        _STATUS_NUMBER[submission.status],
        _short(submission.score),
        [_short(scores.get(part)) for part in parts],
        "".join(letters.get(test, " ") for test in tests).rstrip(),
        int(needs),
    ]


def _short(score: float | None) -> float | int | None:
    return int(score) if score is not None and score == int(score) else score


def _words(translations: NullTranslations) -> dict[str, str]:
    _ = translations.gettext
    return {
        "student": _("Student"),
        "status": _("Verdict"),
        "score": _("Score"),
        "handout": _("For the student"),
        "page": _("page"),
        "showTests": _("Show the tests of “{part}”"),
        "hideTests": _("Hide the tests of “{part}”"),
        "tests": _("tests"),
        "shown": _("{shown} of {all} students"),
        "rows": _("Rows {first} to {last}"),
        "none": _("Nobody matches. Clear the search or the filter to see everyone."),
        "everything": _("everyone"),
        "needing": _("those who need you"),
        "all": _("all points"),
        "some": _("some points"),
        "nothing": _("no points"),
        "unknown": _("no result"),
    }
