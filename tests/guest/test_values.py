"""What a student returns becomes plain values, read past whatever its class claims; what has no plain form stays behind."""

from __future__ import annotations

import collections
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.guest.values import Registry, from_wire, to_wire
from grader.wire.codec import encode
from grader.wire.values import Array, Bounds, Handle, Model


def sent(value: Any) -> Any:
    """The wire value, which can be encoded whatever it was made of."""
    wired = to_wire(value, Registry())
    encode(wired, Bounds())
    return wired


class Liar(int):
    """Equal to everything, and five when it is looked at."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__

    def __int__(self) -> int:
        return 5

    def __float__(self) -> float:
        return 5.0

    def __add__(self, other: object) -> int:
        return 5

    def __index__(self) -> int:
        return 5


class Text(str):
    """Says something else when it is asked."""

    __slots__ = ()

    def __str__(self) -> str:
        return "else"

    def __getitem__(self, key: Any) -> str:
        return "else"

    def encode(self, *_: Any) -> bytes:
        """Something else."""
        return b"else"


class Items(list):
    """Shows other items than it holds."""

    def __iter__(self):
        return iter([9, 9])

    def __len__(self) -> int:
        return 99


class Pair(tuple):
    """Shows other items than it holds."""

    __slots__ = ()

    def __iter__(self):
        return iter([9, 9])


class Numbers(np.ndarray):
    """Shows other numbers than it holds."""

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        return np.full(3, 9.0)

    def tobytes(self, *_: Any) -> bytes:
        """Other numbers."""
        return b"9" * 24


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Liar(3), 3),
        (Text("said"), "said"),
        (Items([1, 2]), [1, 2]),
        (Pair((1, 2)), (1, 2)),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (collections.namedtuple("Point", "x y")(1, 2), (1, 2)),
        ({3, 1, 2}, {1, 2, 3}),
        (frozenset("ab"), {"a", "b"}),
        (range(3), [0, 1, 2]),
        ((n * n for n in range(3)), [0, 1, 4]),
        (bytearray(b"ab"), b"ab"),
        (memoryview(b"ab"), b"ab"),
        (collections.deque([1, 2]), [1, 2]),
        ({"a": [Liar(1)]}, {"a": [1]}),
        ({(1, 2): 3}, {"(1, 2)": 3}),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array([1, None], dtype=object), [1, None]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_plain_forms(value: Any, plain: Any) -> None:
    """Protects comparisons from a student's classes: the value arrives in plain types, as the base class holds it."""
    came = sent(value)
    assert came == plain
    assert type(came) is type(plain)


def test_an_arrays_class_has_no_say() -> None:
    """Protects against a subclass of an array that shows other numbers than it holds."""
    came = sent(np.arange(3.0).view(Numbers))
    assert type(came) is Array
    assert type(came.data) is np.ndarray
    assert came.data.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("value", "kind", "dtype", "numbers"),
    [
        (np.float32(1.5), "scalar", "float32", 1.5),
        (np.bool_(True), "scalar", "bool", True),
        (np.arange(3, dtype=">i4"), "ndarray", "int32", [0, 1, 2]),
        (np.ma.masked_array([1.0, 2.0], [True, False]), "ndarray", "float64", [1.0, 2.0]),
        (np.longdouble(2), "scalar", "longdouble", 2.0),
        (np.zeros((0, 4)), "ndarray", "float64", []),
    ],
    ids=["scalar", "bool", "big-endian", "masked", "long double", "empty"],
)
def test_arrays_keep_what_they_were(value: Any, kind: str, dtype: str, numbers: Any) -> None:
    """Protects notes on kinds and types, and numbers that the wire has no type for."""
    came = sent(value)
    assert (came.kind, came.dtype.replace("float128", "longdouble")) == (kind, dtype)
    assert came.data.tolist() == numbers


@pytest.mark.parametrize(
    "value", [object(), print, type, np, Path, lambda x: x, np.array([object()])[0]], ids=lambda value: type(value).__name__
)
def test_what_has_no_plain_form_stays(value: Any) -> None:
    """Protects objects from being guessed at: they stay, and can be called by their handle."""
    registry = Registry()
    came = to_wire(value, registry)
    assert isinstance(came, Handle)
    assert registry.objects[came.number] is value
    assert (came.type_name, came.callable) == (type(value).__name__, callable(value))


def test_depth_and_length_are_bounded() -> None:
    """Protects the call server from a value without an end: in itself, or one after another."""
    circle: list[Any] = []
    circle.append(circle)
    came = sent(circle)
    for _ in range(24):
        (came,) = came
    assert isinstance(came[0], Handle)
    assert len(to_wire(itertools.count(), Registry())) == 500_000


# -- what a submission is given -------------------------------------------------------------------------------------------


def test_arguments_in_the_form_that_is_asked_for() -> None:
    """Protects forms: lists of Python numbers, or numpy arrays, in any container."""
    value = [Array(np.arange(2)), {"a": (Array(np.array(1.5)), "text")}]
    assert from_wire(value, "list", None) == [[0, 1], {"a": (1.5, "text")}]
    came = from_wire(value, "numpy", None)
    assert type(came[0]) is np.ndarray
    assert type(came[1]["a"]) is tuple


def test_arguments_are_copies() -> None:
    """Protects a test's inputs, and the next call's, from a function that changes its argument."""
    value = Array(np.arange(2.0))
    came = from_wire(value, "numpy", None)
    came[0] = 99
    assert value.data.tolist() == [0, 1]


def test_models_are_lent() -> None:
    """Protects models by name: the shelf decides what a submission is given."""
    assert from_wire([Model("net")], "list", lambda model: f"the {model.name}") == ["the net"]


@pytest.mark.torch
def test_tensors() -> None:
    """Protects torch's values: types that numpy has not, views, sparse ones, gradients, subclasses, and forms of arguments."""
    import torch

    class Odd(torch.Tensor):
        """Answers every function with nonsense."""

        @classmethod
        def __torch_function__(cls, *_: Any, **__: Any) -> str:
            return "nonsense"

    plain = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    for value, dtype, numbers in (
        (plain.to(torch.bfloat16), "bfloat16", plain.tolist()),
        (plain.half(), "float16", plain.tolist()),
        (plain.T, "float32", plain.T.tolist()),
        (plain.to_sparse(), "float32", plain.tolist()),
        (plain.as_subclass(Odd), "float32", plain.tolist()),
        (torch.nn.Parameter(plain), "float32", plain.tolist()),
        (torch.view_as_complex(plain).conj(), "complex64", [1 - 2j, 3 - 4j]),
        (torch.tensor(True), "bool", True),
    ):
        came = sent(value)
        assert (came.kind, came.dtype, came.data.tolist()) == ("tensor", dtype, numbers)
    assert sent(torch.nn.Parameter(plain)).requires_grad
    assert not sent(plain).requires_grad
    assert isinstance(to_wire(torch.nn.Linear(1, 1), Registry()), Handle)
    given = from_wire(Array(np.arange(2.0)), "torch", None)
    assert type(given) is torch.Tensor
    given[0] = 99
