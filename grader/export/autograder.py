"""Grading in Gradescope's container: of the one submission there, into `results/results.json`.

::

    /autograder/
    ├── source/course/assignments/<id>/   the assignment, from the package
    ├── submission/                       what the student handed in
    ├── submission_metadata.json          by whom
    └── results/results.json              what comes out; not written when the grader itself failed, so that it is no zero
"""

from __future__ import annotations

import json
from pathlib import Path

from grader.course.assignment import AssignmentFolder, list_assignments, open_assignment
from grader.course.submission import submission_in
from grader.errors import UsageError, WallError
from grader.export.gradescope import gradescope_document
from grader.export.visibility import USUAL, Visibility
from grader.judge.judge import Judge, JudgePlan
from grader.results import Results
from grader.run.plan import AssignmentRun
from grader.run.run import make_results
from grader.sandbox.choice import choose_wall
from grader.sandbox.wall import Wall
from grader.wholefile import write_json_whole


def grade_there(root: Path, hidden_tests: Visibility = USUAL) -> Path:
    """Grade `root/submission`; the path of what was written. Raises `GraderError` when there is nothing to write."""
    course = root / "source" / "course"
    names = list_assignments(course)
    if len(names) != 1:
        raise UsageError(f"{course} must hold one assignment, but holds {', '.join(names) or 'none'}")
    folder = open_assignment(course / "assignments" / names[0])
    wall, warning = wall_there()
    results = _grade(folder, wall, root, course)
    document = gradescope_document(results, results.submissions[0], hidden_tests, warning)
    out = root / "results" / "results.json"
    write_json_whole(out, document)
    return out


def wall_there() -> tuple[Wall, str]:
    """The wall, and a warning to instructors where the container allows none: most do not let a process make namespaces."""
    try:
        return choose_wall("auto"), ""
    except WallError as error:
        return choose_wall("none"), (
            f"Graded without a wall: {error}. The submission ran in the container beside the hidden tests and could read them. "
            "Look at unusual full marks, or grade them again with a wall: grade run."
        )


def _grade(folder: AssignmentFolder, wall: Wall, root: Path, course: Path) -> Results:
    submission = submission_in(root / "submission", folder.specification, folder.starters())
    named = submission.called(student_name(root / "submission_metadata.json"))
    language = folder.specification.language
    with Judge(JudgePlan(folder, wall, (course, root / "source"), language)) as judge:
        result = judge.grade(named)
    return make_results(AssignmentRun(folder, (named,), ()), {named.student: result}, language)


def student_name(metadata: Path) -> str:
    """Who handed in, by Gradescope's metadata; `submission` where it does not say."""
    try:
        users = json.loads(metadata.read_text(encoding="utf-8"))["users"]
        names = [str(user["name"]) for user in users]
    except (OSError, ValueError, KeyError, TypeError):
        names = []
    return ", ".join(names) or "submission"
