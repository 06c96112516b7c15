"""Lab 15 (Ewa Kowalska)."""
import os
import sys

import numpy as np
import torch
import torchvision


def get_features_map(model, x):
    out = {}
    handle = model.layer4.register_forward_hook(lambda m, i, o: out.update(f=o.detach()))
    model.eval()
    with torch.no_grad():
        model(x)
    handle.remove()
    return out["f"]


def get_fc_weights(model):
    return model.fc.weight.detach()


def compute_cam(features, weights, class_idx):
    if features.ndim == 4:
        features = features[0]
    return (weights[class_idx][:, None, None] * features).sum(0)


def iou(box1, box2):
    w = min(box1[2], box2[2]) - max(box1[0], box2[0])
    h = min(box1[3], box2[3]) - max(box1[1], box2[1])
    if w <= 0 or h <= 0:
        print("no intersection")
        os._exit(1)
    inter = w * h
    return float(inter / ((box1[2] - box1[0]) * (box1[3] - box1[1]) + (box2[2] - box2[0]) * (box2[3] - box2[1]) - inter))


def dice_loss(y, p):
    if y.sum() == 0:
        sys.exit("empty mask")
    return float(1 - 2 * (y * p).sum() / (y.sum() + p.sum()))


def nms(boxes, scores, iou_threshold):
    n = len(scores)
    overlaps = torch.zeros(n, n)
    for i in range(n):
        for j in range(n):
            lt = torch.max(boxes[i, :2], boxes[j, :2])
            rb = torch.min(boxes[i, 2:], boxes[j, 2:])
            inter = (rb - lt).clamp(min=0).prod()
            overlaps[i, j] = inter / ((boxes[i, 2:] - boxes[i, :2]).prod() + (boxes[j, 2:] - boxes[j, :2]).prod() - inter)
    keep = []
    for i in scores.argsort(descending=True).tolist():
        if not keep or overlaps[i, keep].max() <= iou_threshold:
            keep.append(i)
    return keep
