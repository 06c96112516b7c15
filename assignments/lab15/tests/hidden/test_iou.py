import numpy as np
import pytest


def box(*corners):
    """Four corners as float32."""
    return np.array(corners, dtype=np.float32)


@pytest.mark.part("iou", weight=1)
def test_boxes_far_from_the_origin(check, seed):
    """Boxes in the far corner of a large picture."""
    x, y = np.random.default_rng(seed + 401).uniform(600, 900, 2)
    check.iou(box(x, y, x + 80, y + 50), box(x + 24, y + 10, x + 96, y + 74))
    check.iou(box(x, y, x + 480.3, y + 350.6), box(x + 124.8, y + 61.3, x + 521.7, y + 423.9))  # areas above 65504


@pytest.mark.part("iou", weight=1)
def test_boxes_along_either_diagonal(check, seed):
    """Boxes that overlap at any of their corners, and boxes whose edges lie in one line."""
    x, y = np.random.default_rng(seed + 408).uniform(200, 500, 2)
    first, lower, higher = box(x, y, x + 80, y + 60), box(x + 30, y + 20, x + 120, y + 90), box(x + 25, y - 35, x + 105, y + 40)
    # The first overlaps the box by 0.74: a comparison with 0.5 is no cut to whole numbers.
    beside, below = box(x + 12, y, x + 92, y + 60), box(x, y + 25, x + 80, y + 100)
    for second in (lower, higher, beside, below):
        check.iou(first, second)
        check.iou(second, first)


@pytest.mark.part("iou", weight=2)
def test_boxes_apart_both_ways(check, seed):
    """Boxes that lie apart, both across and down."""
    x, y = np.random.default_rng(seed + 402).uniform(50, 300, 2)
    first, second = box(x, y, x + 60, y + 70), box(x + 110, y + 130, x + 150, y + 190)
    check.iou(first, second)
    check.iou(second, first)
    check.iou(first, first.copy())  # or whoever computes nothing, and says 0 to everything, is right here


@pytest.mark.part("iou", weight=2)
def test_boxes_apart_one_way(check, seed):
    """Boxes side by side with a gap, and one above the other with a gap."""
    x, y = np.random.default_rng(seed + 403).uniform(50, 300, 2)
    first = box(x, y, x + 60, y + 70)
    check.iou(first, box(x + 85, y + 20, x + 150, y + 90))
    check.iou(first, box(x + 20, y + 95, x + 80, y + 160))
    check.iou(first, first.copy())


@pytest.mark.part("iou", weight=1)
def test_box_within_a_box(check, seed):
    """A small box within a large one, given in either order."""
    x, y = np.random.default_rng(seed + 404).uniform(100, 400, 2)
    large, small = box(x, y, x + 200, y + 120), box(x + 50, y + 30, x + 150, y + 80)
    check.iou(large, small)
    check.iou(small, large)


@pytest.mark.part("iou", weight=2)
def test_boxes_in_shares_of_the_picture(check, seed):
    """Coordinates from 0 to 1, as shares of the picture's sides."""
    x, y = np.random.default_rng(seed + 405).uniform(0.2, 0.4, 2)
    check.iou(box(x, y, x + 0.3, y + 0.2), box(x + 0.1, y + 0.05, x + 0.4, y + 0.3))


@pytest.mark.part("iou", weight=1)
def test_boxes_of_other_shapes(check, seed):
    """A flat box across a tall one."""
    x, y = np.random.default_rng(seed + 406).uniform(200, 500, 2)
    flat, tall = box(x, y + 80, x + 180, y + 120), box(x + 60, y, x + 110, y + 210)
    check.iou(flat, tall)
    check.iou(tall, flat)


@pytest.mark.part("iou", weight=1)
def test_box_beyond_the_edge(check, seed):
    """Boxes that reach over the picture's upper left edge, to negative coordinates."""
    x, y = np.random.default_rng(seed + 407).uniform(-60, -40, 2)
    check.iou(box(x, y, x + 100, y + 90), box(x + 20, y + 30, x + 140, y + 100))
