"""`results.json`: the same text for the same results, read back whole, and refused with a place where it is wrong."""

from __future__ import annotations

import json
import math
from pathlib import Path

import jsonschema
import pytest

from grader.errors import SpecificationError
from grader.results import (
    AssignmentSummary,
    GraderSummary,
    Misconception,
    PartResult,
    PartSummary,
    Results,
    SubmissionResult,
    SubmissionStatus,
    TestResult,
    TestStatus,
    json_schema,
    read_results,
)


@pytest.fixture
def results() -> Results:
    """One student with one test that failed, and one whom the grader failed."""
    test = TestResult(
        id="hidden/test_a.py::test_a",
        part="a",
        visibility="hidden",
        title="Заголовок \u2028 <b>",
        status=TestStatus.FAILED,
        score=0,
        max_score=3.33,
        misconception=Misconception(id="a.wrong", explanation="Why."),
    )
    common = {"path": "p", "digest": "sha256:0", "max_score": 10}
    graded = SubmissionResult(
        student="Вера",
        status=SubmissionStatus.GRADED,
        score=6.67,
        messages=("said",),
        seconds=0.5,
        parts=(PartResult(id="a", score=6.67, max_score=10),),
        tests=(test,),
        **common,
    )
    failed = SubmissionResult(student="ann", status=SubmissionStatus.GRADER_ERROR, score=None, **common)
    parts = (PartSummary(id="a", title="A", max_score=10),)
    summary = AssignmentSummary(id="lab", title="Lab", max_score=10, parts=parts)
    return Results(grader=GraderSummary(version="1"), language="ru", assignment=summary, submissions=(graded, failed))


def test_there_and_back(results: Results, tmp_path: Path) -> None:
    """Protects every field of the document, and its text from changing when nothing did."""
    path = tmp_path / "results.json"
    path.write_text(results.to_json(), "utf-8")
    assert read_results(path) == results
    assert read_results(path).to_json() == results.to_json()


def test_what_is_no_number_stays_so(results: Results, tmp_path: Path) -> None:
    """Protects from a score that is nonsense turning into one that the grader could not give."""
    one = results.submissions[0].model_copy(update={"score": math.inf, "seconds": 1e-7})
    path = tmp_path / "results.json"
    path.write_text(results.model_copy(update={"submissions": (one,)}).to_json(), "utf-8")
    assert (read_results(path).submissions[0].score, read_results(path).submissions[0].seconds) == (math.inf, 1e-7)


def test_the_keys_that_are_promised(results: Results) -> None:
    """Protects tools that read the document: names and places of its keys, null for a score that there is not."""
    document = json.loads(results.to_json())
    assert document["schema"] == "grader/results/1"
    assert {"id": "lab", "title": "Lab", "max_score": 10}.items() <= document["assignment"].items()
    graded, failed = document["submissions"]
    assert {"student", "path", "digest", "status", "score", "max_score", "messages", "seconds", "parts", "tests"} <= set(graded)
    assert (graded["status"], failed["status"], failed["score"]) == ("graded", "grader_error", None)
    keys = {"id", "part", "visibility", "title", "status", "score", "max_score", "message", "misconception"}
    assert keys <= set(graded["tests"][0])
    assert graded["tests"][0]["misconception"] == {"id": "a.wrong", "explanation": "Why."}


def test_the_schema_that_is_shipped(results: Results) -> None:
    """Protects tools that validate: the document fits its schema, and one with an unknown verdict does not."""
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(results.to_json())
    jsonschema.validate(document, schema)
    document["submissions"][0]["status"] = "excellent"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


def test_results_cannot_be_changed(results: Results) -> None:
    """Protects a score between judge and report."""
    with pytest.raises(ValueError, match="frozen"):
        results.submissions[0].score = 10


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:-20], "Invalid JSON"),
        (lambda text: text.replace('"graded"', '"excellent"'), "submissions.0.status"),
        (lambda text: text.replace('"student"', '"pupil"'), "submissions.0."),
        (lambda text: text.replace("results/1", "results/2"), "schema"),
        (lambda text: "[]", "should be an object"),
        (lambda text: "", "Invalid JSON"),
    ],
    ids=["cut", "verdict", "key", "version", "list", "empty"],
)
def test_a_document_that_is_wrong(results: Results, tmp_path: Path, change, said: str) -> None:
    """Protects a report from being made of half a document: file and key are named."""
    path = tmp_path / "results.json"
    path.write_text(change(results.to_json()), "utf-8")
    with pytest.raises(SpecificationError) as raised:
        read_results(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert said in str(raised.value)


def test_no_such_document(tmp_path: Path) -> None:
    """Protects the words for a folder without results."""
    with pytest.raises(SpecificationError, match="cannot be read: No such file"):
        read_results(tmp_path / "results.json")
