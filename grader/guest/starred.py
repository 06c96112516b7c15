"""Python's own functions after `from numpy import *`, which hid none of these before NumPy 2.

With NumPy 2 `max`, `min`, `abs`, `pow`, `round` and `bool` come with all the rest, so that `max(0, x2 - x1)` means a maximum
along an axis. Where the file was written either may have been meant, and a call tells which: what Python's own takes is its own.
"""

from __future__ import annotations

import builtins
import functools
import sys
from collections.abc import Callable
from typing import Any

_FUNCTIONS = ("abs", "max", "min", "pow", "round")
_NAMES = (*_FUNCTIONS, "bool")


def give_back(namespace: dict[str, Any]) -> bool:
    """Let these names mean Python's own again, and NumPy's only where Python's cannot take an array or a list; whether they came
    with a `*`: then all of them are there, as they are nowhere else.
    """
    names = getattr(sys.modules.get("numpy"), "__dict__", {})
    is_numpys = str(namespace.get("__name__")).partition(".")[0] == "numpy"  # its own modules have them, and need them
    if is_numpys or any(namespace.get(name) is None or namespace[name] is not names.get(name) for name in _NAMES):
        return False
    namespace |= {name: _either(getattr(builtins, name), names[name]) for name in _FUNCTIONS}
    del namespace["bool"]
    return True


def _either(own: Callable[..., Any], numpys: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(own)
    def call(*arguments: Any, **keywords: Any) -> Any:
        try:
            return own(*arguments, **keywords)
        except (TypeError, ValueError):
            of_many = bool(arguments) and (isinstance(arguments[0], list | tuple) or hasattr(arguments[0], "__array_interface__"))
            if not of_many:
                raise
            return numpys(*arguments, **keywords)

    return call
