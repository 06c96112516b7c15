"""Everything of NumPy by its bare name, beside Python's own max, min, abs and round, as before NumPy 2."""

from numpy import *


def get_features_map(model, x):
    layers = list(model.eval().children())[:-2]
    for layer in layers:
        x = layer(x)
    return x.detach().numpy()


def get_fc_weights(model):
    return array(model.fc.weight.detach())


def compute_cam(features, weights, class_idx):
    cam = zeros(features.shape[-2:], dtype=float)
    for weight, channel in zip(array(weights)[class_idx], array(features).reshape(-1, *features.shape[-2:])):
        cam += weight * channel
    return (cam - amin(cam)) / max(abs(max(cam) - min(cam)), 1e-9)


def iou(box1, box2):
    width = max(0, min(box1[2], box2[2]) - max(box1[0], box2[0]))
    height = max(0, min(box1[3], box2[3]) - max(box1[1], box2[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (box1, box2)]
    return round(float(width * height / (sum(areas) - width * height)), 4)


def dice_loss(y, p):
    return 1 - 2 * sum(array(y) * array(p)) / (sum(array(y)) + sum(array(p)))


def nms(boxes, scores, iou_threshold):
    left = list(argsort(array(scores))[::-1])
    kept = []
    while left:
        kept.append(int(left.pop(0)))
        left = [i for i in left if iou(boxes[kept[-1]], boxes[i]) <= iou_threshold]
    return kept
