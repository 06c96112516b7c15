"""The grade of each student, reckoned from what the gradebook holds.

For each attempt: the last verdict's parts, an override in the place of a part's score (neither is more than the part's points,
which may have been lowered since), their sum over the parts that there are now, less what lateness costs. Then the last attempt
counts, or the best one, as the assignment's rules say. Work that came too late to be accepted never takes the place of work that
was accepted.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from grader.course.names import composed
from grader.gradebook import tables
from grader.gradebook.lateness import Lateness, Timeliness, lateness
from grader.gradebook.rules import Rules, named_rules


@dataclass(frozen=True)
class PartGrade:
    """A part: what counts, what graders found, whether an instructor set it (`decided`: to what), and what an instructor said."""

    id: str
    score: float | None
    max_score: float
    found: float | None
    overridden: bool = False
    comment: str = ""
    decided: float | None = None


@dataclass(frozen=True)
class Grade:
    """A student's grade. `earned` is before lateness; `score` None where something could not be graded.

    `digest` and `messages` are those of the work that counts; `refused`: the numbers of attempts that came too late to take its
    place.
    """

    student: str
    score: float | None
    earned: float | None
    max_score: float
    status: str
    attempt: int
    attempts: int
    late: Lateness
    parts: tuple[PartGrade, ...]
    refused: tuple[int, ...] = ()
    digest: str = ""
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grades:
    """All grades of an assignment, sorted by student."""

    assignment: str
    rules: Rules
    grades: tuple[Grade, ...]


def grades(connection: Connection, assignment: str | None = None) -> Grades:
    """Reckon. Raises `UsageError` for an assignment that the gradebook does not hold."""
    name, rules = named_rules(connection, assignment)
    overrides = _last(connection, tables.override, name)
    comments = _last(connection, tables.comment, name)
    extensions = _last(connection, tables.extension, name)
    found: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(_attempts(name)):
        found.setdefault(composed(row.student), []).append(row)
    reckoned = []
    for student in sorted(found):
        own = extensions.get((student, ""))
        deadline = own.deadline if own is not None and own.deadline is not None else rules.deadline
        candidates = []
        for row in _in_order(found[student]):
            parts = tuple(
                _part(part.id, part.max_score, row, overrides.get((student, part.id)), comments.get((student, part.id)))
                for part in rules.parts
            )
            late = lateness(row.submitted, row.marked_late, deadline, rules.late)
            candidates.append(_grade(row, parts, late, rules, len(found[student])))
        reckoned.append(_counting(candidates, rules))
    return Grades(name, rules, tuple(reckoned))


def _attempts(assignment: str) -> Any:
    """Attempts with their last verdict, if any."""
    verdict, attempt = tables.verdict, tables.attempt
    last = select(verdict.c.attempt, func.max(verdict.c.number).label("number")).group_by(verdict.c.attempt).subquery()
    joined = attempt.outerjoin(last, last.c.attempt == attempt.c.id).outerjoin(
        verdict, (verdict.c.attempt == attempt.c.id) & (verdict.c.number == last.c.number)
    )
    columns = (attempt.c.student, attempt.c.number, attempt.c.digest, attempt.c.submitted, attempt.c.marked_late)
    found = (verdict.c.status, verdict.c.score, verdict.c.document)
    wanted = select(*columns, *found).select_from(joined).where(attempt.c.assignment == assignment)
    return wanted.order_by(attempt.c.id)  # as they were written


def _last(connection: Connection, table: Table, assignment: str) -> dict[tuple[str, str], Row[Any]]:
    """The last decision on each student and part."""
    rows = connection.execute(select(table).where(table.c.assignment == assignment).order_by(table.c.id))
    return {(composed(row.student), getattr(row, "part", "")): row for row in rows}


def _in_order(attempts: list[Row[Any]]) -> list[Row[Any]]:
    """As they were handed in where that is known of all, else as they were recorded.

    Of the same work recorded twice, first without and then with its time, the second stands for both.
    """
    kept = [
        row
        for row, following in zip(attempts, [*attempts[1:], None], strict=True)
        if following is None or row.submitted is not None or row.digest != following.digest
    ]
    if all(row.submitted is not None for row in kept):
        kept.sort(key=lambda row: (row.submitted, row.number))
    return kept


def _verdict(row: Row[Any]) -> dict[str, tuple[float | None, float]]:
    """The parts that the last verdict found: score and points by id."""
    parts = json.loads(row.document)["parts"] if row.document else []
    return {part["id"]: (part["score"], part["max_score"]) for part in parts}


def _part(identifier: str, points: float, row: Row[Any], override: Row[Any] | None, comment: Row[Any] | None) -> PartGrade:
    found, then = _verdict(row).get(identifier, (None, points))
    words = comment.words if comment is not None else ""
    if override is not None and override.score is not None:
        return PartGrade(identifier, min(override.score, points), points, found, True, words, override.score)
    score = found if found is None or then == round(points, 2) else min(found, points)
    return PartGrade(identifier, score, points, found, False, words)


def _grade(row: Row[Any], parts: tuple[PartGrade, ...], late: Lateness, rules: Rules, attempts: int) -> Grade:
    scores = [part.score for part in parts]
    known = [score for score in scores if score is not None]
    earned = None
    if len(known) == len(scores):
        # Parts are rounded to two decimals: three thirds would add up to 0.99. Untouched, the grader's own sum is exact, unless
        # it is over others, of an assignment that has been changed since this work was graded.
        then = {name: points for name, (_, points) in _verdict(row).items()}
        others = then != {part.id: round(part.max_score, 2) for part in parts}
        touched = any(part.overridden for part in parts) or row.score is None or others
        earned = round(math.fsum(known), 2) if touched else row.score
    score = None if earned is None else round(earned * (1 - late.lost), 2)
    return Grade(
        student=composed(row.student),
        score=score,
        earned=earned,
        max_score=rules.max_score,
        status=row.status or "not graded",
        attempt=row.number,
        attempts=attempts,
        late=late,
        parts=parts,
        digest=row.digest,
        messages=tuple(json.loads(row.document)["messages"]) if row.document else (),
    )


def _counting(candidates: list[Grade], rules: Rules) -> Grade:
    accepted = [one for one in candidates if one.late.timeliness is not Timeliness.REFUSED] or candidates
    if rules.attempts == "last":
        counting = accepted[-1]
    else:
        counting = max(reversed(accepted), key=lambda one: -1.0 if one.score is None else one.score)
    return replace(counting, refused=tuple(one.attempt for one in candidates if one not in accepted))
