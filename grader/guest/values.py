"""Student objects to wire values, and wire values to what a submission is called with.

Subclasses of int, ndarray or Tensor are read through the base class's own methods, so that they arrive as plain numbers;
what has no plain form stays here behind a `Handle`.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from grader.wire.values import ARRAY_TYPES, Array, Handle, Model, Value

_MOST_ITEMS = 500_000
_DEEPEST = 24


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
    torch: Any = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return _tensor(torch, value)
    if isinstance(value, np.ndarray):
        return _array(np.ma.getdata(value).view(np.ndarray), "ndarray", registry, depth)
    if isinstance(value, np.generic):
        return _array(np.asarray(value), "scalar", registry, depth)
    for base in (bool, int, float, complex, str, bytes):
        if isinstance(value, base):
            return _plain(base, value)
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if isinstance(value, tuple):
        return tuple(to_wire(item, registry, depth + 1) for item in tuple.__iter__(value))
    if isinstance(value, set | frozenset):
        return [to_wire(item, registry, depth + 1) for item in sorted(value, key=repr)]
    if isinstance(value, Mapping):
        return {_key(key): to_wire(item, registry, depth + 1) for key, item in itertools.islice(value.items(), _MOST_ITEMS)}
    if isinstance(value, list):
        return [to_wire(item, registry, depth + 1) for item in list.__iter__(value)]
    return _other(value, registry, depth)


def _other(value: Any, registry: Registry, depth: int) -> Value:
    name = type(value).__name__
    if name in ("DataFrame", "Series", "Index") and hasattr(value, "to_numpy"):
        return to_wire(value.to_numpy(), registry, depth + 1)
    if type(value).__module__.split(".")[0] == "PIL":
        return to_wire(np.asarray(value), registry, depth + 1)
    is_module = hasattr(value, "forward") and hasattr(value, "parameters")
    if isinstance(value, Iterable) and not is_module and not isinstance(value, type) and not callable(value):
        return [to_wire(item, registry, depth + 1) for item in itertools.islice(value, _MOST_ITEMS)]
    return registry.handle(value)


def _plain(base: type, value: Any) -> Value:
    if base is bool or base is int:
        return int.__add__(value, 0)
    if base is float:
        return float.__add__(value, 0.0)
    if base is complex:
        return complex.__add__(value, 0j)
    return str.__getitem__(value, slice(None)) if base is str else bytes.__getitem__(value, slice(None))


def _key(key: Any) -> Value:
    kind = type(key)
    return key if key is None or kind in (bool, int, float, str, bytes) else str(key)[:200]


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


def from_wire(value: Value, form: str, lend: Any) -> Any:
    """What a submission is given: arrays as `form` says (`torch`, `numpy` or `list`), models as modules from `lend`.

    Arrays are writable copies: a function that changes its input changes nobody else's.
    """
    if isinstance(value, Model):
        return lend(value)
    if isinstance(value, Array):
        if form == "list":
            return value.data.tolist()
        data = value.data.copy()
        torch: Any = sys.modules.get("torch")
        return torch.from_numpy(data) if form == "torch" and torch is not None else data
    if isinstance(value, list | tuple):
        return type(value)(from_wire(item, form, lend) for item in value)
    if isinstance(value, dict):
        return {key: from_wire(item, form, lend) for key, item in value.items()}
    return value
