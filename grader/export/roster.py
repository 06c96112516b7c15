"""Whose row in another system's table a mark belongs to. Nothing is guessed: a mark that fits no row, or two, is told.

A mark is matched by the number in the student's id where the system gave it one (`{name}_{number}`; the name must fit too), else
by a cell that is the student's id, white space, case and the way its letters are spelt aside.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.course.names import composed
from grader.errors import UsageError
from grader.export.marks import Mark

_AS_IT_CAME = "take the file as the other system gave it"
_NUMBERED = re.compile(r"(?P<name>.+)_(?P<number>\d+)", re.DOTALL)


@dataclass(frozen=True)
class Table:
    """A CSV file as it was: the header, the rows, and whether a byte order mark stood before it."""

    path: Path
    header: list[str]
    rows: list[list[str]]
    marked: bool

    def column(self, *names: str) -> int | None:
        """The place of the first column that is called one of these; None where there is none."""
        folded = [plain(name) for name in self.header]
        return next((folded.index(plain(name)) for name in names if plain(name) in folded), None)

    def needed(self, what: str, *names: str) -> int:
        """The same. Raises `UsageError` naming the columns that there are."""
        found = self.column(*names)
        if found is None:
            raise UsageError(f"{self.path}: there is no column {what}; there are {', '.join(self.header[:20])}")
        return found

    def text(self, rows: Sequence[Sequence[str]]) -> str:
        """CSV with these rows, the first of them the header."""
        stream = io.StringIO()
        stream.write("\ufeff" if self.marked else "")
        csv.writer(stream, lineterminator="\r\n").writerows(rows)
        return stream.getvalue()


def read_table(path: Path) -> Table:
    """Read a CSV file in UTF-8 with commas. Raises `UsageError` when it is not one."""
    try:
        text = path.read_bytes().decode("utf-8")
        rows = [row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True) if row]
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            f"{path}: is no CSV file in UTF-8: {error}", remedy="take the file as the other system gave it"
        ) from error
    if not rows or len(rows[0]) < 2:
        raise UsageError(f"{path}: is no table with commas", remedy=_AS_IT_CAME)
    width = len(rows[0])
    return Table(path, rows[0], [row + [""] * (width - len(row)) for row in rows[1:]], text.startswith("\ufeff"))


@dataclass(frozen=True)
class Person:
    """Whom a row is about: its number and name in the other system, and other cells that may be a student's id."""

    row: int
    number: str
    name: str
    others: tuple[str, ...] = ()


@dataclass
class Matched:
    """Marks by the place of their row, and those without one: student and reason."""

    rows: dict[int, Mark] = field(default_factory=dict)
    unmatched: list[tuple[str, str]] = field(default_factory=list)


def match(marks: Sequence[Mark], people: Sequence[Person]) -> Matched:
    """Find each mark's row."""
    found = Matched()
    claimed: dict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        rows, reason = _rows(mark.student, people)
        if len(rows) == 1:
            claimed[rows[0]].append(mark)
        else:
            found.unmatched.append((mark.student, reason or f"fits {len(rows)} rows" if rows else reason or "fits no row"))
    for row, several in claimed.items():
        if len(several) == 1:
            found.rows[row] = several[0]
        else:
            found.unmatched += [(mark.student, f"{len(several)} students fit the same row") for mark in several]
    return found


def _rows(student: str, people: Sequence[Person]) -> tuple[list[int], str]:
    """The rows that fit, and why none does where there is more to say than that."""
    wanted, numbered = plain(student), _NUMBERED.fullmatch(student)
    same = [person for person in people if numbered and person.number == numbered["number"]]
    fitting = [person.row for person in same if numbered and _name_fits(numbered["name"], person.name)]
    if fitting:
        return fitting, ""
    exact = [person.row for person in people if wanted in {plain(cell) for cell in (person.name, *person.others)}]
    return exact, f"number {same[0].number} is {same[0].name} there" if same else ""


def _name_fits(given: str, known: str) -> bool:
    """Whether a name that a platform wrote into a file name may be that of the row: its letters, in whatever order.

    Platforms turn names around, lower them and strip punctuation, and put a group before them; a blind one tells nothing.
    """
    if plain(given) in ("participant", "участник") or not known.strip():
        return True
    return _letters(given) == _letters(known) or plain(given).endswith(f"-{plain(known)}")


def _letters(name: str) -> list[str]:
    return sorted(letter for letter in composed(name.casefold()) if letter.isalnum())


def plain(text: str) -> str:
    """Composed, without case and with single spaces."""
    return composed(" ".join(text.split()).casefold())
