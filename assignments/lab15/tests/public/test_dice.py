import numpy as np
import pytest

from grader.testing import gettext as _


@pytest.mark.part("dice", weight=2)
def test_unsure_prediction_of_a_square(check):
    """A square of 80 x 80 pixels, predicted with probability 0.75 inside and 0.25 outside."""
    mask = np.zeros((120, 150), dtype=np.float32)
    mask[20:100, 30:110] = 1
    check.dice(mask, 0.25 + 0.5 * mask, hint=_("Inside are 6400 pixels, outside 11600: put the sums into the formula."))
