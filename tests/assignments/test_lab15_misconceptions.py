"""The known mistakes of lab 15 are told apart by its tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.ops import box_iou, nms

from grader.course.assignment import open_assignment
from grader.fixtures.cache import cache_folder
from grader.judge.judge import Judge, JudgePlan
from grader.sandbox.wall import NoWall
from grader.validate.validation import Validator

pytestmark = pytest.mark.torch

ASSIGNMENT = Path(__file__).resolve().parents[2] / "assignments" / "lab15"
OVERLAPS = ["dice_of_boxes", "over_larger_area", "kept_area_twice", "rounded"]
OVERLAPS += ["areas_sorted", "areas_as_given", "areas_as_given_from_the_second"]
FAILS_ONLY = {"nms.fails_when_all_are_dropped"}  # its answers are right, where it gives any


@pytest.fixture(scope="module")
def validator() -> Validator:
    """Of lab 15, without a template."""
    judge = Judge(JudgePlan(open_assignment(ASSIGNMENT), NoWall(), (), "en"))
    return Validator(judge, lambda _seed: judge.material)


@pytest.mark.parametrize("part", ["cam", "iou", "dice", "nms"])
def test_each_mistake_is_named_by_its_own_name(validator: Validator, part: str) -> None:
    """Protects whoever makes one known mistake from being told of another, which answers the tests alike or stands above it."""
    material, named = validator.material, {}
    wrong = [variant for variant in material.diagnosis.variants if variant.part == part and not variant.accepted]
    for variant in wrong:
        ran = validator.run_local({**validator.functions, part: variant.function}, material, part)
        found = material.diagnosis.name(part, [one for item in ran for one in item.compared])
        named[variant.id] = found.id if found is not None else ""
    assert named == {variant.id: "" if variant.id in FAILS_ONLY else variant.id for variant in wrong}


@pytest.mark.parametrize(
    ("name", "points"),
    [*((f"nms.{name}", 5) for name in OVERLAPS), ("iou.width_not_clamped", 2), ("iou.height_not_clamped", 2)],
)
def test_a_mistake_costs_what_it_weighs(validator: Validator, name: str, points: int) -> None:
    """Protects the points from boxes of nearly one size, for which areas hardly matter: one test of fourteen told them. Who keeps
    only one side from being negative lost a fifteenth."""
    material = validator.material
    variant = next(variant for variant in material.diagnosis.variants if variant.id == name)
    ran = validator.run_local({**validator.functions, variant.part: variant.function}, material, variant.part)
    lost = sum(material.share[item.test.id] for item in ran if item.outcome is not None)
    assert lost >= points
    assert sum(material.share[item.test.id] for item in ran) == 15


def test_no_overlap_lies_near_its_threshold(validator: Validator) -> None:
    """Protects right suppressions from a verdict that hangs on rounding, or on where a box is exactly."""
    compared = [one for item in validator.run_local(validator.functions, part="nms") for one in item.compared]
    assert len(compared) > 15
    for boxes, scores, threshold in (one.call.arguments for one in compared):
        boxes, scores = np.asarray(boxes, dtype=np.float32), np.asarray(scores)
        overlaps = box_iou(*[torch.from_numpy(boxes)] * 2).numpy()
        assert (np.abs(overlaps - threshold) > 0.02).all()
        kept = nms(torch.from_numpy(boxes), torch.from_numpy(scores), float(threshold)).tolist()
        assert kept == validator.functions["nms"](boxes, scores, threshold).tolist()


def test_the_course_loads_no_library_that_judging_does_not_need(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Protects whoever grades one file: torchvision in every judge is a second and 90 MB more, for networks that few ask for;
    and torch, two seconds and 600 MB, for answers that are on the disk."""
    (tmp_path / "weights").symlink_to(cache_folder() / "weights")  # which take long to make
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path))
    program = "\n".join([
        "import sys",
        "from pathlib import Path",
        "import numpy as np",
        "from grader.course.assignment import open_assignment",
        "from grader.judge.judge import Judge, JudgePlan",
        "from grader.judge.outcome import Call",
        "from grader.sandbox.wall import NoWall",
        f'plan = JudgePlan(open_assignment(Path({str(ASSIGNMENT)!r})), NoWall(), (), "en", environment="a test")',
        "judge = Judge(plan)",
        "reference, comparisons = judge.material.setting.reference, judge.material.setting.comparisons",
        "boxes, scores = np.array([[0, 0, 4, 4], [0, 0, 4, 5], [9, 9, 12, 12.0]]), np.array([0.5, 0.9, 0.7])",
        "print(reference.nms(boxes, scores, 0.5).tolist())",
        "small = np.arange(49, dtype=np.float64).reshape(7, 7) ** 2",
        'asked = Call("cam", (small[None], np.ones((1, 1)), 0))',
        "print(comparisons.compare(np.kron(small, np.ones((32, 32))), small, asked))",
        "variant = next(one for one in judge.material.diagnosis.variants if one.part == 'nms')",
        'print(len(judge.material.diagnosis.answers(variant, [Call("nms", (boxes, scores, 0.5))])))',
        "judge.close()",
        'print(sorted({"torch", "torchvision", "torch._dynamo", "matplotlib", "cv2", "scipy", "skimage"} & set(sys.modules)))',
    ])  # fmt: skip
    for loaded in (["cv2", "scipy", "skimage", "torch"], []):
        ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert ran.stdout.splitlines() == ["[1, 2]", "None", "1", str(loaded)]
