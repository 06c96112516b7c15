"""What a student wrote does nothing to the instructor's terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console as RichConsole

from grader.cli.console import Console
from grader.cli.markup import escape
from grader.cli.observing import Lines
from grader.results import AssignmentSummary, GraderSummary, PartSummary, Results, SubmissionResult, SubmissionStatus
from grader.run.run import Progress

HOSTILE = ["\x1b[2J\x1b]0;title\x07", "\x9b31m", "anna\u202e001", "\u2066x\u2069", "\r100", "\x08\x08", "[red]x[/red]"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_text(name: str, tmp_path: Path) -> None:
    """Protects the instructor from escape sequences and reordering in the names of folders, which rich lets through."""
    console = Console(quiet=False, verbose=True)
    stream = io.StringIO()
    console.out = console.err = RichConsole(file=stream, width=100)  # type: ignore[assignment]
    one = SubmissionResult(
        student=name, path="", digest="", status=SubmissionStatus.GRADER_ERROR, score=None, max_score=1, messages=(name,)
    )
    assignment = AssignmentSummary(id="a", title=name, max_score=1, parts=(PartSummary(id="p", title="P", max_score=1),))
    console.summary(Results(grader=GraderSummary(version="0"), assignment=assignment, submissions=(one,)), tmp_path)
    console.say(name)
    console.warn(name)
    assert not set(stream.getvalue()) & set("\x1b\x9b\u202e\u2066\u2069\x07\x08\r")


def test_markup_is_taken_as_it_stands() -> None:
    """Protects names from being read as colours, and ordinary ones from any change."""
    assert escape("[red]Вера[/red]") == "\\[red]Вера\\[/red]"


def test_a_name_stays_on_its_line() -> None:
    """Protects other students' lines from a folder's name that has lines of its own."""
    stream = io.StringIO()
    told = SubmissionResult(
        student="a\nlab15: 2 of 2: b: 100", path="", digest="", status=SubmissionStatus.MISSING, score=0, max_score=1
    )
    lines = Lines(RichConsole(file=stream, width=200), "lab15", 2, lambda _result: None)
    lines.finished(Progress(total=2, results={told.student: told}), told)
    assert len(stream.getvalue().splitlines()) == 1
