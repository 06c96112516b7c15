"""What an assignment's `figures.py` makes: bounded records from arrays that nobody vouches for.

`heat_map`, `box_picture` and `mask_picture` take a student's values as they came. What cannot be shown (no numbers, NaN, another
number of axes) gives None, never an error; what is too large is made coarser by averaging blocks.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.figures import (
    LARGEST,
    MOST_BOXES,
    MOST_CELLS,
    MOST_PIXELS,
    Box,
    BoxPicture,
    BoxRole,
    Figure,
    Grid,
    HeatMap,
    Masks,
    Pixels,
)
from grader.judge.text import AnyText

_MOST_INPUT = 16_000_000  # numbers of an answer that are looked at at all: as float64 they are 128 MB, in some copies
_MOST_MASK_CELLS = 64
_LONGEST_LABEL = 24
_MARGIN = 0.1  # around boxes, as a share of the window

Map = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Drawing:
    """A figure and its caption, which is translated when it is shown."""

    figure: Figure
    caption: AnyText


def heat_map(came: Any, expected: Any, caption: AnyText, *, photo: str = "", pixels: Any = None) -> Drawing | None:
    """Two maps (h, w) on one scale, from the least to the greatest value of both; they may differ in size.

    `photo` is the name of a picture of the assignment that lies under them, `pixels` a small one as uint8 (h, w, 3).
    """
    maps = [as_map(came), as_map(expected)]
    if maps[0] is None or maps[1] is None:
        return None
    found, wanted = (coarse(one) for one in maps if one is not None)
    low, high = float(min(found.min(), wanted.min())), float(max(found.max(), wanted.max()))
    if not high - low > 1e-12 * max(abs(low), abs(high)):
        low, high = low - 0.5, high + 0.5
    record = HeatMap(
        caption="",
        low=low,
        high=high,
        came=_grid(found, low, high),
        expected=_grid(wanted, low, high),
        photo=photo,
        pixels=_pixels(pixels),
    )
    return Drawing(record, caption)


def box_picture(boxes: Iterable[tuple[Any, BoxRole, str]], caption: AnyText) -> Drawing | None:
    """Boxes as (corners x1 y1 x2 y2, role, label) in a window around all of them; those that are no boxes are left out.

    The role decides how a box is drawn and what the legend calls it: `kept` and `removed` are boxes of a selection that were
    rightly kept or dropped, `wrongly_kept` and `wrongly_removed` those that were not; `first` and `second` are two boxes that
    are compared, `shared` is what they have in common.
    """
    shown: list[Box] = []
    for corners, role, label in boxes:
        numbers = _numbers(corners)
        if numbers is not None and numbers.size == 4 and len(shown) < MOST_BOXES:
            x1, y1, x2, y2 = np.clip(numbers.reshape(4), -LARGEST / 4, LARGEST / 4).tolist()
            shown.append(Box(x1=x1, y1=y1, x2=x2, y2=y2, role=role, label=label[:_LONGEST_LABEL]))
    if not shown:
        return None
    table = np.array([[box.x1, box.y1, box.x2, box.y2] for box in shown])
    left, right = float(table[:, [0, 2]].min()), float(table[:, [0, 2]].max())
    top, bottom = float(table[:, [1, 3]].min()), float(table[:, [1, 3]].max())
    margin = _MARGIN * max(right - left, bottom - top, 1e-3)
    record = BoxPicture(
        caption="",
        left=left - margin,
        top=top - margin,
        width=right - left + 2 * margin,
        height=bottom - top + 2 * margin,
        boxes=tuple(shown),
    )
    return Drawing(record, caption)


def mask_picture(truth: Any, prediction: Any, caption: AnyText) -> Drawing | None:
    """A mask (h, w) of zeros and ones and a prediction of the same shape; 0.5 and more counts as inside."""
    mask, predicted = as_map(truth), as_map(prediction)
    if mask is None or predicted is None or mask.shape != predicted.shape:
        return None
    inside, claimed = (coarse((one >= 0.5).astype(np.float64), _MOST_MASK_CELLS) for one in (mask, predicted))
    return Drawing(Masks(caption="", truth=_grid(inside, 0, 1), prediction=_grid(claimed, 0, 1)), caption)


def as_map(value: Any) -> Map | None:
    """A value as finite numbers (h, w), axes of length 1 in front dropped; None when it is no map."""
    numbers = _numbers(value)
    if numbers is None or not numbers.size:
        return None
    while numbers.ndim > 2 and len(numbers) == 1:
        numbers = numbers[0]
    return np.clip(numbers, -LARGEST / 4, LARGEST / 4) if numbers.ndim == 2 else None


def coarse(values: Map, most: int = MOST_CELLS) -> Map:
    """The map with at most `most` cells a side: means of blocks, as equal as they can be."""
    for axis in (0, 1):
        length = values.shape[axis]
        if length > most:
            starts = np.arange(most) * length // most
            counts = np.diff([*starts, length])
            values = np.add.reduceat(values, starts, axis=axis) / np.expand_dims(counts, 1 - axis)
    return values


def _numbers(value: Any) -> Map | None:
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    if array.dtype.kind not in "biuf" or array.size > _MOST_INPUT:
        return None
    with np.errstate(all="ignore"):
        numbers = array.astype(np.float64)
    return numbers if np.isfinite(numbers).all() else None


def _grid(values: Map, low: float, high: float) -> Grid:
    levels = np.clip(np.round((values - low) / (high - low) * 255), 0, 255).astype(np.uint8)
    return Grid(rows=levels.shape[0], columns=levels.shape[1], levels=base64.b64encode(levels.tobytes()).decode())


def _pixels(value: Any) -> Pixels | None:
    array: npt.NDArray[Any] = np.asarray(value)
    if array.ndim != 3 or array.shape[2] != 3 or array.dtype != np.uint8 or not array.size:
        return None
    steps = [-(-side // MOST_PIXELS) for side in array.shape[:2]]
    small = np.ascontiguousarray(array[:: steps[0], :: steps[1]])
    return Pixels(height=small.shape[0], width=small.shape[1], data=base64.b64encode(small.tobytes()).decode())
