"""What a student wrote does nothing to the instructor's terminal."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from rich.console import Console as RichConsole

from grader.cli.console import Console
from grader.cli.main import run_main, tell
from grader.cli.markup import escape
from grader.cli.observing import Lines
from grader.errors import GraderError
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


def test_a_name_in_an_error_is_only_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects the instructor from the same in what ends a command: an archive's entry, a folder that is no assignment's."""
    (tmp_path / "eve\x1b[2J\x1b]0;pwned\x07\x1b[31m\u202e").mkdir()
    assert run_main(["run", str(tmp_path), "-o", str(tmp_path / "out")]) == 2
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("eve\x1b[2J\u2066/../../x.py", "")
    assert run_main(["run", str(tmp_path / "class.zip"), "-o", str(tmp_path / "out")]) == 2
    assert tell(GraderError("\x9b31m", remedy="\u202ex")) == 1
    said = capsys.readouterr().err
    assert "eve" in said
    assert not set(said) & set("\x1b\x9b\x07\u202e\u2066")
