"""Gradescope's results.json: its schema, its visibilities, and nothing that a student must not see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

import grader
from grader.check.lab import find_lab
from grader.cli.main import run_main
from grader.course.submission import collect
from grader.errors import UsageError
from grader.export.gradescope import gradescope_document
from grader.export.visibility import Visibility
from grader.judge.judge import Judge, JudgePlan
from grader.results import Results, SubmissionStatus
from grader.run.plan import AssignmentRun
from grader.run.run import make_results
from grader.sandbox.wall import NoWall

jsonschema = pytest.importorskip("jsonschema", reason="needs jsonschema")

SCHEMA = json.loads((Path(grader.__file__).parent / "schemas" / "gradescope-results.schema.json").read_text("utf-8"))
SECRETS = ("40961", "13654", "7.25", "31337", "20000", "Zanzibar", "zanzibar")
STUDENTS = ("anna", "boris", "carl_wrong", "dina_misconception", "egor_two_files", "frida_missing", "gleb_crash", "lena_types")


def complaints(document: dict[str, Any]) -> list[str]:
    """What the schema finds wrong."""
    return [f"{error.json_path}: {error.message}" for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)]


@pytest.fixture(scope="module")
def results(tiny_course: Path) -> Results:
    """Some of the tiny course's submissions, graded."""
    lab = find_lab("tiny", tiny_course)
    wanted = [one for one in collect(tiny_course / "submissions" / "tiny", lab.specification) if one.student in STUDENTS]
    with Judge(JudgePlan(lab, NoWall(), (), "en")) as judge:
        graded = {one.student: judge.grade(one) for one in wanted}
    return make_results(AssignmentRun(lab, tuple(wanted), ()), graded, "en")


def document(results: Results, student: str, **options: Any) -> dict[str, Any]:
    """One student's."""
    (one,) = [one for one in results.submissions if one.student == student]
    return gradescope_document(results, one, **options)


@pytest.mark.parametrize("student", STUDENTS)
def test_the_schema(results: Results, student: str) -> None:
    """Protects from a file that Gradescope refuses, or whose misspelt field it passes over in silence."""
    assert complaints(document(results, student)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"tests": [{"name": "x"}]},
        {"score": "5"},
        {"score": 5, "visibility": "always"},
        {"score": 5, "test": []},
        {"score": 5, "tests": [{"status": "ok"}]},
        {"score": 5, "tests": [{"number": "one"}]},
    ],
)
def test_the_schema_refuses(wrong: dict[str, Any]) -> None:
    """Protects the test above from passing whatever it is given."""
    assert complaints(wrong)


def test_scores_and_numbers(results: Results) -> None:
    """Protects points: the total, each test's, and a line number per part and test in the assignment's order."""
    found = document(results, "carl_wrong")
    assert found["score"] == 50.0
    assert sum(test["score"] for test in found["tests"]) == pytest.approx(50, abs=0.05)
    assert sum(test["max_score"] for test in found["tests"]) == pytest.approx(100, abs=0.05)
    assert [test["number"] for test in found["tests"]] == ["1.1", "1.2", "1.3", "2.1", "2.2", "3.1", "3.2"]
    assert found["tests"][0]["name"] == "Mean: The mean of three numbers is their sum over three."


@pytest.mark.parametrize("visibility", get_args(Visibility))
def test_visibility(results: Results, visibility: Any) -> None:
    """Protects hidden tests' lines: students see them when the instructor chose; public ones at once."""
    found = document(results, "anna", hidden_tests=visibility)
    assert {(test["tags"][1], test["visibility"]) for test in found["tests"]} == {("public", "visible"), ("hidden", visibility)}


def test_visibilities_are_gradescopes() -> None:
    """Protects from a name that Gradescope does not know, or one of its own that nobody can choose: the schema is its page."""
    assert set(get_args(Visibility)) == set(SCHEMA["$defs"]["visibility"]["enum"])


def test_no_value_of_a_hidden_test(results: Results) -> None:
    """Protects hidden inputs and answers whatever visibility is chosen: the document is made of the student's edition."""
    for one in results.submissions:
        text = json.dumps(gradescope_document(results, one, "visible"), ensure_ascii=False)
        assert [secret for secret in SECRETS if secret in text] == [], one.student


def test_no_time(results: Results) -> None:
    """Protects the instructor's machine, whose load and speed the time of grading tells: the student's edition has none."""
    for one in results.submissions:
        found = gradescope_document(results, one.model_copy(update={"seconds": 31337.25}))
        assert "31337.25" not in json.dumps(found)


def test_words(results: Results) -> None:
    """Protects the feedback: a known mistake, what came and was expected of a public test, and why nothing could run."""
    outputs = " ".join(test["output"] for test in document(results, "dina_misconception")["tests"])
    for words in ("The divisor is n - 1.", "Your function returned 4.5.", "Expected: 3.0", "Hint: 1 + 2 + 6 is 9."):
        assert words in outputs
    assert "Several files could be the submission" in document(results, "egor_two_files")["output"]


def test_a_warning_is_the_instructors(results: Results) -> None:
    """Protects students from worrying about the machine: a warning is a hidden line."""
    found = document(results, "anna", warning="no wall")
    assert complaints(found) == []
    assert [test for test in found["tests"] if "no wall" in test["output"]] == [
        {"name": "For the instructor", "output": "no wall", "visibility": "hidden"}
    ]


def test_a_fault_of_the_grader_is_no_zero(results: Results) -> None:
    """Protects a student from a zero by a broken grader: there is no document."""
    one = results.submissions[0].model_copy(
        update={"status": SubmissionStatus.GRADER_ERROR, "score": None, "messages": ("disk full",)}
    )
    with pytest.raises(UsageError, match="there is no score to hand on: disk full"):
        gradescope_document(results, one)


def test_the_command(results: Results, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects `grade export`: a file per submission, one file for one, and a fault that is told and writes nothing."""
    report = tmp_path / "report"
    report.mkdir()
    (report / "results.json").write_text(results.to_json(), encoding="utf-8")
    assert run_main(["export", str(report), "--to", "gradescope", "-o", str(tmp_path / "out")]) == 0
    written = sorted(path.parent.name for path in (tmp_path / "out").glob("*/results.json"))
    assert written == sorted(STUDENTS)
    assert run_main(["export", str(report), "--to", "gradescope", "-o", str(tmp_path / "one.json")]) == 2
    assert "one file, but there are 8 submissions" in capsys.readouterr().err

    other = tmp_path / "second"
    other.mkdir()
    (other / "results.json").write_text(results.to_json(), encoding="utf-8")
    assert run_main(["export", str(report), str(other), "--to", "gradescope", "-o", str(tmp_path / "twice")]) == 2
    assert "are both of tiny: one would take the other's place" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "twice").exists()

    broken = results.submissions[0].model_copy(update={"status": SubmissionStatus.GRADER_ERROR, "score": None})
    alone = results.model_copy(update={"submissions": (broken,)})
    (report / "results.json").write_text(alone.to_json(), encoding="utf-8")
    assert run_main(["export", str(report / "results.json"), "--to", "gradescope", "-o", str(tmp_path / "one.json")]) == 1
    assert not (tmp_path / "one.json").exists()
    assert "not graded, nothing is written" in capsys.readouterr().err
