import numpy as np
import pytest

from grader.testing import fail
from grader.testing import gettext as _


@pytest.mark.part("cam", weight=2)
def test_two_channels_by_hand(check):
    """Two channels that can be added up by hand."""
    features = np.array([[[1, 0, 2], [0, 3, 0]], [[0, 4, 1], [2, 0, 0]]], dtype=np.float32)
    weights = np.array([[1, 1], [2, -1], [0, 3]], dtype=np.float32)
    check.cam(features, weights, 1, hint=_("Class 1 has the weights 2 and -1: the map is 2 * features[0] - features[1]."))


@pytest.mark.part("cam", weight=3)
def test_size_of_resnet50(check, evidence):
    """2048 channels of 7 x 7 cells, as ResNet50 gives them for a photo of 224 x 224."""
    features, weights = evidence(11, 2048, 7, 7, 5)
    check.cam(features, weights, 3)


@pytest.mark.part("cam", weight=1)
def test_cat_beside_a_cup(check, submission, peak, sight, photo, models, reference):
    """Four photos in one picture, a cat at the top left and a cup at the top right: each class lights up its own corner."""
    features, weights, channels = sight([["cat", "coffee"], ["flower", "camera"]])
    answers = [submission.cam(features, weights, class_idx) for class_idx in (285, 967)]
    for class_idx, name in enumerate(("cat", "coffee")):  # for the report: what lights up in the photos themselves
        maps = reference.features_map(models.localiser, photo(name, 192, 288))[0][channels]
        check.cam(maps, weights[[285, 967]], class_idx, photo=name, judged=False)
    for name, corner, answer in ((_("Egyptian cat"), (0, 0), answers[0]), (_("espresso"), (0, 1), answers[1])):
        down, across = peak(answer, features)
        if (int(down >= 0.5), int(across >= 0.5)) != corner:
            fail(
                _("The map of the class {name} is brightest in the wrong corner.", name=name),
                hint=_("Is every channel weighted by the row of W that belongs to the class that was asked for?"),
            )
