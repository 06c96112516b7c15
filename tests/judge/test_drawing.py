"""What `figures.py` of an assignment makes of answers that nobody vouches for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.figures import BoxPicture, HeatMap, Masks
from grader.judge.drawing import as_map, box_picture, coarse, heat_map, mask_picture

MAP = np.arange(12.0).reshape(3, 4)
NO_MAPS: list[Any] = [
    None,
    "text",
    b"bytes",
    {},
    [],
    [[1], [2, 3]],
    [None],
    10**400,
    np.array(["a"]),
    np.empty((0, 4)),
    np.zeros(5),
    np.zeros((2, 3, 4)),
    np.full((3, 4), np.nan),
    np.array([[np.inf, 1.0]]),
    np.array([[1 + 2j]]),
    np.empty((2, 2), dtype=object),
]


@pytest.mark.parametrize("value", NO_MAPS, ids=repr)
def test_what_is_no_map_is_no_picture(value: Any) -> None:
    """Protects the judge from every answer that cannot be shown: None, never an error."""
    assert as_map(value) is None
    assert heat_map(value, MAP, "") is None
    assert heat_map(MAP, value, "") is None
    assert mask_picture(value, MAP, "") is None


@pytest.mark.parametrize("value", [MAP, MAP[None], MAP[None, None], MAP.tolist(), MAP.astype(np.uint8), MAP > 3, MAP * 1e300])
def test_maps_of_every_form(value: Any) -> None:
    """Protects right-minded answers: lists, booleans, bytes, a batch of one, numbers beyond any scale."""
    drawing = heat_map(value, MAP, "caption")
    assert drawing is not None
    assert drawing.caption == "caption"
    assert isinstance(drawing.figure, HeatMap)
    assert (drawing.figure.came.rows, drawing.figure.came.columns) == (3, 4)


def test_both_maps_have_one_scale() -> None:
    """Protects the comparison by eye: the same value has the same level in both maps."""
    drawing = heat_map([[0.0, 10.0]], [[5.0, 20.0]], "")
    assert drawing is not None
    figure = drawing.figure
    assert isinstance(figure, HeatMap)
    assert (figure.low, figure.high) == (0, 20)
    assert (list(figure.came.cells()), list(figure.expected.cells())) == ([0, 128], [64, 255])


def test_a_map_of_too_many_numbers() -> None:
    """Protects the judge's memory: 64 MB of booleans would become gigabytes of numbers for a picture of 128 x 128 cells."""
    assert as_map(np.ones((4_000, 4_001), dtype=bool)) is None
    assert as_map(np.ones((4, 4), dtype=bool)) is not None


@pytest.mark.parametrize("value", [0.0, 3.5, -1e9, 1e300, 5e-324])
def test_a_map_that_is_the_same_everywhere(value: float) -> None:
    """Protects from a scale of no length."""
    same = np.full((2, 2), value)
    drawing = heat_map(same, same, "")
    assert drawing is not None
    assert isinstance(drawing.figure, HeatMap)
    assert drawing.figure.low < drawing.figure.high


@given(
    arrays.arrays(
        np.float64, st.tuples(st.integers(1, 300), st.integers(1, 300)), elements=st.floats(-1e6, 1e6), fill=st.just(1.0)
    )
)
def test_a_large_map_becomes_coarse(values: np.ndarray) -> None:
    """Protects the size of results, and the picture: blocks are averaged, none is left out."""
    small = coarse(values, 32)
    assert max(small.shape) <= 32
    assert values.min() - 1e-6 <= small.min() <= small.max() <= values.max() + 1e-6
    if max(values.shape) <= 32:
        assert np.array_equal(small, values)


def test_blocks_are_means() -> None:
    """Protects what a coarse cell says, of a side that does not divide evenly too."""
    assert coarse(np.array([[0.0, 2.0, 4.0, 6.0]]), 2).tolist() == [[1, 5]]
    assert coarse(np.array([[0.0], [2.0], [4.0]]), 2).tolist() == [[0], [3]]


def test_boxes_stand_in_a_window() -> None:
    """Protects boxes far from the origin, turned round, and beyond all bounds; what is no box is left out."""
    drawing = box_picture(
        [
            (np.array([1000, 2000, 1100, 2100], dtype=np.float32), "kept", "0: 0.90"),
            ([1200, 2200, 1150, 2150], "removed", "a label that is far too long for a box"),
            ([1, 2, 3], "kept", ""),
            ([np.nan] * 4, "kept", ""),
            (None, "kept", ""),
        ],
        "",
    )
    assert drawing is not None
    figure = drawing.figure
    assert isinstance(figure, BoxPicture)
    assert len(figure.boxes) == 2
    assert figure.left < 1000 < 1200 < figure.left + figure.width
    assert figure.top < 2000 < 2200 < figure.top + figure.height
    assert box_picture([(np.full(4, 1e300), "kept", "")] * 100, "") is not None
    assert box_picture([], "") is None


def test_masks_are_halves() -> None:
    """Protects the tones: 0.5 and more is inside, and a large mask stays a mask when it becomes coarse."""
    drawing = mask_picture([[0, 1], [1, 0]], [[0.49, 0.5], [1e9, -5]], "")
    assert drawing is not None
    assert isinstance(drawing.figure, Masks)
    assert list(drawing.figure.prediction.cells()) == [0, 255, 255, 0]
    large = mask_picture(np.ones((500, 700)), np.zeros((500, 700)), "")
    assert large is not None
    assert isinstance(large.figure, Masks)
    assert max(large.figure.truth.rows, large.figure.truth.columns) <= 64
    assert mask_picture(np.ones((2, 2)), np.ones((2, 3)), "") is None


def test_a_small_photo_is_embedded() -> None:
    """Protects the size of results; what is no picture is left out, and the map shown without it."""
    drawing = heat_map(MAP, MAP, "", pixels=np.zeros((100, 200, 3), np.uint8))
    assert drawing is not None
    assert isinstance(drawing.figure, HeatMap)
    assert drawing.figure.pixels is not None
    assert max(drawing.figure.pixels.height, drawing.figure.pixels.width) <= 64
    for none in (None, np.zeros((2, 2, 3)), np.zeros((2, 2), np.uint8), np.zeros((0, 2, 3), np.uint8)):
        drawing = heat_map(MAP, MAP, "", pixels=none)
        assert drawing is not None
        assert isinstance(drawing.figure, HeatMap)
        assert drawing.figure.pixels is None
