"""Recorded answers come back bit for bit, from a file that is read without executing anything."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import SpecificationError
from grader.judge.plain import plain
from grader.judge.recording import (
    RecordedCall,
    RecordedSequence,
    RecordedVariant,
    RecordedWeights,
    Recording,
    digest_of,
    near,
    read_recording,
    sketch_of,
)
from grader.wire.codec import encode
from grader.wire.values import Bounds, Model
from grader.wire.wrapping import wired

ANSWERS: list[Any] = [
    1.5,
    float("nan"),
    -0.0,
    2**70,
    "слово",
    None,
    True,
    [1, (2, "x")],
    {"a": np.arange(6, dtype=np.int16).reshape(2, 3)},
    np.array([0.1, np.nan, np.inf], dtype=np.float32),
    np.zeros((0, 4)),
]


def recording(answers: list[Any]) -> Recording:
    """One call per answer."""
    calls = [RecordedCall("p", digest_of((number,)), (1.0,), wired(answer), 1e-6) for number, answer in enumerate(answers)]
    return Recording(
        calls=calls,
        tests={"public/test_it.py::test_it": list(range(len(answers)))},
        variants=[RecordedVariant("p.wrong", "p", "Wrong.", "Неверно.", False, "x")],
        sequences=[RecordedSequence((0, 1), {"p.wrong": [1.5, wired(np.ones(3))]})],
        weights={"net": RecordedWeights("0" * 64, (1.0, 2.0), "2.9")},
    )


def test_bit_for_bit(tmp_path: Path) -> None:
    """Protects expected answers: types, number types, shapes and every bit, negative zero and NaN included."""
    (tmp_path / "a").write_bytes(recording(ANSWERS).to_bytes())
    found = read_recording(tmp_path / "a")
    bounds = Bounds(structure_bytes=1 << 20)
    for call, answer in zip(found.calls, ANSWERS, strict=True):
        assert encode(call.answer, bounds) == encode(wired(answer), bounds)
        assert type(plain(call.answer)) is type(answer)
    expected = recording(ANSWERS)
    assert (found.tests, found.variants, found.weights) == (expected.tests, expected.variants, expected.weights)
    assert found.sequences[0].calls == (0, 1)
    assert plain(found.sequences[0].answers["p.wrong"][1]).tolist() == [1.0, 1.0, 1.0]


def test_the_same_recording_is_the_same_bytes() -> None:
    """Protects the bundle's reproducibility."""
    assert recording(ANSWERS).to_bytes() == recording(ANSWERS).to_bytes()


def test_equal_answers_are_written_once() -> None:
    """Protects the bundle's size: wrong variants mostly answer what the reference answers."""
    array = np.random.default_rng(0).standard_normal(10_000)
    assert len(recording([array] * 50).to_bytes()) < 1.1 * len(recording([array]).to_bytes()) + 10_000


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: raw[:-1],
        lambda raw: raw[:40] + b"\0" + raw[41:],
        lambda raw: hashlib.sha256(raw[32:-5]).digest() + raw[32:-5],
        lambda raw: _signed(zlib.compress(b"nonsense")),
        lambda raw: _signed(zlib.compress(encode({"schema": "grader/answers/2"}, Bounds()))),
        lambda raw: _signed(zlib.compress(encode({"schema": "grader/answers/1", "table": []}, Bounds()))),
        lambda raw: _signed(zlib.compress(encode([1], Bounds()))),
    ],
)
def test_a_damaged_file(tmp_path: Path, damage: Any) -> None:
    """Protects from an answer out of half a file, or of another version: said, with what to do, and nothing is guessed."""
    (tmp_path / "a").write_bytes(damage(recording(ANSWERS).to_bytes()))
    with pytest.raises(SpecificationError, match="cannot be used") as error:
        read_recording(tmp_path / "a")
    assert error.value.remedy == "unpack the bundle again"


def _signed(frame: bytes) -> bytes:
    return hashlib.sha256(frame).digest() + frame


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (np.linspace(0, 1, 1000), np.linspace(0, 1, 1000) + 1e-7, True),
        (np.linspace(0, 1, 1000), np.linspace(0, 1.1, 1000), False),
        (np.zeros((2, 3)), np.zeros((3, 2)), False),
        ([1.0, 2.0, 6.0], [1.0, 2.0, 6.0000001], True),
        ([1.0, 2.0, 6.0], [1.0, 2.0, 7.0], False),
        ([1, 2], [1, 2, 3], False),
        ("to be", "to be", True),
        ("to be", "not to be", False),
        (Model("net"), Model("net").training(), False),
        (Model("net"), Model("other"), False),
        (Model("net", state={"w": np.ones(3)}), Model("net", state={"w": np.ones(3) * 2}), False),
        (np.array([np.nan, 1.0]), np.array([np.nan, 1.0]), True),
        (np.array([1.0, 2.0, np.nan]), np.array([7.0, -5.0, np.nan]), False),
        (np.array([1.0, np.nan, np.inf]), np.array([1.0 + 1e-7, np.nan, np.inf]), True),
        (np.array([1.0, np.inf]), np.array([1.0, -np.inf]), False),
        (np.array([1.0, np.inf]), np.array([1.0, np.nan]), False),
        (np.array([1.0, 2.0]), np.array([1.0, np.nan]), False),
        (np.array([np.nan]), np.array([2.0]), False),
        ([np.zeros((0, 2)), np.nan], [np.zeros((0, 2)), np.nan], True),
        (np.array(["a"]), np.array(["b"]), False),
        ({"a": 1}, {"a": 2}, False),
        (2**80, 2**80 + 1, True),
        (10**400, 10**400 + 1, False),
    ],
)
def test_nearly_the_same_inputs(one: Any, other: Any, same: bool) -> None:
    """Protects both ways: a picture decoded by another library finds its answer, a test that was changed does not."""
    assert near(sketch_of(one), sketch_of(other)) is same


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), max_size=5))
def test_a_sketch_is_near_itself(numbers: list[float]) -> None:
    """Protects every input from being taken for another one on the same machine."""
    assert near(sketch_of(numbers), sketch_of(numbers))
    assert near(sketch_of(np.array(numbers)), sketch_of(np.array(numbers)))
