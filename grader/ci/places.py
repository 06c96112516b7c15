"""Lines of a student's file as a code-hosting site counts them: of a notebook, lines of its JSON.

A cell's line stands in the JSON text as one string of a list (or, in some old notebooks, all of a cell as one string, whose
line is then the cell's).
"""

from __future__ import annotations

import ast
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from grader.course.specification import same_name

_SOURCE = re.compile(r'"source"\s*:\s*(\[|"(?:[^"\\]|\\.)*")')
_STRING = re.compile(r'\s*,?\s*("(?:[^"\\]|\\.)*")')


@dataclass
class Places:
    """Where things stand in a file; built by `places_in`. Never raises, whatever the file holds."""

    cells: dict[int, list[int]] = field(default_factory=dict)
    definitions: dict[str, int] = field(default_factory=dict)

    def line(self, cell: int, line: int) -> int:
        """The file's line of line `line` of cell `cell` (0 for a module); 0 where there is none."""
        lines = self.cells.get(cell, [])
        return lines[line - 1] if 1 <= line <= len(lines) else 0

    def definition(self, names: Sequence[str]) -> int:
        """The line of the last definition under one of the names, case and underscores aside; 0 where there is none."""
        for name in names:
            if (line := self.definitions.get(same_name(name), 0)) > 0:
                return line
        return 0


def places_in(name: str, raw: bytes) -> Places:
    """The places of a notebook or a module."""
    text = raw.decode("utf-8-sig", "replace")
    places = Places()
    if name.lower().endswith(".ipynb"):
        for number, source, lines in _cells(text):
            places.cells[number] = lines
            _define(places, source, lines)
    else:
        lines = list(range(1, text.count("\n") + 2))
        places.cells[0] = lines
        _define(places, text, lines)
    return places


def _define(places: Places, source: str, lines: list[int]) -> None:
    code = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.split("\n"))
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.lineno <= len(lines):
            places.definitions[same_name(node.name)] = lines[node.lineno - 1]


def _cells(text: str) -> Iterator[tuple[int, str, list[int]]]:
    """(number of the cell among all, its source, the file's line of each of its lines), of code cells."""
    try:
        cells: list[dict[str, Any]] = json.loads(text)["cells"]
        sources = ["".join(cell["source"]) for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    starts = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
    position = 0
    for number, (cell, source) in enumerate(zip(cells, sources, strict=True), start=1):
        while (match := _SOURCE.search(text, position)) is not None:
            strings = list(_strings(text, match.start(1)))
            position = match.end()
            if "".join(piece for piece, _ in strings) == source:
                if cell.get("cell_type") == "code":
                    yield number, source, _lines(strings, starts)
                break


def _strings(text: str, start: int) -> Iterator[tuple[str, int]]:
    """The strings of a list (or the one that stands there), each with its offset."""
    if text[start] == '"':
        match = _STRING.match(text, start)
        if match is not None:
            yield str(json.loads(match[1], strict=False)), match.start(1)
        return
    position = start + 1
    while (match := _STRING.match(text, position)) is not None:
        yield str(json.loads(match[1], strict=False)), match.start(1)
        position = match.end()


def _lines(strings: list[tuple[str, int]], starts: list[int]) -> list[int]:
    """The file's line of each line of a cell; `starts`: where the file's lines begin.

    Not counted from the top for each: of a notebook of 18 MB with pictures and 3,000 lines that took 40 s.
    """
    lines: list[int] = []
    for piece, offset in strings:
        here = bisect_right(starts, offset)
        lines += [here] * (piece.count("\n") + (not piece.endswith("\n")))
    return lines
