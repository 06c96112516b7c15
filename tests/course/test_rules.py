"""Deadlines and penalties in `assignment.yaml`: strict, and every error names the key."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.course.assignment import open_assignment
from grader.course.specification import Assignment
from grader.errors import SpecificationError


def specification(course: Path, lines: str) -> Assignment:
    """The tiny assignment with these lines added."""
    path = course / "assignments" / "tiny" / "assignment.yaml"
    path.write_text(path.read_text("utf-8") + lines + "\n", "utf-8")
    return open_assignment(path.parent).specification


@pytest.mark.parametrize(
    "written", ["2026-12-01T23:59:00+03:00", '"2026-12-01 23:59+03:00"', "2026-12-01T20:59:00Z", "2026-12-01 20:59:00 +00:00"]
)
def test_a_deadline(course_copy: Path, written: str) -> None:
    """Protects the moment, however its offset is written."""
    found = specification(course_copy, f"deadline: {written}\nlate: {{penalty_percent: 12.5, grace_minutes: 5}}\nattempts: best")
    assert found.deadline == datetime(2026, 12, 1, 20, 59, tzinfo=UTC)
    assert (found.late.penalty_percent, found.late.period_hours, found.attempts) == (12.5, 24, "best")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            "deadline: 2026-12-01",
            "deadline: must be a time with its offset from UTC, as in 2026-12-01T23:59:00+03:00 (found '2026-12-01')",
        ),
        ("deadline: 2026-12-01T23:59:00", "as in 2026-12-01T23:59:00+03:00 (found '2026-12-01 23:59:00')"),
        ("deadline: soon", "as in 2026-12-01T23:59:00+03:00 (found 'soon')"),
        ("late: {penalty_percent: 10}", "late: there is no deadline that anybody could miss"),
        ("deadline: 2026-12-01T23:59:00Z\nlate: {penalty: 10}", "late.penalty: unknown key 'penalty' (found 10); did you mean"),
        ("deadline: 2026-12-01T23:59:00Z\nlate: {penalty_percent: 101}", "late.penalty_percent"),
        ("deadline: 2026-12-01T23:59:00Z\nlate: {penalty_percent: ten}", "late.penalty_percent"),
        ("deadline: 2026-12-01T23:59:00Z\nlate: {period_hours: 0}", "late.period_hours"),
        ("deadline: 2026-12-01T23:59:00Z\nlate: {grace_minutes: 1.0e+10}", "late.grace_minutes"),
        ("deadline: 2026-12-01T23:59:00Z\nlate: {grace_minutes: 527041}", "late.grace_minutes"),
        ("deadline: 9999-12-31T23:59:00-03:00", "deadline: is no time in UTC"),
        ("deadline: '0001-01-01T00:00:00+03:00'", "deadline: is no time in UTC"),
        ("deadline: 2026-12-01T23:59:00Z\nlate: 10", "late: must be a mapping"),
        ("attempts: bets", "attempts: not a possible value (found 'bets'); did you mean 'best'?"),
        ("dedline: 2026-12-01T23:59:00Z", "did you mean 'deadline'?"),
    ],
)
def test_what_cannot_be_is_refused(course_copy: Path, lines: str, said: str) -> None:
    """Protects grades from a rule that was misread."""
    with pytest.raises(SpecificationError) as caught:
        specification(course_copy, lines)
    assert said in str(caught.value)
