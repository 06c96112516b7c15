"""Standard streams with a bound, and `input()` without a person."""

from __future__ import annotations

import builtins
import io
import os
import pdb
import sys
from collections.abc import Iterator

from grader.guest.notes import Notes

_PATIENCE = 20  # answers until a loop that waits for a certain one is ended


class BoundedText(io.TextIOBase):
    """A text stream that keeps the first `limit` characters and counts the rest.

    Printing 500 MB is slow but not an error: honest labs print a lot in training loops.
    """

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit
        self.kept: list[str] = []
        self.size = 0
        self.buffer = _BoundedBytes(self)

    encoding = "utf-8"
    errors = "replace"

    def write(self, text: str) -> int:
        """Keep what fits."""
        if self.size < self.limit:
            self.kept.append(str(text)[: self.limit - self.size])
        self.size += len(text)
        return len(text)

    def writable(self) -> bool:
        """Always."""
        return True

    def isatty(self) -> bool:
        """Never: progress bars then print plain lines."""
        return False

    def fileno(self) -> int:
        """A descriptor that swallows what is written past Python."""
        return 1

    def reconfigure(self, **_options: object) -> None:
        """Nothing: it is UTF-8 already."""

    def read(self, size: int | None = -1) -> str:
        """Nothing to read."""
        return ""

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        return iter(())


class _BoundedBytes(io.RawIOBase):
    def __init__(self, text: BoundedText) -> None:
        super().__init__()
        self.text = text

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        raw = bytes(data)  # type: ignore[call-overload]  # whatever the buffer protocol gives
        self.text.write(raw.decode("utf-8", "replace"))
        return len(raw)


def silence(limit: int) -> None:
    """Send descriptors 0, 1 and 2 nowhere and the Python streams into bounded ones of `limit` characters."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    if nowhere > 2:
        os.close(nowhere)
    sys.stdout = sys.__stdout__ = BoundedText(limit)  # type: ignore[misc,assignment]
    sys.stderr = sys.__stderr__ = BoundedText(limit)  # type: ignore[misc,assignment]


def install(notes: Notes) -> None:
    """Answer `input()` with an empty line, and with the end of input once a loop goes on asking; pass breakpoints."""
    asked = 0

    def answer(_prompt: object = "") -> str:
        nonlocal asked
        asked += 1
        if asked > _PATIENCE:
            raise EOFError("nobody is there to answer")
        notes.add("input_answered")  # once, whatever was asked
        return ""

    def passes(*_arguments: object, **_keywords: object) -> None:
        notes.add("breakpoint_passed")

    sys.breakpointhook = passes
    pdb.set_trace = passes
    builtins.input = answer
