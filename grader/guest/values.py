"""Student objects to wire values, and wire values to what a submission is called with.

Subclasses of int, ndarray or Tensor are read through the base class's own methods, so that they arrive as plain numbers;
what has no plain form stays here behind a `Handle`.
"""

from __future__ import annotations

import dataclasses
import itertools
import sys
from collections.abc import Callable, Iterable, Mapping
from numbers import Number
from types import SimpleNamespace
from typing import Any

import numpy as np

from grader.guest.glance import attribute, has, names_of, torch_types
from grader.wire.keys import answer_key, by_key, element, is_key, unwrapped
from grader.wire.values import ARRAY_TYPES, Array, Handle, Model, Value

Lend = Callable[[Model], Any]
Build = Callable[[dict[Any, Any]], Any]
_MOST_ITEMS = 500_000
_MANY_NUMBERS = 50_000
_DEEPEST = 24
_MOST_COMPARED = 4 << 20  # bytes of an array


class Registry:
    """Objects that were answered with a handle, by number."""

    def __init__(self) -> None:
        self.objects: list[Any] = []

    def handle(self, value: Any) -> Handle:
        """Keep `value` and name it."""
        self.objects.append(value)
        return Handle(len(self.objects) - 1, type(value).__name__[:200], callable(value))


def to_wire(value: Any, registry: Registry, depth: int = 0) -> Value:
    """The wire value of any object."""
    kind = type(value)
    if value is None or kind in (bool, int, float, complex, str, bytes):
        return value
    if depth > _DEEPEST:
        return registry.handle(value)
    if isinstance(value, torch_types("Tensor")):
        return _tensor(sys.modules["torch"], value)
    if isinstance(value, np.ndarray):
        return _array(np.ma.getdata(value).view(np.ndarray), "ndarray", registry, depth)
    if isinstance(value, np.generic):
        return _array(np.asarray(value), "scalar", registry, depth)
    for base in (bool, int, float, complex, str, bytes):
        if isinstance(value, base):
            return unwrapped(base, value)
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if isinstance(value, tuple):
        if depth == 0 and (names := _names_of_tuple(value)):
            return _by_field(names, tuple.__iter__(value), registry)
        table = _table(value) if _is_large(value) else None
        return table or tuple(to_wire(item, registry, depth + 1) for item in tuple.__iter__(value))
    if isinstance(value, set | frozenset):
        return _set(value, registry, depth)
    if isinstance(value, Mapping):
        items = itertools.islice(value.items(), _MOST_ITEMS)
        return by_key((answer_key(key, _DEEPEST - depth), to_wire(item, registry, depth + 1)) for key, item in items)
    if isinstance(value, list):
        table = _table(value) if _is_large(value) else None
        return table or [to_wire(item, registry, depth + 1) for item in list.__iter__(value)]
    return _other(value, registry, depth)


def _is_large(value: Any) -> bool:
    """Whether a list or a tuple, or one of such, holds more numbers than are worth sending one by one."""
    inner = value[0] if value and isinstance(value[0], list | tuple) else ()
    return len(value) * max(len(inner), 1) > _MANY_NUMBERS


def _table(value: Any) -> Array | None:
    """A long, even list of numbers as an array; None for any other."""
    try:
        data = np.array(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return Array(data, "list", data.dtype.name) if data.dtype.name in ARRAY_TYPES else None


def _set(value: Any, registry: Registry, depth: int) -> Value:
    """A set as such, because it says nothing of an order; a list where an element is no plain key, or two would be one."""
    items = sorted(value, key=_shown)
    plain = [element(item, _DEEPEST - depth) for item in items]
    if all(map(is_key, plain)) and len(found := set(plain)) == len(plain):
        return found
    return [to_wire(item, registry, depth + 1) for item in items]


def _shown(item: Any) -> str:
    try:
        return repr(item)
    except Exception:  # noqa: BLE001  a student's `__repr__` may raise anything
        return ""


def _other(value: Any, registry: Registry, depth: int) -> Value:
    name = type(value).__name__
    if name in ("DataFrame", "Series", "Index") and hasattr(value, "to_numpy"):
        return to_wire(value.to_numpy(), registry, depth + 1)
    if type(value).__module__.split(".")[0] == "PIL":
        return to_wire(np.asarray(value), registry, depth + 1)
    if isinstance(value, Number):  # a Fraction or a Decimal
        return float(value)  # type: ignore[arg-type]  # what no float can be made of raises, which is the submission's failure
    if declared := _declared(value):
        parts = (getattr(value, name) for name in declared)
        return _by_field(declared, parts, registry) if depth == 0 else tuple(to_wire(part, registry, depth + 1) for part in parts)
    if isinstance(value, SimpleNamespace):
        return to_wire(vars(value), registry, depth)
    is_module = has(value, "forward") and has(value, "parameters")
    if isinstance(value, Iterable) and not is_module and not isinstance(value, type) and not callable(value):
        return [to_wire(item, registry, depth + 1) for item in itertools.islice(value, _MOST_ITEMS)]
    fields = {} if depth == 0 or callable(value) else _fields(value)
    return {name: to_wire(item, registry, depth + 1) for name, item in fields.items()} or registry.handle(value)


def _by_field(names: Iterable[str], fields: Iterable[Any], registry: Registry) -> Value:
    """A whole answer by the names that its author gave to the parts; within a list a box among others keeps their order alone."""
    return {name: to_wire(field, registry, 1) for name, field in zip(names, fields, strict=True)}


def _names_of_tuple(value: Any) -> tuple[str, ...]:
    """The names in a named tuple; none in another."""
    names = attribute(type(value), "_fields")
    named = type(names) is tuple and len(names) == tuple.__len__(value) and all(type(name) is str for name in names)
    return names if named else ()


def _declared(value: Any) -> list[str]:
    """The fields of an object of a dataclass, of a class of attrs or msgspec, or of a pydantic model; of others none."""
    if isinstance(value, type):
        return []
    if dataclasses.is_dataclass(value):
        return [one.name for one in dataclasses.fields(value)]
    if has(value, "__attrs_attrs__"):
        return [str(one.name) for one in type(value).__attrs_attrs__]
    if has(value, "__struct_fields__"):
        return list(map(str, type(value).__struct_fields__))
    return list(names_of(value)) if any(base.__module__ == "pydantic.main" for base in type(value).__mro__) else []


def _fields(value: Any, depth: int = 0) -> dict[str, Any]:
    """Of an object among others, a box in a list, its attributes where all are numbers, text or such objects; else nothing."""
    slots = getattr(type(value), "__slots__", ())
    named = {str(name): getattr(value, name) for name in slots if has(value, name)} if isinstance(slots, list | tuple) else {}
    named.update(getattr(value, "__dict__", {}))
    return named if all(_is_plain_field(item, depth) for item in named.values()) else {}


def _is_plain_field(item: Any, depth: int) -> bool:
    if item is None or isinstance(item, Number | str) or _is_numbers(item):
        return True
    return depth < 2 and not callable(item) and bool(_declared(item) or _fields(item, depth + 1))


def _is_numbers(value: Any) -> bool:
    """Whether it is an array, or a short list of numbers."""
    if isinstance(value, (np.ndarray, np.generic, *torch_types("Tensor"))):
        return True
    return isinstance(value, list | tuple) and len(value) <= 8 and all(isinstance(item, Number) for item in value)


def _tensor(torch: Any, value: Any) -> Value:
    with torch._C.DisableTorchFunctionSubclass(), torch.no_grad():
        plain = torch.Tensor.detach(value)
        if plain.layout != torch.strided:
            plain = plain.to_dense()
        if plain.is_quantized:
            plain = plain.dequantize()
        dtype = str(plain.dtype).removeprefix("torch.")
        plain = plain.to("cpu").resolve_conj().resolve_neg()
        if dtype not in ARRAY_TYPES:
            plain = plain.float()
        data = plain.contiguous().numpy()
        return Array(data, "tensor", dtype, bool(torch.Tensor.requires_grad.__get__(value)))


def _array(data: Any, kind: str, registry: Registry, depth: int) -> Value:
    name = data.dtype.name
    if name in ARRAY_TYPES:
        return Array(data, kind, name)
    if data.dtype.kind in "OUSVmM" or data.dtype.names:
        return to_wire(data.tolist(), registry, depth + 1) if data.size < _MOST_ITEMS else registry.handle(data)
    return Array(data.astype(np.float64), kind, name)  # longdouble and its like


def from_wire(value: Value, form: str, lend: Lend, build: Build = dict) -> Any:
    """What a submission is given: arrays as `form` says (`torch`, `numpy`, `list`, `tuple`, or `mixed`: what is a tensor as such,
    the others as NumPy's), models as modules from `lend`.

    Arrays are writable copies: a function that changes its input changes nobody else's. Mappings become what `build` makes
    of them.
    """
    if isinstance(value, Model):
        return lend(value)
    if isinstance(value, Array):
        if form in ("list", "own"):
            return value.data.tolist()
        if form == "tuple":
            return _tuples(value.data.tolist())
        data = value.data.copy()
        torch: Any = sys.modules.get("torch")
        as_tensor = form == "torch" or (form == "mixed" and value.kind == "tensor")
        return _prepared(torch.from_numpy(data)) if as_tensor and torch is not None else data
    if isinstance(value, list | tuple):
        return type(value)(from_wire(item, form, lend, build) for item in value)
    if isinstance(value, dict):
        return build({key: from_wire(item, form, lend, build) for key, item in value.items()})
    return value


def are_as_given(values: Iterable[Value], given: Iterable[Any]) -> bool:
    """Whether the arrays and tensors that `from_wire` made of `values` still are what they were; large ones are not looked at."""
    pairs = zip(values, given, strict=True)
    return all(_is_as_given(value.data, got) for value, got in pairs if isinstance(value, Array))


def _is_as_given(data: Any, got: Any) -> bool:
    is_tensor = isinstance(got, torch_types("Tensor"))
    if data.nbytes > _MOST_COMPARED or not (is_tensor or isinstance(got, np.ndarray)):
        return True
    try:
        now: Any = got.detach().numpy() if is_tensor else got
        return bool(now.shape == data.shape and now.tobytes() == data.tobytes())  # NaN is what it was, too
    except Exception:  # noqa: BLE001  of a tensor that was moved, or given other methods
        return True


def _tuples(items: Any) -> Any:
    return tuple(_tuples(item) for item in items) if isinstance(items, list) else items


def _prepared(tensor: Any) -> Any:
    """Marked, so that `grader.guest.adaptations.transforms` knows a picture that needs no preparation any more."""
    tensor.came_prepared = True
    return tensor
