"""Alembic's scripts: how a gradebook of an older version becomes one of this."""
