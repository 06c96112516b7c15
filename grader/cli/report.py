"""`grade report`: pages and tables again from `results.json` alone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from grader.cli.console import Console
from grader.cli.occupied import occupied
from grader.cli.options import check_language
from grader.cli.reportfolder import refuse_links
from grader.cli.status import OK
from grader.errors import UsageError
from grader.report.rendering import render
from grader.results import Results, read_results


def report_command(out: Path, language: str, open_report: bool) -> int:
    """Render every report that `out` holds, unless another command works there; the exit status."""
    check_language(language)
    results_files(out)  # of a folder without any nothing is made, not even a lock
    refuse_links(out)
    console = Console(quiet=False, verbose=False)
    with occupied(out):
        for path in results_files(out):
            refuse_links(path.parent)
            with nullcontext() if path.parent == out else occupied(path.parent):
                index = render(read_results(path), path.parent, language=language or None)
            console.say(f"Report: {index}")
            if open_report:
                console.open(index)
    return OK


def results_files(out: Path) -> list[Path]:
    """The `results.json` of a report, or of every assignment's report below `out`. Raises `UsageError` when there is none.

    Where there are both, a run over one assignment and one over several wrote into one folder: the more recent ones are used.
    """
    # A student may be called `results.json`, whose folder of pages then is.
    top, below = out / "results.json", sorted(file for file in out.glob("*/results.json") if file.is_file())
    if top.is_file() and all(_written(top) >= _written(file) for file in below):
        return [top]
    if not below:
        raise UsageError(f"there is no results.json in {out}", remedy="grade first: grade SUBMISSIONS --out FOLDER")
    return below


def results_at(paths: Sequence[Path]) -> list[Path]:
    """The `results.json` of several paths: a path may be such a file, or the folder of a report (see `results_files`)."""
    return [file for path in paths for file in ([path] if path.is_file() else results_files(path))]


def one_of_each(files: Sequence[Path]) -> dict[str, Results]:
    """The results in the files, by assignment, each read by `read_to_hand_on`. Raises `UsageError` for two of one assignment."""
    found: dict[str, tuple[Path, Results]] = {}
    for file in files:
        results = read_to_hand_on(file)
        other, _ = found.setdefault(results.assignment.id, (file, results))
        if other is not file:
            raise UsageError(
                f"{other} and {file} are both of {results.assignment.id}: one would take the other's place",
                remedy="name one of them at a time",
            )
    return {assignment: results for assignment, (_, results) in found.items()}


def _written(file: Path) -> int:
    return file.stat().st_mtime_ns


def read_to_hand_on(path: Path) -> Results:
    """`read_results`, with a warning where they are not of the whole class: what is made of them must not pass for it."""
    results = read_results(path)
    if results.left_out:
        here = f"{len(results.submissions)} of {len(results.submissions) + results.left_out} submissions"
        Console(quiet=True, verbose=False).warn(f"{path} holds {here}: only some were graded, or the run was stopped")
    return results
