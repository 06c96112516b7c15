"""`grade starter`: what students begin with, from the master."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from grader.cli.status import FOUND, OK


def starter(assignment: str | None = None, *, check: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Make the starter from the master: the file with solution and starter in one.

    Parameters
    ----------
    assignment
        The assignment's id or folder; by default the one whose folder we are in.
    check
        Write nothing; exit status 1 when the starter is not what the master makes it.
    """
    from grader.check.lab import find_lab
    from grader.course.master import stale, starter_files
    from grader.errors import UsageError
    from grader.wholefile import write_bytes_whole

    folder = find_lab(assignment, Path.cwd())
    made = starter_files(folder.master)
    if not made:
        raise UsageError(
            f"{folder.master}: there is no notebook and no module", remedy="put the lab with its solution there: see the guide"
        )
    old = stale(folder.master, folder.starter)
    for name in made:
        if name in old and not check:
            folder.starter.mkdir(exist_ok=True)
            write_bytes_whole(folder.starter / name, made[name])
        state = "current" if name not in old else "not current" if check else "written"
        print(f"{folder.starter / name}: {state}")
    return FOUND if old and check else OK
