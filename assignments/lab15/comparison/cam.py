"""The class activation map: one map, up to a positive factor and a shift, perhaps enlarged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from grader.testing import AnyText, Call, remembered
from grader.testing import gettext as _

from .answers import LARGEST_MAP, drop_axes, finite, judge, numbers_in, pick, reject, reject_shape

# Shares of the map's range, after the best positive factor and shift: maps as numbers, in 256 levels, enlarged.
MAP_TOLERANCE = 2e-3
LEVELS_TOLERANCE = 1e-2
ENLARGED_TOLERANCE = 3e-2
# A map is said to have a ReLU only where a cell with a positive number below this share of the largest is left: of a map cut at a
# share of its maximum, 0.2 as a rule, it would be 0 too.
SMALL_CELL = 0.1
BENT = 0.05  # of the range, after the best factor and shift: from here on a map is bent, and no sum that lacks a channel
LONGEST_SIDE = 4096  # pixels; the ways to enlarge are tried along each side
# Of an enlarged map so many rows and columns are compared, which are known exactly: all ways to enlarge take half a minute at
# 2000 x 2000, for every test and every known mistake.
SAMPLED = 128


@judge
def compare_cam(answer: Any, expected: Any, call: Call) -> None:
    """A map (h, w), right up to a positive factor and a shift; a ReLU and an enlargement are accepted, and told."""
    wanted = np.asarray(expected, dtype=np.float64)
    raw = drop_axes(numbers_in(pick(answer, wanted.shape, (2,), call, _is_form_of)), 2, call)
    enlarged = raw.ndim == 2 and raw.shape != wanted.shape and bool(np.greater_equal(raw.shape, wanted.shape).all())
    if raw.size > LARGEST_MAP or (enlarged and max(raw.shape) > LONGEST_SIDE):
        reject(_("Far too many numbers came."), _("Return one map (h, w), as fine as the feature map."))
    channels = np.shape(call.arguments[0])[-3]
    is_other_sum = channels not in wanted.shape and _keeps_channels(raw.shape, wanted.shape, channels)
    if is_other_sum if enlarged else raw.shape != wanted.shape:
        reject_shape(raw, wanted, _hint_on_map_shape(raw, wanted, call))
    found = finite(raw)
    if not found.any():
        reject(
            _("All numbers are zero."),
            _("Was the array that you began with ever filled? Or were numbers below 1 cut to whole numbers?"),
        )
    if np.ptp(found) <= 1e-12 * np.abs(found).max():
        reject(_("The map is the same everywhere."), _("The sum runs over the channels only; rows and columns stay."))
    tolerance = ENLARGED_TOLERANCE if enlarged else LEVELS_TOLERANCE if _is_in_levels(found) else MAP_TOLERANCE
    size = found.shape if enlarged else None
    seen, smallest, forms = _sample(found) if enlarged else found, np.inf, []
    for form, rectified in _accepted_maps(wanted, size):
        misfit = _misfit(seen, form)
        smallest = min(smallest, abs(misfit))
        forms.append(form)
        if 0 <= misfit <= tolerance:
            if enlarged:
                call.notes.append(_("The map came enlarged; it was compared with the expected map enlarged alike."))
            if enlarged and _is_turned(found.shape, wanted.shape):
                call.notes.append(
                    _(
                        "Height and width of the enlarged map are in the turned proportion of the feature map's; it was "
                        "accepted. If it was not meant so: cv2.resize and Pillow take (width, height)."
                    )
                )
            if rectified and _tells_relu(wanted):
                call.notes.append(_("The map has a ReLU, which the lab does not ask for; it was accepted."))
            return
    if enlarged:
        came = _("The map came enlarged, in the size {found}, and has another pattern.", found=found.shape)
    else:
        came = _("The map has the right size, but another pattern.")
    reject(
        came,
        _hint_on_map(found, wanted, forms, size, tolerance),
        expected=_("a map that differs by at most {limit} of its range", limit=tolerance),
        detail=_("smallest difference found: {gap} of the range", gap=f"{smallest:.3g}"),
        form=False,
    )


def _is_turned(size: tuple[int, ...], cells: tuple[int, ...]) -> bool:
    """Whether the sides of an enlarged map of no square are to each other as the map's width to its height."""
    return cells[0] != cells[1] and size[0] * cells[0] == size[1] * cells[1]


def _tells_relu(wanted: np.ndarray) -> bool:
    """Whether a map that is cut off below 0 differs from one that is cut at a share of its maximum."""
    return bool((wanted[wanted > 0] < SMALL_CELL * wanted.max()).any())


def _sample(found: np.ndarray) -> np.ndarray:
    return found[np.ix_(*(_sampled(side) for side in found.shape))]


def _sampled(side: int) -> np.ndarray:
    """Which rows or columns of so many are compared: all, or `SAMPLED` from edge to edge."""
    return np.linspace(0, side - 1, min(SAMPLED, side)).round().astype(int)


def _accepted_maps(wanted: np.ndarray, size: tuple[int, ...] | None) -> Iterator[tuple[np.ndarray, bool]]:
    """Every form of the wanted map that is accepted, likely ones first, each with whether it was rectified.

    Of those that are enlarged to `size` only what `_sample` leaves.
    """
    rectified = np.maximum(wanted, 0)
    if size is None:
        yield wanted, False
        if rectified.any():
            yield rectified, True
        return
    low, high = wanted.min(), wanted.max()
    for whole, cut in zip(_enlarge(wanted, size), _enlarge(rectified, size), strict=True):
        yield whole, False
        yield np.clip(whole, low, high), False  # a picture in whole numbers cannot overshoot, as cubic curves do
        if high > 0:
            for late in (cut, np.clip(cut, 0, high), np.maximum(cut, 0), np.maximum(whole, 0)):
                yield late, True


def _enlarge(small: np.ndarray, size: tuple[int, ...]) -> Iterator[np.ndarray]:
    """The map at a larger size in the ways of torch, torchvision, OpenCV, Pillow, scikit-image and SciPy, sampled.

    All of them work along one axis after the other, so that what is sampled can be had without all that lies between. What a way
    makes of numbers are weighted sums, the same for every map; of 256 levels it rounds them.
    """
    from PIL import Image

    height, width = size
    downwards, across = (_sums(cells, side) for cells, side in zip(small.shape, size, strict=True))
    for rows, columns in zip(downwards, across, strict=True):
        yield rows @ small @ columns.T
    levels = np.uint8(255 * (small - small.min()) / max(np.ptp(small), 1e-30))
    for curve in (Image.Resampling.BICUBIC, Image.Resampling.LANCZOS):
        wide = np.asarray(Image.fromarray(levels).resize((width, small.shape[0]), curve))[:, _sampled(width)]
        yield np.asarray(Image.fromarray(wide).resize((wide.shape[1], height), curve), dtype=np.float64)[_sampled(height)]


@remembered
def _sums(cells: int, side: int) -> list[np.ndarray]:
    """Of each way to enlarge so many cells to a longer side: by which weighted sums of the cells it gets what is sampled."""
    # Imported here because they cost two seconds that no other comparison needs.
    import cv2
    import torch
    from PIL import Image
    from scipy.ndimage import zoom
    from skimage.transform import resize

    apart = np.eye(cells)  # each column is a map of one column in which one cell alone is 1
    as_batch, size = torch.from_numpy(apart)[None, None], (side, cells)
    by_torch = (
        {"mode": "bilinear", "align_corners": False},
        {"mode": "bicubic", "align_corners": False},
        {"mode": "bilinear", "align_corners": True},
        {"mode": "bicubic", "align_corners": True},
        {"mode": "bicubic", "align_corners": False, "antialias": True},  # Pillow's cubic: a = -0.5 instead of -0.75
        {"mode": "nearest"},
        {"mode": "nearest-exact"},
    )
    enlarged = [torch.nn.functional.interpolate(as_batch, size=size, **options)[0, 0].numpy() for options in by_torch]
    for curve in (Image.Resampling.LANCZOS, Image.Resampling.HAMMING):
        enlarged.append(np.asarray(Image.fromarray(apart.astype(np.float32)).resize(size[::-1], curve)))
    for mode in (cv2.INTER_LANCZOS4, cv2.INTER_AREA):
        enlarged.append(cv2.resize(apart, size[::-1], interpolation=mode))
    for order in (1, 3):
        enlarged.append(resize(apart, size, order=order, mode="reflect", anti_aliasing=False, clip=False))
    for options in ({"order": 0}, {"order": 2}, {"order": 3}, {"order": 3, "mode": "nearest", "grid_mode": True}):
        enlarged.append(zoom(apart, (side / cells, 1), **options))
    return [one[_sampled(side)].astype(np.float64) for one in enlarged]


def _misfit(found: np.ndarray, candidate: np.ndarray) -> float:
    """The largest difference left after the best factor and shift, as a share of the range; negative when inverted."""
    centred = candidate - candidate.mean()
    power = float((centred * centred).sum())
    if candidate.shape != found.shape or power == 0:
        return float("inf")
    level = found / np.abs(found).max()
    level -= level.mean()
    factor = float((level * centred).sum()) / power
    gap = float(np.abs(level - factor * centred).max() / np.ptp(level))
    return gap if factor > 0 else -gap if factor < 0 else float("inf")


def _is_in_levels(numbers: np.ndarray) -> bool:
    """Whether a map was brought to whole numbers, or to 256 levels of another range, as pictures are."""
    levels = (numbers - numbers.min()) * (255 / np.ptp(numbers))
    return np.array_equal(numbers, np.round(numbers)) or bool(np.abs(levels - np.round(levels)).max() < 1e-4)


def _is_form_of(found: np.ndarray, whole: np.ndarray) -> bool:
    """Whether a map is another one scaled, brought to 256 levels, or cut off below zero."""
    tolerance = LEVELS_TOLERANCE if _is_in_levels(found) else MAP_TOLERANCE
    return any(0 <= _misfit(found, form) <= tolerance for form, _cut in _accepted_maps(whole, None))


def _keeps_channels(shape: tuple[int, ...], wanted: tuple[int, ...], channels: int) -> bool:
    """Whether one axis is that of the channels, as after a sum over rows or over columns."""
    return len(shape) == 2 and shape in {(channels, side) for side in wanted}


def _hint_on_map_shape(raw: np.ndarray, wanted: np.ndarray, call: Call) -> AnyText:
    channels = np.shape(call.arguments[0])[-3]
    of_channels, of_classes = (channels, *wanted.shape), (*np.shape(call.arguments[1])[:1], *wanted.shape)
    if raw.ndim == 2 and raw.shape == wanted.shape[::-1]:
        return _("Height and width are transposed: (h, w) is asked.")
    if channels not in wanted.shape and _keeps_channels(raw.shape, wanted.shape, channels):
        return _("The sum runs over another axis: add up over the channels, the first axis; rows and columns stay.")
    # Where there are as many classes as channels, only their sum and the map of the class tell them apart.
    is_clear, class_idx = of_channels != of_classes, int(call.arguments[2])
    if raw.shape[-3:] == of_channels and (is_clear or _is_near(raw.sum(axis=-3, dtype=np.float64), wanted)):
        return _("The channels are still there: add up W[class_idx, k] * features[k] over all k.")
    if raw.shape[-3:] == of_classes and (is_clear or _is_near(np.squeeze(raw[..., class_idx, :, :]), wanted)):
        return _("Several maps came: return the map of the one class that was given.")
    if raw.shape[-3:] == of_classes:
        return _("Several maps came: one is asked, the sum over all channels k of W[class_idx, k] * features[k].")
    if raw.ndim == 3 and raw.shape[-1] in {3, 4} and np.greater_equal(raw.shape[:2], wanted.shape).all():
        return _("A picture in colours came: return the map itself, before it is coloured.")
    if raw.shape[-3:] == (*wanted.shape, channels):
        return _("The channels are still there: add up W[class_idx, k] * features[k] over all k.")
    if raw.ndim == 1 and raw.size == wanted.size:
        return _("The map came as one row: give it the feature map's height and width, reshape(h, w).")
    if raw.ndim == 3:
        return _("Several maps came: return the map of the one class that was given.")
    return _("A map as high and as wide as the feature map is asked: one number for each of its cells.")


def _is_near(found: np.ndarray, wanted: np.ndarray) -> bool:
    return bool(0 <= _misfit(found, wanted) <= MAP_TOLERANCE)


def _hint_on_map(
    found: np.ndarray, wanted: np.ndarray, forms: list[np.ndarray], size: tuple[int, ...] | None, tolerance: float
) -> AnyText:
    def fits(another: np.ndarray, forms: Iterable[np.ndarray], sign: int = 1) -> bool:
        seen = _sample(another) if size else another
        return any(0 <= sign * _misfit(seen, form) <= tolerance for form in forms)

    if ((found == 0) | (found == 1)).all():
        return _("Only 0 and 1 came: was a map from 0 to 1 cut to whole numbers, or held against a threshold?")
    if fits(found, forms, sign=-1):
        return _("The map is upside down in value: what speaks for the class is low instead of high.")
    if fits(found.T, (form for form, _cut in _accepted_maps(wanted, size and size[::-1]))):
        return _("Height and width are transposed: (h, w) is asked.")
    if any(fits(mirrored, forms) for mirrored in (found[::-1], found[:, ::-1], found[::-1, ::-1])):
        return _("The map is mirrored: row 0 is at the top, column 0 at the left.")
    wholes = _enlarge(wanted, size) if size else [wanted]
    if any(_is_bent(_sample(found) if size else found, whole) for whole in wholes):
        return _(
            "The cells are in the right order, but their values are bent: was the map cut, brought to whole numbers, or put "
            "through a function (a power, a logarithm)? Only a positive factor and a shift leave it the same map."
        )
    return _("Each channel counts with its own weight W[class_idx, k], sign included, of the class that was given.")


def _is_bent(found: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether the answer never falls where the map rises: it is made of the right map, though not by a factor and a shift.

    Three values at least: that one cell is the largest of both may be a coincidence. Of an enlarged map neighbours differ by
    less than rounding.
    """
    values = found.reshape(-1)[np.argsort(wanted, axis=None)]
    rises = bool((np.diff(values) >= -1e-5 * np.ptp(values)).all())
    return rises and len(np.unique(values)) >= 3 and abs(_misfit(found, wanted)) > BENT
