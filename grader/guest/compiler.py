"""torch's compiler, left out of the template until something asks for it.

torchvision imports `torch._dynamo`, and with it sympy, triton and much of `torch.distributed`, for the sake of one question
that it asks when boxes are pooled on a GPU; and drawing random numbers of the `meta` device, which has none, imports it too. That
would be a second of each start, and 150 MB that every fork carries along. Who asks for more of it gets the compiler as ever;
`torch.compile` itself compiles nothing here (see `adaptations.compiling`).
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_MODULE = "torch._dynamo.utils"
_QUESTION = "is_compile_supported"


class _Standin(ModuleType):
    """Has the one function; for anything else it gives way to the module that it stands for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what importing itself looks for
            raise AttributeError(name)
        return _later(name) if name == _QUESTION else getattr(_real(self), name)


@contextmanager
def deferred() -> Iterator[None]:
    """What is imported in the body may import the function, and gets one that imports the compiler at its first call."""
    if _MODULE in sys.modules:
        yield
        return
    sys.modules[_MODULE] = standin = _Standin(_MODULE)
    try:
        yield
    finally:
        _give_way(standin)


@contextmanager
def skeletons() -> Iterator[None]:
    """Networks that are built in the body have their shapes and no numbers: on the `meta` device, no random ones drawn."""
    import torch
    from torch.overrides import TorchFunctionMode

    class Undrawn(TorchFunctionMode):
        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if function in drawing:
                return args[0]
            if getattr(function, "__module__", "") == torch.nn.init.__name__:  # draws where this mode does not see it
                return args[0] if args else kwargs["tensor"]
            return function(*args, **(kwargs or {}))

    drawing = {torch.Tensor.normal_, torch.Tensor.uniform_}
    with torch.device("meta"), Undrawn():
        yield


def _later(name: str) -> Callable[..., Any]:
    def asked(*arguments: Any, **keywords: Any) -> Any:
        return getattr(importlib.import_module(_MODULE), name)(*arguments, **keywords)

    asked.__name__ = asked.__qualname__ = name
    return asked


def _real(standin: ModuleType) -> ModuleType:
    _give_way(standin)
    return importlib.import_module(_MODULE)


def _give_way(standin: ModuleType) -> None:
    if sys.modules.get(_MODULE) is standin:
        del sys.modules[_MODULE]
