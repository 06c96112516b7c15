"""What the course's own code passes and answers, as values of the wire: arrays and tensors wrapped, containers walked.

Both leave as it is what is none of these, and the codec refuses what cannot cross. Tensors are known by their methods, so that
torch is not imported here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from grader.wire.keys import answer_key, by_key, element, is_key, plain_key
from grader.wire.values import Array, Value


def wired(value: Any) -> Value:
    """An argument. Named tuples and other kinds of lists, tuples and dictionaries become the plain ones."""
    return _walked(value, plain_key, lambda items: set(map(plain_key, items)))


def wired_answer(value: Any) -> Value:
    """An answer, in the form in which the same answer of a submission arrives (`grader.guest.values`).

    A named tuple as a whole comes by its fields' names, keys and elements of sets come by the rules of `grader.wire.keys`.
    """
    names = getattr(type(value), "_fields", ()) if isinstance(value, tuple) else ()
    return _walked(dict(zip(names, value, strict=True)) if names else value, answer_key, _set_of_answer)


def _walked(value: Any, key: Callable[[Any], Value], as_set: Callable[[Iterable[Any]], Value]) -> Value:
    if hasattr(value, "detach") and hasattr(value, "numpy"):
        return Array(value.detach().cpu().numpy(), "tensor")
    if isinstance(value, np.ndarray | np.generic):
        return Array(np.asarray(value), "scalar" if isinstance(value, np.generic) else "ndarray")
    if isinstance(value, list | tuple):
        return (tuple if isinstance(value, tuple) else list)(_walked(item, key, as_set) for item in value)
    if isinstance(value, set | frozenset):
        return as_set(value)
    if isinstance(value, dict):
        return by_key((key(name), _walked(item, key, as_set)) for name, item in value.items())
    return value


def _set_of_answer(items: Iterable[Any]) -> Value:
    in_order = sorted(items, key=repr)
    plain = [element(item) for item in in_order]
    if all(map(is_key, plain)) and len(found := set(plain)) == len(plain):
        return found
    return [_walked(item, answer_key, _set_of_answer) for item in in_order]
