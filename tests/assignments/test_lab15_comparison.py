"""What the comparison of lab 15 lets pass, what it rejects, and that no answer makes it raise."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from PIL import Image
from scipy.ndimage import zoom
from skimage.transform import resize

from grader.course.code import PACKAGE, load_file
from grader.testing import Call, Difference, Handle

pytestmark = pytest.mark.torch

comparison = load_file(Path(__file__).parents[2] / "assignments" / "lab15" / "comparison" / PACKAGE)

RNG = np.random.default_rng(15)
FEATURES = np.maximum(RNG.standard_normal((16, 5, 7)), 0).astype(np.float32)
WEIGHTS = RNG.standard_normal((6, 16)).astype(np.float32)
MAP = np.tensordot(WEIGHTS[2], FEATURES, axes=1)
BOXES = np.array([[300, 200, 400, 300], [310, 210, 410, 310], [520, 240, 600, 300], [320, 200, 430, 290]], dtype=np.float32)
SCORES = np.array([0.6, 0.9, 0.7, 0.2], dtype=np.float32)
KEPT = [1, 2]
APART = BOXES[[0, 2]]
SIZE = (224, 224)
STAGES = [np.ones((1, 1, 24, 32)), np.ones((1, 2, 12, 16)), np.ones((1, 4, 6, 8))]

ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "features_map": (None, None),
    "fc_weights": (None,),
    "cam": (FEATURES, WEIGHTS, 2),
    "iou": (BOXES[0], BOXES[1]),
    "dice": (FEATURES, FEATURES),
    "nms": (BOXES, SCORES, 0.5),
}
EXPECTED: dict[str, Any] = {
    "features_map": np.maximum(RNG.standard_normal((1, 8, 3, 4)), 0).astype(np.float32),
    "fc_weights": RNG.standard_normal((6, 16)).astype(np.float32),
    "cam": MAP,
    "iou": 0.4,
    "dice": 0.3,
    "nms": np.array(KEPT),
}


def compare(
    part: str, answer: Any, expected: Any = None, arguments: Any = None, kinds: str = ""
) -> tuple[Difference | None, list[str]]:
    """The difference, and the notes."""
    call = Call(part, arguments or ARGUMENTS[part], kinds=kinds)
    expected = EXPECTED[part] if expected is None else expected
    return getattr(comparison, f"compare_{part}")(answer, expected, call), [str(note) for note in call.notes]


def scaled(values: np.ndarray) -> np.ndarray:
    """To 0..1."""
    return (values - values.min()) / (values.max() - values.min())


@pytest.mark.parametrize("part", EXPECTED)
def test_the_expected_answer_passes_without_a_note(part: str) -> None:
    """Protects the canonical style."""
    assert compare(part, EXPECTED[part]) == (None, [])


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=5) | st.complex_numbers()
)
arrays = st_numpy.arrays(
    dtype=st.sampled_from(["f2", "f4", "f8", "i1", "u1", "i8", "u8", "?", "c8"]),
    shape=st.sampled_from(
        [(), (0,), (1,), (4,), (2, 4), (3, 4), (5, 7), (1, 5, 7), (8, 3, 4), (1, 8, 3, 4), (6, 16), (6, 8), (2, 0)]
    ),
)
answers = st.recursive(
    scalars | arrays | st.just(Handle(0, "Module", True)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("part", EXPECTED)
@settings(max_examples=60, deadline=None)
@given(answer=answers)
def test_no_answer_makes_a_comparison_raise(part: str, answer: Any) -> None:
    """Protects a class's run from one odd answer; and the hints, which must be fixed texts, from being dropped."""
    difference, _notes = compare(part, answer)
    if difference is not None:
        assert difference.hint == "" or difference.hint.is_fixed  # type: ignore[union-attr]
        assert str(difference.came)


@pytest.mark.parametrize("part", EXPECTED)
def test_answers_without_content_are_rejected(part: str) -> None:
    """Protects from full marks for zeros, NaN, infinity, emptiness and giants of the right shape."""
    shape = np.shape(EXPECTED[part])
    filled = [np.full(shape, value) for value in (0, 7.0, np.nan, np.inf)]
    for answer in (*filled, [], {}, np.zeros(10**7)):
        assert compare(part, answer)[0] is not None


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (EXPECTED["features_map"][0], "batch axis"),
        ([EXPECTED["features_map"]], ""),
        ({"layer4": EXPECTED["features_map"]}, ""),
        ((EXPECTED["features_map"], np.zeros((1, 1000))), "asked shape"),
        ((np.zeros((1, 1000)), {"features": EXPECTED["features_map"]}), "asked shape"),
        ([*STAGES, EXPECTED["features_map"]], "asked shape"),
        ((np.zeros((1, 1000)), [*STAGES, EXPECTED["features_map"]]), "asked shape"),
        ({"layer3": STAGES[2], "layer4": EXPECTED["features_map"], "logits": np.zeros((1, 1000))}, "asked shape"),
        ({"layer4_0": EXPECTED["features_map"] + 1, "layer4": EXPECTED["features_map"]}, "name"),
    ],
)
def test_feature_maps_in_other_forms_pass(answer: Any, word: str) -> None:
    """Protects what hooks leave behind."""
    difference, notes = compare("features_map", answer)
    assert difference is None
    assert all(word in note for note in notes)
    assert bool(notes) is bool(word)


@pytest.mark.parametrize(
    ("shape", "word"),
    [
        ((1, 8), "avgpool"),
        ((1, 8, 1, 1), "avgpool"),
        ((8,), "avgpool"),
        ((1, 1000), "output of fc"),
        ((1000,), "output of fc"),
        ((0,), "a hook runs only in a model(x)"),
        ((1, 4), "place is lost"),
        ((1, 40), "place is lost"),
        ((1, 5, 3, 4), "another number of channels"),
        ((1, 5, 3, 4), "not of a layer inside it"),
        ((1, 2, 6, 8), "an earlier stage"),  # of as many numbers as asked
        ((1, 4, 12, 16), "an earlier stage"),
        ((1, 8, 6, 8), "maxpool"),
        ((3, 8, 3, 4), "not all that were collected"),
        ((8, 8, 3, 4), "output of model.layer4"),  # weights of a convolution
        ((1, 3, 96, 128), "these are pictures"),
    ],
)
def test_a_shape_is_explained(shape: tuple[int, ...], word: str) -> None:
    """Protects from the wrong name for a stage: pooled or cut maps once counted as the output of fc, and the output of layer2, of
    which there may be as many numbers as of layer4, as those in another shape."""
    difference, _notes = compare("features_map", np.ones(shape))
    assert difference is not None
    assert word in str(difference.hint)


def test_a_map_of_whole_numbers_is_told_so() -> None:
    """Protects who cuts the map to integers from a search for another layer or mode; of other numbers nothing of it is said."""
    numbers = 4 * np.abs(EXPECTED["features_map"])
    for answer, is_told in ((numbers.astype(int), True), (numbers + 1, False)):
        difference, _notes = compare("features_map", answer, numbers)
        assert difference is not None
        assert ("whole numbers" in str(difference.hint)) is is_told


def test_a_dict_of_other_layers_is_no_answer() -> None:
    """Protects from a guess among layers: one of another shape is wrong, and of two that differ none is picked."""
    assert compare("features_map", {"layer2": STAGES[1], "layer3": STAGES[2]})[0] is not None
    difference, _notes = compare("features_map", [EXPECTED["features_map"] + 1, EXPECTED["features_map"]])
    assert difference is not None
    assert "Several different results" in str(difference.came)


@pytest.mark.parametrize("part", ["features_map", "fc_weights"])
def test_half_precision_passes_and_is_told(part: str) -> None:
    """Protects 16-bit answers, and strictness towards numbers that are merely near."""
    half = EXPECTED[part].astype(np.float16)
    difference, _notes = compare(part, half, kinds="tensor float16")
    assert difference is None
    coarse = EXPECTED[part] * np.float32(1.01)
    assert compare(part, coarse, kinds="tensor float32")[0] is not None
    difference, notes = compare(part, coarse, kinds="tensor bfloat16")
    assert difference is None
    assert "16 bits" in notes[0]


@pytest.mark.parametrize(
    "answer",
    [
        EXPECTED["fc_weights"].tolist(),
        [EXPECTED["fc_weights"]],
        EXPECTED["fc_weights"][None],
        EXPECTED["fc_weights"][..., None, None],
    ],
)
def test_weights_in_other_forms_pass(answer: Any) -> None:
    """Protects lists, and the weights as a convolution of 1 x 1."""
    assert compare("fc_weights", answer)[0] is None


def test_scores_are_no_indices() -> None:
    """Protects from being told of a variant that answers with scores: as indices they would all be box 0."""
    with pytest.raises(ValueError, match="no indices"):
        compare("nms", [0], np.array([0.9, 0.7]))


def test_what_is_wrong_with_weights_is_explained() -> None:
    """Protects from being told of a single class whoever returns the vector of a batch normalisation, and of an empty array
    whoever cuts weights to whole numbers."""
    for answer, word in ((np.ones(16), "batch normalisation"), (EXPECTED["fc_weights"].astype(int) * 0, "whole numbers")):
        difference, _notes = compare("fc_weights", answer)
        assert difference is not None
        assert word in str(difference.hint)


def test_weights_with_their_bias_are_rejected() -> None:
    """Protects the task's wording: the bias is no part of W."""
    assert compare("fc_weights", (EXPECTED["fc_weights"], np.zeros(6)))[0] is not None
    assert compare("fc_weights", (EXPECTED["fc_weights"], "fc", np.zeros(6)))[0] is not None
    for beside in (Handle(0, "ResNet"), None, "fc"):  # the network that was made for it, as in a file of CAMs
        difference, notes = compare("fc_weights", (EXPECTED["fc_weights"], beside))
        assert difference is None
        assert len(notes) == 1
    assert compare("fc_weights", EXPECTED["fc_weights"].T)[0] is not None


@pytest.mark.parametrize(
    "change",
    [
        lambda cam: cam / 2048,
        lambda cam: scaled(cam),
        lambda cam: np.uint8(255 * scaled(cam)),
        lambda cam: cam[None, None],
        lambda cam: cam.tolist(),
        lambda cam: [cam],
        lambda cam: np.maximum(cam, 0) / cam.max(),
        lambda cam: (cam, cv2.resize(cam, SIZE)),
        lambda cam: (cv2.resize(cam, SIZE), np.zeros((*SIZE, 3)), cam),
        lambda cam: (cam, scaled(cam)),
        lambda cam: (scaled(cam), cam, np.zeros((*cam.shape, 3))),
        lambda cam: (np.maximum(cam, 0), cam, np.uint8(255 * scaled(cam)), cam > 0),
        lambda cam: {"raw": cam, "norm": scaled(cam), "upsampled": cv2.resize(cam, SIZE)},
        lambda cam: {"cam": cam, "low": cam.min(), "argmax": (1, 2), "class": "cat"},
        lambda cam: {"negative": np.maximum(-cam, 0), "positive": np.maximum(cam, 0), "CAM": cam},
        lambda cam: (np.zeros((1, 1000)), cam[None]),
        lambda cam: (np.zeros((1, 1000)), cv2.resize(cam, SIZE)[None, None]),
        lambda cam: (cam.tolist(), 2),
    ],
)
def test_maps_of_the_same_pattern_pass(change: Callable[[np.ndarray], Any]) -> None:
    """Protects means, scalings, levels, axes of length 1, a ReLU, and a second map for the eye."""
    assert compare("cam", change(MAP))[0] is None


def test_of_several_maps_only_the_asked_size_counts() -> None:
    """Protects from a pair in which a wrong map hides behind a right one, and from a guess between two of one size."""
    assert compare("cam", (MAP.T, cv2.resize(MAP, SIZE)))[0] is not None
    assert compare("cam", (1 - MAP, cv2.resize(MAP, SIZE)))[0] is not None
    for guesses in ((MAP, 1 - MAP), {"cam": 1 - MAP, "other": MAP}, [MAP, MAP[::-1], MAP[:, ::-1]], (MAP, MAP + MAP**2)):
        assert compare("cam", guesses)[0] is not None


ENLARGEMENTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "torch bilinear": lambda cam: torch.nn.functional.interpolate(torch.from_numpy(cam)[None, None], SIZE, mode="bilinear")[
        0, 0
    ].numpy(),
    "torch bicubic, aligned": lambda cam: torch.nn.functional.interpolate(
        torch.from_numpy(cam)[None, None], SIZE, mode="bicubic", align_corners=True
    )[0, 0].numpy(),
    "OpenCV": lambda cam: cv2.resize(cam, SIZE),
    "OpenCV cubic, levels": lambda cam: cv2.resize(np.uint8(255 * scaled(cam)), SIZE, interpolation=cv2.INTER_CUBIC),
    "Pillow's default, levels": lambda cam: np.asarray(Image.fromarray(np.uint8(255 * scaled(cam))).resize(SIZE)),
    "Pillow Lanczos": lambda cam: np.asarray(Image.fromarray(cam.astype(np.float32)).resize(SIZE, Image.Resampling.LANCZOS)),
    "Pillow Hamming, levels": lambda cam: np.asarray(
        Image.fromarray(np.uint8(255 * scaled(cam))).resize(SIZE, Image.Resampling.HAMMING)
    ),
    "scikit-image": lambda cam: resize(cam, SIZE),
    "SciPy, order 1": lambda cam: zoom(cam, np.divide(SIZE, cam.shape), order=1),
    "SciPy, order 3": lambda cam: zoom(cam, np.divide(SIZE, cam.shape)),
    "whole cells": lambda cam: np.kron(cam, np.ones((32, 32))),
    "ReLU before": lambda cam: cv2.resize(np.maximum(cam, 0), SIZE, interpolation=cv2.INTER_CUBIC),
    "ReLU after": lambda cam: np.maximum(cv2.resize(cam, SIZE), 0),
}


@pytest.mark.parametrize("way", ENLARGEMENTS)
def test_enlarged_maps_pass_and_other_maps_do_not(way: str) -> None:
    """Protects students who enlarge for drawing, without opening the door to maps of another class."""
    difference, notes = compare("cam", ENLARGEMENTS[way](MAP.astype(np.float64)))
    assert difference is None
    assert "enlarged" in notes[0]
    for other in (WEIGHTS[3], np.abs(WEIGHTS[2]), np.maximum(WEIGHTS[2], 0), -WEIGHTS[2]):
        wrong = np.tensordot(other, FEATURES, axes=1).astype(np.float64)
        assert compare("cam", ENLARGEMENTS[way](wrong))[0] is not None


NOISY = MAP + 0.35 * np.ptp(MAP) * RNG.random(MAP.shape)


@pytest.mark.parametrize(
    "answer", [RNG.normal(size=(1500, 1500)), np.full((1500, 1500), np.nan), cv2.resize(NOISY, (1500, 1500))]
)
def test_a_huge_map_costs_no_more_than_a_small_one(answer: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the judge's time: noise of 2000 x 2000 once took it half a minute, for every test and every known mistake, and a
    noisy copy of a right map still did when noise no longer did."""
    sizes = []
    misfit = comparison.cam._misfit
    monkeypatch.setattr(comparison.cam, "_misfit", lambda found, form: (sizes.append(form.size), misfit(found, form))[1])
    assert compare("cam", answer)[0] is not None
    assert all(size <= comparison.cam.SAMPLED**2 for size in sizes)


@pytest.mark.parametrize("size", [(224, 224), (40, 1000), (640, 427), (1200, 1600)])
@pytest.mark.parametrize("shape", [(2, 2), (4, 7), (7, 12)])
def test_what_is_sampled_is_what_would_lie_there(shape: tuple[int, int], size: tuple[int, int]) -> None:
    """Protects right answers from being compared with what no library would have made of the wanted map."""
    small = np.random.default_rng(3).standard_normal(shape)
    levels = np.uint8(255 * scaled(small))
    batch, factors, back = torch.from_numpy(small)[None, None], np.divide(size, shape), size[::-1]
    wholes = [
        *(
            torch.nn.functional.interpolate(batch, size=size, mode=mode, **options)[0, 0].numpy()
            for mode, options in (
                ("bilinear", {"align_corners": False}),
                ("bicubic", {"align_corners": False}),
                ("bilinear", {"align_corners": True}),
                ("bicubic", {"align_corners": True}),
                ("bicubic", {"antialias": True}),
                ("nearest", {}),
                ("nearest-exact", {}),
            )
        ),
        *(
            np.asarray(Image.fromarray(small.astype(np.float32)).resize(back, curve))
            for curve in (Image.Resampling.LANCZOS, Image.Resampling.HAMMING)
        ),
        *(cv2.resize(small, back, interpolation=mode) for mode in (cv2.INTER_LANCZOS4, cv2.INTER_AREA)),
        *(resize(small, size, order=order, mode="reflect", anti_aliasing=False, clip=False) for order in (1, 3)),
        *(zoom(small, factors, order=order) for order in (0, 2, 3)),
        zoom(small, factors, order=3, mode="nearest", grid_mode=True),
        *(np.asarray(Image.fromarray(levels).resize(back, way)) for way in (Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)),
    ]
    for one, whole in zip(comparison.cam._enlarge(small, size), wholes, strict=True):
        assert np.abs(one - comparison.cam._sample(whole)).max() < 1e-4 * np.ptp(whole)


@pytest.mark.parametrize("way", [way for way in ENLARGEMENTS if way != "whole cells"])
def test_a_map_of_the_largest_size_passes(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects students who draw at the size of a photo."""
    monkeypatch.setitem(globals(), "SIZE", (2000, 2000))
    assert compare("cam", ENLARGEMENTS[way](MAP.astype(np.float64)))[0] is None


def test_a_right_map_in_a_frame_of_a_turned_shape_passes() -> None:
    """Protects who draws at one size whatever the map's (600 x 400 of a high one); a turned map is another."""
    high = np.tensordot(WEIGHTS[2], FEATURES[:, :3, :2], axes=1)
    arguments = (FEATURES[:, :3, :2], WEIGHTS, 2)
    assert compare("cam", cv2.resize(high, (600, 400)), high, arguments)[0] is None
    assert compare("cam", cv2.resize(MAP, (160, 224)))[0] is None
    for size in ((160, 224), (224, 160), SIZE):
        difference, _notes = compare("cam", cv2.resize(np.ascontiguousarray(MAP.T), size))
        assert difference is not None
        assert "transposed" in str(difference.hint)


def test_a_map_of_turned_size_is_accepted_and_told() -> None:
    """Protects who gives cv2.resize (height, width) from not hearing of it; of a map in other proportions nothing is said."""
    turned = [cv2.resize(MAP, (160, 224)), np.asarray(Image.fromarray(MAP.astype(np.float32)).resize((50, 70)))]
    for answer, is_told in (
        (turned[0], True),
        (turned[1], True),
        (cv2.resize(MAP, (224, 160)), False),
        (cv2.resize(MAP, SIZE), False),
    ):
        difference, notes = compare("cam", answer)
        assert difference is None
        assert any("(width, height)" in note for note in notes) is is_told
    square = FEATURES[:, :4, :4]
    difference, notes = compare(
        "cam",
        cv2.resize(np.tensordot(WEIGHTS[2], square, axes=1), SIZE),
        np.tensordot(WEIGHTS[2], square, axes=1),
        (square, WEIGHTS, 2),
    )
    assert difference is None
    assert not any("(width, height)" in note for note in notes)


def test_a_relu_is_told_where_it_is_certain() -> None:
    """Protects who cuts a map at a share of its maximum from hearing of a ReLU, where no cell is so small that it tells."""
    coarse = np.array([[-3.0, 2.0, 8.0], [5.0, -1.0, 3.0]])
    fine = np.array([[-3.0, 0.5, 8.0], [5.0, -1.0, 3.0]])
    arguments = (np.ones((16, 2, 3)), WEIGHTS, 2)
    for wanted, is_told in ((coarse, False), (fine, True)):
        difference, notes = compare("cam", np.maximum(wanted, 0), wanted, arguments)
        assert difference is None
        assert any("ReLU" in note for note in notes) is is_told
    assert compare("cam", np.where(fine < 0.2 * fine.max(), 0, fine), fine, arguments)[0] is not None


@pytest.mark.parametrize(
    "bend",
    [
        lambda cam: np.log1p(np.maximum(cam, 0)),
        lambda cam: scaled(cam) ** 3,
        lambda cam: np.clip(cam, 0, cam.max() / 2),
        lambda cam: np.tanh(cam),
        lambda cam: np.where(cam < 0.3 * cam.max(), 0, cam),
    ],
)
def test_a_map_that_is_bent_is_told_so(bend: Callable[[np.ndarray], np.ndarray]) -> None:
    """Protects who spoils a right sum from advice about weights and signs, which are right in it."""
    difference, _notes = compare("cam", bend(MAP))
    assert difference is not None
    assert "bent" in str(difference.hint)


@pytest.mark.parametrize("way", ["torch bilinear", "OpenCV", "SciPy, order 3"])
def test_an_enlarged_map_that_is_bent_is_told_so(way: str) -> None:
    """Protects who enlarges the right sum and then cuts it, as for a mask, from advice about weights."""
    for values, is_told in ((MAP, True), (np.tensordot(np.abs(WEIGHTS[2]), FEATURES, axes=1), False)):
        large = scaled(ENLARGEMENTS[way](values.astype(np.float32)))
        difference, _notes = compare("cam", np.where(large < 0.4, 0, large))
        assert difference is not None
        assert ("bent" in str(difference.hint)) is is_told


def test_another_map_is_not_called_bent() -> None:
    """Protects who has wrong weights from hearing of bent values; a sum that lacks a channel keeps the order of cells, too."""
    order = np.linspace(-1, 3, 35).reshape(5, 7)
    for wrong in (np.tensordot(np.abs(WEIGHTS[2]), FEATURES, axes=1), np.tensordot(WEIGHTS[3], FEATURES, axes=1)):
        assert "bent" not in str(compare("cam", wrong)[0].hint)  # type: ignore[union-attr]
    nearly = order + 0.02 * np.ptp(order) * np.sin(order)
    assert "bent" not in str(compare("cam", nearly, order)[0].hint)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (MAP.T, "transposed"),
        (MAP[::-1], "mirrored"),
        (1 - scaled(MAP), "upside down"),
        (cv2.resize(MAP[::-1].copy(), SIZE), "mirrored"),
        (cv2.resize(1 - scaled(MAP), SIZE), "upside down"),
        (MAP.ravel(), "one row"),
        (WEIGHTS[2][:, None, None] * FEATURES, "channels are still there"),
        ((WEIGHTS[2][:, None, None] * FEATURES).transpose(1, 2, 0), "channels are still there"),
        (np.tensordot(WEIGHTS, FEATURES, axes=1), "Several maps"),
        (np.zeros((5, 7, 3)), "colours"),
        (np.zeros((224, 224, 3)), "colours"),
        (np.zeros((50, 70, 4)), "colours"),
        (np.ones((5, 7)), "rows and columns"),
        (np.zeros((5, 7)), "whole numbers"),
        (np.uint8(scaled(MAP)), "Only 0 and 1"),
        ((WEIGHTS[2][:, None, None] * FEATURES).sum(1), "first axis"),
        ((WEIGHTS[2][:, None, None] * FEATURES).sum(2), "first axis"),
        (np.zeros((16, 3)), "one number for each of its cells"),
    ],
)
def test_a_rejected_map_is_explained(answer: Any, word: str) -> None:
    """Protects the hints of hidden tests, which are all that a student reads of them."""
    difference, _notes = compare("cam", answer)
    assert difference is not None
    assert word in str(difference.hint)


def test_channels_colours_and_classes_are_told_apart() -> None:
    """Protects from advice about channels whoever returns colours, or the maps of all classes, where axes are as long."""
    features, weights = FEATURES[:3], WEIGHTS[:3, :3]
    arguments, wanted = (features, weights, 2), np.tensordot(weights[2], features, axes=1)
    for answer, word in (
        (weights[2][:, None, None] * features, "channels are still there"),
        (np.tensordot(weights, features, axes=1), "the one class"),
        (features, "the sum over all channels"),
        (np.zeros((5, 7, 3)), "colours"),
    ):
        difference, _notes = compare("cam", answer, wanted, arguments)
        assert difference is not None
        assert word in str(difference.hint)
    square = (FEATURES[:, :3, :3], WEIGHTS, 2)
    difference, _notes = compare("cam", WEIGHTS[2][:, None, None] * square[0], np.ones((3, 3)) + np.eye(3), square)
    assert difference is not None
    assert "channels are still there" in str(difference.hint)


def test_as_many_rows_as_channels_are_no_sum_over_another_axis() -> None:
    """Protects who fills a square of h * h cells from hearing of a sum that is right, where there are h channels."""
    arguments = (FEATURES[:2, :2, :3], WEIGHTS[:, :2], 2)
    difference, _notes = compare("cam", np.eye(2), np.tensordot(WEIGHTS[2, :2], arguments[0], axes=1), arguments)
    assert difference is not None
    assert "one number for each of its cells" in str(difference.hint)


def test_a_sum_over_another_axis_is_no_enlarged_map() -> None:
    """Protects from being told that a map of the shape (C, w) has the right size."""
    difference, _notes = compare("cam", (WEIGHTS[2][:, None, None] * FEATURES).sum(1))
    assert difference is not None
    assert "(16, 7)" in str(difference.came)


def test_what_is_no_number_is_like_nothing() -> None:
    """Protects from the name of a mistake that gives NaN: no answer differs from that by more than the tolerance."""
    for part in ("iou", "dice"):
        assert compare(part, 0.0, float("nan"))[0] is not None


def test_the_iou_behind_what_it_is_made_of_is_judged() -> None:
    """Protects `return inter, union, iou`; and one result from being any that fits: the three must be of one another."""
    assert compare("iou", (8.0, 20.0, 0.4), kinds="tuple[float]")[0] is None
    for answer in ((8.0, 20.0, 0.5), (10.0, 20.0, 0.5), (8.0, 25.0, 0.4), (0.5, 0.4, 0.4), (0.0, 0.0, 0.4)):
        assert compare("iou", answer, kinds="tuple[float]")[0] is not None, answer


@pytest.mark.parametrize("part", ["iou", "dice"])
def test_one_number_in_any_wrapping_passes(part: str) -> None:
    """Protects tensors of one element and lists of one."""
    number = EXPECTED[part]
    for answer in (number, np.array(number), np.array([[number]]), [[number]], (number,), {"value": number}, number + 9e-4):
        assert compare(part, answer)[0] is None
    for answer in (number + 2e-3, [number, number], True, str(number), 1 - number, -number, 100 * number):
        assert compare(part, answer)[0] is not None


def test_of_several_numbers_a_name_decides() -> None:
    """Protects dicts of results, and from a guess: a number that is right is none where another bears the name."""
    for part, answer in (("iou", {"union": 7, "IoU": 0.4}), ("dice", {"dice": 0.7, "loss": 0.3}), ("dice", {"DC": 0.3, "n": 9})):
        difference, notes = compare(part, answer)
        assert difference is None
        assert "name" in notes[0]
    for part, answer in (("iou", {"iou": 0.6, "jac": 0.4}), ("dice", {"loss": 0.7, "dice": 0.3}), ("iou", {"a": 0.4, "b": 0.5})):
        assert compare(part, answer)[0] is not None


@pytest.mark.parametrize("part", ["iou", "dice"])
def test_of_a_tuple_of_numbers_the_first_counts(part: str) -> None:
    """Protects `return loss, coefficient`, and from a guess: where the first is wrong, no other one is looked at."""
    number = EXPECTED[part]
    for answer in ((number, 1 - number), (number, 7, 9.0), (number, 5.0, 7, 9), ((number, 1 - number),)):
        difference, notes = compare(part, answer, kinds="tuple of float")
        assert difference is None
        assert "first" in notes[0]
    assert compare(part, (1 - number, number), kinds="tuple of float")[0] is not None
    assert compare(part, [number, 1 - number], kinds="list of float")[0] is not None


@pytest.mark.parametrize(
    "answer",
    [
        KEPT,
        KEPT[::-1],
        np.array(KEPT, dtype=np.uint8),
        [[1], [2]],
        [np.array(1), np.array(2)],
        np.array([False, True, True, False]),
        [0, 1, 1, 0],
        BOXES[KEPT],
        BOXES[KEPT].astype(int).tolist(),
        (BOXES[KEPT], SCORES[KEPT]),
        np.column_stack([BOXES, SCORES])[KEPT],
        (np.array([1, 2, 0, 0]), 2),
        {"keep": KEPT},
        {"kept": KEPT, "n": 2},
        [dict(zip(("xmin", "ymin", "xmax", "ymax", "score"), (*map(float, BOXES[i]), 0.5), strict=True)) for i in KEPT],
        [(0.5, BOXES[i].tolist()) for i in KEPT],
        [(*BOXES[i].tolist(), 0.5, "cat") for i in KEPT],
        [(BOXES[i], 0.5, "cat", "tabby") for i in KEPT],
        [
            {"box": dict(zip(("left", "top", "right", "bottom"), BOXES[i], strict=True)), "score": 0.5, "label": "cat"}
            for i in KEPT
        ],
        [(dict(zip(("x1", "y1", "x2", "y2"), BOXES[i], strict=True)), 0.5) for i in KEPT],
        {"keep": KEPT, "boxes": BOXES[KEPT], "indices": KEPT},
        {"boxes": BOXES[KEPT], "scores": SCORES[KEPT], "labels": np.zeros(2)},
        {"objects": BOXES[KEPT], "confidences": SCORES[KEPT]},
        (np.column_stack([BOXES, SCORES])[KEPT], KEPT),
        (list(np.column_stack([BOXES, SCORES, SCORES * 0])[KEPT]), KEPT),
        np.column_stack([SCORES * 0, BOXES, SCORES, SCORES * 0])[KEPT],
        (np.array(KEPT), np.array([False, True, True, False])),
        {1: float(SCORES[1]), 2: np.array(SCORES[2])},
        {tuple(BOXES[i].tolist()): float(SCORES[i]) for i in KEPT},
        (KEPT, [0, 3]),
        (KEPT, {0: 1, 3: 2}),
        (np.array(KEPT), np.array([3, 0])),
        (BOXES[KEPT], BOXES[[0, 3]]),
        (SCORES[KEPT], BOXES[KEPT]),
        [SCORES[KEPT].tolist(), BOXES[KEPT].tolist()],
        (SCORES[KEPT][:, None], BOXES[KEPT]),
    ],
)
def test_kept_boxes_in_other_forms_pass(answer: Any) -> None:
    """Protects masks, kept boxes, and what old detectors return."""
    assert compare("nms", answer)[0] is None


def test_boxes_that_a_dictionary_keeps_flags_of_are_not_taken_for_kept() -> None:
    """Protects from taking {box: kept or not} of some boxes for the kept ones."""
    assert compare("nms", {tuple(BOXES[i].tolist()): i != 3 for i in KEPT})[0] is not None


@pytest.mark.parametrize(
    "answer",
    [
        [1],
        [1, 2, 3],
        [1, 2, 2],
        [1.0, 2.0],
        SCORES[KEPT],
        [-3, 2],
        [1, 2, 4],
        np.array([True, True, True, False]),
        np.array([True, True]),
        BOXES[[1, 1]],
        BOXES[KEPT] + 5,
        np.zeros((2, 4)),
        {"keep": [0, 3], "boxes": BOXES[KEPT]},
        {"scores": SCORES[KEPT], "n": 2},
        {"objects": BOXES[[0, 3]], "confidences": SCORES[KEPT]},
        {1: 0.9, 2: 0.8},
        (np.column_stack([BOXES, SCORES])[[0, 3]], KEPT),
        (np.array([0, 3]), np.array([False, True, True, False])),
        {1: float(SCORES[2]), 2: float(SCORES[1])},
        {1: True, 2: True},
        ([0, 3], KEPT),
        (BOXES[[0, 3]], BOXES[KEPT]),
        (KEPT, [3]),
        (KEPT, {3: 2}),
        (KEPT, {1: 0, 2: 3}),
        (np.array([0, 3]), BOXES[KEPT]),
        (SCORES[KEPT], BOXES[[0, 3]]),
        (SCORES[KEPT] / 2, BOXES[KEPT]),
        (SCORES, BOXES[KEPT]),
    ],
)
def test_other_boxes_are_rejected(answer: Any) -> None:
    """Protects from what only looks like an answer."""
    assert compare("nms", answer)[0] is not None


def test_of_twins_one_may_be_kept_while_the_other_goes() -> None:
    """Protects who returns the kept rows beside those that go, of boxes that are alike in all but the score."""
    boxes, arguments = BOXES[[0, 0, 2]], (BOXES[[0, 0, 2]], np.float32([0.5, 0.9, 0.7]), 0.5)
    assert compare("nms", (boxes[[1, 2]], boxes[:1]), np.array([1, 2]), arguments)[0] is None
    assert compare("nms", (boxes, boxes[:0]), np.array([1, 2]), arguments)[0] is not None


def test_indices_that_say_which_box_each_row_is() -> None:
    """Protects `return scores, boxes, kept`; whole numbers that are no indices of these rows are not taken for them."""
    right = SCORES[KEPT], BOXES[KEPT], list(KEPT)
    assert compare("nms", right)[0] is None
    assert compare("nms", right[::-1])[0] is None
    assert compare("nms", (SCORES[KEPT], BOXES[KEPT], list(range(len(KEPT)))))[0] is not None
    wrong = [index for index in range(len(BOXES)) if index not in KEPT]
    assert compare("nms", (SCORES[wrong], BOXES[wrong], wrong))[0] is not None


def test_indices_in_pairs_with_their_scores() -> None:
    """Protects `[(index, score), ...]`, and the test from pairs of indices with anything else, or of one index twice."""
    pairs = [(index, float(SCORES[index])) for index in KEPT]
    assert compare("nms", pairs)[0] is None
    assert compare("nms", [(np.array(index), score) for index, score in pairs])[0] is None
    for wrong in (pairs[:1], [*pairs, pairs[0]], [(index, 0.5) for index in KEPT], [(index, index) for index in KEPT]):
        assert compare("nms", wrong)[0] is not None


def test_a_list_of_what_the_network_gave_for_each_picture() -> None:
    """Protects a hook that is called for one picture after the other; maps of an earlier call among them are too many."""
    maps = np.repeat(EXPECTED["features_map"], 3, axis=0) * np.arange(1, 4, dtype=np.float32)[:, None, None, None]
    assert compare("features_map", list(maps[:, None]), maps)[0] is None
    assert compare("features_map", list(maps[::-1, None]), maps)[0] is not None
    assert compare("features_map", list(maps[:, None]), maps[:2])[0] is not None


def test_the_order_counts_only_where_nothing_goes() -> None:
    """Protects the order's being a point of its own, which a mask does not lose."""
    arguments = (APART, np.array([0.2, 0.8], dtype=np.float32), 0.5)
    expected = np.array([1, 0])
    assert compare("nms", [1, 0], expected, arguments)[0] is None
    assert compare("nms", [0, 1], expected, arguments)[0] is not None
    assert compare("nms", [True, True], expected, arguments)[0] is None


def test_of_a_single_box_no_mask_is_told() -> None:
    """Protects who counts boxes from 1 from being told that a mask came; a mask of several is told."""
    arguments = (BOXES[:1], SCORES[:1], 0.5)
    assert compare("nms", [1], np.array([0]), arguments) == (None, [])
    assert "mask" in compare("nms", [0, 1, 1, 0])[1][0]


FIXED = "A threshold of 0.5 would keep just these boxes"
TOO_LOW = "Those with the lowest scores are missing"


@pytest.mark.parametrize(
    ("overlap", "threshold", "scores", "kept", "expected", "hint"),
    [
        (0.6, 0.7, [0.9, 0.8, 0.7], [0, 2], [0, 1, 2], FIXED),  # as 0.5 has it
        (0.6, 0.5, [0.9, 0.8, 0.7], [0, 1, 2], [0, 2], "A box stays"),  # no threshold of 0.5 drops so little
        (0.4, 0.3, [0.9, 0.8, 0.7], [0, 1, 2], [0, 2], FIXED),
        (0.4, 0.7, [0.9, 0.8, 0.7], [0, 2], [0, 1, 2], "A box was dropped"),
        (0.4, 0.5, [0.9, 0.8, 0.2], [0, 1], [0, 1, 2], TOO_LOW),
        (0.4, 0.5, [0.9, 0.8, 0.7], [0, 1], [0, 1, 2], "A box was dropped"),  # no least score that people take lies between
        (0.4, 0.5, [0.9, 0.2, 0.8], [0, 2], [0, 1, 2], "A box was dropped"),  # it overlaps a better one
    ],
)
def test_a_hint_on_boxes_fits_the_answer(
    overlap: float, threshold: float, scores: list[float], kept: list[int], expected: list[int], hint: str
) -> None:
    """Protects from advice about scores and thresholds whoever measures overlaps wrongly."""
    step = 100 * (1 - overlap) / (1 + overlap)
    boxes = np.array([[300, 200, 400, 300], [300 + step, 200, 400 + step, 300], [600, 240, 700, 300]], dtype=np.float32)
    difference, _notes = compare("nms", kept, np.array(expected), (boxes, np.array(scores, dtype=np.float32), threshold))
    assert difference is not None
    assert str(difference.hint).startswith(hint)


def test_boxes_of_one_score_come_in_any_order() -> None:
    """Protects honest sorting, which may put equal scores in either order; a box that is lost is wrong all the same."""
    boxes = np.concatenate([APART, APART[1:] + 200])
    arguments = (boxes, np.array([0.8, 0.5, 0.8], dtype=np.float32), 0.5)
    for kept in ([0, 2, 1], [2, 0, 1]):
        assert compare("nms", kept, np.array([0, 2, 1]), arguments)[0] is None
    for wrong in ([0, 1], [0, 1, 2]):
        assert compare("nms", wrong, np.array([0, 2, 1]), arguments)[0] is not None


def test_more_rows_than_boxes_are_not_held_against_each_score() -> None:
    """Protects the judge's memory: ten million rows of bytes beside as many scores became several gigabytes."""
    rows = 1_000_000
    tracemalloc.start()
    try:
        difference, notes = compare("nms", (np.zeros(rows, np.float16), np.zeros((rows, 4), np.int8)))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert difference is not None
    assert notes == []
    assert most < 24 * rows, "no number for each row and each box"


def test_a_dictionary_of_far_more_entries_than_boxes_is_not_looked_through() -> None:
    """Protects the judge's time: 80,000 boxes with their scores took it a minute and more, in all questions and for all known
    mistakes."""
    came = [compare("nms", {(float(left), 1.0, 2.0, 3.0): 0.5 for left in range(10 * len(BOXES) + more)})[0] for more in (0, 1)]
    assert came[0] is not None
    assert came[1] is not None
    assert str(came[0].came) == "A table came whose rows are not the given boxes."
    assert str(came[1].came) == "A dictionary of several entries came."


def test_a_row_of_twin_boxes_is_the_better_one() -> None:
    """Protects those who return boxes instead of indices where two boxes are the same; both of them are still two."""
    boxes = np.concatenate([BOXES, BOXES[1:2]])
    arguments = (boxes, np.array([*SCORES, 0.95], dtype=np.float32), 0.5)
    assert compare("nms", boxes[[4, 2]], np.array([4, 2]), arguments)[0] is None
    assert compare("nms", boxes[[4, 2, 1]], np.array([4, 2]), arguments)[0] is not None


def test_a_mask_that_keeps_nothing() -> None:
    """Protects the class from a fault of the judge, which has no scores of kept boxes to compare others with."""
    arguments = (APART, np.array([0.2, 0.1], dtype=np.float32), 0.5)
    difference, _notes = compare("nms", np.zeros(2, dtype=bool), np.array([0, 1]), arguments)
    assert difference is not None
    assert "no better kept box overlaps it" in str(difference.hint)


def test_rows_are_like_a_wrong_variant_that_keeps_the_worse_twin() -> None:
    """Protects the name of a mistake, as of the wrong order, where boxes come instead of indices; an index tells twins apart."""
    boxes = np.concatenate([BOXES, BOXES[1:2]])
    arguments = (boxes, np.array([*SCORES, 0.95], dtype=np.float32), 0.5)
    assert compare("nms", boxes[[1, 2]], np.array([1, 2]), arguments)[0] is None
    assert compare("nms", [4, 2], np.array([1, 2]), arguments)[0] is not None
    assert compare("nms", [1, 2], np.array([4, 2]), arguments)[0] is not None


def test_a_box_goes_by_one_that_stays() -> None:
    """Protects the explanation from naming a box that was dropped itself, although it overlaps more."""
    boxes = np.array([[300, 200, 400, 300], [310, 200, 410, 300], [312, 200, 412, 300]], dtype=np.float32)
    arguments = (boxes, np.array([0.9, 0.8, 0.7], dtype=np.float32), 0.5)
    difference, _notes = compare("nms", [0, 2], np.array([0]), arguments)
    assert difference is not None
    assert "Box 2 goes: its IoU with box 0 is 0.79" in str(difference.expected)


@pytest.mark.parametrize("size", [(5, 400_000), (400_000, 7), (5, 4097)])
def test_a_map_that_is_long_and_thin_is_not_enlarged_alike(size: tuple[int, int]) -> None:
    """Protects the judge's time and memory: each way to enlarge works along a side, 16 s and 2 GB for two million pixels."""
    found, _ = compare("cam", np.resize(MAP, size))
    assert found is not None
    assert "Far too many numbers" in str(found.came)


def test_an_answer_of_thousands_of_parts_is_not_looked_through() -> None:
    """Protects the judge's time from an answer of mixed entries, each of which would be tried as an array."""
    found, _ = compare("cam", [["a", {}]] * 140_000 + [MAP])
    assert found is not None


def test_a_list_of_countless_entries_is_not_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a class from who answers with 30,000 boxes for three: each test took seconds, after the submission's own time."""
    looked: list[Any] = []
    monkeypatch.setattr(comparison.kept, "_four_sides", lambda part: looked.append(part) or np.empty(0))
    assert compare("nms", [{"box": [1, 2, 3, 4], "score": 0.5}] * 30_000)[0] is not None
    assert not looked
    assert compare("nms", [{"box": [1, 2, 3, 4], "score": 0.5}] * 3)[0] is not None
    assert looked


def test_a_mistake_is_not_that_of_what_came_beside_the_answer() -> None:
    """Protects who returns (logits, maps of another stage) from being told that it is the logits that came."""
    logits, maps = np.float32([[0.5, -1, 2]]), np.ones((1, 4, 8, 12), dtype=np.float32)
    assert compare("features_map", logits, logits)[0] is None
    with pytest.raises(ValueError, match="unpack"):  # which a mistake is dropped for
        compare("features_map", (logits, maps), logits)
    assert compare("features_map", (logits, maps), maps)[0] is None
    assert compare("features_map", (logits, logits[0, :2]), logits)[0] is None
