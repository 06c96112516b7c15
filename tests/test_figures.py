"""Pictures as data: what is too large, torn or not a number never becomes a record."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from grader.figures import Box, BoxPicture, Figure, Grid, HeatMap, Masks, Pixels

FIGURE: TypeAdapter[Figure] = TypeAdapter(Figure)
NUMBERS = st.floats(-1e9, 1e9)


def grid(rows: int, columns: int, level: int = 0) -> Grid:
    """A grid of one level."""
    return Grid(rows=rows, columns=columns, levels=base64.b64encode(bytes([level]) * (rows * columns)).decode())


GRIDS = st.builds(grid, st.integers(1, 20), st.integers(1, 20), st.integers(0, 255))
FIGURES = st.one_of(
    st.builds(
        lambda low, span, came, expected, photo: HeatMap(
            caption="c", low=low, high=low + span, came=came, expected=expected, photo=photo
        ),
        st.floats(-1e6, 1e6),
        st.floats(1, 1e6),
        GRIDS,
        GRIDS,
        st.text(max_size=20),
    ),
    st.builds(
        lambda boxes: BoxPicture(caption="c", left=0, top=0, width=1, height=1, boxes=tuple(boxes)),
        st.lists(
            st.builds(Box, x1=NUMBERS, y1=NUMBERS, x2=NUMBERS, y2=NUMBERS, role=st.just("kept"), label=st.text(max_size=24)),
            min_size=1,
            max_size=5,
        ),
    ),
    st.builds(lambda one: Masks(caption="c", truth=one, prediction=one), GRIDS),
)


@given(FIGURES)
def test_a_figure_survives_the_journal(figure: Figure) -> None:
    """Protects results that are read again: JSON and back gives the same figure, which can be a key of a cache."""
    again = FIGURE.validate_json(FIGURE.dump_json(figure))
    assert again == figure
    assert hash(again) == hash(figure)


@pytest.mark.parametrize(
    ("rows", "columns", "levels"),
    [
        (2, 2, base64.b64encode(bytes(3)).decode()),
        (2, 2, "not base64!"),
        (2, 2, ""),
        (0, 2, ""),
        (97, 1, base64.b64encode(bytes(97)).decode()),
        (2, 2, base64.b64encode(bytes(10**6)).decode()),
    ],
)
def test_a_torn_or_giant_grid_is_refused(rows: int, columns: int, levels: str) -> None:
    """Protects the report from images that are not what they say."""
    with pytest.raises(ValidationError):
        Grid(rows=rows, columns=columns, levels=levels)


def test_numbers_are_finite_and_bounded() -> None:
    """Protects the drawing from NaN, infinity, and coordinates that no chart can hold."""
    for number in (float("nan"), float("inf"), 1e10):
        with pytest.raises(ValidationError):
            Box(x1=number, y1=0, x2=1, y2=1, role="kept")
        with pytest.raises(ValidationError):
            HeatMap(caption="", low=number, high=1, came=grid(1, 1), expected=grid(1, 1))
    with pytest.raises(ValidationError, match="low must be less than high"):
        HeatMap(caption="", low=1, high=1, came=grid(1, 1), expected=grid(1, 1))


def test_counts_are_bounded() -> None:
    """Protects the page's size: no more boxes, pixels or words than a page can bear."""
    box = Box(x1=0, y1=0, x2=1, y2=1, role="kept")
    with pytest.raises(ValidationError):
        BoxPicture(caption="", left=0, top=0, width=1, height=1, boxes=(box,) * 65)
    with pytest.raises(ValidationError):
        Box(x1=0, y1=0, x2=1, y2=1, role="kept", label="x" * 25)
    with pytest.raises(ValidationError):
        Pixels(height=65, width=1, data=base64.b64encode(bytes(195)).decode())
    with pytest.raises(ValidationError, match="bytes instead of"):
        Pixels(height=2, width=2, data=base64.b64encode(bytes(4)).decode())


def test_masks_have_one_size() -> None:
    """Protects the overlap, which is worked out cell by cell."""
    with pytest.raises(ValidationError, match="differ in size"):
        Masks(caption="", truth=grid(2, 3), prediction=grid(3, 2))
