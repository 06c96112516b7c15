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
    """Rows of cells, each at one of 256 levels.

    Attributes:
        rows: how many.
        columns: how many.
        levels: the base64 of rows x columns bytes, row by row from the top.
    """

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
    """A small photo.

    Attributes:
        height: in pixels.
        width: in pixels.
        data: the base64 of height x width x 3 bytes, RGB, row by row from the top.
    """

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
    """Two maps on one scale.

    Attributes:
        kind: what tells it from other figures.
        caption: a sentence, in the run's language.
        low: the value of level 0.
        high: the value of level 255.
        came: the student's map.
        expected: the right one.
        photo: the picture of the assignment that lies under both, by its name in `pictures`; empty where none does.
        pixels: a photo that lies under both, where the assignment has no such picture.
    """

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
    """A box with corners (x1, y1) and (x2, y2).

    Attributes:
        x1: of the left side.
        y1: of the upper side.
        x2: of the right side.
        y2: of the lower side.
        role: what happened to it, rightly or `wrongly_`; of two boxes that are compared `first`, `second`, and what they have in
            common, `shared`.
        label: a few words beside it, such as a score.
    """

    x1: Number
    y1: Number
    x2: Number
    y2: Number
    role: BoxRole
    label: Annotated[str, Field(max_length=24)] = ""


class BoxPicture(Record):
    """Boxes in a window; y grows downwards, as in pictures.

    Attributes:
        kind: what tells it from other figures.
        caption: a sentence, in the run's language.
        left: x of the window's left side.
        top: y of its upper side.
        width: of the window.
        height: of the window.
        boxes: what lies in it.
    """

    kind: Literal["boxes"] = "boxes"
    caption: Caption
    left: Number
    top: Number
    width: Annotated[float, Field(gt=0, le=LARGEST, allow_inf_nan=False)]
    height: Annotated[float, Field(gt=0, le=LARGEST, allow_inf_nan=False)]
    boxes: Annotated[tuple[Box, ...], Field(min_length=1, max_length=MOST_BOXES)]


class Masks(Record):
    """A true mask and a prediction: level 255 is inside, 0 outside.

    Attributes:
        kind: what tells it from other figures.
        caption: a sentence, in the run's language.
        truth: the true mask.
        prediction: the other one, of the same size.
    """

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
    """A picture that the submission showed while it was loaded.

    Attributes:
        cell: the number of the cell that showed it, from 1; 0 in a module.
        title: its own title, empty where it has none.
        width: in pixels, at which it is shown.
        height: in pixels, at which it is shown.
        webp: the base64 of a WebP file, which the judge wrote from pixels.
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
