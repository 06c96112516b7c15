"""Boxes with named sides, as a submission wants them."""

from __future__ import annotations

import sys
from collections import namedtuple
from copy import copy
from dataclasses import dataclass

import numpy as np
import pytest

from grader.guest.records import Record, build

SIDES = {"x1": 1.0, "y1": 2.0, "x2": 3.0, "y2": 4.0, "xmin": 1.0}


def test_a_record_is_read_either_way():
    """`box["x1"]` and `box.x1` are the same."""
    assert Record(SIDES)["x2"] == Record(SIDES).x2 == 3.0
    with pytest.raises(AttributeError):
        Record(SIDES).width  # noqa: B018


def test_a_list_as_the_array_that_an_annotation_asks_for():
    """Protects `Boxes(tensor: torch.Tensor)`, which uses what only a tensor has; a list of such stays a list."""
    torch = pytest.importorskip("torch")

    class Boxes:
        def __init__(self, tensor: torch.Tensor, values: np.ndarray, sides: list[np.ndarray], bare=()):
            self.kinds = [type(one).__name__ for one in (tensor, values, sides, bare)]

    fields = {name: [1.0, 2.0] for name in ("tensor", "values", "sides", "bare")}
    assert build(fields, "own", {"Boxes": Boxes}).kinds == ["Tensor", "ndarray", "list", "list"]


@pytest.mark.parametrize("form", ["torch", "list", "own"])
def test_pixels_alone_are_a_picture_of_pillow(form: str):
    """Protects functions that are written for such pictures, in whatever form the other arguments come."""
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    picture = build({"pixels": pixels.tolist() if form == "list" else pixels}, form, {})
    assert (picture.size, picture.mode, np.array_equal(np.asarray(picture), pixels)) == ((4, 2), "RGB", True)
    assert build({"pixels": pixels, "name": "cat"}, "torch", {})["name"] == "cat"


def test_columns_are_a_table_of_pandas(monkeypatch: pytest.MonkeyPatch):
    """Protects `boxes.sort_values("score")`; who has not imported pandas is asked for nothing of it."""
    import pandas

    table = build({"x1": np.array([1.0, 2.0]), "score": np.array([0.5, 0.75])}, "table", {})
    assert list(table.sort_values("score", ascending=False)["x1"]) == [2.0, 1.0]
    monkeypatch.delitem(sys.modules, pandas.__name__)
    with pytest.raises(LookupError):
        build({"x1": np.array([1.0])}, "table", {})


def test_the_students_own_class_is_made():
    """A dataclass with the right fields is filled by name, whatever their order."""

    @dataclass
    class Box:
        x1: float
        x2: float
        y1: float
        y2: float
        label: str = ""

        @property
        def width(self) -> float:
            return self.x2 - self.x1

    made = build(SIDES, "own", {"int": int, "Box": Box})
    assert (made.x1, made.y1, made.x2, made.y2, made.width) == (1.0, 2.0, 3.0, 4.0, 2.0)
    assert build(SIDES, "own", {"Corner": namedtuple("Corner", "x1 y1 x2 y2")}) == (1.0, 2.0, 3.0, 4.0)


def test_the_class_that_takes_most_is_made():
    """A score that has a default is given all the same, and of a box and a scored box the latter is made."""

    @dataclass
    class Scored:
        x1: float
        y1: float
        x2: float
        y2: float
        score: float = 1.0

    plain = namedtuple("Plain", "x1 y1 x2 y2")
    assert build({**SIDES, "score": 0.25}, "own", {"Plain": plain, "Scored": Scored}).score == 0.25
    assert build(SIDES, "own", {"Scored": Scored}).score == 1.0


def test_a_box_of_corners_goes_before_a_corner():
    """Protects a box of two points where the first of them could be made of its numbers, too, whichever is defined first."""
    point, box = namedtuple("Point", "x y"), namedtuple("Box", "tl br")
    fields = {"x": 1.0, "y": 2.0, "tl": point(1.0, 2.0), "br": point(3.0, 4.0)}
    assert build(fields, "own", {"Point": point, "Box": box}) == build(fields, "own", {"Box": box, "Point": point})
    assert type(build(fields, "own", {"Point": point, "Box": box})) is box


def test_a_box_of_a_list_is_made():
    """Protects boxes that are made of their four sides in one list; a label alone makes none."""
    fields = {"coords": [1.0, 2.0, 3.0, 4.0], "label": "cat"}
    assert build(fields, "own", {"Box": namedtuple("Box", "coords")}).coords == [1.0, 2.0, 3.0, 4.0]
    with pytest.raises(LookupError):
        build(fields, "own", {"Label": namedtuple("Label", "label")})


def test_a_corner_is_a_list_with_names():
    """Protects boxes of two points: `box.tl.x`, `box["tl"]["x"]`, `box.tl[0]`, and points of a class of one's own."""
    corner = {0: 1.0, 1: 2.0, "x": 1.0, "y": 2.0}
    for form in ("torch", "own"):
        point = build(corner, form, {"Label": namedtuple("Label", "label")})
        assert (point.x, point["y"], point[1], list(point), copy(point).y) == (1.0, 2.0, 2.0, [1.0, 2.0], 2.0)
        with pytest.raises(AttributeError):
            point.z  # noqa: B018
    assert build(corner, "own", {"Point": namedtuple("Point", "x y")})._fields == ("x", "y")


def test_a_class_with_other_fields_is_no_box():
    """A class that wants more than the sides is not made; the attempt then counts as not fitting."""
    with pytest.raises(LookupError):
        build(SIDES, "own", {"Person": namedtuple("Person", "name x1")})


def test_other_forms_give_records():
    """Without being asked for it no class of the student's is made."""
    assert type(build(SIDES, "torch", {})) is Record


def test_what_else_a_box_needs_is_empty():
    """Protects annotations of a data set: a box with a number and a label that say nothing of where it is. What needs as much
    else as it takes is another thing."""

    @dataclass
    class Annotation:
        number: int
        x1: float
        y1: float
        x2: float
        y2: float
        label: str
        picture: object

    @dataclass
    class Line:
        x1: float
        x2: float
        colour: str
        width: float

    made = build(SIDES, "own", {"Annotation": Annotation, "Line": Line})
    assert made == Annotation(0, 1.0, 2.0, 3.0, 4.0, "", None)
    with pytest.raises(LookupError):
        build(SIDES, "own", {"Line": Line})
