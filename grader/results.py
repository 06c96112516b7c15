"""What a run found out: frozen records, and their JSON form `grader/results/1`.

Data layout (everything is plain data; a published page is made from a subset of it)::

    Results
    ├── assignment: AssignmentSummary
    │   ├── parts: PartSummary*
    │   └── pictures: PictureSummary*   the photos that figures name
    └── submissions: SubmissionResult*
        ├── own_figures: OwnFigure*     pictures that the submission itself showed
        ├── parts: PartResult*          one per part of the assignment, in its order
        └── tests: TestResult*          in the order of the test files
            └── figures: Figure*        pictures of a wrong answer (`grader.figures`)

Scores are floats rounded to two decimals; `None` where the grader itself failed (`grader_error`), because a fault of the
grader is never a zero. Left out on purpose: inputs and expected values beyond the words of `expected` and `detail`, which
only the instructor's edition shows for hidden tests.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from grader.errors import SpecificationError
from grader.figures import Figure, OwnFigure
from grader.record import JSON_SCHEMA, Record, first_problem

SCHEMA = "grader/results/1"
MOST_FIGURES = 4  # of one test
MOST_OWN_FIGURES = 4  # of one submission


class SubmissionStatus(StrEnum):
    """How the grading of one submission ended, as seen from the instructor."""

    GRADED = "graded"
    NOT_LOADABLE = "not_loadable"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    MISSING = "missing"
    GRADER_ERROR = "grader_error"


class TestStatus(StrEnum):
    """The verdict of one test."""

    __test__ = False  # not a test class, whatever pytest makes of its name

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    NOT_FOUND = "not_found"
    GRADER_ERROR = "grader_error"


class PartSummary(Record):
    """A part of the assignment."""

    id: str
    title: str
    max_score: float


class PictureSummary(Record):
    """A photo of the assignment, made small: `jpeg` is the base64 of a JPEG file."""

    name: Annotated[str, Field(max_length=64)]
    jpeg: Annotated[str, Field(max_length=100_000)]


class AssignmentSummary(Record):
    """The assignment, as far as a report needs it.

    `pass_score`: points from which it is passed, None where the course draws no such line; `boundaries`: points at which the
    grade changes.
    """

    id: str
    title: str
    max_score: float
    pass_score: float | None = None
    boundaries: tuple[float, ...] = ()
    parts: tuple[PartSummary, ...] = ()
    pictures: tuple[PictureSummary, ...] = ()


class Misconception(Record):
    """A known mistake whose answers equal the student's."""

    id: str
    explanation: str


class TestResult(Record):
    """One test's verdict.

    `message` and `hint` are for the student whatever the test's visibility; `expected` may be shown for a public test
    only, and so may `figures`; `detail` (inputs, values, traceback) is the instructor's. `code` is the line of the file that was
    handed in at which the student's code failed, `cell` (0 in a module) and `line` its place, 0 where there is none; they may be
    shown for hidden tests too (`grader.judge.source` says why).
    """

    __test__ = False

    id: str
    part: str
    visibility: Literal["public", "hidden"]
    title: str
    status: TestStatus
    score: float | None
    max_score: float
    message: str = ""
    hint: str = ""
    expected: str = ""
    detail: str = ""
    code: Annotated[str, Field(max_length=200)] = ""
    cell: Annotated[int, Field(ge=0)] = 0
    line: Annotated[int, Field(ge=0)] = 0
    misconception: Misconception | None = None
    figures: Annotated[tuple[Figure, ...], Field(max_length=MOST_FIGURES)] = ()


class PartResult(Record):
    """What a part earned."""

    id: str
    score: float | None
    max_score: float


class SubmissionResult(Record):
    """Everything found out about one submission; `own_figures_left_out` counts the pictures that it showed beyond those here."""

    student: str
    path: str
    digest: str
    status: SubmissionStatus
    score: float | None
    max_score: float
    messages: tuple[str, ...] = ()
    seconds: float = 0.0
    parts: tuple[PartResult, ...] = ()
    tests: tuple[TestResult, ...] = ()
    own_figures: Annotated[tuple[OwnFigure, ...], Field(max_length=MOST_OWN_FIGURES)] = ()
    own_figures_left_out: Annotated[int, Field(ge=0)] = 0


class GraderSummary(Record):
    """Which grader made the results."""

    version: str


class Results(Record):
    """One assignment's results; `left_out` counts the submissions that were there and are not in them: only some students were
    wanted, or the run was stopped.
    """

    schema_: Literal["grader/results/1"] = Field(default="grader/results/1", alias="schema")
    grader: GraderSummary
    language: str = "en"
    assignment: AssignmentSummary
    left_out: Annotated[int, Field(ge=0)] = 0
    submissions: tuple[SubmissionResult, ...] = ()

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    def to_json(self) -> str:
        """The JSON text, byte for byte the same for equal results."""
        return self.model_dump_json(by_alias=True, indent=1) + "\n"  # `json.dumps` is many times as slow: it indents in Python


def read_results(path: Path) -> Results:
    """Read `results.json`.

    Raises `SpecificationError` when the file is not there or breaks the schema.
    """
    try:
        return Results.model_validate_json(path.read_bytes())
    except OSError as error:
        raise SpecificationError(f"{path}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise SpecificationError(f"{path}: {first_problem(error)}") from error


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `results.json`, for tools that read it; shipped as `schemas/results-1.schema.json`."""
    schema = Results.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": JSON_SCHEMA, **schema, "title": "Results of `grade` for one assignment"}
