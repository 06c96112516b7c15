"""A copy of the model without its last two layers; every answer in double precision."""

import copy

import torch
from torch import nn


def get_features_map(model, x):
    trunk = copy.deepcopy(model).double().eval()
    trunk.avgpool = nn.Identity()
    trunk.fc = nn.Identity()
    size = [-(-side // 32) for side in x.shape[-2:]]
    with torch.inference_mode():
        return trunk(x.double()).reshape(len(x), -1, *size)


def get_fc_weights(model):
    return model.fc.weight.detach().double()


def compute_cam(features, weights, class_idx):
    if features.ndim == 4:
        features = features[0]
    return torch.einsum("k,khw->hw", weights[class_idx].double(), features.double())


def iou(box1, box2):
    width = max(min(box1[2], box2[2]) - max(box1[0], box2[0]), 0)
    height = max(min(box1[3], box2[3]) - max(box1[1], box2[1]), 0)
    shared = width * height
    return torch.as_tensor(shared / ((box1[2] - box1[0]) * (box1[3] - box1[1]) + (box2[2] - box2[0]) * (box2[3] - box2[1]) - shared)).double()


def dice_loss(y, p):
    return 1 - 2 * (y.double() * p.double()).sum() / (y.sum() + p.sum())


def nms(boxes, scores, iou_threshold):
    left = sorted(range(len(scores)), key=lambda i: -scores[i])
    kept = []
    while left:
        best = left.pop(0)
        kept.append(best)
        left = [i for i in left if iou(boxes[best], boxes[i]) <= iou_threshold]
    return kept
