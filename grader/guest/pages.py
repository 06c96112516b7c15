"""Huge pages for what every fork shares: a fork copies one entry for 2 MiB of them instead of 512.

A process with torch has some 400 MB of its own memory, and most of the time of its forks goes into tables of 4 KiB pages:
copied at the start, freed at the end. A page that a fork writes to is still copied alone.
"""

from __future__ import annotations

import os

from grader.guest import kernel

HUGE = 2 << 20


def collapse() -> None:
    """Collapse this process's private memory into huge pages, where the kernel can.

    `MADV_COLLAPSE` is there since Linux 6.1; where it is not, or finds nothing to collapse, nothing changes.
    """
    with open("/proc/self/maps", "rb") as maps:
        ranges = _private(os.fsdecode(maps.read()).split("\n")[:-1])  # names of files in it may be any bytes
    for start, end in ranges:
        # A call for a whole range: each waits until all cores have handed in their lists of pages.
        kernel.collapse_pages(-(-start // HUGE) * HUGE, end // HUGE * HUGE)


def _private(lines: list[str]) -> list[tuple[int, int]]:
    """The ranges of writable memory that belongs to no file: the heap and what was mapped for objects."""
    ranges = []
    for line in lines:
        places, access, _, _, file, *name = line.split(maxsplit=5)
        if access == "rw-p" and file == "0" and (not name or name[0].strip() == "[heap]"):
            start, end = places.split("-")
            ranges.append((int(start, 16), int(end, 16)))
    return ranges
