"""The submission's main file as the judge itself read it: where a failure happened, and what stands there.

A sandbox says in which cell and line a failure happened, and could say anything: a submission that saw hidden inputs might
spell them into a line of code, or into the numbers. So the line is never taken from the sandbox: it is looked up in the
file that was handed in, which was there before any test ran, and a place that is not in the file is dropped. What is left
to the submission is which of its own lines to name: in a file of a million lines that is the number of its choice. So for
hidden tests the student is told one place of a part, and none in a file that is longer than people write; it may say as much as
a few tests that pass or fail do. The instructor is told all.
"""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from grader.guest.encoding import told
from grader.judge.outcome import CodeRaised
from grader.judge.plugin import Ran
from grader.judge.words import one_line
from grader.sandbox.exchange import Failure

_MOST_LINES = 3_000  # of a file whose lines are told for hidden tests; the longest honest labs have some hundreds


@dataclass(frozen=True)
class Source:
    """A notebook's or a module's text. Never raises, whatever the file holds."""

    name: str
    raw: bytes

    def line(self, cell: int, line: int) -> str:
        """Line `line` (from 1) of cell `cell` (from 1 among all cells; 0 for a module), on one line; empty when there is none."""
        lines = self._pieces.get(cell, [])
        return one_line(lines[line - 1]).replace("`", "'") if 1 <= line <= len(lines) else ""

    def has_cell(self, cell: int) -> bool:
        """Whether the file has a code cell, or another, of that number; 0 stands for a module."""
        return cell in self._pieces

    def confirmed(self, failure: Failure) -> Failure:
        """The failure, its place dropped when the file has no such place, its code the file's own."""
        lines = self._pieces.get(failure.cell, [])
        if not 1 <= failure.line <= len(lines):
            return replace(failure, cell=0, line=0, code="")
        return replace(failure, code=self.line(failure.cell, failure.line))

    @property
    def is_long(self) -> bool:
        """Whether the file has so many lines that the number of one could carry a message."""
        return sum(map(len, self._pieces.values())) > _MOST_LINES

    @cached_property
    def _pieces(self) -> dict[int, list[str]]:
        text = _text(self.raw)
        if not self.name.lower().endswith(".ipynb"):
            return {0: _lines(text)}
        try:
            notebook = json.loads(text)
            cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
            return {number: _lines(_source(cell)) for number, cell in enumerate(cells, start=1)}
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
            return {}


def _text(raw: bytes) -> str:
    """As `grader.guest.encoding` reads it in the sandbox, so that lines are the same; but not by its code, which a file may keep
    busy for long (Python's tokenizer).

    In the encoding of the coding cookie, if an editor may have written that; else each line in UTF-8, or in Windows-1251.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    if encoding := told(raw):
        return raw.decode(encoding, "replace")
    return "\n".join(map(_line_text, raw.removeprefix(codecs.BOM_UTF8).split(b"\n")))


def _line_text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1251", "replace")


def confirm_places(ran: list[Ran], source: Source) -> None:
    """Replace every failure of a call by one whose place is in the file, and which says no more than the student may know."""
    told: dict[str, tuple[int, int]] = {}
    for item in ran:
        if not isinstance(item.outcome, CodeRaised):
            continue
        failure, withheld = source.confirmed(item.outcome.failure), False
        if item.test.visibility == "hidden":
            place = failure.cell, failure.line
            withheld = source.is_long or told.setdefault(item.test.part, place) != place
        item.outcome = CodeRaised(failure, hint=item.outcome.hint, withheld=withheld)


def _source(cell: Any) -> str:
    source = cell.get("source", cell.get("input", ""))  # `input` up to nbformat 3
    return "".join(source) if isinstance(source, list) else str(source)


def _lines(text: str) -> list[str]:
    # Python counts lines by these ends alone, not by those that str.splitlines knows (form feed, U+2028, ...).
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
