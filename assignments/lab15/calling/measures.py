"""Other ways to ask for the IoU of two boxes and for a Dice loss."""

from __future__ import annotations

import numpy as np

from grader.testing import Alternative, Situation
from grader.testing import gettext as _

from .boxes import AS_POINTS, CORNERS, HEIGHT, IN_ONE, WIDTH, as_entry, as_point, as_points, by_names, in_one, names_of_sides

SMALLEST = 1e-6  # what a smoothing term, or a threshold that must let everything through, is set to


def alternatives_iou(arguments: tuple, situation: Situation) -> list[Alternative]:
    """Eight numbers; boxes with named sides; the areas, too; boxes with a score; a box that is asked about another one."""
    first, second = ([float(number) for number in box] for box in arguments)
    boxes = [np.asarray(box, dtype=np.float32) for box in arguments]
    areas = {"box_area": ("area1", "area_a", "area"), "boxes_area": ("area2", "area_b", "areas")}
    sides = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    named = {"box1": {**by_names(first), **in_one(first)}, "box2": {**by_names(second), **in_one(second)}}
    return [
        Alternative(
            "eight numbers",
            {f"side{number}": value for number, value in enumerate((*first, *second))},
            _("The boxes were given as eight numbers: x1, y1, x2, y2 of either."),
        ),
        Alternative("named sides", named, _("The boxes were given with named sides: x1, y1, x2, y2.")),
        Alternative(
            "named boxes in entries",
            {"box1": as_entry(by_names(first), 0.75), "box2": as_entry(by_names(second), 0.5)},
            _("The boxes were given with named sides: x1, y1, x2, y2."),
        ),
        Alternative(
            "areas",
            {"box1": boxes[0], "box2": boxes[1][None], "box_area": sides[0], "boxes_area": np.float32(sides[1:])},
            _("The areas of the boxes were given too."),
            areas,
        ),
        *_boxes_with_methods(first, second),
        Alternative("two points", dict(zip(("box1", "box2"), map(as_points, boxes), strict=True)), AS_POINTS),
        Alternative(
            "boxes with scores",
            {"box1": np.float32([*first, 0.75]), "box2": np.float32([*second, 0.5])},
            _("A score was given behind the four numbers of each box."),
        ),
    ]


def _boxes_with_methods(first: list[float], second: list[float]) -> list[Alternative]:
    """`Box(...).iou(other)`: a box of an own class, made of its sides by their names or of a list of them, and another such."""
    note = _("Two boxes of your own class were made, and one was asked about the other.")
    sides, from_zero = names_of_sides(), ("x0", "y0", "x1", "y1")
    corner = {"x": ("left", "x1", "xmin"), "y": ("top", "y1", "ymin"), "width": WIDTH[1:], "height": HEIGHT[1:]}
    sized = first[0], first[1], first[2] - first[0], first[3] - first[1]
    corners = {"first_corner": tuple(pair[0] for pair in CORNERS), "last_corner": tuple(pair[1] for pair in CORNERS)}
    whole = in_one(second)
    return [
        Alternative("box of sides", {**dict(zip(sides, first, strict=True)), "other": by_names(second)}, note, sides),
        Alternative(
            "box of sides from 0",
            {**dict(zip(from_zero, first, strict=True)), "other": dict(zip(from_zero, second, strict=True))},
            note,
        ),
        Alternative("box of corner and size", {**dict(zip(corner, sized, strict=True)), "other": by_names(second)}, note, corner),
        *(Alternative(f"box of {role}", {role: first, "other": whole}, note, {role: names}) for role, names in IN_ONE.items()),
        Alternative(
            "box of corners",
            {**dict(zip(corners, map(as_point, (first[:2], first[2:])), strict=True)), "other": by_names(second)},
            note,
            corners,
            named=True,
        ),
    ]


def alternatives_dice(arguments: tuple, situation: Situation) -> list[Alternative]:
    """A number of masks, a smoothing term, a threshold or a kind that must be given; a mask of booleans (to index) or of whole
    numbers (for one-hot); a flag for several channels, which a function for single masks may have; masks of volumes."""
    y, p = arguments
    smooth = {"smooth": ("eps", "epsilon", "smoothing", "smooth_factor")}
    threshold = {"threshold": ("thresh", "thr", "thres", "cutoff", "porog")}
    mask = np.asarray(y)
    counts = {"masks": ("num_masks", "n_masks", "num_boxes", "num_objects", "num_instances", "avg_factor")}
    return [
        Alternative("masks", {"y": y, "p": p, "masks": 1.0}, _("The number of masks was given: 1."), counts, named=True),
        Alternative("smooth", {"y": y, "p": p, "smooth": SMALLEST}, _("The smoothing term was given: almost nothing."), smooth),
        Alternative("threshold", {"y": y, "p": p, "threshold": 0.5}, _("The threshold was given: 0.5."), threshold),
        Alternative(
            "mode",
            {"y": y, "p": p, "mode": "binary"},
            _("The kind of masks was given: binary."),
            {"mode": ("task", "loss_mode")},
            named=True,
        ),
        Alternative("boolean mask", {"y": mask.astype(bool), "p": p}, _("The mask was given as True and False.")),
        Alternative("mask of whole numbers", {"y": mask.astype(np.int64), "p": p}, _("The mask was given in whole numbers.")),
        Alternative(
            "several channels",
            {"y": y, "p": p, "multiclass": True},
            _("Masks of several channels were announced: multiclass=True."),
            named=True,
        ),
        # Pictures stay pictures: who averages over them is told of it in five axes as in four.
        Alternative(
            "volumes",
            {"y": _volumes(mask), "p": _volumes(np.asarray(p))},
            _("The masks were given with five axes, as volumes of one layer."),
        ),
    ]


def _volumes(masks: np.ndarray) -> np.ndarray:
    """A mask (H, W), or masks (N, H, W) or (N, C, H, W), as (N, C, 1, H, W)."""
    *pictures, height, width = (1, 1, *masks.shape)[-max(masks.ndim, 2) :]
    return masks.reshape(*(*pictures, 1, 1)[:2], -1, height, width)
