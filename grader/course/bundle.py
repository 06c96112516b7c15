"""What a student's bundle knows about the tests that it does not hold: `released/bundle.json`.

::

    {"schema": "grader/bundle/1", "assignment": "<id>", "grader": "<version>",
     "hidden": {"<part>": [weight of each hidden test]},
     "starter": {"<file>": "<SHA-256 as of `content_digest`>"}}

Numbers and digests only: nothing of a hidden test can be read from them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, PositiveFloat, ValidationError

from grader.errors import SpecificationError
from grader.record import Record, first_problem

RELEASED = "released"
ANSWERS_SUFFIX = ".answers"

MOST_BYTES = 64 << 20  # of a file that is read to know it, outputs included: more than any notebook that is graded
_MOST_NOTEBOOK = 8 << 20  # bytes of a notebook that may be a starter with its outputs: JSON can take a second for each megabyte

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Bundle(Record):
    """The document `bundle.json`."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True, allow_inf_nan=False)

    schema_: Literal["grader/bundle/1"] = Field(default="grader/bundle/1", alias="schema")
    assignment: str
    grader: str
    hidden: dict[str, tuple[PositiveFloat, ...]] = {}  # noqa: RUF012  pydantic copies it
    starter: dict[str, Digest] = {}  # noqa: RUF012

    def to_json(self) -> str:
        """The file's text, the same bytes for the same bundle."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def read_bundle(path: Path) -> Bundle:
    """Read `bundle.json`. Raises `SpecificationError` when it is not there or breaks the schema."""
    try:
        return Bundle.model_validate_json(path.read_bytes())
    except OSError as error:
        raise SpecificationError(f"{path}: cannot be read: {error.strerror}", remedy="unpack the bundle again") from error
    except ValidationError as error:
        raise SpecificationError(f"{path}: {first_problem(error)}", remedy="unpack the bundle again") from error


@dataclass(frozen=True)
class Starters:
    """The files that students begin with, known by content."""

    digests: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, files: Iterable[Path]) -> Starters:
        """Those of the files that are there."""
        return cls(frozenset(content_digest(path) for path in files if path.is_file()))

    def has(self, path: Path) -> bool:
        """Whether the file is a starter that nobody has worked in; never one that is huge, or cannot be read."""
        try:
            most = _MOST_NOTEBOOK if path.suffix.lower() == ".ipynb" else MOST_BYTES
            return bool(self.digests) and path.stat().st_size <= most and content_digest(path) in self.digests
        except OSError:  # told when it is to be graded; the class is not to wait for it
            return False


def content_digest(path: Path) -> str:
    """`content_digest_of` a file."""
    return content_digest_of(path.name, path.read_bytes())


def content_digest_of(name: str, raw: bytes) -> str:
    """SHA-256 of what somebody wrote in a file of that name, whatever its line ends: git for Windows rewrites them.

    Of a notebook only the cells' kinds and texts count, and no empty cell: whoever opens and runs it has not worked in it,
    but Jupyter saves it with outputs, numbers, and an empty cell at the end.
    """
    text = raw.replace(b"\r\n", b"\n")
    return hashlib.sha256((_written(text) if name.lower().endswith(".ipynb") else None) or text).hexdigest()


def _written(notebook: bytes) -> bytes | None:
    """Kinds and texts of the cells that are not empty; None for what is no notebook."""
    try:
        cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(notebook)["cells"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return json.dumps([(kind, text) for kind, text in cells if text.strip()]).encode()
