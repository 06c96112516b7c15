"""The known mistakes of lab 15 are told apart by its tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.assignment import open_assignment
from grader.judge.judge import Judge, JudgePlan
from grader.sandbox.wall import NoWall
from grader.validate.validation import Validator

pytestmark = pytest.mark.torch

ASSIGNMENT = Path(__file__).resolve().parents[2] / "assignments" / "lab15"
FAILS_ONLY = {"nms.fails_when_all_are_dropped"}  # its answers are right, where it gives any


@pytest.fixture(scope="module")
def validator() -> Validator:
    """Of lab 15, without a template."""
    judge = Judge(JudgePlan(open_assignment(ASSIGNMENT), NoWall(), (), "en"))
    return Validator(judge, lambda _seed: judge)


@pytest.mark.parametrize("part", ["cam", "iou", "dice", "nms"])
def test_each_mistake_is_named_by_its_own_name(validator: Validator, part: str) -> None:
    """Protects whoever makes one known mistake from being told of another, which answers the tests alike or stands above it."""
    judge, named = validator.judge, {}
    wrong = [variant for variant in judge.diagnosis.variants if variant.part == part and not variant.accepted]
    for variant in wrong:
        ran = validator.run_local({**validator.functions, part: variant.function}, judge, part)
        found = judge.diagnosis.name(part, [one for item in ran for one in item.compared])
        named[variant.id] = found.id if found is not None else ""
    assert named == {variant.id: "" if variant.id in FAILS_ONLY else variant.id for variant in wrong}
