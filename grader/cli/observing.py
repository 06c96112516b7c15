"""What is shown while a run is at work: a bar and a table of who is being graded on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from grader.cli.markup import escape, plain
from grader.cli.output import Output
from grader.course.submission import Submission
from grader.results import SubmissionResult
from grader.run.run import Progress as RunProgress

Tell = Callable[[SubmissionResult], None]
_MOST_WORKERS = 16  # rows; a cluster may have hundreds
_PER_SECOND = 4


def outcome(result: SubmissionResult) -> str:
    """Who, how many points, and the verdict, in a line."""
    score = "not graded" if result.score is None else f"{result.score:g} of {result.max_score:g}"
    return f"{result.student}: {score} ({result.status})"


class Silence:
    """An observer that says nothing."""

    def started(self, worker: str, submission: Submission) -> None:
        """Nothing."""

    def finished(self, progress: RunProgress, result: SubmissionResult) -> None:
        """Nothing."""


class Lines:
    """A line for every result."""

    def __init__(self, out: Output, assignment: str, total: int, tell: Tell) -> None:
        self.out = out
        self.assignment = assignment
        self.total = total
        self.tell = tell
        self.began = time.monotonic()

    def started(self, worker: str, submission: Submission) -> None:
        """Nothing: a log tells what came to its end."""

    def finished(self, progress: RunProgress, result: SubmissionResult) -> None:
        """Count, score, verdict, and about how long the rest will take."""
        done = len(progress.results)
        each = (time.monotonic() - self.began) / max(1, done - progress.known)
        left = f", about {each * (self.total - done):.0f} s left" if done < self.total else ""
        self.out.print(escape(f"{self.assignment}: {done} of {self.total}: {outcome(result)}{left}"))
        self.tell(result)


class LiveTable:
    """A progress bar, and below it a row per worker: whom it grades, and for how many seconds. Leaves nothing on the screen."""

    def __init__(self, out: Output, assignment: str, total: int, tell: Tell) -> None:
        # As text: in markup rich reads names of pictures (`:x:`), whatever the console was told.
        words = [TextColumn(field, markup=False) for field in ("{task.description}", "{task.fields[last]}")]
        columns = (words[0], BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), words[1])
        self.bar = Progress(*columns, console=out)
        self.task = self.bar.add_task(plain(assignment), total=total, last="")
        self.at_work: dict[str, tuple[str, float]] = {}
        self.tell = tell
        self.live = Live(self, console=out, transient=True, refresh_per_second=_PER_SECOND)

    def started(self, worker: str, submission: Submission) -> None:
        """A row, or another name in the worker's."""
        self.at_work = {**self.at_work, worker: (submission.student, time.monotonic())}  # another thread draws

    def finished(self, progress: RunProgress, result: SubmissionResult) -> None:
        """The worker's row is empty until it is given the next."""
        self.at_work = {worker: what for worker, what in self.at_work.items() if what[0] != result.student}
        self.bar.update(self.task, completed=len(progress.results), last=plain(result.student))
        self.tell(result)

    def __rich__(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        for worker, (student, since) in sorted(self.at_work.items())[:_MOST_WORKERS]:
            table.add_row(f"  {escape(worker)}", escape(student), f"{time.monotonic() - since:.0f} s")
        if len(self.at_work) > _MOST_WORKERS:
            table.add_row("", f"and {len(self.at_work) - _MOST_WORKERS} more", "")
        return Group(self.bar, table)

    def __enter__(self) -> LiveTable:
        self.live.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.live.stop()
