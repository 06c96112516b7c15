"""One's own work: the file to check, and what lies beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.course.assignment import AssignmentFolder
from grader.course.submission import MOST_FILES, MOST_NAMED, SUFFIXES, Submission, could_be_graded, is_the_labs, readable
from grader.course.walk import descend
from grader.errors import UsageError

_PASSED_OVER = (".", "__")


@dataclass(frozen=True)
class OwnWork(Submission):
    """A submission that lies among other things: its folder may be a home folder, so that only so much of it is looked at."""

    def files(self, limit: int) -> dict[str, bytes]:
        """The file, and what its folder holds beside it, as far as a submission may reach, that can be read. Raises as
        `Submission.files`."""
        if self.main is None:
            raise ValueError("there is no file to check")
        left = limit - self.main.stat().st_size
        if left < 0:
            raise ValueError(f"{self.main.stat().st_size} bytes")
        found = {self.main.name: self.main.read_bytes()}
        for path in beside(self.main):
            with suppress(OSError):  # gone since it was listed, or somebody else's: then the work itself cannot read it either
                size = path.stat().st_size
                if size <= left:
                    found[path.relative_to(self.main.parent).as_posix()] = path.read_bytes()
                    left -= size
        return found

    def digest(self, limit: int) -> str:
        """Of the file alone."""
        if self.main is None:
            return "sha256:"
        return Submission(self.student, self.main, self.main).digest(limit)


def find_work(path: Path | None, lab: AssignmentFolder) -> OwnWork:
    """The work in the file `path`; in a folder (the one we are in by default) the file that grading would take.

    Raises `UsageError` when there is no such file, or when several could be meant.
    """
    place = path or Path.cwd()
    if not place.exists():
        raise UsageError(f"there is no file {place}")
    if place.is_dir():
        return _of(_only_file(place, lab))
    if place.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{place} is neither a notebook (.ipynb) nor a module (.py)")
    return _of(place)


def _of(main: Path) -> OwnWork:
    return OwnWork(readable(main.name), main.parent, main)


def _only_file(folder: Path, lab: AssignmentFolder) -> Path:
    matches = could_be_graded(folder, lab.specification, lab.starters())
    if len(matches) > 1 and all(lab.starters().has(path) for path in matches):
        matches = matches[:1]
    if len(matches) == 1:
        return matches[0]
    names = ", ".join(readable(path.relative_to(folder).as_posix()) for path in matches[:MOST_NAMED])
    names += f" and {len(matches) - MOST_NAMED} more" if len(matches) > MOST_NAMED else ""
    raise UsageError(
        f"several files in {folder} could be your work: {names}"
        if matches
        else f"there is no notebook and no module in {folder}",
        remedy="name the file: grade check FILE",
    )


def beside(main: Path) -> Iterator[Path]:
    """At most 500 files from the folder of `main` and those below it: neither the lab's own nor an environment's."""
    found, folder = 0, main.parent
    for directory, names, files in descend(folder):
        here = Path(directory)
        names[:] = sorted(
            name
            for name in names
            if not name.startswith(_PASSED_OVER)
            and not is_the_labs(here / name, folder)
            and not os.path.isfile(here / name / "pyvenv.cfg")
        )
        for name in sorted(files):
            path = here / name
            # Not `Path.is_file`, which raises in a folder that may be listed and not entered.
            is_own_file = os.path.isfile(path) and not os.path.islink(path)
            if name.startswith(".") or path == main or not is_own_file or is_the_labs(path, folder):
                continue
            if found == MOST_FILES:
                return
            found += 1
            yield path
