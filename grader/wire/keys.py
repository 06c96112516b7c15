"""Keys of mappings and elements of sets, in the forms that cross the wall: None, bool, int, float, str, bytes, tuples of these.

The same rule on both sides, so that a submission that answers as the reference does is answered for in the same keys.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from grader.wire.values import Value

_PLAIN = (bool, int, float, str, bytes)
_DEEPEST = 24  # of keys that are made plain
_DEEPEST_KEY = 40  # of any key, as deep as any frame (`REQUESTS`): who looks at a deeper one runs out of stack
_LONGEST_TEXT = 200


def is_key(value: Value, deepest: int = _DEEPEST_KEY) -> bool:
    """Whether the codec takes it for a key."""
    if type(value) is tuple:
        return deepest > 0 and all(is_key(item, deepest - 1) for item in value)
    return value is None or type(value) in _PLAIN


def plain_key(key: Any, deepest: int = _DEEPEST) -> Value:
    """The same key as the codec takes it: NumPy's scalars and tensors of one number as numbers, what derives from a plain type as
    that, tuples of all these item by item. What has no such form, or is nested deeper, comes back as it is.
    """
    return _key(key, lambda other, _: other, deepest)


def answer_key(key: Any, deepest: int = _DEEPEST) -> Value:
    """A key of an answer: as `plain_key`, a frozenset as its items in order; of what has no such form a text, at most 200 signs.

    Never raises, whatever a submission's class does when it is looked at.
    """
    try:
        found = element(key, deepest)
        return found if is_key(found) else str(found)[:_LONGEST_TEXT]
    except Exception:  # noqa: BLE001  a student's `__str__` may raise anything
        return type(key).__name__[:_LONGEST_TEXT]


def element(item: Any, deepest: int = _DEEPEST) -> Value:
    """An element of a set in an answer: as `plain_key`, a frozenset as its items in order; as it is where it has no such form."""
    return _key(item, _in_order, deepest)


def by_key(pairs: Iterable[tuple[Value, Value]]) -> Value:
    """A mapping of these; as pairs in a list where two keys became one, for none of them may take the other's place."""
    items = list(pairs)
    found = dict(items)
    return found if len(found) == len(items) else items


def rank(item: Value) -> tuple[str, Any]:
    """Where a key stands among others: numbers by their value, others by their kind first, as no two kinds can be compared."""
    if isinstance(item, tuple):
        return "tuple", tuple(rank(part) for part in item)
    if isinstance(item, int | float):
        return "number", item
    return type(item).__name__, item if isinstance(item, str | bytes) else repr(item)


def unwrapped(base: type, value: Any) -> Value:
    """What derives from one of the plain types, or from complex, read through that type's own methods."""
    if base is bool or base is int:
        return int.__add__(value, 0)
    if base is float:
        return float.__add__(value, 0.0)
    if base is complex:
        return complex.__add__(value, 0j)
    return str.__getitem__(value, slice(None)) if base is str else bytes.__getitem__(value, slice(None))


def _key(key: Any, otherwise: Callable[[Any, int], Value], deepest: int) -> Value:
    kind = type(key)  # not what it says it is: `isinstance` asks for `__class__`
    if key is None or kind in _PLAIN or deepest < 0:
        return key
    if issubclass(kind, tuple):
        return tuple(_key(item, otherwise, deepest - 1) for item in tuple.__iter__(key))
    if issubclass(kind, np.generic) or _is_one_number(key):
        number = np.generic.item(key) if issubclass(kind, np.generic) else key.item()
        return number if type(number) in _PLAIN else otherwise(key, deepest)
    base = next((base for base in _PLAIN if issubclass(kind, base)), None)
    return otherwise(key, deepest) if base is None else unwrapped(base, key)


def _in_order(item: Any, deepest: int) -> Value:
    if not issubclass(type(item), frozenset):
        return item
    items = [element(one, deepest - 1) for one in frozenset.__iter__(item)]
    return tuple(sorted(items, key=rank)) if all(map(is_key, items)) else item


def _is_one_number(value: Any) -> bool:
    tensor = getattr(sys.modules.get("torch"), "Tensor", None)
    return isinstance(tensor, type) and issubclass(type(value), tensor) and value.numel() == 1
