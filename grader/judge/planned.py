"""A test as it was collected: its part, weight, visibility and title. What is wrong with one is told before anything runs."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass

import pytest

from grader.course.assignment import AssignmentFolder
from grader.course.titles import title
from grader.errors import SpecificationError

# Of the judge's plugin.
_FIXTURES = ("submission", "reference", "check", "models", "pictures", "seed")


@dataclass(frozen=True)
class PlannedTest:
    """A test as collected: what it is, before any submission is judged by it."""

    id: str
    part: str
    visibility: str
    title: str
    weight: float


def planned_test(item: pytest.Item, folder: AssignmentFolder) -> PlannedTest:
    """What a collected test is. Raises `SpecificationError` for a wrong marker, and for a fixture that there is not."""
    marker = item.get_closest_marker("part")
    where = id_of(item, folder)
    if marker is None or not marker.args:
        raise SpecificationError(f'{where}: the test needs @pytest.mark.part("<part id>")')
    known = [part.id for part in folder.specification.parts]
    part, weight = str(marker.args[0]), marker.kwargs.get("weight", 1)
    if part not in known:
        raise SpecificationError(f"{where}: there is no part {part!r}; there are {', '.join(known)}")
    if len(marker.args) > 1 or set(marker.kwargs) - {"weight"}:
        raise SpecificationError(f'{where}: the marker takes a part and a weight: @pytest.mark.part("{part}", weight=2)')
    if type(weight) not in (int, float) or not math.isfinite(weight):
        raise SpecificationError(f"{where}: the weight must be a number, not {weight!r}")
    if weight <= 0:
        raise SpecificationError(f"{where}: the weight must be positive, not {weight:g}")
    _check_fixtures(item, where)
    document = getattr(getattr(item, "function", None), "__doc__", "") or ""
    return PlannedTest(where, part, folder.visibility_of(item.path), title(document, item.name), float(weight))


def id_of(item: pytest.Item, folder: AssignmentFolder) -> str:
    """`hidden/test_iou.py::test_boxes`: the same on every machine, from whatever folder pytest was started."""
    visibility = folder.visibility_of(item.path)
    name = item.path.resolve().relative_to(folder.tests(visibility)).as_posix()
    return f"{visibility}/{name}::{item.nodeid.partition('::')[2]}"


def _check_fixtures(item: pytest.Item, where: str) -> None:
    """Raises `SpecificationError` for a fixture that there is not; pytest would say so only when the test runs."""
    found = _fixtures_of(item)
    missing = [name for name in getattr(item, "fixturenames", ()) if name not in found]
    if missing:
        known = {*_FIXTURES, *(name for other in item.session.items for name in _fixtures_of(other))}
        nearest = difflib.get_close_matches(missing[0], sorted(known), n=1, cutoff=0.5)
        meant = f"; did you mean {nearest[0]!r}?" if nearest else ""
        line = (item.location[1] or 0) + 1
        raise SpecificationError(f"{where} (line {line}): there is no fixture {missing[0]!r}{meant}")


def _fixtures_of(item: pytest.Item) -> set[str]:
    """The fixtures that pytest has found for a test, and its parameters; pytest has no public way to ask."""
    found = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    return {"request", *found, *getattr(getattr(item, "callspec", None), "params", {})}
