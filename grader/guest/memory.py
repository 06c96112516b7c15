"""What a submission remembers from call to call: whether calls have left its own data as they found it.

Tests follow one another in one process while nothing stays behind. What does (a list that grew, a result kept in a global) is put
back, if all that could belong to it was seen: to rewind a counter, and not what it counts, costs right code its points. Where
something cannot be put back, as an array that was written to, the next test is asked in a fresh fork of the loaded submission.
That is decided by what can be seen here and never by whether an answer was right, which is nothing that a submission may learn.

Whoever hides a change from this fools only itself: its own later calls see the change.
"""

from __future__ import annotations

import contextlib
import datetime
import decimal
import functools
import io
import operator
import pathlib
import re
import sys
import types
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from types import CellType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from grader.guest.glance import attribute, elements_of, is_a, items_of, names_of, slots_of, torch_types
from grader.guest.imprint import modules_of
from grader.guest.reach import LIBRARIES, is_filled, is_foreign, is_network

_MOST = 20_000  # things looked at: of more it is not known what they hold
_SMALL = 4096  # bytes of an array that are looked at every time
_LARGE = 1 << 20  # and in need; of a still larger one only whether torch wrote to it: no call's map or mask is as large
_MOST_NUMBERS = 32 << 20  # bytes of those in between, in all
_KINDS = list, tuple, set, frozenset, deque  # which class an object is derived from, of those with elements
_PLAIN = (int, float, complex, bool, str, bytes, type(None))
_TORCHS_OWN = "_non_persistent_buffers_set"  # which every module has
# A notebook's own history, and what every namespace has: nothing that calls change.
_HISTORY = re.compile(r"_i?\d+|_{1,3}|_i{1,3}|_[iod]h|In|Out|__\w+__")

# Objects of these hold no answer for the next call: devices, transforms, pictures, figures, loggers, locks. Tables may.
_STATELESS = LIBRARIES - {"pandas", "scipy", "sklearn"}
_STATELESS |= {"typing", "logging", "threading", "_thread", "random", "warnings", "abc", "fractions", "operator", "string"}
_CONSTANTS: tuple[type, ...] = (
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    types.MappingProxyType,
    types.CodeType,
    types.EllipsisType,
    types.NotImplementedType,
    types.GenericAlias,
    types.UnionType,
    range,
    slice,
    re.Pattern,
    pathlib.PurePath,
    datetime.date,
    datetime.time,
    datetime.timedelta,
    decimal.Decimal,
)


class Remembered:
    """What can be reached from `places` by names, items and attributes, as it was when this was made; equal while it is so.

    The things themselves are kept, so that no identity is used twice, and what they held. `networks` are those of libraries'
    classes, which are looked at elsewhere. `is_opaque`: something is there that may hold anything.
    """

    def __init__(self, places: Iterable[Any]) -> None:
        self.seen: list[Any] = []
        self.networks: list[Any] = []
        self.is_opaque = False
        self._things: dict[int, Any] = {}
        self._held: list[tuple[Any, Any]] = []
        self._large: list[Any] = []
        # Each look at something that may hold others next time, and what it found: objects, or what compares by its value.
        self._looks: list[tuple[Callable[[Any], list[Any]], Any, list[Any]]] = []
        self._readings: list[tuple[Callable[[Any], Any], Any, Any]] = []
        self._has_failed = False
        waiting: deque[Any] = deque(places)
        while waiting and len(self.seen) < _MOST:
            thing = waiting.popleft()
            if type(thing) in _PLAIN:
                self.seen.append(thing)
                continue
            self.seen.append(id(thing))
            if id(thing) not in self._things:
                self._things[id(thing)] = thing
                try:
                    waiting.extend(self._within(thing))
                except Exception:  # noqa: BLE001  of an object that raises at a look
                    self.is_opaque = self._has_failed = True
        large = sum(attribute(thing, "nbytes", 0) for thing in self._large)
        self.is_opaque = self.is_opaque or bool(waiting) or large > _MOST_NUMBERS

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remembered) and self.seen == other.seen

    __hash__ = None  # type: ignore[assignment]

    def is_as_it_was(self) -> bool:
        """Whether every look finds the very same again: then all that is reached is the same, and a new walk would be equal.

        A walk takes five times as long. False where only a walk can tell.
        """
        if self._has_failed:
            return False
        try:
            return all(_are_same(look(thing), found) for look, thing, found in self._looks) and all(
                read(thing) == found for read, thing, found in self._readings
            )
        except Exception:  # noqa: BLE001  as above
            return False

    def numbers(self) -> list[bytes]:
        """What each tensor and each larger array holds, which is not compared otherwise. Raises for one that cannot be read."""
        return [_bytes_of(thing) for thing in self._large]

    def put_back(self) -> None:
        """Let what changed hold again what it held, if it is a plain container, a class, an object, a closure or a new cache."""
        for thing, held in self._held:
            with contextlib.suppress(Exception):  # of a key or a deleter of the submission's: then the change is seen
                _put_back(thing, held)

    def _within(self, thing: Any) -> list[Any]:
        """What a thing holds, with its size; nothing of what a library keeps for itself."""
        if is_a(thing, dict):
            self._held.append((thing, every := items_of(thing)))
            self._look(_entries, thing)
            items = [item for item in every if not _is_history(item[0])]
            return [len(items), *(part for item in items for part in item)]
        if (elements := elements_of(thing, _KINDS)) is not None:
            self._held.append((thing, elements))
            if not is_a(thing, tuple, frozenset):
                self._looks.append((_elements, thing, elements))
            return [len(elements), *elements[:_MOST]]
        if is_a(thing, np.ndarray, *torch_types("Tensor")):
            return self._of_numbers(thing)
        if is_a(thing, bytearray):
            return [self._read(bytes, thing)]
        if is_a(thing, functools._lru_cache_wrapper):
            known = self._read(_cache_info, thing)
            self._held.append((thing, known))
            return [*known, thing.__wrapped__]
        if is_a(thing, functools.partial):
            return self._look(_parts_of_partial, thing)
        if is_a(thing, staticmethod, classmethod, MethodType):
            return [thing.__func__, attribute(thing, "__self__")]
        if is_a(thing, types.BuiltinFunctionType, types.MethodWrapperType):
            return [thing.__self__]  # a list, of its `append`
        if is_a(thing, property):
            return [thing.fget, thing.fset, thing.fdel]
        return self._of_library(thing) if is_foreign(thing) else self._of_own(thing)

    def _look(self, look: Callable[[Any], list[Any]], thing: Any) -> list[Any]:
        self._looks.append((look, thing, found := look(thing)))
        return found

    def _read(self, read: Callable[[Any], Any], thing: Any) -> Any:
        self._readings.append((read, thing, found := read(thing)))
        return found

    def _of_numbers(self, thing: Any) -> list[Any]:
        is_array = is_a(thing, np.ndarray)
        if is_array and thing.dtype.hasobject:
            return [thing.size, *self._look(_objects, thing)]
        if is_array and thing.nbytes <= _SMALL:
            return [self._read(np.ndarray.tobytes, thing)]
        if thing.nbytes <= _LARGE:
            self._large.append(thing)
        return [self._read(_size if is_array else _version, thing)]

    def _of_library(self, thing: Any) -> list[Any]:
        if is_network(thing):
            self.networks.append(thing)
            modules = modules_of(thing)
            self._readings.append((_entries_of_modules, thing, [dict(vars(module)) for module in modules]))
            entries = [item for module in modules for item in vars(module).items() if type(item[1]) in (list, set, deque)]
            hung = [value for name, value in entries if name != _TORCHS_OWN]
            return [*hung, *(module for module in modules[1:] if not is_foreign(module))]
        if is_a(thing, ModuleType, type, FunctionType, *_CONSTANTS) or type(thing) is object:
            return []
        if str(type(thing).__module__).split(".")[0] in _STATELESS:
            return []
        holds_unseen = not attribute(thing, "closed") if is_a(thing, io.IOBase) else not type(thing).__dictoffset__
        self.is_opaque = self.is_opaque or holds_unseen
        return self._of_own(thing)

    def _of_own(self, thing: Any) -> list[Any]:
        if is_a(thing, *_CONSTANTS):
            return []
        if is_a(thing, FunctionType):
            self._held += [(cell, cell.cell_contents) for cell in thing.__closure__ or () if is_filled(cell)]
            return self._look(_parts_of_function, thing)
        self._held.append((thing, names_of(thing)))
        if is_a(thing, type):
            self._look(_entries_of, thing)
            return [value for name, value in names_of(thing).items() if not str(name).startswith("__")]
        parts = self._look(_parts_of_object, thing)
        return [len(parts), *parts]


# What `Remembered` looks at: of the same objects it finds the same.


def _entries(thing: Any) -> list[Any]:
    return [*dict.keys(thing), *dict.values(thing)]


def _elements(thing: Any) -> list[Any]:
    return elements_of(thing, _KINDS) or []


def _entries_of(thing: Any) -> list[Any]:
    return _entries(names_of(thing))


def _parts_of_object(thing: Any) -> list[Any]:
    return [*_entries_of(thing), *slots_of(thing)]


def _parts_of_function(thing: Any) -> list[Any]:
    contents = [cell.cell_contents for cell in thing.__closure__ or () if is_filled(cell)]
    return [thing.__defaults__, thing.__kwdefaults__, vars(thing), *contents]


def _parts_of_partial(thing: Any) -> list[Any]:
    return [thing.func, thing.args, thing.keywords]


def _objects(thing: Any) -> list[Any]:
    return list(np.ndarray.ravel(thing)[:_MOST])


def _entries_of_modules(thing: Any) -> list[dict[str, Any]]:
    """Compared as dictionaries, which for the same objects asks none of them: there are thousands of these entries."""
    return [vars(module) for module in modules_of(thing)]


def _cache_info(thing: Any) -> Any:
    return thing.cache_info()


def _size(thing: Any) -> Any:
    return thing.nbytes


def _version(thing: Any) -> Any:
    return attribute(thing, "_version", 0)  # a tensor of `torch.inference_mode` raises


def _bytes_of(thing: Any) -> bytes:
    """An array's or a tensor's numbers. Raises where they lie elsewhere."""
    data = thing
    if not is_a(thing, np.ndarray):
        torch: Any = sys.modules["torch"]
        data = thing.detach().resolve_conj().resolve_neg().contiguous().view(-1).view(torch.uint8).numpy()
    return np.ndarray.tobytes(data)


def _put_back(thing: Any, held: Any) -> None:
    kind = type(thing)
    if kind in (dict, defaultdict):
        _put_entries_back(thing, dict(held))
    elif kind in (list, deque, set):
        if not _are_same(list(thing), held):
            thing.clear()
            (thing.update if kind is set else thing.extend)(held)
    elif kind is CellType:
        if thing.cell_contents is not held:
            thing.cell_contents = held
    elif kind is functools._lru_cache_wrapper:
        if not (held.hits or held.misses or held.currsize):
            thing.cache_clear()
    elif is_a(thing, type):
        _put_class_back(thing, held)
    elif not is_a(thing, dict, list, tuple, set, frozenset, deque):
        entries = object.__getattribute__(thing, "__dict__")
        if type(entries) is dict:
            _put_entries_back(entries, held)


def _put_entries_back(entries: dict[Any, Any], held: dict[Any, Any]) -> None:
    if _are_same(list(entries), list(held)) and _are_same(list(entries.values()), list(held.values())):
        return  # without asking the keys whether they are equal
    for key in [key for key in entries if key not in held]:
        del entries[key]
    for key, value in held.items():
        if key not in entries or entries[key] is not value:
            entries[key] = value


def _put_class_back(thing: type, held: dict[str, Any]) -> None:
    now = names_of(thing)
    for name in now.keys() - held.keys():
        type.__delattr__(thing, name)
    for name, value in held.items():
        if not name.startswith("__") and now.get(name) is not value:
            type.__setattr__(thing, name, value)


def _are_same(these: list[Any], those: list[Any]) -> bool:
    return len(these) == len(those) and all(map(operator.is_, these, those))


def _is_history(name: Any) -> bool:
    return type(name) is str and _HISTORY.fullmatch(name) is not None
