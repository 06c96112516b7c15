"""Reads `assignment.yaml`. Every error names file, key, value and the nearest key that exists."""

from __future__ import annotations

import datetime
import difflib
import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from grader.course.rules import Late
from grader.course.specification import Assignment, Limits, ModelSpecification, Parameter, Part, Text
from grader.course.yamlfile import read_yaml
from grader.errors import SpecificationError


def read_specification(path: Path) -> Assignment:
    """Read and check one `assignment.yaml`.

    Raises `SpecificationError` for a file that cannot be read, is not YAML, or breaks the schema.
    """
    tree = read_yaml(path)
    if not isinstance(tree, dict):
        raise SpecificationError(f"{path}: must be a mapping of keys to values")
    try:
        return Assignment.model_validate(tree)
    except ValidationError as error:
        # Where several types are possible pydantic tells what is wrong for each of them; the first says it.
        first = {_plain(item["loc"]): item for item in reversed(error.errors())}
        sentences = [_sentence(path, item, tree) for item in reversed(first.values())]
        raise SpecificationError("\n".join(sentences)) from error


def _plain(location: tuple[Any, ...]) -> tuple[Any, ...]:
    """The keys and numbers of a location, without the types that pydantic tried there."""
    return tuple(step for step in location if not _is_type_tag(step))


def _place(location: tuple[Any, ...], tree: dict[str, Any]) -> str:
    """A location in words: a part by its id where that is one and its own, else by its number."""
    steps = [str(step) for step in _plain(location)]
    match location:
        case ("parts", int(number), *rest) if rest[:1] != ["id"]:
            ids = [part.get("id") if isinstance(part, dict) else None for part in tree["parts"]]
            own = ids[number]
            if isinstance(own, str) and re.fullmatch(r"[a-z][a-z0-9_]*", own) and ids.count(own) == 1:
                steps[1] = own
    return ".".join(steps)


def _sentence(path: Path, error: Any, tree: dict[str, Any]) -> str:
    where = _place(error["loc"], tree)
    value = error["input"]
    value = str(value) if isinstance(value, datetime.date) else value  # YAML knows dates and times
    shown = f" (found {value!r})" if isinstance(value, str | int | float | bool) or value is None else ""
    if error["type"] == "extra_forbidden":
        *parents, key = error["loc"]
        nearest = difflib.get_close_matches(str(key), _keys_at(tuple(parents)), n=1, cutoff=0.5)
        meant = f"; did you mean {nearest[0]!r}?" if nearest else f"; known keys: {', '.join(_keys_at(tuple(parents)))}"
        return f"{path}: {where}: unknown key {str(key)!r}{shown}{meant}"
    if error["type"] == "literal_error":
        options = re.findall(r"'([^']+)'", str(error["ctx"]["expected"]))
        nearest = difflib.get_close_matches(str(value), options, n=1, cutoff=0.5)
        meant = f"; did you mean {nearest[0]!r}?" if nearest else f"; possible: {', '.join(options)}"
        return f"{path}: {where}: not a possible value{shown}{meant}"
    if error["type"] == "missing":
        return f"{path}: {where}: the key is missing"
    if error["type"] == "value_error":
        prefix = f"{where}: " if where else ""
        return f"{path}: {prefix}{error['ctx']['error']}{shown}"
    if error["type"] == "string_type" and not isinstance(value, list | dict):  # yes, true, 1, 2026-01-01
        return f"{path}: {where}: must be text: YAML takes this for something else, so put it in quotes{shown}"
    return f"{path}: {where}: {_YAML_WORDS.get(error['type'], error['msg'])}{shown}"


# pydantic speaks of Python's types; who writes YAML knows these.
_YAML_WORDS = {"tuple_type": "must be a list", "model_type": "must be a mapping of keys to values", "string_type": "must be text"}


def _is_type_tag(step: Any) -> bool:
    return isinstance(step, str) and (step in ("int", "float") or "[" in step or "constrained" in step)


def _keys_at(location: tuple[Any, ...]) -> list[str]:
    """The keys that the schema knows at a location."""
    kind: Any = Assignment
    for step in location:
        if step == "parts":
            kind = Part
        elif step == "parameters":
            kind = Parameter
        elif step == "models":
            kind = ModelSpecification
        elif step == "limits":
            kind = Limits
        elif step == "late":
            kind = Late
        elif step == "title":
            kind = Text
    return [field.alias or name for name, field in kind.model_fields.items()]
