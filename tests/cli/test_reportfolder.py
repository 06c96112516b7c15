"""A report's folder that a student handed in, or put links into, is left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.cli import reportfolder
from grader.cli.main import run_main
from grader.cli.reportfolder import check_not_handed_in, check_not_the_course, refuse_links
from grader.errors import UsageError
from grader.report.rendering import render
from grader.results import AssignmentSummary, GraderSummary, Results, SubmissionResult, SubmissionStatus

MakeClass = Callable[..., Path]


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A folder of the instructor's with a file in it."""
    (tmp_path / "victim" / "ann").mkdir(parents=True)
    (tmp_path / "victim" / "file").write_text("precious")
    (tmp_path / "victim" / "ann" / "index.html").write_text("precious")
    return tmp_path / "victim"


def contents(folder: Path) -> dict[str, str]:
    """Every file by its path."""
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def report(out: Path) -> None:
    """A report of ours."""
    one = SubmissionResult(student="ann", path="", digest="", status=SubmissionStatus.GRADED, score=1, max_score=1)
    assignment = AssignmentSummary(id="tiny", title="", max_score=1)
    results = Results(grader=GraderSummary(version="0"), assignment=assignment, submissions=(one,))
    render(results, out)
    (out / "results.json").write_text(results.to_json())


@pytest.mark.parametrize(
    "link",
    [".journal/journal.jsonl", ".journal", "students", "students/ann", "instructor", "similar", ".submissions", ".lock", ""],
)
@pytest.mark.parametrize(
    "command", [["run", ".", "--fresh"], ["run", ".", "--watch"], ["similar", "."]], ids=lambda words: words[-1]
)
def test_a_student_called_report(
    make_class: MakeClass,
    victim: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    link: str,
    command: list[str],
) -> None:
    """Protects the instructor's files from links in a folder that is called as the report is by default, and looks like one."""
    place = make_class(ann="pass") / "tiny"
    out = place / "report"
    out.mkdir()
    if link:
        (out / "similar.json").write_text("{}")
        (out / link).parent.mkdir(exist_ok=True)
    else:
        out.rmdir()
    (out / link).symlink_to(victim / "file" if link in (".journal/journal.jsonl", ".lock") else victim)
    before = contents(victim)
    monkeypatch.chdir(place)
    assert run_main([*command, "-a", "tiny"]) == 2
    said = capsys.readouterr().err
    assert ("is a link" if link else "it may be somebody's work") in said
    assert "name another --out" in said
    assert contents(victim) == before


def test_a_report_with_a_link_is_not_written_again(tmp_path: Path, victim: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects the same files from `grade report`."""
    report(tmp_path / "out")
    (tmp_path / "out" / "instructor").rename(tmp_path / "elsewhere")
    (tmp_path / "out" / "instructor").symlink_to(victim)
    before = contents(victim)
    assert run_main(["report", str(tmp_path / "out")]) == 2
    assert "instructor is a link" in capsys.readouterr().err
    assert contents(victim) == before


def test_work_is_not_written_into(
    make_class: MakeClass, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Protects the work of a student whose folder is called `report`, which is said; elsewhere any folder may be named."""
    place = make_class(ann="pass", report="pass") / "tiny"
    monkeypatch.chdir(place)
    assert run_main(["run", ".", "-a", "tiny"]) == 2
    assert "lies among the submissions and holds no report: it may be somebody's work" in capsys.readouterr().err
    assert contents(place / "report") == {"tiny.py": "pass"}
    (place.parent / "reports").mkdir()
    (place.parent / "reports" / "notes.txt").write_text("")
    check_not_handed_in(place.parent / "reports", place)


@pytest.mark.parametrize("command", ["run", "similar"])
@pytest.mark.parametrize("student", ["ann", "bob", "nobody"])
def test_a_report_in_somebodys_folder(
    make_class: MakeClass, right: str, capsys: pytest.CaptureFixture[str], command: str, student: str
) -> None:
    """Protects hidden inputs and everybody's grades: what lies in a student's folder is given to the student's code next time."""
    place = make_class(ann=right, bob=right) / "tiny"
    only = ["--student", "ann"] if command == "run" else []
    for out in (place / student / "report", place / student / "a" / "b"):
        assert run_main([command, str(place), "-a", "tiny", "-o", str(out), *only]) == 2
        assert f"lies in {place / student}, which is somebody's work" in capsys.readouterr().err
    assert sorted(path.name for path in place.rglob("*")) == ["ann", "bob", "tiny.py", "tiny.py"]


def test_a_report_in_a_work_of_moodles(
    make_class: MakeClass, right: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Protects the same where a learning platform's folders are graded as they lie."""
    course = make_class(ann=right).parent
    place = course / "handed_in"
    for name in ("Ann Lee_1_assignsubmission_file", "Bob Ray_2_assignsubmission_file"):
        (place / name).mkdir(parents=True)
        (place / name / "tiny.py").write_text(right)
    assert run_main(["run", str(place), "-a", "tiny", "-o", str(place / name / "report")]) == 2
    assert "which is somebody's work" in capsys.readouterr().err


@pytest.mark.parametrize("mark", [".journal/journal.jsonl", "tiny/.journal/journal.jsonl", "similar.json", ".lock", ""])
def test_a_report_among_the_submissions(tmp_path: Path, mark: str) -> None:
    """Protects a class that is graded in its own folder: yesterday's report is written again, an empty folder is nobody's."""
    out = tmp_path / "report"
    check_not_handed_in(out, tmp_path)
    out.mkdir()
    if mark:
        (out / mark).parent.mkdir(parents=True, exist_ok=True)
        (out / mark).touch()
    check_not_handed_in(out, tmp_path)
    refuse_links(out)


@pytest.mark.parametrize("command", ["run", "similar"])
@pytest.mark.parametrize("where", ["assignments", "assignments/new", "assignments/tiny", "assignments/tiny/tests/report"])
def test_a_report_among_the_assignments(
    make_class: MakeClass, right: str, capsys: pytest.CaptureFixture[str], command: str, where: str
) -> None:
    """Protects the course's files, and verdicts that are known: a report in an assignment would be a part of it."""
    place = make_class(ann=right)
    before = sorted((place.parent / "assignments").rglob("*"))
    assert run_main([command, str(place), "-o", str(place.parent / where)]) == 2
    assert "which is the course's own" in capsys.readouterr().err
    assert sorted((place.parent / "assignments").rglob("*")) == before


@pytest.mark.parametrize("command", ["run", "similar"])
def test_a_report_in_the_place_of_the_submissions(
    make_class: MakeClass, right: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """Protects the next run from students called `students` and `instructor`."""
    place = make_class(ann=right, bob=right) / "tiny"
    monkeypatch.chdir(place)
    assert run_main([command, ".", "-a", "tiny", "-o", "."]) == 2
    assert "is the folder of the submissions" in capsys.readouterr().err
    assert sorted(path.name for path in place.iterdir()) == ["ann", "bob"]


def test_a_report_beside_the_assignments(tmp_path: Path) -> None:
    """Protects a course's own folder, and any that is merely called `assignments`, as places for reports."""
    (tmp_path / "assignments").mkdir()
    check_not_the_course(tmp_path / "assignments" / "report")
    (tmp_path / "assignments" / "tiny").mkdir()
    (tmp_path / "assignments" / "tiny" / "assignment.yaml").touch()
    check_not_the_course(tmp_path / "report")
    check_not_the_course(tmp_path)


def test_a_link_to_a_folder_for_reports(tmp_path: Path) -> None:
    """Protects who keeps reports on another disk: what was named outside of the submissions may be a link itself."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "class").mkdir()
    (tmp_path / "report").symlink_to(tmp_path / "disk")
    check_not_handed_in(tmp_path / "report", tmp_path / "class")
    refuse_links(tmp_path / "report")
    (tmp_path / "class" / "report").symlink_to(tmp_path / "disk")
    with pytest.raises(UsageError, match="may be somebody's work"):
        check_not_handed_in(tmp_path / "class" / "report", tmp_path / "class")


def test_every_place_of_a_report_is_known(grade: Callable[..., Any], make_class: MakeClass, right: str, tmp_path: Path) -> None:
    """Protects the instructor's files from a link in a place that is written to and was not thought of."""
    place, out = make_class(ann=right, bob=right), tmp_path / "out"
    assert grade(place, "-o", out, "-j", 1, "--sandbox", "none").status == 0
    assert grade("similar", place, "-o", out).status == 0
    written = {path.relative_to(out).parts[0] for path in out.rglob("*")}
    assert {"results.json", "similar.json", ".journal", "students"} <= written
    assert written <= {Path(place).parts[0] for place in reportfolder._PLACES}
