"""Whether a call left a network as it was: then the next test may be given the same one, without another fork.

A fork of a process that holds torch takes longer than most calls. What is compared is what honest code changes: modes, hooks,
gradients, parts that were replaced, and the memory of parameters and buffers. A submission that hides a change from this fools
only itself: its own later calls see the changed network.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from grader.guest.glance import attribute

_MOST_MODULES = 10_000
_MODE = "training"
_HOOKS = ("_hooks", "_hooks_with_kwargs", "_hooks_always_called")
_PRESENT, _SWAPPED, _OF_A_FILE = (np.uint64(1 << bit) for bit in (63, 62, 61))  # Linux, Documentation/admin-guide/mm/pagemap.rst


class Imprint(NamedTuple):
    """What is equal before and after a call exactly when the call left a network as it was.

    Modes (training or not) and hooks stand apart, because honest code changes them and does not take it back. Modes can be put
    back (`set_modes`); a network with another hook is not lent again, but nothing else is spoilt by it.
    """

    modes: list[Any]
    hooks: list[int]
    identities: list[int]
    places: list[int]
    states: list[tuple[Any, ...]]
    written: int
    ranges: list[tuple[int, int]]


def imprint(network: Any, before: Imprint | None = None) -> Imprint | None:
    """The network's imprint; one taken `before` saves work where tensors have stayed in their places.

    None where the system does not tell which pages were written to.
    """
    modules = modules_of(network)
    tensors = _tensors(modules)
    found = [tensor.data_ptr() for tensor in tensors]
    if before is None or found != before.places:
        ranges = _page_ranges(zip(found, (tensor.nbytes for tensor in tensors), strict=True))
    else:
        ranges = before.ranges
    written = _written_pages(ranges)
    if written is None:
        return None
    states = [(tensor._version, tensor.requires_grad, id(tensor.grad), tensor.shape) for tensor in tensors]
    modes = [vars(module).get(_MODE) for module in modules]
    identities, hooks = _identities(modules)
    return Imprint(modes, hooks, identities, found, states, written, ranges)


def is_unharmed(one: Imprint, other: Imprint) -> bool:
    """Whether nothing but modes and hooks has changed between two imprints of a network."""
    return one._replace(modes=[], hooks=[]) == other._replace(modes=[], hooks=[])


def set_modes(network: Any, before: Imprint) -> None:
    """Put every module of a network, which is otherwise as it was, into the mode that it was in."""
    for module, mode in zip(modules_of(network), before.modes, strict=True):
        vars(module)[_MODE] = mode


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


def _identities(modules: Iterable[Any]) -> tuple[list[int], list[int]]:
    """Of everything that hangs on the modules, and of what is in their dictionaries: children and parameters; hooks apart."""
    found: list[int] = []
    hooks: list[int] = []
    for module in modules:
        for name, value in vars(module).items():
            if name == _MODE:
                continue
            found.append(id(value))
            if isinstance(value, dict) and value:  # in this order: a tensor that hangs there has no one truth value
                (hooks if name.endswith(_HOOKS) else found).extend(map(id, value.values()))
    return found, hooks


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
