"""What a submission defines, described for the judge: names, kinds and parameters, never the objects themselves."""

from __future__ import annotations

import inspect
import sys
from typing import Any

_MOST_NAMES = 2_000
_SKIPPED = {"In", "Out", "get_ipython", "exit", "quit", "open"}


def describe_namespace(namespace: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every public name with its description, at most 2,000."""
    found = {}
    for name, value in list(namespace.items())[:_MOST_NAMES]:
        if isinstance(name, str) and not name.startswith("_") and name not in _SKIPPED:
            described = describe_object(value)
            if described:
                found[name] = described
    return found


def describe_object(value: Any) -> dict[str, Any]:
    """`kind` (function, class, module_class, instance, network, array, number, mapping, sequence; {} for others) and, for what
    can be called, `parameters`: a list of `{name, required, many}`; a class also has `methods`, by name."""
    if inspect.ismodule(value):
        return {}
    if isinstance(value, type):
        methods = {name: _parameters(item, bound=True) for name, item in _methods(value).items()}
        kind = "module_class" if _is_network_class(value) else "class"
        return {"kind": kind, "parameters": _parameters(value), "methods": methods}
    kind = _kind(value)
    if kind in ("instance", "network"):
        methods = {name: _parameters(item, bound=True) for name, item in _methods(type(value)).items()}
        return {"kind": kind, "parameters": _parameters(value), "methods": methods}
    if kind == "function":
        return {"kind": kind, "parameters": _parameters(value)}
    return {"kind": kind} if kind else {}


def _kind(value: Any) -> str:
    torch: Any = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return "array"
    if torch is not None and isinstance(value, torch.nn.Module):
        return "network"
    if type(value).__module__ == "numpy":
        return "array"
    if isinstance(value, int | float | complex):
        return "number"
    if isinstance(value, dict):
        return "mapping"
    if isinstance(value, list | tuple):
        return "sequence"
    if inspect.isroutine(value) or hasattr(value, "__wrapped__") or type(value).__name__ in ("partial", "ufunc", "vectorize"):
        return "function"
    if type(value).__module__ in ("__main__", *_student_modules()):
        return "instance"
    return "function" if callable(value) else ""


def _student_modules() -> list[str]:
    return [
        name
        for name, module in list(sys.modules.items())
        if getattr(module, "__file__", None) and "/work/" in str(module.__file__)
    ]


def _is_network_class(value: type) -> bool:
    torch: Any = sys.modules.get("torch")
    return torch is not None and issubclass(value, torch.nn.Module)


def _methods(value: type) -> dict[str, Any]:
    own: dict[str, Any] = {}
    for base in value.__mro__[:-1]:
        if base.__module__.split(".")[0] in ("torch", "builtins"):
            continue
        for name, item in vars(base).items():
            if inspect.isroutine(item) and (not name.startswith("_") or name == "__call__"):
                own.setdefault(name, item)
    return dict(list(own.items())[:50])


def _parameters(value: Any, bound: bool = False) -> list[dict[str, Any]] | None:
    """None when the signature cannot be read."""
    if _is_network_class(type(value)) or type(value).__module__.split(".")[0] == "torch":
        value = getattr(value, "forward", value)
    try:
        signature = inspect.signature(value.__func__ if isinstance(value, staticmethod | classmethod) else value)
    except (ValueError, TypeError):
        return None
    parameters = list(signature.parameters.values())
    if bound and not isinstance(value, staticmethod):
        parameters = parameters[1:]
    return [
        {
            "name": parameter.name[:100],
            "required": parameter.default is parameter.empty
            and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD),
            "many": parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD),
        }
        for parameter in parameters[:50]
    ]
