"""Answers in records and exact numbers, boxes that must have a hash, a second map for the eye."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import torch


@dataclass
class Features:
    tensor: torch.Tensor
    layer: str = "layer4"


@dataclass(frozen=True)
class Kept:
    indices: list[int]


def get_features_map(model, x):
    caught = []
    handle = model.layer4.register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
    model.eval()
    with torch.no_grad():
        model(x)
    handle.remove()
    return Features(caught[0])


def get_fc_weights(model):
    return model.fc.weight.detach()


def compute_cam(features, weights, class_idx):
    cam = torch.einsum("k,khw->hw", weights[class_idx], features.reshape(-1, *features.shape[-2:]))
    heatmap = torch.nn.functional.interpolate(cam[None, None], size=(224, 224), mode="bilinear")[0, 0]
    return cam, heatmap


@lru_cache(maxsize=None)
def iou(box1: tuple, box2: tuple):
    if not isinstance(box1, tuple):
        raise TypeError("a box that has a hash")
    (a, b, c, d), (e, f, g, h) = ([Fraction(side) for side in box] for box in (box1, box2))
    shared = max(min(c, g) - max(a, e), 0) * max(min(d, h) - max(b, f), 0)
    return shared / ((c - a) * (d - b) + (g - e) * (h - f) - shared)


def dice_loss(y, p):
    return Decimal(float(1 - 2 * (y * p).sum() / (y.sum() + p.sum())))


def nms(boxes, scores, iou_threshold):
    same = {box: [i for i, other in enumerate(boxes) if other == box] for box in set(boxes)}
    left = sorted(range(len(scores)), key=scores.__getitem__, reverse=True)
    kept = []
    while left:
        best = left.pop(0)
        kept.append(best)
        overlapping = [box for box in same if iou(boxes[best], box) > iou_threshold]
        left = [i for i in left if not any(i in same[box] for box in overlapping)]
    return Kept(kept)
