"""How answers of lab 15 are judged: one function per part, None when right, else a Difference in the student's words.

Every function takes the answer as plain values (numbers, text, bytes, list, tuple, dict, numpy array), the reference's
answer, and the call; it never raises, whatever the answer is. Tolerances stand once, below. What is accepted although it
was not asked for (an axis of length 1, a ReLU, a keep mask) is told to the student in `call.notes`.

Hints are fixed texts, because a hidden test shows nothing else: numbers of an answer could carry the input out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, wraps
from itertools import islice
from typing import Any, NoReturn

import numpy as np
import torch
from torch.nn import functional

from grader.testing import AnyText, Call, Difference
from grader.testing import gettext as _

# Shares of the largest expected value. float32 and float64 differ by 1e-6 of it, TF32 on a GPU by about 1e-3.
NETWORK_TOLERANCE = 2e-3
HALF_PRECISION_TOLERANCE = 2e-2
# Shares of the map's range, after the best positive factor and shift: maps as numbers, in 256 levels, enlarged.
MAP_TOLERANCE = 2e-3
LEVELS_TOLERANCE = 1e-2
ENLARGED_TOLERANCE = 3e-2
# Absolute, for IoU and Dice: a smoothing term of 1 on masks of 10^4 pixels must not decide.
SCALAR_TOLERANCE = 1e-3
CLASSES = 1000  # of ImageNet: so many columns has the output of fc
COLOURS = 3  # channels of a picture; no stage has so few
LOW_SCORES = (0.5, 0.4, 0.3, 0.25, 0.2, 0.1, 0.05, 0.01)  # what people take for the least score that counts
USUAL_THRESHOLD = 0.5  # and for the IoU that is too much, whatever is given
# A map is said to have a ReLU only where a cell with a positive number below this share of the largest is left: of a map cut at a
# share of its maximum, 0.2 as a rule, it would be 0 too.
SMALL_CELL = 0.1
BENT = 0.05  # of the range, after the best factor and shift: from here on a map is bent, and no sum that lacks a channel
LARGEST_MAP = 4_000_000  # pixels; a map enlarged beyond 2000 x 2000 is no answer any more
LONGEST_SIDE = 4096  # pixels; the ways to enlarge are tried along each side
# Of an enlarged map so many rows and columns are compared, which are known exactly: all ways to enlarge take half a minute at
# 2000 x 2000, for every test and every known mistake.
SAMPLED = 128

# How what is asked is called where it comes with other results, without case and underscores; the likeliest name first.
NAMES: dict[str, tuple[str, ...]] = {
    "features_map": ("layer4", "features", "feature", "featuremap", "featuremaps", "featuresmap", "activations"),
    "cam": ("cam", "raw", "rawcam", "camraw", "map", "heatmap"),
    "iou": ("iou", "jaccard"),
    "dice": ("diceloss", "loss", "dc"),
    "nms": ("keep", "kept", "keptindices", "keepindices", "indices", "indexes", "inds", "idx", "keepidx", "keptidx"),
}
SIDES = (("x1", "y1", "x2", "y2"), ("xmin", "ymin", "xmax", "ymax"), ("left", "top", "right", "bottom"))
MOST_PARTS = 100  # of an answer, among which the asked one is looked for
MOST_ENTRIES = 10  # of a list of boxes with their scores, for each box that was given: every entry is looked through
MOST_FORMS = 6  # of one result, which are held against each other

Hint = Callable[[np.ndarray, np.ndarray], AnyText]
IsForm = Callable[[np.ndarray, np.ndarray], bool]


class _Rejected(Exception):
    """Carries the Difference out of the helpers; never leaves this module."""

    def __init__(self, difference: Difference) -> None:
        super().__init__()
        self.difference = difference


def _reject(came: AnyText, hint: AnyText = "", *, expected: AnyText = "", detail: AnyText = "", form: bool = True) -> NoReturn:
    """With `form` for what is no answer of the asked form, whatever its values: a test's own hint is not about that."""
    raise _Rejected(Difference(came, expected, hint, detail, form))


def _judge(steps: Callable[[Any, Any, Call], None]) -> Callable[[Any, Any, Call], Difference | None]:
    """Make a comparison of steps that reject by raising."""

    @wraps(steps)
    def compare(answer: Any, expected: Any, call: Call) -> Difference | None:
        try:
            with np.errstate(all="ignore"):
                steps(answer, expected, call)
        except _Rejected as rejected:
            return rejected.difference
        return None

    return compare


# --- features_map, fc_weights


@_judge
def compare_features_map(answer: Any, expected: Any, call: Call) -> None:
    """Feature maps (N, C, h, w); the batch axis of a single picture may be missing."""
    wanted = np.asarray(expected)
    maps = _numbers(_pick(answer, wanted.shape, (4, 3), call, lambda one, other: _near(one, other, NETWORK_TOLERANCE)))
    if maps.shape == (len(wanted), 1, *wanted.shape[1:]):
        call.notes.append(_("The answer had an axis of length 1 too many; it was passed over."))
        maps = maps[:, 0]  # a list of what the network gave for each picture
    if maps.shape == wanted.shape[1:] and wanted.shape[0] == 1:
        call.notes.append(_("The feature map came without the batch axis; for a single picture that was accepted."))
        maps = maps[None]
    if maps.shape != wanted.shape:
        _reject_shape(maps, wanted, _hint_on_features_shape(maps, wanted))
    _check_values(maps, wanted, call, _hint_on_features)
    if "gradient" in call.kinds:
        call.notes.append(_("The feature map still carries gradients; torch.no_grad() or .detach() saves the memory."))


@_judge
def compare_fc_weights(answer: Any, expected: Any, call: Call) -> None:
    """The weight matrix (num_classes, C) alone; axes of length 1 are passed over."""
    wanted = np.asarray(expected)
    several = answer if isinstance(answer, list | tuple) and len(answer) > 1 else ()
    results = [part for part in map(_quiet, several) if part.size] if len(several) <= MOST_PARTS else []
    if len(results) == 1 < len(several) and results[0].shape == wanted.shape:  # beside the network, or a bias that is None
        several, (answer,) = (), results
        call.notes.append(_("Several results came; the one of the asked shape was judged."))
    if any(_is_array(part) and part.shape == wanted.shape for part in several):
        _reject(
            _("Several things came instead of one matrix."),
            _("Return the weight matrix alone: the bias, if that is the other one, does not take part in the map."),
            expected=_("one array of shape {shape}", shape=wanted.shape),
        )
    matrix = _drop_axes(_numbers(_open(answer)), wanted.ndim, call)
    if matrix.shape != wanted.shape:
        _reject_shape(matrix, wanted, _hint_on_weights_shape(matrix, wanted))
    _check_values(matrix, wanted, call, _hint_on_weights)


def _hint_on_features_shape(maps: np.ndarray, wanted: np.ndarray) -> AnyText:
    pictures, channels, height, width = wanted.shape
    if not maps.size:
        return _("Nothing was caught: a hook runs only in a model(x) that comes after it was registered.")
    if maps.shape in {(1, channels, height, width), (channels, height, width)}:
        return _("One map came for a batch of several pictures: return the maps of all of them.")
    if maps.shape == (pictures, channels, width, height):
        return _("Height and width are transposed: (N, C, h, w) is asked.")
    if maps.ndim == 4 and sorted(maps.shape) == sorted(wanted.shape):
        return _("The axes are in another order: (N, C, h, w) is asked, the order in which torch keeps them.")
    if maps.ndim == 4 and maps.shape[1] == COLOURS:
        return _("With three channels these are pictures, as they were given: return what layer4 makes of them.")
    if maps.ndim == 4 and maps.shape[2] > height and maps.shape[1] < channels:
        return _("A finer map comes from an earlier stage; layer4 is the last one before avgpool.")
    if maps.size == wanted.size:
        return _("There are as many numbers as asked, in another shape: keep one map per picture, (N, C, h, w).")
    if maps.size == pictures * channels and (maps.shape[:2] == (pictures, channels) or maps.ndim == 1):
        return _("One number per channel is left, as after a pooling: return the output of layer4, before avgpool.")
    if maps.shape in {(pictures, CLASSES), (CLASSES,)}:
        return _("One row per picture came, the output of fc. Hook layer4, two stages before it.")
    if maps.ndim == 2 and maps.shape[0] == pictures:
        return _("One row per picture came: which number belongs to which place is lost. Return layer4's output as it is.")
    if maps.ndim == 4 and maps.shape[:2] == (pictures, channels) and (maps.shape[2] > height or maps.shape[3] > width):
        return _("The map is finer than one cell per 32 pixels: was maxpool left out, or the picture or the map resized?")
    if maps.ndim == 5 or (maps.shape[1:] == wanted.shape[1:] and pictures < len(maps) != channels):
        return _("Several results came at once: return the map of this call alone, not all that were collected.")
    if maps.ndim == 4 and (len(maps), *maps.shape[2:]) == (pictures, height, width):
        return _(
            "layer4 of the given model has another number of channels: return the output of the whole stage, not of a layer "
            "inside it, with all its channels, of this model and this call."
        )
    return _("Return the output of model.layer4 for the whole batch, as it is.")


def _hint_on_features(maps: np.ndarray, wanted: np.ndarray) -> AnyText:
    if maps.min() < 0:
        return _("layer4 ends with a ReLU, its output has no negative number: something else was caught or computed.")
    if len(wanted) > 1 and _near(maps[::-1], wanted, NETWORK_TOLERANCE):
        return _("The maps of the pictures are in another order.")
    if _near(np.swapaxes(maps, 2, 3), wanted, NETWORK_TOLERANCE):
        return _("Height and width are transposed: (N, C, h, w) is asked.")
    if np.array_equal(maps, np.round(maps)):
        return _("Only whole numbers came, which no layer gives out: was the map rounded, or cut to integers?")
    return _(
        "Look at model.eval(), at which layer is hooked, and at whether the map belongs to this call, to the model and "
        "to the pictures that were given."
    )


def _hint_on_weights_shape(matrix: np.ndarray, wanted: np.ndarray) -> AnyText:
    classes, channels = wanted.shape
    if matrix.shape == (channels, classes):
        return _("The matrix is transposed: one row per class is asked, as in model.fc.weight.")
    if matrix.shape == (classes, channels + 1):
        return _("There is one column too many: the bias does not belong to W.")
    if matrix.shape == (classes,):
        return _("One number per class came, as in the bias; the matrix model.fc.weight is asked.")
    if matrix.shape == (channels,):
        return _(
            "One number per channel came, as in one class's row or in batch normalisation; return the matrix of all classes."
        )
    return _("Return model.fc.weight of the model that was given, whole.")


def _hint_on_weights(matrix: np.ndarray, wanted: np.ndarray) -> AnyText:
    if wanted.min() < 0 <= matrix.min():
        return _("No weight is negative: negative weights say what speaks against a class; return W as it is.")
    return _("Take model.fc.weight of the model that was given, unchanged.")


def _check_values(answer: np.ndarray, wanted: np.ndarray, call: Call, hint: Hint) -> None:
    """Reject numbers that differ from the wanted ones of the same shape by more than the tolerance."""
    if answer.dtype == wanted.dtype and np.array_equal(answer, wanted):
        return  # as fc's two million weights are, of which float64 would take 16 MB
    numbers = _finite(answer)
    tolerance = call.tolerance or NETWORK_TOLERANCE
    if _near(numbers, wanted, tolerance):
        return
    if _is_half_precision(numbers, call) and _near(numbers, wanted, HALF_PRECISION_TOLERANCE):
        call.notes.append(
            _("The numbers came in half precision (16 bits); float32 was asked for, the loss of precision was accepted.")
        )
        return
    if not numbers.any():
        _reject(
            _("All numbers are zero."),
            _("Was the array that you began with ever filled? Or were numbers below 1 cut to whole numbers?"),
        )
    share = float(np.abs(numbers - wanted).max() / np.abs(wanted).max())
    if share < 0.05:
        came = _("The shape is right, the numbers are off by a little.")
    elif share < 0.5:
        came = _("The shape is right, the numbers are off.")
    else:
        came = _("The shape is right, the numbers are quite different.")
    _reject(
        came,
        hint(numbers, wanted),
        expected=_("a difference of at most {limit} of the largest value", limit=f"{tolerance:.1g}"),
        detail=_("largest difference: {share} of the largest value", share=f"{share:.3g}"),
        form=False,
    )


def _is_half_precision(numbers: np.ndarray, call: Call) -> bool:
    """Whether 16 bits hold every number, as float16 or as bfloat16: then the network was run in half precision.

    Whole numbers are held too, and are none of a network's.
    """
    if np.array_equal(numbers, np.round(numbers)):
        return False
    if "float16" in call.kinds:  # bfloat16 too
        return True
    single = np.ascontiguousarray(numbers, dtype=np.float32)
    with np.errstate(over="ignore"):
        as_half = single.astype(np.float16).astype(np.float32)
    as_brain = (single.view(np.uint32) & 0xFFFF0000).view(np.float32)
    return bool(np.array_equal(as_half, single) or np.array_equal(as_brain, single))


def _near(answer: np.ndarray, wanted: np.ndarray, share: float) -> bool:
    if answer.shape != wanted.shape:
        return False
    return np.array_equal(answer, wanted) or bool(np.abs(answer - wanted).max() <= share * np.abs(wanted).max())


# --- cam


@_judge
def compare_cam(answer: Any, expected: Any, call: Call) -> None:
    """A map (h, w), right up to a positive factor and a shift; a ReLU and an enlargement are accepted, and told."""
    wanted = np.asarray(expected, dtype=np.float64)
    raw = _drop_axes(_numbers(_pick(answer, wanted.shape, (2,), call, _is_form_of)), 2, call)
    enlarged = raw.ndim == 2 and raw.shape != wanted.shape and bool(np.greater_equal(raw.shape, wanted.shape).all())
    if raw.size > LARGEST_MAP or (enlarged and max(raw.shape) > LONGEST_SIDE):
        _reject(_("Far too many numbers came."), _("Return one map (h, w), as fine as the feature map."))
    channels = np.shape(call.arguments[0])[-3]
    is_other_sum = channels not in wanted.shape and _keeps_channels(raw.shape, wanted.shape, channels)
    if is_other_sum if enlarged else raw.shape != wanted.shape:
        _reject_shape(raw, wanted, _hint_on_map_shape(raw, wanted, call))
    found = _finite(raw)
    if not found.any():
        _reject(
            _("All numbers are zero."),
            _("Was the array that you began with ever filled? Or were numbers below 1 cut to whole numbers?"),
        )
    if np.ptp(found) <= 1e-12 * np.abs(found).max():
        _reject(_("The map is the same everywhere."), _("The sum runs over the channels only; rows and columns stay."))
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
    _reject(
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


@lru_cache(maxsize=32)
def _sums(cells: int, side: int) -> list[np.ndarray]:
    """Of each way to enlarge so many cells to a longer side: by which weighted sums of the cells it gets what is sampled."""
    # Imported here because they cost half a second that no other comparison needs.
    import cv2
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
    enlarged = [functional.interpolate(as_batch, size=size, **options)[0, 0].numpy() for options in by_torch]
    enlarged.append(np.asarray(Image.fromarray(apart.astype(np.float32)).resize(size[::-1], Image.Resampling.LANCZOS)))
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


# --- iou, dice


@_judge
def compare_iou(answer: Any, expected: Any, call: Call) -> None:
    """One number, equal to the expected one within 1e-3; of (IoU, union), as some detectors' code returns, the first."""
    _check_number(_first_number(answer, call), float(expected), _hint_on_iou)


@_judge
def compare_dice(answer: Any, expected: Any, call: Call) -> None:
    """One number, equal to the expected one within 1e-3; of (loss, coefficient), as for a log, the first."""
    _check_number(_first_number(answer, call), float(expected), _hint_on_dice)


def _first_number(answer: Any, call: Call) -> Any:
    """Of a tuple of two to four results the first, whatever the others are; else what a name decides, opened."""
    inner = _open(_named_number(answer, call))
    if call.kinds.startswith("tuple") and isinstance(inner, list | tuple) and 2 <= len(inner) <= 4:
        call.notes.append(_("Several results came; the first was judged."))
        return inner[0]
    return inner


def _named_number(answer: Any, call: Call) -> Any:
    """Of a dict of several results the one with the name of what is asked; else the answer."""
    named = _by_name(answer, NAMES[call.part]) if isinstance(answer, dict) and len(answer) > 1 else []
    if not named:
        return answer
    call.notes.append(_("Several results came; the one with the name of what is asked was judged."))
    return named[0]


def _check_number(answer: Any, wanted: float, hint: Callable[[float, float], AnyText]) -> None:
    numbers = _numbers(_open(answer))
    if numbers.dtype.kind == "b":
        _reject(_("True or False came instead of a number."), _("Return the number itself, not a comparison."))
    if numbers.size != 1:
        _reject(
            _("Your answer is {count} numbers instead of one.", count=numbers.size),
            _("One number for the whole input is asked: is a sum taken over one axis only, or is more returned?"),
        )
    found = float(_finite(numbers).reshape(-1)[0])
    if not abs(found - wanted) <= SCALAR_TOLERANCE:  # a known mistake may be NaN, which is like nothing
        came = _("Your answer is {found}.", found=f"{found:.4f}")
        _reject(came, hint(found, wanted), expected=f"{wanted:.4f}", form=False)


def _hint_on_iou(found: float, wanted: float) -> AnyText:
    if 0 < wanted < 1 and abs(1 - found - wanted) <= SCALAR_TOLERANCE:  # 0 for 1, and 1 for 0, have many reasons
        return _("This is 1 - IoU, a distance; the IoU itself is asked.")
    if found > 1 and abs(found / 100 - wanted) <= SCALAR_TOLERANCE:
        return _("This is the IoU in percent; a number from 0 to 1 is asked.")
    if not 0 <= found <= 1:
        return _("An IoU lies between 0 and 1: check both sides of the intersection, and the union.")
    return _("IoU = intersection / (area 1 + area 2 - intersection); boxes are (x1, y1, x2, y2), a side is x2 - x1.")


def _hint_on_dice(found: float, wanted: float) -> AnyText:
    if 0 < wanted < 1 and abs(1 - found - wanted) <= SCALAR_TOLERANCE:
        return _("This is the Dice coefficient; the loss is asked, 1 minus it.")
    if 0 < wanted < 1 and abs(found + 1 - wanted) <= SCALAR_TOLERANCE:
        return _("This is the negative Dice coefficient; the lecture's loss is 1 minus the coefficient.")
    if not 0 <= found <= 1:
        return _("A Dice loss lies between 0 and 1: check the factor 2 and the sums.")
    return _("DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)), each sum over all elements, p as it is given.")


# --- nms


@_judge
def compare_nms(answer: Any, expected: Any, call: Call) -> None:
    """Which boxes were kept; their order is judged only where no box has to go, so that it is a point of its own.

    Boxes of one score may come in any order. Raises `ValueError` when what is expected is no indices, as of a wrong variant that
    answers with scores: cut off to whole numbers they would be box 0.
    """
    boxes = np.asarray(call.arguments[0], dtype=np.float64)
    scores = np.asarray(call.arguments[1], dtype=np.float64).reshape(-1)
    asked = np.asarray(expected).reshape(-1)
    if (asked != np.round(asked)).any():
        raise ValueError("no indices are expected")
    wanted = [int(index) for index in asked]
    kept, in_order, as_rows = _kept(answer, boxes, call)
    call.meant = kept  # for the picture
    if as_rows:  # of twins a row does not tell which one it is, so a wrong variant's are looked up like the student's
        wanted = _rows_of_boxes(boxes[wanted], boxes, scores) or wanted
    extra = [index for index in kept if index not in wanted]
    missing = [index for index in wanted if index not in kept]
    shown = _("boxes {wanted}; kept were {kept}", wanted=wanted, kept=kept)
    if extra or missing:
        why = _why(extra, missing, wanted, boxes, call)
        hint = _hint_on_nms(kept, wanted, boxes, call)
        expected = _("{shown}. {why}", shown=shown, why=why)
        _reject(_came(extra, missing, kept), hint, expected=expected, form=False)
    if in_order and len(wanted) == len(boxes) and (scores[kept] != scores[wanted]).any():
        hint = _("Here no box has to go, so only the order counts: the best score comes first.")
        _reject(_("The right boxes came in another order."), hint, expected=shown, form=False)


def _came(extra: list[int], missing: list[int], kept: list[int]) -> AnyText:
    counts = {"extra": len(extra), "missing": len(missing), "kept": len(kept)}
    if not missing:
        return _("Of the kept boxes ({kept}), {extra} should have gone.", **counts)
    if not extra:
        return _("The kept boxes ({kept}) are right, but {missing} more should have stayed.", **counts)
    return _("Of the kept boxes ({kept}), {extra} should have gone; {missing} of the dropped ones should have stayed.", **counts)


def _hint_on_nms(kept: list[int], wanted: list[int], boxes: np.ndarray, call: Call) -> AnyText:
    """A mistake that explains the whole answer, else what is wrong with it."""
    scores = np.asarray(call.arguments[1], dtype=np.float64).reshape(-1)
    if float(call.arguments[2]) != USUAL_THRESHOLD and set(kept) == _kept_at(USUAL_THRESHOLD, boxes, scores):
        return _(
            "A threshold of 0.5 would keep just these boxes, and another one was given. If the code does take the given one, "
            "look at how it measures overlap, what it compares, and how many boxes it lets stay."
        )
    missing = [index for index in wanted if index not in kept]
    if not missing:
        return _("A box stays although its IoU with a better kept box is greater than the threshold.")
    if set(kept) <= set(wanted):
        alone = bool(kept) and any(all(_overlap(boxes[index], boxes[other]) == 0 for other in kept) for index in missing)
        if alone and any(scores[missing].max() < least <= scores[kept].min() for least in LOW_SCORES):
            return _(
                "Those with the lowest scores are missing, although they meet no kept box. No score is too low to be kept; where "
                "the code has no least score, it stops too early or measures overlap wrongly."
            )
        return _("A box was dropped although no better kept box overlaps it by more than the threshold.")
    return _("Go from the best score down; a box goes when its IoU with a kept box is greater than the threshold.")


def _kept_at(threshold: float, boxes: np.ndarray, scores: np.ndarray) -> set[int]:
    kept: list[int] = []
    for index in np.argsort(-scores):
        if all(_overlap(boxes[better], boxes[index]) <= threshold for better in kept):
            kept.append(int(index))
    return set(kept)


def _why(extra: list[int], missing: list[int], wanted: list[int], boxes: np.ndarray, call: Call) -> AnyText:
    """The first box that is judged wrongly, and the overlap with a box that stays which decides about it."""
    scores = np.asarray(call.arguments[1], dtype=np.float64).reshape(-1)
    threshold = float(call.arguments[2])
    better = [(_overlap(boxes[extra[0]], boxes[i]), i) for i in wanted if scores[i] > scores[extra[0]]] if extra else []
    if better:
        overlap, rival = max(better)
        words = {"box": extra[0], "rival": rival, "overlap": f"{overlap:.2f}", "threshold": threshold}
        return _("Box {box} goes: its IoU with box {rival} is {overlap}, the threshold {threshold}.", **words)
    if missing:
        return _("Box {box} stays: no better kept box overlaps it by more than {threshold}.", box=missing[0], threshold=threshold)
    return ""


def _overlap(first: np.ndarray, second: np.ndarray) -> float:
    sides = np.maximum(np.minimum(first[2:], second[2:]) - np.maximum(first[:2], second[:2]), 0)
    shared = float(sides.prod())
    return shared / (float((first[2:] - first[:2]).prod() + (second[2:] - second[:2]).prod()) - shared)


def _kept(answer: Any, boxes: np.ndarray, call: Call) -> tuple[list[int], bool, bool]:
    """The indices that an answer means, whether their order means anything, and whether they were looked up by rows."""
    found = _numbers(_open_nms(answer, call))
    while found.ndim > 2 and len(found) == 1:
        (found,) = found
    if not found.size:
        _reject(_("An empty answer came."), _("The box with the best score is always kept."))
    rows = _rows_of_boxes(found, boxes, np.asarray(call.arguments[1], dtype=np.float64).reshape(-1))
    if rows is not None:
        call.notes.append(_("The kept boxes came instead of their indices; they were looked up."))
        return rows, True, True
    if found.ndim > 2 or (found.ndim == 2 and 1 not in found.shape):
        _reject(
            _("A table came whose rows are not the given boxes."),
            _("Return the indices of the kept boxes, whole numbers from 0; the boxes must stay as they were given."),
        )
    flat = found.reshape(-1)
    if _is_mask(flat, len(boxes)):
        if len(boxes) > 1:  # of a single box [1] may be an index that counts from 1, which other tests tell
            call.notes.append(_("A keep mask came instead of indices; it carries no order and loses nothing by it."))
        return [int(index) for index in np.flatnonzero(flat)], False, False
    return _indices(flat, len(boxes), call), "set" not in call.kinds, False


def _open_nms(answer: Any, call: Call) -> Any:
    """Of (boxes, scores, ...) or of entries with a box each the boxes, of (indices, ...) and {index: score} the indices, of what
    is kept and what goes the former, else the answer."""
    if isinstance(answer, dict):
        if _are_scores_by_index(answer, call):
            call.notes.append(_("The indices came with their scores; the indices were judged."))
            return np.array(list(answer))
        named = _by_name(answer, NAMES["nms"])
        if named or len(answer) == 1:
            return named[0] if named else _open(answer)
        boxes = _by_name(answer, ("boxes",))
        if boxes:
            call.notes.append(_("The kept boxes came together with other results; the boxes were judged."))
            return boxes[0]
        # Named otherwise, they may still be known by what they are.
        opened = _open_nms(tuple(answer.values()), call) if all(isinstance(key, str) for key in answer) else None
        return opened if _is_array(opened) else answer
    by_index = _in_pairs(answer, len(call.arguments[0]))
    if _are_scores_by_index(by_index, call):
        return _open_nms(by_index, call)
    if _is_all_in_two(answer, call):
        call.notes.append(_("The kept boxes came together with those that go; the first of both were judged."))
        return answer[0]
    answer = _without_text(answer)
    boxes = _boxes_of_entries(answer, MOST_ENTRIES * len(call.arguments[0]))
    if boxes is not None:
        call.notes.append(_("The kept boxes came together with other results; the boxes were judged."))
        return boxes
    if not isinstance(answer, list | tuple) or len(answer) not in {2, 3}:
        return answer
    first, second = _quiet(answer[0]), _quiet(answer[1])
    if first.ndim == 2 and 4 <= first.shape[1] <= 7 and second.size == len(first) and second.ndim <= 2:
        call.notes.append(_("The kept boxes came together with other results; the boxes were judged."))
        return first
    if first.ndim == 1 and first.dtype.kind in "iu" and second.ndim == 0 and second.dtype.kind in "iu":
        call.notes.append(_("The indices came together with their number; the indices were judged."))
        return first[: max(int(second), 0)]
    if first.ndim == 1 and first.dtype.kind in "iu" and len(first):
        boxes = len(call.arguments[0])
        others = [other for other in map(_quiet, answer[1:]) if other.dtype.kind != "b" or other.shape != (boxes,)]
        if all(other.ndim >= 1 and len(other) == len(first) and other.dtype.kind == "f" for other in others):
            call.notes.append(_("Several results came; the indices were judged."))
            return first
    return answer


def _in_pairs(answer: Any, most: int) -> dict[Any, Any]:
    """A list of at most so many pairs of whole numbers with something, as a dictionary; an empty one for anything else."""
    entries = answer if isinstance(answer, list | tuple) and len(answer) <= most else ()
    if not all(isinstance(entry, list | tuple) and len(entry) == 2 for entry in entries):
        return {}
    numbers = [_quiet(index) for index, _score in entries]
    if not all(number.ndim == 0 and number.dtype.kind in "iu" for number in numbers):
        return {}
    pairs = {int(number): score for number, (_index, score) in zip(numbers, entries, strict=True)}
    return pairs if len(pairs) == len(entries) else {}


def _are_scores_by_index(answer: dict[Any, Any], call: Call) -> bool:
    """Whether it says of boxes, by their numbers, just the scores that were given for them."""
    scores = np.asarray(call.arguments[1], dtype=np.float64).reshape(-1)
    if not answer or not all(type(index) is int and 0 <= index < len(scores) for index in answer):
        return False
    found = [_quiet(score) for score in answer.values()]
    said = [float(one.reshape(-1)[0]) if one.size == 1 and one.dtype.kind == "f" else np.inf for one in found]
    return bool((np.abs(scores[list(answer)] - said) < 1e-5).all())


def _is_all_in_two(answer: Any, call: Call) -> bool:
    """Whether a tuple has every box once, in the first of its two results or in the second; as `return kept, removed` does.

    Which of them is which is not asked of what is expected, or both would be guesses.
    """
    if not isinstance(answer, tuple) or len(answer) != 2:
        return False
    boxes, scores = np.asarray(call.arguments[0], np.float64), np.asarray(call.arguments[1], np.float64).reshape(-1)
    parts = [part for part in map(_quiet, answer) if part.size]
    if not all(part.ndim for part in parts) or sum(map(len, parts)) != len(boxes):
        return False
    if all(part.ndim == 1 and part.dtype.kind in "iu" for part in parts):
        numbers = [int(index) for part in parts for index in part]
    elif len({part.shape[1:] for part in parts}) == 1 and parts[0].ndim == 2:
        # Looked up together: of twins one may be kept while the other goes.
        numbers = _rows_of_boxes(np.concatenate(parts), boxes, scores) or []
    else:
        return False
    return sorted(numbers) == list(range(len(boxes)))


def _without_text(answer: Any) -> Any:
    """A list of entries without the names of their classes."""
    if not isinstance(answer, list | tuple):
        return answer
    bare = [[one for one in entry if not isinstance(one, str)] if isinstance(entry, list | tuple) else entry for entry in answer]
    return type(answer)(bare)


def _boxes_of_entries(answer: Any, most: int) -> np.ndarray | None:
    """The boxes of a list, of at most so many, of (box, score) pairs or of dictionaries with a box; None for anything else."""
    if not isinstance(answer, list | tuple) or not 0 < len(answer) <= most:
        return None
    boxes = []
    for entry in answer:
        if isinstance(entry, dict):
            parts = [entry, *entry.values()]
        elif isinstance(entry, list | tuple) and len(entry) in {2, 3}:
            parts = list(entry)
        else:
            return None
        fitting = [part for part in map(_four_sides, parts) if part.shape == (4,) and part.dtype.kind in "iuf"]
        if not fitting:
            return None
        boxes.append(fitting[0])
    return np.array(boxes)


def _four_sides(part: Any) -> np.ndarray:
    """A part of an entry as an array; of a dictionary the sides that it names, of two corners theirs."""
    if not isinstance(part, dict):
        found = _quiet(part)
        return found.reshape(4) if found.shape == (2, 2) else found
    corners = [_quiet(list(corner.values())) for corner in part.values() if isinstance(corner, dict)]
    if len(corners) == len(part) == 2 and all(corner.shape == (2,) for corner in corners):
        return np.concatenate(corners)
    sides = ([_by_name(part, (side,)) for side in names] for names in SIDES)
    return _quiet(next(([found[0] for found in four] for four in sides if all(four)), []))


def _rows_of_boxes(found: np.ndarray, boxes: np.ndarray, scores: np.ndarray) -> list[int] | None:
    """The indices of kept boxes given as rows, with up to three more columns before or after; None when they are not."""
    if found.ndim != 2 or found.dtype.kind == "b" or not 4 <= found.shape[1] <= 7 or len(found) > len(boxes):
        return None
    shortest = float((boxes[:, 2:] - boxes[:, :2]).min())
    # Some implementations cut coordinates off to whole pixels, which must not decide where boxes are a few pixels wide.
    for tolerance in (1e-3 * shortest, 1.0)[: 2 if shortest > 4 else 1]:
        for start in range(found.shape[1] - 3):
            rows = found[:, start : start + 4].astype(np.float64)
            near = np.abs(rows[:, None] - boxes[None]).max(axis=2) < tolerance
            indices = _looked_up(near, boxes, scores)
            if indices is not None:
                return indices
    return None


def _looked_up(near: np.ndarray, boxes: np.ndarray, scores: np.ndarray) -> list[int] | None:
    """Which box each row is; of twins the better one first. None where a row is no box, or could be two that are not the same."""
    taken: list[int] = []
    for row in near:
        fitting = [int(index) for index in np.flatnonzero(row) if index not in taken]
        if not fitting or np.ptp(boxes[fitting], axis=0).any():
            return None
        taken.append(max(fitting, key=lambda index: scores[index]))
    return taken


def _is_mask(flat: np.ndarray, boxes: int) -> bool:
    if flat.size != boxes or not np.isin(flat, (0, 1)).all():
        return False
    return flat.dtype.kind == "b" or len(np.unique(flat)) < flat.size or (boxes == 1 and bool(flat[0]))


def _indices(flat: np.ndarray, boxes: int, call: Call) -> list[int]:
    if flat.dtype.kind == "b":
        _reject(_("A mask of another length came."), _("A keep mask has one entry per given box."))
    if flat.dtype.kind == "f":
        scores = np.asarray(call.arguments[1], dtype=np.float64).reshape(-1)
        if np.array_equal(flat, np.round(flat)):
            hint = _("The indices are floating-point numbers, which cannot index an array: make them integers.")
        elif all(np.abs(scores - value).min() < 1e-5 for value in flat[:boxes]):
            hint = _("The scores of the kept boxes came; their indices are asked.")
        else:
            hint = _("Indices are whole numbers from 0.")
        _reject(_("Floating-point numbers came instead of indices."), hint)
    if flat.size > boxes or len(np.unique(flat)) < flat.size:
        hint = _("Take a kept box out of those that are left, and count boxes as they were given, not those of a shorter list.")
        _reject(_("A box is named more than once."), hint)
    if flat.min() < 0 or flat.max() >= boxes:
        _reject(
            _("An index belongs to no box."),
            _("Indices count the boxes as they were given, from 0; after sorting, translate them back."),
        )
    return [int(index) for index in flat]


# --- answers to plain arrays


def _open(answer: Any) -> Any:
    """What lies inside lists, tuples and dicts of one element."""
    for _level in range(8):
        if isinstance(answer, dict) and len(answer) == 1:
            (answer,) = answer.values()
        elif isinstance(answer, list | tuple) and len(answer) == 1:
            (answer,) = answer
    return answer


def _pick(answer: Any, shape: tuple[int, ...], axes: tuple[int, ...], call: Call, is_form: IsForm) -> Any:
    """Of several results the one of the asked shape, or else the one of so many axes; of a single result that, opened.

    Axes of length 1 do not count, masks are passed over. Among several results of one shape a name decides, or that all are
    forms of one of them; never what is expected, or every result would be one more guess.
    """
    inner = _open(answer)
    parts = list(islice(_parts(inner), MOST_PARTS + 1))
    if not 2 <= len(parts) <= MOST_PARTS:
        return inner
    parts = [(name, part) for name, part in parts if part.size and part.dtype.kind != "b"]
    bare = tuple(side for side in shape if side != 1)
    exact = [(name, part) for name, part in parts if np.squeeze(part).shape == bare]
    fitting = [part for _name, part in exact] or [part for _name, part in parts if np.squeeze(part).ndim in axes]
    named = [part for wanted in NAMES[call.part] for name, part in exact if name == wanted]
    chosen = named[0] if named else _source(fitting, is_form)
    if chosen is None and not exact:
        return inner
    if chosen is None:
        _reject(_("Several different results of the asked shape came."), _("Return only the one that is asked."))
    if len(fitting) == 1 and exact:
        call.notes.append(_("Several results came; the one of the asked shape was judged."))
    elif named:
        call.notes.append(_("Several results came; the one with the name of what is asked was judged."))
    elif len(fitting) == 1:
        call.notes.append(_("Several results came; the one with as many axes as asked was judged."))
    else:
        call.notes.append(_("The same result came in several forms; one of them was judged."))
    return chosen


def _source(results: list[np.ndarray], is_form: IsForm) -> np.ndarray | None:
    """The first result of which all others are forms; None when there is none, as of results that differ."""
    if len(results) > MOST_FORMS or (len(results) > 1 and sum(result.size for result in results) > LARGEST_MAP):
        return None
    bare = [np.squeeze(result).astype(np.float64) for result in results]
    alike = (all(other is one or is_form(other, one) for other in bare) for one in bare)
    return next((result for result, all_alike in zip(results, alike, strict=True) if all_alike), None)


def _parts(answer: Any, name: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """Every result in tuples, lists and dicts, with the name that it has in a dict; an empty array for what is no numbers."""
    if isinstance(answer, dict):
        for key, part in answer.items():
            yield from _parts(part, _bare_name(key))
    elif isinstance(answer, list | tuple) and (any(map(_is_array, answer)) or not _quiet(answer).size):
        for part in answer:
            yield from _parts(part, name)
    else:
        yield name, _quiet(answer)


def _bare_name(key: Any) -> str:
    return str(key).replace("_", "").lower()


def _by_name(answer: dict[Any, Any], names: tuple[str, ...]) -> list[Any]:
    """The entries that have one of these names, the likeliest first."""
    return [part for name in names for key, part in answer.items() if _bare_name(key) == name]


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray)


def _quiet(value: Any) -> np.ndarray:
    """A part of an answer as an array, empty when it is none."""
    try:
        return _numbers(value)
    except _Rejected:
        return np.empty(0)


def _numbers(answer: Any) -> np.ndarray:
    """An answer as an array of booleans, integers or floats, still in its own type; rejects everything else."""
    if answer is None:
        _reject(_("Nothing came (None)."), _("Is a `return` missing at the end of the function?"))
    if isinstance(answer, str | bytes):
        _reject(_("Text came instead of numbers."), _("Return the numbers themselves, not their print-out."))
    if isinstance(answer, dict):
        _reject(_("A dictionary of several entries came."), _("Return the one value that is asked."))
    if not isinstance(answer, bool | int | float | list | tuple | np.ndarray):
        _reject(_("No number, list or array came."), _("Return a tensor, an array, a list or a number."))
    try:
        numbers = np.asarray(answer)
    except (ValueError, TypeError, OverflowError, RecursionError, MemoryError):
        _reject(_("A list came whose parts do not fit together."), _("Return one result, not several."))
    if numbers.dtype.kind not in "biuf":
        _reject(_("A list of things came that are no numbers."), _("Return a tensor, an array, a list or a number."))
    return numbers


def _finite(numbers: np.ndarray) -> np.ndarray:
    """As float64; rejects empty answers, NaN and infinity."""
    if not numbers.size:
        _reject(_("An empty answer came."))
    values = numbers.astype(np.float64)
    if not np.isfinite(values).all():
        hint = _("Look for a division by zero, and for arrays that were made but never filled.")
        _reject(_("NaN (not a number) came.") if np.isnan(values).any() else _("Infinity came."), hint)
    return values


def _drop_axes(array: np.ndarray, axes: int, call: Call) -> np.ndarray:
    """Without its axes of length 1, where just so many axes are left then; said in a note."""
    bare = np.squeeze(array)
    if array.ndim > axes == bare.ndim:
        call.notes.append(_("The answer had an axis of length 1 too many; it was passed over."))
        return bare
    return array


def _reject_shape(found: np.ndarray, wanted: np.ndarray, hint: AnyText) -> NoReturn:
    _reject(_("Your answer has the shape {found}.", found=found.shape), hint, expected=_("shape {wanted}", wanted=wanted.shape))
