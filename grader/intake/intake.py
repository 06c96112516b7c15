"""What lies there, recognised, and laid out as a folder per student.

An archive is unpacked into a folder of the grader's own, which is emptied first; folders are used where they are. A platform's
are those of which most works are named by it: one student's name for a file must not make the others' works nobody's::

    Moodle, zip or unpacked      works of one assignment, which the archive does not name
    Canvas, zip                  the same; late marks without times
    nbgrader's course            `submitted/{student}/{assignment}/`, or that folder; times in timestamp.txt
    another zip                  the folder that was packed
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grader.course.names import apart
from grader.course.submission import MOST_NAMED, SUFFIXES, Work, in_order, student_id
from grader.errors import UsageError
from grader.intake.archive import Archive, ArchiveEntry, read_archive
from grader.intake.names import Named, canvas_name, moodle_name, platform_of

_NBGRADERS = {"source", "release", "submitted", "autograded", "feedback"}
_LONGEST_TOLD = 200
_MOST_NAMESAKES = 20
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
    """Recognise `source`; an archive is unpacked into `place`.

    Raises `UsageError` for an archive that must not be unpacked, or holds nothing, and for one submission's own file.
    """
    if source.suffix.lower() in SUFFIXES and source.is_file():
        raise UsageError(
            f"{source}: is one submission's file, and not a folder of submissions or an archive of them",
            remedy="name the folder of the class, with --student for one of them; "
            f"your own work: grade check {shlex.quote(str(source))}",
        )
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
    _clear(place)
    entries = archive.entries
    if not entries:
        raise UsageError(f"{archive.path}: holds no works", remedy="download it again, with the submissions in it")
    kind = _kind({entry.path.parts[0]: len(entry.path.parts) > 1 for entry in entries})
    if kind == "moodle":
        return _lay_out("moodle", archive, place, lambda path: moodle_name(path.parts[0]))
    if kind == "canvas":
        return _lay_out("canvas", archive, place, lambda path: canvas_name(path.name) if len(path.parts) == 1 else None)
    unfit = _left_out(archive) + tuple(_told(entry) for entry in entries if not archive.unpack(entry, place / entry.path))
    if not place.is_dir():
        raise UsageError(f"{archive.path}: holds nothing that could be unpacked: {unfit[0]}", remedy="pack it anew")
    tops = {entry.path.parts[0] for entry in entries if len(entry.path.parts) > 1}
    lone = len(tops) == 1 and all(len(entry.path.parts) > 1 for entry in entries)
    packed = place / next(iter(tops)) if lone else place
    # A zip of one student's folder alone looks the same as one of the folder of all: notebooks in it tell.
    inner = packed if lone and any(child.is_dir() for child in packed.iterdir()) else place
    found = take_in(inner, place) if inner.is_dir() else Intake("", place)
    return replace(found, passed_over=found.passed_over + unfit)


def _clear(place: Path) -> None:
    """Remove what an earlier archive left: a file that stayed would be graded as this one's. Raises `UsageError`."""
    try:
        shutil.rmtree(place)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise UsageError(
            f"{place}: what was unpacked there before cannot be removed: {error.strerror}",
            remedy="remove it, or name another --out",
        ) from error


def _kind(tops: dict[str, bool]) -> str:
    """Whose archive or folder it is, by the names at its top, each with whether it is a folder's: that of most works, if it has
    more than are nobody's."""
    counted: Counter[str] = Counter()
    for name, is_folder in tops.items():
        platform = platform_of(name)
        if platform == "canvas" and is_folder:  # Canvas makes no folders
            platform = "moodle" if moodle_name(name) else ""
        if platform or is_folder or PurePosixPath(name).suffix.lower() in SUFFIXES:
            counted[platform] += 1
    best = max(("moodle", "canvas"), key=lambda kind: counted[kind])
    return best if counted[best] > counted[""] else ""


def _left_out(archive: Archive) -> tuple[str, ...]:
    return tuple(f"{_shown(path)} (there is no room for it: too large, or one of too many)" for path in archive.left_out)


def _either(name: str) -> str:
    return f"{name} (it could be of two students: Moodle's mark is in it twice)"


def _told(entry: ArchiveEntry) -> str:
    return f"{_shown(entry.path)} (its path is too long, or another file's)"


def _shown(path: PurePosixPath) -> str:
    name = str(path)
    return name if len(name) <= _LONGEST_TOLD else f"{name[:_LONGEST_TOLD]}…"


def _lay_out(kind: str, archive: Archive, place: Path, name: Callable[[PurePosixPath], Named | None]) -> Intake:
    works: dict[str, Work] = {}
    passed_over = list(_left_out(archive))
    everything = [*((entry.path, entry) for entry in archive.entries), *((path, None) for path in archive.left_out)]
    for path, entry in everything:
        named = name(path)
        if named is None or named.is_ambiguous:
            if entry is not None:  # else it is told already
                passed_over.append(_shown(path) if named is None else _either(_shown(path)))
            continue
        root = place / named.student
        known = works.get(named.student, Work(named.student, root))
        # Whoever has handed in nothing else has handed in something all the same, and is told what became of it.
        lost = known.not_unpacked
        if entry is None or not archive.unpack(entry, _free(root / _inner(path, named), named.attachment)):
            lost = (*lost, _inner(path, named).as_posix())[:MOST_NAMED]
            passed_over += [_told(entry)] if entry is not None else []
        works[named.student] = replace(known, marked_late=known.marked_late or named.late, not_unpacked=lost)
    return Intake(kind, place, _sorted(works.values()), tuple(passed_over))


def _inner(path: PurePosixPath, named: Named) -> PurePosixPath:
    """Where in the student's folder; flat names give the file's own."""
    rest = path.parts[1:]
    return PurePosixPath(*rest) if rest else PurePosixPath(named.file or path.name)


def _free(path: Path, attachment: str) -> Path:
    """The path, or one beside it where it is taken: by the text that was entered online, or by another file of that name."""
    names = (path.name, *(f"{attachment}_{'_' * more}{path.name}" for more in range(_MOST_NAMESAKES)))
    # Not `Path.exists`, which raises for a path that is too long.
    return next((free for name in names if not os.path.lexists(free := path.with_name(name))), path)


def _moodle_folder(source: Path) -> Intake | None:
    children = sorted((child for child in source.iterdir() if child.is_dir()), key=lambda path: in_order(path.name))
    found = [(child, moodle_name(student_id(child.name))) for child in children]
    works: dict[str, Work] = {}
    passed_over = [child.name for child, named in found if named is None]
    for child, named in found:
        if named is None:
            continue
        if named.is_ambiguous:
            passed_over.append(_either(child.name))
            continue
        known = works.get(named.student)
        if known is not None and _holds_files(known.root) and _holds_files(child):
            passed_over.append(child.name)  # the same name, spelt in another way
        elif known is None or _holds_files(child):
            works[named.student] = Work(named.student, child)
    if _kind({child.name: child.is_dir() for child in source.iterdir() if not child.name.startswith(".")}) != "moodle":
        return None
    return Intake("moodle", source, _sorted(works.values()), tuple(passed_over)) if works else None


def _holds_files(folder: Path) -> bool:
    return "_assignsubmission_file" in folder.name


def _nbgrader(source: Path) -> Intake | None:
    # By the name alone: a student who hands in a timestamp.txt must not turn the folders of a class around.
    root = source if source.resolve().name == "submitted" else source / "submitted"
    if not root.is_dir():
        return None
    students: dict[str, Path] = {}
    for place in sorted(root.iterdir(), key=lambda path: in_order(path.name)):
        if place.is_dir() and not place.name.startswith("."):
            students[apart(student_id(place.name), students)] = place
    works = [
        Work(student, folder, _timestamp(folder / "timestamp.txt"), assignment=folder.name)
        for student, place in students.items()
        for folder in place.iterdir()
        if folder.is_dir() and not folder.name.startswith(".")
    ]
    if not works:
        return None
    # A folder "submitted" among a class's may be a student's; of a course it stands among few that hold works themselves.
    beside = tuple(child.name for child in sorted(source.iterdir()) if _holds_work(child)) if root != source else ()
    if len(beside) > len({work.student for work in works}) and not (source / "nbgrader_config.py").is_file():
        return None
    return Intake("nbgrader", root, _sorted(works), beside)


def _holds_work(folder: Path) -> bool:
    if folder.name.startswith(".") or folder.name in _NBGRADERS or not folder.is_dir():
        return False
    return any(child.suffix.lower() in SUFFIXES for child in folder.iterdir())


def _timestamp(path: Path) -> datetime | None:
    """nbgrader's: a time and the name of its zone, or its offset; without either it means UTC. None where there is none."""
    if not os.path.isfile(path):  # a pipe would be waited for; and `Path.is_file` raises in a closed folder
        return None
    try:
        with path.open(encoding="utf-8", errors="replace") as stream:
            match = _TIMESTAMP.fullmatch(stream.read(_TIMESTAMP_LENGTH).strip())
        if match is None:
            return None
        if re.fullmatch(r"[+-]\d\d:?\d\d|Z", match[2]):
            return datetime.fromisoformat(match[1] + match[2]).astimezone(UTC)
        zone = UTC if match[2] in ("", "UTC") else ZoneInfo(match[2])
        return datetime.fromisoformat(match[1]).replace(tzinfo=zone).astimezone(UTC)
    # A zone's name is a file's: it may be a folder, or too long. In UTC a time may lie before year 1 or after year 9999.
    except (ValueError, OverflowError, ZoneInfoNotFoundError, OSError):
        return None


def _sorted(works: Iterable[Work]) -> tuple[Work, ...]:
    return tuple(sorted(works, key=lambda work: (work.student, work.assignment)))
