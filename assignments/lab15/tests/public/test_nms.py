import numpy as np
import pytest

from grader.testing import gettext as _


@pytest.mark.part("nms", weight=2)
def test_two_boxes_on_one_object(check):
    """Two boxes on one object and one on another."""
    boxes = np.array([[300, 200, 400, 300], [310, 210, 410, 310], [520, 240, 600, 300]], dtype=np.float32)
    scores = np.array([0.6, 0.9, 0.7], dtype=np.float32)
    check.nms(boxes, scores, 0.5, hint=_("The first two boxes have an IoU of 0.68; the better of them stays."))
