"""Other ways in which students honestly write the parts of lab 15, tried only where a function does not take the usual arguments.

None of them makes a wrong function right: each asks the same question with the same numbers in another dress. A function that
runs the network itself is given one whose layer4 and fc have the numbers of the test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from grader.testing import Alternative, Model, Probe, Reading, Situation
from grader.testing import gettext as _

PHOTO = Path(__file__).parent / "pictures" / "cat.jpg"
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
PICTURE_WORDS = ("img", "image", "picture", "pic", "photo", "file", "input", "test", "kartinka")
PICTURES = ("img", "image", "out", "output", "target", "map", "orig", "new")
FILE_WORDS = ("path", "file", "filename", "name", "fname", "url", "put")
PATHS = (*(f"{thing}_{kind}" for thing in PICTURE_WORDS for kind in FILE_WORDS), *FILE_WORDS)
FRAMES = ("img", "image", "rgb", "bgr", "kadr", "kartinka", "кадр", "картинка", "picture", "photo")
FRAMES += tuple(f"{kind}_{thing}" for kind in ("rgb", "bgr", "np", "raw", "orig", "original", "cv") for thing in ("img", "image"))
FRAMES += tuple(f"{thing}_{kind}" for kind in ("rgb", "bgr", "np", "raw", "array", "arr", "pil") for thing in ("img", "image"))
SCORE_THRESHOLD = (
    "score_thresh",
    "score_thr",
    "conf_threshold",
    "conf_thresh",
    "conf_thres",
    "confidence_threshold",
    "min_score",
    "prob_threshold",
    "prob_thresh",
    "obj_threshold",
    "obj_thresh",
)
# Three boxes on one object, the best of them in the middle, and one beside it. Who reads other columns keeps others: its scores
# are all alike, or its boxes have no area.
QUESTION = (
    np.array([[10, 0, 30, 20], [10, 0, 30, 21], [10, 0, 30, 22], [50, 0, 70, 20]], dtype=np.float32),
    np.array([0.5, 0.875, 0.75, 0.625], dtype=np.float32),
)
# The same in one table, in which the third box is of another class: who goes by the last column keeps it, too.
TWO_CLASSES = np.column_stack([*QUESTION, np.float32([0, 0, 1, 0])])
# Features (C, h, w) of four channels in two rows of three cells, and the weights of three classes.
CELLS = np.arange(24, dtype=np.float32).reshape(4, 2, 3) ** 2 % 17
ROWS = np.array([[1, 0, 2, 1], [2, -1, 1, -3], [0, 1, 1, 1]], dtype=np.float32)
RESNET50 = (2048, 7, 7)  # its features of a photo of 224 x 224
CLASSES = 1000  # of ImageNet
FC_NAMES = ("fc", "fc_layer", "linear", "linear_layer", "last_layer", "final_layer", "dense", "head", "sloy", "слой")
FC_BY_NAME = ("fc_name", "fc_layer_name", "linear_layer_name", "linear_name", "classifier_layer", "weight_layer", "last_fc")
FC_NAME = ("layer", "name", "fc_name", "target_layer", "imya_sloya", "имя_слоя")
LAYER = ("layer_name", "target_layer", "layer_conv", "conv_layer", "conv_layer_name", "final_conv", "final_layer")
LAYER += ("last_conv_name", "conv_name", "final_conv_name")
LAYER += ("last_conv_layer", "last_conv_layer_name", "feature_layer", "target_layer_name", "finalconv_name")
TO_HOOK = (*LAYER, "layer_id", "name", "hook_layer", "feature_layer_name")
SIDE = 224  # of a map that is enlarged: a square has no order of its sides
SIZES = ("output_size", "out_size", "target_size", "img_size", "image_size", "input_size", "map_size", "size_upsample")
SIZES += ("upsample_size", "new_size", "resize_to", "output_shape", "target_shape", "img_shape", "image_shape")
# What the four sides of a box are called in one: of constructors of classes of boxes.
IN_ONE = {"coordinates": ("coords", "coord", "corners", "points", "xyxy", "sides", "values"), "box": ("bbox", "rect", "tensor")}
CORNERS = [("tl", "br"), ("lt", "rb"), ("p1", "p2"), ("pt1", "pt2"), ("min", "max"), ("top_left", "bottom_right")]
CORNERS += [("left_top", "right_bottom"), ("topleft", "bottomright"), ("start", "end")]
WIDTH, HEIGHT = ("width", "w"), ("height", "h")
LONG_SIDES = {
    side: (
        letter,
        *(f"{thing}_{name}" for thing in PICTURES for name in (side, letter)),
        *(f"{letter}_{thing}" for thing in PICTURES),
    )
    for side, letter in (WIDTH, HEIGHT)
}
# What the sides of a box are called beside x1, y1, x2, y2, with the axis before or behind: xmin, left_x, x_bottom_right.
ENDS = ("min", "start", "tl", "lt", "top_left", "left_top"), ("max", "end", "br", "rb", "bottom_right", "right_bottom")
EDGES = [("x", ("left", *ENDS[0])), ("y", ("top", *ENDS[0])), ("x", ("right", *ENDS[1])), ("y", ("bottom", *ENDS[1]))]
AS_POINTS = _("Each box was given as two points: (x1, y1) and (x2, y2).")
OF_THE_NETWORK = _("The function uses the network itself: one was given in which layer4 and fc have the numbers of the test.")
SMALLEST = 1e-6  # what a smoothing term, or a threshold that must let everything through, is set to


# --- features_map


def alternatives_features_map(arguments: tuple, situation: Situation) -> list[Alternative]:
    """A layer to be named, given by name, as a module or in a list; a device to compute on."""
    model, x = arguments
    layers = {"layer": TO_HOOK}
    devices = {"device": ("dev",)}
    return [
        Alternative("layer by name", {"model": model, "x": x, "layer": "layer4"}, _("The layer was named: layer4."), layers),
        Alternative(
            "layer as a module",
            {"model": model, "x": x, "layer": model.part("layer4")},
            _("The layer was given as a module: model.layer4."),
            layers,
        ),
        Alternative(
            "layers by name",
            {"model": model, "x": x, "layers": ["layer4"]},
            _("The layer was named: layer4."),
            {"layers": ("layer_names", "target_layers", "layer_ids", "return_layers")},
        ),
        Alternative("device", {"model": model, "x": x, "device": "cpu"}, _("The device was given: the CPU."), devices),
    ]


# --- fc_weights


def alternatives_fc_weights(arguments: tuple, situation: Situation) -> list[Alternative]:
    """The layer itself instead of the network; the layer or its parameter to be named."""
    (model,) = arguments
    return [
        Alternative(
            "layer", {"layer": model.part("fc")}, _("The layer was given as a module: model.fc."), {"layer": FC_NAMES}, named=True
        ),
        Alternative(
            "layer by name",
            {"model": model, "layer_name": "fc"},
            _("The layer was named: fc."),
            {"layer_name": FC_NAME},
            named=True,
        ),
        Alternative(
            "parameter by name",
            {"model": model, "parameter": "fc.weight"},
            _("The parameter was named: fc.weight."),
            {"parameter": ("param", "parameter_name", "param_name", "key", "name")},
            named=True,
        ),
        *_in_size_of_resnet50(model, situation),
    ]


def _in_size_of_resnet50(model: Model, situation: Situation) -> list[Alternative]:
    """For who wrote the sizes of the lab's network in: a ResNet50 whose fc has the numbers of the test's, and further classes and
    channels with weights of zero. All of that must come back. Of these sizes the test's own is given."""
    weights = situation.reference.fc_weights(model)
    classes, channels = (usual - given for usual, given in zip((CLASSES, RESNET50[0]), weights.shape, strict=True))
    if min(classes, channels) < 0:
        return []
    whole = np.pad(weights, ((0, classes), (0, channels)))
    network = replace(model, name="resnet50", state={"fc.weight": whole}) if classes or channels else model
    note = _("A ResNet50 of 1000 classes was given, with the network's weights in fc, the further ones zero.")
    return [Alternative("1000 classes, 2048 channels", {"model": network}, note, asked=(network,))]


# --- cam


def alternatives_cam(arguments: tuple, situation: Situation) -> list[Alternative]:
    """One row of weights, all classes' maps, a device, channels last, the network and a photo instead of features; at last in the
    sizes of ResNet50."""
    features, weights, class_idx = arguments
    maps = features[0] if features.ndim == 4 else features
    return [
        Alternative(
            "row of weights",
            {"features": maps, "weights": weights[class_idx]},
            _("The map was asked with the row of W that belongs to the class."),
        ),
        Alternative(
            "all classes",
            {"features": maps, "weights": weights},
            _("The function takes no class; what it returned was looked through for the map of the class."),
            read=lambda answer: _of_all_classes(answer, weights, class_idx),
        ),
        Alternative(
            "device",
            {"features": features, "weights": weights, "class_idx": class_idx, "device": "cpu"},
            _("The device was given: the CPU."),
            {"device": ("dev",)},
        ),
        *_in_a_size(maps, weights, class_idx),
        *_by_network(maps, weights, class_idx, situation),
        Alternative(
            "channels last",
            {"features": np.moveaxis(maps, 0, -1), "weights": weights, "class_idx": class_idx},
            _("The features were given with the channels as the last axis."),
            # Weights meet the last axis by broadcasting, too: who forgot [:, None, None] is told of his own error, not of this.
            probe=Probe({"features": np.moveaxis(CELLS, 0, -1), "weights": ROWS, "class_idx": 1}, _is_one_map),
        ),
        *_in_sizes_of_resnet50(features, weights, class_idx),
    ]


def _in_sizes_of_resnet50(features: np.ndarray, weights: np.ndarray, class_idx: int) -> list[Alternative]:
    """For who wrote the sizes in that the lab's network has for the usual photo: with channels, or cells around the map, that
    are zero, and count in the answer. It is the map of what was given that must come."""
    wide, more, framed = _wide(features, weights)
    ways = [
        ("2048 channels", more, _("The features were given in 2048 channels, the further ones zero.")),
        ("2048 channels of 7 x 7", framed, _("The features were given in 2048 channels of 7 x 7 cells, the further ones zero.")),
    ]
    return [
        Alternative(name, {"features": maps, "weights": wide, "class_idx": class_idx}, note, asked=(maps, wide, class_idx))
        for name, maps, note in ways
    ]


def _wide(features: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights of 2048 channels, features of as many, and these in a frame of cells: all that is new is zero."""
    channels, height, width = (max(usual - given, 0) for usual, given in zip(RESNET50, features.shape[-3:], strict=True))
    whole = [(0, 0)] * (features.ndim - 3)
    more = np.pad(features, [*whole, (0, channels), (0, 0), (0, 0)])
    framed = np.pad(more, [*whole, (0, 0), *((room // 2, room - room // 2) for room in (height, width))])
    return np.pad(weights, ((0, 0), (0, channels))), more, framed


def _in_a_size(maps: np.ndarray, weights: np.ndarray, class_idx: int) -> list[Alternative]:
    """Functions that must be told how large a map is wanted: by a number, by two, or by a height and a width."""
    asked = {"features": maps, "weights": weights, "class_idx": class_idx}
    note, names = _("The size of the map was given: 224 x 224."), {"size": SIZES}
    return [
        Alternative("size", {**asked, "size": SIDE}, note, names, named=True),
        Alternative("two sizes", {**asked, "size": (SIDE, SIDE)}, note, names, named=True),
        Alternative("height and width", {**asked, "height": SIDE, "width": SIDE}, note, LONG_SIDES, named=True),
    ]


def axes_of_cam() -> Probe:
    """Tells who takes the first channel of features (C, h, w) for the first picture of a batch."""
    wanted = np.tensordot(ROWS[1], CELLS, axes=1)
    return Probe({"features": CELLS, "weights": ROWS, "class_idx": 1}, partial(_looks_like, wanted))


def _looks_like(wanted: np.ndarray, answer: Any) -> bool:
    """Whether an answer has the pattern of a map, with a ReLU or without, in its size or enlarged."""
    found = _array_of(answer)
    found = np.zeros(()) if found is None else np.squeeze(found).astype(np.float64)
    if found.ndim != 2 or min(found.shape) < min(wanted.shape) or not np.ptp(found) > 0:
        return False
    cells = [(2 * np.arange(cells) + 1) * side // (2 * cells) for side, cells in zip(found.shape, wanted.shape, strict=True)]
    middles = found[np.ix_(*cells)].ravel()
    return any(np.corrcoef(middles, form.ravel())[0, 1] > 0.9 for form in (wanted, np.maximum(wanted, 0)))


def _is_one_map(answer: Any) -> bool:
    """Whether an answer to `CELLS` has the shape of their map, or is enlarged: whether the channels were added up."""
    found = _array_of(answer)
    shape = () if found is None else np.squeeze(found).shape
    return shape == CELLS.shape[1:] or (len(shape) == 2 and min(shape) > max(CELLS.shape))


def _of_all_classes(answer: Any, weights: np.ndarray, class_idx: int) -> Any:
    """The class's map among those of all classes. A single map stays what it is, for whichever class it was made: who could have
    been told the class, and has no parameter for it, loses what one loses who takes no notice of it."""
    maps = _array_of(answer)
    while maps is not None and maps.ndim > 3 and len(maps) == 1:
        maps = maps[0]
    return maps[class_idx] if maps is not None and maps.ndim == 3 and len(maps) == len(weights) > 1 else answer


def _pick_class(answer: Any, features: np.ndarray, weights: np.ndarray, class_idx: int) -> Any:
    """As above, of a function that is given a picture alone, so that nobody can tell it a class: a single map must be that of the
    class that the features speak for most."""
    found = _of_all_classes(answer, weights, class_idx)
    if found is not answer:
        return found
    pooled = features.reshape(*features.shape[-3:]).mean(axis=(1, 2))
    return Reading(answer, (features, weights, int(np.argmax(weights @ pooled))))


def _array_of(answer: Any) -> np.ndarray | None:
    """An answer as an array of numbers; None where it is none, or its parts do not fit together: for the comparison to say."""
    try:
        found = np.asarray(answer)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return found if found.dtype.kind in "biuf" else None


def _by_network(maps: np.ndarray, weights: np.ndarray, class_idx: int, situation: Situation) -> list[Alternative]:
    """Functions that run the network, or take its weights: theirs stands for one with these features and weights."""
    if not situation.model.name:
        return []
    model = situation.model.with_state({"fc.weight": weights}).giving({"layer4": maps[None]})
    paths = {"path": PATHS}

    def read(answer: Any) -> Any:
        return _pick_class(answer, maps, weights, class_idx)

    def decided(name: str, picture: dict[str, Any], of_question: dict[str, Any]) -> list[Alternative]:
        """Where a function follows the network's decision, as the question tells, that is the class of the test."""
        asked = _deciding(situation.model.with_state({"fc.weight": ROWS}).giving({"layer4": CELLS[None]}), len(ROWS), 1)
        roles = {"model": _deciding(model, len(weights), class_idx), **picture}
        probe = Probe({"model": asked, **of_question}, _follows_the_decision)
        return [Alternative(f"{name}, decided", roles, OF_THE_NETWORK, paths, read=of_all_classes, probe=probe)]

    def of_all_classes(answer: Any) -> Any:
        return _of_all_classes(answer, weights, class_idx)

    photo = _photo(*maps.shape[-2:])
    return [
        Alternative("network", {"features": maps, "model": model, "class_idx": class_idx}, OF_THE_NETWORK),
        Alternative(
            "layer",
            {"features": maps, "layer": model.part("fc"), "class_idx": class_idx},
            _("The layer was given as a module: model.fc."),
            {"layer": FC_NAMES},
            named=True,
        ),
        Alternative("network and photo", {"model": model, "x": photo, "class_idx": class_idx}, OF_THE_NETWORK),
        *decided("photo", {"x": photo}, {"x": _photo(*CELLS.shape[1:])}),
        Alternative("photo", {"model": model, "x": photo}, OF_THE_NETWORK, read=read),
        *(
            Alternative(
                f"network, photo and {kind}",
                {"model": model, "x": photo, "class_idx": class_idx, "layer": layer},
                OF_THE_NETWORK,
                {"layer": LAYER},
                named=True,
            )
            for kind, layer in (("name", "layer4"), ("layer", model.part("layer4")))
        ),
        *(
            Alternative(
                f"photo and {kind}",
                {"model": model, "x": photo, "layer": layer},
                OF_THE_NETWORK,
                {"layer": LAYER},
                read=read,
                named=True,
            )
            for kind, layer in (("name", "layer4"), ("layer", model.part("layer4")))
        ),
        *(
            Alternative(
                f"network, photo and two names{more}",
                {"model": model, "x": photo, "class_idx": asked, "layer": "layer4", "fc_layer": "fc"},
                OF_THE_NETWORK,
                {"layer": LAYER, "fc_layer": (*FC_NAMES, *FC_BY_NAME)},
                named=True,
            )
            for more, asked in (("", class_idx), (", a class for each", [class_idx]))
        ),
        # To who makes a batch of it himself, or opens it; what is in it makes no difference.
        Alternative("network and one photo", {"model": model, "x": photo[0], "class_idx": class_idx}, OF_THE_NETWORK),
        *decided("one photo", {"x": photo[0]}, {"x": _photo(*CELLS.shape[1:])[0]}),
        Alternative("one photo", {"model": model, "x": photo[0]}, OF_THE_NETWORK, read=read),
        Alternative("network and path", {"model": model, "path": PHOTO.name, "class_idx": class_idx}, OF_THE_NETWORK, paths),
        *decided("path", {"path": PHOTO.name}, {"path": PHOTO.name}),
        Alternative("path", {"model": model, "path": PHOTO.name}, OF_THE_NETWORK, paths, read=read),
        *_pictured("", model, maps, weights, class_idx),
        *_pictured_in_sizes_of_resnet50(model, maps, weights, class_idx),
    ]


def _follows_the_decision(answer: Any) -> bool:
    """Whether one of the results for `CELLS` is the map of the class that the network says."""
    found = _of_all_classes(answer, ROWS, 1)
    parts = found.values() if isinstance(found, dict) else found if isinstance(found, list | tuple) else ()
    return any(_looks_like(np.tensordot(ROWS[1], CELLS, axes=1), one) for one in (found, *parts))


def _deciding(network: Model, classes: int, class_idx: int) -> Model:
    """The network with logits of fc that speak for one class, whatever comes in: to a function that takes no class."""
    return network.giving({"fc": np.eye(classes, dtype=np.float32)[[class_idx]]})


def _pictured(
    sizes: str,
    model: Model,
    maps: np.ndarray,
    weights: np.ndarray,
    class_idx: int,
    asked: tuple[np.ndarray, np.ndarray, int] | None = None,
) -> list[Alternative]:
    """Of a network and a picture in each form, what `_by_network` has not yet: W beside them, a picture (H, W, 3) as
    cameras and files give it. With `sizes` all, the answers belonging to `asked`."""
    photo, names = _photo(*maps.shape[-2:]), {"frame": FRAMES, "path": PATHS}
    pictures = {"photo": ("x", photo), "one photo": ("x", photo[0]), "frame": ("frame", _frame(*maps.shape[-2:]))}
    found = []

    def read(answer: Any) -> Any:
        return _of_all_classes(answer, weights, class_idx)

    for picture, (role, value) in (pictures | {"path": ("path", PHOTO.name)}).items():
        for rows in ({"weights": weights}, {}) if sizes or picture == "frame" else ({"weights": weights},):
            given = {"model": model, role: value, **rows}
            alone = {**given, "model": _deciding(model, len(weights), class_idx)}
            name = f"network, {picture}{' and weights' * bool(rows)}{sizes}"
            found += [
                Alternative(f"{name}, class", {**given, "class_idx": class_idx}, OF_THE_NETWORK, names, asked=asked, named=True),
                Alternative(name, alone, OF_THE_NETWORK, names, asked=asked, read=read, named=True),
            ]
    return found


def _pictured_in_sizes_of_resnet50(model: Model, maps: np.ndarray, weights: np.ndarray, class_idx: int) -> list[Alternative]:
    """The same for who wrote 2048 channels of 7 x 7 in, as the article has it that the lab follows: cells, channels and classes
    beside those of the test are zero."""
    wide, _, framed = _wide(maps, weights)
    rows = np.pad(wide, ((0, max(CLASSES - len(wide), 0)), (0, 0)))
    network = replace(model, name="resnet50", state={}).with_state({"fc.weight": rows}).giving({"layer4": framed[None]})
    # Rows of zeros make no difference to a class's map: what is judged is that of `_in_sizes_of_resnet50`, in a bundle once.
    return _pictured(" of ResNet50", network, framed, rows, class_idx, (framed, wide, class_idx))


@cache
def _frame(height: int, width: int) -> np.ndarray:
    """The lab's photo as files have it, in bytes: (32 h, 32 w, 3)."""
    with Image.open(PHOTO) as picture:
        return np.asarray(picture.convert("RGB").resize((32 * width, 32 * height)))


@cache
def _photo(height: int, width: int) -> np.ndarray:
    """The lab's photo as the network wants it, normalised, and so large that layer4 has so many cells: (1, 3, 32 h, 32 w)."""
    with Image.open(PHOTO) as picture:
        small = np.asarray(picture.convert("RGB").resize((32 * width, 32 * height)), dtype=np.float32) / 255
    return ((small - np.float32(MEAN)) / np.float32(DEVIATION)).transpose(2, 0, 1)[None].copy()


# --- iou, dice


def alternatives_iou(arguments: tuple, situation: Situation) -> list[Alternative]:
    """Eight numbers; boxes with named sides; the areas, too; boxes with a score; a box that is asked about another one."""
    first, second = ([float(number) for number in box] for box in arguments)
    boxes = [np.asarray(box, dtype=np.float32) for box in arguments]
    areas = {"box_area": ("area1", "area_a", "area"), "boxes_area": ("area2", "area_b", "areas")}
    sides = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    named = {"box1": {**_named(first), **_listed(first)}, "box2": {**_named(second), **_listed(second)}}
    return [
        Alternative(
            "eight numbers",
            {f"side{number}": value for number, value in enumerate((*first, *second))},
            _("The boxes were given as eight numbers: x1, y1, x2, y2 of either."),
        ),
        Alternative("named sides", named, _("The boxes were given with named sides: x1, y1, x2, y2.")),
        Alternative(
            "named boxes in entries",
            {"box1": _entry(_named(first), 0.75), "box2": _entry(_named(second), 0.5)},
            _("The boxes were given with named sides: x1, y1, x2, y2."),
        ),
        Alternative(
            "areas",
            {"box1": boxes[0], "box2": boxes[1][None], "box_area": sides[0], "boxes_area": np.float32(sides[1:])},
            _("The areas of the boxes were given too."),
            areas,
        ),
        *_boxes_with_methods(first, second),
        Alternative("two points", dict(zip(("box1", "box2"), map(_points, boxes), strict=True)), AS_POINTS),
        Alternative(
            "boxes with scores",
            {"box1": np.float32([*first, 0.75]), "box2": np.float32([*second, 0.5])},
            _("A score was given behind the four numbers of each box."),
        ),
    ]


def _boxes_with_methods(first: list[float], second: list[float]) -> list[Alternative]:
    """`Box(...).iou(other)`: a box of an own class, made of its sides by their names or of a list of them, and another such."""
    note = _("Two boxes of your own class were made, and one was asked about the other.")
    sides, from_zero = _sides(), ("x0", "y0", "x1", "y1")
    corner = {"x": ("left", "x1", "xmin"), "y": ("top", "y1", "ymin"), "width": WIDTH[1:], "height": HEIGHT[1:]}
    sized = first[0], first[1], first[2] - first[0], first[3] - first[1]
    corners = {"first_corner": tuple(pair[0] for pair in CORNERS), "last_corner": tuple(pair[1] for pair in CORNERS)}
    whole = _listed(second)
    return [
        Alternative("box of sides", {**dict(zip(sides, first, strict=True)), "other": _named(second)}, note, sides),
        Alternative(
            "box of sides from 0",
            {**dict(zip(from_zero, first, strict=True)), "other": dict(zip(from_zero, second, strict=True))},
            note,
        ),
        Alternative("box of corner and size", {**dict(zip(corner, sized, strict=True)), "other": _named(second)}, note, corner),
        *(Alternative(f"box of {role}", {role: first, "other": whole}, note, {role: names}) for role, names in IN_ONE.items()),
        Alternative(
            "box of corners",
            {**dict(zip(corners, map(_corner, (first[:2], first[2:])), strict=True)), "other": _named(second)},
            note,
            corners,
            named=True,
        ),
    ]


def _points(boxes: np.ndarray) -> np.ndarray:
    """Each box as two points."""
    return boxes.reshape(*boxes.shape[:-1], 2, 2)


def _listed(box: list[float]) -> dict[str, list[float]]:
    return {name: box for role, names in IN_ONE.items() for name in (role, *names)}


def _named(box: list[float]) -> dict[str, Any]:
    """The sides of a box by all their usual names, its two corners, its upper left one with width and height, and its area."""
    names = ("x1 y1 x2 y2", "left top right bottom", "x0 y0 x1_ y1_")
    sides = {name: side for row in names for name, side in zip(row.split(), box, strict=True)}
    sides |= {name: side for (axis, words), side in zip(EDGES, box, strict=True) for name in _with_axis(axis, words)}
    width, height = box[2] - box[0], box[3] - box[1]
    sides |= {"x": box[0], "y": box[1], **dict.fromkeys(WIDTH, width), **dict.fromkeys(HEIGHT, height), "area": width * height}
    corners = _corner(box[:2]), _corner(box[2:])
    return sides | {name: corner for pair in CORNERS for name, corner in zip(pair, corners, strict=True)}


def _sides() -> dict[str, tuple[str, ...]]:
    """What the sides of a box are called where they are given one by one."""
    edges = zip(("x1", "y1", "x2", "y2"), EDGES, strict=True)
    return {role: (words[0], *_with_axis(axis, words)) for role, (axis, words) in edges}


def _with_axis(axis: str, words: tuple[str, ...]) -> list[str]:
    """`x_min`, `xmin` and `min_x` for each word."""
    return [name for word in words for name in (f"{axis}_{word}", f"{axis}{word}", f"{word}_{axis}")]


def _corner(point: list[float]) -> dict[str | int, float]:
    """A point that may be read as `p[0]` and as `p.x`."""
    return dict(enumerate(point)) | dict(zip("xy", point, strict=True))


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


# --- nms


def alternatives_nms(arguments: tuple, situation: Situation) -> list[Alternative]:
    """Boxes and scores in one table, list or dictionary; boxes with named sides; labels or a second threshold."""
    boxes, scores, threshold = arguments
    table = np.concatenate([boxes, scores[:, None]], axis=1).astype(np.float32)
    rows = _rows(boxes, scores)
    named = [{**_named(row[2:]), **_entry(row[2:], row[1])} for row in rows]
    inside = [_entry(_named(row[2:]), row[1]) for row in rows]
    zeros = np.zeros(len(scores), dtype=np.int64)
    limits = {"score_threshold": SCORE_THRESHOLD}
    most = {"most_boxes": ("max_boxes", "max_output_size", "max_num", "max_det", "max_detections", "top_k", "keep_top_k")}
    one_class = np.concatenate([table, np.zeros((len(table), 1), dtype=np.float32)], axis=1)
    labels = {"labels": ("classes", "class_ids", "idxs", "class_idxs", "class_idxes", "cls", "categories")}
    one = _("Boxes and scores were given in one table: x1, y1, x2, y2, score.")
    classed = _("Boxes, scores and classes were given in one table: x1, y1, x2, y2, score, 0.")
    listed = _("Boxes and scores were given in one list.")
    as_rows = _("Boxes were given as rows: class, score, x1, y1, x2, y2.")
    least, sides = {"least_score": ("threshold",)}, _sides()
    return [
        # First: to a table of corners and scores such a function answers too, and wrongly. Where no parameter is called just so,
        # only who passes the question: a number with a default may be anything.
        Alternative(
            "rows and a number",
            {"boxes": rows, "iou_threshold": threshold, "least_score": 0.0},
            as_rows,
            least,
            probe=Probe(
                {"boxes": _rows(*QUESTION), "iou_threshold": 0.5, "least_score": 0.0},
                partial(_keeps, np.float32(_rows(*QUESTION)), [1, 3]),
            ),
        ),
        # Not by the order of the parameters: a least score is as often asked for beside a table.
        Alternative(
            "rows and a threshold", {"boxes": rows, "iou_threshold": threshold, "least_score": 0.0}, as_rows, least, named=True
        ),
        _with_a_question("rows", as_rows, _rows, arguments),
        _with_a_question("rows in a table", as_rows, lambda *given: np.float32(_rows(*given)), arguments),
        # Before a table without classes, whose last column would be taken for them: no score is like another, and all would stay.
        Alternative(
            "table by class",
            {"boxes": one_class, "iou_threshold": threshold},
            classed,
            probe=Probe({"boxes": TWO_CLASSES, "iou_threshold": 0.5}, partial(_keeps, TWO_CLASSES, [1, 2, 3])),
        ),
        Alternative("table", {"boxes": table, "iou_threshold": threshold}, one),
        *(_as_a_batch(given, columns, threshold) for given, columns in ((table, "s"), (one_class, "s0"))),
        *_other_tables(boxes, scores, threshold),
        Alternative(
            "table with classes",
            {"boxes": one_class, "iou_threshold": threshold},
            classed,
        ),
        # After those without a least score, which keep what a function has for a default.
        _with_a_question("table and a number", classed, lambda *given: _table(*given, "s0", 0), arguments, limits),
        Alternative(
            "columns",
            {**dict(zip(sides, boxes.T, strict=True)), "scores": scores, "iou_threshold": threshold},
            _("The sides of the boxes were given one by one: all x1, all y1, all x2, all y2."),
            sides,
            named=True,
        ),
        # Before a largest number: a list of classes takes that too where they are not used, and the other way round it fails.
        Alternative(
            "labels",
            {"boxes": boxes, "scores": scores, "labels": zeros, "iou_threshold": threshold},
            _("Labels were given too: one class for all boxes."),
            labels,
            read=_without_labels,
        ),
        Alternative(
            "most boxes",
            {"boxes": boxes, "scores": scores, "iou_threshold": threshold, "most_boxes": len(boxes)},
            _("The largest number of boxes was given: all of them."),
            most,
        ),
        Alternative(
            "score threshold",
            {"boxes": boxes, "scores": scores, "iou_threshold": threshold, "score_threshold": 0.0},
            _("The threshold of the scores was given: 0."),
            limits,
        ),
        Alternative(
            "rows with class and score",
            {"boxes": rows, "iou_threshold": threshold, "score_threshold": 0.0},
            as_rows,
            limits,
        ),
        Alternative("named entries", {"boxes": named, "iou_threshold": threshold}, listed),
        Alternative("pairs", {"boxes": [(row[2:], row[1]) for row in rows], "iou_threshold": threshold}, listed),
        Alternative("triples", {"boxes": [(row[2:], row[1], 0) for row in rows], "iou_threshold": threshold}, listed),
        Alternative(
            "triples, class first", {"boxes": [(0, row[1], row[2:]) for row in rows], "iou_threshold": threshold}, listed
        ),
        Alternative(
            "triples, box between", {"boxes": [(0, row[2:], row[1]) for row in rows], "iou_threshold": threshold}, listed
        ),
        Alternative("pairs, scores first", {"boxes": [(row[1], row[2:]) for row in rows], "iou_threshold": threshold}, listed),
        Alternative("named boxes in entries", {"boxes": inside, "iou_threshold": threshold}, listed),
        Alternative(
            "pairs of named boxes", {"boxes": [(_named(row[2:]), row[1]) for row in rows], "iou_threshold": threshold}, listed
        ),
        Alternative(
            "named boxes",
            {"boxes": [{**_named(row[2:]), **_listed(row[2:])} for row in rows], "scores": scores, "iou_threshold": threshold},
            _("The boxes were given with named sides: x1, y1, x2, y2."),
        ),
        Alternative("points", {"boxes": _points(boxes), "scores": scores, "iou_threshold": threshold}, AS_POINTS),
        Alternative(
            "batch of one",
            {"boxes": boxes[None], "scores": scores[None], "iou_threshold": threshold},
            _("Boxes and scores were given as a batch of one picture."),
            read=_of_one_picture,
            probe=Probe(
                {"boxes": QUESTION[0][None], "scores": QUESTION[1][None], "iou_threshold": 0.5},
                lambda answer: _names_boxes(_of_one_picture(answer)),
            ),
        ),
        Alternative(
            "batch of one table",
            {"boxes": table[None], "iou_threshold": threshold},
            _("Boxes and scores were given as a batch of one picture."),
            read=_of_one_picture,
            probe=Probe(
                {"boxes": _table(*QUESTION, "s", 0)[None], "iou_threshold": 0.5},
                lambda answer: _names_boxes(_of_one_picture(answer)),
            ),
        ),
        Alternative(
            "prediction",
            {"boxes": {"boxes": boxes, "scores": scores, "labels": zeros}, "iou_threshold": threshold},
            _("Boxes and scores were given in one dictionary, with labels, as torchvision's detectors return them."),
            {"boxes": ("prediction", "preds", "pred", "outputs", "output", "detection", "target", "results")},
        ),
    ]


def _with_a_question(
    name: str,
    note: Any,
    make: Callable[[np.ndarray, np.ndarray], Any],
    arguments: tuple,
    limits: dict[str, tuple[str, ...]] | None = None,
) -> Alternative:
    """What is made of boxes and scores, for who reads it so; and a least score where that has names."""
    boxes, scores, threshold = arguments
    more = dict.fromkeys(limits or (), 0.0)
    probe = Probe({"boxes": make(*QUESTION), "iou_threshold": 0.5, **more}, partial(_keeps, np.float32(make(*QUESTION)), [1, 3]))
    return Alternative(name, {"boxes": make(boxes, scores), "iou_threshold": threshold, **more}, note, limits or {}, probe=probe)


def _as_a_batch(table: np.ndarray, columns: str, threshold: float) -> Alternative:
    """A table in a batch of one picture, for who keeps the right ones of it; who does not is asked so at last."""
    question = _table(*QUESTION, columns, 0)
    return Alternative(
        f"batch of one table of {4 + len(columns)} columns",
        {"boxes": table[None], "iou_threshold": threshold},
        _("Boxes and scores were given as a batch of one picture."),
        read=_of_one_picture,
        probe=Probe(
            {"boxes": question[None], "iou_threshold": 0.5},
            lambda answer: _keeps(question, [1, 3], _of_one_picture(answer)),
        ),
    )


def _of_one_picture(answer: Any) -> Any:
    """The answer for the picture of a batch of one: each result of several without that axis."""
    if isinstance(answer, tuple) and all(np.ndim(part) > 1 and len(part) == 1 for part in answer if isinstance(part, np.ndarray)):
        return tuple(part[0] if isinstance(part, list | np.ndarray) and len(part) == 1 else part for part in answer)
    return answer[0] if isinstance(answer, list) and len(answer) == 1 else answer


def _without_labels(answer: Any) -> Any:
    """The answer of a function that was given labels, all 0, without those that it gives back beside a table of boxes: whole
    numbers there would be taken for the indices."""
    if not isinstance(answer, list | tuple):
        return answer
    parts = [(part, _array_of(part)) for part in answer]
    if not any(found is not None and found.ndim == 2 and found.shape[1] >= 4 for _part, found in parts):
        return answer
    least = 1 if len(parts) > 2 else 2  # of two results a single 0 may be the index of the box beside it, and a wrong one
    return tuple(part for part, found in parts if found is None or found.ndim != 1 or len(found) < least or found.any())


def _names_boxes(answer: Any) -> bool:
    """Whether more than one box of the question is named, by its index or its sides; with other results by its sides alone."""
    several = isinstance(answer, tuple) and bool(answer)
    found = _array_of(answer[0] if several else answer)
    found = np.zeros(0) if found is None else np.squeeze(found)
    if found.ndim == 2:
        return len(found) > 1 and found.shape[1] >= 4
    return not several and found.size > 1 and bool(np.isin(found, range(len(QUESTION[0]))).all())


def _other_tables(boxes: np.ndarray, scores: np.ndarray, threshold: float) -> list[Alternative]:
    """Tables in which the scores are not in the fifth column: to each such function others answer too, and wrongly."""
    ways = [
        ("class before score", "0s", 0, _("Boxes, classes and scores were given in one table: x1, y1, x2, y2, 0, score.")),
        ("picture before box", "s0", 1, _("Boxes and more were given in one table: 0, x1, y1, x2, y2, score, 0.")),
        ("two scores", "1s0", 0, _("Boxes, two scores and classes were given in one table: x1, y1, x2, y2, 1, score, 0.")),
    ]
    return [
        Alternative(
            name,
            {"boxes": _table(boxes, scores, after, before), "iou_threshold": threshold},
            note,
            probe=Probe(
                {"boxes": (table := _table(*QUESTION, after, before)), "iou_threshold": 0.5}, partial(_keeps, table, [1, 3])
            ),
        )
        for name, after, before, note in ways
    ]


def _rows(boxes: np.ndarray, scores: np.ndarray) -> list[list[float]]:
    """A list for each box: class, score, x1, y1, x2, y2."""
    return [[0.0, float(score), *map(float, box)] for box, score in zip(boxes, scores, strict=True)]


def _table(boxes: np.ndarray, scores: np.ndarray, after: str, before: int) -> np.ndarray:
    """So many columns of zeros, the boxes, and a column for each letter: `s` for the scores, a digit for itself."""
    columns = [scores if letter == "s" else np.full(len(scores), float(letter)) for letter in after]
    return np.column_stack([np.zeros((len(scores), before)), boxes, *columns]).astype(np.float32)


def _keeps(table: np.ndarray, wanted: list[int], answer: Any) -> bool:
    """Whether of a table's rows just the wanted ones are kept, as indices, a mask or rows."""
    try:
        found = np.asarray(answer)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return False
    if found.dtype.kind == "b":
        return bool(np.array_equal(found, np.isin(np.arange(len(table)), wanted)))
    if found.dtype.kind not in "iuf":
        return False
    if found.ndim == 2 and found.shape == (len(wanted), table.shape[1]):
        return {tuple(row) for row in found.tolist()} == {tuple(row) for row in table[wanted].tolist()}
    return sorted(found.reshape(-1).tolist()) == wanted


def _entry(box: list[float] | dict[str, float], score: float) -> dict[str, Any]:
    scored = dict.fromkeys(("score", "confidence", "conf", "prob", "objectness", "probability"), score)
    classed = dict.fromkeys(("class", "class_id", "class_name", "cls", "label", "category"), 0)
    return {**dict.fromkeys(("box", "bbox", "rect", "xyxy", "coords"), box), **scored, **classed}
