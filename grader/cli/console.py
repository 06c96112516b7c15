"""What `grade` says while it works: a progress bar on a terminal, plain lines elsewhere, a table at the end."""

from __future__ import annotations

import sys
import textwrap
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from rich.table import Table

from grader.cli.markup import escape, escape_lines
from grader.cli.observing import Lines, LiveTable, Silence, outcome
from grader.cli.output import standard_error, standard_output
from grader.cli.titled import print_table
from grader.results import Results, SubmissionResult, SubmissionStatus, TestStatus
from grader.run.run import Observer

_MOST_ROWS = 40
_MOST_NAMES = 3
_WIDTH_WITHOUT_PARTS = 45


class Console:
    """Standard output for results, standard error for warnings."""

    def __init__(self, quiet: bool, verbose: bool) -> None:
        self.quiet = quiet
        self.verbose = verbose
        self.out = standard_output()
        self.err = standard_error()
        self._told: set[tuple[str, str]] = set()

    def warn(self, text: str) -> None:
        """A warning, also when quiet."""
        self.err.print(f"[yellow]Warning:[/yellow] {escape_lines(text)}")

    @contextmanager
    def progress(self, assignment: str, total: int) -> Iterator[Observer]:
        """Count finished submissions while the body runs."""
        if self.quiet:
            yield Silence()
        elif self.out.is_terminal:
            with LiveTable(self.out, assignment, total, partial(self._tell_by_name, assignment)) as table:
                yield table
        else:
            yield Lines(self.out, assignment, total, partial(self._tell_messages, assignment))

    def _tell_by_name(self, assignment: str, result: SubmissionResult) -> None:
        if self.verbose:
            self.out.print(escape(f"{assignment}: {outcome(result)}"))
            self._tell_messages(assignment, result)

    def _tell_messages(self, assignment: str, result: SubmissionResult) -> None:
        if self.verbose:
            self._told.add((assignment, result.student))
            failed = [test for test in result.tests if test.status is not TestStatus.PASSED]
            lines = [f"{test.id} ({test.status}){f': {test.message}' if test.message else ''}" for test in failed]
            for text in (*result.messages, *lines):
                self.out.print(escape_lines(textwrap.indent(text, "    ")))

    def summary(self, results: Results, index: Path) -> None:
        """The table of scores, what the grader failed in (also when quiet), and where the report is; before it whatever else is
        told of those whose verdict was kept."""
        if not self.quiet:
            for result in results.submissions:
                if (results.assignment.id, result.student) not in self._told:
                    self._tell_by_name(results.assignment.id, result)
            self._show_scores(results)
        for fault, students in _faults(results).items():
            more = f" and {len(students) - _MOST_NAMES} more" if len(students) > _MOST_NAMES else ""
            self.err.print(f"[red]{escape(', '.join(students[:_MOST_NAMES]))}{more}: {escape(fault)}[/red]")
        if self.quiet:
            return
        if results.left_out:
            self.out.print(f"Not in the report: {results.left_out} more.")
        self.out.print(f"Report: {escape(str(index))}")

    def _show_scores(self, results: Results) -> None:
        table = Table()
        table.add_column("Student")
        table.add_column("Verdict", no_wrap=True)
        table.add_column("Score", justify="right", no_wrap=True)
        names = [part.id for part in results.assignment.parts]
        with_parts = self.out.width >= _WIDTH_WITHOUT_PARTS + sum(len(name) + 3 for name in names)
        for name in names if with_parts else ():  # else they would be cut to a few letters; the report has them
            table.add_column(name, justify="right", no_wrap=True)
        for result in results.submissions[:_MOST_ROWS]:
            cells = ["–" if part.score is None else f"{part.score:g}" for part in result.parts] if with_parts else []
            score = "–" if result.score is None else f"{result.score:g}"
            table.add_row(escape(result.student), _coloured(result.status), score, *cells)
        print_table(self.out, escape(results.assignment.title), table)
        if len(results.submissions) > _MOST_ROWS:
            self.out.print(f"… and {len(results.submissions) - _MOST_ROWS} more in the report.")

    def say(self, text: str) -> None:
        """A line on standard output."""
        if not self.quiet:
            self.out.print(escape_lines(text))

    def open(self, page: Path) -> None:
        """Show a page in the user's browser; a machine without one is told where the page is."""
        if not webbrowser.open(page.resolve().as_uri()):
            self.warn(f"no browser was found; the page is {page}")

    def stopped(self, done: int, total: int) -> None:
        """After Ctrl-C."""
        print(
            f"Stopped: {done} of {total} submissions are graded and kept. The same command goes on from there.", file=sys.stderr
        )


def _faults(results: Results) -> dict[str, list[str]]:
    """Faults that are not the submissions' own, each once (a test's with its id), with the students who have no score by it."""
    faults: dict[str, list[str]] = {}
    for result in results.submissions:
        if result.status is SubmissionStatus.GRADER_ERROR:
            tests = [
                f"{test.id}: {test.detail}" for test in result.tests if test.status is TestStatus.GRADER_ERROR and test.detail
            ]
            for fault in tests or [" ".join(result.messages)]:
                faults.setdefault(fault, []).append(result.student)
    return faults


def size_text(count: int) -> str:
    """A file's size, from a count of bytes."""
    return f"{count / (1 << 20):.1f} MB" if count >= 1 << 20 else f"{-(-count // 1024)} KB"


def _coloured(status: SubmissionStatus) -> str:
    colour = {"graded": "green", "grader_error": "red"}.get(str(status), "yellow")
    return f"[{colour}]{status}[/{colour}]"
