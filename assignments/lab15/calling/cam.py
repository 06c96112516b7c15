"""Other ways to ask for a class activation map."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from grader.testing import Alternative, Probe, Situation
from grader.testing import gettext as _

from .boxes import HEIGHT, WIDTH
from .maps import CELLS, ROWS, array_of, looks_like, map_of_class
from .pictured import FRAMES, PICTURES, by_network
from .sizes import widened

WANTED = np.tensordot(ROWS[1], CELLS, axes=1)  # class 1's map
SIDE = 224  # of a map that is enlarged: a square has no order of its sides
PICTURES_OF_A_SIZE = (
    ("frame of that size", np.zeros((SIDE, SIDE, 3), dtype=np.uint8)),
    ("batch of that size", np.zeros((1, 3, SIDE, SIDE), dtype=np.float32)),
    ("picture of that size", np.zeros((3, SIDE, SIDE), dtype=np.float32)),
    ("picture of Pillow's of that size", {"pixels": np.zeros((SIDE, SIDE, 3), dtype=np.uint8)}),
)
FACTORS = ("scale", "scale_factor", "upscale", "upsample_factor", "zoom_factor", "upscale_factor", "times")
SIZED = {"frame": (*FRAMES, "x", "input", "input_img", "input_image", "input_tensor", "img_tensor", "image_tensor")}
SIZES = ("output_size", "out_size", "target_size", "img_size", "image_size", "input_size", "map_size", "size_upsample")
SIZES += ("upsample_size", "new_size", "resize_to", "output_shape", "target_shape", "img_shape", "image_shape")
SIZES += ("shape", "hw", "wh", "dsize", "im_size", "orig_size", "original_size", "out_shape")
LOGITS = ("logit", "output", "outputs", "out", "score", "scores", "prob", "probs", "probability", "probabilities", "preds")
LOGITS += ("predictions", "y_pred", "y_hat", "class_scores", "model_output", "network_output")
LONG_SIDES = {
    side: (
        letter,
        *(f"{thing}_{name}" for thing in PICTURES for name in (side, letter)),
        *(f"{letter}_{thing}" for thing in PICTURES),
    )
    for side, letter in (WIDTH, HEIGHT)
}


def alternatives_cam(arguments: tuple, situation: Situation) -> list[Alternative]:
    """One row of weights, all classes' maps, a device, a bias, what the network says instead of the class, a size, the network
    and a photo instead of features, channels last; at last in the sizes of ResNet50."""
    features, weights, class_idx = arguments
    maps = features[0] if features.ndim == 4 else features
    return [
        Alternative(
            "row of weights, channels last",
            {"features": np.moveaxis(maps, 0, -1), "weights": weights[class_idx]},
            _("The map was asked with the row of W that belongs to the class, the features with the channels as the last axis."),
            # Rows of the wrong axis may be added up without an error, and enlarged: these are no map.
            probe=Probe({"features": np.moveaxis(CELLS, 0, -1), "weights": ROWS[1]}, _is_small_or_right),
            named=True,
        ),
        Alternative(
            "row of weights",
            {"features": maps, "weights": weights[class_idx]},
            _("The map was asked with the row of W that belongs to the class."),
        ),
        Alternative(
            "all classes",
            {"features": maps, "weights": weights},
            _("The function takes no class; what it returned was looked through for the map of the class."),
            read=lambda answer: map_of_class(answer, maps, weights, class_idx),
        ),
        Alternative(
            "device",
            {"features": features, "weights": weights, "class_idx": class_idx, "device": "cpu"},
            _("The device was given: the CPU."),
            {"device": ("dev",)},
        ),
        Alternative(
            "classes of each picture",
            {"features": maps[None], "weights": weights, "class_idx": np.array([[class_idx]])},
            _("The class was given in two axes: so many for each picture of a batch."),
            # Who takes columns of W would answer, too, with as many maps as there are classes, and not be told of the true error.
            probe=Probe({"features": CELLS[None], "weights": ROWS, "class_idx": np.array([[1]])}, _is_one_map),
        ),
        Alternative(
            "bias",
            {"features": features, "weights": weights, "bias": np.ones(len(weights), np.float32), "class_idx": class_idx},
            _("A bias was given; all that it does to a map is to shift it."),
            {"bias": ("b", "fc_bias", "biases", "b_fc", "bias_fc")},
            named=True,
        ),
        *_by_logits(features, weights, class_idx),
        *_in_a_size(maps, weights, class_idx),
        *by_network(maps, weights, class_idx, situation),
        Alternative(
            "channels last",
            {"features": np.moveaxis(maps, 0, -1), "weights": weights, "class_idx": class_idx},
            _("The features were given with the channels as the last axis."),
            # Weights meet the last axis by broadcasting, too: who forgot [:, None, None] is told of his own error, not of this.
            probe=Probe({"features": np.moveaxis(CELLS, 0, -1), "weights": ROWS, "class_idx": 1}, _is_one_map),
        ),
        *_in_sizes_of_resnet50(features, weights, class_idx),
    ]


def axes_of_cam() -> Probe:
    """Tells who takes the first channel of features (C, h, w) for the first picture of a batch."""
    return Probe({"features": CELLS, "weights": ROWS, "class_idx": 1}, partial(looks_like, WANTED))


def _is_one_map(answer: Any) -> bool:
    """Whether an answer to `CELLS` has the shape of their map, or is enlarged: whether the channels were added up."""
    found = array_of(answer)
    shape = () if found is None else np.squeeze(found).shape
    return shape == CELLS.shape[1:] or (len(shape) == 2 and min(shape) > max(CELLS.shape))


def _is_small_or_right(answer: Any) -> bool:
    """Whether an answer to `CELLS` is as large as their map, or is this."""
    found = array_of(answer)
    return looks_like(WANTED, answer) or (found is not None and np.squeeze(found).shape == CELLS.shape[1:])


def _in_sizes_of_resnet50(features: np.ndarray, weights: np.ndarray, class_idx: int) -> list[Alternative]:
    """For who wrote the sizes in that the lab's network has for the usual photo: with channels, or cells around the map, that
    are zero, and count in the answer. It is the map of what was given that must come."""
    wide, more, framed = widened(features, weights)
    ways = [
        ("2048 channels", more, _("The features were given in 2048 channels, the further ones zero.")),
        ("2048 channels of 7 x 7", framed, _("The features were given in 2048 channels of 7 x 7 cells, the further ones zero.")),
    ]
    return [
        Alternative(name, {"features": maps, "weights": wide, "class_idx": class_idx}, note, asked=(maps, wide, class_idx))
        for name, maps, note in ways
    ]


def _by_logits(features: np.ndarray, weights: np.ndarray, class_idx: int) -> list[Alternative]:
    """Functions that take what the network says of a picture, a batch of it or alone, and look for the class themselves."""
    logits = np.eye(len(weights), dtype=np.float32)[class_idx]
    note = _("The network's scores were given instead of the class: the largest one is that of the class.")
    return [
        Alternative(name, {"features": features, "weights": weights, "logits": said}, note, {"logits": LOGITS}, named=True)
        for name, said in (("logits", logits[None]), ("logits alone", logits))
    ]


def _in_a_size(maps: np.ndarray, weights: np.ndarray, class_idx: int) -> list[Alternative]:
    """Functions that must be told how large a map is wanted: by a number, by two, by a height and a width, or by the picture
    that has this size, as a file has it or as a network takes it."""
    asked = {"features": maps, "weights": weights, "class_idx": class_idx}
    note, names = _("The size of the map was given: 224 x 224."), {"size": SIZES}
    return [
        Alternative("size", {**asked, "size": SIDE}, note, names, named=True),
        Alternative(
            "factor", {**asked, "factor": 32}, _("The map was asked 32 times as large."), {"factor": FACTORS}, named=True
        ),
        Alternative("two sizes", {**asked, "size": (SIDE, SIDE)}, note, names, named=True),
        Alternative("height and width", {**asked, "height": SIDE, "width": SIDE}, note, LONG_SIDES, named=True),
        *(
            # The sides of an array are not those of a batch, and taking them for these is no error.
            Alternative(name, {**asked, "frame": picture}, note, SIZED, named=True, probe=_in_its_size(picture))
            for name, picture in PICTURES_OF_A_SIZE
        ),
    ]


def _in_its_size(picture: Any) -> Probe:
    """Tells who enlarges a map to a picture's size."""

    def fits(answer: Any) -> bool:
        found = array_of(answer)
        return found is not None and np.squeeze(found).shape == (SIDE, SIDE)

    return Probe({"features": CELLS, "weights": ROWS, "class_idx": 1, "frame": picture}, fits)
