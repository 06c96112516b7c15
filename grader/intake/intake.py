"""What lies there, recognised, and laid out as a folder per student.

An archive is unpacked into a folder of the grader's own, which is emptied first; folders are used where they are::

    Moodle, zip or unpacked      works of one assignment, which the archive does not name
    Canvas, zip                  the same; late marks without times
    nbgrader's course            `submitted/{student}/{assignment}/`, or that folder; times in timestamp.txt
    another zip                  the folder that was packed
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grader.course.submission import Work
from grader.intake.archive import Archive, Entry, read_archive
from grader.intake.names import Named, canvas_name, moodle_name

_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(.*)")
_TIMESTAMP_LENGTH = 1000  # characters; a name of a zone has at most some thirty


@dataclass(frozen=True)
class Intake:
    """What was recognised.

    Attributes:
        kind: moodle, canvas, nbgrader, or empty for a plain folder.
        folder: where plain submissions lie.
        works: those that were recognised.
        passed_over: what lay beside them and is nobody's.
    """

    kind: str
    folder: Path
    works: tuple[Work, ...] = ()
    passed_over: tuple[str, ...] = ()


def take_in(source: Path, place: Path) -> Intake:
    """Recognise `source`; an archive is unpacked into `place`. Raises `UsageError` for an archive that must not be unpacked."""
    if source.is_file():
        with read_archive(source) as archive:
            return _take_archive(archive, place)
    if source.is_dir():
        for recognise in (_nbgrader, _moodle_folder):
            found = recognise(source)
            if found is not None:
                return found
    return Intake("", source)


def _take_archive(archive: Archive, place: Path) -> Intake:
    shutil.rmtree(place, ignore_errors=True)
    entries = archive.entries
    if any(moodle_name(entry.path.parts[0]) for entry in entries):
        return _lay_out("moodle", archive, place, lambda path: moodle_name(path.parts[0]))
    if any(len(entry.path.parts) == 1 and canvas_name(entry.path.name) for entry in entries):
        return _lay_out("canvas", archive, place, lambda path: canvas_name(path.name) if len(path.parts) == 1 else None)
    for entry in entries:
        archive.unpack(entry, place / entry.path)
    tops = {entry.path.parts[0] for entry in entries if len(entry.path.parts) > 1}
    lone = len(tops) == 1 and all(len(entry.path.parts) > 1 for entry in entries)
    packed = place / next(iter(tops)) if lone else place
    # A zip of one student's folder alone looks the same as one of the folder of all: notebooks in it tell.
    inner = packed if lone and any(child.is_dir() for child in packed.iterdir()) else place
    return take_in(inner, place) if inner.is_dir() else Intake("", place)


def _lay_out(kind: str, archive: Archive, place: Path, name: Callable[[PurePosixPath], Named | None]) -> Intake:
    works: dict[str, Work] = {}
    passed_over = []
    for entry in archive.entries:
        named = name(entry.path)
        if named is None:
            passed_over.append(str(entry.path))
            continue
        root = place / named.student
        archive.unpack(entry, _free(root / _inner(entry, named), named.attachment))
        known = works.get(named.student, Work(named.student, root))
        works[named.student] = replace(known, marked_late=known.marked_late or named.late)
    return Intake(kind, place, _sorted(works.values()), tuple(passed_over))


def _inner(entry: Entry, named: Named) -> PurePosixPath:
    """Where in the student's folder; flat names give the file's own."""
    rest = entry.path.parts[1:]
    return PurePosixPath(*rest) if rest else PurePosixPath(named.file or entry.path.name)


def _free(path: Path, attachment: str) -> Path:
    return path.with_name(f"{attachment}_{path.name}") if path.exists() else path


def _moodle_folder(source: Path) -> Intake | None:
    found = [(child, moodle_name(child.name)) for child in sorted(source.iterdir()) if child.is_dir()]
    works: dict[str, Work] = {}
    for child, named in found:
        if named is not None and (named.student not in works or "_assignsubmission_file" in child.name):
            works[named.student] = Work(named.student, child)
    if not works:
        return None
    return Intake("moodle", source, _sorted(works.values()), tuple(child.name for child, named in found if named is None))


def _nbgrader(source: Path) -> Intake | None:
    # By the name alone: a student who hands in a timestamp.txt must not turn the folders of a class around.
    root = source if source.resolve().name == "submitted" else source / "submitted"
    if not root.is_dir():
        return None
    works = [
        Work(folder.parent.name, folder, _timestamp(folder / "timestamp.txt"), assignment=folder.name)
        for folder in root.glob("*/*")
        if folder.is_dir() and not folder.name.startswith(".") and not folder.parent.name.startswith(".")
    ]
    return Intake("nbgrader", root, _sorted(works)) if works else None


def _timestamp(path: Path) -> datetime | None:
    """nbgrader's: a time and the name of its zone, or its offset; without either it means UTC. None where there is none."""
    try:
        with path.open(encoding="utf-8", errors="replace") as stream:
            match = _TIMESTAMP.fullmatch(stream.read(_TIMESTAMP_LENGTH).strip())
        if match is None:
            return None
        if re.fullmatch(r"[+-]\d\d:?\d\d|Z", match[2]):
            return datetime.fromisoformat(match[1] + match[2])
        zone = UTC if match[2] in ("", "UTC") else ZoneInfo(match[2])
        return datetime.fromisoformat(match[1]).replace(tzinfo=zone)
    except (ValueError, ZoneInfoNotFoundError, OSError):  # a zone's name is a file's: it may be a folder, or too long
        return None


def _sorted(works: Iterable[Work]) -> tuple[Work, ...]:
    return tuple(sorted(works, key=lambda work: (work.student, work.assignment)))
