"""The judge of the tiny course, without a sandbox: the course's own functions stand in for a submission."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course.assignment import open_assignment
from grader.course.code import load_file
from grader.fixtures.store import Store
from grader.judge.check import Comparisons
from grader.judge.plugin import Setting
from grader.judge.reference import Networks, Reference

MakeSetting = Callable[[Path], Setting]


@pytest.fixture
def make_setting(tmp_path: Path) -> MakeSetting:
    """`make_setting(course)`: what the plugin needs of the tiny assignment in that course."""

    def make(course: Path) -> Setting:
        folder = open_assignment(course / "assignments" / "tiny")
        reference = Reference(folder, Networks(folder, {}), Store(tmp_path / "store"))
        return Setting(folder, reference, Comparisons(folder.specification, load_file(folder.comparison)))

    return make


@pytest.fixture
def setting(make_setting: MakeSetting, tiny_course: Path) -> Setting:
    """The tiny assignment as it is."""
    return make_setting(tiny_course)
