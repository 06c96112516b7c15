"""Canvas: an exported gradebook, cut down to one assignment's column, filled in.

Canvas reads the columns that name a student, and those of assignments, `Title (id)`; read-only totals are left out. A row before
the students says the points possible, another one before it may say how grades are posted. `EX` stays: who is excused is not
graded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.errors import UsageError
from grader.export.filled import Filled
from grader.export.marks import Mark, scaled
from grader.export.roster import Person, match
from grader.export.table import Table, plain
from grader.report.cell import written

_WHO = ("Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section")
_TITLED = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)", re.DOTALL)


@dataclass(frozen=True)
class Wanted:
    """Which column: `column` is its title, its id or its whole header; where it is empty, one of `titles`."""

    column: str
    titles: tuple[str, ...]
    scale: bool = False


def fill_gradebook(table: Table, marks: Sequence[Mark], wanted: Wanted) -> Filled:
    """The gradebook's columns that Canvas needs, with the marks.

    Raises `UsageError` for a table that is none, when no or several columns could be meant, and for other points without `scale`.
    """
    student, number = table.needed("Student", "Student"), table.needed("ID", "ID")
    column = _column(table, wanted)
    last = max((place for place, row in enumerate(table.rows[:3]) if plain(row[student]) == "points possible"), default=-1)
    points = table.number(last, column) if last >= 0 and table.rows[last][column].strip() else None
    others = [place for name in _WHO[2:5] if (place := table.column(name)) is not None]
    people = [
        Person(place, row[number].strip(), row[student], tuple(row[other] for other in (*others, number)))
        for place, row in enumerate(table.rows)
        if place > last
    ]
    found = match(marks, people)
    done = Filled(unmatched=found.unmatched)
    rows = [list(row) for row in table.rows]
    for person in people:
        mark, row = found.rows.get(person.row), rows[person.row]
        if mark is None:
            done.left.append((person.name, "nothing to hand on"))
        elif row[column].strip().upper() == "EX":
            done.left.append((person.name, "is excused"))
        elif (score := _score(table, mark, points, wanted.scale)) is None:
            done.unmatched.append((mark.student, "has no score"))
        else:
            row[column] = written(score)
            done.filled += 1
    kept = [place for name in _WHO if (place := table.column(name)) is not None] + [column]
    done.text = table.text([[row[place] for place in kept] for row in [table.header, *rows]])
    return done


def _column(table: Table, wanted: Wanted) -> int:
    titles = {plain(title) for title in ((wanted.column,) if wanted.column else wanted.titles)}
    found, known = [], []
    for place, header in enumerate(table.header):
        match_ = _TITLED.fullmatch(header.strip())
        if match_ is None:
            continue
        known.append(header)
        names = {plain(header), plain(match_["title"])} | ({match_["id"]} if wanted.column else set())
        if names & titles:
            found.append(place)
    if len(found) == 1:
        return found[0]
    said = "no" if not found else "more than one"
    raise UsageError(
        f"{table.path}: {said} assignment is called {' or '.join(sorted(titles))}; there are {', '.join(known) or 'none'}",
        remedy="name the column with --column: its title, or its number in parentheses",
    )


def _score(table: Table, mark: Mark, points: float | None, scale: bool) -> float | None:
    try:
        return mark.score if points is None else scaled(mark, points, scale)
    except ValueError as error:
        raise UsageError(f"{table.path}: {mark.student}: {error}", remedy="set the points in Canvas, or use --scale") from error
