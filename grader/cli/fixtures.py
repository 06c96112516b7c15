"""`grade fixtures`: compute what the judge needs of an assignment's networks, and show what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.progress import Progress
from rich.table import Table

from grader.cli.markup import escape
from grader.cli.output import Output, standard_error, standard_output
from grader.cli.status import FOUND, OK
from grader.cli.titled import print_table
from grader.course.assignment import AssignmentFolder, courses_here, wanted_assignments
from grader.errors import UsageError
from grader.fixtures.store import Store
from grader.i18n import counted
from grader.judge.judge import Judge, JudgePlan
from grader.run.sizing import pick_device
from grader.sandbox.wall import NoWall
from grader.validate.validation import Validator

MOST_BYTES = 2 << 30
_MOST_ROWS = 40


def fixtures_command(assignment: str | None, device: str, rebuild: bool, prune: bool) -> int:
    """Compute, prune or list; the exit status: 1 where a reference fails a test."""
    console = standard_output()
    if prune and (assignment is not None or rebuild):
        raise UsageError("--prune removes what was used longest ago, of all assignments: it takes no name and no --rebuild")
    folders = [] if prune else wanted_assignments(assignment, courses_here())  # before anything is removed: both may be mistyped
    device = pick_device(device)
    if rebuild:
        with _told_of_others("--rebuild"):
            for folder in folders:
                Store().remove(folder.specification.id)
    if prune:
        with _told_of_others("--prune"):
            removed = Store().prune(MOST_BYTES)
        console.print(f"{counted(removed, 'fixture')} removed; at most {MOST_BYTES >> 20} MB are kept.")
        return OK
    before, fallen = len(_kept()), list[str]()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("fixtures", total=len(folders))
        for folder in folders:
            fallen += [f"{folder.specification.id}: {line}" for line in compute(folder, device)]
            bar.advance(task)
    show(console, before)
    if not fallen:
        return OK
    told = standard_error()
    told.print(f"The reference fails {len(fallen)} of its own tests, so what they would ask of it may not be kept:")
    for line in fallen:
        told.print(f"  {escape(line)}")
    return FOUND


@contextmanager
def _told_of_others(option: str) -> Iterator[None]:
    """A cache may be shared. Raises `UsageError` where another user's entries cannot be removed."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{option}: {error.filename} cannot be removed: {error.strerror}",
            remedy="have its owner do it, or set GRADER_CACHE to a folder of your own",
        ) from error


def compute(folder: AssignmentFolder, device: str) -> tuple[str, ...]:
    """Run the tests on the reference: whatever a test asks of the reference is then kept. What it fails, and why."""
    judge = Judge(JudgePlan(folder, NoWall(), (), folder.specification.language, device))
    return Validator(judge, lambda _seed: judge.material).fallen


def _kept() -> list[dict[str, Any]]:
    """What is kept of networks; not what `grader.judge.remembered` keeps beside it, whose manifests count its answers."""
    return [about for about in Store().manifests() if "answers" not in about]


def show(console: Output, before: int) -> None:
    """The table of what is kept, the newest first."""
    manifests = _kept()
    table = Table()
    for heading in ("Assignment", "Part", "Model", "Pictures", "Device", "Type", "Seconds", "Gap", "Tolerance", "KB", "When"):
        table.add_column(heading)
    for about in [one for one in manifests if "part" in one][:_MOST_ROWS]:
        cells = (
            str(about.get("assignment", "")),
            str(about["part"]),
            ", ".join(map(str, about.get("models", []))),
            " ".join("x".join(map(str, shape)) for shape in about.get("shapes", [])),
            str(about.get("device", "")),
            str(about.get("dtype", "")),
            f"{about.get('seconds', 0):.2f}",
            f"{about.get('gap', 0):.1e}",
            f"{about.get('tolerance', 0):.1e}",
            f"{about.get('bytes', 0) / 1024:.0f}",
            str(about.get("when", "")),
        )
        table.add_row(*map(escape, cells))
    print_table(console, f"{counted(len(manifests), 'fixture')}, {len(manifests) - before} computed now", table)
