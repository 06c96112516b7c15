import numpy as np
import pytest


def square(height, width, top, left, bottom, right):
    """A mask of zeros with one rectangle of ones."""
    mask = np.zeros((height, width), dtype=np.float32)
    mask[top:bottom, left:right] = 1
    return mask


@pytest.mark.part("dice", weight=1)
def test_perfect_prediction(check):
    """A prediction that equals the mask."""
    mask = square(100, 160, 10, 20, 90, 100)
    check.dice(mask, mask.copy())


@pytest.mark.part("dice", weight=1)
def test_nothing_shared(check):
    """A prediction that misses the object altogether."""
    check.dice(square(120, 200, 10, 10, 110, 90), square(120, 200, 10, 110, 110, 190))


@pytest.mark.part("dice", weight=2)
def test_random_probabilities(check, seed):
    """Probabilities of every size, against a mask."""
    rng = np.random.default_rng(seed + 501)
    mask = square(128, 192, 16, 24, 112, 120)
    probabilities = np.clip(0.6 * mask + rng.uniform(0, 0.4, mask.shape), 0, 1).astype(np.float32)
    check.dice(mask, probabilities)


@pytest.mark.part("dice", weight=2)
def test_batch_of_masks(check, seed):
    """A batch of masks of different sizes: one sum over all of them."""
    rng = np.random.default_rng(seed + 502)
    first = np.stack([square(80, 100, 5, 5, 75, 95), square(80, 100, 30, 30, 60, 70), square(80, 100, 0, 0, 20, 100)])
    second = np.stack([square(80, 100, 40, 10, 70, 40), square(80, 100, 0, 60, 10, 90), square(80, 100, 50, 0, 80, 20)])
    masks = np.stack([first, second], axis=1)
    probabilities = np.clip(0.5 * masks + rng.uniform(0.05, 0.45, masks.shape), 0, 1).astype(np.float32)
    check.dice(masks, probabilities)
    check.dice(masks[:, 0], probabilities[:, 0])  # without an axis of channels


@pytest.mark.part("dice", weight=1)
def test_prediction_that_is_too_large(check):
    """A prediction that covers the object and much around it."""
    check.dice(square(150, 150, 30, 30, 90, 90), 0.9 * square(150, 150, 5, 5, 145, 145))


@pytest.mark.part("dice", weight=1)
def test_undecided_prediction(check):
    """One and the same probability everywhere."""
    mask = square(100, 140, 0, 0, 100, 60)
    check.dice(mask, np.full_like(mask, 0.35))
