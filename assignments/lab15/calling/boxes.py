"""A box as people keep one: by its sides, corners or size, under all their usual names."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.testing import gettext as _

# What the four sides of a box are called in one: of constructors of classes of boxes.
IN_ONE = {"coordinates": ("coords", "coord", "corners", "points", "xyxy", "sides", "values"), "box": ("bbox", "rect", "tensor")}
CORNERS = [("tl", "br"), ("lt", "rb"), ("p1", "p2"), ("pt1", "pt2"), ("min", "max"), ("top_left", "bottom_right")]
CORNERS += [("left_top", "right_bottom"), ("topleft", "bottomright"), ("start", "end")]
WIDTH, HEIGHT = ("width", "w"), ("height", "h")
# What the sides of a box are called beside x1, y1, x2, y2, with the axis before or behind: xmin, left_x, x_bottom_right.
ENDS = ("min", "start", "tl", "lt", "top_left", "left_top"), ("max", "end", "br", "rb", "bottom_right", "right_bottom")
EDGES = [("x", ("left", *ENDS[0])), ("y", ("top", *ENDS[0])), ("x", ("right", *ENDS[1])), ("y", ("bottom", *ENDS[1]))]
AS_POINTS = _("Each box was given as two points: (x1, y1) and (x2, y2).")


def as_points(boxes: np.ndarray) -> np.ndarray:
    """Each box as two points."""
    return boxes.reshape(*boxes.shape[:-1], 2, 2)


def in_one(box: list[float]) -> dict[str, list[float]]:
    """The four sides of a box under each name that they have in one."""
    return {name: box for role, names in IN_ONE.items() for name in (role, *names)}


def by_names(box: list[float]) -> dict[str, Any]:
    """The sides of a box by all their usual names, its two corners, its upper left one with width and height, and its area."""
    names = ("x1 y1 x2 y2", "left top right bottom", "x0 y0 x1_ y1_")
    sides = {name: side for row in names for name, side in zip(row.split(), box, strict=True)}
    sides |= {name: side for (axis, words), side in zip(EDGES, box, strict=True) for name in _with_axis(axis, words)}
    width, height = box[2] - box[0], box[3] - box[1]
    sides |= {"x": box[0], "y": box[1], **dict.fromkeys(WIDTH, width), **dict.fromkeys(HEIGHT, height), "area": width * height}
    corners = as_point(box[:2]), as_point(box[2:])
    return sides | {name: corner for pair in CORNERS for name, corner in zip(pair, corners, strict=True)}


def names_of_sides() -> dict[str, tuple[str, ...]]:
    """What the sides of a box are called where they are given one by one."""
    edges = zip(("x1", "y1", "x2", "y2"), EDGES, strict=True)
    return {role: (words[0], *_with_axis(axis, words)) for role, (axis, words) in edges}


def _with_axis(axis: str, words: tuple[str, ...]) -> list[str]:
    """`x_min`, `xmin` and `min_x` for each word."""
    return [name for word in words for name in (f"{axis}_{word}", f"{axis}{word}", f"{word}_{axis}")]


def as_point(point: list[float]) -> dict[str | int, float]:
    """A point that may be read as `p[0]` and as `p.x`."""
    return dict(enumerate(point)) | dict(zip("xy", point, strict=True))


def as_entry(box: list[float] | dict[str, float], score: float) -> dict[str, Any]:
    """A box with its score and class 0, under all the names that these have in lists of objects."""
    scored = dict.fromkeys(("score", "confidence", "conf", "prob", "objectness", "probability"), score)
    classed = dict.fromkeys(("class", "class_id", "class_name", "cls", "label", "category"), 0)
    return {**dict.fromkeys(("box", "bbox", "rect", "xyxy", "coords"), box), **scored, **classed}


def as_columns(boxes: np.ndarray, scores: np.ndarray) -> dict[str, np.ndarray]:
    """The columns of a table of boxes (N, 4): sides, scores and class 0 first, all under further names, and the picture 0."""
    rows = [{**by_names(box), **as_entry(box, score)} for box, score in zip(boxes.tolist(), scores.tolist(), strict=True)]
    usual = {**by_names([0.0] * 4), **as_entry([0.0] * 4, 0.0)}
    numbers = [name for name, value in usual.items() if isinstance(value, float | int)]
    names = dict.fromkeys(("x1", "y1", "x2", "y2", "score", "class", *numbers))
    pictures = dict.fromkeys(("image", "img", "image_id", "frame"), np.zeros(len(rows), dtype=np.int64))
    return {name: np.array([row[name] for row in rows]) for name in names} | pictures
