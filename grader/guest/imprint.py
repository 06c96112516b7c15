"""Whether a call left a network as it was: then the next test may be given the same one, without another fork.

A fork of a process that holds torch takes longer than most calls. What is compared is what honest code changes: modes, hooks,
gradients, parts that were replaced, and the memory of parameters and buffers. A submission that hides a change from this fools
only itself: its own later calls see the changed network.
"""

from __future__ import annotations

import mmap
import operator
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.guest.glance import attribute

_MOST_MODULES = 10_000
_MODE = "training"
_STATE = operator.attrgetter("_version", "requires_grad", "grad", "shape", "dtype")  # of a tensor
_PLACE = operator.methodcaller("data_ptr")
_HOOKS = ("_hooks", "_hooks_with_kwargs", "_hooks_always_called")
_PRESENT, _SWAPPED, _OF_A_FILE = (np.uint64(1 << bit) for bit in (63, 62, 61))  # Linux, Documentation/admin-guide/mm/pagemap.rst


@dataclass(frozen=True)
class Imprint:
    """How a network was when this was made; `put_back` tells whether it is so again.

    Everything is kept in copies of the modules' own dictionaries: to compare these is one step of the interpreter each, and the
    same object is equal to itself without being asked. What is not the same is asked.
    """

    modules: list[Any]
    attributes: list[dict[str, Any]]  # modes too
    filled: list[tuple[dict[Any, Any], dict[Any, Any]]]  # the modules' dictionaries that had something in them, and copies
    empty: list[dict[Any, Any]]
    hooks: list[tuple[dict[Any, Any], dict[Any, Any]]]
    no_hooks: list[dict[Any, Any]]
    tensors: list[Any]
    places: list[int]
    states: list[tuple[Any, ...]]
    written: int
    ranges: list[tuple[int, int]]

    def put_back(self) -> tuple[bool, bool]:
        """Put every module into the mode that it was in; (whether all is as it was apart from hooks, whether all is as it was).

        Modes and hooks stand apart, because honest code changes them and does not take it back. A network with another hook is
        not lent again, but nothing else is spoilt by it.
        """
        for module, before in zip(self.modules, self.attributes, strict=True):
            now = vars(module)
            if _MODE in before and now.get(_MODE) is not before[_MODE]:
                now[_MODE] = before[_MODE]
        try:
            unharmed = self._has_same_parts() and self._has_same_numbers()
            return unharmed, unharmed and not any(self.no_hooks) and _are_as_copied(self.hooks)
        except Exception:  # noqa: BLE001  by what the submission put in, as two arrays' `==`, which then is a change
            return False, False

    def _has_same_parts(self) -> bool:
        attributes = list(map(vars, self.modules))
        return attributes == self.attributes and not any(self.empty) and _are_as_copied(self.filled)

    def _has_same_numbers(self) -> bool:
        if list(map(_STATE, self.tensors)) != self.states or list(map(_PLACE, self.tensors)) != self.places:
            return False
        return _written_pages(self.ranges) == self.written


def imprint(network: Any) -> Imprint | None:
    """The network's imprint; None where the system does not tell which pages were written to."""
    modules = modules_of(network)
    tensors = _tensors(modules)
    found = list(map(_PLACE, tensors))
    ranges = _page_ranges(zip(found, (tensor.nbytes for tensor in tensors), strict=True))
    written = _written_pages(ranges)
    if written is None:
        return None
    attributes = [dict(vars(module)) for module in modules]
    inner = [(name, value) for each in attributes for name, value in each.items() if isinstance(value, dict)]
    filled = [(name.endswith(_HOOKS), (value, dict(value))) for name, value in inner if value]
    empty = [(name.endswith(_HOOKS), value) for name, value in inner if not value]
    return Imprint(
        modules,
        attributes,
        [pair for is_hooks, pair in filled if not is_hooks],
        [value for is_hooks, value in empty if not is_hooks],
        [pair for is_hooks, pair in filled if is_hooks],
        [value for is_hooks, value in empty if is_hooks],
        tensors,
        found,
        list(map(_STATE, tensors)),
        written,
        ranges,
    )


def _are_as_copied(pairs: list[tuple[dict[Any, Any], dict[Any, Any]]]) -> bool:
    return all(now == before for now, before in pairs)


def places(network: Any) -> list[int]:
    """The addresses of a network's tensors."""
    return [tensor.data_ptr() for tensor in _tensors(modules_of(network))]


def is_as_mapped(network: Any, mapped: list[int]) -> bool:
    """Whether the tensors lie where they were `mapped` from a file, and nothing has been written there; False if nobody tells."""
    tensors = _tensors(modules_of(network))
    if [tensor.data_ptr() for tensor in tensors] != mapped:
        return False
    return _written_pages(_page_ranges((tensor.data_ptr(), tensor.nbytes) for tensor in tensors)) == 0


def _tensors(modules: Iterable[Any]) -> list[Any]:
    kept = (attribute(module, name, {}) for module in modules for name in ("_parameters", "_buffers"))
    return [tensor for each in kept for tensor in each.values() if tensor is not None]


def modules_of(network: Any) -> list[Any]:
    """The network and all below it, as its own `modules()` but without that one's names and checks for repetition.

    One whose constructor forgot `super().__init__()` has nothing below it.
    """
    modules = [network]
    for module in modules:  # grows meanwhile
        children = attribute(module, "_modules", {})
        if children:  # most have none
            modules.extend(child for child in children.values() if child is not None)
        if len(modules) > _MOST_MODULES:  # a module that was made a child of itself
            break
    return modules


def _page_ranges(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pages (first, behind the last) on which tensors of (address, bytes) lie."""
    return _merged({(start // mmap.PAGESIZE, -(-(start + size) // mmap.PAGESIZE)) for start, size in places if size})


def _written_pages(ranges: Iterable[tuple[int, int]]) -> int | None:
    """How many of these pages are this process's own: a weights' file is mapped, and copied where it is written."""
    try:
        with open("/proc/self/pagemap", "rb", buffering=0) as pagemap:
            return sum(_own_pages(os.pread(pagemap.fileno(), 8 * (end - start), 8 * start)) for start, end in ranges)
    except OSError:
        return None


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same pages in as few ranges as there are without gaps."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _own_pages(entries: bytes) -> int:
    pages = np.frombuffer(entries, dtype=np.uint64)
    return int(np.count_nonzero((pages & (_PRESENT | _SWAPPED) != 0) & (pages & _OF_A_FILE == 0)))
