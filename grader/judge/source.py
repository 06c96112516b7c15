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
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from grader.guest.encoding import told
from grader.judge.outcome import CodeRaised, known_type
from grader.judge.plugin import Ran
from grader.judge.text import AnyText
from grader.judge.words import failed_import_words, one_line
from grader.sandbox.exchange import Failure

_MOST_LINES = 3_000  # of a file whose lines are told for hidden tests; the longest honest labs have some hundreds
_MOST_IMPORTED = 30  # lines that one import may take
_LONGEST = 1_000  # characters that are looked at of a line, which may be all of the file
_IMPORT = re.compile(r"\s*(from\s+[\w.]+\s+)?import\b([^;]*)")


@dataclass(frozen=True)
class Source:
    """A notebook's or a module's text. Never raises, whatever the file holds."""

    name: str
    raw: bytes

    def line(self, cell: int, line: int) -> str:
        """Line `line` (from 1) of cell `cell` (from 1 among all cells; 0 for a module), on one line; empty when there is none."""
        lines = self._pieces.get(cell, [])
        return one_line(lines[line - 1].lstrip()[:_LONGEST]).replace("`", "'") if 1 <= line <= len(lines) else ""

    def has_cell(self, cell: int) -> bool:
        """Whether the file has a code cell, or another, of that number; 0 stands for a module."""
        return cell in self._pieces

    def confirmed(self, failure: Failure) -> Failure:
        """The failure, its place dropped when the file has no such place, its code the file's own."""
        lines = self._pieces.get(failure.cell, [])
        if not 1 <= failure.line <= len(lines):
            return replace(failure, cell=0, line=0, code="")
        return replace(failure, code=self.line(failure.cell, failure.line))

    def imported(self, cell: int, line: int) -> list[str]:
        """The names that the import which begins in this line gives to what it imports; empty where none does."""
        following = self._pieces.get(cell, [])[max(line - 1, 0) : line - 1 + _MOST_IMPORTED]
        lines = [text[:_LONGEST].partition("#")[0] for text in following]
        if not lines or not (found := _IMPORT.match(lines[0])):
            return []
        rest, below = found[2], iter(lines[1:])
        while "(" in rest and ")" not in rest and (more := next(below, None)) is not None:
            rest += more
        names = [item.split()[-1] for item in rest.strip(" ()").split(",") if item.split()]
        return names if found[1] else [name.partition(".")[0] for name in names]

    def not_imported(self, failure: Failure) -> Iterator[tuple[str, Failure]]:
        """The names that an import which failed was to give, and the failure in its place; in a cell, of which one failure is
        told, also those of the imports below, for which a name that is missing tells that they have failed, too; unless the
        file is longer than people write."""
        last = len(self._pieces.get(failure.cell, [])) if failure.cell and not self.is_long else failure.line
        for line in range(last, failure.line - 1, -1):
            yield from ((name, replace(failure, line=line)) for name in self.imported(failure.cell, line))

    def pieces(self) -> list[list[str]]:
        """The lines of the module, or of each cell; none of a file that is longer than people write."""
        return [] if self.is_long else list(self._pieces.values())

    @cached_property
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


def confirm_places(ran: list[Ran], source: Source, loading: Iterable[Failure] = ()) -> None:
    """Replace every failure of a call by one whose place is in the file, and which says no more than the student may know.

    `loading`: what failed while the file ran, which may be why a name is missing.
    """
    told: dict[str, tuple[int, int]] = {}
    # Of a line inside a function, which is not where the file itself had come to, the names would be the function's.
    failed = [failure for failure in map(source.confirmed, loading) if failure.line == failure.entry]
    missing = {name: place for failure in failed for name, place in source.not_imported(failure)}
    for item in ran:
        if not isinstance(item.outcome, CodeRaised):
            continue
        failure, withheld = source.confirmed(item.outcome.failure), False
        if item.test.visibility == "hidden":
            place = failure.cell, failure.line
            withheld = source.is_long or told.setdefault(item.test.part, place) != place
        because = "" if withheld else _why_missing(failure, missing)
        item.outcome = CodeRaised(failure, hint=item.outcome.hint, withheld=withheld, because=because)


def _why_missing(failure: Failure, missing: dict[str, Failure]) -> AnyText:
    """That a name in the line was to be imported. By the line alone, which is told: what the sandbox says of the name could
    carry hidden inputs out."""
    used = re.findall(r"(?<![\w.])[^\W\d]\w*", failure.code) if known_type(failure) == "NameError" else []
    return next((failed_import_words(name, missing[name]) for name in used if name in missing), "")


def _source(cell: Any) -> str:
    source = cell.get("source", cell.get("input", ""))  # `input` up to nbformat 3
    return "".join(source) if isinstance(source, list) else str(source)


def _lines(text: str) -> list[str]:
    # Python counts lines by these ends alone, not by those that str.splitlines knows (form feed, U+2028, ...).
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
