"""How a submission might want to be called: attempts in order, from what it defines and what a part accepts.

Pure functions from (part, inventory) to attempts. An attempt fixes what to call, which argument goes to which parameter, in
which form, and with which small changes of shape; the proxy tries one after the other and goes on only after an error of
type, attribute, value, index or shape.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.course.specification import Part
from grader.sandbox.session import LoadReport
from grader.wire.values import Value

_MOST_CANDIDATES = 4
_MOST_ATTEMPTS = 40
_CALLED = ("__call__", "forward")
_HOOK_ROLES = (
    {"module", "m", "model", "layer", "self", "mod"},
    {"input", "inputs", "inp", "x", "i", "in"},
    {"output", "outputs", "out", "o"},
)


@dataclass(frozen=True)
class Binding:
    """Which role goes where: positionally in order, by keyword, to a constructor; `omitted` roles go nowhere."""

    positional: tuple[str, ...] = ()
    keywords: tuple[tuple[str, str], ...] = ()
    omitted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """Something in the submission that may answer a part."""

    name: str
    style: str
    target: dict[str, Value] = field(hash=False)
    binding: Binding = Binding()
    constructor: tuple[str, ...] = ()


@dataclass(frozen=True)
class Attempt:
    """A candidate with a form of its arguments and small changes to them (`squeeze:role`, `expand:role`, `list:role`)."""

    candidate: Candidate
    form: str
    changes: tuple[str, ...] = ()


def same_name(name: str) -> str:
    """Names compare without case and underscores."""
    return name.replace("_", "").lower()


def attempts(part: Part, report: LoadReport) -> list[Attempt]:
    """Every attempt worth making, best first, at most 40. Empty when nothing answers to the part's names."""
    found = list(itertools.islice(candidates(part, report), _MOST_CANDIDATES))
    changes: list[tuple[str, ...]] = [()]
    changes += [(f"{change}:{role}",) for role in part.batch_axis for change in ("squeeze", "expand")]
    if len(part.batch_axis) > 1:
        changes += [tuple(f"expand:{role}" for role in part.batch_axis)]
    changes += [(f"list:{role}",) for role in part.index_forms]
    changes += [(f"{c}:{b}", f"list:{i}") for i in part.index_forms for b in part.batch_axis for c in ("squeeze", "expand")]
    ordered = [
        Attempt(candidate, form, change)
        for candidate in found
        for change in changes
        for form in (part.accepts if candidate.style not in ("variable", "forward_hook") else part.accepts[:1])
        if not change or candidate.style != "variable"
    ]
    return ordered[:_MOST_ATTEMPTS]


def candidates(part: Part, report: LoadReport) -> Iterator[Candidate]:
    """What answers to the part's names, in the order of the names; hooks last."""
    by_name: dict[str, list[str]] = {}
    for name in report.names:
        by_name.setdefault(same_name(name), []).append(name)
    seen = set()
    for wanted in part.names:
        for name in sorted(by_name.get(same_name(wanted), []), key=lambda found: found != wanted):
            if name not in seen:
                seen.add(name)
                yield from _from_entry(part, name, report.names[name])
    if "method" in part.styles:
        wanted_names = {same_name(name): rank for rank, name in reversed(list(enumerate(part.names)))}
        yield from _methods_by_name(part, report, wanted_names)
    if "forward_hook" in part.styles and report.hooks:
        yield Candidate("", "forward_hook", {"via": "hook"}, Binding(tuple(p.role for p in part.parameters)))


def _from_entry(part: Part, name: str, entry: dict[str, Any]) -> Iterator[Candidate]:
    kind = entry.get("kind")
    if kind in ("function", "network", "instance"):
        parameters = _parameters(entry.get("parameters"))
        if kind == "function" and _is_hook(parameters):
            return
        if (kind == "function" and "call" in part.styles) or kind == "network" or "__call__" in (entry.get("methods") or {}):
            if kind == "instance":
                parameters = _parameters((entry.get("methods") or {}).get("__call__"))
            yield from _bound(part, name, "call", {"via": "name", "name": name}, parameters)
        if kind == "instance" and "method" in part.styles:
            yield from _only_method(part, name, entry, ())
    elif kind in ("class", "module_class") and {"module_class", "method"} & set(part.styles):
        yield from _from_class(part, name, entry)
    elif kind in ("array", "number", "mapping", "sequence") and "variable" in part.styles:
        yield Candidate(name, "variable", {"via": "variable", "name": name})


def _from_class(part: Part, name: str, entry: dict[str, Any]) -> Iterator[Candidate]:
    constructor = _constructor(part, _parameters(entry.get("parameters")))
    if constructor is None:
        return
    methods = entry.get("methods") or {}
    called = next((method for method in _CALLED if method in methods), None)
    if called and "module_class" in part.styles:
        target: dict[str, Value] = {"via": "instance", "name": name}
        yield from _bound(part, name, "module_class", target, _parameters(methods[called]), constructor)
    if "method" in part.styles:
        yield from _only_method(part, name, entry, constructor)


def _only_method(part: Part, name: str, entry: dict[str, Any], constructor: tuple[str, ...]) -> Iterator[Candidate]:
    """The methods of a class that is itself named like the part: those named so too, else its only public one."""
    methods = entry.get("methods") or {}
    public = [method for method in methods if not method.startswith("_") and method != "forward"]
    wanted = {same_name(other) for other in part.names}
    named = [method for method in public if same_name(method) in wanted] or (public if len(public) == 1 else [])
    for method in named:
        target: dict[str, Value] = {"via": "method", "name": name, "method": method}
        yield from _bound(part, f"{name}.{method}", "method", target, _parameters(methods[method]), constructor)


def _methods_by_name(part: Part, report: LoadReport, wanted: dict[str, int]) -> Iterator[Candidate]:
    found = []
    for name, entry in report.names.items():
        for method in entry.get("methods") or {}:
            rank = wanted.get(same_name(str(method)))
            if rank is not None:
                found.append((entry.get("kind") not in ("instance", "network"), rank, name, str(method)))
    for is_class, _, name, method in sorted(found):
        entry = report.names[name]
        constructor = _constructor(part, _parameters(entry.get("parameters"))) if is_class else ()
        if constructor is not None:
            target: dict[str, Value] = {"via": "method", "name": name, "method": method}
            yield from _bound(part, f"{name}.{method}", "method", target, _parameters(entry["methods"][method]), constructor)


@dataclass(frozen=True)
class _Parameter:
    name: str
    required: bool
    many: bool


def _parameters(described: Any) -> list[_Parameter] | None:
    """From the inventory, which the sandbox wrote: anything malformed counts as unknown."""
    if not isinstance(described, list):
        return None
    try:
        return [_Parameter(str(item["name"]), item["required"] is True, item["many"] is True) for item in described]
    except (KeyError, TypeError):
        return None


def _is_hook(parameters: list[_Parameter] | None) -> bool:
    """A forward hook's signature, (module, inputs, output): it is registered, never called by a test."""
    if parameters is None or len(parameters) != 3:
        return False
    return all(same_name(parameter.name) in names for parameter, names in zip(parameters, _HOOK_ROLES, strict=True))


def _bound(
    part: Part,
    name: str,
    style: str,
    target: dict[str, Value],
    parameters: list[_Parameter] | None,
    constructor: Sequence[str] = (),
) -> Iterator[Candidate]:
    roles = [parameter.role for parameter in part.parameters if parameter.role not in constructor]
    if parameters is not None:
        parameters = [p for p in parameters if not p.many] if not any(p.many for p in parameters) else None
    binding = bind(part, roles, parameters)
    yield Candidate(name, style, {**target}, binding, tuple(constructor))


def bind(part: Part, roles: Sequence[str], parameters: list[_Parameter] | None) -> Binding:
    """Give roles to parameters: by name where names say so, the rest in order; optional roles may be left out."""
    if parameters is None:
        return Binding(tuple(roles))
    by_alias = {
        same_name(alias): parameter.role
        for parameter in reversed(part.parameters)
        for alias in (*parameter.aliases, parameter.role)
    }
    exact = {alias: parameter.role for parameter in reversed(part.parameters) for alias in (*parameter.aliases, parameter.role)}
    given: dict[str, str] = {}  # parameter name -> role
    for parameter in parameters:
        role = exact.get(parameter.name) or by_alias.get(same_name(parameter.name))
        if role in roles and role not in given.values():
            given[parameter.name] = str(role)
    rest = [role for role in roles if role not in given.values()]
    free = [p for p in parameters if p.name not in given]
    optional = {parameter.role for parameter in part.parameters if parameter.optional}
    room = len(free)
    omitted = []
    for role in list(rest):
        if role in optional and len(rest) > room:
            rest.remove(role)
            omitted.append(role)
    targets = sorted(free, key=lambda p: not p.required)[: len(rest)]
    targets = [p for p in free if p in targets]
    for parameter, role in zip(targets, rest, strict=False):
        given[parameter.name] = role
    if len(rest) > len(targets) or set(given.values()) != {role for role in roles if role not in omitted}:
        return Binding(tuple(role for role in roles if role not in omitted), omitted=tuple(omitted))
    names = [p.name for p in parameters]
    leading = list(itertools.takewhile(lambda n: n in given, names))
    keywords = tuple((n, given[n]) for n in names if n in given and n not in leading)
    return Binding(tuple(given[n] for n in leading), keywords, tuple(omitted))


def _constructor(part: Part, parameters: list[_Parameter] | None) -> tuple[str, ...] | None:
    """Roles that a constructor takes (all its required parameters must be roles), or None when it wants something else."""
    aliases = {same_name(alias): p.role for p in part.parameters for alias in (*p.aliases, p.role)}
    required = [p for p in parameters or [] if p.required]
    roles = tuple(aliases.get(same_name(p.name), "") for p in required)
    return roles if all(roles) and len(set(roles)) == len(roles) else None
