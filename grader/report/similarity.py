"""Which submissions are alike, as records, and their JSON form `grader/similarity/1` (`similar.json` beside `results.json`).

::

    Similarity
    ├── pairs: Pair*            the highest `rank` first; `first` and `second` are positions in `works`
    │   └── passages            what both have, on either side, each with the likest one of the other side
    ├── works: Work*            those that a pair names
    │   └── pieces: Piece*      their code: the cells of a notebook, the files of a folder
    └── left_out: LeftOut*      who could not be compared, and why

Likeness is a share of code, from 0 to 1. It says nothing about who copied, or whether anybody did.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from grader.errors import SpecificationError
from grader.record import JSON_SCHEMA, Record, explained, first_problem
from grader.results import AssignmentSummary, GraderSummary

FILE, PAGES = "similar.json", "similar"  # in the report's folder
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class Piece(Record):
    """A cell of a file, or a whole one.

    Attributes:
        file: its name.
        cell: the cell's number, from 1; 0 for a whole file.
        lines: its code.
    """

    file: str
    cell: Count = 0
    lines: tuple[str, ...]


class Work(Record):
    """A submission.

    Attributes:
        student: as in `results.json`.
        path: as in `results.json`.
        digest: as in `results.json`.
        earlier: it is not of this class but was given to compare with.
        pieces: its code, cell by cell, or file by file.
    """

    student: str
    path: str
    digest: str
    earlier: bool = False
    pieces: tuple[Piece, ...] = ()


class Passage(Record):
    """Lines of a work, counted from 0 over all its pieces in turn.

    Attributes:
        first: the first of them.
        last: the last of them.
        other: which passage of the other side is likest to them, from 0.
    """

    first: Count
    last: Count
    other: Count


class Pair(Record):
    """Two works. What was handed out does not count.

    Attributes:
        first: which of `works`, from 0.
        second: which of `works`, from 0.
        likeness: the share of both codes together that lies in common passages.
        shares: the same of each alone.
        whole: nearly all of one is found in the other, and it is enough to mean something; whatever else the other holds makes
            `likeness` small and hides nothing.
        passages: those of the first and those of the second.
    """

    first: Count
    second: Count
    likeness: Share
    shares: tuple[Share, Share]
    whole: bool = False
    passages: tuple[tuple[Passage, ...], tuple[Passage, ...]]

    @property
    def rank(self) -> float:
        """What the pair is ranked by: its likeness, or the larger share where that is of a whole work."""
        return max(self.likeness, *self.shares) if self.whole else self.likeness


class LeftOut(Record):
    """Who was not compared.

    Attributes:
        student: as in `results.json`.
        path: as in `results.json`.
        reason: a code (`grader.report.similarpages` has its words).
    """

    student: str
    path: str
    reason: str


class Similarity(Record):
    """One assignment's submissions compared.

    Attributes:
        schema: what this file is.
        grader: which grader made it.
        language: of the pages: `en` or `ru`.
        assignment: whose submissions they are.
        compared: how many works were.
        usual: the likeness below which half of all pairs lie, and that below which 99 of 100 do; nothing without a pair.
        common: what so many submissions or more have was taken for common knowledge; 0: nothing was.
        least: the likeness from which on pairs are listed, beside those where one is found `whole` in the other.
        pairs: the highest rank first: likeness, or the larger share where one is found `whole` in the other.
        works: those that a pair names.
        left_out: who could not be compared.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    schema_: Literal["grader/similarity/1"] = Field(default="grader/similarity/1", alias="schema")
    grader: GraderSummary
    language: str = "en"
    assignment: AssignmentSummary
    compared: Count
    usual: tuple[Share, Share] | None
    common: Count
    least: Share
    pairs: tuple[Pair, ...] = ()
    works: tuple[Work, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def to_json(self) -> str:
        """The JSON text, byte for byte the same for the same likeness."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=1) + "\n"


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `similar.json`; shipped as `schemas/similarity-1.schema.json`."""
    schema = explained(Similarity.model_json_schema(by_alias=True, mode="serialization"), Similarity)
    return {"$schema": JSON_SCHEMA, **schema, "title": "Similar submissions of one assignment, found by `grade similar`"}


def read_similarity(path: Path) -> Similarity | None:
    """Read `similar.json`; None where there is none. Raises `SpecificationError` when it breaks the schema."""
    try:
        return Similarity.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise SpecificationError(f"{path}: {first_problem(error)}", remedy="grade similar writes it again") from error
