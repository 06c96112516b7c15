"""Whether a submission has taken out of the interpreter what the grader's own code in there stands on.

`sys.modules = None` is no fault of the grader's, though it is the grader's code that fails next, with none of the submission's
running. No honest submission puts something else in the place of `list` or of `collections`; what many do replace does not count.
"""

from __future__ import annotations

import builtins
import sys
from types import ModuleType

_OFTEN_REPLACED = {"__import__", "exit", "help", "input", "open", "print", "quit"}


class Interpreter:
    """Python's own names and modules as they are before a submission; made before the fork, as it touches every module."""

    def __init__(self) -> None:
        self._table = sys.modules
        self._modules = {name: module for name, module in sys.modules.items() if _is_ours(name) and type(module) is ModuleType}
        self._names = {name: value for name, value in vars(builtins).items() if name not in _OFTEN_REPLACED}

    def is_spoilt(self) -> bool:
        """Whether some of it is gone, or is something else now. May raise anything where it is."""
        if sys.modules is not self._table:
            return True
        now = vars(builtins)
        return any(self._table.get(name) is not module for name, module in self._modules.items()) or any(
            now.get(name) is not value for name, value in self._names.items() if callable(value)
        )


def _is_ours(name: str) -> bool:
    first = name.partition(".")[0]
    return first == "grader" or first in sys.stdlib_module_names
