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
    """The assignment called `name` (an id or a folder), else the one of the folder `place`, else that of the working folder.

    The first is the nearest folder at or above `place` that holds an `assignment.yaml`, which a released bundle does; in a
    course's `submissions/<id>/...`, where a bundle was handed in and is not the instructor's, the assignment of that id. A file
    that lies elsewhere is checked by the nearest one at or above the working folder, else by the course's only one.

    Raises `UsageError` when none can be told.
    """
    courses = list(dict.fromkeys(course for start in (place, Path.cwd()) if (course := find_course(start)) is not None))
    if name is not None:
        return named_assignment(name, courses)
    assignments = {course: list_assignments(course) for course in courses}
    named = [(course, part) for course in courses for part in reversed(place.resolve().parts) if part in assignments[course]]
    lone = [(course, known[0]) for course, known in assignments.items() if len(known) == 1]
    folders = [
        *_holding(place.resolve(), courses),
        *(course / "assignments" / name for course, name in named),
        *_holding(Path.cwd(), courses),
        *(course / "assignments" / name for course, name in lone),
    ]
    if folders:
        return open_assignment(folders[0])
    known = sorted({name for names in assignments.values() for name in names})
    raise UsageError(
        f"which lab is this? There is no assignment.yaml in {place.resolve()} or above it",
        remedy=f"name it: --assignment {known[0]}" if known else "go into the lab's folder, or name it with --assignment FOLDER",
    )


def _holding(place: Path, courses: list[Path]) -> list[Path]:
    """The folders at and above `place` that hold a lab, the nearest first; none that was handed in."""
    above = (place, *place.parents)
    return [folder for folder in above if (folder / "assignment.yaml").is_file() and not is_handed_in(folder, courses)]
