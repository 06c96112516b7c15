import numpy as np
import pytest


def box(left, top, width, height):
    """A box (x1, y1, x2, y2) in float64."""
    return np.array([left, top, left + width, top + height], dtype=np.float64)


@pytest.mark.part("nms", weight=1)
def test_boxes_far_from_the_origin(check, seed, beside, shuffled):
    """Boxes in the far corner of a large picture."""
    x, y = np.random.default_rng(seed + 601).uniform(700, 900, 2)
    small, large = box(x, y, 60, 40), box(x, y + 90, 210, 150)
    boxes = [small, beside(small, 0.54, 0.75, 0.95), large, beside(large, 0.45, 1.2, 1.1), box(x + 150, y + 10, 40, 40)]
    check.nms(*shuffled(601, boxes, [0.9, 0.8, 0.85, 0.6, 0.45], 0.5), 0.5)


@pytest.mark.part("nms", weight=1)
def test_boxes_beyond_the_edge(check, seed, shuffled):
    """Boxes that reach over the picture's upper left edge, to negative coordinates."""
    x, y = np.random.default_rng(seed + 613).uniform(-60, -40, 2)
    boxes = [
        box(x, y, 100, 80),
        box(x + 20, y + 5, 100, 80),  # an IoU of 0.6 with the first; below 0.2 where what they share is cut off at 0
        box(x - 200, y + 400, 300, 90),
        box(x + 20, y + 400, 80, 90),  # an IoU of 0.27 with the third; cut off at 0 they are the same
    ]
    check.nms(*shuffled(613, boxes, [0.9, 0.8, 0.7, 0.6]), 0.5)


@pytest.mark.part("nms", weight=1)
def test_scores_in_any_order(check, seed):
    """Pairs of boxes in which the better one comes first or last, above or below."""
    rng = np.random.default_rng(seed + 602)
    x, y = rng.uniform(100, 300, 2)
    one, two, three, four = (box(x + 200 * k, y + 40 * k, 90, 70 + 5 * k) for k in range(4))
    lower = np.array([0, 14, 0, 14])  # the same box 14 lower: an IoU of about 0.67
    twin = box(x, y + 300, 80, 80)
    boxes = [one, two, three + lower, twin, four, four + lower, three, two + lower, one + lower, twin]
    boxes = np.array(boxes, dtype=np.float32)
    scores = np.array([0.91, 0.55, 0.88, 0.58, 0.62, 0.97, 0.46, 0.83, 0.71, 0.78], dtype=np.float32)
    check.nms(boxes, scores, 0.5)


@pytest.mark.part("nms", weight=2)
def test_chain_of_boxes(check, seed, shifted, shuffled):
    """A row of boxes in which each overlaps only the next one strongly."""
    x, y = np.random.default_rng(seed + 603).uniform(200, 400, 2)
    chain = [box(x, y, 120, 80)]
    for _link in range(4):
        chain.append(shifted(chain[-1], 0.6))
    for order in (603, 613, 623):
        check.nms(*shuffled(order, chain, [0.95, 0.9, 0.85, 0.8, 0.75]), 0.5)


@pytest.mark.part("nms", weight=1)
def test_rivals_that_are_not_next_in_score(check, seed, beside, shuffled):
    """Boxes on two objects whose scores alternate."""
    x, y = np.random.default_rng(seed + 604).uniform(150, 350, 2)
    left, right = box(x, y, 60, 40), box(x + 300, y + 50, 190, 230)
    boxes = [left, right]
    for overlap, wide, high in ((0.63, 0.75, 0.95), (0.55, 1.3, 0.95)):  # of either object a rival, and one that is none
        boxes += [beside(left, overlap, wide, high), beside(right, overlap, wide, high)]
    check.nms(*shuffled(604, boxes, [0.9, 0.85, 0.8, 0.75, 0.7, 0.65], 0.6), 0.6)


@pytest.mark.part("nms", weight=1)
def test_threshold_that_is_given(check, seed, beside, shuffled):
    """One set of boxes, three thresholds."""
    x, y = np.random.default_rng(seed + 605).uniform(100, 300, 2)
    boxes = []
    for k, (overlap, wide, high) in enumerate(((0.13, 0.7, 1.2), (0.4, 1.15, 1.05), (0.6, 0.75, 0.95), (0.74, 0.95, 0.95))):
        boxes.append(box(x + 400 * k, y, 60 + 50 * k, 40 + 45 * k))
        boxes.append(beside(boxes[-1], overlap, wide, high))
    boxes, scores = shuffled(605, boxes, [0.9, 0.45, 0.85, 0.55, 0.8, 0.6, 0.75, 0.65], 0.5)
    for threshold in (0.5, 0.1, 0.7):
        check.nms(boxes, scores, threshold)


@pytest.mark.part("nms", weight=1)
def test_low_scores(check, seed, beside, shuffled):
    """Boxes with low scores."""
    x, y = np.random.default_rng(seed + 606).uniform(100, 300, 2)
    large, small = box(x, y, 210, 190), box(x + 500, y, 90, 60)
    boxes = [large, beside(large, 0.54, 0.75, 0.95), small, beside(small, 0.45, 1.2, 1.1), box(x, y + 300, 50, 50)]
    boxes, scores = shuffled(606, boxes, [0.24, 0.19, 0.12, 0.06, 0.01], 0.5)
    check.nms(boxes, scores, 0.5)
    check.nms(boxes[::-1].copy(), scores[::-1].copy(), 0.5)  # who takes them as they come is wrong about one of the two


@pytest.mark.part("nms", weight=1)
def test_order_of_what_is_kept(check, seed, shuffled):
    """Many boxes that do not meet, two of them with one score: all stay, and the best score comes first."""
    x, y = np.random.default_rng(seed + 607).uniform(100, 200, 2)
    # Flat and tall in turn, of one area: or an overlap that is measured across alone would be told as another mistake.
    sizes = [(84, 50), (50, 84)]
    boxes = [box(x + 150 * (k % 6), y + 120 * (k // 6) + k, *sizes[(k + k // 6) % 2]) for k in range(24)]
    scores = np.linspace(0.95, 0.4, 24)
    scores[7] = scores[6]
    check.nms(*shuffled(607, boxes, list(scores)), 0.5)


@pytest.mark.part("nms", weight=1)
def test_one_object(check, seed, shifted, shuffled):
    """Many boxes on one object, and a single box."""
    x, y = np.random.default_rng(seed + 608).uniform(300, 500, 2)
    first = box(x, y, 150, 100)
    boxes = [first, *(shifted(first, overlap) for overlap in (0.95, 0.9, 0.85, 0.8))]
    check.nms(*shuffled(608, boxes, [0.9, 0.8, 0.7, 0.6, 0.45]), 0.5)
    check.nms(np.array([first], dtype=np.float32), np.array([0.7], dtype=np.float32), 0.5)


@pytest.mark.part("nms", weight=1)
def test_boxes_in_shares_of_the_picture(check, seed, beside, shuffled):
    """Coordinates from 0 to 1, as shares of the picture's sides."""
    x, y = np.random.default_rng(seed + 609).uniform(0.1, 0.2, 2)
    small, large = box(x, y, 0.1, 0.08), box(x + 0.2, y + 0.2, 0.3, 0.24)
    boxes = [small, beside(small, 0.54, 0.75, 0.95), large, beside(large, 0.44, 1.2, 1.1), box(x + 0.05, y + 0.55, 0.1, 0.1)]
    check.nms(*shuffled(609, boxes, [0.92, 0.81, 0.77, 0.68, 0.59], 0.5), 0.5)


@pytest.mark.part("nms", weight=1)
def test_small_box_within_a_large_one(check, seed, shuffled):
    """Small boxes within a large one overlap it little."""
    x, y = np.random.default_rng(seed + 610).uniform(200, 400, 2)
    boxes = [
        box(x, y, 200, 150),
        box(x + 20, y + 20, 80, 60),
        box(x + 110, y + 70, 70, 60),
        box(x + 4, y + 4, 190, 140),
    ]
    check.nms(*shuffled(610, boxes, [0.9, 0.8, 0.7, 0.6]), 0.5)


@pytest.mark.part("nms", weight=1)
def test_crowd(check, crowd):
    """Many boxes of many sizes around a few objects."""
    check.nms(*crowd(611, 0.4), 0.4)
    check.nms(*crowd(612, 0.6), 0.6)
