"""What `grade run --gradebook` writes down after each assignment."""

from __future__ import annotations

import fnmatch
import getpass
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from grader.cli.console import Console
from grader.course.names import composed
from grader.errors import UsageError
from grader.export.table import read_table
from grader.i18n import counted
from grader.results import Results
from grader.run.plan import AssignmentRun

Add = Callable[[Results, AssignmentRun, Console], None]


class GradebookNotes:
    """The gradebook of a run, or nothing where none was asked for.

    An address that cannot be is refused at once; nothing is made before `open`. Raises `UsageError` for such an address and for
    a file of times that cannot be used.
    """

    def __init__(self, where: str, times: Path | None) -> None:
        self.where = where
        if times is not None and not where:
            raise UsageError("--times: only a gradebook keeps times", remedy="add --gradebook gradebook.db")
        self.times = {} if times is None else read_times(times)
        if where:
            from grader.gradebook.book import check_address  # SQLAlchemy takes a while to import

            check_address(where)

    def strangers(self, runs: Sequence[AssignmentRun], pattern: str) -> list[str]:
        """Students with a time who match `--student` but have no work in any of these runs."""
        known = {one.student for run in runs for one in run.submissions}
        return [name for name in self.times if name not in known and fnmatch.fnmatch(name, composed(pattern))]

    def check(self, runs: Sequence[AssignmentRun]) -> None:
        """Raises `UsageError` for names that the gradebook does not keep: before anything is graded, as with a wrong URL."""
        if self.where:
            from grader.gradebook.recording import check_names

            check_names((one.student for run in runs for one in run.submissions), actor())

    @contextmanager
    def open(self) -> Iterator[Add]:
        """What writes one assignment's results down, and says how much was new; it raises `GraderError` when the database fails.

        The gradebook is made where there is none: when there is something to grade, but before it is graded, so that a database
        that does not answer is not told of after an hour. Raises as `open_gradebook` does.
        """
        if not self.where:
            yield lambda _results, _run, _console: None
            return
        from grader.gradebook.book import open_gradebook
        from grader.gradebook.recording import Handing, record
        from grader.gradebook.rules import rules_of

        def add(results: Results, run: AssignmentRun, console: Console) -> None:
            handings = {one.student: Handing(one.submitted, one.marked_late) for one in run.submissions}
            handings |= {student: Handing(submitted) for student, submitted in self.times.items()}
            rules = rules_of(results.assignment, run.folder.specification)
            found = record(book, results, rules, handings, actor())
            console.say(f"Gradebook: {counted(found.attempts, 'new attempt')}, {counted(found.verdicts, 'new verdict')}")

        with open_gradebook(self.where, create=True) as book:
            yield add


def actor() -> str:
    """Who writes: the user's name on this machine, or of GRADER_ACTOR where that says so."""
    if named := os.environ.get("GRADER_ACTOR", ""):
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without an entry for its user
        return f"uid {os.getuid()}"


def read_times(path: Path) -> dict[str, datetime]:
    """When each student handed in. Raises `UsageError` naming file, line, column and value, or a student's two lines."""
    table = read_table(path)
    student, submitted = table.needed("student", "student"), table.needed("submitted", "submitted")
    found: dict[str, datetime] = {}
    lines: dict[str, int] = {}
    for place, row in enumerate(table.rows):
        name, line = composed(row[student].strip()), table.lines[place]
        if name in found:
            raise UsageError(f"{path}: lines {lines[name]} and {line}: both are of {name!r}", remedy="keep the time that counts")
        found[name], lines[name] = read_moment(row[submitted], table.where(place, submitted)), line
    return found


def read_moment(text: str, where: str) -> datetime:
    """A time with its offset from UTC. Raises `UsageError`, also for one that is none in UTC: before year 1, after year 9999."""
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is not None:
            moment.astimezone(UTC)
            return moment
    except (ValueError, OverflowError):
        pass
    raise UsageError(f"{where}: {text!r} is no time with its offset from UTC, as in 2026-12-01T23:59:00+03:00")
