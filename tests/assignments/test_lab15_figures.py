"""The pictures of lab 15: what they show of wrong answers, and that no answer whatsoever makes them fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.course.assignment import AssignmentFolder, open_assignment
from grader.figures import BoxPicture, Figure, HeatMap, Masks
from grader.judge.check import Compared, Comparisons
from grader.judge.figures import Figures
from grader.judge.outcome import Call
from grader.judge.reference import load_file

FOLDER = open_assignment(Path(__file__).parents[2] / "assignments" / "lab15")
BOXES = np.array([[300, 200, 400, 300], [310, 210, 410, 310], [520, 240, 600, 300]], dtype=np.float32)
SCORES = np.array([0.6, 0.9, 0.7], dtype=np.float32)
MASK = np.kron(np.eye(2), np.ones((40, 50)))
MAP = np.arange(35.0).reshape(5, 7)
FEATURES = np.arange(48, dtype=np.float32).reshape(1, 8, 2, 3)
ODD: list[Any] = [
    None,
    "text",
    b"\x00",
    True,
    float("nan"),
    10**400,
    [],
    {},
    {"map": MAP},
    [None, None],
    [[1], [2, 3]],
    (MAP, MAP),
    np.empty(0),
    np.empty((0, 4)),
    np.full((5, 7), np.nan),
    np.full((8, 2, 3), np.inf),
    np.full((5, 7), 1e308),
    np.zeros((5, 7)),
    np.array(["a", "b"]),
    np.array([0, 1, 2, 3, 4]),
    np.array([-1]),
    np.array([True, False]),
    np.zeros((1, 1, 1, 1, 1)),
]


@pytest.fixture(scope="module")
def folder() -> AssignmentFolder:
    """The assignment."""
    return FOLDER


@pytest.fixture(scope="module")
def figures(folder: AssignmentFolder) -> Figures:
    """Its figures."""
    return Figures(folder.specification, load_file(folder.figures))


def calls(photo: np.ndarray) -> dict[str, tuple[Any, tuple[Any, ...]]]:
    """(expected answer, arguments) of a call of every part that can be drawn."""
    return {
        "features_map": (FEATURES, (None, photo)),
        "cam": (MAP, (FEATURES, None, 0)),
        "iou": (0.68, (BOXES[0], BOXES[1])),
        "dice": (0.25, (MASK, 0.5 * MASK)),
        "nms": (np.array([1, 2]), (BOXES, SCORES, 0.5)),
    }


@pytest.fixture(scope="module")
def photo(folder: AssignmentFolder) -> np.ndarray:
    """The cat as the tests give it to a network."""
    conftest = load_file(folder.path / "tests" / "conftest.py")
    from grader.judge.plugin import Pictures

    take = conftest.photo.__wrapped__ if hasattr(conftest.photo, "__wrapped__") else conftest.photo
    return take(Pictures(folder.pictures))("cat", 64, 96)  # type: ignore[no-any-return]


def draw(figures: Figures, part: str, answer: Any, expected: Any, arguments: tuple[Any, ...], photo: str = "") -> Figure | None:
    """The picture of an answer that was compared; fails when the code that draws it does."""
    call = Call(part, arguments, photo=photo)
    difference = Comparisons(FOLDER.specification, load_file(FOLDER.comparison)).compare(answer, expected, call)
    found, fault = figures.draw(part, Compared(call, answer, expected, difference), lambda text: text)
    assert fault == ""
    return found[0] if found else None


@pytest.mark.parametrize("part", ["features_map", "cam", "iou", "dice", "nms"])
def test_no_answer_is_too_odd(figures: Figures, photo: np.ndarray, part: str) -> None:
    """Protects the instructor from faults of this file: whatever comes is drawn, or passed over."""
    expected, arguments = calls(photo)[part]
    for answer in ODD:
        draw(figures, part, answer, expected, arguments)


def test_boxes_are_told_apart(figures: Figures, photo: np.ndarray) -> None:
    """Protects the picture of suppression: each box by whether it was kept and whether it should have been."""
    expected, arguments = calls(photo)["nms"]
    figure = draw(figures, "nms", np.array([0, 2]), expected, arguments)
    assert isinstance(figure, BoxPicture)
    assert {box.label: box.role for box in figure.boxes} == {
        "0: 0.60": "wrongly_kept",
        "1: 0.90": "wrongly_removed",
        "2: 0.70": "kept",
    }
    assert figure.caption.startswith("Rightly kept: 1, rightly dropped: 0, wrongly kept: 1, wrongly dropped: 1.")
    rows, both = BOXES[[0, 2]], np.array([0, 2])
    for same in (np.array([True, False, True]), np.array([1, 0, 1]), [1, 0, 1], rows, (rows, SCORES[both]), (both, SCORES[both])):
        assert draw(figures, "nms", same, expected, arguments) == figure


def test_of_many_boxes_only_the_wrong_ones_are_labelled(figures: Figures) -> None:
    """Protects a crowd of boxes from a crowd of labels."""
    boxes, scores = np.tile(BOXES, (5, 1)), np.linspace(0, 1, 15)
    figure = draw(figures, "nms", np.array([3]), np.array([4]), (boxes, scores, 0.5))
    assert isinstance(figure, BoxPicture)
    assert sorted(box.label for box in figure.boxes if box.label) == ["3: 0.21", "4: 0.29"]


def test_maps_are_compared_without_scale(figures: Figures, photo: np.ndarray) -> None:
    """Protects the map's picture from showing what does not count: a factor and a shift."""
    expected, arguments = calls(photo)["cam"]
    figure = draw(figures, "cam", 100 * MAP[::-1] - 5, expected, arguments, photo="cat")
    assert isinstance(figure, HeatMap)
    assert (figure.low, figure.high, figure.photo) == (0, 1, "cat")
    assert "highest in row 0, column 6, the expected one in row 4, column 6" in figure.caption
    same = draw(figures, "cam", np.where(MAP == 0, 17, MAP), expected, arguments)
    assert isinstance(same, HeatMap)
    assert "Both maps are highest in row 4, column 6; elsewhere they differ by up to 48% of the range" in same.caption
    other = draw(figures, "cam", MAP.T, expected, arguments)
    assert isinstance(other, HeatMap)
    assert "Your map has 7 x 5 cells, the expected one 5 x 7" in other.caption


def test_the_photo_is_recognised(figures: Figures, photo: np.ndarray) -> None:
    """Protects the size of results: a photo of the assignment goes by its name, noise is embedded."""
    expected, (model, _) = calls(photo)["features_map"]
    figure = draw(figures, "features_map", FEATURES + 1, expected, (model, photo))
    assert isinstance(figure, HeatMap)
    assert (figure.photo, figure.pixels) == ("cat", None)
    noise = np.random.default_rng(1).standard_normal((1, 3, 64, 64)).astype(np.float32)
    figure = draw(figures, "features_map", FEATURES[0], expected, (model, noise))
    assert isinstance(figure, HeatMap)
    assert figure.photo == ""
    assert figure.pixels is not None


def test_numbers_are_explained_by_what_they_measure(figures: Figures, photo: np.ndarray) -> None:
    """Protects the captions of IoU and Dice: they say what the picture shows and what came."""
    expected, arguments = calls(photo)["iou"]
    figure = draw(figures, "iou", 0.1, expected, arguments)
    assert isinstance(figure, BoxPicture)
    assert figure.caption == "The boxes share 8100 of the 11900 that they cover: an IoU of 0.6800. 0.1000 came."
    apart = draw(figures, "iou", np.array([0.1]), 0.0, (BOXES[0], BOXES[2]))
    assert isinstance(apart, BoxPicture)
    assert apart.caption == "The boxes share nothing: an IoU of 0. 0.1000 came."
    expected, arguments = calls(photo)["dice"]
    masks = draw(figures, "dice", 0.5, expected, arguments)
    assert isinstance(masks, Masks)
    assert "Twice the overlap is 4000, mask and prediction add up to 6000: a loss of 0.2500. 0.5000 came." in masks.caption
