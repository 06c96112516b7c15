"""Maps, photos and masks as small images in data URIs, each made anew from numbers.

Maps are coloured by matplotlib's viridis, differences by inferno: both perceptually uniform (van der Walt and Smith, 2015).
Nothing that comes in is passed through: a photo is decoded and encoded again, so that no byte of a foreign file is on a page.
"""

from __future__ import annotations

import base64
import binascii
import io
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from grader.figures import Grid, Pixels
from grader.report.plotting import colormaps

Bytes = npt.NDArray[np.uint8]

MAP_COLOURS, DIFFERENCE_COLOURS = "viridis", "inferno"
_PHOTO_SIDE = 256
_LARGEST_PHOTO = 1_000_000  # pixels
_PHOTO_SHARE = 0.4  # of the photo under a map
_CELL = 4  # pixels of a mask's cell, room for a pattern
# Okabe and Ito: blue where both are, orange where the prediction lacks, reddish purple, striped, where it is too much.
_BOTH, _MISSED, _EXTRA = (0, 114, 178), (230, 159, 0), (204, 121, 167)


def levels(grid: Grid) -> Bytes:
    """The grid as uint8 (rows, columns)."""
    return np.frombuffer(grid.cells(), np.uint8).reshape(grid.rows, grid.columns)


@lru_cache(maxsize=64)
def photo(jpeg: str) -> Image.Image | None:
    """A photo of the results, RGB; None when it is no photo, because a picture is never worth the page."""
    try:
        with Image.open(io.BytesIO(base64.b64decode(jpeg)), formats=("JPEG",)) as picture:
            return picture.convert("RGB") if picture.width * picture.height <= _LARGEST_PHOTO else None
    except (OSError, ValueError, binascii.Error, UnidentifiedImageError, Image.DecompressionBombError):
        return None


def embedded(pixels: Pixels) -> Image.Image:
    """An embedded picture, enlarged so that a map over it is not cut into its pixels."""
    small = Image.fromarray(np.frombuffer(pixels.cells(), np.uint8).reshape(pixels.height, pixels.width, 3))
    factor = _PHOTO_SIDE / max(small.size)
    return small.resize((max(1, round(small.width * factor)), max(1, round(small.height * factor))), Image.Resampling.BICUBIC)


def photo_uri(picture: Image.Image) -> str:
    """The photo alone."""
    return _uri(picture, "jpeg")


@lru_cache(maxsize=512)
def map_uri(grid: Grid, colours: str = MAP_COLOURS) -> str:
    """The map's cells, a pixel each; the style sheet enlarges them with their edges."""
    return _uri(Image.fromarray(_coloured(levels(grid), colours)), "png")


def map_over(grid: Grid, picture: Image.Image) -> str:
    """The map, enlarged smoothly, over the photo in grey."""
    enlarged = Image.fromarray(levels(grid)).resize(picture.size, Image.Resampling.BILINEAR)
    colours = Image.fromarray(_coloured(np.asarray(enlarged), MAP_COLOURS))
    return _uri(Image.blend(colours, picture.convert("L").convert("RGB"), _PHOTO_SHARE), "jpeg")


@lru_cache(maxsize=8)
def scale_uri(colours: str) -> str:
    """A colour bar's colours, from the lowest on the left."""
    return _uri(Image.fromarray(_coloured(np.arange(256, dtype=np.uint8)[None], colours)), "png")


def difference(came: Grid, expected: Grid, size: tuple[int, int] | None) -> tuple[str, float]:
    """(the distance of two maps of one size, coloured from 0 to its largest; that largest as a share of the scale).

    `size` is that of the photo beside it, if there is one: its cells then have the proportions that they have there.
    """
    gap = np.abs(levels(came).astype(np.int16) - levels(expected))
    largest = max(int(gap.max()), 1)
    image = Image.fromarray(_coloured((gap * 255 // largest).astype(np.uint8), DIFFERENCE_COLOURS))
    return _uri(image if size is None else image.resize(size, Image.Resampling.NEAREST), "png"), largest / 255


def mask_uri(truth: Grid, prediction: Grid) -> tuple[str, tuple[float, float, float]]:
    """(both masks in three tones, the shares of all cells that are in both, in the first only, in the second only)."""
    inside, claimed = levels(truth) >= 128, levels(prediction) >= 128
    kinds = inside & claimed, inside & ~claimed, claimed & ~inside
    tones = np.select(kinds, (1, 2, 3)).astype(np.uint8)
    pixels = tones.repeat(_CELL, 0).repeat(_CELL, 1)
    diagonals = np.add.outer(np.arange(pixels.shape[0]), np.arange(pixels.shape[1]))
    pixels[(pixels == 3) & (diagonals % _CELL > _CELL // 2)] = 0
    image = Image.fromarray(pixels)
    image.putpalette(bytes((0, 0, 0, *_BOTH, *_MISSED, *_EXTRA)))
    both, missed, extra = (float(cells.mean()) for cells in kinds)
    return _uri(image, "png", transparency=0), (both, missed, extra)


def _coloured(values: Bytes, colours: str) -> Bytes:
    return np.ascontiguousarray(colormaps[colours](values, bytes=True)[..., :3])


def _uri(image: Image.Image, kind: str, **options: int) -> str:
    stream = io.BytesIO()
    image.save(stream, kind, **({"quality": 82} if kind == "jpeg" else {"compress_level": 6}), **options)
    return f"data:image/{kind};base64,{base64.b64encode(stream.getvalue()).decode()}"
