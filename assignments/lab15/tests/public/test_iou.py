import numpy as np
import pytest

from grader.testing import gettext as _


@pytest.mark.part("iou", weight=3)
def test_boxes_that_overlap_in_part(check):
    """Two boxes that overlap in part."""
    first, second = np.array([10, 20, 60, 80], dtype=np.float32), np.array([30, 40, 90, 100], dtype=np.float32)
    check.iou(first, second, hint=_("Intersection 30 x 40; areas 50 x 60 and 60 x 60."))


@pytest.mark.part("iou", weight=1)
def test_a_box_with_itself(check):
    """A box and its twin overlap fully."""
    box = np.array([120, 45, 210, 95], dtype=np.float32)
    check.iou(box, box.copy())
