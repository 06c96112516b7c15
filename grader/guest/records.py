"""Values with named fields, as a submission may want them: `box["x1"]`, `box.x1`, or its own `Box(x1, y1, x2, y2)`.

A test that offers such a value names its fields in every usual way; who reads it takes the names that it knows.
"""

from __future__ import annotations

import inspect
from typing import Any

from grader.guest.glance import is_a


class Record(dict[str, Any]):
    """A dictionary whose entries can be read as attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error


def build(fields: dict[str, Any], form: str, namespace: dict[str, Any]) -> Any:
    """The fields as a `Record`; in the form `own` as an instance of the submission's class that takes these fields.

    Raises `LookupError` when it has no such class.
    """
    if form != "own":
        return Record(fields)
    for kind in [value for value in namespace.values() if is_a(value, type)]:
        names = _fields(kind)
        if len(names) > 1 and set(names) <= fields.keys():
            return kind(**{name: fields[name] for name in names})
    raise LookupError("no class of the submission has these fields")


def _fields(kind: type) -> list[str]:
    """What its constructor must be given."""
    try:
        return [name for name, one in inspect.signature(kind).parameters.items() if one.default is one.empty]
    except Exception:  # noqa: BLE001  a class without one, or that answers to any name in its own way
        return []
