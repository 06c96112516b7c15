"""Whether a call left a network as it was: then the next test may be given the same one, without another fork.

A fork of a process that holds torch takes longer than most calls. What is compared is what honest code changes: modes, hooks,
gradients, parts that were replaced, and the memory of parameters and buffers. A submission that hides a change from this fools
only itself: its own later calls see the changed network.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable
from typing import Any

import numpy as np

_PRESENT, _OF_A_FILE = np.uint64(1 << 63), np.uint64(1 << 61)  # Linux, Documentation/admin-guide/mm/pagemap.rst


def imprint(networks: Iterable[Any]) -> Any:
    """What is equal before and after a call exactly when the call left these networks as they were.

    Where the system does not tell which pages were written to, nothing is ever equal.
    """
    modules = [module for network in networks for module in network.modules()]
    tensors = [t for module in modules for t in (*module._parameters.values(), *module._buffers.values()) if t is not None]
    pages = _written_pages(tensors)
    return None if pages is None else ([_attributes(module) for module in modules], [_state(t) for t in tensors], pages)


def _attributes(module: Any) -> list[Any]:
    """The identities of everything that hangs on a module, of what is in its dictionaries (hooks, children, parameters) too."""
    return [(key, [*map(id, value.values())] if isinstance(value, dict) else id(value)) for key, value in vars(module).items()]


def _state(tensor: Any) -> tuple[Any, ...]:
    return tensor._version, tensor.data_ptr(), tuple(tensor.shape), tensor.requires_grad, id(tensor.grad)


def _written_pages(tensors: list[Any]) -> int | None:
    """How many pages of the tensors' memory are this process's own: a weights' file is mapped, and copied where it is written."""
    ranges = {(t.data_ptr() // mmap.PAGESIZE, -(-(t.data_ptr() + t.nbytes) // mmap.PAGESIZE)) for t in tensors if t.nbytes}
    try:
        with open("/proc/self/pagemap", "rb", buffering=0) as pagemap:
            return sum(_own_pages(os.pread(pagemap.fileno(), 8 * (end - start), 8 * start)) for start, end in _merged(ranges))
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
    return int(np.count_nonzero((pages & _PRESENT != 0) & (pages & _OF_A_FILE == 0)))
