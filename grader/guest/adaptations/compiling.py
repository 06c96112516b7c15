"""Compilers that are not here: `torch.compile` and the decorators of numba leave functions and networks as they are, which give
the same numbers."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import numpy as np

from grader.guest.notes import Notes

_NUMBERS = {"boolean": "bool", "b1": "bool", "f4": "float32", "f8": "float64", "u1": "uint8"}
_NUMBERS |= {"i4": "int32", "i8": "int64", "intp": "intp", "float_": "float32", "double": "float64"}
_NUMBERS |= {f"{kind}{bits}": f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)}
_NUMBERS |= {"float32": "float32", "float64": "float64"}


def install(notes: Notes) -> None:
    """Let `torch.compile`, as a call and as a decorator, and a network's own `compile` give back what they were given.

    What it compiles to is C++ or Triton, for which the sandbox has no tools: it would look for them for a minute, and fail.
    """
    if importlib.util.find_spec("numba") is None:
        _install_numba()
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return

    def compile_nothing(model: Any = None, **_options: Any) -> Any:
        if model is None:
            return compile_nothing
        notes.add("compile_skipped")
        return model

    def stay(_network: Any, *_args: Any, **_options: Any) -> None:
        notes.add("compile_skipped")

    torch.compile = compile_nothing
    torch.nn.Module.compile = stay


class _Number:
    """A type of numba's: of arrays too (`float64[:]`), of a signature (`float64(float64[:])`), and what makes such a number."""

    def __init__(self, name: str) -> None:
        self.dtype = np.dtype(name)

    def __getitem__(self, _axes: Any) -> _Number:
        return self

    def __call__(self, *given: Any) -> Any:
        return self if all(isinstance(one, _Number) for one in given) else self.dtype.type(*given)


def _install_numba() -> None:
    """What is usually imported of numba. Its functions run as they are written: that is slower, and no other answer."""

    def decorate(function: Any = None, *_signature: Any, **_options: Any) -> Any:
        return function if inspect.isroutine(function) else lambda decorated: decorated

    def vectorize(*signature: Any, **_options: Any) -> Any:
        return np.vectorize(signature[0]) if signature and inspect.isroutine(signature[0]) else np.vectorize

    numba, typed, types = (ModuleType(name) for name in ("numba", "numba.typed", "numba.types"))
    numbers = {name: _Number(dtype) for name, dtype in _NUMBERS.items()}
    vars(typed).update(List=list, Dict=dict)
    vars(types).update(numbers)
    decorators = dict.fromkeys(("jit", "njit", "generated_jit"), decorate)
    vars(numba).update(**numbers, **decorators, vectorize=vectorize, prange=range, typed=typed, types=types)
    numba.__path__ = []
    numba.__spec__ = ModuleSpec("numba", None)  # libraries look for it, to see whether it is there
    sys.modules |= {module.__name__: module for module in (numba, typed, types)}
