"""An assignment as a gradebook keeps it: its points and its rules, so that grades can be reckoned without the course."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, select

from grader.course.rules import Counting, Late, Moment
from grader.course.specification import Assignment
from grader.errors import UsageError
from grader.gradebook import tables
from grader.record import Record
from grader.results import AssignmentSummary, PartSummary


class Rules(Record):
    """The document of a row of `rules`."""

    title: str
    max_score: float
    parts: tuple[PartSummary, ...]
    deadline: Moment | None = None
    late: Late = Late()
    attempts: Counting = "last"

    def part(self, identifier: str) -> PartSummary:
        """The part of that id. Raises `UsageError` naming those that there are."""
        for part in self.parts:
            if part.id == identifier:
                return part
        raise UsageError(f"there is no part {identifier!r}; there are {', '.join(part.id for part in self.parts)}")


def rules_of(summary: AssignmentSummary, specification: Assignment) -> Rules:
    """Those that hold now."""
    return Rules(
        title=summary.title,
        max_score=summary.max_score,
        parts=summary.parts,
        deadline=specification.deadline and specification.deadline.astimezone(UTC),
        late=specification.late,
        attempts=specification.attempts,
    )


def current_rules(connection: Connection, assignment: str) -> Rules | None:
    """The rules written last; None for an assignment that the gradebook does not know."""
    row = connection.execute(
        select(tables.rules.c.document)
        .where(tables.rules.c.assignment == assignment)
        .order_by(tables.rules.c.number.desc())
        .limit(1)
    ).scalar()
    return None if row is None else Rules.model_validate_json(row)


def keep_rules(connection: Connection, assignment: str, rules: Rules, by: str) -> None:
    """Write the rules, unless they are those that are written already."""
    if current_rules(connection, assignment) == rules:
        return
    last = select(func.max(tables.rules.c.number)).where(tables.rules.c.assignment == assignment)
    number = (connection.execute(last).scalar() or 0) + 1
    row = {"at": datetime.now(UTC), "by": by, "assignment": assignment, "number": number, "document": rules.model_dump_json()}
    connection.execute(insert(tables.rules), row)


def named_rules(connection: Connection, assignment: str | None) -> tuple[str, Rules]:
    """The assignment that is meant, and its rules. Raises `UsageError` when that is not one."""
    known = sorted(connection.execute(select(tables.rules.c.assignment).distinct()).scalars())
    if assignment is None and len(known) > 1:
        raise UsageError(f"the gradebook holds {', '.join(known)}", remedy="say which one with --assignment")
    name = assignment if assignment is not None else known[0] if known else ""
    rules = current_rules(connection, name)
    if rules is None:
        raise UsageError(f"the gradebook holds no assignment {name!r}; it holds {', '.join(known) or 'none'}")
    return name, rules
