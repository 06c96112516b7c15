"""`grade export` and `grade package`: for other systems."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

HiddenTests = Literal["visible", "after_due_date", "after_published", "hidden"]


def export(
    *results: Path,
    to: Literal["gradescope"],
    out: Annotated[Path, Parameter(("--out", "-o"))] = Path("export"),
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
        A folder for one file per submission, or, for a single submission, a file that ends in .json.
    hidden_tests
        When students see the lines of hidden tests.
    """
    from grader.cli.exporting import export_command

    return export_command(results or (Path("report"),), to, out, hidden_tests)


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
