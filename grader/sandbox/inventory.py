"""What a submission says that it defines (see `grader.guest.inventory`), as records of this side.

All of it was written inside the sandbox and may be of any type and size: whatever is not as it should be becomes empty, because
an exception here would be taken for the grader's fault.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from grader.guest.bounds import MOST_ATTRIBUTES, MOST_HOOKS, MOST_METHODS, MOST_METHODS_IN_ALL, MOST_NAMES, MOST_PARAMETERS
from grader.wire.values import Value


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function. `how` is positional, keyword, args or kwargs; `form` that of arrays which it is written for;
    `fraction`: its default is a float; `default`: the word that it is, `true`, `false` and small whole numbers too; `said`: what
    its annotation says that it is, if there is one; `kept`: its default is layers of the submission's own, which nothing can take
    the place of; `called`: it is a function, which the code calls.
    """

    name: str
    required: bool = True
    how: str = "positional"
    form: str = ""
    fraction: bool = False
    said: str = ""
    default: str = ""
    kept: bool = False
    called: bool = False


@dataclass(frozen=True)
class Method:
    """A method, without its `self`. `static`: it needs no instance; `answers` False: it only ever gives back None, or its
    object."""

    parameters: tuple[Parameter, ...] | None
    static: bool = False
    answers: bool = True


@dataclass(frozen=True)
class Entry:
    """What a name stands for. `parameters` is None when unknown; `own`: written by the student; `chosen`: a library's, under a
    name that the student gave it; `axes` of an array.

    `returns` is False for a function that only ever raises, `answers` True for one that may end in something else than None, and
    for a class a call of which may be the answer. `of` is the name of an instance's class, `attributes` are names that instances
    have without a call. `gives`: the parameters of the function that a function makes; None where it makes none. `hooking`: a
    class one of whose methods registers forward hooks.
    """

    kind: str
    parameters: tuple[Parameter, ...] | None = None
    methods: Mapping[str, Method] = field(default_factory=dict)
    own: bool = True
    axes: int = 0
    returns: bool = True
    of: str = ""
    attributes: tuple[str, ...] = ()
    chosen: bool = False
    answers: bool = False
    gives: tuple[Parameter, ...] | None = None
    hooking: bool = False


@dataclass(frozen=True)
class HookPlace:
    """Where a forward hook sits: the name of the network (empty for one of the submission's own making) and the layer."""

    network: str
    layer: str


def read_entries(names: Mapping[Value, Value]) -> dict[str, Entry]:
    """What is said of each name; of classes that come after very many methods without theirs."""
    found, methods = {}, 0
    for name, item in itertools.islice(names.items(), MOST_NAMES):
        if type(item) is dict:
            entry = read_entry(item)
            methods += len(entry.methods)
            found[text(name, 200)] = entry if methods <= MOST_METHODS_IN_ALL else replace(entry, methods={})
    return found


def read_entry(item: Mapping[Value, Value]) -> Entry:
    """One name's description."""
    methods = item.get("methods")
    return Entry(
        kind=text(item.get("kind"), 50),
        parameters=_read_parameters(item.get("parameters")),
        methods={
            text(name, 200): Method(
                _read_parameters(own.get("parameters")), own.get("static") is True, own.get("answers") is not False
            )
            for name, own in list(methods.items())[:MOST_METHODS]
            if type(own) is dict
        }
        if type(methods) is dict
        else {},
        own=item.get("own") is True,
        axes=number(item.get("axes")),
        returns=item.get("returns") is not False,
        of=text(item.get("of"), 200),
        attributes=tuple(text(name, 200) for name in items(item.get("attributes"), MOST_ATTRIBUTES)),
        chosen=item.get("chosen") is True,
        answers=item.get("answers") is True,
        gives=_read_parameters(item.get("gives")),
        hooking=item.get("hooking") is True,
    )


def read_places(value: Value) -> tuple[HookPlace, ...]:
    """Where the hooks sit; those that are in no network stand empty, because they count too."""
    rows = [item if type(item) is dict else {} for item in items(value, MOST_HOOKS)]
    return tuple(HookPlace(text(row.get("network"), 100), text(row.get("layer"), 200)) for row in rows)


def _read_parameters(value: Value) -> tuple[Parameter, ...] | None:
    if type(value) is not list or not all(type(item) is dict for item in value):
        return None
    return tuple(
        Parameter(
            text(item.get("name"), 100),
            item.get("required") is True,
            text(item.get("how"), 20),
            text(item.get("form"), 20),
            item.get("fraction") is True,
            text(item.get("said"), 20),
            text(item.get("default"), 50),
            item.get("kept") is True,
            item.get("called") is True,
        )
        for item in value[:MOST_PARAMETERS]
    )


def text(value: Value, most: int) -> str:
    """The text, cut off; empty for anything else."""
    return value[:most] if type(value) is str else ""


def number(value: Value) -> int:
    """A small number that is not negative; 0 for anything else (`int` of an infinite float would raise)."""
    return value if type(value) is int and 0 <= value < 1 << 31 else 0


def items(value: Value, most: int) -> list[Value]:
    """The list, cut off; empty for anything else."""
    return value[:most] if type(value) is list else []
