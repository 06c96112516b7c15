"""What a sandbox says that was shown: read as far as it is that, dropped otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.guest.drawings import MOST, TALLEST, WIDEST
from grader.sandbox.drawings import MOST_BYTES, Drawings, read_drawings
from grader.wire.values import Array


def shown(pixels: Any, **more: Any) -> dict[str, Any]:
    """One picture as it is sent."""
    return {"cell": 3, "title": "Loss", "pixels": pixels, **more}


def test_a_picture_is_read() -> None:
    """Protects the pixels, the cell's number, the title and the count of the others."""
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    found = read_drawings({"shown": [shown(Array(pixels))], "left_out": 7})
    assert [(one.cell, one.title) for one in found.shown] == [(3, "Loss")]
    assert (found.shown[0].pixels == pixels).all()
    assert found.left_out == 7


@pytest.mark.parametrize(
    "pixels",
    [
        None,
        b"\x89PNG",
        [[1, 2, 3]],
        Array(np.zeros((2, 2, 3))),
        Array(np.zeros((2, 2), np.uint8)),
        Array(np.zeros((2, 2, 4), np.uint8)),
        Array(np.zeros((0, 2, 3), np.uint8)),
        Array(np.zeros((TALLEST + 1, 2, 3), np.uint8)),
        Array(np.zeros((2, WIDEST + 1, 3), np.uint8)),
    ],
    ids=repr,
)
def test_what_is_no_picture_is_dropped_alone(pixels: Any) -> None:
    """Protects the judge from anything but bounded pixels, and the other pictures from their neighbour."""
    good = shown(Array(np.zeros((1, 1, 3), np.uint8)))
    assert len(read_drawings({"shown": [shown(pixels), good, "x"]}).shown) == 1


@pytest.mark.parametrize("value", [None, 3, [], {"shown": {}}, {"shown": [[]], "left_out": -1}, {"left_out": 1.5}])
def test_nonsense_is_nothing(value: Any) -> None:
    """Protects the judge from an exception of its own, which would be taken for the grader's fault."""
    assert read_drawings(value) == Drawings()


def test_numbers_and_texts_are_bounded() -> None:
    """Protects the page from a title without an end, and from a picture more than there may be."""
    picture = Array(np.zeros((1, 1, 3), np.uint8))
    found = read_drawings({"shown": [shown(picture, title="x" * 9999, cell=-4)] * 9, "left_out": 10**30})
    assert len(found.shown) == MOST
    assert (len(found.shown[0].title), found.shown[0].cell, found.left_out) == (200, 0, 0)
    assert MOST_BYTES >= MOST * TALLEST * WIDEST * 3
