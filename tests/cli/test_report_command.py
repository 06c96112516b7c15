"""`grade report`: the pages again from `results.json` alone; `--open`."""

from __future__ import annotations

import os
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.cli.console import Console
from grader.cli.main import run_main
from grader.cli.report import results_files
from grader.results import AssignmentSummary, GraderSummary, Results, SubmissionResult, SubmissionStatus, read_results


def results(assignment: str = "tiny", language: str = "en") -> Results:
    """The smallest results."""
    one = SubmissionResult(
        student="ann", path="ann.py", digest="sha256:0", status=SubmissionStatus.GRADED, score=1.0, max_score=1.0
    )
    return Results(
        grader=GraderSummary(version="0"),
        language=language,
        assignment=AssignmentSummary(id=assignment, title=f"Title of {assignment}", max_score=1.0),
        submissions=(one,),
    )


def write(out: Path, *assignments: str) -> None:
    """A `results.json` in `out`, or one for each of several assignments below it."""
    for name in assignments:
        folder = out if len(assignments) == 1 else out / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "results.json").write_text(results(name).to_json(), encoding="utf-8")


def test_everything_is_written_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects a report whose pages were lost: results.json is enough, and is not touched."""
    write(tmp_path, "tiny")
    before = (tmp_path / "results.json").read_bytes()
    assert run_main(["report", str(tmp_path)]) == 0
    assert str(tmp_path / "index.html") in capsys.readouterr().out.replace("\n", "")
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()} == {
        ".pages.json",
        "results.json",
        "index.html",
        "grades.csv",
        "junit.xml",
        "students/ann/index.html",
        "instructor/ann/index.html",
    }
    assert (tmp_path / "results.json").read_bytes() == before


def test_several_assignments(tmp_path: Path) -> None:
    """Protects the layout of a run over several assignments: one folder each."""
    write(tmp_path, "tiny", "other")
    assert run_main(["report", str(tmp_path)]) == 0
    assert "Title of other" in (tmp_path / "other" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments", [["export", "{out}", "--to", "csv"], ["export", "{out}", "--to", "gradescope"], ["diff", "{out}", "{out}"]]
)
def test_a_part_of_the_class_does_not_pass_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """Protects students who are in no table because only some were graded, or the run was stopped: whoever hands on is told."""
    monkeypatch.chdir(tmp_path)
    whole, part = results(), results().model_copy(update={"left_out": 29})
    for name, one in (("whole", whole), ("part", part)):
        write(tmp_path / name, "tiny")
        (tmp_path / name / "results.json").write_text(one.to_json(), encoding="utf-8")
    assert run_main([argument.format(out=tmp_path / "whole") for argument in arguments]) == 0
    assert capsys.readouterr().err == ""
    assert run_main([argument.format(out=tmp_path / "part") for argument in arguments]) == 0
    assert "holds 1 of 30 submissions" in capsys.readouterr().err


@pytest.mark.parametrize(("last", "shown"), [("below", ["other", "tiny"]), ("top", ["tiny"])])
def test_what_was_written_last_counts(tmp_path: Path, last: str, shown: list[str]) -> None:
    """Protects from last week's grades: a course got a second assignment, and the report of the first alone still lies there."""
    write(tmp_path, "tiny")
    write(tmp_path, "tiny", "other")
    for path in tmp_path.rglob("results.json"):
        os.utime(path, (1, 2 if (path.parent == tmp_path) is (last == "top") else 1))
    assert [read_results(path).assignment.id for path in results_files(tmp_path)] == shown


def test_a_student_called_as_the_results_are(tmp_path: Path) -> None:
    """Protects a class from whoever hands in `results.json.py`: a folder of pages is no assignment's results."""
    write(tmp_path, "tiny")
    for edition in ("students", "instructor"):
        (tmp_path / edition / "results.json").mkdir(parents=True)
    assert results_files(tmp_path) == [tmp_path / "results.json"]
    write(tmp_path / "course", "tiny", "other")
    (tmp_path / "course" / "students" / "results.json").mkdir(parents=True)
    assert [path.parent.name for path in results_files(tmp_path / "course")] == ["other", "tiny"]


def test_the_language_can_be_changed(tmp_path: Path) -> None:
    """Protects `--lang` of a report that was graded in another language."""
    write(tmp_path, "tiny")
    assert run_main(["report", str(tmp_path), "--lang", "ru"]) == 0
    assert '<html lang="ru">' in (tmp_path / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "there is no results.json in"),
        (["--lang", "tlh"], "no language 'tlh'"),
    ],
)
def test_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    """Protects exit status 2 and words without a traceback."""
    assert run_main(["report", str(tmp_path), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_results_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects from a report made of a file that breaks the schema: file and key are named."""
    (tmp_path / "results.json").write_text(results().to_json().replace('"max_score": 1.0', '"max_score": "x"', 1))
    assert run_main(["report", str(tmp_path)]) == 2
    assert f"{tmp_path / 'results.json'}: assignment.max_score" in capsys.readouterr().err


def test_open_shows_the_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects `--open`: a browser is given the index as an absolute address, whatever the working folder."""
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or True)
    write(tmp_path / "a report", "tiny")
    monkeypatch.chdir(tmp_path)
    assert run_main(["report", "a report", "--open"]) == 0
    assert opened == [(tmp_path / "a report" / "index.html").as_uri()]


def test_a_machine_without_a_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects a run on a server: no browser is no error, the page is named."""
    monkeypatch.setattr(webbrowser, "open", lambda _address: False)
    Console(quiet=True, verbose=False).open(tmp_path / "index.html")
    assert "index.html" in capsys.readouterr().err


@pytest.mark.wall
def test_run_opens_its_report(grade: Callable[..., Any], course_copy: Path, tmp_path: Path) -> None:
    """Protects `grade run --open`, with a browser that writes down what it is given."""
    place = course_copy / "submissions" / "tiny"
    place.mkdir(parents=True)
    (place / "ann.py").write_text("def mean(values):\n    return sum(values) / len(values)\n")
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path / "address"}\n')
    browser.chmod(0o755)
    finished = grade(
        course_copy / "submissions", "-o", tmp_path / "out", "--open", env={"BROWSER": str(browser), "DISPLAY": None}
    )
    assert finished.status == 0, finished.stderr
    assert (tmp_path / "address").read_text().strip() == (tmp_path / "out" / "index.html").as_uri()
    assert os.path.isfile(tmp_path / "out" / "index.html")
