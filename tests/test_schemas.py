"""The JSON Schemas that are shipped are current, valid, and true of what the grader writes and reads.

`GRADER_GOLDEN=write` writes them anew after a record has changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import grader
from grader.course.specification import json_schema as assignment_schema
from grader.figures import Box, BoxPicture, Grid, HeatMap, Masks, Pixels
from grader.report.similarity import json_schema as similarity_schema
from grader.results import (
    AssignmentSummary,
    GraderSummary,
    Misconception,
    PartResult,
    PartSummary,
    PictureSummary,
    Results,
    SubmissionResult,
    SubmissionStatus,
    TestResult,
    TestStatus,
)
from grader.results import json_schema as results_schema

jsonschema = pytest.importorskip("jsonschema", reason="needs jsonschema")

FOLDER = Path(grader.__file__).parent / "schemas"
SCHEMAS = {"results-1": results_schema, "assignment-1": assignment_schema, "similarity-1": similarity_schema}


def shipped(name: str) -> dict[str, Any]:
    """A schema as it is shipped."""
    return json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def complaints(name: str, document: Any) -> list[str]:
    """What a schema finds wrong with a document."""
    validator = jsonschema.Draft202012Validator(shipped(name))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_shipped_schemas_are_current(name: str) -> None:
    """Protects editors and other programs from a schema of yesterday's records."""
    path = FOLDER / f"{name}.schema.json"
    text = json.dumps(SCHEMAS[name](), ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("GRADER_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text
    jsonschema.Draft202012Validator.check_schema(shipped(name))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_is_explained(name: str) -> None:
    """Protects authors from keys without a word in their editor, readers of results from guesses, the reference from empty rows.

    Each status has a line of its own.
    """
    schema = shipped(name)
    kinds = {name: schema, **schema["$defs"]}
    if name == "assignment-1":
        kinds["Text"] = kinds["Text"]["anyOf"][1]
    keys = {f"{kind}.{key}": one for kind, record in kinds.items() for key, one in record.get("properties", {}).items()}
    assert [key for key, one in keys.items() if not one.get("description")] == []
    values = {value: kind["description"] for kind in kinds.values() for value in kind.get("enum", ())}
    assert [value for value, about in values.items() if f"`{value}`: " not in about] == []
    assert [kind for kind, one in kinds.items() if "Attributes:" in one["description"]] == []


def everything() -> Results:
    """Results in which every field of every record is filled."""
    cell = Grid(rows=1, columns=2, levels="AP8=")
    pixels = Pixels(height=1, width=1, data="AAAA")
    figures = (
        HeatMap(caption="c", low=0, high=1, came=cell, expected=cell, photo="cat", pixels=pixels),
        BoxPicture(caption="c", left=0, top=0, width=1, height=1, boxes=(Box(x1=0, y1=0, x2=1, y2=1, role="kept", label="l"),)),
        Masks(caption="c", truth=cell, prediction=cell),
    )
    tests = tuple(
        TestResult(
            id=f"t{number}",
            part="p",
            visibility="hidden" if number % 2 else "public",
            title="T",
            status=status,
            score=None if status is TestStatus.GRADER_ERROR else 0.5,
            max_score=1,
            message="m",
            hint="h",
            expected="e",
            detail="d",
            code="c",
            misconception=Misconception(id="m", explanation="e"),
            figures=figures,
        )
        for number, status in enumerate(TestStatus)
    )
    submissions = tuple(
        SubmissionResult(
            student="ё",
            path="p",
            digest="sha256:0",
            status=status,
            score=None if status is SubmissionStatus.GRADER_ERROR else 1.0,
            max_score=1,
            messages=("m",),
            seconds=0.1,
            parts=(PartResult(id="p", score=None, max_score=1),),
            tests=tests,
        )
        for status in SubmissionStatus
    )
    return Results(
        grader=GraderSummary(version="0"),
        language="ru",
        assignment=AssignmentSummary(
            id="a",
            title="A",
            max_score=1,
            pass_score=0.5,
            boundaries=(0.5, 0.7),
            parts=(PartSummary(id="p", title="P", max_score=1),),
            pictures=(PictureSummary(name="cat", jpeg="AAAA"),),
        ),
        submissions=submissions,
    )


def test_all_that_can_be_written_is_valid() -> None:
    """Protects programs that check results.json before they read it: every field of every record, every status, every figure."""
    assert complaints("results-1", json.loads(everything().to_json())) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda document: document.update(schema="grader/results/2"), "$.schema"),
        (lambda document: document.pop("assignment"), "$"),
        (lambda document: document["submissions"][0].update(status="lost"), "$.submissions[0].status"),
        (lambda document: document["submissions"][0]["tests"][0].update(extra=1), "$.submissions[0].tests[0]"),
        (lambda document: document["submissions"][0]["tests"][0].update(score="1"), "$.submissions[0].tests[0].score"),
    ],
)
def test_what_is_wrong_is_found(change: Callable[[Any], None], where: str) -> None:
    """Protects from a schema that lets everything pass."""
    document = json.loads(everything().to_json())
    change(document)
    assert any(complaint.startswith(f"{where}:") for complaint in complaints("results-1", document))


def test_the_repository_s_assignments_are_valid(repository: Path, tiny_course: Path) -> None:
    """Protects authors: an editor accepts what the grader accepts, and marks a key that it does not know."""
    files = [*(repository / "assignments").glob("*/assignment.yaml"), *tiny_course.glob("assignments/*/assignment.yaml")]
    assert len(files) >= 2
    for path in files:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert complaints("assignment-1", tree) == [], path
        assert complaints("assignment-1", {**tree, "pionts": 1}) != []
        assert complaints("assignment-1", {**tree, "title": "in one language"}) == []


def test_editors_find_the_schema(repository: Path) -> None:
    """Protects the line by which an editor finds the schema of an assignment."""
    for path in (repository / "assignments").glob("*/assignment.yaml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema="), path
        assert (path.parent / first.partition("=")[2]).resolve() == FOLDER.resolve() / "assignment-1.schema.json"


@pytest.mark.wall
def test_a_real_run_is_valid(grade: Callable[..., Any], tiny_course: Path, tmp_path: Path) -> None:
    """Protects the schema from being true only of what tests make up."""
    finished = grade(tiny_course / "submissions", "-o", tmp_path, "-j", 1, "--student", "[a-e]*")
    assert finished.status == 0, finished.stderr
    assert complaints("results-1", json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))) == []
