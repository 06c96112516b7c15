"""What a submission remembers from call to call is seen; what any call changes is not taken for it."""

from __future__ import annotations

import functools
import threading
from collections import defaultdict, deque
from typing import Any

import numpy as np
import pytest
import torch

from grader.guest.memory import Remembered

SOURCE = """
import numpy as np
count = 0
last = None
features = []
by_name = {}
seen = set()
matrix = np.zeros((2, 2))
def pure(x):
    out = [x]
    return out[0]
def counts(x):
    global count
    count += 1
def replaces(x):
    global last
    last = [x]
def appends(x):
    features.append(x)
def clears(x):
    features.clear()
def stores(x):
    by_name["layer4"] = x
def marks(x):
    seen.add(x)
def writes(x):
    matrix[0, 0] = x
def defaults(x, memo=[]):
    memo.append(x)
def attribute(x):
    attribute.last = x
def made():
    inner = {}
    def closure(x):
        inner[x] = x
    return closure
closure = made()
queue, grouped = deque(), defaultdict(list)
def queues(x):
    queue.append(x)
def groups(x):
    grouped[x].append(x)
def counter():
    count = 0
    def rebinds(x):
        nonlocal count
        count += x
    return rebinds
rebinds = counter()
class Extractor:
    total = 0
    def __init__(self):
        self.features = None
    def method(self, x):
        self.features = [x]
    def shared(self, x):
        Extractor.total += x
    def created(self, x):
        Extractor.last = self.last = x
extractor = Extractor()
method, shared, created = extractor.method, extractor.shared, extractor.created
"""


@pytest.fixture
def namespace() -> dict[str, Any]:
    """A submission's."""
    found: dict[str, Any] = {"__name__": "__main__", "deque": deque, "defaultdict": defaultdict, "functools": functools}
    exec(SOURCE, found)
    return found


@pytest.mark.parametrize("name", ["pure", "clears"])
def test_nothing_is_left(namespace: dict[str, Any], name: str) -> None:
    """Protects the speed of grading: a process is kept while nothing was left behind in it."""
    before = Remembered([namespace])
    namespace[name](5)
    assert before.is_as_it_was()
    namespace["_"], namespace["_i7"], namespace["__warningregistry__"] = 1, "cell", {}
    assert not before.is_as_it_was(), "a walk alone knows that these are not the submission's"
    assert Remembered([namespace]) == before


@pytest.mark.parametrize(
    "name", ["counts", "replaces", "appends", "stores", "marks", "writes", "defaults", "attribute", "closure", "method", "shared"]
)
def test_what_is_left_is_seen(namespace: dict[str, Any], name: str) -> None:
    """Protects the next test's points from what an earlier one left, in the places where people keep things."""
    before = Remembered([namespace])
    namespace[name](5)
    assert Remembered([namespace]) != before
    assert not before.is_as_it_was()


@pytest.mark.parametrize(
    "name",
    [
        *("counts", "replaces", "appends", "stores", "marks", "queues", "groups", "defaults", "attribute", "closure", "rebinds"),
        *("method", "shared", "created"),
    ],
)
def test_what_is_left_is_put_back(namespace: dict[str, Any], name: str) -> None:
    """Protects the speed of grading from the commonest style of all: a hook that keeps its features in a global."""
    before = Remembered([namespace])
    for value in (5, 6):
        namespace[name](value)
        assert Remembered([namespace]) != before
        before.put_back()
        assert Remembered([namespace]) == before
        assert before.is_as_it_was()


def test_what_cannot_be_put_back(namespace: dict[str, Any]) -> None:
    """Protects the next test from the rest: an array's numbers, a container of a kind of the submission's own, a cache in use."""

    class Own(list[Any]):
        def clear(self) -> None:
            raise RuntimeError("mine")

    namespace["own"], namespace["cached"] = Own(), functools.lru_cache(namespace["pure"])
    namespace["cached"](4)
    for leave in (lambda: namespace["writes"](5), lambda: namespace["own"].append(5), lambda: namespace["cached"](5)):
        before = Remembered([namespace])
        leave()
        before.put_back()
        assert Remembered([namespace]) != before
        assert not before.is_as_it_was()


def test_what_refuses_to_be_put_back(namespace: dict[str, Any]) -> None:
    """Protects a submission from a key of its own: what cannot be looked up stays, and the rest is put back."""

    failing = threading.Event()

    class Key:
        def __hash__(self) -> int:
            if failing.is_set():
                raise RuntimeError("mine")
            return 1

    namespace["keyed"] = {Key(): 1}
    before = Remembered([namespace])
    namespace["keyed"].clear()
    namespace["features"].append(5)
    failing.set()
    before.put_back()
    assert namespace["features"] == []
    assert Remembered([namespace]) != before


def test_a_cache(namespace: dict[str, Any]) -> None:
    """Protects the same with a cache, which keeps what it has seen out of sight; a new one is emptied."""
    namespace["cached"] = functools.lru_cache(namespace["pure"])
    before = Remembered([namespace])
    namespace["cached"](5)
    assert Remembered([namespace]) != before
    before.put_back()
    assert Remembered([namespace]) == before


def test_cycles_and_large_things_end() -> None:
    """Protects from a submission whose data has no end."""
    around: list[Any] = [np.zeros(1_000_000), list(range(100_000))]
    around.append(around)
    before = Remembered([around])
    assert len(before.seen) < 200_000
    assert Remembered([around]) == before
    assert before.is_as_it_was()
    around.append(1)
    assert Remembered([around]) != before
    assert not before.is_as_it_was()


def test_an_object_that_cannot_be_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a whole submission from one object of a kind that nobody has thought of: what it holds is not seen."""
    odd, seen = object(), []
    within = Remembered._within

    def fails_at_one(self: Remembered, thing: Any) -> list[Any]:
        if thing is odd:
            raise RuntimeError("odd")
        return within(self, thing)

    monkeypatch.setattr(Remembered, "_within", fails_at_one)
    places = [[odd, seen]]
    before = Remembered(places)
    assert Remembered(places) == before
    assert not before.is_as_it_was(), "it may answer a look next time"
    seen.append(1)
    assert Remembered(places) != before


OWN = """
import functools
import torch
import torch.nn as nn
class Recorder(nn.Module):
    def __init__(self):
        super().__init__()
        self.maps = []
        self.register_buffer("last", torch.zeros(2))
class Helper:
    @staticmethod
    def static(x, kept=[]):
        kept.append(x)
    @classmethod
    def on_class(cls, x, kept=[]):
        kept.append(x)
    @property
    def value(self, kept=[]):
        kept.append(1)
recorder = Recorder()
inside = nn.ModuleDict({"layer4": Recorder()})
network = nn.Sequential(nn.Linear(1, 1))
network.maps = []
append = [].append
def keep(where, x):
    where.append(x)
partial = functools.partial(keep, [])
buffer = bytearray(2)
"""
MORE = """
table = np.array([[1], [2, 3]], dtype=object)
class Kept:
    __slots__ = ("kept",)
made = Kept()
"""
LEAVES = {
    "a module's attribute": "recorder.maps.append(5)",
    "a module's buffer": "recorder.last = 5 * recorder.last",
    "a module within a library's": "inside['layer4'].maps.append(5)",
    "a list that hangs on a library's module": "network.maps.append(5)",
    "a static method's default": "Helper.static(5)",
    "a class method's default": "Helper.on_class(5)",
    "a property's default": "Helper().value",
    "a bound method's object": "append(5)",
    "what a partial holds": "partial(5)",
    "bytes": "buffer[0] = 5",
}


@pytest.mark.parametrize(
    "code", [*LEAVES.values(), "network[0].maps = [5]", "network[0] = nn.Linear(1, 1)", "table[0] = [5]", "made.kept = 5"]
)
def test_whatever_is_left_is_seen_without_a_walk(code: str) -> None:
    """Protects the next test where its process is kept because every object that was looked at holds what it held."""
    namespace: dict[str, Any] = {"__name__": "__main__", "np": np}
    exec(OWN + MORE, namespace)
    before = Remembered([namespace])
    assert before.is_as_it_was()
    exec(code, namespace)
    assert not before.is_as_it_was()


@pytest.mark.parametrize("code", LEAVES.values(), ids=LEAVES.keys())
def test_half_of_what_is_left_is_not_put_back_alone(code: str) -> None:
    """Protects right code from a counter that is rewound while what it counts stays."""
    namespace: dict[str, Any] = {"__name__": "__main__", "count": 0}
    exec(OWN, namespace)
    before = Remembered([namespace])
    assert not before.is_opaque
    namespace["count"] += 1
    exec(code, namespace)
    before.put_back()
    seen = Remembered([namespace]) != before  # then a fresh process follows
    exec("left = bool(recorder.maps or inside['layer4'].maps or network.maps or buffer[0])", namespace)
    helper = namespace["Helper"]
    functions = [helper.static, helper.on_class.__func__, helper.value.fget]
    kept = [*(each.__defaults__[0] for each in functions), namespace["append"].__self__, namespace["partial"].args[0]]
    assert seen or not (namespace["left"] or any(kept))


@pytest.mark.parametrize(
    "code",
    ["import io; kept = io.BytesIO()", "kept = iter([1, 2])", "kept = memoryview(bytearray(2))", "kept = list(range(30_000))"],
    ids=["a file", "an iterator", "a view", "more than is looked at"],
)
def test_what_may_hold_anything_is_told(code: str) -> None:
    """Protects right code from the same where what belongs to the counter cannot be seen."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(code, namespace)
    assert Remembered([namespace]).is_opaque


def test_what_holds_nothing_is_no_reason_for_another_process() -> None:
    """Protects the speed of grading: what notebooks have lying around is not taken for a place where things are kept."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    source = """
import argparse, datetime, decimal, fractions, io, logging, operator, pathlib, re, threading
import matplotlib.pyplot as plt, numpy as np, torch, torchvision
figure, axes = plt.subplots(1, 2)
closed = io.StringIO(); closed.close()
things = [object(), re.compile("a"), pathlib.Path("."), datetime.date(2026, 1, 1), decimal.Decimal(1), fractions.Fraction(1)]
things += [argparse.Namespace(), logging.getLogger("lab"), threading.Lock(), operator.attrgetter("fc"), torch.device("cpu")]
things += [torchvision.transforms.ToTensor(), np.float64(1), torchvision.models.ResNet50_Weights.DEFAULT, range(3), int | str]
plt.close(figure)
"""
    exec(source, namespace)
    assert not Remembered([namespace]).is_opaque


def test_larger_arrays_are_looked_at_in_need(namespace: dict[str, Any]) -> None:
    """Protects the next test from a map that is written to in place: its numbers are compared when something else has changed."""
    namespace["features"], namespace["map"] = np.zeros(10_000), torch.zeros(3)
    before = Remembered([namespace])
    numbers = before.numbers()
    namespace["features"][5] = 1
    assert before.numbers() != numbers
    namespace["features"][5] = 0
    assert before.numbers() == numbers
    namespace["map"].data[0] = 1
    assert before.numbers() != numbers
