"""What a submission defines, described for the judge: names, kinds and parameters, never the objects themselves.

A description is a mapping with `kind` (function, hook, class, module_class, instance, network, array, number, mapping, sequence),
`own` (defined in the submission's files, not imported from a library) and, where they make sense:

* `chosen`: True for a library's object that the submission itself has given this name
* `returns`: False for a function that ends in an exception whatever it is given, as those of a starter do
* `parameters`: a list of `{name, required, how, form, fraction, said}`, `how` being positional, keyword, args or kwargs, `form`
  that of arrays which the function is written for, as far as it shows, `fraction` whether the default is a float, `said` what
  an annotation says that it is (network, array); None when unknown
* `methods` of a class or an instance: by name, `{parameters, static}`; `of`: the name of an instance's class
* `attributes` of a class or an instance: names of properties, and of what the constructor stores
* `axes` of an array
"""

from __future__ import annotations

import dis
import inspect
import itertools
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import CodeType, FunctionType, MappingProxyType, ModuleType
from typing import Any

from grader.guest.glance import attribute, has, is_a, is_routine, torch_types
from grader.guest.reach import is_network

_MOST_NAMES = 2_000
_SELVES = {"self", "cls", "this", "me", "slf", "s", "_"}
# By words in an annotation; the first that fits counts.
_FORMS = {"tensor": "torch", "ndarray": "numpy", "arraylike": "numpy", "list": "list", "sequence": "list", "tuple": "tuple"}
_DEFINED = ("function", "class", "module_class")
_SKIPPED = {"In", "Out", "get_ipython", "exit", "quit", "open"}
_HOW: dict[Any, str] = {
    inspect.Parameter.VAR_POSITIONAL: "args",
    inspect.Parameter.VAR_KEYWORD: "kwargs",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
}
_GIVES_OTHERWISE = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_PLAIN_KINDS = {"number": (int, float, complex), "mapping": (dict,), "sequence": (list, tuple)}
# Bound without a definition's module name: what they wrap tells whose they are.
_WRAPPERS = {"partial", "vectorize", "ufunc", "_lru_cache_wrapper", "singledispatch"}


def modules_in(folder: Path, since: str = "") -> list[ModuleType]:
    """The imported modules whose files lie in `folder`, of those that were imported after the module `since`.

    To look at a module is to write to its page, which a fork then has to copy: 2,000 of them take 7 ms.
    """
    inside = f"{folder}/"
    found = (sys.modules.get(name) for name in _imported_since(since))
    modules = [module for module in found if module is not None and is_a(module, ModuleType)]
    return [module for module in modules if str(attribute(module, "__file__", "")).startswith(inside)]


def _imported_since(name: str) -> list[str]:
    while True:
        try:
            return list(itertools.takewhile(lambda each: each != name, reversed(sys.modules)))[::-1]
        except RuntimeError:
            continue  # a thread of the submission imports meanwhile


class Inventory:
    """Describes the objects of a submission with these `modules`; `hooks` are the functions that it registered on networks.

    `defined` is what its `def` and `class` statements made, by name, whatever a decorator turned it into; `chosen` are names that
    it gave otherwise, by an assignment or `import ... as`.
    """

    def __init__(
        self,
        modules: Sequence[ModuleType],
        hooks: Sequence[Any] = (),
        defined: Mapping[str, Any] = MappingProxyType({}),
        chosen: Collection[str] = (),
    ) -> None:
        self.modules = {"__main__", *(module.__name__ for module in modules)}
        self.hooks = hooks
        self.defined = defined
        self.chosen = chosen

    def describe_all(self, *namespaces: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Every public name with its description, the submission's own first, at most 2,000; later namespaces win.

        Private names only where they are functions or classes of its own: a notebook's output history has such names too.
        """
        found = {}
        for name, value in itertools.chain.from_iterable(list(namespace.items()) for namespace in namespaces):
            if type(name) is str and not name.startswith("__") and name not in _SKIPPED:
                described = self._described(name, value)
                if described and (not name.startswith("_") or (described["kind"] in _DEFINED and described["own"])):
                    found[name] = described
        return dict(sorted(found.items(), key=lambda item: not item[1]["own"])[:_MOST_NAMES])

    def _described(self, name: str, value: Any) -> dict[str, Any]:
        try:
            described = self.describe(value)
            if not described:
                return {}
            own = self.is_own(value) or self.defined.get(name) is value
            chosen = not own and name in self.chosen and not _is_called(value, name)
            return {**described, "own": own, **({"chosen": True} if chosen else {})}
        except Exception:  # noqa: BLE001  of the object: what cannot even be described is no answer to a part, and costs no other
            return {}

    def describe(self, value: Any) -> dict[str, Any]:
        """The description of one object, without `own`; empty for what is of no interest."""
        if is_a(value, ModuleType):
            return {}
        if is_a(value, type):
            kind = "module_class" if _is_network_class(value) else "class"
            described = {"kind": kind, "parameters": _parameters(value), "methods": _methods(value, whole=True)}
            return {**described, "attributes": _attributes(value)}
        kind = self._kind(value)
        if kind in ("instance", "network"):
            made_of = str(type(value).__name__)[:200]
            described = {"kind": kind, "parameters": _parameters(value), "methods": _methods(type(value)), "of": made_of}
            return {**described, "attributes": _attributes(type(value))}
        if kind == "function":
            is_hook = any(value is hook for hook in self.hooks)
            return {"kind": "hook" if is_hook else kind, "parameters": _parameters(value), "returns": _may_return(value)}
        if kind == "array":
            return {"kind": kind, "axes": int(attribute(value, "ndim", 0))}
        return {"kind": kind} if kind else {}

    def is_own(self, value: Any) -> bool:
        """Whether a function, a class or an instance was written by the student; plain values always count as such."""
        if type(value).__name__ in _WRAPPERS:
            inner = (attribute(value, name) for name in ("func", "__wrapped__", "pyfunc"))
            value = next((one for one in inner if one is not None), value)
        return not callable(value) or attribute(value, "__module__", type(value).__module__) in self.modules

    def _kind(self, value: Any) -> str:
        if is_network(value):
            return "network"
        if is_a(value, *torch_types("Tensor")) or _is_numpy(value):
            return "array"
        for kind, types in _PLAIN_KINDS.items():
            if is_a(value, *types):
                return kind
        if is_routine(value) or has(value, "__wrapped__") or type(value).__name__ in _WRAPPERS:
            return "function"
        if type(value).__module__ in self.modules:
            return "instance"
        return "function" if callable(value) else ""


def _is_called(value: Any, name: str) -> bool:
    """Whether a function or a class has this name from the library: `nms = torchvision.ops.nms` is an import in other words."""
    return (is_routine(value) or is_a(value, type)) and attribute(value, "__name__") == name


def _is_numpy(value: Any) -> bool:
    name = type(value).__name__
    return name in ("DataFrame", "Series") or (type(value).__module__ == "numpy" and name not in _WRAPPERS)


def _is_network_class(value: type) -> bool:
    return issubclass(value, torch_types("nn.Module"))


def _methods(value: type, whole: bool = False) -> dict[str, dict[str, Any]]:
    """Those of a class by name; of a class itself, not an instance, with `whole`: then some need no instance."""
    own: dict[str, dict[str, Any]] = {}
    selves = _SELVES | {_first_name(item) for name, item in vars(value).items() if name.startswith("__")}
    for base in value.__mro__[:-1]:
        if base.__module__.split(".")[0] in ("torch", "builtins"):
            continue
        for name, item in vars(base).items():
            if is_routine(item) and (not name.startswith("_") or name == "__call__") and name not in own:
                static = is_a(item, staticmethod, classmethod)
                bare = whole and not static and _first_name(item) not in selves  # `Metrics.iou(a, b)`, a class as a namespace
                own[name] = {"parameters": _parameters(item, bound=not bare), "static": static or bare}
    return dict(list(own.items())[:50])


def _attributes(value: type) -> list[str]:
    """Public names that an instance has without a call: properties, and what a constructor of the student's own assigns."""
    found: dict[str, None] = {}
    for base in value.__mro__[:-1]:
        if base.__module__.split(".")[0] in ("torch", "builtins"):
            continue
        code = attribute(vars(base).get("__init__"), "__code__")
        if isinstance(code, CodeType):
            found.update(dict.fromkeys(_stored_on_self(code)))
        found.update(dict.fromkeys(name for name, item in vars(base).items() if is_a(item, property, cached_property)))
    return [name for name in found if not name.startswith("_")][:50]


def _stored_on_self(code: CodeType) -> list[str]:
    """What a constructor's code assigns to attributes of its first parameter, `self.weights = ...`."""
    steps = list(dis.get_instructions(code))
    return [
        step.argval
        for before, step in itertools.pairwise(steps)
        if step.opname == "STORE_ATTR" and _loaded_last(before) in code.co_varnames[:1]
    ]


def _loaded_last(step: dis.Instruction) -> Any:
    """Of an instruction that loads two variables at once, as Python 3.13 has them, the second."""
    return step.argval[-1] if isinstance(step.argval, tuple) else step.argval


def _first_name(value: Any) -> str:
    code = attribute(value, "__code__")
    return code.co_varnames[0] if isinstance(code, CodeType) and code.co_argcount else "self"


def _form(value: Any, parameters: Sequence[inspect.Parameter]) -> str:
    """The form of arrays that a function is written for: by its annotations, else numpy's where it uses that and no torch."""
    for parameter in parameters:
        said = _text_of(parameter.annotation)
        for word, form in _FORMS.items():
            if parameter.annotation is not parameter.empty and word in said.lower():
                return form
    if not is_a(value, FunctionType):
        return ""
    mentioned = [value.__globals__.get(name) for name in value.__code__.co_names]
    used = {str(attribute(one, "__name__", "")).split(".")[0] for one in mentioned if is_a(one, ModuleType)}
    return "numpy" if "numpy" in used and not used & {"torch", "torchvision"} else ""


def _said(annotation: Any) -> str:
    """What an annotation says that a parameter is: `network`, `array`, or nothing that tells them apart."""
    names = set(re.findall(r"\w+", _text_of(annotation)))
    if "Module" in names or (is_a(annotation, type) and _is_network_class(annotation)):
        return "network"
    return "array" if names & {"Tensor", "ndarray"} else ""


def _text_of(annotation: Any) -> str:
    try:
        return annotation if isinstance(annotation, str) else repr(annotation)
    except Exception:  # noqa: BLE001  of the object that stands there
        return ""


def _may_return(value: Any) -> bool:
    """Whether some way through a function's code ends in a result: there is an instruction that gives one back."""
    code = attribute(value, "__code__")
    if not isinstance(code, CodeType) or code.co_flags & _GIVES_OTHERWISE:
        return True
    return any(one.opname.startswith("RETURN") for one in dis.get_instructions(code))


def _parameters(value: Any, bound: bool = False) -> list[dict[str, Any]] | None:
    if _is_network_class(type(value)) or type(value).__module__.split(".")[0] == "torch":
        value = attribute(value, "forward", value)
    try:
        signature = inspect.signature(value.__func__ if is_a(value, staticmethod, classmethod) else value)
    except Exception:  # noqa: BLE001  where there is none; and it asks the object for names, and puts its `repr` into an error
        return None
    parameters = list(signature.parameters.values())
    if bound and not is_a(value, staticmethod):
        parameters = parameters[1:]
    form = _form(attribute(value, "__func__", value), parameters)
    return [
        {
            "name": parameter.name[:100],
            "form": form,
            "required": parameter.default is parameter.empty and _HOW.get(parameter.kind) not in ("args", "kwargs"),
            "how": _HOW.get(parameter.kind, "positional"),
            "fraction": type(parameter.default) is float,
            "said": _said(parameter.annotation),
        }
        for parameter in parameters[:50]
    ]
