"""Submissions on disk: which file of which student is to be graded.

`collect` takes a folder whose children are submissions: a folder with one notebook or module, or such a file itself. Anything
else lying there is passed over. Links that lead out of a submission are not followed.
"""

from __future__ import annotations

import errno
import fnmatch
import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from grader.course.bundle import RELEASED, Starters
from grader.course.leading import leading
from grader.course.names import apart, composed
from grader.course.specification import Assignment
from grader.course.walk import descend
from grader.errors import UsageError

SUFFIXES = (".ipynb", ".py")
_HIDDEN = (".", "__")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
MOST_FILES = 500
MOST_NAMED = 10  # of files that could be meant, where a person is told which
_LABS_FILES = ("calling.py", "comparison.py", "misconceptions.py", "figures.py", "networks.py")
_LABS = {"tests", "pictures", "starter", "styles", "master", "calling", "comparison", "misconceptions", RELEASED, *_LABS_FILES}


@dataclass(frozen=True)
class Submission:
    """One student's work.

    Attributes:
        student: the folder's name, else the file's stem, composed; bytes that are not UTF-8, and control characters, are written
            as `\\xff`.
        root: the folder (or the file itself).
        main: the file to grade, or None; then `problem` says why: `several_files` or `no_file`, with `candidates`;
            `out_of_sight`, where nothing lies there that is looked at; `not_unpacked`, where an archive has `candidates` that
            could not be unpacked; or `unreadable`, with what the system says of a folder that the grader may not look into.
        submitted: when it was handed in, and `marked_late`, whether a learning platform says that it was late; as far as known.
    """

    student: str
    root: Path
    main: Path | None
    problem: str = ""
    candidates: tuple[str, ...] = ()
    submitted: datetime | None = None
    marked_late: bool = False

    @property
    def place(self) -> str:
        """The path to show: of the file to grade, else of the folder."""
        return readable(str(self.main or self.root))

    def files(self, limit: int) -> dict[str, bytes]:
        """The submission's files by relative name, the main one first; others only while they fit into `limit` bytes.

        Raises `ValueError` when the main file alone is larger than `limit`, `OSError` when it cannot be read.
        """
        if self.main is None:
            raise ValueError("there is no file to grade")
        if self.main.stat().st_size > limit:
            raise ValueError(f"{self.main.stat().st_size} bytes")
        base = self.main.parent if self.root.is_file() else self.root
        return {path.relative_to(base).as_posix(): path.read_bytes() for path in self._sent(limit)}

    def called(self, student: str) -> Submission:
        """The same, by somebody whose name does not stand in the path."""
        return replace(self, student=student)

    def _sent(self, limit: int) -> list[Path]:
        """The files that `files` reads; nothing where the main file is too large or missing."""
        left = limit - self.main.stat().st_size if self.main is not None else -1
        if self.main is None or left < 0:
            return []
        sent = [self.main]
        for path in self._every():
            size = path.stat().st_size
            if path != self.main and size <= left and len(sent) < MOST_FILES:
                sent.append(path)
                left -= size
        return sent

    def _every(self) -> list[Path]:
        return [self.root] if self.root.is_file() else _walk(self.root)

    def digest(self, limit: int) -> str:
        """`sha256:` over the names and sizes of all its files, and the contents of those that `files(limit)` gives; of nothing
        when it is missing. Raises `OSError` when one of these cannot be read."""
        digest, sent = hashlib.sha256(), set(self._sent(limit))
        for path in self._every():
            name = path.name if self.root.is_file() else path.relative_to(self.root).as_posix()
            digest.update(f"{name}\0{path.stat().st_size}\0".encode("utf-8", "surrogateescape"))
            if path in sent:
                digest.update(path.read_bytes())
        return f"sha256:{digest.hexdigest()}"

    def digest_if_readable(self, limit: int) -> str:
        """The digest, empty where a file cannot be read: two such submissions are not therefore the same."""
        try:
            return self.digest(limit)
        except OSError:
            return ""


@dataclass(frozen=True)
class Work:
    """A folder that a learning platform says is a student's: `assignment` where it says so, and when it came, as far as known.

    `not_unpacked` are names of files, a few of them, that were handed in and could not be unpacked.
    """

    student: str
    root: Path
    submitted: datetime | None = None
    marked_late: bool = False
    assignment: str = ""
    not_unpacked: tuple[str, ...] = ()

    def submission(self, assignment: Assignment, starters: Starters) -> Submission:
        """The submission that it is."""
        found = submission_in(self.root, assignment, starters)
        if self.not_unpacked and found.problem in ("no_file", "out_of_sight"):
            found = replace(found, problem="not_unpacked", candidates=tuple(map(readable, self.not_unpacked)))
        return replace(found, student=student_id(self.student), submitted=self.submitted, marked_late=self.marked_late)


def collect(folder: Path, assignment: Assignment, starters: Starters | None = None) -> list[Submission]:
    """The submissions in `folder`, sorted by student. Raises `UsageError` when there is no such folder.

    `starters`: what students begin with, and hand in beside their work. Two that would be one student's by their names stay two.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    found: dict[str, Submission] = {}
    for child in sorted(folder.iterdir(), key=lambda path: (path.is_file(), *in_order(path.name))):
        if child.name.startswith(_HIDDEN) or (child.is_symlink() and not _stays_within(child, folder)):
            continue
        if child.is_dir():
            submission = submission_in(child, assignment, starters or Starters())
        elif child.is_file() and child.suffix.lower() in SUFFIXES:
            submission = Submission(student_id(child.stem), child, child)
        else:
            continue
        name = submission.student if submission.student not in found else apart(student_id(child.name), found)
        found[name] = submission.called(name)
    return [found[name] for name in sorted(found)]


def links_out(folder: Path) -> list[str]:
    """The names of what `collect` would take for submissions in `folder`, were they not links that lead out of it; sorted."""
    links = [child for child in folder.iterdir() if child.is_symlink() and not _stays_within(child, folder)]
    named = [child for child in links if not child.name.startswith(_HIDDEN)]
    return sorted(readable(child.name) for child in named if child.suffix.lower() in SUFFIXES or os.path.isdir(child))


def submission_in(folder: Path, assignment: Assignment, starters: Starters) -> Submission:
    """The submission that a folder is."""
    student = student_id(folder.name)
    refused: list[OSError] = []
    matches = could_be_graded(folder, assignment, starters, refused.append)
    # One that is gone holds nothing. What lies deeper than a path may be long is nobody's work, and may be put there on purpose.
    if told := [error for error in refused if error.errno not in (errno.ENOENT, errno.ENAMETOOLONG)]:
        return Submission(student, folder, None, "unreadable", (f"{readable(str(told[0].filename))}: {told[0].strerror}",))
    if len(matches) == 1:
        return Submission(student, folder, matches[0])
    if matches:
        names = tuple(readable(path.relative_to(folder).as_posix()) for path in matches)
        return Submission(student, folder, None, "several_files", names)
    others = tuple(readable(path.relative_to(folder).as_posix()) for path in _walk(folder)[:10])
    return Submission(student, folder, None, "no_file" if others or not _holds_anything(folder) else "out_of_sight", others)


def could_be_graded(
    folder: Path, assignment: Assignment, starters: Starters, on_error: Callable[[OSError], object] | None = None
) -> list[Path]:
    """The files of a folder that its owner may have meant: those that match the first pattern of `files` that any matches.

    A starter that nobody has worked in does not count beside a file that somebody has; the lab's own files never do. Of files
    with the same bytes one counts, that with the shortest name (not `lab (1).py`); one named as a copy (`lab copy.py`) does not
    count beside its original; a module that another imports is its helper. `on_error` is told of folders that cannot be read.
    """
    files = [path for path in _walk(folder, on_error) if path.suffix.lower() in SUFFIXES and not is_the_labs(path, folder)]
    files = [path for path in files if path.parent == folder] or files
    files = [path for path in files if not starters.has(path)] or files
    for pattern in assignment.files:
        matches = [path for path in files if fnmatch.fnmatch(path.name.lower(), pattern.lower())]
        if matches:
            return leading(matches)
    return []


def is_the_labs(path: Path, folder: Path) -> bool:
    """Whether a file in `folder` is not its owner's but came with the lab, as in a released bundle that is handed in whole."""
    return path.relative_to(folder).parts[0] in _LABS and (folder / "assignment.yaml").is_file()


def _walk(folder: Path, on_error: Callable[[OSError], object] | None = None) -> list[Path]:
    found = []
    for directory, names, files in descend(folder, on_error):
        names[:] = sorted(name for name in names if not name.startswith(_HIDDEN))
        for name in sorted(files):
            path = Path(directory) / name
            # `Path.is_file` raises in a folder that may be listed and not entered.
            if not name.startswith(".") and os.path.isfile(path) and (not path.is_symlink() or _stays_within(path, folder)):
                found.append(path)
    return found


def _holds_anything(folder: Path) -> bool:
    """Whether anything but folders lies there, looked at or not."""
    # Not `Path.is_symlink`, which raises for a path that is too long.
    return any(
        files or any(os.path.islink(os.path.join(directory, name)) for name in folders)
        for directory, folders, files in descend(folder)
    )


def readable(name: str) -> str:
    """A file's name as text that can be written anywhere: an old archive's Cyrillic names are often not UTF-8."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def student_id(name: str) -> str:
    """Whose work it is, by the name of a folder or a file. Control characters are written out: where texts are shown they are
    gone, and `ann` with a colour behind it would be called like `ann`."""
    return composed(_CONTROL.sub(lambda found: ascii(found[0])[1:-1], readable(name)))


def in_order(name: str) -> tuple[bool, str]:
    """A key to sort names by: where two come to be one, the one that is spelt so comes first, and keeps it."""
    return name != composed(name), name


def _stays_within(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a link in a circle
        return False
