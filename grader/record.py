"""The base of every record that leaves the grader as JSON. A leaf module."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Frozen, hashable, no unknown keys; NaN and infinity are kept as such, not as null."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")
