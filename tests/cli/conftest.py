"""A class of the tiny course that can be made of any sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

RIGHT = """
def mean(values):
    return sum(values) / len(values)


def clamp(value, low, high):
    return max(low, min(high, value))


def count_words(text):
    words = text.lower().split()
    return {word: words.count(word) for word in words}
"""

MakeClass = Callable[..., Path]


@pytest.fixture
def right() -> str:
    """A module that earns all points."""
    return RIGHT


@pytest.fixture
def make_class(course_copy: Path) -> MakeClass:
    """`make_class(ann=source, ...)`: a course with these students; its folder of submissions."""

    def make(**sources: str) -> Path:
        for student, source in sources.items():
            place = course_copy / "submissions" / "tiny" / student
            place.mkdir(parents=True)
            (place / "tiny.py").write_text(source)
        return course_copy / "submissions"

    return make
