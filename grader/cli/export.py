"""`grade export` and `grade package`: for other systems."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from grader.errors import UsageError
from grader.export.visibility import USUAL, Visibility

_KEY = "student"
_GRADEBOOK = "GRADER_GRADEBOOK"
_USED = {
    "gradescope": {"hidden-tests"},
    "moodle": {"roster", "gradebook", "scale"},
    "canvas": {"roster", "gradebook", "column", "scale"},
    "csv": {"roster", "gradebook", "key"},
    "nbgrader": {"roster", "gradebook"},
}


def export(
    *results: Path,
    to: Literal["gradescope", "moodle", "canvas", "csv", "nbgrader"],
    out: Annotated[Path, Parameter(("--out", "-o"))] = Path("export"),
    roster: Path | None = None,
    gradebook: Annotated[str, Parameter(("--gradebook", "-g"), env_var=_GRADEBOOK)] = "",
    column: str = "",
    key: str = _KEY,
    scale: Annotated[bool, Parameter(negative="")] = False,
    hidden_tests: Visibility = USUAL,
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
    from grader.cli.handing import HandingRequest, hand_on_command

    typed = bool(gradebook) and gradebook != os.environ.get(_GRADEBOOK, "")
    given = {"roster": roster is not None, "gradebook": typed, "column": bool(column), "key": key != _KEY, "scale": scale}
    _check_options(to, given | {"hidden-tests": hidden_tests != USUAL})
    if key != _KEY and roster is None:
        raise UsageError("--key names a column of the roster: add --roster")
    if to == "gradescope":
        if gradebook:
            print(f"{_GRADEBOOK} is not used: Gradescope gets what the tests found", file=sys.stderr)
        return export_command(results or (Path("report"),), to, out, hidden_tests)
    request = HandingRequest(system=to, out=out, roster=roster, gradebook=gradebook, column=column, key=key, scale=scale)
    return hand_on_command(results or (Path("report"),), request)


def _check_options(system: str, given: Mapping[str, bool]) -> None:
    """Raises `UsageError` for an option that says nothing to this system: its giver counts on it."""
    for name, is_given in given.items():
        if is_given and name not in _USED[system]:
            users = ", ".join(other for other, options in _USED.items() if name in options)
            raise UsageError(f"--{name}: --to {system} does not use it; it is for {users}")


def package(
    assignment: str,
    *,
    for_: Annotated[Literal["gradescope"], Parameter("--for")],
    out: Annotated[Path | None, Parameter(("--out", "-o"))] = None,
    hidden_tests: Visibility = USUAL,
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
