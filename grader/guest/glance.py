"""A glance at an object of a submission: what it holds, without asking it, or without being ended by how it answers.

A settings object that raises `KeyError` for every name that it does not know, a stand-in for something that is loaded later, a
library's placeholder: they are honest, and `hasattr`, `isinstance`, `repr` and `inspect.signature` all ask them. Here an object's
type is read off itself (`isinstance` asks for `__class__`), and an exception of the object is taken for "there is none".
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from types import MappingProxyType, MemberDescriptorType
from typing import Any


def is_a(value: Any, *kinds: type) -> bool:
    """Whether its real type is one of `kinds` or derived from one."""
    return issubclass(type(value), kinds)


def torch_types(path: str) -> tuple[type, ...]:
    """The type of torch's under a name, for `is_a`; none where torch is not imported, or is a file of the student's own."""
    found: Any = sys.modules.get("torch")
    for name in path.split("."):
        found = attribute(found, name)
    return (found,) if isinstance(found, type) else ()


def attribute(value: Any, name: str, default: Any = None) -> Any:
    """The attribute; `default` when there is none, or asking for it raises."""
    try:
        return getattr(value, name, default)
    except Exception:  # noqa: BLE001  `__getattr__`, `__getattribute__` and properties may raise anything
        return default


def has(value: Any, name: str) -> bool:
    """Whether an object or its class keeps something under a name; one that answers to any name need not."""
    return name in names_of(value) or any(name in vars(base) for base in type(value).__mro__)


def is_routine(value: Any) -> bool:
    """Whether it is a function or a method of any kind, builtin ones too."""
    try:
        return inspect.isroutine(value)
    except Exception:  # noqa: BLE001  as above
        return False


def names_of(value: Any) -> dict[str, Any]:
    """What an object, a class or a module keeps under names, in a copy; empty when it has no such dictionary."""
    look: Any = type if is_a(value, type) else object
    try:
        found = look.__getattribute__(value, "__dict__")
    except Exception:  # noqa: BLE001  it has none, or a property in its place
        return {}
    if type(found) is MappingProxyType:
        return dict(found)
    return dict.copy(found) if is_a(found, dict) else {}


def slots_of(value: Any) -> list[Any]:
    """What an object keeps in the slots of its class; None for an empty one."""
    kept = [item for base in type(value).__mro__ for item in vars(base).values() if type(item) is MemberDescriptorType]
    return [_content(item, value) for item in kept]


def _content(slot: MemberDescriptorType, value: Any) -> Any:
    try:
        return slot.__get__(value)
    except AttributeError:
        return None


def items_of(value: Any) -> list[tuple[Any, Any]]:
    """The entries of a dictionary, past what a class derived from it makes of them."""
    return list(dict.items(value))


def elements_of(value: Any, kinds: Iterable[type]) -> list[Any] | None:
    """The elements of an object whose type is one of `kinds` or derived from one, in the order of that kind; None for others."""
    base: Any = next((kind for kind in kinds if is_a(value, kind)), None)
    return None if base is None else list(base.__iter__(value))
