"""The base of the grader's own records that are written as JSON: results, pairs, bundles, rules, traces. A leaf module.

Other programs' forms (Gradescope's, GitHub's) are made where they are handed over. What people write, `assignment.yaml`, has a
stricter base (`grader.course.strict`).
"""

import inspect
import re
from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"  # the dialect that the schemas of records are in


class Record(BaseModel):
    """Frozen, hashable, no unknown keys; NaN and infinity are kept as such, not as null."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")


def first_problem(error: ValidationError) -> str:
    """Where a file first breaks its record's schema, and how: `key: what is wrong`."""
    first = error.errors()[0]
    return f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}"


def explained(schema: dict[str, Any], root: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of `root`, with what docstrings say of each record and of each key, which stands below `Attributes:`.

    Below it in an enumeration stand its members, whose meanings become a line each of its description.
    """
    for kind in dict.fromkeys(_kinds(root)):
        definition = schema if kind is root else schema["$defs"][kind.__name__]
        about, meanings = _read_docstring(kind)
        if issubclass(kind, Enum):
            lines = [f"`{kind[name].value}`: {meaning}" for name, meaning in meanings.items()]
            definition["description"] = "\n\n".join([about, *(["\n".join(lines)] if lines else [])])
            continue
        definition["description"] = about
        for name, meaning in meanings.items():
            definition["properties"][name]["description"] = meaning
    return schema


def _kinds(annotation: Any) -> Iterator[type[BaseModel] | type[Enum]]:
    """The records and enumerations that a type is made of, itself among them."""
    if not isinstance(annotation, type):
        for part in get_args(annotation):
            yield from _kinds(part)
    elif issubclass(annotation, Enum):
        yield annotation
    elif issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from _kinds(field.annotation)


def _read_docstring(kind: type) -> tuple[str, dict[str, str]]:
    """What a record is, and what its attributes mean, each on one line."""
    about, _, listed = inspect.cleandoc(kind.__doc__ or "").partition("\n\nAttributes:\n")
    entries = re.findall(r"^    (\w+): (.*(?:\n        .*)*)", listed, re.MULTILINE)
    return " ".join(about.split()), {name: " ".join(meaning.split()) for name, meaning in entries}
