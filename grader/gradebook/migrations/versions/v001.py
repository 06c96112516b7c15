"""The first tables, and triggers that let rows be added only.

The triggers hold for whoever writes rows, this program or a hand at a console, though not for who may change the tables: an owner
can drop them. (SQLite's REPLACE needs those of revision 002.) They are for SQLite and PostgreSQL; in other databases the
program's own restraint is all there is.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "001"
down_revision = None

TABLES = ("rules", "attempt", "verdict", "override", "comment", "extension")


def upgrade() -> None:
    """Make them."""
    _create("rules", _text("assignment", 64), _number(), sa.Column("document", sa.Text, nullable=False), unique=("assignment",))
    _create(
        "attempt",
        _text("assignment", 64),
        _text("student", 400),
        _number(),
        _text("digest", 80),
        sa.Column("submitted", sa.DateTime(timezone=True)),
        sa.Column("marked_late", sa.Boolean, nullable=False),
        unique=("assignment", "student"),
    )
    _create(
        "verdict",
        sa.Column("attempt", sa.Integer, sa.ForeignKey("attempt.id"), nullable=False),
        _number(),
        _text("grader", 40),
        _text("status", 20),
        sa.Column("score", sa.Float),
        sa.Column("max_score", sa.Float, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        unique=("attempt",),
    )
    _decision("override", _text("part", 64), sa.Column("score", sa.Float))
    _decision("comment", _text("part", 64), sa.Column("words", sa.Text, nullable=False))
    _decision("extension", sa.Column("deadline", sa.DateTime(timezone=True)))
    _let_rows_be_added_only()


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.Integer, nullable=False)


def _create(name: str, *columns: sa.Column[Any], unique: tuple[str, ...] = ()) -> None:
    constraints = [sa.UniqueConstraint(*unique, "number")] if unique else []
    op.create_table(
        name,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        *columns,
        *constraints,
    )


def _decision(name: str, *columns: sa.Column[Any]) -> None:
    why = sa.Column("why", sa.Text, nullable=False)
    _create(name, _text("assignment", 64), _text("student", 400), *columns, why)
    op.create_index(f"ix_{name}_whose", name, ["assignment", "student"])


def _let_rows_be_added_only() -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION gradebook_keeps() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of a gradebook are only added'; END $$"
        )
        for table in TABLES:
            op.execute(
                f'CREATE TRIGGER {table}_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" '
                "FOR EACH STATEMENT EXECUTE FUNCTION gradebook_keeps()"
            )
    elif dialect == "sqlite":
        for table in TABLES:
            for action in ("UPDATE", "DELETE"):
                op.execute(
                    f'CREATE TRIGGER {table}_keeps_{action.lower()} BEFORE {action} ON "{table}" '
                    "BEGIN SELECT RAISE(ABORT, 'rows of a gradebook are only added'); END"
                )
