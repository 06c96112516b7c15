"""The parameters of a function, described for the judge: as its signature has them, and as its code reads them.

A description is a list of `{name, required, how, form, fraction, default, said}`, `how` being positional, keyword, args or
kwargs. What is taken out of `**kwargs` by its name is a keyword too, and `*args` that nothing looks at is none. `form` is that of
arrays which the function is written for, as far as it shows, `fraction` whether the default is a float, `default` the word that
it is (`true` and `false` of a flag, a small whole number, the name of a function or of a layer without numbers; empty for all
else), `said` what an annotation says that it is (network, array, number, numbers, other; empty where there is none). `kept`
stands with a parameter whose default is layers in a row that the submission has put together (`net=nn.Sequential(...)`), which no
whole network can take the place of; `called` with one that is a function, as its annotation or the code says, which calls it.
"""

from __future__ import annotations

import dis
import inspect
import itertools
import re
import sys
from collections.abc import Iterator, Sequence
from enum import Enum
from types import CodeType, FunctionType, ModuleType
from typing import Any

from grader.guest.bounds import MOST_PARAMETERS
from grader.guest.glance import attribute, is_a, is_routine, torch_types

# By words in an annotation; the first that fits counts.
_FORMS = {"tensor": "torch", "ndarray": "numpy", "arraylike": "numpy", "dataframe": "table"}
_FORMS |= {"list": "list", "sequence": "list", "tuple": "tuple"}
# What of all arrays only tables of pandas have, and no usual module has: `nlargest` is also a function of heapq.
_OF_TABLES = {"sort_values", "iloc", "itertuples", "iterrows", "reset_index"}
_HOW: dict[Any, str] = {
    inspect.Parameter.VAR_POSITIONAL: "args",
    inspect.Parameter.VAR_KEYWORD: "kwargs",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
}
_COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>"}
_IDENTITY = "identity"  # the word for a function that changes nothing
_LARGEST_NUMBER = 10_000  # of a default that is told
_MARKED_BEFORE = sys.version_info < (3, 13)
_LOADS = ("LOAD_FAST", "LOAD_DEREF")
_KEYWORD = {"required": False, "how": "keyword", "said": ""}


def parameters_of(value: Any, bound: bool = False) -> list[dict[str, Any]] | None:
    """Those that a call fills; without the first of a method that is `bound`. None when there is no signature."""
    if is_network_class(type(value)) or type(value).__module__.split(".")[0] == "torch":
        value = attribute(value, "forward", value)
    try:
        signature = inspect.signature(value.__func__ if is_a(value, staticmethod, classmethod) else value)
    except Exception:  # noqa: BLE001  where there is none; and it asks the object for names, and puts its `repr` into an error
        return None
    parameters = list(signature.parameters.values())
    if bound and not is_a(value, staticmethod):
        parameters = parameters[1:]
    form = _form(attribute(value, "__func__", value), parameters)
    code = _code_of(value)
    called = _called_in(code) if code is not None else set()
    described = [
        {
            "name": parameter.name[:100],
            "form": form,
            "required": parameter.default is parameter.empty and _HOW.get(parameter.kind) not in ("args", "kwargs"),
            "how": _HOW.get(parameter.kind, "positional"),
            "fraction": type(parameter.default) is float,
            "default": _word(parameter.default),
            "said": _said(parameter.annotation),
            **({"kept": True} if is_a(parameter.default, *torch_types("nn.Sequential")) else {}),
            **({"called": True} if parameter.name in called or "Callable" in _words_in(parameter.annotation) else {}),
        }
        for parameter in parameters[:MOST_PARAMETERS]
    ]
    takes_any = any(one["how"] in ("args", "kwargs") for one in described)
    return _as_code_reads_them(described, code) if takes_any and code is not None else described


def _code_of(value: Any) -> CodeType | None:
    """The code that a call's arguments reach: of a function or a method, or of what makes or calls an object."""
    for name in ("__func__", "__wrapped__"):
        value = attribute(value, name, value)
    if not is_routine(value):
        value = attribute(value if is_a(value, type) else type(value), "__init__" if is_a(value, type) else "__call__")
    code = attribute(value, "__code__")
    return code if isinstance(code, CodeType) else None


def _as_code_reads_them(parameters: list[dict[str, Any]], code: CodeType) -> list[dict[str, Any]]:
    """Without `*args` that nothing reads, and with the names under which something is taken out of `**kwargs`: what is given in
    another way is not refused, and has no effect.
    """
    steps = [step for piece in _pieces(code) for step in dis.get_instructions(piece)]
    read = {name for step in steps if "LOAD" in step.opname and step.opname != "LOAD_CONST" for name in _loaded(step)}
    kept = [one for one in parameters if one["how"] != "args" or one["name"] in read or one["name"] not in code.co_varnames]
    known = {one["name"] for one in parameters}
    for mapping in [one["name"] for one in parameters if one["how"] == "kwargs"]:
        for name, default in _taken_out(mapping, steps):
            if name not in known and len(kept) < MOST_PARAMETERS:
                known.add(name)
                told = {"fraction": type(default) is float, "default": _word(default)}
                kept.append({**_KEYWORD, "name": name[:100], "form": parameters[0]["form"], **told})
    return kept


def _taken_out(mapping: str, steps: Sequence[dis.Instruction]) -> Iterator[tuple[str, Any]]:
    """`kwargs["name"]`, `kwargs.get("name", default)`, `kwargs.pop(...)`: each name with the constant that follows it."""
    for place, step in enumerate(steps):
        if "LOAD" in step.opname and step.opname != "LOAD_CONST" and loaded_last(step) == mapping:
            after = [one for one in steps[place + 1 : place + 4] if one.opname not in ("LOAD_ATTR", "LOAD_METHOD")]
            constants = [one.argval for one in itertools.takewhile(lambda one: one.opname == "LOAD_CONST", after)]
            if constants and type(constants[0]) is str:
                yield constants[0], (constants[1:] or [None])[0]


def _pieces(code: CodeType) -> Iterator[CodeType]:
    """A function's code, with that of list, set and dict comprehensions: from Python 3.12 on it is no code of its own."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType) and inner.co_name in _COMPREHENSIONS:
            yield from _pieces(inner)


def _called_in(code: CodeType) -> set[str]:
    """The variables of a function that it, or what is defined in it, calls: beside each the interpreter puts a mark, before it
    loads the variable, from Python 3.13 on after it."""
    steps = list(dis.get_instructions(code))
    pairs = zip(steps[1:], steps, strict=False) if _MARKED_BEFORE else itertools.pairwise(steps)
    found = {loaded_last(step) for step, mark in pairs if mark.opname == "PUSH_NULL" and step.opname.startswith(_LOADS)}
    inner = [one for one in code.co_consts if isinstance(one, CodeType)]
    return found.union(*(_called_in(one) & {*one.co_freevars, *code.co_varnames} for one in inner))


def _loaded(step: dis.Instruction) -> tuple[Any, ...]:
    """What an instruction loads: two variables at once for some of Python 3.13's."""
    return step.argval if isinstance(step.argval, tuple) else (step.argval,)


def loaded_last(step: dis.Instruction) -> Any:
    """What an instruction loads, of two variables the second."""
    return _loaded(step)[-1]


def _form(value: Any, parameters: Sequence[inspect.Parameter]) -> str:
    """The form of arrays that a function is written for: by its annotations, else tables where it sorts one or takes its rows,
    else numpy's where it uses that and no torch."""
    for parameter in parameters:
        said = _text_of(parameter.annotation)
        for word, form in _FORMS.items():
            if parameter.annotation is not parameter.empty and word in said.lower():
                return form
    if not is_a(value, FunctionType):
        return ""
    if any(_OF_TABLES.intersection(piece.co_names) for piece in _pieces(value.__code__)):
        return "table"
    mentioned = [value.__globals__.get(name) for piece in _pieces(value.__code__) for name in piece.co_names]
    used = {str(attribute(one, "__name__", "")).split(".")[0] for one in mentioned if is_a(one, ModuleType)}
    return "numpy" if "numpy" in used and not used & {"torch", "torchvision"} else ""


def _word(default: Any) -> str:
    """A default that names one of several ways to be called; of whole numbers its digits."""
    if type(default) is int and abs(default) < _LARGEST_NUMBER:
        return str(default)
    if is_a(default, Enum):
        return _words_of(default)[-1][:50]
    if type(default) is bool:
        return str(default).lower()
    if _is_step(default):
        return _name_of(default).lower()[:50]
    return default[:50] if type(default) is str else ""


def _is_step(default: Any) -> bool:
    """Whether a default is what something is put through: a function, or a layer that has no numbers of its own."""
    if is_network_class(type(default)):
        return not attribute(default, "_modules") and not attribute(default, "_parameters")
    return callable(default) and not is_a(default, type)


def _name_of(step: Any) -> str:
    own = attribute(step, "__name__")
    return own if type(own) is str else type(step).__name__


def _words_of(member: Enum) -> list[str]:
    """What a member is called, and its value if that is a word, in lower case."""
    return [word.lower() for word in (member.name, attribute(member, "_value_")) if type(word) is str]


def with_members(function: Any, given: dict[str, Any]) -> dict[str, Any]:
    """What is given, with the members of an enumeration for words where a function's parameter is one, and with a function that
    gives back what it is given for `identity` where its default is a function."""
    if not any(type(value) is str for value in given.values()):
        return given
    try:
        parameters = inspect.signature(function).parameters
    except Exception:  # noqa: BLE001  as in `parameters_of`
        return given
    return {name: _member(parameters[name], value) if name in parameters else value for name, value in given.items()}


def _member(parameter: inspect.Parameter, value: Any) -> Any:
    if value == _IDENTITY and _is_step(parameter.default):
        return lambda given, *_further, **_options: given
    kind = type(parameter.default) if is_a(parameter.default, Enum) else parameter.annotation
    if type(value) is not str or not is_a(kind, type) or not issubclass(kind, Enum):
        return value
    return next((member for member in kind if value.lower() in _words_of(member)), value)


def _said(annotation: Any) -> str:
    """What an annotation says that a parameter is."""
    if annotation is inspect.Parameter.empty:
        return ""
    names = _words_in(annotation)
    if "Module" in names or (is_a(annotation, type) and is_network_class(annotation)):
        return "network"
    if names & {"Tensor", "ndarray"}:
        return "array"
    if not names & {"float", "int"}:
        return "other"
    return "numbers" if names & {"list", "List", "Sequence", "Iterable"} else "number"


def _words_in(annotation: Any) -> set[str]:
    return set() if annotation is inspect.Parameter.empty else set(re.findall(r"\w+", _text_of(annotation)))


def _text_of(annotation: Any) -> str:
    try:
        return annotation if isinstance(annotation, str) else repr(annotation)
    except Exception:  # noqa: BLE001  of the object that stands there
        return ""


def is_network_class(value: type) -> bool:
    """Whether objects of a class are networks."""
    return issubclass(value, torch_types("nn.Module"))
