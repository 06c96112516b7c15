"""Answers that were cut to 16 bits."""

import torch


def get_features_map(model, x):
    caught = []
    handle = model.layer4.register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
    model.eval()
    with torch.no_grad():
        model(x)
    handle.remove()
    return caught[0].bfloat16()


def get_fc_weights(model):
    return model.fc.weight.detach().half()


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


def nms(boxes, scores, iou_threshold):
    left = sorted(range(len(scores)), key=lambda i: -scores[i])
    kept = []
    while left:
        best = left.pop(0)
        kept.append(best)
        left = [i for i in left if iou(boxes[best], boxes[i]) <= iou_threshold]
    return torch.tensor(kept, dtype=torch.int16)
