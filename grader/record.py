"""The base of every record that leaves the grader as JSON. A leaf module."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Frozen, hashable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
