"""The tests as items of an examination: numbered, grouped by part, analysed over the class, and judged in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from gettext import NullTranslations

import numpy as np

from grader.report.statistics import ItemStatistics, Points, item_statistics
from grader.results import AssignmentSummary, SubmissionResult, SubmissionStatus, TestResult

# Of fewer graded submissions "everyone" means little.
MIN_EVERYONE = 5
# Below this many a correlation is mostly chance, and no word is said about it.
MIN_STUDENTS = 10
# Ebel, Measuring Educational Achievement (1965): below 0.2 an item should be improved or dropped.
_LOW_DISCRIMINATION = 0.2
_HARD = 0.5


@dataclass(frozen=True)
class Item:
    """A test: its number on the page (`2.3` is the third of part 2), its numbers, and a word where it stands out."""

    label: str
    test: TestResult
    statistics: ItemStatistics
    remark: str


@dataclass(frozen=True)
class ItemGroup:
    """A part and its tests; `share` is the mean share of its points over the graded submissions, None without any."""

    number: int
    id: str
    title: str
    max_score: float
    share: float | None
    items: tuple[Item, ...]


def item_groups(
    assignment: AssignmentSummary, submissions: Sequence[SubmissionResult], translations: NullTranslations
) -> tuple[ItemGroup, ...]:
    """Every part of the assignment with its tests, in the assignment's order; tests of no known part come last.

    Only graded submissions enter the numbers: a file that could not be loaded says nothing about a test, and its row of
    zeros would make every test look discriminating.
    """
    tests = {test.id: test for submission in reversed(submissions) for test in reversed(submission.tests)}
    tests = dict(reversed(tests.items()))
    graded = [submission for submission in submissions if submission.status is SubmissionStatus.GRADED]
    numbers = item_statistics(_points(graded, list(tests)), np.array([test.max_score for test in tests.values()]))
    found = list(zip(tests.values(), numbers, strict=True))
    titles = {part.id: (part.title, part.max_score) for part in assignment.parts}
    for test in tests.values():
        titles.setdefault(test.part, (test.part, sum(other.max_score for other in tests.values() if other.part == test.part)))
    return tuple(
        ItemGroup(
            number=number,
            id=part,
            title=title,
            max_score=max_score,
            share=_part_share(graded, part),
            items=tuple(
                Item(f"{number}.{place}", test, statistics, _remark(statistics, translations))
                for place, (test, statistics) in enumerate((pair for pair in found if pair[0].part == part), 1)
            ),
        )
        for number, (part, (title, max_score)) in enumerate(titles.items(), 1)
    )


def _points(submissions: Sequence[SubmissionResult], tests: Sequence[str]) -> Points:
    column = {test: number for number, test in enumerate(tests)}
    points = np.full((len(submissions), len(tests)), np.nan)
    for row, submission in enumerate(submissions):
        for test in submission.tests:
            if test.score is not None:
                points[row, column[test.id]] = test.score
    return points


def _part_share(submissions: Sequence[SubmissionResult], part: str) -> float | None:
    shares = [
        result.score / result.max_score
        for submission in submissions
        for result in submission.parts
        if result.id == part and result.score is not None and result.max_score > 0
    ]
    return sum(shares) / len(shares) if shares else None


def _remark(statistics: ItemStatistics, translations: NullTranslations) -> str:
    _ = translations.gettext
    if statistics.difficulty is None or statistics.students < MIN_EVERYONE:
        return ""
    if statistics.difficulty == 1:
        return _("everyone passes")
    if statistics.difficulty == 0:
        return _("everyone fails")
    if statistics.students < MIN_STUDENTS or statistics.discrimination is None:
        return ""
    if statistics.discrimination < 0:
        return _("the best students fail it")
    if statistics.difficulty < _HARD:
        return _("hard: less than half of the points are earned")
    if statistics.discrimination < _LOW_DISCRIMINATION:
        return _("says little about the rest")
    return ""
