"""Making an object of a submission's class, where the judge cannot give its constructor all that it asks for."""

from __future__ import annotations

import inspect
import sys
from typing import Any


def make(kind: type[Any], given: dict[str, Any]) -> Any:
    """An instance, by its constructor with what is `given` and None for whatever else it must have.

    Where a constructor cannot work with that (it opens a file by a path, loads a checkpoint), the object is made without it: a
    method that does its task by its arguments alone is as good as a function. Raises what a constructor raises that got all.
    """
    missing = _missing(kind, given)
    if not missing:
        return kind(**given)
    try:
        return kind(**given, **dict.fromkeys(missing))
    except Exception:  # noqa: BLE001  whatever it is, it comes of a None that the student did not write
        return _without_constructor(kind)


def _missing(kind: type[Any], given: dict[str, Any]) -> list[str]:
    try:
        parameters = inspect.signature(kind).parameters.values()
    except (TypeError, ValueError):  # a class that does not tell
        return []
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [one.name for one in parameters if one.kind in named and one.default is one.empty and one.name not in given]


def _without_constructor(kind: Any) -> Any:
    made = kind.__new__(kind)
    torch: Any = sys.modules.get("torch")
    if torch is not None and isinstance(made, torch.nn.Module):
        torch.nn.Module.__init__(made)  # else not even an attribute can be set on it
    return made
