"""What came of filling in another system's table."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Filled:
    """The file's text; rows filled; students without a row or a score, and why; rows left as they were, and why."""

    text: str = ""
    filled: int = 0
    unmatched: list[tuple[str, str]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
