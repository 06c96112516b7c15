"""`grade release`: what students are given."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def release(
    assignment: str,
    *,
    out: Annotated[Path | None, Parameter(("--out", "-o"))] = None,
    install: str = "",
    device: str = "auto",
) -> int:
    """Write the students' bundle: starter, public tests, pictures, recorded answers; no hidden test and no reference.

    Parameters
    ----------
    assignment
        The assignment's id or folder.
    out
        A new folder, or a file that ends in .zip; by default ASSIGNMENT.zip here.
    install
        What the students' pip installs the grader from (a line of requirements.txt); by default what this one was installed
        from, as far as others can reach it.
    device
        Where answers are computed: auto, cpu, cuda or cuda:N.
    """
    from grader.cli.releasing import release_command

    return release_command(assignment, out, install, device)
