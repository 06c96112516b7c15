"""Fingerprints of code by copydetect (winnowing: Schleimer, Wilkerson and Aiken, SIGMOD 2003), and what two have in common.

Pygments' lexer turns code into a string in which every name is one letter and comments and blanks are gone; its runs of `_RUN`
characters are the fragments. Every fragment is kept (a winnowing window of 1): copydetect picks by Python's `hash`, which differs
from process to process, and the same class must give the same likeness. Fragments to leave out are taken away here and not by
copydetect, which takes away the first of several equal ones only.
"""

from __future__ import annotations

import copy
import io
from bisect import bisect_right
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

import numpy as np

from grader.errors import UsageError
from grader.report.similarity import Passage

_RUN = 25  # characters of reduced code, about two short lines
_WINDOW = 1
_MOST_BRACES = 1_000  # of a text that are left to the lexer; the longest honest labs have some hundreds
# Passages of another work that one fragment leads to: two of 300,000 characters, every other line the same, took ten minutes.
_MOST_TARGETS = 50
LITTLE = 80  # characters of reduced code, five or six short lines, below which likeness means nothing


@dataclass(frozen=True)
class Print:
    """A code's fingerprint: copydetect's own object, and where the lines of the text begin."""

    found: Any
    lead: int
    starts: tuple[int, ...]

    @property
    def fragments(self) -> Set[int]:
        """The hashes of its fragments; they mean nothing in another process."""
        return self.found.hashes  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        """How many characters of reduced code its fragments cover."""
        return int(self.found.token_coverage)

    def without(self, fragments: Set[int]) -> Print:
        """Another one of the same code, less some fragments."""
        from copydetect.utils import get_token_coverage

        found = copy.copy(self.found)
        found.hashes = found.hashes - fragments
        found.hash_idx = {key: places for key, places in found.hash_idx.items() if key not in fragments}
        found.token_coverage = get_token_coverage(found.hash_idx, _RUN, len(found.filtered_code))
        return replace(self, found=found)

    def line(self, position: int) -> int:
        """The line, from 0, that a position in the lexer's text lies in."""
        return bisect_right(self.starts, max(0, position) + self.lead) - 1


def check_engine() -> None:
    """Raises `UsageError` where copydetect is not installed."""
    try:
        import copydetect  # noqa: F401
    except ImportError as error:
        raise UsageError(
            "grade similar needs copydetect", remedy="pip install 'lab-grader[similar]', or copydetect alone"
        ) from error


def fingerprint(text: str) -> Print:
    """The fingerprint of a text of Python, broken or not."""
    from copydetect import CodeFingerprint

    # At each of many lines of blanks the lexer looks through all that follow: 45,000 of them took it minutes. Lines stay.
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    # In a string it does so at each brace, for the other one: 100,000 of `\N{` took it two minutes. Places stay.
    text = text.replace("{", "(") if text.count("{") > _MOST_BRACES else text
    bare = text.lstrip("\n")  # the lexer drops them, and would count lines from what is left
    found = CodeFingerprint("", _RUN, _WINDOW, fp=io.StringIO(bare), language="python")
    found.offsets[:, 1] = np.maximum.accumulate(found.offsets[:, 1])  # copydetect 0.5 forgets what stood before a class's name
    starts = tuple(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))[:-1]
    return Print(found, len(text) - len(bare), starts)


def compare(first: Print, second: Print) -> tuple[float, tuple[float, float], tuple[tuple[Passage, ...], tuple[Passage, ...]]]:
    """Likeness, the share of each, the passages of each. All of it is 0 or empty where nothing is common."""
    from copydetect import compare_files

    _count, _shares, slices = compare_files(first.found, second.found)
    spans = _spans(first, second)
    if not spans[0]:
        return 0.0, (0.0, 0.0), ((), ())
    # Passages may close over a gap of what was left out: never more than there is.
    covered = [min(sum(end - start for start, end in side), one.size) for side, one in zip(spans, (first, second), strict=True)]
    shares = (covered[0] / first.size, covered[1] / second.size)
    likeness = sum(covered) / (first.size + second.size)
    lines = [_by_line(one, side) for one, side in zip((first, second), slices, strict=True)]
    ways = (_likest(first, second, *spans), _likest(second, first, *reversed(spans)))
    passages = tuple(_passages(*own, other[1], way) for own, other, way in zip(lines, reversed(lines), ways, strict=True))
    return round(likeness, 4), (round(shares[0], 4), round(shares[1], 4)), (passages[0], passages[1])


def _by_line(one: Print, slices: Any) -> tuple[list[tuple[int, int]], list[int]]:
    """The stretches of lines that places in the text cover, none of which overlap, and in which of them each place lies."""
    stretches: list[tuple[int, int]] = []
    which = []
    for start, end in zip(*slices, strict=True):
        first = one.line(int(start))
        last = max(first, one.line(int(end) - 1))
        if stretches and first <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(last, stretches[-1][1]))
        else:
            stretches.append((first, last))
        which.append(len(stretches) - 1)
    return stretches, which


def _passages(
    stretches: list[tuple[int, int]], which: list[int], other_which: list[int], way: list[tuple[int, int]]
) -> tuple[Passage, ...]:
    """The stretches with the one of the other side that their likest place leads to."""
    best = {stretch: max(found for place, found in enumerate(way) if which[place] == stretch) for stretch in set(which)}
    return tuple(
        Passage(first=first, last=last, other=other_which[-best[number][1]]) for number, (first, last) in enumerate(stretches)
    )


def _spans(first: Print, second: Print) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The passages of each in reduced code, in the order in which `compare_files` has them."""
    from copydetect.utils import find_fingerprint_overlap, get_copied_slices

    one, two = first.found, second.found
    places = find_fingerprint_overlap(one.hashes, two.hashes, one.hash_idx, two.hash_idx)
    left, right = ([(int(a), int(b)) for a, b in zip(*get_copied_slices(side, _RUN), strict=True)] for side in places)
    return left, right


def _likest(first: Print, second: Print, own: list[tuple[int, int]], others: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """For each place of the first: with how many fragments the likest of the second is like it, and minus that one's number."""
    begins = [start for start, _end in own]
    other_begins = [start for start, _end in others]
    counts: Counter[tuple[int, int]] = Counter()
    for fragment in first.found.hashes & second.found.hashes:
        everywhere = {bisect_right(other_begins, place) - 1 for place in second.found.hash_idx[fragment]}
        targets = sorted(everywhere)[:_MOST_TARGETS]
        counts.update((bisect_right(begins, place) - 1, target) for place in first.found.hash_idx[fragment] for target in targets)
    best: dict[int, tuple[int, int]] = {}
    for (place, target), count in counts.items():
        best[place] = max(best.get(place, (0, -target)), (count, -target))
    return [best[place] for place in range(len(own))]
