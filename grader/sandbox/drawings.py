"""Pictures that a submission showed while it was loaded (see `grader.guest.drawings`), as records of this side: bounded pixels.

All of it was made inside the sandbox: what is not as it should be is dropped, one picture at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.guest.bounds import LONGEST_TITLE
from grader.guest.drawings import MOST, TALLEST, WIDEST
from grader.sandbox.inventory import items, number, text
from grader.wire.values import Array, Value

MOST_BYTES = MOST * TALLEST * WIDEST * 3  # of all pictures together, on the wire


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture: uint8 `pixels` (h, w, 3) within `TALLEST` and `WIDEST`, the cell that showed it (0: a module), its title."""

    cell: int
    title: str
    pixels: npt.NDArray[Any]


@dataclass(frozen=True)
class Drawings:
    """What was shown; `left_out`: how many pictures more there were."""

    shown: tuple[Shown, ...] = ()
    left_out: int = 0


def read_drawings(value: Value) -> Drawings:
    """What the sandbox sent, as far as it is that."""
    if type(value) is not dict:
        return Drawings()
    rows = [row for row in items(value.get("shown"), MOST) if type(row) is dict]
    pictures = [(row, _pixels(row.get("pixels"))) for row in rows]
    shown = [
        Shown(number(row.get("cell")), text(row.get("title"), LONGEST_TITLE), pixels)
        for row, pixels in pictures
        if pixels is not None
    ]
    return Drawings(tuple(shown), number(value.get("left_out")))


def _pixels(value: Value) -> npt.NDArray[Any] | None:
    if type(value) is not Array or value.data.dtype != np.uint8 or value.data.ndim != 3:
        return None
    height, width, colours = value.data.shape
    return value.data if 0 < height <= TALLEST and 0 < width <= WIDEST and colours == 3 else None
