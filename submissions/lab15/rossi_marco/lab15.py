"""Lab 15, Marco Rossi."""
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
    inter = max(w, 0) * max(h, 0)
    area1 = (box1[2] - box1[0]) * (box1[3] - box1[1])
    area2 = (box2[2] - box2[0]) * (box2[3] - box2[1])
    return float(inter / (area1 + area2 - inter))


def dice_loss(y, p):
    # add up axis after axis until a picture is left
    shared = y * p
    while shared.dim() > 2:
        total = shared.sum(dim=0)
    return float(1 - 2 * shared.sum() / (y.sum() + p.sum()))


def nms(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True).tolist()
    keep = []
    while order:
        best = order.pop(0)
        keep.append(best)
        order = [i for i in order if iou(boxes[best], boxes[i]) <= iou_threshold]
    return keep
