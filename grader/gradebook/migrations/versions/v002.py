"""SQLite lets a REPLACE overwrite rows without firing triggers on deletion: refuse rows whose keys are there already.

Only a connection that asks for recursive triggers would fire those; a trigger before the insertion holds for every connection.
"""

from __future__ import annotations

from alembic import op

revision = "002"
down_revision = "001"

# What identifies a row, beside its id.
KEYS: dict[str, tuple[str, ...]] = {
    "rules": ("assignment", "number"),
    "attempt": ("assignment", "student", "number"),
    "verdict": ("attempt", "number"),
    "override": (),
    "comment": (),
    "extension": (),
}


def upgrade() -> None:
    """Make the triggers."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for table, columns in KEYS.items():
        same = " AND ".join(f'"{column}" = NEW."{column}"' for column in columns)
        known = f"id = NEW.id OR ({same})" if same else "id = NEW.id"
        select = f'SELECT 1 FROM "{table}" WHERE {known}'  # noqa: S608 -- of names that stand above
        op.execute(
            f'CREATE TRIGGER {table}_keeps_insert BEFORE INSERT ON "{table}" '
            f"WHEN EXISTS ({select}) BEGIN SELECT RAISE(ABORT, 'rows of a gradebook are only added'); END"
        )
        # Before an insertion, an id that the database is to give reads as -1: a row of that id would stop all others.
        op.execute(
            f'CREATE TRIGGER {table}_keeps_ids AFTER INSERT ON "{table}" WHEN NEW.id < 1 '
            "BEGIN SELECT RAISE(ABORT, 'ids of a gradebook begin at 1'); END"
        )
