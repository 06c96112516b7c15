"""The tables of a gradebook. Every row is an event with its time and its author; none is ever changed.

::

    rules        an assignment's points, deadline and rules, each time that they were others than before
    attempt      a work that was handed in: student, digest, when
    verdict      what a grader made of an attempt; a regrade adds another, the last one counts
    override     an instructor's score for a part, in all attempts; the last one counts, an empty one withdraws it
    comment      an instructor's words on a part; the last ones count, empty ones withdraw them
    extension    a student's own deadline; the last one counts, an empty one withdraws it

`number` counts within (assignment, student) or within the attempt and is unique there, so that two graders who write at once
cannot both write the same number: one of them looks again. Times are UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

from grader.errors import UsageError

_TOLD = 40  # characters of a name that is too long


class Instant(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database, whether or not that keeps offsets."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC. Raises `ValueError` for a time without an offset."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no offset from UTC")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """SQLite gives a time without its offset back."""
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def fitting(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row, or a part of it.

    Raises `UsageError` for a text longer than its column (SQLite would take it, PostgreSQL fail), and for one that is none: bytes
    of a command line or the environment that are not UTF-8.
    """
    for name, value in row.items():
        longest = getattr(table.c[name].type, "length", None)
        if isinstance(value, str) and not _is_text(value):
            raise UsageError(f"{name}: {value[:_TOLD]!r} is no text in UTF-8, and a gradebook keeps nothing else")
        if isinstance(value, str) and longest is not None and len(value) > longest:
            raise UsageError(
                f"{name}: a gradebook keeps {longest} characters, but {value[:_TOLD]!r}… has {len(value)}",
                remedy="shorten the name",
            )
    return dict(row)


def _is_text(value: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


metadata = MetaData()


def _event(*columns: Any) -> tuple[Any, ...]:
    """What every row has: an id in the order of writing, when, and by whom."""
    return (
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("at", Instant, nullable=False),
        Column("by", String(200), nullable=False),
        *columns,
    )


rules = Table(
    "rules",
    metadata,
    *_event(
        Column("assignment", String(64), nullable=False),
        Column("number", Integer, nullable=False),
        Column("document", Text, nullable=False),
    ),
    UniqueConstraint("assignment", "number"),
)

attempt = Table(
    "attempt",
    metadata,
    *_event(
        Column("assignment", String(64), nullable=False),
        Column("student", String(400), nullable=False),
        Column("number", Integer, nullable=False),
        Column("digest", String(80), nullable=False),
        Column("submitted", Instant),
        Column("marked_late", Boolean, nullable=False),
    ),
    UniqueConstraint("assignment", "student", "number"),
)

verdict = Table(
    "verdict",
    metadata,
    *_event(
        Column("attempt", Integer, ForeignKey("attempt.id"), nullable=False),
        Column("number", Integer, nullable=False),
        Column("grader", String(40), nullable=False),
        Column("status", String(20), nullable=False),
        Column("score", Float),
        Column("max_score", Float, nullable=False),
        Column("document", Text, nullable=False),
    ),
    UniqueConstraint("attempt", "number"),
)


def _decision(name: str, *columns: Any) -> Table:
    return Table(
        name,
        metadata,
        *_event(
            Column("assignment", String(64), nullable=False),
            Column("student", String(400), nullable=False),
            *columns,
            Column("why", Text, nullable=False),
        ),
        Index(f"ix_{name}_whose", "assignment", "student"),
    )


override = _decision("override", Column("part", String(64), nullable=False), Column("score", Float))
comment = _decision("comment", Column("part", String(64), nullable=False), Column("words", Text, nullable=False))
extension = _decision("extension", Column("deadline", Instant))
