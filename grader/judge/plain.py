"""Wire values to plain numbers that a comparison works with."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.wire.keys import rank
from grader.wire.values import Array, Value

_HEAVY = (np.ndarray, dict, list, tuple, set, frozenset, str, bytes)


def plain(value: Value, *, copied: bool = False) -> Any:
    """Arrays as `numpy.ndarray`, numpy scalars as Python numbers, containers walked, sets as sorted lists; handles stay.

    What comes shares nothing that can be changed with `value` but arrays, and if `copied` not even those.
    """
    if isinstance(value, Array):
        if value.kind == "scalar" and value.data.size == 1:
            return value.data.item()
        return value.data.copy() if copied else value.data
    if isinstance(value, list | tuple):
        return type(value)(plain(item, copied=copied) for item in value)
    if isinstance(value, set):
        return sorted(value, key=rank)
    if isinstance(value, dict):
        return {key: plain(item, copied=copied) for key, item in value.items()}
    return value


def weight(value: Any) -> int:
    """About how many bytes a plain value takes where it is compared: its numbers as float64, and 64 for each other element."""
    total, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, np.ndarray):
            total += 8 * one.size
        elif isinstance(one, dict):
            total += 128 * len(one)
            waiting += [part for part in one.values() if isinstance(part, _HEAVY)]
        elif isinstance(one, list | tuple | set | frozenset):
            total += 64 * len(one)
            waiting += [part for part in one if isinstance(part, _HEAVY)]
        elif isinstance(one, str | bytes):
            total += len(one)
    return total


def kinds(value: Value) -> str:
    """What came, in a word or two: `tensor float32`, `list`, `float`."""
    if isinstance(value, Array):
        grad = " with gradient" if value.requires_grad else ""
        return f"{value.kind} {value.dtype or value.data.dtype.name}{grad}"
    return type(value).__name__
