"""The base of every record that leaves the grader as JSON. A leaf module."""

from pydantic import BaseModel, ConfigDict, ValidationError

JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"  # the dialect that the schemas of records are in


class Record(BaseModel):
    """Frozen, hashable, no unknown keys; NaN and infinity are kept as such, not as null."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")


def first_problem(error: ValidationError) -> str:
    """Where a file first breaks its record's schema, and how: `key: what is wrong`."""
    first = error.errors()[0]
    return f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}"
