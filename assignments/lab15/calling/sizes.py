"""The sizes of the lab's network, and features and weights made as large."""

from __future__ import annotations

import numpy as np

RESNET50 = (2048, 7, 7)  # its features of a photo of 224 x 224
CLASSES = 1000  # of ImageNet


def widened(features: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights of 2048 channels, features of as many, and these in a frame of cells: all that is new is zero."""
    channels, height, width = (max(usual - given, 0) for usual, given in zip(RESNET50, features.shape[-3:], strict=True))
    whole = [(0, 0)] * (features.ndim - 3)
    more = np.pad(features, [*whole, (0, channels), (0, 0), (0, 0)])
    framed = np.pad(more, [*whole, (0, 0), *((room // 2, room - room // 2) for room in (height, width))])
    return np.pad(weights, ((0, 0), (0, channels))), more, framed
