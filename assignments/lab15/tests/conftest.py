"""What the tests of lab 15 share: normalised pictures, boxes of a wanted overlap, feature maps that tell mistakes apart.

Inputs are drawn anew for every seed; each helper draws until the input separates a right answer from the mistakes that
the tests are after, so that a grade never hangs on a lucky draw. They are the same for every submission, and so are kept; each
test gets copies.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from grader.testing import fail
from grader.testing import gettext as _

IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
IMAGENET_STD = np.array([0.229, 0.224, 0.225], dtype=np.float32)


@pytest.fixture
def photo(pictures) -> Callable[[str, int, int], np.ndarray]:
    """photo("cat", height, width): the picture's pixels on a coarse grid, normalised, (1, 3, height, width) float32."""

    def take(name: str, height: int, width: int) -> np.ndarray:
        return _photo(_Pixels(pictures[name]), height, width).copy()

    return take


@dataclass(frozen=True, eq=False)
class _Pixels:
    """A picture's pixels, (H, W, 3) uint8, that can be looked up: the same as long as they are the same array."""

    pixels: np.ndarray

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pixels) and self.pixels is other.pixels

    def __hash__(self) -> int:
        return id(self.pixels)


@functools.cache
def _photo(picture: _Pixels, height: int, width: int) -> np.ndarray:
    pixels = picture.pixels
    rows = np.linspace(0, pixels.shape[0] - 1, height).round().astype(int)
    columns = np.linspace(0, pixels.shape[1] - 1, width).round().astype(int)
    return _normalised(pixels[np.ix_(rows, columns)])


def _normalised(pixels: np.ndarray) -> np.ndarray:
    """Pixels (H, W, 3) as a network takes them, (1, 3, H, W) float32."""
    values = (pixels.astype(np.float32) / 255 - IMAGENET_MEAN) / IMAGENET_STD
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None])


@pytest.fixture
def sight(pictures, models, reference) -> Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """sight([["cat", "-coffee"], ...]): what a trained network sees in a mosaic of photos, as (features, weights, channels).

    Rows of names of pictures, each cut to a square of 128 x 128; a minus mirrors it. Features are (256, 2 * rows,
    2 * columns), means over 2 x 2 cells of layer4, of those `channels` out of 1280 that say most about the cat, the cup and the
    camera; weights are (1000, 256), of ImageNet's classes. In all 384 mosaics of the four photos these three are brightest where
    they are, by 0.49 of the map's range at least. Fewer cells and channels are for who adds them up in a loop.
    """

    def look(mosaic: list[list[str]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        batch = _mosaic(tuple(tuple((_Pixels(pictures[name.lstrip("-")]), name[0] == "-") for name in row) for row in mosaic))
        features = reference.features_map(models.localiser, batch)[0]
        channels, height, width = features.shape
        cells = features.reshape(channels, height // 2, 2, width // 2, 2).mean(axis=(2, 4))
        weights = reference.fc_weights(models.localiser)
        spread = cells.reshape(channels, -1).std(axis=1)
        telling = np.sort(np.argsort(-np.abs(weights[[285, 967, 872]]).max(axis=0) * spread)[:256])
        return cells[telling], weights[:, telling], telling

    return look


@functools.cache
def _mosaic(rows: tuple[tuple[tuple[_Pixels, bool], ...], ...]) -> np.ndarray:
    """Squares of pictures side by side in rows, some mirrored, as a network takes them."""
    return _normalised(
        np.concatenate([np.concatenate([_square(picture.pixels, mirrored) for picture, mirrored in row], axis=1) for row in rows])
    )


def _square(pixels: np.ndarray, mirrored: bool) -> np.ndarray:
    side = min(pixels.shape[:2])
    top, left = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
    steps = np.linspace(0, side - 1, 128).round().astype(int)
    square = pixels[top : top + side, left : left + side][np.ix_(steps, steps)]
    return square[:, ::-1] if mirrored else square


@pytest.fixture
def peak() -> Callable[[object, np.ndarray], tuple[float, float]]:
    """peak(answer, features): where the student's map is largest, as shares (down, across) of its size.

    For answers to all that a test asks, since it ends the test where there is no map: a question that comes only after a right
    answer tells that it was right.
    """
    return lambda answer, features: _peak_of(_map_in(answer, features.shape[-2:]))


def _peak_of(answer: np.ndarray) -> tuple[float, float]:
    if answer.ndim != 2 or not answer.size or not np.isfinite(answer).all():
        fail(_("The answer is no map of numbers."), hint=_("Return one map, height by width, of finite numbers."))
    row, column = np.unravel_index(answer.argmax(), answer.shape)
    return (row + 0.5) / answer.shape[0], (column + 0.5) / answer.shape[1]


def _map_in(answer: object, shape: tuple[int, ...]) -> np.ndarray:
    """The map in an answer, without axes of length 1: of several results that of two axes, or of this shape; else all.

    Several of this shape must be brightest in one place, as a map and its scaled form are: none is picked by what is expected.
    """
    while isinstance(answer, list | tuple) and len(answer) == 1 and isinstance(answer[0], tuple | dict):
        (answer,) = answer  # [(class, map)]
    several = list(answer.values()) if isinstance(answer, dict) else answer
    if isinstance(several, list | tuple):
        bare = [np.squeeze(part) for part in several if isinstance(part, np.ndarray) and part.dtype.kind != "b"]
        maps = [one for one in bare if one.ndim == 2]
        fitting = maps if len(maps) == 1 else [one for one in maps if one.shape == shape]
        alike = len(fitting) == 1 or len({int(one.argmax()) for one in fitting}) == 1
        answer = fitting[0] if alike else several
    try:
        found = np.squeeze(np.asarray(answer))
    except (TypeError, ValueError, OverflowError):  # too large numbers, or parts of different sizes: no map
        return np.empty(0)
    # Asked for floats, NumPy would read texts and drop imaginary parts.
    return found.astype(np.float64) if found.dtype.kind in "biuf" else np.empty(0)


@pytest.fixture
def noise(seed) -> Callable[..., np.ndarray]:
    """noise(k, n, height, width): n pictures of normal noise, (n, 3, height, width) float32, drawn from `seed + k`."""

    return lambda k, n, height, width: _noise(seed + k, (n, 3, height, width)).copy()


@functools.cache
def _noise(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


@pytest.fixture
def weights(seed) -> Callable[[int, int, int], np.ndarray]:
    """weights(k, classes, channels): other weights for fc, (classes, channels) float32, drawn from `seed + k`."""
    return lambda k, classes, channels: _weights(seed + k, (classes, channels)).copy()


@functools.cache
def _weights(seed: int, shape: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32) * np.float32(0.05)


@pytest.fixture
def evidence(seed) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """evidence(k, channels, height, width, classes, signed=False): features and weights whose class maps differ widely.

    Features are like those of layer4, not negative and often zero, unless `signed`. Every class has a map with positive
    and negative cells; maps of two classes, and a map with its negative weights cut, have a correlation below 0.9.
    """

    def draw(
        k: int, channels: int, height: int, width: int, classes: int, *, signed: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        features, weights = _evidence(seed + k, (channels, height, width), classes, signed)
        return features.copy(), weights.copy()

    return draw


@functools.cache
def _evidence(seed: int, shape: tuple[int, int, int], classes: int, signed: bool) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    while True:
        features = rng.standard_normal(shape, dtype=np.float32)
        if not signed:
            features = np.maximum(features, 0)
        weights = rng.standard_normal((classes, shape[0]), dtype=np.float32)
        if _tells_apart(features, weights):
            return features, weights


def _tells_apart(features: np.ndarray, weights: np.ndarray) -> bool:
    maps = np.tensordot(weights, features, axes=1).reshape(len(weights), -1)
    cut = np.tensordot(np.maximum(weights, 0), features, axes=1).reshape(len(weights), -1)
    spread = np.ptp(maps, axis=1)
    if (maps.max(axis=1) < 0.2 * spread).any() or (maps.min(axis=1) > -0.2 * spread).any():
        return False
    with np.errstate(invalid="ignore", divide="ignore"):  # a map that is the same everywhere has no correlation
        likeness = np.corrcoef(np.concatenate([maps, cut]))
    np.fill_diagonal(likeness, 0)
    return bool(np.isfinite(likeness).all() and likeness.max() < 0.9)


@pytest.fixture
def shifted() -> Callable[[np.ndarray, float], np.ndarray]:
    """shifted(box, overlap): the box moved to the right until its IoU with where it was is `overlap`."""

    def move(box: np.ndarray, overlap: float) -> np.ndarray:
        width = box[2] - box[0]
        step = width * (1 - overlap) / (1 + overlap)
        return box + np.array([step, 0, step, 0])

    return move


@pytest.fixture
def beside() -> Callable[..., np.ndarray]:
    """beside(box, overlap, wide, high): a box of so many times its width and height that has the IoU `overlap` with it.

    It begins at the same height and lies to the right. The larger the wanted IoU, the more alike both must be: the smaller area
    is at least `overlap` times the larger one.
    """

    def put(box: np.ndarray, overlap: float, wide: float, high: float) -> np.ndarray:
        width, height = box[2:] - box[:2]
        shared = overlap / (1 + overlap) * (1 + wide * high) * width / min(1, high)
        assert shared <= width * min(1, wide)
        left = box[2] - shared
        return np.array([left, box[1], left + wide * width, box[1] + high * height])

    return put


@pytest.fixture
def shuffled(seed) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """shuffled(k, boxes, scores): both as float32 arrays in one random order, in which the scores are not sorted.

    shuffled(k, boxes, scores, *thresholds): in an order, too, in which areas that do not follow their boxes keep other boxes.
    """

    def shuffle(k: int, boxes: list[np.ndarray], scores: list[float], *thresholds: float) -> tuple[np.ndarray, np.ndarray]:
        table, values = np.array(boxes, dtype=np.float32), np.array(scores, dtype=np.float32)
        order = _order(seed + k, table.tobytes(), values.tobytes(), thresholds)
        return table[order], values[order]

    return shuffle


@functools.cache
def _order(seed: int, boxes: bytes, scores: bytes, thresholds: tuple[float, ...]) -> np.ndarray:
    rng = np.random.default_rng(seed)
    table, values = np.frombuffer(boxes, np.float32).reshape(-1, 4), np.frombuffer(scores, np.float32)
    while True:
        order = rng.permutation(len(values))
        steps = np.diff(values[order])
        is_unsorted = len(values) < 3 or ((steps > 0).any() and (steps < 0).any())
        if is_unsorted and all(_tells_areas_apart(table[order], values[order], threshold) for threshold in thresholds):
            return order


@pytest.fixture
def crowd(seed) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """crowd(k, threshold): 20 boxes of many sizes around four places, with scores; no overlap lies near the threshold.

    Other measures of overlap, areas that do not follow their boxes, the order by score times area, and boxes that grow together
    keep other boxes.
    """

    def draw(k: int, threshold: float) -> tuple[np.ndarray, np.ndarray]:
        boxes, scores = _crowd(seed + k, threshold)
        return boxes.copy(), scores.copy()

    return draw


@functools.cache
def _crowd(seed: int, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    while True:
        boxes = _boxes_around(rng, np.repeat(rng.uniform(200, 800, (4, 2)), 5, axis=0), threshold)
        scores = rng.permutation(np.linspace(0.05, 0.95, 20)).astype(np.float32)
        overlaps, *others = _measures(boxes)
        if _tells_rules_apart(boxes, scores, overlaps, others, threshold) and _tells_areas_apart(boxes, scores, threshold):
            return boxes, scores


def _boxes_around(rng: np.random.Generator, places: np.ndarray, threshold: float) -> np.ndarray:
    """A box about each place. Of two whose overlap is near the threshold one is drawn again: all at once rarely are clear."""
    boxes, again = np.empty((len(places), 4), dtype=np.float32), np.ones(len(places), dtype=bool)
    while again.any():
        count = int(again.sum())
        centres, sides = places[again] + rng.normal(0, 20 * (1 - threshold), (count, 2)), rng.uniform(55, 105, (count, 2))
        boxes[again] = np.concatenate([centres - sides / 2, centres + sides / 2], axis=1)
        again = np.triu(np.abs(_measures(boxes)[0] - threshold) <= 0.02).any(axis=0)
    return boxes


def _measures(boxes: np.ndarray) -> list[np.ndarray]:
    """How much every box, in a row, overlaps every box, in a column: the IoU first, then what is taken for it."""
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    sides = np.minimum(high, high.swapaxes(0, 1)) - np.maximum(low, low.swapaxes(0, 1))
    shared = np.maximum(sides, 0).prod(axis=2)
    hull = (np.maximum(high, high.swapaxes(0, 1)) - np.minimum(low, low.swapaxes(0, 1))).prod(axis=2)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    one, other = area[:, None], area[None, :]
    union = one + other - shared
    over = [union, hull, one + other, one, other, np.minimum(one, other), np.maximum(one, other), 2 * one - shared]
    return [*(shared / below for below in over), 2 * shared / (one + other), shared / union - (hull - union) / hull]


def _tells_rules_apart(
    boxes: np.ndarray, scores: np.ndarray, overlaps: np.ndarray, others: list[np.ndarray], threshold: float
) -> bool:
    order = np.argsort(-scores)
    wanted = _kept(order, overlaps, threshold)
    by_size = np.argsort(-scores * (boxes[:, 2:] - boxes[:, :2]).prod(axis=1))
    wrong = [_kept(by_size, overlaps, threshold), *(_kept(order, measure, threshold) for measure in others)]
    return wanted not in wrong and wanted != _kept_grown(order, boxes, threshold)


def _tells_areas_apart(boxes: np.ndarray, scores: np.ndarray, threshold: float) -> bool:
    """Whether other boxes are kept where the areas of all, or of those that are left, come in another order than the boxes."""
    order = np.argsort(-scores)
    wanted = _kept(order, _measures(boxes)[0], threshold)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    wrong = [
        _kept_with_areas(boxes, order, threshold, area, lambda rest: area[: len(rest)]),
        _kept_with_areas(boxes, order, threshold, area, lambda rest: area[1 : 1 + len(rest)]),
        _kept_with_areas(boxes, order, threshold, area[order], lambda rest: area[order][rest]),
    ]
    return wanted not in wrong


def _kept_with_areas(
    boxes: np.ndarray, order: np.ndarray, threshold: float, area: np.ndarray, of_rest: Callable[[np.ndarray], np.ndarray]
) -> set[int]:
    kept: list[int] = []
    while len(order):
        best, rest = int(order[0]), order[1:]
        kept.append(best)
        sides = np.minimum(boxes[best, 2:], boxes[rest, 2:]) - np.maximum(boxes[best, :2], boxes[rest, :2])
        shared = np.maximum(sides, 0).prod(axis=1)
        order = rest[shared / (area[best] + of_rest(rest) - shared) <= threshold]
    return set(kept)


def _kept(order: np.ndarray, measure: np.ndarray, threshold: float) -> set[int]:
    kept: list[int] = []
    for index in order:
        if (measure[kept, index] <= threshold).all():
            kept.append(int(index))
    return set(kept)


def _kept_grown(order: np.ndarray, boxes: np.ndarray, threshold: float) -> set[int]:
    """What is kept where each kept box becomes the mean of itself and those that it drops."""
    members: dict[int, list[np.ndarray]] = {}
    for index in order:
        means = [np.mean(group, axis=0) for group in members.values()]
        found = _measures(np.stack([boxes[index], *means]))[0][0, 1:] > threshold
        group = list(members)[int(np.argmax(found))] if found.any() else int(index)
        members.setdefault(group, []).append(boxes[index])
    return set(members)
