"""Whose grade changes, and why."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.cli.main import run_main
from grader.report.difference import Kind, difference
from grader.results import Results, SubmissionStatus, TestStatus

MakeClass = Callable[..., Results]


@pytest.fixture
def before(make_class: MakeClass) -> Results:
    """Five students."""
    return make_class(students=5)


def changed(results: Results, place: int, **update: Any) -> Results:
    """One submission changed."""
    submissions = list(results.submissions)
    submissions[place] = submissions[place].model_copy(update=update)
    return results.model_copy(update={"submissions": tuple(submissions)})


def mended(results: Results, place: int, test: int, **update: Any) -> Results:
    """One test of one submission changed, and the sum with it."""
    tests = list(results.submissions[place].tests)
    tests[test] = tests[test].model_copy(update=update)
    score = round(sum(one.score or 0 for one in tests), 2)
    return changed(results, place, tests=tuple(tests), score=score)


def test_equal_results(before: Results) -> None:
    """Protects from noise: times, paths and words are no difference."""
    after = changed(before, 0, seconds=99.0, path="elsewhere", messages=("other words",))
    found = difference(before, after)
    assert (found.same, found.changes) == (5, ())


def test_a_test_that_came_out_in_another_way(before: Results) -> None:
    """Protects the reason: the test, its part, and both verdicts."""
    place = next(place for place, test in enumerate(before.submissions[0].tests) if test.status is not TestStatus.PASSED)
    test = before.submissions[0].tests[place]
    after = mended(before, 0, place, status=TestStatus.PASSED, score=test.max_score)
    (change,) = difference(before, after).changes
    assert change.grade_changes
    assert (change.old, change.new) == (before.submissions[0].score, after.submissions[0].score)
    (reason,) = change.reasons
    assert (reason.kind, reason.test, reason.part) == (Kind.TEST, test.id, test.part)
    assert test.title.endswith(".")
    assert reason.words == f"{test.part}: {test.title[:-1]}: {test.status} → passed"


def test_verdicts_without_another_grade(before: Results) -> None:
    """Protects the list of grades from what changes none: it is counted, and shown when asked for."""
    place = next(place for place, test in enumerate(before.submissions[0].tests) if test.status is TestStatus.FAILED)
    (change,) = difference(before, mended(before, 0, place, status=TestStatus.TIMED_OUT)).changes
    assert not change.grade_changes


def test_every_other_reason(before: Results) -> None:
    """Protects each kind of reason from being passed over."""
    first = before.submissions[0]
    renamed = first.tests[0].model_copy(update={"id": "x"})
    after = changed(
        before,
        0,
        digest="sha256:other",
        status=SubmissionStatus.TIMED_OUT,
        max_score=90,
        parts=(first.parts[0].model_copy(update={"max_score": 1}), *first.parts[1:]),
        tests=(first.tests[1].model_copy(update={"max_score": 7}), *first.tests[2:], renamed),
    )
    (change,) = difference(before, after).changes
    kinds = [reason.kind for reason in change.reasons]
    assert kinds == [
        Kind.SUBMISSION,
        Kind.STATUS,
        Kind.POINTS,
        Kind.POINTS,
        Kind.POINTS,
        Kind.TEST_ADDED,
        Kind.TEST_REMOVED,
    ]
    assert all(reason.words for reason in change.reasons)


def test_students_who_came_and_went(before: Results) -> None:
    """Protects from a student who is silently gone."""
    after = before.model_copy(update={"submissions": before.submissions[1:]})
    for old, new, kind in ((before, after, Kind.REMOVED), (after, before, Kind.ADDED)):
        (change,) = difference(old, new).grades
        assert (change.student, change.reasons[0].kind) == (before.submissions[0].student, kind)
    assert len(difference(None, before).grades) == 5
    with pytest.raises(ValueError, match="nothing to compare"):
        difference(None, None)


def test_a_score_that_is_gone(before: Results) -> None:
    """Protects from a fault of the grader that would be published as no change."""
    after = changed(before, 0, score=None, status=SubmissionStatus.GRADER_ERROR)
    assert difference(before, after).grades[0].new is None


@pytest.fixture
def reports(before: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two reports: in `new`, one student's grade is another."""
    after = changed(before, 0, score=0.5, digest="sha256:other")
    for name, results in (("old", before), ("new", after)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "results.json").write_text(results.to_json(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command(reports: Path, before: Results, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects the exit status that scripts ask, the table, and the JSON."""
    assert run_main(["diff", "old", "old/results.json"]) == 0
    assert "0 of 5 grades change; 0 more in tests alone; 5 are the same" in capsys.readouterr().out
    assert run_main(["diff", "old", "new", "--json", "diff.json"]) == 1
    said = capsys.readouterr().out
    assert "another work was handed in" in said
    assert "1 of 5 grades change" in said
    (one,) = json.loads((reports / "diff.json").read_text("utf-8"))["assignments"]
    assert one["changes"][0]["student"] == before.submissions[0].student
    assert one["changes"][0]["reasons"][0]["kind"] == "submission"


def test_every_reason_has_its_line(reports: Path, before: Results, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects the table from reasons that run into one another, and from a reason that makes up a line."""
    first = before.submissions[0]
    renamed = tuple(test.model_copy(update={"id": f"{test.id}x", "title": "a\nb"}) for test in first.tests[:2])
    after = changed(before, 0, score=0.5, digest="sha256:other", tests=(*renamed, *first.tests[2:]))
    (reports / "new" / "results.json").write_text(after.to_json(), encoding="utf-8")
    assert run_main(["diff", "old", "new"]) == 1
    said = capsys.readouterr().out
    assert "another work was handed in" in said
    assert "in␤" not in said.replace(" ", "")
    assert said.count("a␤b: new test") == 2


def test_two_assignments(reports: Path, before: Results, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects from reports of two assignments, named by mistake, being told as a class in which everybody is new."""
    other = before.model_copy(update={"assignment": before.assignment.model_copy(update={"id": "lab9"})})
    (reports / "new" / "results.json").write_text(other.to_json(), encoding="utf-8")
    assert run_main(["diff", "old", "new", "--json", "diff.json"]) == 2
    said = capsys.readouterr()
    assert f"old is of {before.assignment.id}, and new of lab9" in said.err
    assert said.out == ""
    assert not (reports / "diff.json").exists()


def test_wrong_usage(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects from a missing report being no difference."""
    (reports / "empty").mkdir()
    assert run_main(["diff", "old", "empty"]) == 2
    assert "there is no results.json in empty" in capsys.readouterr().err
    (reports / "new" / "grades.csv").write_text("student,score\n")
    assert run_main(["diff", "old/results.json", "new/grades.csv"]) == 2
    said = capsys.readouterr().err
    assert "grades.csv: Invalid JSON" in said
    assert "help: name a results.json, or the folder of a report" in said
