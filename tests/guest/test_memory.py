"""What a submission remembers from call to call is seen; what any call changes is not taken for it."""

from __future__ import annotations

import functools
from collections import deque
from typing import Any

import numpy as np
import pytest

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
class Extractor:
    total = 0
    def __init__(self):
        self.features = None
    def method(self, x):
        self.features = [x]
    def shared(self, x):
        Extractor.total += x
extractor = Extractor()
method, shared = extractor.method, extractor.shared
"""


@pytest.fixture
def namespace() -> dict[str, Any]:
    """A submission's."""
    found: dict[str, Any] = {"__name__": "__main__", "deque": deque, "functools": functools}
    exec(SOURCE, found)
    return found


@pytest.mark.parametrize("name", ["pure", "clears"])
def test_nothing_is_left(namespace: dict[str, Any], name: str) -> None:
    """Protects the speed of grading: a process is kept while nothing was left behind in it."""
    before = Remembered([namespace])
    namespace[name](5)
    namespace["_"], namespace["_i7"], namespace["__warningregistry__"] = 1, "cell", {}
    assert Remembered([namespace]) == before


@pytest.mark.parametrize(
    "name", ["counts", "replaces", "appends", "stores", "marks", "writes", "defaults", "attribute", "closure", "method", "shared"]
)
def test_what_is_left_is_seen(namespace: dict[str, Any], name: str) -> None:
    """Protects the next test's points from what an earlier one left, in the places where people keep things."""
    before = Remembered([namespace])
    namespace[name](5)
    assert Remembered([namespace]) != before


def test_a_cache(namespace: dict[str, Any]) -> None:
    """Protects the same with a cache, which keeps what it has seen out of sight."""
    namespace["cached"] = functools.lru_cache(namespace["pure"])
    before = Remembered([namespace])
    namespace["cached"](5)
    assert Remembered([namespace]) != before


def test_cycles_and_large_things_end() -> None:
    """Protects from a submission whose data has no end."""
    around: list[Any] = [np.zeros(1_000_000), list(range(100_000))]
    around.append(around)
    before = Remembered([around])
    assert len(before.seen) < 200_000
    assert Remembered([around]) == before
    around.append(1)
    assert Remembered([around]) != before


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
    seen.append(1)
    assert Remembered(places) != before
