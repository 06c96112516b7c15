"""What `grade diff` does."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from grader.cli.markup import escape
from grader.cli.options import check_file
from grader.cli.output import standard_output
from grader.cli.report import one_of_each, results_at
from grader.cli.status import FOUND, OK
from grader.cli.titled import print_table
from grader.errors import SpecificationError, UsageError
from grader.report.difference import Change, Difference, difference
from grader.results import Results
from grader.wholefile import write_json_whole

_MOST_REASONS = 5


def diff_command(old: Path, new: Path, json_file: Path | None, everybody: bool) -> int:
    """Show the differences of each assignment; 1 when a grade changes, else 0.

    Raises `UsageError` for what holds no results, for two that have no assignment in common, and as `check_file` does.
    """
    check_file(json_file, "--json")
    before, after = _read(old), _read(new)
    if before.keys().isdisjoint(after.keys()):  # else everybody would have been added, or removed
        of = [", ".join(sorted(results)) for results in (before, after)]
        raise UsageError(f"{old} is of {of[0]}, and {new} of {of[1]}: results of one assignment are compared")
    found = [difference(before.get(name), after.get(name)) for name in sorted(before.keys() | after.keys())]
    if json_file is not None:
        document = {"old": str(old), "new": str(new), "assignments": [one.model_dump(mode="json") for one in found]}
        write_json_whole(json_file, document)
    for one in found:
        _show(one, everybody)
    return FOUND if any(one.grades for one in found) else OK


def _read(path: Path) -> dict[str, Results]:
    try:
        return one_of_each(results_at([path]))
    except SpecificationError as error:  # of `grades.csv` it says "Invalid JSON"
        raise SpecificationError(str(error), remedy="name a results.json, or the folder of a report") from error


def _show(found: Difference, everybody: bool) -> None:
    console = standard_output()
    shown = found.changes if everybody else found.grades
    if shown:
        table = Table()
        table.add_column("Student")
        table.add_column("Old", justify="right", no_wrap=True)
        table.add_column("New", justify="right", no_wrap=True)
        table.add_column("Why")
        for change in shown:
            table.add_row(escape(change.student), _score(change.old), _score(change.new), _why(change))
        print_table(console, escape(found.assignment), table)
    quiet = len(found.changes) - len(found.grades)
    total = found.same + len(found.changes)
    changing = f"{len(found.grades)} of {total} grades change; {quiet} more in tests alone; {found.same} are the same"
    console.print(f"{found.assignment}: {changing}", markup=False)


def _score(score: float | None) -> str:
    return "–" if score is None else f"{score:g}"


def _why(change: Change) -> str:
    lines = [escape(reason.words) for reason in change.reasons[:_MOST_REASONS]]
    more = len(change.reasons) - _MOST_REASONS
    return "\n".join([*lines, *([f"… and {more} more"] if more > 0 else [])])
