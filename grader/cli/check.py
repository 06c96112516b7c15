"""`grade check`: public tests on one's own work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

Ci = Literal["auto", "github", "none"]


def check(
    file: Path | None = None,
    *,
    assignment: Annotated[str | None, Parameter(("--assignment", "-a"))] = None,
    keyword: Annotated[str, Parameter(("--keyword", "-k"))] = "",
    html: Path | None = None,
    watch: Annotated[bool, Parameter(negative="")] = False,
    ci: Ci = "auto",
    lang: str = "",
    verbose: Annotated[bool, Parameter(("--verbose", "-v"), negative="")] = False,
) -> int:
    """Check your own notebook or module by the public tests.

    Exit status: 0 every public test passes, 1 some do not, 2 wrong usage. No wall is built: it is your own code.

    Parameters
    ----------
    file
        The notebook or module; by default the one in this folder.
    assignment
        The lab: its id, or its folder; by default the one whose folder we are in.
    keyword
        Run only the tests that match, as with pytest -k.
    html
        Also write a page with the result to this file.
    watch
        Check again whenever the file is saved, until Ctrl-C.
    ci
        Output format for CI: github (annotations, step summary, GitHub Classroom's result) or none;
        auto looks where it runs.
    lang
        Language of the words: en or ru; the lab's own by default.
    verbose
        Name the tests that pass, too.
    """
    from grader.cli.checking import CheckRequest, check_command

    request = CheckRequest(
        file=file,
        assignment=assignment,
        keyword=keyword,
        html=html,
        watch=watch,
        ci=ci,
        language=lang,
        verbose=verbose,
    )
    return check_command(request)
