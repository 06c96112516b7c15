"""Who knows the expected answers: the course's reference (`grader.judge.reference`), or its answers as they were recorded for a
student's bundle (`grader.judge.replay`). A judge does not ask which.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from grader.course.assignment import AssignmentFolder
from grader.fixtures.store import Store


@dataclass(frozen=True)
class Expected:
    """An expected answer; `tolerance` is relative to its largest value, 0 where nothing was derived."""

    value: Any
    tolerance: float = 0.0


class Answers(Protocol):
    """What a judge asks. For tests every part is an attribute too: `reference.<part>(*arguments)`."""

    @property
    def assignment(self) -> AssignmentFolder:
        """Whose answers these are."""

    @property
    def store(self) -> Store:
        """Where keys for arguments come from."""

    @property
    def asked(self) -> set[str]:
        """The parts that were asked for since the test began."""

    def begin(self, test: str) -> None:
        """The test of this id begins: what is asked from here on is asked by it."""

    def expect(self, part: str, arguments: tuple[Any, ...]) -> Expected:
        """What a right submission answers. Raises `SpecificationError` where that is not known."""

    def answers(self, function: Callable[..., Any], source: bytes, calls: Sequence[tuple[Any, ...]]) -> list[Any]:
        """What a wrong variant answers to the calls of one test, one after the other. Raises whatever it raises."""
