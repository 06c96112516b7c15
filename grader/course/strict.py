"""The base of every record of a specification."""

from pydantic import BaseModel, ConfigDict


class Specification(BaseModel):
    """Frozen, strict about types, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
