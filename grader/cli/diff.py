"""`grade diff`: whose grade changes, before it is published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def diff(
    old: Path, new: Path, *, json: Path | None = None, all_: Annotated[bool, Parameter("--all", negative="")] = False
) -> int:
    """Compare two results: whose grade changes, and why. Exit status 0 when no grade changes, 1 when one does.

    Parameters
    ----------
    old
        A results.json, or a folder of reports.
    new
        The other one.
    json
        Also write the differences to this file.
    all_
        Also show those whose tests came out in another way without changing the grade.
    """
    from grader.cli.differing import diff_command

    return diff_command(old, new, json, all_)
