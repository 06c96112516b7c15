"""Compares everybody with everybody, and keeps the likest pairs.

Every pair's likeness is first estimated by counting common fragments (a sparse product, block by block, so that ten thousand
submissions need no ten thousand squared numbers); the likest are then compared for good, and so are those of which one seems to
hold all of the other: a copy that is padded with other code is not alike any more. Two kinds of code count for nothing:
what was handed out, and what more than a quarter of the class has (from eleven submissions on), such as a line of the lecture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from grader import __version__
from grader.course.assignment import AssignmentFolder
from grader.report.similarity import LeftOut, Pair, Piece, Similarity, Work
from grader.results import AssignmentSummary, GraderSummary
from grader.similar.engine import LITTLE, Print, check_engine, compare, fingerprint
from grader.similar.sources import Source

_COMMON_SHARE, _COMMON_LEAST = 0.25, 10
_BLOCK = 256  # submissions whose estimates are held at once
# A share from which on one's code is in the other's whole (right solutions that nobody copied reach 86 %), and the characters of
# reduced code below which that means nothing: two short functions.
_WHOLE, _WHOLE_LEAST = 0.9, 2 * LITTLE
_ROUGHLY = 0.2  # how far an estimate of a share may be off
_SPARE = 4  # so many times the pairs that are asked for are compared for good, because estimates are not exact


@dataclass(frozen=True)
class Wanted:
    """How much is to be found: `most` pairs of at least the likeness `least`."""

    most: int = 50
    least: float = 0.5
    language: str = "en"


def find_similar(
    folder: AssignmentFolder, sources: Sequence[Source | LeftOut], handed_out: Iterable[Piece], wanted: Wanted
) -> Similarity:
    """Compare the sources. Those that are `earlier` are compared with the class, not with one another.

    Raises `UsageError` where copydetect is not installed.
    """
    check_engine()
    left_out = [source for source in sources if isinstance(source, LeftOut)]
    known = set().union(*(fingerprint("\n".join(piece.lines)).fragments for piece in handed_out), frozenset())
    found = [(source, fingerprint(source.text).without(known)) for source in sources if isinstance(source, Source)]
    common, most = _common([one.fragments for source, one in found if not source.earlier])
    bare = [(source, one.without(common)) for source, one in found]
    left_out += [
        # Of a quarter of a class that has one code each would else be said to have done nothing.
        LeftOut(student=source.student, path=source.path, reason="little" if whole.size < LITTLE else "common")
        for (source, whole), (_same, rest) in zip(found, bare, strict=True)
        if rest.size < LITTLE
    ]
    found = [(source, rest) for source, rest in bare if rest.size >= LITTLE]
    pairs, usual = _pairs(found, wanted)
    named = sorted({place for pair in pairs for place in (pair.first, pair.second)})
    places = {old: new for new, old in enumerate(named)}
    pairs = [pair.model_copy(update={"first": places[pair.first], "second": places[pair.second]}) for pair in pairs]
    specification = folder.specification
    return Similarity(
        grader=GraderSummary(version=__version__),
        language=wanted.language,
        assignment=AssignmentSummary(
            id=specification.id, title=specification.title.in_language(wanted.language), max_score=specification.points
        ),
        compared=len(found),
        usual=usual,
        common=most if common else 0,
        least=wanted.least,
        pairs=tuple(pairs),
        works=tuple(_work(found[old][0]) for old in named),
        left_out=tuple(sorted(left_out, key=lambda one: (one.student, one.path))),
    )


def _common(everyone: Sequence[Iterable[int]]) -> tuple[frozenset[int], int]:
    """The fragments that so many submissions have that they are nobody's, and how many that is."""
    most = max(_COMMON_LEAST, int(_COMMON_SHARE * len(everyone))) + 1
    counts = Counter(fragment for fragments in everyone for fragment in fragments)
    return frozenset(fragment for fragment, count in counts.items() if count >= most), most


def _pairs(found: Sequence[tuple[Source, Print]], wanted: Wanted) -> tuple[list[Pair], tuple[float, float] | None]:
    estimates = _Estimates(
        [one.fragments for _source, one in found],
        [source.earlier for source, _one in found],
        [one.size >= _WHOLE_LEAST for _source, one in found],
    )
    pairs = []
    for first, second in estimates.likest(_SPARE * wanted.most):
        likeness, shares, passages = compare(found[first][1], found[second][1])
        whole = max(shares) >= _WHOLE and min(found[first][1].size, found[second][1].size) >= _WHOLE_LEAST
        if likeness >= wanted.least or whole:
            pairs.append(Pair(first=first, second=second, likeness=likeness, shares=shares, whole=whole, passages=passages))
    pairs.sort(key=lambda pair: (-pair.rank, -pair.likeness, found[pair.first][0].student, found[pair.second][0].student))
    return pairs[: wanted.most], estimates.usual()


class _Best:
    """The pairs with the highest estimates so far; of equal ones those that came first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept = np.empty((3, 0))

    def add(self, *estimates_and_pairs: Any) -> None:
        """Estimates, first ones, second ones."""
        every = np.concatenate([self._kept, np.array(estimates_and_pairs, dtype=np.float64)], axis=1)
        self._kept = every[:, np.argsort(-every[0], kind="stable")[: self._most]]

    def pairs(self) -> list[tuple[int, int]]:
        """The pairs, the highest estimate first."""
        return [(int(first), int(second)) for first, second in self._kept[1:].T]


class _Estimates:
    """How alike all pairs are, in fragments."""

    def __init__(self, fragments: Sequence[Iterable[int]], earlier: Sequence[bool], enough: Sequence[bool]) -> None:
        columns: dict[int, int] = {}
        indices = [columns.setdefault(fragment, len(columns)) for one in fragments for fragment in one]
        self._sizes = np.array([len(list(one)) for one in fragments], dtype=np.float64)
        starts = np.concatenate([[0], np.cumsum(self._sizes)]).astype(np.int64)
        shape = (len(fragments), max(1, len(columns)))
        self._table = sparse.csr_matrix((np.ones(len(indices), np.int32), np.array(indices, np.int64), starts), shape=shape)
        self._earlier = np.array(earlier, dtype=bool)
        self._enough = np.array(enough, dtype=bool)
        self._counts = np.zeros(101, dtype=np.int64)

    def likest(self, most: int) -> list[tuple[int, int]]:
        """The `most` pairs with the highest estimates, the highest first; then as many of which one may hold all of the other."""
        self._counts[:] = 0
        everyone = np.arange(len(self._sizes))
        best, holding = _Best(most), _Best(most)
        for start in range(0, len(self._sizes), _BLOCK):
            rows = everyone[start : start + _BLOCK]
            shared = (self._table[rows] @ self._table.T).toarray()
            estimates = 2 * shared / (self._sizes[rows, None] + self._sizes[None, :])
            # Each pair once, none of two earlier ones.
            wanted = (everyone[None, :] > rows[:, None]) & ~(self._earlier[rows, None] & self._earlier[None, :])
            self._counts += np.bincount((100 * estimates[wanted]).astype(np.int64), minlength=101)
            where = np.nonzero(wanted & (shared > 0))
            best.add(estimates[where], rows[where[0]], where[1])
            held = shared / np.minimum(self._sizes[rows, None], self._sizes[None, :])
            enough = self._enough[rows, None] & self._enough[None, :]
            where = np.nonzero(wanted & enough & (held >= _WHOLE - _ROUGHLY))
            holding.add(held[where], rows[where[0]], where[1])
        return list(dict.fromkeys([*best.pairs(), *holding.pairs()]))

    def usual(self) -> tuple[float, float] | None:
        """Below which estimate half of the pairs lie, and 99 of 100; to be asked after the likest."""
        total = int(self._counts.sum())
        if not total:
            return None
        below = np.cumsum(self._counts)
        half, nearly = (int(np.searchsorted(below, share * total)) for share in (0.5, 0.99))
        return min(1.0, (half + 1) / 100), min(1.0, (nearly + 1) / 100)


def _work(source: Source) -> Work:
    return Work(student=source.student, path=source.path, digest=source.digest, earlier=source.earlier, pieces=source.pieces)
