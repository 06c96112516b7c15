import numpy as np
import pytest

from grader.testing import fail
from grader.testing import gettext as _


@pytest.mark.part("cam", weight=2)
def test_rectangular_map(check, evidence):
    """A feature map that is wider than high."""
    features, weights = evidence(301, 750, 2, 5, 6)
    check.cam(features, weights, 4)


@pytest.mark.part("cam", weight=2)
def test_classes_that_are_asked_for(check, evidence):
    """Several classes, the first and the last among them."""
    features, weights = evidence(302, 250, 3, 3, 6)
    for class_idx in (5, 0, 3):
        check.cam(features, weights, class_idx)


@pytest.mark.part("cam", weight=3)
def test_weights_that_speak_against(check, evidence):
    """A class for which some channels count negatively."""
    features, weights = evidence(303, 750, 3, 2, 4)
    check.cam(features, weights, int(np.argmin(weights.sum(axis=1))))


@pytest.mark.part("cam", weight=2)
def test_batch_of_one(check, evidence):
    """Features that still have their batch axis."""
    features, weights = evidence(304, 250, 3, 2, 5)
    # A function for (C, h, w) may broadcast the batch axis without an error; where the axis is dropped is a matter of form.
    check.cam(features[None], weights, 3, otherwise=(features, weights, 3))


@pytest.mark.part("cam", weight=2)
def test_signed_features(check, evidence):
    """Features of both signs."""
    features, weights = evidence(305, 16, 5, 7, 5, signed=True)
    check.cam(features, weights, 2)


@pytest.mark.part("cam", weight=2)
def test_each_channel_counts(check, evidence):
    """Three channels only: each of them is seen in the map."""
    features, weights = evidence(306, 3, 6, 7, 3, signed=True)
    weights[1] = np.array([1.0, -1.5, 1.25], dtype=np.float32)
    check.cam(features, weights, 1)


@pytest.mark.part("cam", weight=2)
def test_as_many_classes_as_channels(check, evidence):
    """As many classes as channels: rows of W are classes, columns channels."""
    features, weights = evidence(307, 8, 6, 6, 8)
    check.cam(features, weights, 5)


@pytest.mark.part("cam", weight=2)
def test_two_maps_in_turn(check, evidence):
    """Two feature maps of one size, one after the other, each with its own weights."""
    features, weights = evidence(308, 64, 3, 4, 5)
    check.cam(features, weights, 2)  # who is wrong about this one is told why, and not of what is kept
    features, weights = evidence(309, 64, 3, 4, 5)
    check.cam(features, weights, 2, hint=_("Each call has its own features and weights: is something kept from the first?"))


@pytest.mark.part("cam", weight=2)
def test_photos_in_four_corners(peak, seed, sight, submission):
    """Four photos in the corners of one picture: each class lights up the corner that its object is in."""
    rng = np.random.default_rng(seed + 321)
    names = [name if rng.random() < 0.5 else f"-{name}" for name in rng.permutation(["cat", "coffee", "camera", "flower"])]
    features, weights, _channels = sight([names[:2], names[2:]])
    corners = {name.lstrip("-"): (number // 2, number % 2) for number, name in enumerate(names)}
    weights = weights[[285, 967, 872]]  # of ImageNet's classes an Egyptian cat, an espresso and a tripod
    answers = [submission.cam(features, weights, class_idx) for class_idx in range(3)]
    for name, answer in zip(("cat", "coffee", "camera"), answers, strict=True):
        down, across = peak(answer, features)
        if (int(down >= 0.5), int(across >= 0.5)) != corners[name]:
            fail(
                _("The map is brightest in the corner of another object."),
                hint=_("Is every channel weighted by the row of W that belongs to the class that was asked for?"),
            )
