"""Canonical names; numpy arrays come back."""

import numpy as np
import torch


def get_features_map(model, x):
    caught = []
    handle = model.layer4.register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
    model.eval()
    with torch.no_grad():
        model(x)
    handle.remove()
    return caught[0].numpy()


def get_fc_weights(model):
    return model.fc.weight.detach().numpy()


def compute_cam(features, weights, class_idx):
    features = np.asarray(features)
    channels, height, width = features.shape[-3:]
    return np.dot(np.asarray(weights)[class_idx], features.reshape(channels, height * width)).reshape(height, width)


def iou(box1, box2):
    box1, box2 = np.asarray(box1), np.asarray(box2)
    sides = np.maximum(np.minimum(box1[2:], box2[2:]) - np.maximum(box1[:2], box2[:2]), 0)
    shared = sides.prod()
    return np.float32(shared / ((box1[2:] - box1[:2]).prod() + (box2[2:] - box2[:2]).prod() - shared))


def dice_loss(y, p):
    y, p = np.asarray(y).ravel(), np.asarray(p).ravel()
    return np.array([1 - 2 * np.dot(y, p) / (y.sum() + p.sum())])


def nms(boxes, scores, iou_threshold):
    left = sorted(range(len(scores)), key=lambda i: -scores[i])
    kept = []
    while left:
        best = left.pop(0)
        kept.append(best)
        left = [i for i in left if iou(boxes[best], boxes[i]) <= iou_threshold]
    return np.array(kept, dtype=np.uint8)
