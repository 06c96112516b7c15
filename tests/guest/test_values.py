"""What a submission returns becomes plain values, and what it is given has the form that it wants."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
from pydantic import BaseModel

from grader.errors import WireError
from grader.guest.values import Registry, are_as_given, from_wire, to_wire
from grader.wire.codec import encode
from grader.wire.values import Array, Bounds, Handle, Model


def sent(value: Any) -> Any:
    """The wire value."""
    return to_wire(value, Registry())


class Loud(int):
    """An integer with opinions."""

    def __add__(self, other: Any) -> Any:
        return 1_000

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


@dataclass
class Kept:
    """What a function found, under names."""

    indices: list[int]
    share: Fraction


class LoudArray(np.ndarray):
    """An array that answers to everything."""

    def __array_finalize__(self, other: Any) -> None: ...

    def __eq__(self, other: object) -> Any:
        return True


def test_subclasses_arrive_as_plain_numbers():
    """A number that calls itself equal to everything is compared as the number that it is."""
    assert type(sent(Loud(5))) is int
    assert sent(Loud(5)) == 5
    array = sent(np.arange(3).view(LoudArray))
    assert type(array.data) is np.ndarray


def test_sets_keep_that_they_have_no_order():
    """Kept indices in a set lose nothing for an order that they cannot have."""
    assert sent({3, 1, 2}) == {1, 2, 3}
    assert sent(frozenset({np.int64(4)})) == {4}
    assert sent({(1, np.int64(2)), ("a", None)}) == {(1, 2), ("a", None)}
    assert sent({frozenset({2, 1})}) == {(1, 2)}
    assert isinstance(sent({1j, 2j}), list)


class Pair(tuple):
    """A tuple with opinions of its own on what is in it."""

    __slots__ = ()

    def __iter__(self) -> Any:
        return iter("no")


class Colour(IntEnum):
    """A number under a name."""

    RED = 1


class Place(NamedTuple):
    """A key with names."""

    row: int
    column: int


class Moody:
    """Equal to all of its kind by its text alone."""

    def __str__(self) -> str:
        return "moody"


def test_keys_of_ordinary_kinds_arrive_as_such():
    """Protects right answers: counts by pairs, by numbers of NumPy's, by members of an enumeration came under texts for keys."""
    assert sent({("a", "b"): 1, ("b", "a"): 2}) == {("a", "b"): 1, ("b", "a"): 2}
    assert list(sent(dict(zip(*np.unique([1, 2, 2], return_counts=True), strict=True)))) == [1, 2]
    assert [type(key) for key in sent({np.int64(1): 0, np.float32(0.5): 0, np.str_("a"): 0})] == [int, float, str]
    assert sent({Colour.RED: 1, Place(1, np.int8(2)): 2, Pair((1, 2, 3)): 3}) == {1: 1, (1, 2): 2, (1, 2, 3): 3}
    assert [type(key) for key in sent({Colour.RED: 1, Place(1, 2): 2})] == [int, tuple]
    assert sent({frozenset("ba"): 1}) == {("a", "b"): 1}
    assert sent({date(2026, 1, 2): 1, 1j: 2}) == {"2026-01-02": 1, "1j": 2}


def test_two_keys_never_become_one():
    """Protects from a wrong answer that hides behind another: two keys of one text arrive as pairs, both of them."""
    assert sent({Moody(): 1, Moody(): 2}) == [("moody", 1), ("moody", 2)]
    assert sent({1: "a", "1": "b"}) == {1: "a", "1": "b"}


@pytest.mark.torch
def test_numbers_in_tensors_are_keys():
    """Protects what `torch.unique` counts; two tensors of one number are two elements, and not one."""
    torch = pytest.importorskip("torch", reason="needs torch")
    assert list(sent(dict(zip(*torch.unique(torch.tensor([1, 2, 2]), return_counts=True), strict=True)))) == [1, 2]
    assert sent({(torch.tensor(1), "a"): 1, torch.tensor(2.5): 2}).keys() == {(1, "a"), 2.5}
    assert sent({torch.tensor(1), torch.tensor(2)}) == {1, 2}
    assert len(sent({torch.tensor(1), torch.tensor(1)})) == 2


def test_keys_of_any_depth_and_size_are_answered_for():
    """Protects the sandbox's own code from keys that nothing can be made of: what is refused is refused by the frame's bounds."""
    deep: Any = ()
    for _ in range(200):
        deep = (deep,)
    assert all(type(key) is str for key in sent({deep: 1}))
    assert type(sent({deep})) is list
    within: Any = {deep: 1}
    for _ in range(20):
        within = [within]
    encode(sent(within), Bounds())
    with pytest.raises(WireError):
        encode(sent({tuple(range(700_000)): 1}), Bounds())


def test_generators_become_lists():
    """A function that yields its results has returned them."""
    assert sent(number * number for number in range(4)) == [0, 1, 4, 9]


def test_long_tables_travel_as_arrays():
    """A matrix as a list of lists, or a tuple of such, two million numbers, is as good as an array."""
    for table in ([[0.5] * 300 for _ in range(300)], ((0.5,) * 300,) * 300):
        array = sent(table)
        assert isinstance(array, Array)
        assert (array.data.shape, array.kind) == ((300, 300), "list")


def test_uneven_lists_stay_lists():
    """A long list that is no table is sent as what it is."""
    value = [[0.5] * 300 for _ in range(300)] + [[1.0]]
    assert sent(value) == value


def test_what_cannot_travel_stays_behind_a_handle():
    """A function or an object is named, never sent."""
    registry = Registry()
    handle = to_wire(sent, registry)
    assert handle == Handle(0, "function", True)
    assert registry.objects == [sent]


def test_dataframes_and_pictures_are_arrays():
    """Results in pandas or Pillow hold numbers, too."""
    pandas = pytest.importorskip("pandas", reason="needs pandas")
    image = pytest.importorskip("PIL.Image", reason="needs Pillow")
    assert np.array_equal(sent(pandas.DataFrame([[1, 2], [3, 4]])).data, [[1, 2], [3, 4]])
    assert sent(image.new("L", (3, 2))).data.shape == (2, 3)


def test_a_namespace_comes_as_a_mapping():
    """Several results under names: a SimpleNamespace once came as an object that cannot be judged."""
    named = sent(SimpleNamespace(cam=np.ones(2), low=SimpleNamespace(at=1)))
    assert list(named) == ["cam", "low"]
    assert named["low"] == {"at": 1}


class Box:
    """A box as students write it, without anything that makes it a record."""

    def __init__(self, side: Any) -> None:
        self.x1, self.y1, self.side = 1, np.float32(2), side


class Slots:
    """The same with slots."""

    __slots__ = ("score", "x1")

    def __init__(self) -> None:
        self.x1, self.score = 1, 0.5


def test_objects_of_numbers_in_a_list_arrive_as_their_attributes():
    """Kept boxes of an own class; an object by itself, or with more than numbers in it, stays where it is."""
    assert sent([Box([3, 4])])[0]["side"] == [3, 4]
    assert sent([Slots()]) == [{"score": 0.5, "x1": 1}]
    assert isinstance(sent(Box(3)), Handle)
    assert isinstance(sent([Box(object())])[0], Handle)
    assert isinstance(sent([object()])[0], Handle)


def test_records_arrive_as_their_fields():
    """A dataclass comes as a named tuple does, within others without its names; a number of another class as a float."""
    assert sent(Kept([1, 2], Fraction(1, 2))) == {"indices": [1, 2], "share": 0.5}
    assert sent([Kept([1, 2], Fraction(1, 2))]) == [([1, 2], 0.5)]
    pair = namedtuple("pair", ["iou", "union"])
    assert sent(pair(Fraction(1, 2), 3)) == {"iou": 0.5, "union": 3}
    assert sent([pair(1, 2)]) == [(1, 2)]
    assert type(sent(Decimal("0.25"))) is float
    assert isinstance(sent(Kept), Handle)


class Found:
    """A box with a score, as an object that holds another one."""

    def __init__(self, box: Any) -> None:
        self.box, self.score, self.label = box, 0.5, None


class Checked(BaseModel):
    """The same as a model that checks its fields."""

    x1: float
    label: str


class WithAttributes:
    """What attrs leaves on a class that it made."""

    __slots__ = ("__weakref__", "score", "x1")
    __attrs_attrs__ = (SimpleNamespace(name="x1"), SimpleNamespace(name="score"))

    def __init__(self) -> None:
        self.x1, self.score = 1, 0.5


def test_records_of_libraries_arrive_as_their_fields():
    """Protects kept boxes that are pydantic models, or of a class that attrs made: the one came as pairs, the other stayed."""
    assert sent([Checked(x1=1, label="cat")]) == [(1.0, "cat")]
    assert sent([WithAttributes()]) == [(1, 0.5)]
    assert isinstance(sent(WithAttributes), Handle)


def test_objects_within_objects_arrive():
    """Protects found objects that hold their box as an object; one that holds itself stays where it is."""
    assert sent([Found(Slots())]) == [{"box": {"score": 0.5, "x1": 1}, "score": 0.5, "label": None}]
    assert sent([Found(Kept(1, 2))])[0]["box"] == (1, 2)
    ring = Found(None)
    ring.box = ring
    assert isinstance(sent([ring])[0], Handle)


def test_tuples_can_be_looked_up():
    """A function that remembers its answers wants boxes that have a hash."""
    assert from_wire(Array(np.eye(2)), "tuple", None) == ((1.0, 0.0), (0.0, 1.0))


@pytest.mark.parametrize(("form", "kind"), [("numpy", np.ndarray), ("list", list), ("own", list)])
def test_forms_of_arrays(form: str, kind: type):
    """Each form is a copy of its own: a function that changes its input changes nobody else's."""
    data = np.arange(3.0)
    given = from_wire(Array(data), form, None)
    assert type(given) is kind
    given[0] = 7
    assert data[0] == 0


def test_models_are_lent():
    """A network is asked of the shelf, wherever it stands among the arguments."""
    assert from_wire([Model("net"), {"m": Model("net")}], "list", lambda model: f"lent {model.name}") == [
        "lent net",
        {"m": "lent net"},
    ]


@pytest.mark.torch
def test_tensors():
    """Half precision, gradients and sparse layouts arrive as numbers; what was given is marked as prepared."""
    torch = pytest.importorskip("torch", reason="needs torch")
    assert sent(torch.ones(2, dtype=torch.bfloat16)).dtype == "bfloat16"
    assert sent(torch.ones(2, requires_grad=True)).requires_grad
    assert np.array_equal(sent(torch.eye(2).to_sparse()).data, np.eye(2))
    assert from_wire(Array(np.ones(2)), "torch", None).came_prepared


@pytest.mark.torch
def test_tensors_beside_arrays():
    """Of one question some arrays may come as tensors, and others as NumPy's."""
    torch = pytest.importorskip("torch", reason="needs torch")
    pair = [Array(np.ones(2), "tensor"), Array(np.ones(2))]
    assert [type(one) for one in from_wire(pair, "mixed", None)] == [torch.Tensor, np.ndarray]


@pytest.mark.parametrize("form", ["numpy", pytest.param("torch", marks=pytest.mark.torch)])
def test_an_array_that_was_changed(form: str) -> None:
    """Protects what a student is told of a function that writes into its arguments, and who only reads them from it."""
    if form == "torch":
        pytest.importorskip("torch", reason="needs torch")
    values = [3, Array(np.array([[1.0, np.nan]], dtype=np.float32), form, "float32"), [Array(np.ones(2), form, "float64")]]
    given = [from_wire(value, form, lambda model: model) for value in values]
    assert are_as_given(values, given)
    given[1][:, 0] -= 1
    assert not are_as_given(values, given)
    given[1][:, 0] += 1
    assert are_as_given(values, given)
    assert not are_as_given(values, [3, given[1].reshape(2, 1), given[2]])
