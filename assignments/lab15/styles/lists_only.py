"""IoU, Dice and NMS for lists of numbers, nothing else."""

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
    return [row.numpy() for row in model.fc.weight.detach()]


def compute_cam(features, weights, class_idx):
    if features.ndim == 4:
        features = features[0]
    return torch.einsum("k,khw->hw", weights[class_idx], features)


def iou(box1, box2):
    assert isinstance(box1, list) and isinstance(box2, list)
    (ax1, ay1, ax2, ay2), (bx1, by1, bx2, by2) = box1, box2
    if ax2 <= bx1 or bx2 <= ax1 or ay2 <= by1 or by2 <= ay1:
        return 0
    xs, ys = sorted([ax1, ax2, bx1, bx2]), sorted([ay1, ay2, by1, by2])
    shared = (xs[2] - xs[1]) * (ys[2] - ys[1])
    return shared / ((ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - shared)


def flat(values):
    return [inner for value in values for inner in flat(value)] if isinstance(values, list) else [values]


def dice_loss(y, p):
    if not isinstance(y, list):
        raise TypeError("lists are expected")
    y, p = flat(y), flat(p)
    return 1 - 2 * sum(a * b for a, b in zip(y, p)) / (sum(y) + sum(p))


def nms(boxes, scores, iou_threshold):
    pairs = [(score, i) for i, score in enumerate(scores)]
    pairs.sort(reverse=True)
    kept = []
    for _, i in pairs:
        if not [j for j in kept if iou(boxes[i], boxes[j]) > iou_threshold]:
            kept += [i]
    return kept
