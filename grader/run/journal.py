"""A durable record of every finished submission, so that a run that was stopped goes on where it was.

One line of JSON per result, flushed to the disk before the next is taken up::

    {"key": ..., "base": ..., "result": SubmissionResult, "trace": Trace}

`key` is over everything that the verdict depends on: a result is reused only for the same key, and its latest line wins. `base`
is over all of that but the tests and the reference: under it the trace tells which parts still stand. A torn last line (power
cut, full disk) is passed over. Nothing is taken out while a class is graded; afterwards `compact` drops lines with a successor.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from grader.judge.regrading import Trace, Verdict
from grader.results import SubmissionResult
from grader.wholefile import remove_halves, write_whole

_UNREADABLE = (ValueError, KeyError, TypeError, RecursionError)  # a torn line, or one of another version


@dataclass
class Kept:
    """What a journal has of a class: results by key, verdicts by base, and by student the seconds that were last needed."""

    results: dict[str, SubmissionResult] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


class Journal:
    """The journal of one assignment in `folder`. A context manager."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "journal.jsonl"
        # Unbuffered: what a full disk refuses must not wait for a second chance to be written.
        self._stream = open(self.path, "a+b", buffering=0, opener=_open_no_link)  # noqa: SIM115 -- `__exit__` closes it
        self._end_torn_line()

    def _end_torn_line(self) -> None:
        """Else the next result would stand on the torn line, and be lost with it."""
        if self._stream.seek(0, os.SEEK_END):
            self._stream.seek(-1, os.SEEK_END)
            if self._stream.read(1) != b"\n":
                self._write(b"\n")

    def find(self, keys: Collection[str], bases: Collection[str]) -> Kept:
        """What is kept under these keys and bases, the last of each; other lines are not even made into results."""
        kept = Kept()
        wanted = {*keys, *bases}
        for key, base, verdict in self._entries(wanted, kept.seconds):
            if key in keys:
                kept.results[key] = verdict.result
            if base in bases and verdict.trace is not None:
                kept.verdicts[base] = verdict
        return kept

    def _entries(self, wanted: Collection[str], seconds: dict[str, float]) -> Iterator[tuple[str, str, Verdict]]:
        """(key, base, verdict) of each line that has a wanted key or base; into `seconds` go those of all lines."""
        with self.path.open("rb") as stream:
            for line in stream:
                try:
                    entry = json.loads(line)
                    key, base = str(entry["key"]), str(entry.get("base", ""))
                    seconds[str(entry["result"]["student"])] = float(entry["result"]["seconds"])
                    if key not in wanted and base not in wanted:
                        continue
                    trace = Trace.model_validate(entry["trace"], strict=False) if entry.get("trace") else None
                    result = SubmissionResult.model_validate(entry["result"], strict=False)
                except _UNREADABLE:
                    continue  # that submission is graded again
                yield key, base, Verdict(result=result, trace=trace)

    def append(self, key: str, result: SubmissionResult, base: str = "", trace: Trace | None = None) -> None:
        """Write a result and wait until it is on the disk. Raises `OSError` when the disk is full."""
        entry = {
            "key": key,
            "base": base,
            "result": result.model_dump(mode="json"),
            "trace": trace and trace.model_dump(mode="json"),
        }
        self._write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        os.fsync(self._stream.fileno())

    def _write(self, data: bytes) -> None:
        """All of it or nothing: a part would be a torn line that costs room on a disk that has none."""
        before = self._stream.seek(0, os.SEEK_END)
        left = memoryview(data)
        try:
            while left:
                left = left[self._stream.write(left) :]
        except OSError as error:
            self._stream.truncate(before)
            raise OSError(error.errno, error.strerror, str(self.path)) from error

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.close()


def _open_no_link(path: str, flags: int) -> int:
    """A student's link in a folder called as the report is must not have the instructor's file written to, or emptied."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)  # Windows has none


def compact(folder: Path) -> None:
    """Leave the lines out of a closed journal whose key has a later one: they are never read again.

    Raises `OSError` when the disk has no room for the shorter one; the longer one is then as it was.
    """
    path = folder / "journal.jsonl"
    with path.open("rb") as stream:
        last = {_key(line): number for number, line in enumerate(stream)}

    def write(partial: Path) -> None:
        with path.open("rb") as old, partial.open("wb") as new:
            new.writelines(line for number, line in enumerate(old) if last[_key(line)] == number)

    write_whole(path, write, durable=True)
    remove_halves(folder)


def _key(line: bytes) -> str:
    try:
        return str(json.loads(line)["key"])
    except _UNREADABLE:
        return ""  # of those nobody reads any


def result_key(*parts: str) -> str:
    """A key over everything that a verdict depends on."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:{part}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
