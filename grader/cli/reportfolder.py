"""The report's folder, looked at before anything is written there: it may be a student's, or the course's own.

Whoever calls a folder `report` and puts links into it must not have the grader write where they lead. Imports nothing heavy.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from grader.cli.occupied import LOCK
from grader.errors import UsageError

UNPACKED = ".submissions"  # an archive's works, where the report's paths lead
EARLIER = ".earlier"  # archives of earlier years
_JOURNAL = ".journal/journal.jsonl"
_SIMILAR = "similar.json"
_FOLDERS = ("students", "instructor", "similar")
_FILES = ("results.json", "grades.csv", "junit.xml", "index.html", ".pages.json", _SIMILAR)
_PLACES = (LOCK, UNPACKED, EARLIER, ".journal", _JOURNAL, *_FOLDERS, *_FILES)


def check_not_the_course(out: Path) -> None:
    """Raises `UsageError` for a folder among the assignments, or in one.

    All that lies in an assignment is what verdicts depend on: a report there would have everybody graded again by every run.
    """
    place = out.resolve()
    for folder in (place, *place.parents):
        has_all = folder.name == "assignments" and any(folder.glob("*/assignment.yaml"))
        if has_all or (folder / "assignment.yaml").is_file():
            raise UsageError(f"--out: {out} lies in {folder}, which is the course's own", remedy="name another --out")


def check_not_handed_in(out: Path, submissions: Path) -> None:
    """Raises `UsageError` for the folder of `submissions`, and for one among them that holds something, but no report of ours."""
    place = out.parent.resolve() / out.name  # where it stands; where a link leads to does not matter
    root = submissions.resolve()
    if out.resolve() == root:
        raise UsageError(
            f"--out: {out} is the folder of the submissions: the report's own folders would be submissions there",
            remedy="name another --out",
        )
    if not place.is_relative_to(root) or not os.path.lexists(place):
        return
    if place.is_dir() and not place.is_symlink():
        handed_in = not _is_ours(place) and not {child.name for child in place.iterdir()} <= {LOCK, UNPACKED, EARLIER}
    else:
        handed_in = True
    if handed_in:
        raise UsageError(
            f"--out: {out} lies among the submissions and holds no report: it may be somebody's work", remedy="name another --out"
        )


def _is_ours(folder: Path) -> bool:
    return any(next(folder.glob(f"{below}{mark}"), None) for mark in (_JOURNAL, _SIMILAR) for below in ("", "*/"))


def refuse_links(out: Path) -> None:
    """Raises `UsageError` where something in the report's folder, which would be written, is a link."""
    for path in _places(out):
        if path.is_symlink():
            raise UsageError(
                f"--out: {path} is a link, and nothing is written to where it leads", remedy="remove it, or name another --out"
            )


def _places(out: Path) -> Iterator[Path]:
    yield from (out / name for name in _PLACES)
    for name in _FOLDERS:  # after the folder itself: of a link's children nothing is looked at
        if (out / name).is_dir():
            yield from (out / name).iterdir()
