"""Values go through a frame unchanged; whatever else is in a frame is refused, with `WireError` and nothing else."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.errors import WireError
from grader.wire.codec import HEAD_BYTES, decode, decode_frame, encode, encode_parts, frame_lengths
from grader.wire.values import ARRAY_TYPES, REQUESTS, Array, Bounds, Handle, Model

BOUNDS = Bounds()
quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_INTEGERS = st.integers() | st.integers(-(2**64), 2**65) | st.integers(-(2**12_000) + 1, 2**12_000 - 1)
_KEYS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=4,
)
_SHAPES = npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)
_DATA = st.sampled_from(sorted(ARRAY_TYPES)).flatmap(lambda name: npst.arrays(np.dtype(name), _SHAPES))
_ARRAYS = st.builds(
    Array, _DATA, st.sampled_from(["ndarray", "tensor", "scalar"]), st.sampled_from(["", "bfloat16"]), st.booleans()
)
_HANDLES = st.builds(Handle, st.integers(0, 2**40), _TEXT, st.booleans())
_TENSORS = st.dictionaries(_TEXT, _DATA, max_size=2)
_MODELS = st.builds(Model, _TEXT, st.booleans(), _TENSORS, _TEXT, _TENSORS)
_LEAVES = (
    st.none()
    | st.booleans()
    | _INTEGERS
    | st.floats()
    | st.complex_numbers()
    | _TEXT
    | st.binary(max_size=3000)
    | _ARRAYS
    | _HANDLES
    | _MODELS
    | st.sets(_KEYS, max_size=4)
)
VALUES = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple) | st.dictionaries(_KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same to the last bit: types, NaN, the sign of zero, dtypes and shapes included."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return struct.pack("=d", one) == struct.pack("=d", other) or (one != one and other != other)
    if isinstance(one, complex):
        return same(one.real, other.real) and same(one.imag, other.imag)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one.items()), list(other.items()))
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, Array | Handle | Model):
        return all(same(getattr(one, name), getattr(other, name)) for name in vars(one))
    return bool(one == other)


def is_closed(value: Any) -> bool:
    """Whether a value is of the closed set, all the way down."""
    if value is None or type(value) in (bool, int, float, complex, str, bytes, Handle):
        return True
    if type(value) in (list, tuple, set):
        return all(map(is_closed, value))
    if type(value) is dict:
        return all(is_closed(key) and is_closed(item) for key, item in value.items())
    if type(value) is Array:
        return _is_plain_array(value.data) and type(value.kind) is type(value.dtype) is str
    if type(value) is Model:
        return type(value.name) is str and all(map(_is_plain_array, value.state.values()))
    return False


def _is_plain_array(data: Any) -> bool:
    # Writable and its own: a decoded array never looks into the frame it came from.
    return type(data) is np.ndarray and data.dtype.name in ARRAY_TYPES and data.dtype.isnative and data.flags.writeable


def split(frame: bytes) -> tuple[bytes, bytes]:
    """A frame's structure and arrays."""
    length, _ = frame_lengths(frame[:HEAD_BYTES], Bounds(2**32, 2**32))
    return frame[HEAD_BYTES : HEAD_BYTES + length], frame[HEAD_BYTES + length :]


def read_frame(frame: bytes, bounds: Bounds) -> Any:
    """What a reader with these bounds makes of a frame, in two parts as they come through a pipe and as a whole."""
    frame_lengths(frame[:HEAD_BYTES], bounds)
    value = decode(*split(frame), bounds)
    assert same(decode_frame(frame, bounds), value)
    return value


def there_and_back(value: Any, bounds: Bounds = BOUNDS) -> Any:
    """What the other side reads."""
    return read_frame(encode(value, bounds), bounds)


@quick
@given(VALUES)
def test_every_value_comes_back_the_same(value: Any) -> None:
    """Protects answers and inputs from being changed on the way: types, digits, NaN, order of keys, shapes."""
    assert same(there_and_back(value), value)


@quick
@given(VALUES)
def test_the_head_announces_the_frame(value: Any) -> None:
    """Protects the reader, which reads as much as the head says."""
    frame = encode(value, BOUNDS)
    assert sum(frame_lengths(frame[:HEAD_BYTES], BOUNDS)) == len(frame) - HEAD_BYTES


@pytest.mark.parametrize("change", [lambda raw: raw[:5], lambda raw: raw[:-1], lambda raw: raw + b"x", lambda raw: b""])
def test_a_frame_that_is_not_whole(change: Callable[[bytes], bytes]) -> None:
    """Protects expected values from a file that was cut, or written to twice."""
    frame = encode([1, np.arange(3)], BOUNDS)
    with pytest.raises(WireError, match="a frame"):
        decode_frame(change(frame), BOUNDS)


def test_an_array_travels_bare_too() -> None:
    """Protects what a test passes: a numpy array is an `Array` that says nothing more, a frozen set a set."""
    answer = there_and_back([np.arange(6).reshape(2, 3), frozenset({1})])
    assert (answer[0].kind, answer[0].dtype, answer[0].data.tolist()) == ("ndarray", "", [[0, 1, 2], [3, 4, 5]])
    assert answer[1] == {1}


@pytest.mark.parametrize("name", sorted(ARRAY_TYPES))
def test_byte_order_and_strides_are_settled(name: str) -> None:
    """Protects arrays that are big-endian, transposed or sliced: they arrive as native, contiguous ones of the same values."""
    data = np.arange(24).reshape(4, 6).astype(name)
    for odd in (data.T, data[::2, ::-1], data.astype(np.dtype(name).newbyteorder(">")), np.asfortranarray(data)):
        answer = there_and_back(Array(odd)).data
        assert answer.dtype == np.dtype(name)
        assert answer.flags.c_contiguous
        assert answer.tolist() == odd.tolist()


@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (0, 3), (1, 1, 1, 1)])
def test_shapes_without_or_with_little_data(shape: tuple[int, ...]) -> None:
    """Protects empty arrays (no box found, no word) from being an error of the grader."""
    assert there_and_back(Array(np.zeros(shape, np.float32))).data.shape == shape


def test_lone_surrogates_become_a_replacement() -> None:
    """Protects a run from text that came from undecodable bytes, in every place where text can stand."""
    assert there_and_back("a\udcff") == "a?"
    assert there_and_back(["\ud800", {"\udcff": 1}]) == ["?", {"?": 1}]
    assert there_and_back(Handle(1, "\udcff")) == Handle(1, "?")
    array = there_and_back(Array(np.zeros(1), "\udcff", "\udcfe"))
    assert (array.kind, array.dtype) == ("?", "?")


class Strange(int):
    """An `int` that is none: a student's class, for the encoder."""


@pytest.mark.parametrize(
    "value",
    [
        object(),
        Strange(1),
        range(3),
        print,
        np.float32(1),
        Array(np.array(["text"])),
        Array(np.array([None])),
        Array(np.zeros(2, "datetime64[s]")),
        Array(np.zeros(2, [("a", "i4")])),
        {1 + 2j: 0},
        {frozenset({1}): 0},
        {Handle(1, "f"): 0},
        {(1, (2, 3j)): 0},
        {Handle(1, "f")},
        bytearray(b"1"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_in_the_set_is_not_sent(value: Any) -> None:
    """Protects the closed set at its source: what the reader would refuse cannot be written."""
    with pytest.raises(WireError):
        encode(value, BOUNDS)
    with pytest.raises(WireError):
        encode([[value]], BOUNDS)


# -- bounds ---------------------------------------------------------------------------------------------------------


def nested(depth: int) -> list[Any]:
    """A list in a list in ..., `depth` of them."""
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


WIDE = Bounds(structure_bytes=2**31, array_bytes=2**31, depth=500, nodes=2**31, digits=2**31)


@pytest.mark.parametrize(
    ("value", "tight", "enough"),
    [
        (nested(9), Bounds(depth=7), Bounds(depth=8)),
        ({1: {2: {3: 4}}}, Bounds(depth=2), Bounds(depth=3)),
        (Model("m", state={"w": np.zeros(1)}), Bounds(depth=1), Bounds(depth=2)),
        ([0] * 99, Bounds(nodes=99), Bounds(nodes=100)),
        (dict.fromkeys(range(50)), Bounds(nodes=100), Bounds(nodes=101)),
        ("x" * 1000, Bounds(structure_bytes=1002), Bounds(structure_bytes=1003)),
        (Array(np.zeros(100)), Bounds(array_bytes=799), Bounds(array_bytes=800)),
        ([Array(np.zeros(50))] * 2, Bounds(array_bytes=799), Bounds(array_bytes=800)),
        (b"x" * 5000, Bounds(array_bytes=4999), Bounds(array_bytes=5000)),
        (-(2**400), Bounds(digits=50), Bounds(digits=134)),
    ],
    ids=["depth", "depth of mappings", "depth of a model", "nodes", "keys", "structure", "array", "arrays", "bytes", "digits"],
)
def test_bounds_hold_on_both_sides(value: Any, tight: Bounds, enough: Bounds) -> None:
    """Protects each side's memory and stack: a value beyond a bound is neither written nor read; at the bound it is both."""
    assert same(there_and_back(value, enough), value)
    with pytest.raises(WireError):
        encode(value, tight)
    frame = encode(value, WIDE)
    with pytest.raises(WireError):
        read_frame(frame, tight)


def test_deep_nesting_does_not_reach_the_stack() -> None:
    """Protects both sides from a recursion without end, before and after msgpack."""
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(WireError):
        encode(circle, BOUNDS)
    key: tuple[Any, ...] = ()
    for _ in range(2000):
        key = (key,)
    with pytest.raises(WireError):
        encode({key: 1}, BOUNDS)
    for depth in (100, 600, 5000, 500_000):
        with pytest.raises(WireError):
            decode(b"\x92\xa1l\x91" * depth + b"\xc0", b"", BOUNDS)
        with pytest.raises(WireError):
            decode(b"\x91" * depth + b"\xc0", b"", BOUNDS)


def test_whatever_came_can_be_sent_back() -> None:
    """Protects a test that gives a submission its own answers from being at fault: the deepest, the longest, the most parts."""
    deepest: Any = 1
    for _ in range(Bounds().depth):
        deepest = [deepest]
    longest = decode(msgpack.packb(["i", "f" * Bounds().digits]), b"", Bounds())
    many = [0] * (Bounds().nodes - 1)
    for value in (deepest, longest, many):
        request = {"arguments": [value], "form": "list"}
        assert there_and_back(request, REQUESTS) == request


def test_a_long_integer_is_read_within_its_bound() -> None:
    """Protects the reader from integers whose conversion takes quadratic time."""
    longest = 2 ** (4 * (BOUNDS.digits - 3)) - 1
    for value in (longest, -longest):
        assert there_and_back(value) == value
        assert len(str(value)) < 4300, "a comparison that shows it must not raise: that would be a fault of the grader"
    with pytest.raises(WireError):
        encode(longest << 8, BOUNDS)
    with pytest.raises(WireError):
        encode(1 << 10_000_000, BOUNDS)
    for text in ("1" * 4001, "", "0x", "1.5", "one", "0x1\0", "f" * (BOUNDS.digits + 1)):
        with pytest.raises(WireError):
            decode(msgpack.packb(["i", text]), b"", BOUNDS)


# -- frames that nobody honest writes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tree", "arrays"),
    [
        ([], b""),
        ({}, b""),
        ({"a": 1}, b""),
        ([1, 2], b""),
        (["x", 1], b""),
        (["l"], b""),
        (["l", 1], b""),
        (["l", [], []], b""),
        (["d", [1]], b""),
        (["d", [[1]]], b""),
        (["d", [[["l", []], 1]]], b""),
        (["d", [[["a", "bool", [0], 0, "", "", False], 1]]], b""),
        (["s", [["l", []]]], b""),
        (["c", 1, 2], b""),
        (["c", 1.0, "2"], b""),
        (["b", -1], b""),
        (["b", 2], b"1"),
        (["b", 1.0], b"1"),
        (["b", True], b"1"),
        (["l", []], b"left over"),
        (["a", "object", [1], 8, "", "", False], b"12345678"),
        (["a", "O", [1], 8, "", "", False], b"12345678"),
        (["a", "U4", [1], 16, "", "", False], b"1" * 16),
        (["a", 7, [1], 8, "", "", False], b"12345678"),
        (["a", "float64", [2], 8, "", "", False], b"12345678"),
        (["a", "float64", [-1], 8, "", "", False], b"12345678"),
        (["a", "float64", [-1, -1], 8, "", "", False], b"12345678"),
        (["a", "float64", [True], 8, "", "", False], b"12345678"),
        (["a", "float64", [1.0], 8, "", "", False], b"12345678"),
        (["a", "float64", 1, 8, "", "", False], b"12345678"),
        (["a", "float64", [1] * 33, 8, "", "", False], b"12345678"),
        (["a", "float64", [2**39, 2**39, 0], 0, "", "", False], b""),
        (["a", "float64", [0, 2**40], 0, "", "", False], b""),
        (["a", "uint8", [2**39] * 20 + [0], 0, "", "", False], b""),
        (["a", "float64", [2**30, 0], 0, "", "", False], b""),
        (["a", "float64", [10**5, 10**5, 0], 0, "", "", False], b""),
        (["d", [[["t", [-1 - (n >> bit & 1) for bit in range(8)]], n] for n in range(256)]], b""),
        (["s", [["t", [-1 - (n >> bit & 1) for bit in range(8)]] for n in range(256)]], b""),
        (["s", [["i", hex(n * (2**61 - 1))] for n in range(100)]], b""),
        (["a", "float64", [1], 8, 1, "", False], b"12345678"),
        (["a", "float64", [1], 8, "", None, False], b"12345678"),
        (["a", "float64", [1], 16, "", "", False], b"12345678"),
        (["h", "1", "f", True], b""),
        (["h", 1, None, True], b""),
        (["h", 1, "f", 1], b""),
        (["m", "m", True, ["d", []]], b""),
        (["m", 1, True, ["d", []], ["d", []], ""], b""),
        (["m", "m", 1, ["d", []], ["d", []], ""], b""),
        (["m", "m", True, ["d", []], ["d", []], 1], b""),
        (["m", "m", True, ["l", []], ["d", []], ""], b""),
        (["m", "m", True, ["d", []], ["l", []], ""], b""),
        (["m", "m", True, ["d", [["w", 1]]], ["d", []], ""], b""),
        (["m", "m", True, ["d", []], ["d", [["layer", 1]]], ""], b""),
        (["m", "m", True, ["d", [[1, ["a", "bool", [0], 0, "", "", False]]]], ["d", []], ""], b""),
        (msgpack.ExtType(5, b""), b""),
        (["l", [msgpack.ExtType(5, b"x")]], b""),
        (msgpack.Timestamp(0), b""),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_malformed_frames(tree: Any, arrays: bytes) -> None:
    """Protects the judge from each kind of frame that is well-formed msgpack and no value."""
    with pytest.raises(WireError):
        decode(msgpack.packb(tree), arrays, BOUNDS)


def test_a_network_is_no_answer() -> None:
    """Protects the judge from an answer that is the name of one of its own networks, and would be taken for one."""
    frame = encode(["x", Model("resnet50")], BOUNDS)
    assert same(read_frame(frame, BOUNDS), ["x", Model("resnet50")])
    with pytest.raises(WireError, match="only values may"):
        read_frame(frame, Bounds(models=False))


def test_keys_of_equal_hash() -> None:
    """Protects honest mappings, in which a few keys of equal hash occur, from the refusal of thousands."""
    honest = {-1: "a", -2: "b", 2**61 - 1: "c", 0: "d", 1.0: "e", **{f"word{n}": n for n in range(5000)}}
    assert there_and_back(honest) == honest
    assert there_and_back({(n, -1) for n in range(5000)}) == {(n, -1) for n in range(5000)}


def test_one_byte_of_a_boolean_array_is_a_truth_value() -> None:
    """Protects numpy, whose kernels take a boolean's byte for 0 or 1 and index with it."""
    answer = decode(msgpack.packb(["a", "bool", [4], 4, "", "", False]), bytes([0, 1, 2, 255]), BOUNDS)
    assert answer.data.tobytes() == bytes([0, 1, 1, 1])


def test_mutated_frames() -> None:
    """Protects the judge from frames that were honest once: 6,000 with bytes changed, dropped, doubled or swapped."""
    generator = random.Random(15)
    state = {"layer.weight": np.arange(6, dtype=np.float32).reshape(2, 3)}
    value = {
        "value": [Array(np.eye(3)), (1, 2.5, -0.0), "текст", b"y" * 2000, 2**80, {1, 2}, Handle(3, "Module", True)],
        "model": Model("resnet", True, state),
        "notes": [{"code": "x", "k": None}, True, 3j],
    }
    structure, arrays = split(encode(value, BOUNDS))
    refused = 0
    for _ in range(6000):
        changed, data = bytearray(structure), bytearray(arrays)
        for _ in range(generator.randint(1, 4)):
            _mutate(changed if generator.random() < 0.9 else data, generator)
        refused += not _decodes(bytes(changed), bytes(data))
    assert 1000 < refused < 6000, "the changes should break many frames, and not all"


def _mutate(data: bytearray, generator: random.Random) -> None:
    place = generator.randrange(len(data))
    kind = generator.randrange(5)
    if kind == 0:
        data[place] = generator.randrange(256)
    elif kind == 1:
        data[place] ^= 1 << generator.randrange(8)
    elif kind == 2:
        del data[place : place + generator.randint(1, 3)]
    elif kind == 3:
        data[place:place] = data[place : place + generator.randint(1, 9)]
    else:
        other = generator.randrange(len(data))
        data[place], data[other] = data[other], data[place]


def _decodes(structure: bytes, arrays: bytes) -> bool:
    try:
        value = decode(structure, arrays, BOUNDS)
    except WireError:
        return False
    assert is_closed(value)
    return True


@settings(deadline=None, max_examples=500)
@given(st.binary(max_size=64), st.binary(max_size=64))
def test_random_frames(structure: bytes, arrays: bytes) -> None:
    """Protects the judge from bytes that mean nothing."""
    _decodes(structure, arrays)


_FIELDS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.integers(0, 8)
    | st.floats()
    | st.sampled_from([*sorted(ARRAY_TYPES), "l", "t", "s", "d", "i", "c", "b", "a", "h", "m", "0x1f"])
    | st.binary(max_size=4)
)
_TREES = st.recursive(
    _FIELDS,
    lambda inner: (
        st.lists(inner, max_size=7)
        | st.tuples(st.sampled_from("ltsdicbahm"), inner).map(list)
        | st.tuples(st.sampled_from("ltsd"), st.lists(inner, max_size=3)).map(list)
        | st.tuples(st.just("d"), st.lists(st.lists(inner, min_size=2, max_size=2), max_size=3)).map(list)
        | st.tuples(st.just("a"), st.sampled_from(sorted(ARRAY_TYPES)), inner, inner, inner, inner, inner).map(list)
        | st.tuples(st.sampled_from("hm"), inner, inner, inner).map(list)
        | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=20,
)


@settings(deadline=None, max_examples=1500, suppress_health_check=[HealthCheck.too_slow])
@given(_TREES, st.binary(max_size=16))
def test_frames_of_the_right_grammar_and_wrong_fields(tree: Any, arrays: bytes) -> None:
    """Protects every reader of a tag from fields of any type: frames that random bytes would never reach."""
    _decodes(msgpack.packb(tree), arrays)


def test_pieces_of_a_frame() -> None:
    """Protects from a call of the kernel per small array, and from copies of large ones."""
    small = [Array(np.arange(3.0)) for _ in range(10_000)]
    large = np.arange(100_000.0)
    assert len(encode_parts(small, WIDE)) < 10
    parts = encode_parts([*small[:5], Array(large), *small[:5]], WIDE)
    assert len(parts) == 3
    assert np.shares_memory(np.frombuffer(parts[1]), large)
    assert b"".join(parts) == encode([*small[:5], Array(large), *small[:5]], WIDE)
