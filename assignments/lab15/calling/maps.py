"""What comes of another way to ask: the map of the class, in whatever it lies."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.testing import Reading

# Features (C, h, w) of four channels in two rows of three cells, and the weights of three classes.
CELLS = np.arange(24, dtype=np.float32).reshape(4, 2, 3) ** 2 % 17
ROWS = np.array([[1, 0, 2, 1], [2, -1, 1, -3], [1, -3, 3, 2]], dtype=np.float32)


def looks_like(wanted: np.ndarray, answer: Any) -> bool:
    """Whether an answer has the pattern of a map, with a ReLU or without, in its size or enlarged."""
    found = array_of(answer)
    found = np.zeros(()) if found is None else np.squeeze(found).astype(np.float64)
    if found.ndim != 2 or min(found.shape) < min(wanted.shape) or not np.ptp(found) > 0:
        return False
    cells = [(2 * np.arange(cells) + 1) * side // (2 * cells) for side, cells in zip(found.shape, wanted.shape, strict=True)]
    middles = found[np.ix_(*cells)].ravel()
    return any(np.corrcoef(middles, form.ravel())[0, 1] > 0.9 for form in (wanted, np.maximum(wanted, 0)))


def map_of_class(answer: Any, features: np.ndarray, weights: np.ndarray, class_idx: int) -> Any:
    """The class's map among those of all classes, which are the first axis, or the last one of maps as large as the features'. A
    single map stays what it is, for whichever class it was made: who could have been told the class, and has no parameter for it,
    loses what one loses who takes no notice of it."""
    maps = array_of(answer)
    while maps is not None and maps.ndim > 3 and len(maps) == 1:
        maps = maps[0]
    if maps is None or maps.ndim != 3 or len(weights) < 2:
        return answer
    cells = features.shape[-2:]
    if maps.shape == (*cells, len(weights)) and maps.shape != (len(weights), *cells):
        return maps[:, :, class_idx]
    return maps[class_idx] if len(maps) == len(weights) else answer


def map_of_picture_alone(answer: Any, features: np.ndarray, weights: np.ndarray, class_idx: int) -> Any:
    """The map of a function that is given a picture alone, so that nobody can tell it a class: that of `class_idx` among those of
    all, while a single one must be that of the class that the features speak for most."""
    found = map_of_class(answer, features, weights, class_idx)
    if found is not answer:
        return found
    pooled = features.reshape(*features.shape[-3:]).mean(axis=(1, 2))
    return Reading(answer, (features, weights, int(np.argmax(weights @ pooled))))


def array_of(answer: Any) -> np.ndarray | None:
    """An answer as an array of numbers; None where it is none, or its parts do not fit together: for the comparison to say."""
    try:
        found = np.asarray(answer)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return found if found.dtype.kind in "biuf" else None
