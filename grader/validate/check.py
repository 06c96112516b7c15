"""What `grade validate` finds out about an assignment."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Check:
    """One property: whether it holds, what was counted, and what falls short."""

    name: str
    holds: bool
    summary: str
    shortfalls: tuple[str, ...] = ()


@dataclass
class Validation:
    """Everything found out about an assignment."""

    assignment: str
    checks: list[Check] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every check does."""
        return all(check.holds for check in self.checks)

    def to_plain(self) -> dict[str, Any]:
        """As JSON writes it."""
        return {
            "schema": "grader/validation/1",
            "assignment": self.assignment,
            "holds": self.holds,
            "checks": [asdict(check) for check in self.checks],
        }
