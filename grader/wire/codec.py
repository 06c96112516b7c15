"""Values to bytes and back.

A frame is `structure || arrays`. The structure is msgpack in which every container is tagged (`["l", [...]]` is a list), so
that one untagged reading covers the closed set of `grader.wire.values` without extension types or hooks; arrays stand in it
as (dtype, shape, length) and their data follows in order, little-endian, C-contiguous.

The decoder builds only objects of that set. It never imports, calls or looks up anything by a name from the frame.
"""

from __future__ import annotations

import math
import struct
from collections import Counter
from typing import Any

import msgpack
import numpy as np
import numpy.typing as npt

from grader.errors import WireError
from grader.wire.keys import is_key
from grader.wire.values import ARRAY_TYPES, Array, Bounds, Handle, Model, Value

_HEAD = struct.Struct("<II")  # length of structure, length of arrays
HEAD_BYTES = _HEAD.size
_SHORT_BYTES = 1 << 16
_INLINE_BYTES = 1024  # longer byte strings travel with the arrays
_PLAIN_INTEGERS = range(-(2**63), 2**64)  # that msgpack holds by itself


def encode(value: Value, bounds: Bounds) -> bytes:
    """One frame, head included.

    Raises `WireError` for a value outside the closed set or beyond `bounds`.
    """
    return b"".join(encode_parts(value, bounds))


def encode_parts(value: Value, bounds: Bounds) -> list[bytes | memoryview]:
    """The same frame in pieces to be written one after the other; arrays are not copied.

    Raises what `encode` raises.
    """
    encoder = _Encoder(bounds)
    tree = encoder.tree(value, 0)
    structure = msgpack.packb(tree, use_bin_type=True)
    if len(structure) > bounds.structure_bytes:
        raise WireError(f"the value's structure takes {len(structure)} bytes, more than {bounds.structure_bytes}")
    return _joined([_HEAD.pack(len(structure), encoder.size), structure, *encoder.blobs])


def _joined(pieces: list[bytes | memoryview]) -> list[bytes | memoryview]:
    """Short neighbours as one: a piece is a call of the kernel to write, and there may be 100,000 of them."""
    parts: list[bytes | memoryview] = []
    short: list[bytes | memoryview] = []
    size = 0
    for piece in pieces:
        if len(piece) < _SHORT_BYTES:
            short.append(piece)
            size += len(piece)
        if short and (size >= _SHORT_BYTES or len(piece) >= _SHORT_BYTES):
            parts.append(b"".join(short))
            short, size = [], 0
        if len(piece) >= _SHORT_BYTES:
            parts.append(piece)
    return [*parts, b"".join(short)] if short else parts


def frame_lengths(head: bytes, bounds: Bounds) -> tuple[int, int]:
    """The lengths that a frame's head announces: (structure, arrays) in bytes.

    Raises `WireError` when they break `bounds`, before anything is read.
    """
    structure, arrays = _HEAD.unpack(head)
    if structure > bounds.structure_bytes or arrays > bounds.array_bytes:
        raise WireError(f"a frame of {structure} + {arrays} bytes was announced, more than the bound")
    return structure, arrays


def decode_frame(frame: bytes, bounds: Bounds) -> Value:
    """The value of a whole frame, as `encode` has written it. Raises `WireError` for anything else."""
    if len(frame) < HEAD_BYTES:
        raise WireError("a frame without a whole head")
    structure, arrays = frame_lengths(frame[:HEAD_BYTES], bounds)
    end = HEAD_BYTES + structure
    if len(frame) != end + arrays:
        raise WireError("a frame of another length than its head announces")
    return decode(frame[HEAD_BYTES:end], frame[end:], bounds)


def decode(structure: bytes, arrays: bytes | bytearray | memoryview, bounds: Bounds) -> Value:
    """The value of one frame's two parts.

    Raises `WireError` for anything that `encode` could not have written within `bounds`.
    """
    try:
        tree = msgpack.unpackb(structure, raw=False, use_list=True, strict_map_key=True, max_ext_len=0)
    except (ValueError, msgpack.UnpackException, RecursionError, MemoryError) as error:
        raise WireError(f"not a frame: {type(error).__name__}") from error
    decoder = _Decoder(arrays, bounds)
    value = decoder.value(tree, 0)
    if decoder.offset != len(arrays):
        raise WireError("a frame carries array data that nothing in it names")
    return value


class _Encoder:
    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.blobs: list[bytes | memoryview] = []
        self.size = 0
        self.nodes = 0

    def tree(self, value: Value, depth: int) -> Any:
        self.nodes += 1
        if depth > self.bounds.depth:
            raise WireError(f"the value is nested deeper than {self.bounds.depth} levels")
        if self.nodes > self.bounds.nodes:
            raise WireError(f"the value has more than {self.bounds.nodes} parts")
        kind = type(value)
        if value is None or kind in (bool, float, str):
            return _text(value) if kind is str else value
        if kind is int:
            return value if value in _PLAIN_INTEGERS else ["i", self._digits(value)]
        if kind is complex:
            return ["c", value.real, value.imag]
        if kind is bytes:
            return value if len(value) <= _INLINE_BYTES else ["b", self._blob(value)]
        if kind in (set, frozenset, dict) and not all(is_key(item) for item in value):
            raise WireError("a mapping or a set holds what cannot be a key")
        if kind in (list, tuple, set, frozenset):
            return ["l" if kind is list else "t" if kind is tuple else "s", [self.tree(item, depth + 1) for item in value]]
        if kind is dict:
            return ["d", [[self.tree(k, depth + 1), self.tree(v, depth + 1)] for k, v in value.items()]]
        if kind is Array:
            return ["a", *self._array(value.data), _text(value.kind), _text(value.dtype), value.requires_grad]
        if kind is np.ndarray:
            return self.tree(Array(value), depth)
        if kind is Handle:
            return ["h", value.number, _text(value.type_name), value.callable]
        if kind is Model:
            state, outputs = ({key: np.asarray(data) for key, data in one.items()} for one in (value.state, value.outputs))
            trees = self.tree(state, depth + 1), self.tree(outputs, depth + 1)
            return ["m", _text(value.name), value.in_training, *trees, _text(value.layer)]
        raise WireError(f"a value of type {kind.__name__} cannot cross")

    def _digits(self, value: int) -> str:
        if value.bit_length() > self.bounds.digits * 4 or len(digits := hex(value)) > self.bounds.digits:
            raise WireError("the integer is too long")
        return digits

    def _array(self, data: npt.NDArray[Any]) -> tuple[str, list[int], int]:
        name = data.dtype.name
        if name not in ARRAY_TYPES:
            raise WireError(f"an array of type {name} cannot cross")
        raw = np.ascontiguousarray(data, dtype=ARRAY_TYPES[name]).reshape(-1).view(np.uint8)
        return name, list(data.shape), self._blob(raw.data)

    def _blob(self, raw: bytes | memoryview) -> int:
        self.size += len(raw)
        if self.size > self.bounds.array_bytes:
            raise WireError(f"the value holds more than {self.bounds.array_bytes} bytes of numbers")
        self.blobs.append(raw)
        return len(raw)


def _text(text: str) -> str:
    # A lone surrogate cannot be written as UTF-8; it comes from undecodable bytes and is shown as a replacement.
    return text.encode("utf-8", "replace").decode("utf-8")


class _Decoder:
    def __init__(self, arrays: bytes | bytearray | memoryview, bounds: Bounds) -> None:
        self.arrays = memoryview(arrays)
        self.bounds = bounds
        self.offset = 0
        self.nodes = 0

    def value(self, tree: Any, depth: int) -> Value:
        self.nodes += 1
        if depth > self.bounds.depth or self.nodes > self.bounds.nodes:
            raise WireError("a frame is nested too deeply or has too many parts")
        if tree is None or type(tree) in (bool, int, float, str, bytes):
            return tree
        if type(tree) is not list or not tree or type(tree[0]) is not str:
            raise WireError("a frame holds an untagged container")
        tag, *rest = tree
        reader = _READERS.get((tag, len(rest)))
        if reader is None:
            raise WireError(f"a frame holds an unknown tag with {len(rest)} fields")
        return reader(self, rest, depth + 1)

    def items(self, tree: Any, depth: int) -> list[Value]:
        if type(tree) is not list:
            raise WireError("a container's items are not a list")
        return [self.value(item, depth) for item in tree]

    def keys(self, keys: list[Value]) -> None:
        """Refuse what cannot be a key, and keys of equal hash, each of which is compared with all others: 100,000 of them
        (tuples of -1 and -2) would keep a reader busy for an hour."""
        equal: Counter[int] = Counter()
        for key in keys:
            if not is_key(key):
                raise WireError("a mapping or a set holds what cannot be a key")
            number = hash(key)
            equal[number] += 1
            if equal[number] > self.bounds.equal_hashes:
                raise WireError("a mapping or a set holds too many keys of equal hash")

    def blob(self, length: Any) -> memoryview:
        if type(length) is not int or length < 0 or self.offset + length > len(self.arrays):
            raise WireError("a frame names array data that it does not carry")
        part = self.arrays[self.offset : self.offset + length]
        self.offset += length
        return part


def _read_list(decoder: _Decoder, rest: list[Any], depth: int) -> list[Value]:
    return decoder.items(rest[0], depth)


def _read_tuple(decoder: _Decoder, rest: list[Any], depth: int) -> tuple[Value, ...]:
    return tuple(decoder.items(rest[0], depth))


def _read_set(decoder: _Decoder, rest: list[Any], depth: int) -> set[Value]:
    items = decoder.items(rest[0], depth)
    decoder.keys(items)
    return set(items)


def _read_dict(decoder: _Decoder, rest: list[Any], depth: int) -> dict[Value, Value]:
    pairs = rest[0]
    if type(pairs) is not list or not all(type(pair) is list and len(pair) == 2 for pair in pairs):
        raise WireError("a mapping's items are not pairs")
    items = [(decoder.value(key, depth), decoder.value(value, depth)) for key, value in pairs]
    decoder.keys([key for key, _ in items])
    return dict(items)


def _read_integer(decoder: _Decoder, rest: list[Any], depth: int) -> int:
    text = rest[0]
    if type(text) is not str or len(text) > decoder.bounds.digits:
        raise WireError("a long integer is malformed")
    try:
        return int(text, 16)
    except ValueError as error:
        raise WireError("a long integer is malformed") from error


def _read_complex(decoder: _Decoder, rest: list[Any], depth: int) -> complex:
    if not all(type(item) is float for item in rest):
        raise WireError("a complex number is malformed")
    return complex(*rest)


def _read_bytes(decoder: _Decoder, rest: list[Any], depth: int) -> bytes:
    return bytes(decoder.blob(rest[0]))


def _read_array(decoder: _Decoder, rest: list[Any], depth: int) -> Array:
    name, shape, length, kind, dtype, requires_grad = rest
    if type(name) is not str or name not in ARRAY_TYPES or type(kind) is not str or type(dtype) is not str:
        raise WireError("an array is malformed")
    if type(shape) is not list or len(shape) > 32 or not all(type(n) is int and 0 <= n < 2**40 for n in shape):
        raise WireError("an array's shape is malformed")
    if 0 in shape and math.prod(side for side in shape if side) > decoder.bounds.nodes:
        # It takes no memory until somebody walks over its rows.
        raise WireError("an array without numbers has too many rows")
    raw = decoder.blob(length)
    if math.prod(shape) * ARRAY_TYPES[name].itemsize != len(raw):
        raise WireError("an array's shape and data disagree")
    if name == "bool":  # any other byte than 0 and 1 is undefined behaviour in numpy's kernels
        data = np.frombuffer(raw, dtype=np.uint8) != 0
    else:
        data = np.frombuffer(raw, dtype=ARRAY_TYPES[name])
        if not (data.dtype.isnative and data.flags.aligned and data.flags.writeable):
            data = data.astype(np.dtype(name))
    try:
        return Array(data.reshape(shape), kind[:32], dtype[:32], requires_grad is True)
    except ValueError as error:  # no data at all, and sides whose product numpy cannot hold
        raise WireError("an array's shape is malformed") from error


def _read_handle(decoder: _Decoder, rest: list[Any], depth: int) -> Handle:
    number, type_name, is_callable = rest
    if type(number) is not int or type(type_name) is not str or type(is_callable) is not bool:
        raise WireError("a handle is malformed")
    return Handle(number, type_name[:200], is_callable)


def _read_model(decoder: _Decoder, rest: list[Any], depth: int) -> Model:
    if not decoder.bounds.models:
        raise WireError("a network's name came where only values may")
    name, in_training, raw_state, raw_outputs, layer = rest
    if type(name) is not str or type(in_training) is not bool or type(layer) is not str:
        raise WireError("a model's name is malformed")
    state, outputs = (_read_tensors(decoder, raw, depth) for raw in (raw_state, raw_outputs))
    return Model(name, in_training, state, layer, outputs)


def _read_tensors(decoder: _Decoder, raw: Any, depth: int) -> dict[str, npt.NDArray[Any]]:
    tensors = decoder.value(raw, depth)
    if type(tensors) is not dict or not all(type(key) is str and type(one) is Array for key, one in tensors.items()):
        raise WireError("a model's state is malformed")
    return {key: one.data for key, one in tensors.items()}


_READERS = {
    ("l", 1): _read_list,
    ("t", 1): _read_tuple,
    ("s", 1): _read_set,
    ("d", 1): _read_dict,
    ("i", 1): _read_integer,
    ("c", 2): _read_complex,
    ("b", 1): _read_bytes,
    ("a", 6): _read_array,
    ("h", 3): _read_handle,
    ("m", 5): _read_model,
}
