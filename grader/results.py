"""What a run found out: frozen records, and their JSON form `grader/results/1`.

Data layout (everything is plain data; a published page is made from a subset of it)::

    Results
    ├── assignment: AssignmentSummary
    │   ├── parts: PartSummary*
    │   └── pictures: PictureSummary*   the photos that figures name
    └── submissions: SubmissionResult*
        ├── own_figures: OwnFigure*     pictures that the submission itself showed
        ├── parts: PartResult*          one per part of the assignment, in its order
        └── tests: TestResult*          public ones first, part by part
            └── figures: Figure*        pictures of a wrong answer (`grader.figures`)

What an attribute is stands in the class's docstring: `docs/reference/results.md` and the JSON Schema are made from it.

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
from grader.record import JSON_SCHEMA, Record, explained, first_problem

MOST_FIGURES = 4  # of one test
MOST_OWN_FIGURES = 4  # of one submission


class SubmissionStatus(StrEnum):
    """How the grading of one submission ended, as seen from the instructor.

    Attributes:
        GRADED: its tests ran; what they found stands there, whatever the score.
        NOT_LOADABLE: its file could not be read or unpacked, is too large, or several files could be the one to grade.
        TIMED_OUT: its file did not finish in the time that it has, and nothing was found in it.
        OUT_OF_MEMORY: its file used up the memory that it has, and nothing was found in it.
        CRASHED: the process that ran its file ended.
        MISSING: no notebook and no module was handed in.
        GRADER_ERROR: the grader failed, in some of its tests at least: it has no score.
    """

    GRADED = "graded"
    NOT_LOADABLE = "not_loadable"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    MISSING = "missing"
    GRADER_ERROR = "grader_error"


class TestStatus(StrEnum):
    """The verdict of one test.

    Attributes:
        PASSED: every answer was right; the only one with points.
        FAILED: an answer was not the expected one.
        ERROR: the student's code raised an exception.
        TIMED_OUT: the student's code did not finish in the time that it has.
        CRASHED: the process with the student's code ended before it answered.
        NOT_FOUND: nothing was found that could be asked.
        GRADER_ERROR: the grader failed or the test is wrong: there is no score.
    """

    __test__ = False  # not a test class, whatever pytest makes of its name

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    NOT_FOUND = "not_found"
    GRADER_ERROR = "grader_error"


class PartSummary(Record):
    """A part of the assignment.

    Attributes:
        id: as in `assignment.yaml`.
        title: in the run's language.
        max_score: the points that it is worth.
    """

    id: str
    title: str
    max_score: float


class PictureSummary(Record):
    """A photo of the assignment, made small.

    Attributes:
        name: of its file, without the suffix.
        jpeg: the base64 of a JPEG file.
    """

    name: Annotated[str, Field(max_length=64)]
    jpeg: Annotated[str, Field(max_length=100_000)]


class AssignmentSummary(Record):
    """The assignment, as far as a report needs it.

    Attributes:
        id: as in `assignment.yaml`.
        title: in the run's language.
        max_score: the points of all parts together.
        pass_score: points from which it is passed; nothing where the course draws no such line.
        boundaries: points at which the grade changes, rising.
        parts: in the order of `assignment.yaml`.
        pictures: the photos that figures name.
    """

    id: str
    title: str
    max_score: float
    pass_score: float | None = None
    boundaries: tuple[float, ...] = ()
    parts: tuple[PartSummary, ...] = ()
    pictures: tuple[PictureSummary, ...] = ()


class Misconception(Record):
    """A known mistake whose answers equal the student's.

    Attributes:
        id: as in the assignment's `misconceptions.py`: by custom `PART.SLUG`.
        explanation: for the student, in the run's language: a sentence as its title, then what is wrong; code stands between
            backticks.
    """

    id: str
    explanation: str


class TestResult(Record):
    """One test's verdict.

    Texts are plain, in the run's language, with code between backticks, and may hold the student's own words: whoever shows them
    escapes them. They are empty where there is nothing to say.

    Attributes:
        id: `VISIBILITY/FILE::FUNCTION`, with pytest's parameters in brackets: the same from run to run.
        part: the id of the part that it belongs to.
        visibility: of a `hidden` test students see no input and no expected value.
        title: what is tested, for the student.
        status: its verdict.
        score: the points that it gave, all or none of `max_score`, rounded to two decimals; nothing where the grader failed.
        max_score: its share of the part's points by its weight, rounded to two decimals.
        message: what came, for the student whatever the test's visibility.
        hint: what helps, for the student whatever the test's visibility.
        expected: what should have come; to be shown for a public test only.
        detail: inputs, values, traceback: for the instructor alone.
        code: the line of the file that was handed in at which the student's code failed; to be shown for hidden tests too
            (`grader.judge.source` says why).
        cell: in which cell that line stands, from 1; 0 in a module, and where there is none.
        line: its number in the cell or the module, from 1; 0 where there is none.
        misconception: the known mistake that explains the part's answers, if there is one.
        figures: pictures of the wrong answer; to be shown for a public test only.
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
    """What a part earned.

    Attributes:
        id: of the part.
        score: the points of its tests together, rounded to two decimals; nothing where the grader failed in one of them.
        max_score: the points that it is worth, rounded to two decimals.
    """

    id: str
    score: float | None
    max_score: float


class SubmissionResult(Record):
    """Everything found out about one submission.

    Attributes:
        student: the name of the folder or file that was handed in, which stands for a student.
        path: of the file that was graded, else of the folder, as the run was given it: for people to read.
        digest: `sha256:` and 64 hexadecimal digits, over the names, sizes and contents of all files handed in; empty where one
            cannot be read.
        status: how its grading ended.
        score: the points of its tests together, rounded to two decimals; nothing where the grader failed, which is never a zero.
        max_score: the points of the assignment, rounded to two decimals.
        messages: what was done to it so that it could run, or what stopped it: sentences for the student, as plain text in the
            run's language with code between backticks, each once.
        seconds: wall time that its verdict took, to the millisecond, with that of tests whose verdicts were kept; nothing else of
            the results differs from run to run.
        parts: one for each part of the assignment, in its order.
        tests: in the order in which they ran: public ones first, part by part.
        own_figures: pictures that the submission itself showed while it was loaded.
        own_figures_left_out: how many more it showed.
    """

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
    """Which grader made the results.

    Attributes:
        version: of `lab-grader`.
    """

    version: str


class Results(Record):
    """One assignment's results.

    Attributes:
        schema: what this file is.
        grader: which grader made it.
        language: of the run, in which all texts are: `en` or `ru`.
        assignment: what was graded.
        left_out: how many submissions were there and are not in here: only some students were wanted, or the run was stopped.
        submissions: one for each student, sorted by name.
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
        raise SpecificationError(f"{path}: {first_problem(error).removeprefix(': ')}") from error


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `results.json`, for tools that read it; shipped as `schemas/results-1.schema.json`."""
    schema = explained(Results.model_json_schema(by_alias=True, mode="serialization"), Results)
    return {"$schema": JSON_SCHEMA, **schema, "title": "Results of `grade` for one assignment"}
