"""The pages about likeness, for the instructor: the ranked pairs, and each pair side by side.

::

    OUT/similar/
    ├── index.html      the pairs, what is usual in this class, who was not compared
    └── 1.html ...      a pair each

Made from `grader.report.similarity` records alone. Both codes are students' text: cleaned line by line, escaped by jinja2, under
the policy that lets nothing run. The pages say that likeness is no proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from gettext import NullTranslations
from pathlib import Path

from grader.i18n import translator
from grader.report.similarity import PAGES, Pair, Passage, Similarity, Work
from grader.report.template import assets, environment
from grader.report.text import clean, clean_record
from grader.report.wording import N_
from grader.wholefile import write_text_whole

INDEX = "index.html"
_LONGEST_LINE = 2_000
_REASONS = {
    "no_file": N_("no file was found that could be graded"),
    "out_of_sight": N_("there are only hidden files, or links that lead out of the folder"),
    "several_files": N_("several files could be meant"),
    "too_large": N_("the code is too large"),
    "unreadable": N_("the file cannot be read on this disk"),
    "empty": N_("the file is empty"),
    "binary": N_("the file holds binary data"),
    "not_utf8": N_("the file is not text in UTF-8"),
    "not_a_notebook": N_("the file is not a notebook"),
    "conflict": N_("the file holds the markers of a conflict in git"),
    "too_deep": N_("the file is nested too deeply"),
    "too_many_cells": N_("the notebook has too many cells"),
    "no_code": N_("there is no code"),
    "little": N_("beside what everybody was given there is too little code to compare"),
    "common": N_("nearly all of its code is what many in the class have: ask where they have it from"),
}
_UNKNOWN = N_("the file could not be read")


@dataclass(frozen=True)
class Stretch:
    """Lines that follow one another: of a passage (its `number` from 1), or of none (0). `like`: the other side's passage.

    `begins`: whether the passage does here, and not in a piece before.
    """

    text: str
    number: int = 0
    like: int = 0
    begins: bool = False


@dataclass(frozen=True)
class Section:
    """A piece of a work: its file, its cell (0 for a whole file)."""

    file: str
    cell: int
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True)
class Side:
    """One of the two of a pair; `key` tells its passages' anchors from the other's."""

    key: str
    other: str
    work: Work
    share: float
    sections: tuple[Section, ...]
    passages: int


def reason_words(reason: str, translations: NullTranslations) -> str:
    """Why somebody was not compared."""
    return translations.gettext(_REASONS.get(reason, _UNKNOWN))


def write_similar_pages(similarity: Similarity, out: Path, language: str) -> list[Path]:
    """Write all pages into `OUT/similar`; the paths, the index first. Raises `OSError` when one cannot be written."""
    folder = out / PAGES
    written = []
    for rank, pair in enumerate(similarity.pairs, start=1):
        written.append(folder / f"{rank}.html")
        write_text_whole(written[-1], pair_page(similarity, rank, pair, language))
    write_text_whole(folder / INDEX, index_page(similarity, language))
    return [folder / INDEX, *written]


def index_page(similarity: Similarity, language: str) -> str:
    """The ranked pairs."""
    translations = translator(language)
    left_out = [(clean_record(one), reason_words(one.reason, translations)) for one in similarity.left_out]
    return (
        environment(language)
        .get_template("similar.html")
        .render(
            results=similarity,
            assignment=clean_record(similarity.assignment),
            similarity=similarity,
            works=[_named(work) for work in similarity.works],
            left_out=left_out,
            assets=assets(("page.css", "similar.css")),
        )
    )


def pair_page(similarity: Similarity, rank: int, pair: Pair, language: str) -> str:
    """Two works side by side."""
    sides = [
        _side(key, other, similarity.works[place], share, passages)
        for key, other, place, share, passages in zip(
            "ab", "ba", (pair.first, pair.second), pair.shares, pair.passages, strict=True
        )
    ]
    return (
        environment(language)
        .get_template("pair.html")
        .render(
            results=similarity,
            assignment=clean_record(similarity.assignment),
            pair=pair,
            rank=rank,
            last=len(similarity.pairs),
            sides=sides,
            assets=assets(("page.css", "similar.css")),
        )
    )


def _named(work: Work) -> Work:
    return work.model_copy(update={"student": clean(work.student), "path": clean(work.path), "pieces": ()})


def _side(key: str, other: str, work: Work, share: float, passages: Sequence[Passage]) -> Side:
    sections, start = [], 0
    for piece in work.pieces:
        stretches = tuple(_stretches(piece.lines, start, passages))
        sections.append(Section(clean(piece.file), piece.cell, stretches))
        start += len(piece.lines)
    return Side(key, other, _named(work), share, tuple(sections), len(passages))


def _stretches(lines: Sequence[str], start: int, passages: Sequence[Passage]) -> Iterator[Stretch]:
    """The lines of a piece that begins at line `start` of the work, cut where a passage begins or ends."""
    at, end = start, start + len(lines)
    for number, passage in enumerate(passages, start=1):
        first, last = max(passage.first, at), min(passage.last + 1, end)
        if first >= last:
            continue
        if first > at:
            yield Stretch(_text(lines[at - start : first - start]))
        yield Stretch(_text(lines[first - start : last - start]), number, passage.other + 1, passage.first >= start)
        at = last
    if at < end:
        yield Stretch(_text(lines[at - start :]))


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{clean(line)[:_LONGEST_LINE]}\n" for line in lines)
