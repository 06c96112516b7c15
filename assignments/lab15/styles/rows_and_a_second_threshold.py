"""Boxes as rows of class, score and corners, with a second threshold that may be left out, as in a much watched course."""

import torch


def get_features_map(model, x):
    caught = []
    handle = model.layer4.register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
    model.eval()
    with torch.no_grad():
        model(x)
    handle.remove()
    return caught[0]


def get_fc_weights(model):
    return model.fc.weight.detach()


def compute_cam(features, weights, class_idx):
    if features.ndim == 4:
        features = features[0]
    return torch.einsum("k,khw->hw", weights[class_idx], features)


def iou(box1, box2):
    width = max(min(box1[2], box2[2]) - max(box1[0], box2[0]), 0)
    height = max(min(box1[3], box2[3]) - max(box1[1], box2[1]), 0)
    shared = width * height
    return shared / ((box1[2] - box1[0]) * (box1[3] - box1[1]) + (box2[2] - box2[0]) * (box2[3] - box2[1]) - shared)


def dice_loss(y, p):
    return 1 - 2 * (y * p).sum() / (y.sum() + p.sum())


def nms(bboxes, iou_threshold, threshold=0.0, box_format="corners"):
    left = sorted((box for box in bboxes if box[1] > threshold), key=lambda box: box[1], reverse=True)
    kept = []
    while left:
        chosen = left.pop(0)
        left = [
            box
            for box in left
            if box[0] != chosen[0] or iou(torch.tensor(chosen[2:]), torch.tensor(box[2:])) < iou_threshold
        ]
        kept.append(chosen)
    return kept
