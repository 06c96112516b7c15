"""Writing down what a run found out.

A work is a new attempt when its content differs from the student's last attempt, or when it is known to have been handed in at
another time. The same work graded again is another verdict on the same attempt, written only when it differs from the last one. A
fault of the grader is no verdict: the attempt is there, ungraded, and an earlier verdict stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from grader.course.names import composed, in_both_forms
from grader.gradebook import tables
from grader.gradebook.book import Gradebook
from grader.gradebook.rules import Rules, keep_rules
from grader.results import Results, SubmissionResult, SubmissionStatus

_AT_ONCE = 200  # students of one transaction


@dataclass(frozen=True)
class Handing:
    """When a work was handed in, as far as that is known."""

    submitted: datetime | None = None
    marked_late: bool = False


@dataclass(frozen=True)
class Recorded:
    """How many rows a run added."""

    attempts: int = 0
    verdicts: int = 0

    def __add__(self, other: Recorded) -> Recorded:
        return Recorded(self.attempts + other.attempts, self.verdicts + other.verdicts)


def check_names(students: Iterable[str], by: str) -> None:
    """Raises `UsageError` for a student's or an author's name that a gradebook does not keep whole."""
    for row in ({"by": by}, *({"student": composed(student)} for student in students)):
        tables.fitting(tables.attempt, row)


def record(book: Gradebook, results: Results, rules: Rules, handings: Mapping[str, Handing], by: str) -> Recorded:
    """Write the results down; what was added.

    Raises `UsageError` as `check_names` does, with nothing written; `GraderError` when the database fails: then the rest is not.
    """
    check_names((one.student for one in results.submissions), by)
    total = Recorded()
    assignment = results.assignment.id
    book.write(lambda connection: keep_rules(connection, assignment, rules, by))
    # By name: two graders take their locks in the same order, or each would wait for the other.
    ordered = sorted(results.submissions, key=lambda one: one.student)
    writer = _Writer(assignment, results.grader.version, handings, by)
    for first in range(0, len(ordered), _AT_ONCE):
        total += book.write(partial(writer.write, submissions=ordered[first : first + _AT_ONCE]))
    return total


@dataclass(frozen=True)
class _Writer:
    assignment: str
    grader: str
    handings: Mapping[str, Handing]
    by: str

    def write(self, connection: Connection, submissions: Sequence[SubmissionResult]) -> Recorded:
        attempts = self._attempts(connection, [one.student for one in submissions])
        total = Recorded()
        for one in submissions:
            handing = self.handings.get(one.student, Handing())
            known = attempts.get(composed(one.student), [])
            found = _same_work(known, one.digest, handing)
            attempt = found.id if found is not None else self._add_attempt(connection, one, handing, len(known) + 1)
            added = one.status is not SubmissionStatus.GRADER_ERROR and self._add_verdict(connection, attempt, one)
            total += Recorded(attempts=int(found is None), verdicts=int(added))
        return total

    def _attempts(self, connection: Connection, students: list[str]) -> dict[str, list[Row[Any]]]:
        table = tables.attempt
        names = {form for student in students for form in in_both_forms(student)}
        wanted = select(table).where(table.c.assignment == self.assignment, table.c.student.in_(sorted(names)))
        found: dict[str, list[Row[Any]]] = {}
        for row in connection.execute(wanted.order_by(table.c.number)):
            found.setdefault(composed(row.student), []).append(row)
        return found

    def _event(self) -> dict[str, Any]:
        return {"at": datetime.now(UTC), "by": self.by}

    def _add_attempt(self, connection: Connection, one: SubmissionResult, handing: Handing, number: int) -> int:
        row = self._event() | {
            "assignment": self.assignment,
            "student": composed(one.student),
            "number": number,
            "digest": one.digest,
            "submitted": handing.submitted,
            "marked_late": handing.marked_late,
        }
        key = connection.execute(insert(tables.attempt), row).inserted_primary_key
        assert key is not None
        return int(key[0])

    def _add_verdict(self, connection: Connection, attempt: int, one: SubmissionResult) -> bool:
        table = tables.verdict
        last = connection.execute(
            select(table).where(table.c.attempt == attempt).order_by(table.c.number.desc()).limit(1)
        ).one_or_none()
        found = {"status": one.status.value, "score": one.score, "max_score": one.max_score, "document": _document(one)}
        if last is not None and all(getattr(last, name) == value for name, value in found.items()):
            return False
        number = 1 if last is None else last.number + 1
        connection.execute(insert(table), self._event() | {"attempt": attempt, "number": number, "grader": self.grader} | found)
        return True


def _same_work(known: Sequence[Row[Any]], digest: str, handing: Handing) -> Row[Any] | None:
    if handing.submitted is not None:
        return next((row for row in known if (row.digest, row.submitted) == (digest, handing.submitted)), None)
    if not known or known[-1].digest != digest:
        return None
    return known[-1] if known[-1].marked_late or not handing.marked_late else None  # a mark is news; that there is none is not


def _document(one: SubmissionResult) -> str:
    """What grades and their explanation need: no inputs, no pictures, nothing that takes time into account."""
    tests = [
        {
            "id": test.id,
            "part": test.part,
            "title": test.title,
            "status": test.status.value,
            "score": test.score,
            "max_score": test.max_score,
            "misconception": test.misconception.id if test.misconception else "",
        }
        for test in one.tests
    ]
    parts = [part.model_dump(mode="json") for part in one.parts]
    return json.dumps({"parts": parts, "messages": list(one.messages), "tests": tests}, ensure_ascii=False)
