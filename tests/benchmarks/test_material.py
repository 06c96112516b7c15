"""What the benchmarks measure with: classes of the wanted mix, and peers' tests that tell right from wrong."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def load(repository: Path) -> Callable[[str], ModuleType]:
    """`load("benchmarks/name")`: a file of the repository as a module."""

    def loaded(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(Path(name).name, repository / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # dataclasses look their module up
        spec.loader.exec_module(module)
        return module

    return loaded


@pytest.mark.parametrize("course", ["lab15", "tiny"])
def test_a_class_has_the_wanted_mix(load: Callable[[str], ModuleType], course: str, tmp_path: Path) -> None:
    """Protects the numbers from another class than the docs say: its shares, no two works the same, notebooks that are whole."""
    classroom = load("benchmarks/classroom")
    classroom.MAKERS[course](tmp_path / "class", 100, classroom.Mix())
    students = sorted((tmp_path / "class").iterdir())
    assert len(students) == 100
    contents = [
        tuple(sorted((path.name, path.read_bytes()) for path in student.rglob("*") if path.is_file())) for student in students
    ]
    assert len(set(contents)) >= 100 - 1 * (course == "lab15")  # who hands in no file hands in the same as others
    busy = [student for student, files in zip(students, contents, strict=True) if any(b"process_time" in raw for _, raw in files)]
    assert len(busy) == 10
    notebooks = list((tmp_path / "class").rglob("*.ipynb"))
    cut_off = [path for path in notebooks if not is_whole(path)]
    assert len(cut_off) == {"lab15": 1, "tiny": 5}[course]  # of the five broken ones
    if course == "lab15":
        assert 0.3 < len(notebooks) / 100 < 0.7


def is_whole(notebook: Path) -> bool:
    """Whether it can be read."""
    try:
        return bool(json.loads(notebook.read_text(encoding="utf-8"))["cells"])
    except ValueError:
        return False


@pytest.mark.torch
def test_the_peers_tests_tell_right_from_wrong(load: Callable[[str], ModuleType], repository: Path) -> None:
    """Protects the comparison from tests that pass everything: the reference passes all, a wrong part does not."""
    checks, reference = load("benchmarks/peers_checks"), load("reference/lab15")
    wrong = {
        "features_map": lambda model, x: reference.get_features_map(model, x) * 1.01,
        "fc_weights": lambda model: model.fc.weight.T,
        "cam": lambda features, weights, class_idx: reference.compute_cam(features, weights, 0),
        "iou": lambda one, two: 0.0,
        "dice": lambda y, p: 1 - reference.dice_loss(y, p),
        "nms": lambda boxes, scores, threshold: range(len(scores)),
    }
    for part, (function, _points, public, hidden) in checks.CHECKS.items():
        failed = 0
        for check in (*public, *hidden):
            check(getattr(reference, function))
            try:
                check(wrong[part])
            except (AssertionError, ValueError):
                failed += 1
        assert failed, part
