"""When work is due, what lateness costs, and which attempt counts: keys of `assignment.yaml`.

They change grades, not verdicts: a run does not depend on them, a gradebook does.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PositiveFloat, PositiveInt

from grader.course.strict import Specification

Hours = PositiveFloat | PositiveInt
# A year: whatever is later than that is late. A number without a bound could lead out of the calendar.
Minutes = Annotated[float, Field(ge=0, le=366 * 24 * 60)] | Annotated[int, Field(ge=0, le=366 * 24 * 60)]
Percent = Annotated[float, Field(ge=0, le=100)] | Annotated[int, Field(ge=0, le=100)]


def _aware(value: Any) -> Any:
    """YAML gives a time, a date or a string; a time without an offset would be another moment on another machine."""
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, datetime.datetime) or value.tzinfo is None:
        raise ValueError("must be a time with its offset from UTC, as in 2026-12-01T23:59:00+03:00")
    try:
        value.astimezone(datetime.UTC)
    except OverflowError as error:
        raise ValueError("is no time in UTC: it lies before year 1 or after year 9999 there") from error
    return value


Moment = Annotated[datetime.datetime, BeforeValidator(_aware)]
Counting = Literal["last", "best"]


class Late(Specification):
    """What lateness costs.

    Attributes:
        penalty_percent: of the points earned, for each period that has begun.
        period_hours: the length of a period.
        grace_minutes: so much later still counts as in time, a year at most; later than that, periods are counted from the
            deadline.
        at_most_percent: all penalties together.
        refused_after_hours: work that comes later than that earns nothing; never by default.
    """

    penalty_percent: Percent = 0
    period_hours: Hours = 24
    grace_minutes: Minutes = 0
    at_most_percent: Percent = 100
    refused_after_hours: Hours | None = None
