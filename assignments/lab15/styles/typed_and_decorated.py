"""Annotations, decorators, an async function, assertions."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn


def timed(function: Callable) -> Callable:
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            print(function.__name__, time.perf_counter() - start)

    return wrapper


@timed
@torch.no_grad()
def get_features_map(model: nn.Module, x: Tensor) -> Tensor:
    assert isinstance(x, Tensor) and x.ndim == 4
    maps: list[Tensor] = []
    with model.layer4.register_forward_hook(lambda _m, _i, o: maps.append(o)):
        was_training = model.training
        model.eval()
        model(x)
        model.train(was_training)
    return maps[0]


@functools.lru_cache(maxsize=1)
def get_fc_weights(model: nn.Module) -> np.ndarray:
    return model.fc.weight.detach().cpu().numpy()


@timed
def compute_cam(features: np.ndarray, weights: np.ndarray, class_idx: int) -> np.ndarray:
    assert isinstance(features, np.ndarray), "numpy only"
    assert isinstance(class_idx, int)
    return np.einsum("k,...khw->...hw", weights[class_idx], features)


async def iou(box1: Sequence[float], box2: Sequence[float]) -> float:
    return _iou(box1, box2)


def _iou(box1, box2):
    width = max(min(box1[2], box2[2]) - max(box1[0], box2[0]), 0)
    height = max(min(box1[3], box2[3]) - max(box1[1], box2[1]), 0)
    shared = width * height
    return shared / ((box1[2] - box1[0]) * (box1[3] - box1[1]) + (box2[2] - box2[0]) * (box2[3] - box2[1]) - shared)


def dice_loss(y, p):
    return 1 - 2 * (y * p).sum() / (y.sum() + p.sum())


@timed
def nms(boxes, scores, iou_threshold):
    left = sorted(range(len(scores)), key=lambda i: -scores[i])
    kept = []
    while left:
        best = left.pop(0)
        kept.append(best)
        left = [i for i in left if _iou(boxes[best], boxes[i]) <= iou_threshold]
    return kept
