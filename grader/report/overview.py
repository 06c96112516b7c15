"""What the class page says, in the order of the instructor's questions, as plain data for the template.

::

    Overview
    ├── scores, median, passed          how did the class do?
    ├── attention                       who needs me?
    ├── mistakes                        what did they not understand?
    └── groups                          is a test unfair or useless?

The fifth question, everyone, is `payload`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from grader.i18n import translator
from grader.report.attention import Attention, attention
from grader.report.items import Item, ItemGroup, item_groups
from grader.report.roster import ClassEntry, Crowd, crowd
from grader.report.similarity import Similarity
from grader.report.text import split_title
from grader.results import Results


@dataclass(frozen=True)
class Mistake:
    """A named misconception: what it is, and whose answers it explains."""

    title: str
    explanation: str
    part: str
    share: float
    who: Crowd


@dataclass(frozen=True)
class Overview:
    """The class page without its table.

    `scores` are those of the submissions that have one; `passed` is how many of them reach the pass line, None without a line.
    """

    submissions: int
    scores: tuple[float, ...]
    passed: int | None
    attention: Attention
    mistakes: tuple[Mistake, ...]
    groups: tuple[ItemGroup, ...]

    @property
    def median(self) -> float | None:
        """The median score, None without scores."""
        return median(self.scores) if self.scores else None

    @property
    def middle(self) -> tuple[float, float] | None:
        """Between which scores the middle half of the class lies (first and third quartile); None below four scores."""
        if len(self.scores) < 4:
            return None
        low, _middle, high = quantiles(self.scores, n=4, method="inclusive")
        return low, high

    @property
    def remarks(self) -> dict[str, list[Item]]:
        """The tests that stand out, by what is to be said about them."""
        remarks: dict[str, list[Item]] = {}
        for group in self.groups:
            for item in group.items:
                if item.remark:
                    remarks.setdefault(item.remark, []).append(item)
        return remarks


def overview(results: Results, entries: Sequence[ClassEntry], language: str, similarity: Similarity | None = None) -> Overview:
    """Work out everything that the class page says in words."""
    submissions = [entry.submission for entry in entries]
    groups = item_groups(results.assignment, submissions, translator(language))
    scores = tuple(submission.score for submission in submissions if submission.score is not None)
    line = results.assignment.pass_score
    return Overview(
        submissions=len(entries),
        scores=scores,
        passed=None if line is None else sum(score >= line for score in scores),
        attention=attention(results.assignment, entries, language, similarity),
        mistakes=_mistakes(entries, {group.id: group.title for group in groups}),
        groups=groups,
    )


def _mistakes(entries: Sequence[ClassEntry], part_titles: dict[str, str]) -> tuple[Mistake, ...]:
    """The misconceptions by the number of students, each student counted once however many tests show it."""
    found: dict[str, list[ClassEntry]] = defaultdict(list)
    told: dict[str, tuple[str, str]] = {}
    for entry in entries:
        named = {test.misconception.id: test for test in entry.submission.tests if test.misconception}
        for id_, test in named.items():
            found[id_].append(entry)
            told.setdefault(id_, (test.misconception.explanation if test.misconception else "", test.part))
    mistakes = []
    for id_, group in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        explanation, part = told[id_]
        title, rest = split_title(explanation)
        share = len(group) / len(entries)
        mistakes.append(Mistake(title or id_, rest, part_titles.get(part, part), share, crowd(group)))
    return tuple(mistakes)
