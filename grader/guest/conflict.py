"""Markers that git leaves in a file where two versions could not be merged."""

from __future__ import annotations

_MARKERS = ("<" * 7, "=" * 7, ">" * 7)  # in this order; what follows the outer ones tells whose a version is


def first_line(text: str) -> int:
    """The number of the line at which the first whole conflict begins; 0 where there is none."""
    begun, wanted = 0, 0
    for number, line in enumerate(text.splitlines(), start=1):
        word = line.partition(" ")[0]
        if word == _MARKERS[0]:
            begun, wanted = number, 1
        elif wanted and word == _MARKERS[wanted]:
            wanted += 1
            if wanted == len(_MARKERS):
                return begun
    return 0


def is_marker(line: str) -> bool:
    """Whether the line is one of them."""
    return line.rstrip("\r\n").partition(" ")[0] in _MARKERS
