"""The photos that go into the results, so that a report needs no other file."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from grader.figures import Grid, HeatMap
from grader.results import SubmissionResult, SubmissionStatus, TestResult, TestStatus
from grader.run.pictures import shown_pictures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photos and something that is none."""
    Image.fromarray(np.zeros((600, 900, 3), np.uint8)).save(tmp_path / "cat.png")
    Image.fromarray(np.zeros((60, 90), np.uint8)).save(tmp_path / "dog.jpg")
    (tmp_path / "SOURCES.md").write_text("where they are from")
    return tmp_path


def submission(*photos: str) -> SubmissionResult:
    """A result whose figures lie over these photos."""
    cell = Grid(rows=1, columns=1, levels="AA==")
    tests = tuple(
        TestResult(
            id=photo,
            part="p",
            visibility="public",
            title="",
            status=TestStatus.FAILED,
            score=0,
            max_score=1,
            figures=(HeatMap(caption="", low=0, high=1, came=cell, expected=cell, photo=photo),),
        )
        for photo in photos
    )
    return SubmissionResult(student="s", path="", digest="", status=SubmissionStatus.GRADED, score=0, max_score=1, tests=tests)


def test_only_what_is_shown_is_taken_and_once(folder: Path) -> None:
    """Protects the size of results: each photo once, small, and none that no figure names."""
    (cat,) = shown_pictures(folder, [submission("cat", "cat"), submission("cat", "")])
    assert cat.name == "cat"
    with Image.open(io.BytesIO(base64.b64decode(cat.jpeg))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (256, 171))
    assert [one.name for one in shown_pictures(folder, [submission("dog", "cat")])] == ["cat", "dog"]


def test_a_name_without_a_file(folder: Path) -> None:
    """Protects a run from a picture that is gone: the map is shown without it."""
    assert shown_pictures(folder, [submission("unicorn")]) == ()
    assert shown_pictures(None, [submission("cat")]) == ()
    assert shown_pictures(folder, []) == ()
