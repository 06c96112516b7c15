"""Arrays within reach: what a forward hook left in a global, a dict, a list, an attribute or a closure.

A hook has no result to look at. What it stored is found by comparing which arrays can be reached before and after.
"""

from __future__ import annotations

import functools
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from grader.guest.glance import attribute, elements_of, is_a, items_of, names_of, torch_types

_DEEPEST = 3
_MOST_ITEMS = 20_000
LIBRARIES = {"torch", "torchvision", "numpy", "matplotlib", "IPython", "PIL", "cv2", "pandas", "scipy", "skimage"}
LIBRARIES |= {"sklearn", "tqdm", "einops", "traitlets", "grader"}

_TELLING = ("feat", "out", "activ", "map", "layer")


class NotStored(LookupError):
    """A hook ran and left nothing within reach. Without a text: the judge has the words, in the student's language."""


class Snapshot:
    """The arrays within reach of `places` at the time when it is made; it keeps them, so that no identity is used twice."""

    def __init__(self, places: Iterable[Any]) -> None:
        self.places = list(places)
        self.before = {id(value): value for place in self.places for _, value in _walk(place)}

    def fresh(self, *more: Any) -> list[tuple[str, Any]]:
        """Arrays that are within reach now (of `more` places too) and were not before, with the last name on the way."""
        found = {id(value): (name, value) for place in [*self.places, *more] for name, value in _walk(place)}
        return [item for key, item in found.items() if key not in self.before]


def likeliest(fresh: list[tuple[str, Any]], inputs: Iterable[Any] = (), output: Any = None) -> Any:
    """Of several arrays that a hook left, the one that it was made for: no input of the layer, of the size of its output.

    Raises `NotStored` when there is none.
    """
    if not fresh:
        raise NotStored
    given = {id(value) for value in inputs}

    def rank(item: tuple[str, Any]) -> tuple[bool, bool, bool]:
        name, value = item
        same_size = _is_array(output) and tuple(value.shape) == tuple(output.shape)
        return id(value) not in given, same_size, any(part in name.lower() for part in _TELLING)

    return max(fresh, key=rank)[1]


def holders(hook: Any) -> list[Any]:
    """Where a hook may keep something: its owner, what its closure holds, its module's globals."""
    is_partial = is_a(hook, functools.partial)
    inner = hook.func if is_partial else hook
    bound = [*hook.args, *hook.keywords.values()] if is_partial else []
    function = attribute(inner, "__func__", inner)
    closure = function.__closure__ if is_a(function, FunctionType) else ()
    cells = [cell.cell_contents for cell in closure or () if is_filled(cell)]
    return [attribute(inner, "__self__", inner), *cells, *bound, attribute(function, "__globals__", {})]


def is_filled(cell: Any) -> bool:
    """Whether a closure's cell holds something."""
    try:
        cell.cell_contents  # noqa: B018  reading an empty cell raises
    except ValueError:
        return False
    return True


def is_network(value: Any) -> bool:
    """Whether it is a network, by its type: an object may answer to any name, or fail at it in its own way (`ctypes.cdll`)."""
    return is_a(value, *torch_types("nn.Module"))


def _is_array(value: Any) -> bool:
    return is_a(value, np.ndarray, *torch_types("Tensor"))


def is_foreign(place: Any) -> bool:
    """Whether it belongs to a library: nothing of a submission is stored there, and a walk through torch takes a second."""
    if is_a(place, ModuleType):
        return True
    owner = place if is_a(place, type, FunctionType) else type(place)
    root = str(attribute(owner, "__module__", "")).split(".")[0]
    return root in LIBRARIES or (root in sys.stdlib_module_names and root not in ("__main__", "types"))


def _walk(place: Any, depth: int = 0, name: str = "") -> Iterator[tuple[str, Any]]:
    if _is_array(place):
        yield name, place
        return
    inside_network = is_network(place)
    if depth > _DEEPEST or (inside_network and depth > 1):
        return
    if is_a(place, dict):
        items = [(key if type(key) is str else "", value) for key, value in items_of(place)]
    elif (elements := elements_of(place, (list, tuple, set, deque))) is not None:
        items = [(name, value) for value in elements]
    elif inside_network or not is_foreign(place):
        items = list(names_of(place).items())
    else:
        return
    for key, value in items[:_MOST_ITEMS]:
        if not is_a(value, str, bytes, int, float):
            yield from _walk(value, depth + 1, f"{name}.{key}"[-200:])
