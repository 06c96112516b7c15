"""Whose row in another system's table a mark belongs to. Nothing is guessed: a mark that fits no row, or two, is told.

A mark is matched by the number in the student's id where the system gave it one (`{name}_{number}`; the name must fit too), else
by a cell that is the student's id, white space, case and the way its letters are spelt aside.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.course.names import composed
from grader.export.marks import Mark
from grader.export.table import plain

_NUMBERED = re.compile(r"(?P<name>.+)_(?P<number>\d+)", re.DOTALL)


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
            continue
        if not reason:
            reason = f"fits {len(rows)} rows" if rows else "fits no row"
        found.unmatched.append((mark.student, reason))
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
