"""Ways to ask for a map of who runs the network himself: a network that answers with the test's features, and a picture."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from grader.testing import Alternative, Model, Probe, Situation
from grader.testing import gettext as _

from .maps import CELLS, ROWS, looks_like, map_of_class, map_of_picture_alone
from .network import FC_BY_NAME, FC_NAMES, LAYER
from .sizes import CLASSES, widened

PHOTO = Path(__file__).parents[1] / "pictures" / "cat.jpg"
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
PICTURE_WORDS = ("img", "image", "picture", "pic", "photo", "file", "input", "test", "kartinka")
PICTURES = ("img", "image", "out", "output", "target", "map", "orig", "new")
FILE_WORDS = ("path", "file", "filename", "name", "fname", "url", "put")
PATHS = (*(f"{thing}_{kind}" for thing in PICTURE_WORDS for kind in FILE_WORDS), *FILE_WORDS)
FRAMES = ("img", "image", "rgb", "bgr", "kadr", "kartinka", "кадр", "картинка", "picture", "photo")
FRAMES += tuple(f"{kind}_{thing}" for kind in ("rgb", "bgr", "np", "raw", "orig", "original", "cv") for thing in ("img", "image"))
FRAMES += tuple(f"{thing}_{kind}" for kind in ("rgb", "bgr", "np", "raw", "array", "arr", "pil") for thing in ("img", "image"))
DECIDED = 2  # a class of `ROWS`, and none that is a usual default
OF_THE_NETWORK = _("The function uses the network itself: one was given in which layer4 and fc have the numbers of the test.")


def by_network(maps: np.ndarray, weights: np.ndarray, class_idx: int, situation: Situation) -> list[Alternative]:
    """Functions that run the network, or take its weights: theirs stands for one with these features and weights."""
    if not situation.model.name:
        return []
    model = situation.model.with_state({"fc.weight": weights}).giving({"layer4": maps[None]})
    paths = {"path": PATHS}

    def read(answer: Any) -> Any:
        return map_of_picture_alone(answer, maps, weights, class_idx)

    def decided(name: str, picture: dict[str, Any], of_question: dict[str, Any]) -> list[Alternative]:
        """Where a function follows the network's decision, as the question tells, that is the class of the test."""
        asked = _deciding(situation.model.with_state({"fc.weight": ROWS}).giving({"layer4": CELLS[None]}), len(ROWS), DECIDED)
        roles = {"model": _deciding(model, len(weights), class_idx), **picture}
        probe = Probe({"model": asked, **of_question}, _follows_the_decision)
        return [Alternative(f"{name}, decided", roles, OF_THE_NETWORK, paths, read=of_all_classes, probe=probe)]

    def of_all_classes(answer: Any) -> Any:
        return map_of_class(answer, maps, weights, class_idx)

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
                f"network, photo and two {kind}{more}",
                {"model": model, "x": photo, "class_idx": asked, "layer": layer, "fc_layer": fc},
                OF_THE_NETWORK,
                {"layer": LAYER, "fc_layer": (*FC_NAMES, *FC_BY_NAME)},
                named=True,
            )
            for kind, layer, fc in (("names", "layer4", "fc"), ("layers", model.part("layer4"), model.part("fc")))
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
        # To who takes the features, and perhaps W, from where the notebook keeps them.
        *(
            Alternative(name, {"model": model, **rows, "class_idx": class_idx}, OF_THE_NETWORK, named=True, shown=photo)
            for name, rows in (("class", {}), ("weights and class", {"weights": weights}))
        ),
    ]


def _follows_the_decision(answer: Any) -> bool:
    """Whether one of the results for `CELLS` is the map of the class that the network says."""
    found = map_of_class(answer, CELLS, ROWS, DECIDED)
    parts = found.values() if isinstance(found, dict) else found if isinstance(found, list | tuple) else ()
    return any(looks_like(np.tensordot(ROWS[DECIDED], CELLS, axes=1), one) for one in (found, *parts))


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
    """Of a network and a picture in each form, what `by_network` has not yet: W beside them, a picture (H, W, 3) as
    cameras and files give it. With `sizes` all, the answers belonging to `asked`."""
    photo, names = _photo(*maps.shape[-2:]), {"frame": FRAMES, "path": PATHS}
    frame = _frame(*maps.shape[-2:])
    pictures = {"photo": ("x", photo), "one photo": ("x", photo[0])}
    pictures |= {"frame": ("frame", frame), "picture of Pillow's": ("frame", {"pixels": frame})}
    found = []

    def read(answer: Any) -> Any:
        return map_of_class(answer, maps, weights, class_idx)

    for picture, (role, value) in (pictures | {"path": ("path", PHOTO.name)}).items():
        for rows in ({"weights": weights}, {}) if sizes or role == "frame" else ({"weights": weights},):
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
    wide, _, framed = widened(maps, weights)
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
