"""A durable record of every finished submission, so that a run that was stopped goes on where it was.

One line of JSON per result, flushed to the disk before the next is taken up. Each line carries a key over everything that its
verdict depends on; a result is used again only under the same key. A torn last line (power cut, full disk) is passed over.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from types import TracebackType

from pydantic import ValidationError

from grader.results import SubmissionResult


class Journal:
    """The journal of one assignment in `folder`. A context manager."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "journal.jsonl"
        # Unbuffered: what a full disk refuses must not wait for a second chance to be written.
        self._stream = self.path.open("a+b", buffering=0)
        self._end_torn_line()

    def _end_torn_line(self) -> None:
        """Else the next result would stand on the torn line, and be lost with it."""
        if self._stream.seek(0, os.SEEK_END):
            self._stream.seek(-1, os.SEEK_END)
            if self._stream.read(1) != b"\n":
                self._write(b"\n")

    def read(self) -> dict[str, SubmissionResult]:
        """The results kept so far, by key; the last of a key counts."""
        kept = {}
        for line in self.path.read_bytes().splitlines():
            try:
                entry = json.loads(line)
                kept[str(entry["key"])] = SubmissionResult.model_validate(entry["result"], strict=False)
            except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
                continue  # a torn line, or one of another version: that submission is graded again
        return kept

    def append(self, key: str, result: SubmissionResult) -> None:
        """Write a result and wait until it is on the disk. Raises `OSError` when the disk is full."""
        line = json.dumps({"key": key, "result": result.model_dump(mode="json")}, ensure_ascii=False)
        self._write(line.encode() + b"\n")
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

    def clear(self) -> None:
        """Forget everything."""
        self._stream.truncate(0)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.close()


def result_key(*parts: str) -> str:
    """A key over everything that a verdict depends on."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:{part}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
