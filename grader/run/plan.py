"""What a run is to grade: which assignments, whose submissions."""

from __future__ import annotations

import fnmatch
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.course.assignment import AssignmentFolder, find_course, list_assignments, named_assignment, open_assignment
from grader.course.names import composed
from grader.course.submission import MOST_NAMED, Submission, Work, collect, links_out
from grader.errors import UsageError


@dataclass(frozen=True)
class AssignmentRun:
    """One assignment's share of a run; `left_out` counts the submissions of students who were not asked for, `links_out` names
    what looks like one and is none, for it is a link that leads elsewhere."""

    folder: AssignmentFolder
    submissions: tuple[Submission, ...]
    hidden: tuple[Path, ...]
    left_out: int = 0
    links_out: tuple[str, ...] = ()


def plan_run(
    submissions: Path, assignment: str | None, student: str = "*", out: Path | None = None, near: Path | None = None
) -> list[AssignmentRun]:
    """The assignments to grade and their submissions.

    With `assignment` (an id or a folder), every child of `submissions` is one submission of it, or those in
    `submissions/<id>` when that folder exists. Without, the children of `submissions` are named after assignments, or from an
    archive `submissions` itself is: a folder was packed that a course has. `out`, where the report is written, is no submission
    even where it lies among them, and lies in none. The course is looked for above the submissions and the working folder, never
    among the submissions; `near`: where to look instead of above them, as they were in an archive.

    Raises `UsageError` naming what was looked for and what was found.
    """
    if not submissions.is_dir():
        raise UsageError(f"there is no folder {submissions}")
    courses = _courses(near or submissions, submissions, assignment)
    hidden = tuple({*courses, submissions.resolve()})
    if assignment is not None:
        folder = named_assignment(assignment, courses, submissions)
        inner = submissions / folder.specification.id
        pairs = [(folder, inner if inner.is_dir() else submissions)]
    else:
        pairs = _named_by_folders(submissions, courses, out, was_packed=near is not None)
    runs = []
    for folder, place in pairs:
        everyone = collect(place, folder.specification, folder.starters())
        everyone = [one for one in everyone if not _is_report(one, out)]
        _check_out(out, [one.root for one in everyone])
        found = [one for one in everyone if fnmatch.fnmatch(one.student, composed(student))]
        hidden_here = (*hidden, folder.path, folder.reference.parent)
        left_out = len(everyone) - len(found)
        runs.append(AssignmentRun(folder, tuple(found), hidden_here, left_out, tuple(links_out(place))))
    return _with_submissions(runs, student, ", ".join(str(place) for _, place in pairs))


def plan_works(
    works: Sequence[Work], source: Path, assignment: str | None, student: str = "*", out: Path | None = None
) -> list[AssignmentRun]:
    """The assignments to grade, and the works that `source`, an archive or a folder, was found to hold.

    Where neither the works nor `assignment` say which one it is, it is the course's only one. `out` lies in none of the works.

    Raises `UsageError` naming what was looked for and what was found.
    """
    _check_out(out, [work.root for work in works])
    courses = _courses(source if source.is_dir() else source.parent, source, assignment)
    hidden = tuple({*courses, source.resolve() if source.is_dir() else source.resolve().parent, *_roots(works)})
    known = {name: course for course in reversed(courses) for name in list_assignments(course)}
    said = {work.assignment for work in works if work.assignment}
    if assignment is not None:
        folders = [named_assignment(assignment, courses, source)]
    else:
        names = sorted(said & known.keys()) if said else sorted(known) if len(known) == 1 else []
        folders = [open_assignment(known[name] / "assignments" / name) for name in names]
    if not folders:
        wanted = f"works of {', '.join(sorted(said))}" if said else "one assignment's works"
        raise UsageError(
            f"{source} holds {wanted}; the course has the assignments {', '.join(sorted(known)) or 'none'}",
            remedy="name the assignment with --assignment",
        )
    runs = []
    for folder in folders:
        everyone = [work for work in works if work.assignment in ("", folder.specification.id)]
        own = [work for work in everyone if fnmatch.fnmatch(work.student, composed(student))]
        submissions = tuple(one.submission(folder.specification, folder.starters()) for one in own)
        hidden_here = (*hidden, folder.path, folder.reference.parent)
        runs.append(AssignmentRun(folder, submissions, hidden_here, len(everyone) - len(own)))
    return _with_submissions(runs, student, f"{source} for {', '.join(folder.specification.id for folder in folders)}")


def _with_submissions(runs: list[AssignmentRun], student: str, where: str) -> list[AssignmentRun]:
    if not any(run.submissions for run in runs):
        wanted = "" if student == "*" else f" of a student like {student!r}"
        links = [name for run in runs for name in run.links_out]
        remedy = f"links that lead out of the folder are not followed: {', '.join(links[:MOST_NAMED])}" if links else ""
        raise UsageError(f"no submission{wanted} in {where}", remedy=remedy)
    return runs


def other_works(works: Sequence[Work], runs: Sequence[AssignmentRun]) -> dict[str, int]:
    """How many works are of each assignment that none of the runs grades."""
    graded = {run.folder.specification.id for run in runs}
    return dict(sorted(Counter(work.assignment for work in works if work.assignment and work.assignment not in graded).items()))


def passed_over(submissions: Path, runs: Sequence[AssignmentRun], out: Path) -> list[str]:
    """The folders in `submissions` that are named after no assignment of `runs`, while others are: a group may be in one."""
    named = {run.folder.specification.id for run in runs}
    return [child.name for child in _folders(submissions) if child.name not in named and child.resolve() != out.resolve()]


def _folders(submissions: Path) -> list[Path]:
    return sorted(child for child in submissions.iterdir() if child.is_dir() and not child.name.startswith("."))


def _roots(works: Sequence[Work]) -> set[Path]:
    return {work.root.resolve().parent for work in works}


def _check_out(out: Path | None, roots: Sequence[Path]) -> None:
    """A report in a student's folder would be the student's next time: hidden inputs and the class's grades, in the sandbox."""
    place = None if out is None else out.resolve()
    for root in roots:
        if place is not None and place != root.resolve() and place.is_relative_to(root.resolve()):
            raise UsageError(f"--out: {out} lies in {root}, which is somebody's work", remedy="name another --out")


def _is_report(submission: Submission, out: Path | None) -> bool:
    return out is not None and submission.root.resolve() == out.resolve()


def _courses(near: Path, submissions: Path, assignment: str | None) -> list[Path]:
    """The courses that `near` and the working folder lie in. What lies among the submissions is nobody's course: its files would
    be run with all rights."""
    root = submissions.resolve()
    starts = [root.parent if place.is_relative_to(root) else place for place in (near.resolve(), Path.cwd())]
    courses = list(dict.fromkeys(course for start in starts if (course := find_course(start)) is not None))
    if not courses and (root / "assignments").is_dir() and (assignment is None or Path(assignment).name == assignment):
        raise UsageError(
            f"{submissions} holds a folder assignments/, which may be somebody's work: no course is looked for among submissions",
            remedy="name the folder of submissions in the course, or the assignment's own folder with --assignment PATH",
        )
    return courses


def _named_by_folders(
    submissions: Path, courses: list[Path], out: Path | None, was_packed: bool
) -> list[tuple[AssignmentFolder, Path]]:
    known = {name: course for course in reversed(courses) for name in list_assignments(course)}
    children = [child.name for child in _folders(submissions) if out is None or child.resolve() != out.resolve()]
    named = [submissions / name for name in children if name in known]
    if was_packed and submissions.name in known and not named:
        named = [submissions]
    if named:
        return [(open_assignment(known[place.name] / "assignments" / place.name), place) for place in named]
    places = ", ".join(str(course / "assignments") for course in courses) or "this folder or those above it"
    raise UsageError(
        f"no folder in {submissions} is named after an assignment; found {', '.join(children[:5]) or 'no folders'}; "
        f"assignments in {places}: {', '.join(sorted(known)) or 'none'}",
        remedy=_remedy(submissions, known),
    )


def _remedy(submissions: Path, known: Collection[str]) -> str:
    """What helps whoever has named the folder of a class, or of a student, in the place of the one above."""
    place = submissions.resolve()
    if place.name in known:
        return f"if these are the submissions of {place.name}, add --assignment {place.name}"
    if place.parent.name in known:
        return f"name the folder of the class, {submissions.parent}, with --assignment {place.parent.name}"
    return "name the assignment with --assignment, or put the submissions into a folder named after it"
