"""A map with ReLU, scaled, enlarged and in 256 levels; a mask of 0 and 1."""

import numpy as np
import torch
from PIL import Image


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


def make_heatmap(features, weights, class_idx):
    maps = features.reshape(-1, *features.shape[-2:])
    cam = torch.relu(torch.einsum("c,chw->hw", weights[class_idx], maps))
    picture = Image.fromarray((255 * cam / cam.max()).numpy().astype(np.uint8))
    return picture.resize((224, 224))


def iou(box1, box2):
    width = max(min(box1[2], box2[2]) - max(box1[0], box2[0]), 0)
    height = max(min(box1[3], box2[3]) - max(box1[1], box2[1]), 0)
    shared = width * height
    return [shared / ((box1[2] - box1[0]) * (box1[3] - box1[1]) + (box2[2] - box2[0]) * (box2[3] - box2[1]) - shared)]


def dice_loss(y, p):
    return 1 - 2 * (y * p).sum() / (y.sum() + p.sum())


def nms(boxes, scores, iou_threshold):
    mask = [1] * len(boxes)
    for i in scores.argsort(descending=True).tolist():
        for j in range(len(boxes)):
            if mask[i] and scores[j] < scores[i] and iou(boxes[i], boxes[j])[0] > iou_threshold:
                mask[j] = 0
    return mask
