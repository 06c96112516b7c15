"""What an instructor decides: a part's score, words on it, a student's own deadline. Each decision says why, and stays."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, insert, select

from grader.course.names import composed, in_both_forms
from grader.errors import UsageError
from grader.gradebook import tables
from grader.gradebook.book import Gradebook
from grader.gradebook.rules import named_rules


@dataclass(frozen=True)
class Decision:
    """Whose work it is about, in which assignment (None where the gradebook holds one), who decided, and why."""

    student: str
    assignment: str | None
    by: str
    why: str


def override(book: Gradebook, decision: Decision, part: str, score: float | None) -> str:
    """The part's score in all of the student's attempts, whatever graders find; None: what graders find again.

    Returns the assignment's id. Raises `UsageError` for an unknown student or part, a score outside of the part's points, when
    there is nothing to withdraw, and when no reason is given.
    """

    def write(connection: Connection) -> str:
        assignment, rules = named_rules(connection, decision.assignment)
        points = rules.part(part).max_score
        if score is not None and not (math.isfinite(score) and 0 <= score <= points):
            raise UsageError(f"the score must be from 0 to the {points:g} points of {part!r}, but is {score:g}")
        require_student(connection, assignment, decision.student)
        if score is None:
            _require(connection, tables.override.c.score, decision, assignment, part)
        return _add(connection, tables.override, decision, assignment, {"part": part, "score": score})

    return book.write(write)


def comment(book: Gradebook, decision: Decision, part: str, words: str) -> str:
    """Words on a part for the student; empty ones withdraw them. Returns the assignment's id. Raises as `override` does."""

    def write(connection: Connection) -> str:
        assignment, rules = named_rules(connection, decision.assignment)
        rules.part(part)
        require_student(connection, assignment, decision.student)
        if not words:
            _require(connection, tables.comment.c.words, decision, assignment, part)
        return _add(connection, tables.comment, decision, assignment, {"part": part, "words": words})

    return book.write(write)


def extend(book: Gradebook, decision: Decision, deadline: datetime | None) -> tuple[str, bool]:
    """The student's own deadline; None: that of all again.

    Returns the assignment's id, and whether the student has handed in anything yet: who has not may still be misspelt. Raises
    `UsageError` for an unknown assignment, when there is nothing to withdraw, and when no reason is given.
    """

    def write(connection: Connection) -> tuple[str, bool]:
        assignment, _ = named_rules(connection, decision.assignment)
        known = composed(decision.student) in _students(connection, assignment)
        if deadline is None:
            _require(connection, tables.extension.c.deadline, decision, assignment)
        return _add(connection, tables.extension, decision, assignment, {"deadline": deadline}), known

    return book.write(write)


def _require(connection: Connection, column: Column[Any], decision: Decision, assignment: str, part: str = "") -> None:
    """Raises `UsageError` unless the last decision of this kind is one that can be withdrawn."""
    table = column.table
    wanted = select(column).where(table.c.assignment == assignment, table.c.student.in_(in_both_forms(decision.student)))
    if part:
        wanted = wanted.where(table.c.part == part)
    if connection.execute(wanted.order_by(table.c.id.desc()).limit(1)).scalar() in (None, ""):
        whose = f"{decision.student}: {part}" if part else decision.student
        raise UsageError(f"{whose}: there is no {table.name} to withdraw")


def _add(connection: Connection, table: Table, decision: Decision, assignment: str, values: dict[str, Any]) -> str:
    if not decision.why.strip():
        raise UsageError("--why: a decision needs its reason; whoever reads the history will ask for it")
    whose = {"assignment": assignment, "student": composed(decision.student)}
    row = {"at": datetime.now(UTC), "by": decision.by, "why": decision.why} | whose | values
    connection.execute(insert(table), tables.fitting(table, row))
    return assignment


def require_student(connection: Connection, assignment: str, student: str) -> None:
    """Raises `UsageError` with the nearest names when nobody of that name has handed in anything."""
    known = _students(connection, assignment)
    if composed(student) not in known:
        nearest = difflib.get_close_matches(composed(student), known, n=3, cutoff=0.4)
        meant = f"; did you mean {' or '.join(repr(name) for name in nearest)}?" if nearest else ""
        raise UsageError(f"nobody is called {student!r} in {assignment}{meant}")


def _students(connection: Connection, assignment: str) -> list[str]:
    table = tables.attempt
    found = connection.execute(select(table.c.student).where(table.c.assignment == assignment).distinct()).scalars()
    return sorted({composed(student) for student in found})
