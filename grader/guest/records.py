"""Values with named fields, as a submission may want them: `box["x1"]`, `box.x1`, or its own `Box(x1, y1, x2, y2)`.

A test that offers such a value names its fields in every usual way; who reads it takes the names that it knows. Fields with the
numbers 0, 1, ... among them are a list, whose items some also know by names: a corner is `corner[0]` and `corner.x`. Fields that
are arrays of one length may be wanted as the columns of a table of pandas. Pixels alone are a picture of Pillow's.
"""

from __future__ import annotations

import inspect
import itertools
import sys
from functools import cache
from typing import Any

import numpy as np

from grader.guest.glance import is_a
from grader.wire.values import PIXELS


class Record(dict[str, Any]):
    """A dictionary whose entries can be read as attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error


class Row(list[Any]):
    """A list whose items can be read by names too, in brackets and as attributes."""

    def __init__(self, fields: dict[Any, Any]) -> None:
        super().__init__(fields[place] for place in itertools.takewhile(fields.__contains__, itertools.count()))
        self.names = {name: value for name, value in fields.items() if isinstance(name, str)}

    def __getitem__(self, place: Any) -> Any:
        return self.names[place] if isinstance(place, str) else super().__getitem__(place)

    def __getattr__(self, name: str) -> Any:
        if name == "names" or name not in self.names:  # a copy that is being made has none yet
            raise AttributeError(name)
        return self.names[name]


def build(fields: dict[Any, Any], form: str, namespace: dict[str, Any]) -> Any:
    """The fields as a `Record`, or a `Row` where they are numbered; in the form `table` as a table of pandas; in the form `own`
    as an instance of the submission's class that takes most of them, what is no number counting twice.

    It is given all that it has names for, a score that has a default among them; what else it needs (`label: str`) is empty, if
    that is less than what it is given. Where no class takes two of them at least, or a list of numbers, numbered ones are a `Row`
    in this form too; of others it raises `LookupError`, as of a table where nobody has imported pandas. Pixels are a picture in
    every form.
    """
    if fields.keys() == {PIXELS}:
        from PIL import Image  # not above: not every course's students have it

        return Image.fromarray(np.asarray(fields[PIXELS], dtype=np.uint8))
    if form == "table":
        pandas: Any = sys.modules.get("pandas")
        if pandas is None:
            raise LookupError("the submission has not imported pandas")
        return pandas.DataFrame(fields)
    numbered = 0 in fields
    if form != "own":
        return Row(fields) if numbered else Record(fields)
    taken: dict[type, list[str]] = {}
    for kind in [value for value in namespace.values() if is_a(value, type)]:
        needed, known = _fields(kind)
        names = [name for name in known if name in fields]
        unknown = needed.keys() - fields.keys()
        if len(unknown) < len(names) and (len(names) > 1 or any(isinstance(fields[name], list) for name in names)):
            taken[kind] = names
    if not taken and numbered:
        return Row(fields)
    if not taken:
        raise LookupError("no class of the submission has these fields")
    # Two corners say more than the two numbers of one of them.
    kind = max(taken, key=lambda one: sum(1 if is_a(fields[name], int, float) else 2 for name in taken[one]))
    return kind(**_fields(kind)[0] | {name: _as_said(kind, name, fields[name]) for name in taken[kind]})


def _as_said(kind: type, name: str, value: Any) -> Any:
    """A list of numbers as the tensor or the array that a constructor's annotation asks for."""
    said = _annotations(kind).get(name, "").rpartition(".")[2] if isinstance(value, list) else ""
    torch: Any = sys.modules.get("torch")
    if said == "Tensor" and torch is not None:
        return torch.tensor(value)
    return np.array(value) if said == "ndarray" else value


@cache
def _annotations(kind: type) -> dict[str, str]:
    """What stands at a constructor's parameters, of a plain type or in quotes."""
    found = {name: one.annotation for name, one in inspect.signature(kind).parameters.items()}
    return {name: one if isinstance(one, str) else one.__name__ for name, one in found.items() if is_a(one, str, type)}


@cache  # a list of boxes asks for each of them
def _fields(kind: type) -> tuple[dict[str, Any], list[str]]:
    """What its constructor must be given, each with something empty, and everything that it can be given by name."""
    try:
        parameters = inspect.signature(kind).parameters
    except Exception:  # noqa: BLE001  a class without one, or that answers to any name in its own way
        return {}, []
    return {name: _empty(one.annotation) for name, one in parameters.items() if one.default is one.empty}, list(parameters)


def _empty(annotation: Any) -> Any:
    """The empty value of a plain type, by itself or by its name; None of any other."""
    plain = next((kind for kind in (str, int, float, bool) if annotation in (kind, kind.__name__)), None)
    return None if plain is None else plain()
