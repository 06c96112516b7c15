"""Whether a submission has taken out of the interpreter what the grader's own code in there stands on.

`sys.modules = None` and `hashlib.sha256 = None` are no faults of the grader's, though it is the grader's code that fails next,
with none of the submission's running. No honest submission puts something else in the place of `list`, of `collections` or of a
function of the grader's; what many do replace does not count, and of what a module of Python's keeps only that which the code
that failed takes from it.
"""

from __future__ import annotations

import builtins
import sys
import traceback
from collections.abc import Mapping
from types import CodeType, ModuleType
from typing import Any

_OFTEN_REPLACED = {"__import__", "exit", "help", "input", "open", "print", "quit"}
_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE
_IMPORTING = "_frozen_importlib"  # what an `import` calls, unseen in a traceback


class Interpreter:
    """Python's own names and modules as they are before a submission; made before the fork, as it touches every module."""

    def __init__(self) -> None:
        self._table = sys.modules
        self._modules = {name: module for name, module in sys.modules.items() if _is_ours(name) and type(module) is ModuleType}
        self._names = {name: value for name, value in vars(builtins).items() if callable(value) and name not in _OFTEN_REPLACED}
        self._contents = {module: _contents(module) for module in self._modules.values()}
        whole = [module for name, module in self._modules.items() if name == _IMPORTING or name.startswith("grader.")]
        self._kinds = {kind: _contents(kind) for contents in self._contents.values() for kind in _changeable(contents)}
        kinds = [kind for kind in self._kinds if self._modules.get(kind.__module__) in whole]
        self._whole = [*((module, self._contents[module]) for module in whole), *((kind, self._kinds[kind]) for kind in kinds)]
        self._modules_of = {id(vars(module)): module for module in self._contents}

    def is_spoilt(self, error: BaseException) -> bool:
        """Whether some of it is gone or something else now, so that code of the grader's may have failed by it, with `error`.

        May raise anything where it is.
        """
        if sys.modules is not self._table or _differ(self._modules, self._table):
            return True
        now = vars(builtins)
        if _differ(self._names, now) or not all(callable(now.get(name)) for name in _OFTEN_REPLACED & {"__import__", "open"}):
            return True
        if any(_differ(contents, vars(place)) for place, contents in self._whole):
            return True
        frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
        return any(self._lacks(frame.f_code, self._modules_of.get(id(frame.f_globals))) for frame in frames)

    def _lacks(self, code: CodeType, module: ModuleType | None) -> bool:
        """Whether something was replaced that this code of a module takes from there, or by a dot from modules that it names, or
        in a class that stands there: which one's methods the code calls, no name tells."""
        places = [module] if module is not None else []
        for place in places:
            used = {name: self._contents[place][name] for name in code.co_names if name in self._contents[place]}
            kinds = _changeable(self._contents[place])
            if _differ(used, vars(place)) or any(_differ(self._kinds[kind], vars(kind)) for kind in kinds):
                return True
            named = [one for one in used.values() if isinstance(one, ModuleType) and one in self._contents]
            places += [one for one in named if one not in places]
        return False


def _contents(place: ModuleType | type) -> dict[str, Any]:
    """The functions, classes and modules in a module, or those in a class; what else it keeps may well change."""
    return {name: value for name, value in vars(place).items() if callable(value) or isinstance(value, ModuleType)}


def _changeable(contents: dict[str, Any]) -> list[type]:
    """Those of Python's and the grader's own classes whose methods can be replaced."""
    kinds = [kind for kind in contents.values() if isinstance(kind, type) and kind.__flags__ & _HEAP]
    return [kind for kind in kinds if _is_ours(str(kind.__module__))]


def _differ(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return any(now.get(name) is not value for name, value in before.items())


def _is_ours(name: str) -> bool:
    first = name.partition(".")[0]
    return first == "grader" or first in sys.stdlib_module_names
