"""The tiny course as its author and as a student have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.assignment import AssignmentFolder, open_assignment

RIGHT = """
def mean(values):
    return sum(values) / len(values)


def clamp(value, low, high):
    return max(low, min(high, value))


def count_words(text):
    words = text.lower().split()
    return {word: words.count(word) for word in words}
"""

WRONG = """
def mean(values):
    return sum(values) / (len(values) - 1)


def clamp(value, low, high):
    return max(low, min(high, value))
"""


@pytest.fixture(scope="session")
def tiny(tiny_course: Path) -> AssignmentFolder:
    """The tiny assignment in its course."""
    return open_assignment(tiny_course / "assignments" / "tiny")


@pytest.fixture
def right(tmp_path: Path) -> Path:
    """A module that passes everything, in a folder of its own."""
    return _write(tmp_path / "right" / "tiny.py", RIGHT)


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A module with a known mistake and a missing function."""
    return _write(tmp_path / "wrong" / "tiny.py", WRONG)


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir()
    path.write_text(text)
    return path
