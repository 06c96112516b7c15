"""What a submission defines, described for the judge: names, kinds and parameters, never the objects themselves.

A description is a mapping with `kind` (function, hook, class, module_class, instance, network, array, number, mapping, sequence,
other), `own` (defined in the submission's files, not imported from a library) and, where they make sense:

* `chosen`: True for a library's object that the submission itself has given this name
* `returns`: False for a function that ends in an exception whatever it is given, as those of a starter do; `answers`: True for
  one that may end in something else than None, and for a class to call which is to ask it, as its `__new__` may make anything,
  or its objects are numbers, lists or arrays themselves
* `parameters` as in `grader.guest.parameters`; None when unknown; `gives`: those of the function that a function makes, if it
  makes one
* `methods` of a class or an instance: by name, `{parameters, static, answers}`, the last False for one that only ever gives back
  None or its object; `of`: the name of an instance's class
* `attributes` of a class or an instance: names of properties, and of what the constructor stores
* `hooking`: True for a class one of whose methods registers forward hooks
* `axes` of an array
"""

from __future__ import annotations

import dis
import inspect
import itertools
import sys
from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from functools import cached_property
from pathlib import PurePath
from types import CodeType, FunctionType, MappingProxyType, ModuleType
from typing import Any

import numpy as np

from grader.guest.bounds import MOST_ATTRIBUTES, MOST_METHODS, MOST_NAMES
from grader.guest.glance import attribute, has, is_a, is_routine, names_of, torch_types
from grader.guest.parameters import is_network_class, loaded_last, parameters_of
from grader.guest.reach import is_network

_DEEPEST = 3  # classes within classes
_SELVES = {"self", "cls", "this", "me", "slf", "s", "_"}
_DEFINED = ("function", "class", "module_class")
_SKIPPED = {"In", "Out", "get_ipython", "exit", "quit", "open"}
_GIVES_OTHERWISE = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_RETURNING = {number for name, number in dis.opmap.items() if name.startswith("RETURN")}
_PLAIN_KINDS = {"number": (int, float, complex), "mapping": (dict,), "sequence": (list, tuple)}
_PLAIN_ANSWERS = (int, float, complex, list, tuple, set, frozenset)
# Bound without a definition's module name: what they wrap tells whose they are.
_WRAPPERS = {"partial", "vectorize", "ufunc", "_lru_cache_wrapper", "singledispatch"}


def modules_in(folder: PurePath, since: str = "") -> list[ModuleType]:
    """The imported modules whose files lie in `folder`, of those that were imported after the module `since`.

    To look at a module is to write to its page, which a fork then has to copy: 2,000 of them take 7 ms.
    """
    inside = str(folder / "_")[:-1]  # with the separator of the folder's system
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
    it gave otherwise, by an assignment or `import ... as`; `given` are likenesses of the functions that functions make, by name.
    """

    def __init__(
        self,
        modules: Sequence[ModuleType],
        hooks: Sequence[Any] = (),
        defined: Mapping[str, Any] = MappingProxyType({}),
        chosen: Collection[str] = (),
        given: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.modules = {"__main__", *(module.__name__ for module in modules)}
        self.hooks = hooks
        # Of a bound method its function, of an object that serves as a hook what is called of its class.
        inner = [attribute(hook, "__func__") or attribute(type(hook), "__call__") for hook in hooks]
        self.hooked = [one for one in inner if is_a(one, FunctionType)]
        self.defined = defined
        self.chosen = chosen
        self.given = given

    def describe_all(self, *namespaces: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Every public name with its description, the submission's own first; later namespaces win. Of a class within a class of
        its own the name is dotted. Of more than 2,000 those stay that are its own functions and classes, then its own values.

        Private names only where they are functions or classes of its own: a notebook's output history has such names too.
        """
        found = {}
        for name, value in itertools.chain.from_iterable(list(namespace.items()) for namespace in namespaces):
            if type(name) is str and not name.startswith("__") and name not in _SKIPPED:
                described = self._described(name, value)
                if described and (not name.startswith("_") or (described["kind"] in _DEFINED and described["own"])):
                    found[name] = described
                    found.update(self._inner_classes(name, value))
        worth = {name: (not one["own"], one["kind"] not in _DEFINED) for name, one in found.items()}
        kept = set(sorted(found, key=worth.__getitem__)[:MOST_NAMES])
        return {name: found[name] for name in sorted(found, key=lambda name: worth[name][0]) if name in kept}

    def _inner_classes(self, name: str, value: Any, depth: int = 0) -> dict[str, dict[str, Any]]:
        """The public classes that were written within a class of the submission, under dotted names."""
        found: dict[str, dict[str, Any]] = {}
        if is_a(value, type) and self.is_own(value) and depth < _DEEPEST:
            for inner, item in names_of(value).items():
                within = is_a(item, type) and str(item.__qualname__) == f"{value.__qualname__}.{inner}"
                if within and not inner.startswith("_") and (described := self._described(f"{name}.{inner}", item)):
                    found[f"{name}.{inner}"] = described
                    found.update(self._inner_classes(f"{name}.{inner}", item, depth + 1))
        return found

    def _described(self, name: str, value: Any) -> dict[str, Any]:
        try:
            described = self.describe(value)
            if not described:
                return {}
            own = self.is_own(value) or self.defined.get(name) is value
            if described["kind"] == "function" and name in self.given and self.defined.get(name) is value:
                described["gives"] = parameters_of(self.given[name])
            chosen = not own and name in self.chosen and not _is_called(value, name)
            return {**described, "own": own, **({"chosen": True} if chosen else {})}
        except Exception:  # noqa: BLE001  of the object: what cannot even be described is no answer to a part, and costs no other
            return {}

    def describe(self, value: Any) -> dict[str, Any]:
        """The description of one object, without `own`; empty for what is of no interest."""
        if is_a(value, ModuleType):
            return {}
        if is_a(value, type):
            kind = "module_class" if is_network_class(value) else "class"
            described = {"kind": kind, "parameters": parameters_of(value), "methods": self._methods_asked(value, whole=True)}
            hooking = {"hooking": True} if _registers_hooks(value) else {}
            return {**described, "attributes": _attributes(value), "answers": self._is_asked_itself(value), **hooking}
        kind = self._kind(value)
        if kind in ("instance", "network"):
            made_of = str(type(value).__name__)[:200]
            described = {
                "kind": kind,
                "parameters": parameters_of(value),
                "methods": self._methods_asked(type(value)),
                "of": made_of,
            }
            return {**described, "attributes": _attributes(type(value))}
        if kind == "function":
            is_hook = any(value is hook for hook in self.hooks)
            described = {"kind": "hook" if is_hook else kind, "parameters": parameters_of(value)}
            return {**described, "returns": _may_return(value), "answers": _may_answer(value)}
        if kind == "array":
            return {"kind": kind, "axes": int(attribute(value, "ndim", 0))}
        return {"kind": kind} if kind else {}

    def _is_asked_itself(self, value: type) -> bool:
        """Whether a call of a class may end in more than an object of it: a record's never does, whose `__new__` is written for
        it, nor an enumeration's."""
        if issubclass(value, Enum) or attribute(value, "_fields") is not None:
            return False
        makes = any("__new__" in vars(base) for base in value.__mro__ if base.__module__ in self.modules)
        return makes or issubclass(value, (*_PLAIN_ANSWERS, np.ndarray, *torch_types("Tensor")))

    def _methods_asked(self, value: type, whole: bool = False) -> dict[str, dict[str, Any]]:
        """Those that do not serve as hooks."""
        return {name: one for name, one in _methods(value, whole).items() if not self._is_hooked(value, name)}

    def _is_hooked(self, value: type, name: str) -> bool:
        return any(attribute(value, name) is one for one in self.hooked)

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
        return "function" if callable(value) else "other"


def _is_called(value: Any, name: str) -> bool:
    """Whether a function or a class has this name from the library: `nms = torchvision.ops.nms` is an import in other words."""
    return (is_routine(value) or is_a(value, type)) and attribute(value, "__name__") == name


def _is_numpy(value: Any) -> bool:
    name = type(value).__name__
    return name in ("DataFrame", "Series") or (type(value).__module__ == "numpy" and name not in _WRAPPERS)


def _methods(value: type, whole: bool = False) -> dict[str, dict[str, Any]]:
    """Those of a class by name; of a class itself, not an instance, with `whole`: then some need no instance."""
    own: dict[str, dict[str, Any]] = {}
    selves = _SELVES | {_first_name(item) for name, item in vars(value).items() if name.startswith("__")}
    for base in value.__mro__[:-1]:
        if _is_of_torch(base):
            continue
        for name, item in vars(base).items():
            is_method = is_routine(item) and not is_a(item, cached_property)  # which looks like a method's descriptor
            if is_method and (not name.startswith("_") or name == "__call__") and name not in own:
                static = is_a(item, staticmethod, classmethod)
                bare = whole and not static and _first_name(item) not in selves  # `Metrics.iou(a, b)`, a class as a namespace
                parameters = parameters_of(item, bound=not bare)
                own[name] = {
                    "parameters": parameters,
                    "static": static or bare,
                    "answers": _may_answer(_innermost(item), of_self=True),
                }
    return dict(list(own.items())[:MOST_METHODS])


def _attributes(value: type) -> list[str]:
    """Public names that an instance has without a call: properties, and what a constructor of the student's own assigns."""
    found: dict[str, None] = {}
    for base in value.__mro__[:-1]:
        if _is_of_torch(base):
            continue
        code = attribute(vars(base).get("__init__"), "__code__")
        if isinstance(code, CodeType):
            found.update(dict.fromkeys(_stored_on_self(code)))
        found.update(dict.fromkeys(name for name, item in vars(base).items() if is_a(item, property, cached_property)))
    return [name for name in found if not name.startswith("_")][:MOST_ATTRIBUTES]


def _registers_hooks(value: type) -> bool:
    codes = [attribute(item, "__code__") for base in value.__mro__[:-1] if not _is_of_torch(base) for item in vars(base).values()]
    return any("register_forward_hook" in code.co_names for code in codes if isinstance(code, CodeType))


def _stored_on_self(code: CodeType) -> list[str]:
    """What a constructor's code assigns to attributes of its first parameter, `self.weights = ...`."""
    steps = list(dis.get_instructions(code))
    return [
        step.argval
        for before, step in itertools.pairwise(steps)
        if step.opname == "STORE_ATTR" and loaded_last(before) in code.co_varnames[:1]
    ]


def _is_of_torch(base: type) -> bool:
    """Whether a class of an object's order is one of torch's, or Python's own: nothing of it is the submission's."""
    return base.__module__.split(".")[0] in ("torch", "builtins")


def _first_name(value: Any) -> str:
    code = attribute(value, "__code__")
    return code.co_varnames[0] if isinstance(code, CodeType) and code.co_argcount else "self"


def _may_return(value: Any) -> bool:
    """Whether some way through a function's code ends in a result: there is an instruction that gives one back."""
    code = attribute(value, "__code__")
    if not isinstance(code, CodeType) or code.co_flags & _GIVES_OTHERWISE:
        return True
    return not _RETURNING.isdisjoint(code.co_code[::2])  # each second byte is an argument


def _innermost(value: Any) -> Any:
    """The function that decorators such as `torch.no_grad()` are wrapped around."""
    for _layer in range(8):
        inner = attribute(value, "__wrapped__")
        if inner is None:
            break
        value = inner
    return value


def _may_answer(value: Any, of_self: bool = False) -> bool:
    """Whether some way through a function's code gives back something else than None; of a method, than its object either."""
    code = attribute(value, "__code__")
    if not isinstance(code, CodeType) or code.co_flags & _GIVES_OTHERWISE:
        return True
    steps = list(dis.get_instructions(code))
    if any(step.opname == "RETURN_CONST" and step.argval is not None for step in steps):
        return True
    ends = [(before, now) for before, now in itertools.pairwise(steps) if now.opname == "RETURN_VALUE"]
    itself = code.co_varnames[:1] if of_self and code.co_argcount else ()
    # Where another way joins in, as of `a if a else None`, it brings another value.
    return any(now.is_jump_target or not _brings_nothing(before, itself) for before, now in ends)


def _brings_nothing(step: dis.Instruction, itself: tuple[str, ...]) -> bool:
    """Whether an instruction loads None, or the object `itself`: also as the second of what Python 3.13 does at once."""
    if step.opname == "LOAD_CONST":
        return step.argval is None
    return ("LOAD_FAST" in step.opname or step.opname == "LOAD_DEREF") and loaded_last(step) in itself
