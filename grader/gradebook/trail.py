"""Everything that was ever written into a gradebook, in order: who, when, what, about whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from grader.course.names import composed
from grader.gradebook import tables
from grader.gradebook.rules import Rules, named_rules


@dataclass(frozen=True)
class Event:
    """One row, in words. `student` is empty for what concerns all."""

    at: datetime
    by: str
    student: str
    kind: str
    words: str


def trail(connection: Connection, assignment: str | None = None, student: str = "") -> list[Event]:
    """The events of an assignment, those of one student where one is named. Raises `UsageError` for an unknown assignment."""
    name, _ = named_rules(connection, assignment)
    found = [*_rules(connection, name), *_works(connection, name), *_decisions(connection, name)]
    whose = ("", composed(student))
    return sorted((one for one in found if not student or composed(one.student) in whose), key=lambda one: one.at)


def _rules(connection: Connection, assignment: str) -> Iterator[Event]:
    table = tables.rules
    for row in connection.execute(select(table).where(table.c.assignment == assignment).order_by(table.c.id)):
        yield Event(row.at, row.by, "", "rules", _in_words(Rules.model_validate_json(row.document)))


def _in_words(rules: Rules) -> str:
    """All that a grade depends on: whoever asks why it changed reads what was changed."""
    parts = ", ".join(f"{part.id} {part.max_score:g}" for part in rules.parts)
    due, late = f"due {rules.deadline.isoformat()}" if rules.deadline else "no deadline", rules.late
    words = [f"{rules.max_score:g} points ({parts})", due]
    if late.grace_minutes:
        words.append(f"{late.grace_minutes:g} minutes of grace")
    if late.penalty_percent:
        words.append(f"late -{late.penalty_percent:g}% for each {late.period_hours:g} h, at most {late.at_most_percent:g}%")
    if late.refused_after_hours is not None:
        words.append(f"refused after {late.refused_after_hours:g} h")
    return ", ".join([*words, f"the {rules.attempts} attempt counts"])


def _works(connection: Connection, assignment: str) -> Iterator[Event]:
    attempt, verdict = tables.attempt, tables.verdict
    for row in connection.execute(select(attempt).where(attempt.c.assignment == assignment).order_by(attempt.c.id)):
        when = f"handed in {row.submitted.isoformat()}" if row.submitted else "handed in at a time that is not known"
        late = ", marked late" if row.marked_late else ""
        yield Event(row.at, row.by, row.student, "attempt", f"attempt {row.number}, {when}{late}, {row.digest}")
    joined = select(verdict, attempt.c.student, attempt.c.number.label("of")).join(attempt, verdict.c.attempt == attempt.c.id)
    for row in connection.execute(joined.where(attempt.c.assignment == assignment).order_by(verdict.c.id)):
        score = "no score" if row.score is None else f"{row.score:g} of {row.max_score:g}"
        words = f"attempt {row.of}, verdict {row.number}: {score} ({row.status}), by grader {row.grader}"
        yield Event(row.at, row.by, row.student, "verdict", words)


def _decisions(connection: Connection, assignment: str) -> Iterator[Event]:
    for table in (tables.override, tables.comment, tables.extension):
        for row in connection.execute(select(table).where(table.c.assignment == assignment).order_by(table.c.id)):
            if table is tables.override:
                words = f"{row.part}: withdrawn" if row.score is None else f"{row.part}: {row.score:g}"
            elif table is tables.comment:
                words = f"{row.part}: {row.words}" if row.words else f"{row.part}: withdrawn"
            else:
                words = "withdrawn" if row.deadline is None else f"due {row.deadline.isoformat()}"
            yield Event(row.at, row.by, row.student, table.name, f"{words}; why: {row.why}")
