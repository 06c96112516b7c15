"""`grade run --gradebook` and the commands that speak to a gradebook, as a user meets them."""

from __future__ import annotations

import contextlib
import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from grader.cli.main import run_main
from grader.cli.recording import GradebookNotes
from grader.course.rules import Late
from grader.gradebook.book import Gradebook, open_gradebook
from grader.gradebook.decisions import Decision, override
from grader.gradebook.recording import Handing, record
from grader.gradebook.rules import Rules
from grader.gradebook.tables import attempt
from grader.results import (
    AssignmentSummary,
    GraderSummary,
    PartResult,
    PartSummary,
    Results,
    SubmissionResult,
    SubmissionStatus,
)

MakeClass = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, and a name to act under."""
    place = tmp_path / "home"
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setenv("GRADER_ACTOR", "prof")
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    return place


def scores(home: Path) -> dict[str, tuple[str, str]]:
    """Score and overridden parts of each student, from the table that `grade grades --csv` writes."""
    assert run_main(["grades", "--csv", "grades.csv"]) == 0
    with (home / "grades.csv").open(encoding="utf-8") as stream:
        return {row["student"]: (row["score"], row["overridden"]) for row in csv.DictReader(stream)}


@pytest.mark.wall
def test_a_class_through_the_term(home: Path, make_class: MakeClass, right: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects the whole way: two runs, lateness, an extension, an override that a mended test does not touch, the history."""
    submissions = make_class(ann=right, bob="def mean(values):\n    return sum(values) / len(values)\n")
    specification = submissions.parent / "assignments" / "tiny" / "assignment.yaml"
    rules = "deadline: 2026-12-01T12:00:00+00:00\nlate: {penalty_percent: 10}\n"
    specification.write_text(specification.read_text("utf-8") + rules, "utf-8")
    (home / "times.csv").write_text(
        "student,submitted\nann,2026-12-01T15:00:00+03:00\nbob,2026-12-02T11:00:00+00:00\n", encoding="utf-8"
    )
    run = ["run", str(submissions), "-j", "1", "--gradebook", "gradebook.db", "--times", "times.csv"]
    assert run_main(run) == 0
    assert "Gradebook: 2 new attempts, 2 new verdicts" in capsys.readouterr().out
    assert scores(home) == {"ann": ("100", ""), "bob": ("36", "")}

    assert run_main(["override", "bob", "words", "30", "--why", "showed it in class"]) == 0
    assert run_main(["comment", "bob", "words", "Well done."]) == 0
    assert run_main(["extend", "bob", "2026-12-03T12:00:00+00:00", "--why", "was ill"]) == 0
    hidden = submissions.parent / "assignments" / "tiny" / "tests" / "hidden" / "test_mean.py"
    hidden.write_text(hidden.read_text("utf-8") + "\n", "utf-8")
    assert run_main(run) == 0
    assert "Gradebook: 0 new attempts, 0 new verdicts" in capsys.readouterr().out
    assert scores(home) == {"ann": ("100", ""), "bob": ("70", "words")}

    assert run_main(["export", "--to", "csv", "--gradebook", "gradebook.db"]) == 0
    assert "bob,70,100,40,0,30,Word count: Well done." in (home / "export" / "tiny-csv.csv").read_text("utf-8")
    capsys.readouterr()

    assert run_main(["grades", "--json", "grades.json"]) == 0
    assert "in time" in capsys.readouterr().out
    bob = json.loads((home / "grades.json").read_text("utf-8"))["grades"][1]
    assert bob["parts"][2]["comment"] == "Well done."
    assert run_main(["history", "bob"]) == 0
    told = capsys.readouterr().out
    for words in ("prof  override  bob: words: 30; why: showed it in class", "prof  extension  bob: due 2026-12-03", "verdict 1"):
        assert words in told
    assert "ann" not in told


@pytest.mark.wall
def test_times_of_people_who_are_not_there(
    home: Path, make_class: MakeClass, right: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Protects from a deadline that a misspelt name evades: who has a time and no work is told, if the pattern means them."""
    submissions = make_class(ann=right, bob=right)
    when = "2026-12-01T12:00:00+00:00"
    (home / "times.csv").write_text(f"student;submitted\nanne;{when}\nbob;{when}\nben;{when}\n")
    arguments = ["run", str(submissions), "-j", "1", "-g", "g.db", "--times", "times.csv", "--student"]
    assert run_main([*arguments, "a*"]) == 0
    assert "Warning: --times: not in this run: anne\n" in capsys.readouterr().err
    assert run_main([*arguments, "*"]) == 0
    assert "Warning: --times: not in this run: anne, ben\n" in capsys.readouterr().err
    with open_gradebook("g.db") as book:
        found = {one.student: one.submitted for one in book.read(lambda connection: connection.execute(select(attempt)).all())}
    assert found == {"ann": None, "bob": datetime(2026, 12, 1, 12, tzinfo=UTC)}


def test_what_the_table_of_grades_says(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects from grades that look odd without a reason: what came too late and what is cut are told; no trailing spaces."""
    monkeypatch.delenv("COLUMNS", raising=False)  # of whoever runs the tests: a narrow table breaks its cells
    part = PartSummary(id="mean", title="Mean", max_score=60)
    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    late = Late(refused_after_hours=1)
    with open_gradebook("gradebook.db", create=True) as book:
        for hours in (0, 5):
            one = SubmissionResult(
                student="ann", path="", digest=f"sha256:{hours}", status=SubmissionStatus.GRADED, score=5, max_score=60
            ).model_copy(update={"parts": (PartResult(id="mean", score=5, max_score=60),)})
            summary = AssignmentSummary(id="tiny", title="Tiny", max_score=60, parts=(part,))
            made = Results(grader=GraderSummary(version="1"), assignment=summary, submissions=(one,))
            rules = Rules(title="Tiny", max_score=60, parts=(part,), deadline=noon, late=late)
            record(book, made, rules, {"ann": Handing(noon + timedelta(hours=hours))}, "prof")
        override(book, Decision("ann", None, "prof", "x"), "mean", 30)
        lowered = rules.model_copy(update={"max_score": 10.0, "parts": (part.model_copy(update={"max_score": 10.0}),)})
        record(book, made.model_copy(update={"submissions": ()}), lowered, {}, "prof")
    assert run_main(["grades"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (row,) = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "ann" in line]
    assert row == ["ann", "10", "1 of 2", "in time; attempt 2 too late", "mean (30, more than its 10 points)"]
    assert lines[0] == "Tiny"
    assert [line for line in lines if line != line.rstrip()] == []


def test_a_name_that_is_too_long(
    home: Path, make_class: MakeClass, right: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Protects an hour of grading from a name that the gradebook would refuse at its end: nothing is graded."""
    monkeypatch.setenv("GRADER_ACTOR", "p" * 201)
    assert run_main(["run", str(make_class(ann=right)), "--gradebook", "g.db", "--sandbox", "none"]) == 2
    assert "by: a gradebook keeps 200 characters" in capsys.readouterr().err
    assert list(home.iterdir()) == []


def test_bytes_that_are_no_text(
    home: Path, make_class: MakeClass, right: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Protects from a traceback for what a terminal in another encoding sends; of the author's name before anything is graded."""
    run = ["run", str(make_class(ann=right)), "-a", "tiny", "--gradebook", "gradebook.db", "--sandbox", "none"]
    with monkeypatch.context() as changed:
        changed.setenv("GRADER_ACTOR", "p\udcff")
        assert run_main(run) == 2
        assert "by: 'p\\udcff' is no text in UTF-8" in capsys.readouterr().err
        assert list(home.iterdir()) == []
    assert run_main(run) == 0
    decision = ["comment", "ann", "mean", "good"]
    for wrong in (["comment", "ann", "mean", "\udcff"], [*decision, "--why", "\udcff"], [*decision, "-a", "\udcff"]):
        assert run_main(wrong) == 2
        assert "'\\udcff' is no text in UTF-8" in capsys.readouterr().err


def test_a_run_that_cannot_begin_makes_no_gradebook(
    home: Path, make_class: MakeClass, right: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Protects from an empty gradebook of a run that graded nothing; what its words were is told all the same."""
    submissions = make_class(ann=right)
    for wrong, said in ((["--student", "nobody"], "nobody"), (["--device", "abacus"], "--device: no device 'abacus'")):
        assert run_main(["run", str(submissions), "--gradebook", "g.db", "--sandbox", "none", *wrong]) == 2
        assert said in capsys.readouterr().err
        assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grades"], "there is no gradebook gradebook.db"),
        (["override", "ann", "mean", "--why", "x"], "give a score, or --withdraw"),
        (["comment", "ann", "mean"], "say something, or --withdraw"),
        (["comment", "ann", "mean", "words", "--withdraw"], "say something, or --withdraw"),
        (["extend", "ann", "tomorrow", "--why", "x"], "until: 'tomorrow' is no time with its offset from UTC"),
        (["extend", "ann", "2026-12-01T12:00", "--why", "x"], "is no time with its offset from UTC"),
        (["extend", "ann", "0001-01-01T00:00+14:00", "--why", "x"], "is no time with its offset from UTC"),
        (["override", "ann", "mean", "3"], "--why"),
        (["run", ".", "--times", "t.csv"], "--times: only a gradebook keeps times"),
        (["run", ".", "--gradebook", "g.db", "--times", "t.csv"], "t.csv: cannot be read"),
        (["run", ".", "--gradebook", "oracle9://h/d"], "no database is called 'oracle9'"),
        (["run", ".", "--gradebook", "no/such/g.db"], "--gradebook: there is no folder no/such"),
        (["run", ".", "--gradebook", "sqlite:///no/g.db"], "--gradebook: there is no folder no"),
        (["run", ".", "--gradebook", "."], "--gradebook: . is a folder; name a file in it"),
        (["run", ".", "--gradebook", "sqlite:///file:no/g.db?uri=true"], "no folder in . is named after an assignment"),
        (["run", "nosuch", "--gradebook", "g.db"], "there is no folder nosuch"),
        (["run", ".", "--gradebook", "g.db"], "no folder in . is named after an assignment"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage(home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    """Protects from a traceback, and from a gradebook that is made by a slip."""
    assert run_main(arguments) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("student,when\nann,now\n", "t.csv: there is no column submitted; there are student, when"),
        (
            "student,submitted\nann,2026-12-01 12:00\n",
            "t.csv: line 2: column 'submitted': '2026-12-01 12:00' is no time with its",
        ),
        (
            "student,submitted\nann,9999-12-31T23:59-12:00\n",
            "t.csv: line 2: column 'submitted': '9999-12-31T23:59-12:00' is no time",
        ),
        ("student,when;where\nann,now\n", "there is no column submitted"),
        (
            "student,submitted\nann,2026-12-01T12:00Z\nben,2026-12-01T12:00Z\nann,2026-12-02T12:00Z\n",
            "t.csv: lines 2 and 4: both are of 'ann'",
        ),
    ],
)
def test_wrong_times(home: Path, capsys: pytest.CaptureFixture[str], lines: str, said: str) -> None:
    """Protects from lateness by a table that was misread."""
    (home / "t.csv").write_text(lines)
    arguments: list[Any] = ["run", ".", "--gradebook", "g.db", "--times", "t.csv"]
    assert run_main(arguments) == 2
    assert said in capsys.readouterr().err


def test_names_in_the_history_are_only_text(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects the instructor's terminal from escape sequences and reordering in a student's name, and each line of the history
    from a name with lines of its own."""
    name = "eve\x1b[2J\x1b]0;pwned\x07\u202e\n2026 prof override ann: 100"
    part = PartSummary(id="mean", title="Mean", max_score=60)
    one = SubmissionResult(student=name, path="", digest="", status=SubmissionStatus.GRADED, score=5, max_score=60)
    summary = AssignmentSummary(id="tiny", title="Tiny", max_score=60, parts=(part,))
    made = Results(grader=GraderSummary(version="1"), assignment=summary, submissions=(one,))
    with open_gradebook("gradebook.db", create=True) as book:
        record(book, made, Rules(title="Tiny", max_score=60, parts=(part,)), {}, "prof")
    assert run_main(["override", name, "mean", "7", "--why", name]) == 0
    assert run_main(["comment", name, "mean", name, "--why", name]) == 0
    assert run_main(["extend", name, "2026-12-01T12:00:00+00:00", "--why", name]) == 0
    assert run_main(["history"]) == 0
    assert run_main(["history", "nobody" + name]) == 2
    said = capsys.readouterr()
    assert not set(said.out + said.err) & set("\x1b\x07\u202e")
    assert not [line for line in said.out.splitlines() if line.startswith("2026 prof")]
    assert "eve" in said.out


def test_decisions_that_are_about_little(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects who looks up a deadline of somebody who has handed in nothing yet, and the feedback from a comment of blanks."""
    part = PartSummary(id="mean", title="Mean", max_score=60)
    one = SubmissionResult(student="ann", path="", digest="", status=SubmissionStatus.GRADED, score=5, max_score=60)
    summary = AssignmentSummary(id="tiny", title="Tiny", max_score=60, parts=(part,))
    made = Results(grader=GraderSummary(version="1"), assignment=summary, submissions=(one,))
    with open_gradebook("gradebook.db", create=True) as book:
        record(book, made, Rules(title="Tiny", max_score=60, parts=(part,)), {}, "prof")
    assert run_main(["extend", "bob", "2026-12-03T12:00:00+00:00", "--why", "was ill"]) == 0
    assert run_main(["history", "bob"]) == 0
    said = capsys.readouterr().out
    assert "bob: due 2026-12-03T12:00:00+00:00; why: was ill" in said
    assert "ann" not in said
    assert run_main(["history", "carl"]) == 2
    assert run_main(["comment", "ann", "mean", " ", "--withdraw"]) == 2
    assert "there is no comment to withdraw" in capsys.readouterr().err


@pytest.mark.parametrize("where", ["book.db", ""])
def test_a_runs_gradebook_is_closed(home: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Protects a run that watches for a day from a database engine per round, also where a round ends in an error."""
    closed: list[Gradebook] = []
    monkeypatch.setattr(Gradebook, "__exit__", lambda book, *_error: closed.append(book))
    with contextlib.suppress(OSError), GradebookNotes(where, None).open():
        assert closed == []
        raise OSError("the disk is full")
    assert len(closed) == bool(where)
