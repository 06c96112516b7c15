"""What is seen of a run while it is at work."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from grader.cli import observing
from grader.cli.console import Console as Speaker
from grader.cli.observing import LiveTable
from grader.course.submission import Submission
from grader.results import SubmissionResult, SubmissionStatus
from grader.run.run import Progress


def submission(student: str) -> Submission:
    """A submission."""
    return Submission(student, Path("/nowhere"), None)


def result(student: str) -> SubmissionResult:
    """Its result."""
    return SubmissionResult(student=student, path="", digest="", status=SubmissionStatus.GRADED, score=1, max_score=1)


def seen(table: LiveTable) -> str:
    """The table as it is drawn."""
    console = Console(file=io.StringIO(), width=100)
    console.print(table)
    return console.file.getvalue()


def test_who_is_being_graded_and_for_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the instructor's view of a class: each worker's student and seconds, names as they are, and nobody who is done."""
    now = [100.0]
    monkeypatch.setattr(observing.time, "monotonic", lambda: now[0])
    told: list[str] = []
    table = LiveTable(Console(file=io.StringIO()), "tiny", 3, lambda one: told.append(one.student))
    table.started("1", submission("[b]ann"))
    now[0] += 5
    table.started("2", submission("bob"))
    now[0] += 2
    lines = [line.split() for line in seen(table).splitlines()]
    assert ["1", "[b]ann", "7", "s"] in lines
    assert ["2", "bob", "2", "s"] in lines
    table.finished(Progress(3, results={"bob": result("bob")}), result("bob"))
    assert [word for word in seen(table).splitlines()[0].split() if word in ("1/3", "bob")] == ["1/3", "bob"]
    assert not any(line.split()[:1] == ["2"] for line in seen(table).splitlines())
    assert told == ["bob"]
    table.finished(Progress(3, results={}), result("[b]:x:"))
    assert "[b]:x:" in seen(table).splitlines()[0]


def test_a_large_cluster_fits_the_screen() -> None:
    """Protects the screen from hundreds of rows."""
    table = LiveTable(Console(file=io.StringIO()), "tiny", 100, lambda _one: None)
    for number in range(100):
        table.started(f"w{number:03}", submission(f"s{number}"))
    lines = seen(table).splitlines()
    assert len(lines) < 20
    assert "and 84 more" in lines[-1]


def test_a_terminal_says_whose_the_messages_are() -> None:
    """Protects `-v` on a terminal, where no line counts the submissions: what was said of two students would be nobody's."""
    speaker, stream = Speaker(quiet=False, verbose=True), io.StringIO()
    speaker.out = Console(file=stream, force_terminal=True, color_system=None, width=100)  # type: ignore[assignment]
    ann, bob = (result(name).model_copy(update={"messages": (f"said of {name}\nin two lines",)}) for name in ("ann", "bob"))
    with speaker.progress("tiny", 2) as observer:
        observer.finished(Progress(2, results={"ann": ann}), ann)
        observer.finished(Progress(2, results={"ann": ann, "bob": bob}), bob)
    wiped = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", stream.getvalue())
    said = [line for line in wiped.splitlines() if line.startswith("    ") or "(graded)" in line]
    assert said == [
        *("tiny: ann: 1 of 1 (graded)", "    said of ann", "    in two lines"),
        *("tiny: bob: 1 of 1 (graded)", "    said of bob", "    in two lines"),
    ]
