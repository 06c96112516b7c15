"""`grade export` and `grade package`: for other systems."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

HiddenTests = Literal["visible", "after_due_date", "after_published", "hidden"]


def export(
    *results: Path,
    to: Literal["gradescope", "moodle", "canvas", "csv", "nbgrader"],
    out: Annotated[Path, Parameter(("--out", "-o"))] = Path("export"),
    roster: Path | None = None,
    gradebook: Annotated[str, Parameter(("--gradebook", "-g"), env_var="GRADER_GRADEBOOK")] = "",
    column: str = "",
    key: str = "student",
    scale: Annotated[bool, Parameter(negative="")] = False,
    hidden_tests: HiddenTests = "after_published",
) -> int:
    """Write results in another system's format.

    Parameters
    ----------
    results
        results.json files, or folders of reports; by default the report here.
    to
        The system.
    out
        A folder; for Gradescope and a single submission also a file that ends in .json.
    roster
        The table to fill in: Moodle's grading worksheet, Canvas's exported gradebook, any list of students.
    gradebook
        Take the grades from this gradebook, with overrides and lateness, instead of the results.
    column
        Canvas: the assignment's column, by title or number; by default the one called as the assignment is.
    key
        CSV: the roster's column that holds the students' ids.
    scale
        Scale the scores where the other system counts other points.
    hidden_tests
        Gradescope: when students see the lines of hidden tests.
    """
    from grader.cli.exporting import export_command
    from grader.cli.handing import Handing, hand_on_command

    if to == "gradescope":
        return export_command(results or (Path("report"),), to, out, hidden_tests)
    return hand_on_command(results or (Path("report"),), Handing(to, out, roster, gradebook, column, key, scale))


def package(
    assignment: str,
    *,
    for_: Annotated[Literal["gradescope"], Parameter("--for")],
    out: Annotated[Path | None, Parameter(("--out", "-o"))] = None,
    hidden_tests: HiddenTests = "after_published",
) -> int:
    """Write a package that another system grades with. It holds hidden tests and reference: it is for instructors.

    Parameters
    ----------
    assignment
        The assignment's id or folder.
    for_
        The system.
    out
        The zip; by default ASSIGNMENT-autograder.zip here.
    hidden_tests
        When students see the lines of hidden tests.
    """
    from grader.cli.exporting import package_command

    return package_command(assignment, out, hidden_tests)
