"""A CSV file of another system or a spreadsheet: what separates its cells is kept, and every cell can be named in an error."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.course.names import composed
from grader.errors import UsageError

_AS_IT_CAME = "take the file as the other system gave it"
_SEPARATORS = (",", ";", "\t")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class Table:
    """A CSV file as it was: the header, the rows, the line that each ends on, what separates cells, and whether a byte order mark
    stood before it.
    """

    path: Path
    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    separator: str
    marked: bool

    def column(self, *names: str) -> int | None:
        """The place of the first column that is called one of these; None where there is none."""
        folded = [plain(name) for name in self.header]
        return next((folded.index(plain(name)) for name in names if plain(name) in folded), None)

    def needed(self, what: str, *names: str, remedy: str = "") -> int:
        """The same. Raises `UsageError` naming the columns that there are, and what else helps."""
        found = self.column(*names)
        if found is None:
            there = ", ".join(self.header[:20])
            raise UsageError(f"{self.path}: there is no column {what}; there are {there}", remedy=remedy)
        return found

    def where(self, row: int, column: int) -> str:
        """A cell's place, for an error: file, line, column."""
        return f"{self.path}: line {self.lines[row]}: column {self.header[column].strip()!r}"

    def number(self, row: int, column: int) -> float:
        """A cell's number, its decimals after a point or a comma. Raises `UsageError` naming the cell."""
        cell = self.rows[row][column].strip()
        if not _NUMBER.fullmatch(cell) or not math.isfinite(number := float(cell.replace(",", "."))):
            raise UsageError(f"{self.where(row, column)}: {cell!r} is no number", remedy="set the points in the other system")
        return number

    def text(self, rows: Sequence[Sequence[str]]) -> str:
        """CSV with these rows, the first of them the header."""
        stream = io.StringIO()
        stream.write("\ufeff" if self.marked else "")
        csv.writer(stream, delimiter=self.separator, lineterminator="\r\n").writerows(rows)
        return stream.getvalue()


def read_table(path: Path) -> Table:
    """Read a CSV file in UTF-8, its cells apart by commas, semicolons or tabs. Raises `UsageError` when it is not one.

    Every row has as many cells as the header: what is short of it is filled up, and empty cells beyond it are left out.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path}: is no text in UTF-8; spreadsheets in Russian write Windows-1251",
            remedy="save it as “CSV UTF-8”, or choose UTF-8 (65001) as its encoding",
        ) from error
    body = text.removeprefix("\ufeff")
    separator = _separator(body)
    rows, lines = [], []
    try:
        reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
        for row in reader:
            if row:
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise UsageError(f"{path}: line {reader.line_num}: is no CSV: {error}", remedy=_AS_IT_CAME) from error
    if not rows or len(rows[0]) < 2:
        raise UsageError(f"{path}: is no table: its first line has no commas, semicolons or tabs", remedy=_AS_IT_CAME)
    width = len(rows[0])
    for row, line in zip(rows, lines, strict=True):
        if any(cell.strip() for cell in row[width:]):  # which of them it has too many nobody knows: a grade would go astray
            raise UsageError(
                f"{path}: line {line}: has {len(row)} cells, and the first line {width}",
                remedy="put a text that holds what separates cells between quotation marks",
            )
    fitted = [(row + [""] * (width - len(row)))[:width] for row in rows[1:]]
    return Table(path, rows[0], fitted, lines[1:], separator, text.startswith("\ufeff"))


def _separator(text: str) -> str:
    """That by which the first line has the most cells; a comma where none has more."""

    def cells(separator: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), []))
        except csv.Error:
            return 0

    return max(_SEPARATORS, key=cells)


def plain(text: str) -> str:
    """Composed, without case and with single spaces."""
    return composed(" ".join(text.split()).casefold())
