"""Which lab is meant: the one that is named, or the one whose folder we are in."""

from __future__ import annotations

from pathlib import Path

from grader.course.assignment import (
    AssignmentFolder,
    find_course,
    is_handed_in,
    list_assignments,
    named_assignment,
    open_assignment,
)
from grader.errors import UsageError


def find_lab(name: str | None, place: Path) -> AssignmentFolder:
    """The assignment called `name` (an id or a folder), else the one of the folder `place`.

    The latter is the nearest folder at or above `place` that holds an `assignment.yaml`, which a released bundle does; in a
    course's `submissions/<id>/...`, where a bundle was handed in and is not the instructor's, the assignment of that id; else the
    course's only one.

    Raises `UsageError` when none can be told.
    """
    courses = list(dict.fromkeys(course for start in (place, Path.cwd()) if (course := find_course(start)) is not None))
    if name is not None:
        return named_assignment(name, courses)
    for folder in (place.resolve(), *place.resolve().parents):
        if (folder / "assignment.yaml").is_file() and not is_handed_in(folder, courses):
            return open_assignment(folder)
    for course in courses:
        known = list_assignments(course)
        named = [part for part in reversed(place.resolve().parts) if part in known] or (known if len(known) == 1 else [])
        if named:
            return open_assignment(course / "assignments" / named[0])
    known = sorted({name for course in courses for name in list_assignments(course)})
    raise UsageError(
        f"which lab is this? There is no assignment.yaml in {place.resolve()} or above it",
        remedy=f"name it: --assignment {known[0]}" if known else "go into the lab's folder, or name it with --assignment FOLDER",
    )
