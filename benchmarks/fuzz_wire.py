"""A million frames that were honest once, with bytes changed: does the judge's decoder hold?

Seeds are what a sandbox sends: reports, answers with arrays, handles, failures, and edges of every type. Each frame is a seed,
or an earlier mutant that was still read, with one to eight mutations anywhere, head included: bytes replaced, flipped, dropped,
doubled, swapped, set to msgpack's own type bytes, spliced with another frame. Whatever is read must be of the closed set;
whatever is not must be refused by `WireError`, and nothing else. An audit hook tells of code that was run, files that were opened
and modules that were imported meanwhile; the slowest frame and the growth of memory are measured. Exit status 1 when something
was found; each finding is written in hexadecimal. The same seed makes the same frames.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from grader.errors import WireError
from grader.wire.codec import HEAD_BYTES, decode, encode, frame_lengths
from grader.wire.values import ARRAY_TYPES, Array, Bounds, Handle, Model

BOUNDS = Bounds(structure_bytes=1 << 20, array_bytes=4 << 20, models=False)
_FROM_JUDGE = Bounds()
_HARMLESS_EVENTS = ("object.", "sys._getframe", "builtins.id", "marshal.")
_MOST_KEPT = 5_000
_LONGEST_KEPT = 4_096
_MSGPACK = bytes(range(0x80, 0xE0)) + bytes([0xFF, 0x7F, 0x00])


class Audit:
    """What the interpreter tells of while a frame is read."""

    def __init__(self) -> None:
        self.listening = False
        self.heard: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, _arguments: Any) -> None:
        if self.listening and not event.startswith(_HARMLESS_EVENTS):
            self.heard.append(event)


def seeds() -> list[bytes]:
    """Frames as the guest writes them, and values at the edges of every type."""
    arrays = [Array(np.zeros(shape, np.dtype(name))) for name in ARRAY_TYPES for shape in ((), (3,), (2, 0, 3))]
    answers: list[Any] = [
        {"value": [Array(np.eye(3), "tensor", "bfloat16", True), (1, 2.5, -0.0), "текст", b"y" * 2000, 2**80, {1, 2}]},
        {"value": Handle(3, "Module", True), "notes": [{"code": "renamed", "name": "x"}]},
        {"value": Model("resnet", True, {"layer.weight": np.arange(6, dtype=np.float32).reshape(2, 3)}, "layer4")},
        {"failure": {"types": ["ValueError", "Exception", "object"], "message": "no", "cell": 3, "line": 7, "code": "x"}},
        {"names": {"mean": {"kind": "function", "parameters": [{"name": "values", "required": True, "many": False}]}}},
        {"pid": 7, "status": None, "evaluated": True, "repeated": ["a", "b"]},
        [[[[[[[[1]]]]]]]],
        {(1, (2, "a"), None): {True, 1.5}, -1: 3j, 2**61: float("nan")},
        *[{"value": array} for array in arrays],
    ]
    return [encode(answer, _FROM_JUDGE) for answer in answers]


def mutants(count: int, generator: random.Random, pool: list[bytes]) -> Iterator[bytes]:
    """So many frames; `pool` may grow meanwhile."""
    for _ in range(count):
        data = bytearray(generator.choice(pool))
        for _ in range(generator.choice((1, 1, 1, 2, 2, 3, 5, 8))):
            mutate(data, generator, pool)
        if generator.random() < 0.9 and len(data) >= HEAD_BYTES:  # else most would be refused for the head alone
            told = int.from_bytes(data[4:8], "little")
            data[:4] = max(0, len(data) - HEAD_BYTES - told).to_bytes(4, "little")
        yield bytes(data)


def mutate(data: bytearray, generator: random.Random, pool: list[bytes]) -> None:
    """One change in place."""
    if not data:
        data += generator.randbytes(12)
    place, other = generator.randrange(len(data)), generator.randrange(len(data))
    kind = generator.randrange(8)
    if kind == 0:
        data[place] = generator.randrange(256)
    elif kind == 1:
        data[place] ^= 1 << generator.randrange(8)
    elif kind == 2:
        del data[place : place + generator.randint(1, 5)]
    elif kind == 3:
        data[place:place] = data[place : place + generator.randint(1, 9)]
    elif kind == 4:
        data[place], data[other] = data[other], data[place]
    elif kind == 5:
        data[place] = generator.choice(_MSGPACK)
    elif kind == 6:
        data[place : place + 4] = generator.randbytes(4)
    else:
        piece = generator.choice(pool)
        start = generator.randrange(len(piece))
        data[place:place] = piece[start : start + generator.randint(1, 40)]


def read(frame: bytes) -> Any:
    """What the judge makes of the bytes. Raises `WireError`."""
    if len(frame) < HEAD_BYTES:
        raise WireError("no head")
    structure, arrays = frame_lengths(frame[:HEAD_BYTES], BOUNDS)
    body = frame[HEAD_BYTES:]
    if structure + arrays > len(body):
        raise WireError("not whole")  # a `Channel` would wait for the rest
    return decode(body[:structure], bytearray(body[structure : structure + arrays]), BOUNDS)


def is_closed(value: Any) -> bool:
    """Whether a value is of the closed set, all the way down."""
    if value is None or type(value) in (bool, int, float, complex, str, bytes, Handle):
        return True
    if type(value) in (list, tuple, set):
        return all(map(is_closed, value))
    if type(value) is dict:
        return all(is_closed(key) and is_closed(item) for key, item in value.items())
    return type(value) is Array and type(value.data) is np.ndarray and value.data.dtype.name in ARRAY_TYPES


def fuzz(count: int, seed: int) -> tuple[dict[str, Any], list[str]]:
    """(numbers, findings)."""
    generator, pool, audit = random.Random(seed), seeds(), Audit()
    counts: Counter[str] = Counter()
    findings: list[str] = []
    slowest, frames_per_report = 0.0, max(1, count // 10)
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    for number, frame in enumerate(mutants(count, generator, pool), 1):
        audit.listening, clock = True, time.thread_time()
        try:
            value = read(frame)
        except WireError:
            counts["refused"] += 1
        except BaseException as error:  # noqa: BLE001  whatever else comes out is what is looked for
            findings.append(f"{type(error).__name__}: {error}: {frame.hex()}")
        else:
            counts["read"] += 1
            if not is_closed(value):
                findings.append(f"not of the closed set: {frame.hex()}")
            elif len(frame) <= _LONGEST_KEPT and len(pool) < _MOST_KEPT and generator.random() < 0.05:
                pool.append(frame)
        audit.listening, slowest = False, max(slowest, time.thread_time() - clock)
        if audit.heard:
            findings.append(f"{audit.heard}: {frame.hex()}")
            audit.heard.clear()
        if number % frames_per_report == 0:
            print(f"{number} frames, {len(findings)} findings", file=sys.stderr, flush=True)
    numbers = {
        "frames": count,
        **counts,
        "findings": len(findings),
        "seconds": round(time.perf_counter() - started, 1),
        "slowest_frame_ms": round(slowest * 1000, 2),
        "grown_mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10,
        "seed": seed,
    }
    return numbers, findings


def main() -> int:
    """Fuzz and print; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=15)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    numbers, findings = fuzz(options.frames, options.seed)
    for name, number in numbers.items():
        print(f"{name.replace('_', ' '):<18} {number:>12,}")
    for finding in findings[:20]:
        print(finding)
    if options.json:
        options.json.write_text(json.dumps({**numbers, "first_findings": findings[:20]}, indent=1) + "\n", encoding="utf-8")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
