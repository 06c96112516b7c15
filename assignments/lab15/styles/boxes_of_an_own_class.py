"""Boxes and found objects of own classes, with methods and an order; kept ones come back as such."""

from dataclasses import dataclass

import torch


@dataclass
class Box:
    x1: float
    y1: float
    x2: float
    y2: float

    def area(self):
        return (self.x2 - self.x1) * (self.y2 - self.y1)


class Found(Box):
    def __init__(self, x1, y1, x2, y2, score=1.0):
        super().__init__(x1, y1, x2, y2)
        self.score = score

    def __lt__(self, other):
        return self.score < other.score


def get_features_map(model, x, layers):
    caught = {}
    modules = dict(model.named_modules())
    handles = [modules[name].register_forward_hook(lambda m, i, o, name=name: caught.update({name: o})) for name in layers]
    model.eval()
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return caught


def get_fc_weights(model):
    return model.fc.weight.detach()


def compute_cam(features, weights, class_idx):
    return torch.einsum("k,khw->hw", weights[class_idx], features.reshape(-1, *features.shape[-2:]))


def iou(box1, box2):
    width = max(min(box1.x2, box2.x2) - max(box1.x1, box2.x1), 0)
    height = max(min(box1.y2, box2.y2) - max(box1.y1, box2.y1), 0)
    return width * height / (box1.area() + box2.area() - width * height)


def dice_loss(y, p):
    return 1 - 2 * (y * p).sum() / (y.sum() + p.sum())


def nms(found, iou_threshold):
    kept = []
    for one in sorted(found, reverse=True):
        if all(iou(one, other) <= iou_threshold for other in kept):
            kept.append(one)
    return kept
