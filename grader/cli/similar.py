"""`grade similar`: whose code is like whose."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def similar(
    submissions: Path,
    *,
    assignment: Annotated[str | None, Parameter(("--assignment", "-a"))] = None,
    out: Annotated[Path, Parameter(("--out", "-o"))] = Path("report"),
    against: Annotated[list[Path], Parameter(negative="")] = [],  # noqa: B006  cyclopts reads it, nothing writes to it
    handed_out: Annotated[list[Path], Parameter(negative="")] = [],  # noqa: B006
    most: int = 50,
    least: float = 0.5,
    lang: str = "",
    open_: Annotated[bool, Parameter("--open", negative="")] = False,
    quiet: Annotated[bool, Parameter(("--quiet", "-q"), negative="")] = False,
) -> int:
    """Find submissions whose code is alike, and show each pair side by side in the report. Nothing is run.

    Likeness is no proof: it says where to look. Needs the extra `similar` (copydetect).

    Parameters
    ----------
    submissions
        What grade run takes.
    assignment
        Assignment that they are of: its id, or its folder.
    out
        The report's folder: similar.json and similar/ are written there.
    against
        Earlier submissions to compare the class with too, such as last year's: a folder or an archive. May be given again.
    handed_out
        Code that everybody was given, beside the starter: a file, or a folder of files. May be given again.
    most
        How many pairs are shown.
    least
        From which likeness on, 0 to 1. Pairs of which one holds nearly all of the other are shown whatever their likeness.
    lang
        Language of the pages about likeness: en or ru; by default that of the report there, else the assignment's own.
    open_
        Open the ranked pairs in a browser.
    quiet
        Print nothing but errors.
    """
    from grader.cli.comparing import SimilarRequest, similar_command

    request = SimilarRequest(
        submissions=submissions,
        assignment=assignment,
        out=out,
        against=tuple(against),
        handed_out=tuple(handed_out),
        most=most,
        least=least,
        language=lang,
        open=open_,
        quiet=quiet,
    )
    return similar_command(request)
