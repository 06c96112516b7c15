"""What an assignment is judged by, seen to change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.course.assignment import AssignmentFolder, open_assignment
from grader.course.snapshot import Snapshot


@pytest.fixture
def folder(course_copy: Path) -> AssignmentFolder:
    """The tiny assignment, to be changed."""
    return open_assignment(course_copy / "assignments" / "tiny")


@pytest.mark.parametrize("name", ["comparison.py", "tests/hidden/test_mean.py", "../../reference/tiny.py"])
def test_a_changed_file(folder: AssignmentFolder, name: str) -> None:
    """Protects from a verdict by another file; for good, as a judge may have read that one in between."""
    path = folder.path / name
    before = path.read_bytes()
    snapshot = Snapshot(folder)
    assert snapshot.digest() == folder.digest()
    path.write_bytes(before.replace(b"a", b"b"))
    assert snapshot.digest() == ""
    path.write_bytes(before)
    assert snapshot.digest() == ""


def test_a_file_that_comes_or_goes(folder: AssignmentFolder) -> None:
    """Protects the same where a test is added or taken out."""
    first, new = Snapshot(folder), folder.path / "tests" / "hidden" / "test_new.py"
    new.touch()
    second = Snapshot(folder)
    assert first.digest() == ""
    new.unlink()
    assert second.digest() == ""


def test_the_same_again(folder: AssignmentFolder) -> None:
    """Protects a class's verdicts where a file is saved as it was, and where something changes that nobody is judged by."""
    snapshot = Snapshot(folder)
    folder.reference.write_bytes(folder.reference.read_bytes())
    os.utime(folder.comparison, (1, 1))
    (folder.path / "starter").mkdir(exist_ok=True)
    (folder.path / "starter" / "new.py").touch()
    assert snapshot.digest() == folder.digest()
