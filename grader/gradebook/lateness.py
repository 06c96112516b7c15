"""What the deadline costs: a pure function of times and rules.

A time that is not known is not guessed: work that a learning platform marked late without saying when costs nothing, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from grader.course.rules import Late


class Timeliness(StrEnum):
    """When work came."""

    IN_TIME = "in time"
    LATE = "late"
    REFUSED = "too late"
    MARKED_LATE = "late, time unknown"
    UNKNOWN = "time unknown"


@dataclass(frozen=True)
class Lateness:
    """How late, and which share of the points that costs: 0 to 1."""

    timeliness: Timeliness
    hours: float = 0.0
    lost: float = 0.0


def lateness(submitted: datetime | None, marked_late: bool, deadline: datetime | None, late: Late) -> Lateness:
    """How late a work came and what that costs. Without a deadline everything is in time."""
    if deadline is None:
        return Lateness(Timeliness.MARKED_LATE if marked_late and submitted is None else Timeliness.IN_TIME)
    if submitted is None:
        return Lateness(Timeliness.MARKED_LATE if marked_late else Timeliness.UNKNOWN)
    if submitted - deadline <= timedelta(minutes=late.grace_minutes):  # a sum could lead out of the calendar
        return Lateness(Timeliness.IN_TIME)
    hours = (submitted - deadline) / timedelta(hours=1)
    if late.refused_after_hours is not None and hours > late.refused_after_hours:
        return Lateness(Timeliness.REFUSED, hours, 1.0)
    # In whole microseconds: as fractions of an hour, 1.1 h is more than eleven periods of 0.1 h.
    period = timedelta(hours=min(late.period_hours, timedelta.max // timedelta(hours=1)))
    begun = -((deadline - submitted) // max(period, timedelta.resolution))
    percent = min(begun * late.penalty_percent, late.at_most_percent)
    return Lateness(Timeliness.LATE, hours, percent / 100)
