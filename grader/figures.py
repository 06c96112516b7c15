"""Pictures of a wrong answer, as bounded plain data: what is to be seen, not how it is drawn.

::

    Figure
    ├── HeatMap       the student's map and the expected one on one scale, maybe over a photo
    ├── BoxPicture    boxes told apart by what happened to them
    └── Masks         a true mask and a prediction, of the same size

    OwnFigure         what the submission itself showed: pixels, encoded by the judge

Figures are made by the assignment's trusted code from answers that are not trusted, travel in `results.json`, and are drawn by
the report. Everything is bounded here: sizes, counts, finite numbers. A leaf module but for `grader.record`.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal

from pydantic import Field, model_validator

from grader.record import Record

MOST_CELLS = 96  # a side of a grid
MOST_PIXELS = 64  # a side of an embedded photo
MOST_BOXES = 64
MOST_OWN_BYTES = 18_000  # of a picture that a submission showed
WIDEST, TALLEST = 480, 360  # pixels of such a picture
LARGEST = 1e9  # any number in a picture

Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
Caption = Annotated[str, Field(max_length=500)]
Side = Annotated[int, Field(ge=1, le=MOST_CELLS)]
Encoded = Annotated[str, Field(max_length=4 * (MOST_CELLS * MOST_CELLS + 2) // 3 + 4)]
BoxRole = Literal["kept", "removed", "wrongly_kept", "wrongly_removed", "first", "second", "shared"]


class Grid(Record):
    """Rows of cells, each at one of 256 levels: `levels` is the base64 of rows x columns bytes, row by row."""

    rows: Side
    columns: Side
    levels: Encoded

    @model_validator(mode="after")
    def _check_levels(self) -> Grid:
        _check_bytes(self.levels, self.rows * self.columns)
        return self

    def cells(self) -> bytes:
        """The levels, 0 to 255."""
        return base64.b64decode(self.levels)


class Pixels(Record):
    """A small photo: `data` is the base64 of height x width x 3 bytes, RGB."""

    height: Annotated[int, Field(ge=1, le=MOST_PIXELS)]
    width: Annotated[int, Field(ge=1, le=MOST_PIXELS)]
    data: Annotated[str, Field(max_length=4 * MOST_PIXELS * MOST_PIXELS + 4)]

    @model_validator(mode="after")
    def _check_data(self) -> Pixels:
        _check_bytes(self.data, self.height * self.width * 3)
        return self

    def cells(self) -> bytes:
        """The colours, 0 to 255."""
        return base64.b64decode(self.data)


class HeatMap(Record):
    """Two maps on one scale: level 0 is `low`, level 255 is `high`. `photo` names a picture of the assignment."""

    kind: Literal["heat_map"] = "heat_map"
    caption: Caption
    low: Number
    high: Number
    came: Grid
    expected: Grid
    photo: Annotated[str, Field(max_length=64)] = ""
    pixels: Pixels | None = None

    @model_validator(mode="after")
    def _check_scale(self) -> HeatMap:
        if not self.low < self.high:
            raise ValueError("low must be less than high")
        return self


class Box(Record):
    """A box with corners (x1, y1) and (x2, y2), what happened to it, and a few words beside it."""

    x1: Number
    y1: Number
    x2: Number
    y2: Number
    role: BoxRole
    label: Annotated[str, Field(max_length=24)] = ""


class BoxPicture(Record):
    """Boxes in a window whose upper left corner is (left, top); y grows downwards, as in pictures."""

    kind: Literal["boxes"] = "boxes"
    caption: Caption
    left: Number
    top: Number
    width: Annotated[float, Field(gt=0, le=LARGEST, allow_inf_nan=False)]
    height: Annotated[float, Field(gt=0, le=LARGEST, allow_inf_nan=False)]
    boxes: Annotated[tuple[Box, ...], Field(min_length=1, max_length=MOST_BOXES)]


class Masks(Record):
    """A true mask and a prediction: level 255 is inside, 0 outside."""

    kind: Literal["masks"] = "masks"
    caption: Caption
    truth: Grid
    prediction: Grid

    @model_validator(mode="after")
    def _check_sizes(self) -> Masks:
        if (self.truth.rows, self.truth.columns) != (self.prediction.rows, self.prediction.columns):
            raise ValueError("the masks differ in size")
        return self


Figure = Annotated[HeatMap | BoxPicture | Masks, Field(discriminator="kind")]


class OwnFigure(Record):
    """A picture that the submission showed while it was loaded: `cell` (0: a module), its own title, the base64 of a WebP file.

    The judge wrote that file from pixels; `width` and `height` are those at which it is shown.
    """

    cell: Annotated[int, Field(ge=0)] = 0
    title: Annotated[str, Field(max_length=200)] = ""
    width: Annotated[int, Field(ge=1, le=WIDEST)]
    height: Annotated[int, Field(ge=1, le=TALLEST)]
    webp: Annotated[str, Field(max_length=4 * MOST_OWN_BYTES // 3 + 4)]

    @model_validator(mode="after")
    def _check_file(self) -> OwnFigure:
        data = _decode(self.webp)
        if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
            raise ValueError("not a WebP file")
        return self


def _check_bytes(text: str, wanted: int) -> None:
    found = len(_decode(text))
    if found != wanted:
        raise ValueError(f"{found} bytes instead of {wanted}")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64") from error
