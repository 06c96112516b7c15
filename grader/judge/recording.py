"""The answers of a reference to public tests, as a student's bundle carries them: `released/recorded.answers`.

::

    Recording
    ├── calls: RecordedCall*            every different call of the reference, by content
    ├── tests: test id -> call numbers  in the order in which the test makes them
    ├── variants: RecordedVariant*      known mistakes that a public test can tell, in the catalogue's order
    ├── sequences: Sequence_*           what the variants answer to the calls of one test
    └── weights: name -> Sketch         of the networks that the answers were computed with

The file is a frame of `grader.wire`, compressed, with its SHA-256 in front: it is read without executing anything, and the same
recording is the same bytes. It holds no code, no input, and nothing of a hidden test.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from grader.errors import SpecificationError, WireError
from grader.wire.codec import decode_frame, encode
from grader.wire.values import Array, Bounds, Model, Value
from grader.wire.wrapping import wired

SCHEMA = "grader/answers/1"
_BOUNDS = Bounds(structure_bytes=256 << 20, array_bytes=2 << 30, nodes=20_000_000)
_DIGEST_BYTES = 32
_SAMPLES = 32
_NAN, _INFINITE = 1e99, 1e98  # what stands for them in a sketch

Sketch = tuple[float, ...]


@dataclass(frozen=True)
class RecordedCall:
    """One call of the reference: its arguments' digest and sketch, and the answer as a wire value.

    `tensor`: (model, name in its state dictionary) when the answer is that very tensor. It is megabytes that every machine has.
    """

    part: str
    digest: str
    sketch: Sketch
    answer: Value
    tolerance: float
    tensor: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordedVariant:
    """A known mistake: what is told of it."""

    id: str
    part: str
    en: str
    ru: str
    accepted: bool
    ignores: str = ""


@dataclass(frozen=True)
class RecordedSequence:
    """The calls (by number) that a test compares, and what each variant answers to them until it fails."""

    calls: tuple[int, ...]
    answers: dict[str, list[Value]]


@dataclass(frozen=True)
class RecordedWeights:
    """A network's weights: their digest, a sketch of their values, and the torch that made them."""

    digest: str
    sketch: Sketch
    torch: str


@dataclass
class Recording:
    """The whole of the file."""

    calls: list[RecordedCall] = field(default_factory=list)
    tests: dict[str, list[int]] = field(default_factory=dict)
    variants: list[RecordedVariant] = field(default_factory=list)
    sequences: list[RecordedSequence] = field(default_factory=list)
    weights: dict[str, RecordedWeights] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """The file. Raises `SpecificationError` for an answer that cannot be written."""
        table = _Table()
        tree = {
            "schema": SCHEMA,
            "calls": [
                [c.part, c.digest, list(c.sketch), table.number(c.answer), c.tolerance, list(c.tensor)] for c in self.calls
            ],
            "tests": self.tests,
            "variants": [[v.id, v.part, v.en, v.ru, v.accepted, v.ignores] for v in self.variants],
            "sequences": [
                [list(s.calls), {name: [table.number(value) for value in values] for name, values in s.answers.items()}]
                for s in self.sequences
            ],
            "weights": {name: [w.digest, list(w.sketch), w.torch] for name, w in self.weights.items()},
            "table": table.values,
        }
        try:
            frame = zlib.compress(encode(tree, _BOUNDS), 9)
        except WireError as error:
            raise SpecificationError(f"an answer of the reference cannot be recorded: {error}") from error
        return hashlib.sha256(frame).digest() + frame


class _Table:
    """Values once each: variants mostly answer what the reference answers."""

    def __init__(self) -> None:
        self.values: list[Value] = []
        self.numbers: dict[bytes, int] = {}

    def number(self, value: Value) -> int:
        """The value's place in the table."""
        key = hashlib.sha256(encode(value, _BOUNDS)).digest()
        if key not in self.numbers:
            self.numbers[key] = len(self.values)
            self.values.append(value)
        return self.numbers[key]


def read_recording(path: Path) -> Recording:
    """Read the file. Raises `SpecificationError` when it is damaged or of another version."""
    try:
        raw = path.read_bytes()
        digest, frame = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
        if hashlib.sha256(frame).digest() != digest:
            raise WireError("its content is not what was written")
        return _from_tree(decode_frame(zlib.decompress(frame), _BOUNDS))
    except (OSError, WireError, zlib.error, ValueError, KeyError, TypeError, IndexError) as error:
        raise SpecificationError(f"{path}: cannot be used: {error}", remedy="unpack the bundle again") from error


def _from_tree(tree: Any) -> Recording:
    if tree["schema"] != SCHEMA:
        raise ValueError(f"it is of version {tree['schema']!r}, this grader reads {SCHEMA!r}")
    table = tree["table"]
    return Recording(
        calls=[
            RecordedCall(part, digest, tuple(sketch), table[number], tolerance, tuple(tensor))
            for part, digest, sketch, number, tolerance, tensor in tree["calls"]
        ],
        tests={name: list(numbers) for name, numbers in tree["tests"].items()},
        variants=[RecordedVariant(*fields) for fields in tree["variants"]],
        sequences=[
            RecordedSequence(tuple(calls), {name: [table[n] for n in numbers] for name, numbers in answers.items()})
            for calls, answers in tree["sequences"]
        ],
        weights={
            name: RecordedWeights(digest, tuple(sketch), torch) for name, (digest, sketch, torch) in tree["weights"].items()
        },
    )


def digest_of(arguments: tuple[Any, ...]) -> str:
    """SHA-256 of a call's arguments."""
    return hashlib.sha256(encode(wired(list(arguments)), _BOUNDS)).hexdigest()


def sketch_of(value: Any) -> Sketch:
    """Some numbers of a value, its shapes among them: enough to tell whether two values are nearly the same.

    A picture that another version of a library decodes, or weights that another processor draws, differ in their last digits;
    their digests differ as a whole.
    """
    if isinstance(value, list | tuple):
        return (float(len(value)), *(number for item in value for number in sketch_of(item)))
    if isinstance(value, dict):
        return tuple(number for key in sorted(value, key=str) for number in (*sketch_of(str(key)), *sketch_of(value[key])))
    if isinstance(value, Model):
        return (*sketch_of(value.name), float(value.in_training), *sketch_of(value.state))
    if isinstance(value, Array):
        return sketch_of(value.data)
    if isinstance(value, bool | int | float):
        return (float(value),) if abs(value) < 1e300 else sketch_of(str(value))
    if type(value).__module__ == "numpy":
        return _sketch_of_array(np.asarray(value))
    return tuple(float(byte) for byte in hashlib.sha256(repr(value).encode()).digest()[:4])


def _sketch_of_array(array: Any) -> Sketch:
    if array.dtype.kind not in "biuf":
        return sketch_of(array.tolist())
    flat = array.reshape(-1).astype(np.float64)
    places: list[int] = np.linspace(0, flat.size - 1, min(_SAMPLES, flat.size)).round().astype(int).tolist() if flat.size else []
    shape = tuple(float(side) for side in array.shape)
    finite = flat[np.isfinite(flat)]
    mean = float(finite.mean()) if finite.size else 0.0
    return (*shape, *np.nan_to_num(flat[places], nan=_NAN, posinf=_INFINITE, neginf=-_INFINITE).tolist(), mean)


def near(one: Sketch, other: Sketch) -> bool:
    """Whether two sketches are of nearly the same value: not finite in the same places, nearly equal in all others."""
    if len(one) != len(other):
        return False
    first, second = np.asarray(one), np.asarray(other)
    marked = np.isin(first, (_NAN, _INFINITE, -_INFINITE))
    if (first[marked] != second[marked]).any():
        return False
    scale = float(np.abs(first[~marked]).max(initial=0))
    return bool(np.allclose(first[~marked], second[~marked], rtol=1e-3, atol=1e-6 * scale))
