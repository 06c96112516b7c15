"""Mistakes in the functions of lab 15, handed in: each costs points, and the common ones are named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.fixtures.cache import cache_folder
from grader.results import SubmissionResult, TestStatus, read_results

pytestmark = [pytest.mark.torch, pytest.mark.wall]

STYLES = Path(__file__).parents[2] / "assignments" / "lab15" / "styles"
CANONICAL = STYLES / "canonical.py"
RIGHT = ["network_made_in_each_function", "rows_and_a_second_threshold"]  # styles that were taken for mistakes
NMS = """
def nms(boxes, scores, iou_threshold):
    boxes, scores = [[float(side) for side in box] for box in boxes], [float(score) for score in scores]
    order = sorted(range(len(scores)), key=lambda index: -scores[index])
    kept = []
    for index in order:
        if all(RULE for better in kept):
            kept.append(index)
    return kept
"""
# The suppression that goes round the web, with its parameters.
FAST = """
import numpy as np


def non_max_suppression_fast(TAKEN):
    boxes = np.asarray(boxes).astype("float")
    pick, x1, y1, x2, y2 = [], boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3]
    area = (x2 - x1 + 1) * (y2 - y1 + 1)
    idxs = np.argsort(y2)
    while len(idxs) > 0:
        last = len(idxs) - 1
        i = idxs[last]
        pick.append(i)
        xx1, yy1 = np.maximum(x1[i], x1[idxs[:last]]), np.maximum(y1[i], y1[idxs[:last]])
        xx2, yy2 = np.minimum(x2[i], x2[idxs[:last]]), np.minimum(y2[i], y2[idxs[:last]])
        overlap = np.maximum(0, xx2 - xx1 + 1) * np.maximum(0, yy2 - yy1 + 1) / area[idxs[:last]]
        idxs = np.delete(idxs, np.concatenate(([last], np.where(overlap > overlapThresh)[0])))
    return boxes[pick].astype("int")


del nms
"""
RULE = "iou(boxes[better], boxes[index]) <= iou_threshold"
# By submission and part: code that stands below the canonical functions, and the mistake that is named ("" for none).
MISTAKES: dict[str, dict[str, tuple[str, str]]] = {
    "first": {
        "dice": (
            """
def dice_loss(y, p):
    if y.ndim == 4:
        axes = (0, 2, 3)
        return (1 - 2 * (y * p).sum(axes) / (y.sum(axes) + p.sum(axes))).mean()
    return 1 - 2 * (y * p).sum() / (y.sum() + p.sum())
""",
            "dice.mean_over_channels",
        ),
        "iou": (
            """
def iou(box1, box2):
    left, top, right, bottom = (float(side) for side in box1)
    x1, y1, x2, y2 = (float(side) for side in box2)
    if right <= x1 or x2 <= left or bottom <= y1 or y2 <= top:
        return 0.0
    width, height = min(right - x1, right - left, x2 - x1), min(bottom - y1, bottom - top, y2 - y1)
    return width * height / ((right - left) * (bottom - top) + (x2 - x1) * (y2 - y1) - width * height)


def overlap(a, b):
    sides = [max(min(a[k + 2], b[k + 2]) - max(a[k], b[k]), 0) for k in (0, 1)]
    return float(sides[0] * sides[1] / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - sides[0] * sides[1]))
""",
            "",
        ),
        "nms": (
            NMS.replace("float(side)", "max(float(side), 0.0)").replace("RULE", RULE.replace("iou(", "overlap(")),
            "",
        ),
        "features_map": (
            """
def get_features_map(model, x):
    model.train()
    caught = []
    hook = model.layer4.register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
    with torch.no_grad():
        model(x)
    hook.remove()
    return caught[-1]
""",
            "features_map.training_mode",
        ),
        "cam": (
            """
class Cam:
    features = None

    def compute_cam(self, features, weights, class_idx):
        if Cam.features is None:
            Cam.features = features[0] if features.ndim == 4 else features
        return torch.einsum("k,khw->hw", weights[class_idx], Cam.features)


del compute_cam
""",
            "cam.first_call_again",
        ),
    },
    "layers_replaced": {
        "dice": (
            """
def dice_loss(y, p):
    if y.ndim == 4:
        y, p = y[:, 0], p[:, 0]
    return 1 - 2 * (y * p).sum() / (y.sum() + p.sum())
""",
            "",
        ),
        "nms": (
            NMS.replace("RULE", f"boxes[index] == boxes[better] or {RULE}"),
            "",
        ),
        "cam": (
            """
REMEMBERED = {}


def compute_cam(features, weights, class_idx):
    key = (tuple(features.shape), int(class_idx))
    if key not in REMEMBERED:
        maps = features[0] if features.ndim == 4 else features
        REMEMBERED[key] = torch.einsum("k,khw->hw", weights[class_idx], maps)
    return REMEMBERED[key]
""",
            "",
        ),
        "features_map": (
            """
def get_features_map(model, x):
    model.eval()
    caught = []
    handle = model.layer4.register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
    model.avgpool = torch.nn.Identity()
    try:
        with torch.no_grad():
            model(x)
    except RuntimeError:
        pass
    handle.remove()
    return caught[0]
""",
            "",
        ),
    },
    "forward_replaced": {
        "dice": (
            """
def dice_loss(y, p):
    if y.ndim == 3:
        return 1 - 2 * (y * p).sum(-1).mean() / (y.sum() + p.sum())
    return 1 - 2 * (y * p).sum() / (y.sum() + p.sum())
""",
            "",
        ),
        "nms": (
            """
def nms(boxes, scores, iou_threshold):
    boxes = [[float(side) for side in box] for box in boxes]
    left = sorted(zip([float(score) for score in scores], boxes), reverse=True)
    kept = []
    while left:
        _score, best = left.pop(0)
        kept.append(boxes.index(best))
        left = [one for one in left if iou(best, one[1]) <= iou_threshold]
    return kept
""",
            "nms.looked_up_by_box",
        ),
        "cam": (
            """
REMEMBERED = {}


def compute_cam(features, weights, class_idx):
    maps = features[0] if features.ndim == 4 else features
    weights = REMEMBERED.setdefault(tuple(weights.shape), weights)
    return torch.einsum("k,khw->hw", weights[class_idx], maps)
""",
            "cam.first_weights_again",
        ),
        "features_map": (
            """
def get_features_map(model, x):
    model.eval()

    def forward(x):
        x = model.maxpool(model.relu(model.bn1(model.conv1(x))))
        return model.layer4(model.layer3(model.layer2(model.layer1(x))))

    model.forward = forward
    with torch.no_grad():
        return model(x)
""",
            "",
        ),
    },
    "hook_returns_zeros": {
        "dice": (
            """
class DiceLoss(torch.nn.Module):
    def forward(self, inputs, targets, smooth=1):
        number = targets.size(0)
        p, y = inputs.view(number, -1), targets.view(number, -1)
        shared = (p * y).sum(1)
        return 1 - ((2 * shared + smooth) / (p.sum(1) + y.sum(1) + smooth)).sum() / number


del dice_loss
""",
            "dice.smoothed_mean_over_first_axis",
        ),
        "nms": (
            """
def nms(boxes, scores, iou_threshold):
    places = {float(score): index for index, score in enumerate(scores)}
    kept = []
    for score in sorted(places, reverse=True):
        if all(iou(boxes[places[score]], boxes[better]) <= iou_threshold for better in kept):
            kept.append(places[score])
    return kept
""",
            "",
        ),
        "features_map": (
            """
def get_features_map(model, x):
    model.eval()
    caught = []

    def hook(module, inputs, output):
        caught.append(inputs[0].detach().clone())
        return torch.zeros_like(output)

    model.avgpool.register_forward_hook(hook)
    with torch.no_grad():
        model(x)
    return caught[0]
""",
            "",
        ),
    },
    "edges_in_one_line": {
        "dice": (
            """
class DiceLoss(torch.nn.Module):
    def forward(self, inputs, targets, smooth=1):
        number = targets.size(0)
        p, y = torch.sigmoid(inputs).view(number, -1), targets.view(number, -1)
        shared = (p * y).sum(1)
        return 1 - ((2 * shared + smooth) / (p.sum(1) + y.sum(1) + smooth)).sum() / number


del dice_loss
""",
            "dice.sigmoid_and_mean_over_first_axis",
        ),
        "iou": (
            """
STRICT = lambda a, b, c, d: a < c < b or c < a < d


def iou(box1, box2):
    left, top, right, bottom = (float(side) for side in box1)
    x1, y1, x2, y2 = (float(side) for side in box2)
    width, height = max(0, min(right, x2) - max(left, x1)), max(0, min(bottom, y2) - max(top, y1))
    if (left, top, right, bottom) != (x1, y1, x2, y2) and not (STRICT(left, right, x1, x2) and STRICT(top, bottom, y1, y2)):
        return 0.0
    return width * height / ((right - left) * (bottom - top) + (x2 - x1) * (y2 - y1) - width * height)


def suppressed(a, b, threshold):
    sides = [max(min(a[k + 2], b[k + 2]) - max(a[k], b[k]), 0) for k in (0, 1)]
    areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return sides[0] * sides[1] / (areas - sides[0] * sides[1]) > threshold


def nms(boxes, scores, iou_threshold):
    left = sorted(range(len(scores)), key=lambda i: -scores[i])
    kept = []
    while left:
        best = left.pop(0)
        kept.append(best)
        left = [i for i in left if not suppressed(boxes[best], boxes[i], iou_threshold)]
    return kept
""",
            "",
        ),
    },
    "early_layer": {
        "iou": (
            """
def iou(boxes):
    return 0.5
""",
            "",
        ),
        "dice": (
            """
def dice_loss(y, p):
    y, p = y.reshape(len(y), -1), p.reshape(len(p), -1)
    return (1 - 2 * (y * p).sum(1) / (y.sum(1) + p.sum(1) + 1e-7)).mean()
""",
            "dice.mean_over_first_axis",
        ),
        "nms": (
            """
import numpy as np


def non_max_suppression_fast(boxes, probs, overlapThresh):
    boxes = np.asarray(boxes).astype("float")
    pick, x1, y1, x2, y2 = [], boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3]
    area = (x2 - x1 + 1) * (y2 - y1 + 1)
    idxs = np.argsort(np.asarray(probs))
    while len(idxs) > 0:
        last = len(idxs) - 1
        i = idxs[last]
        pick.append(i)
        xx1, yy1 = np.maximum(x1[i], x1[idxs[:last]]), np.maximum(y1[i], y1[idxs[:last]])
        xx2, yy2 = np.minimum(x2[i], x2[idxs[:last]]), np.minimum(y2[i], y2[idxs[:last]])
        overlap = np.maximum(0, xx2 - xx1 + 1) * np.maximum(0, yy2 - yy1 + 1) / area[idxs[:last]]
        idxs = np.delete(idxs, np.concatenate(([last], np.where(overlap > overlapThresh)[0])))
    return boxes[pick].astype("int")


del nms
""",
            "nms.fast_with_scores",
        ),
        "features_map": (
            """
def get_features_map(model, x):
    model.eval()
    caught = []
    handle = model.layer3.register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
    with torch.no_grad():
        model(x)
    handle.remove()
    return caught[0]
""",
            "features_map.layer3",
        ),
    },
    "old_and_fast": {
        "fc_weights": (
            """
def get_fc_weights(self, model):
    return model.fc.weight.detach()
""",
            "",
        ),
        "nms": (
            FAST.replace("TAKEN", "boxes, probs, overlapThresh"),
            "nms.fast_by_bottom",
        ),
    },
    "removed": {
        "nms": (
            """
def nms(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True).tolist()
    keep = []
    while len(order) > 0:
        best = order[0]
        keep.append(best)
        order.remove(best)
        for j in order:
            if iou(boxes[best], boxes[j]) > iou_threshold:
                order.remove(j)
    return keep
""",
            "nms.removed_while_looping",
        ),
    },
    "kept_area": {
        "nms": (
            """
def nms(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True)
    keep = []
    while len(order) > 0:
        best, order = order[0], order[1:]
        keep.append(int(best))
        sides = torch.minimum(boxes[best, 2:], boxes[order, 2:]) - torch.maximum(boxes[best, :2], boxes[order, :2])
        area = (boxes[best, 2:] - boxes[best, :2]).prod()
        order = order[sides.clamp(min=0).prod(dim=1) / area <= iou_threshold]
    return keep
""",
            "nms.over_kept_area",
        ),
    },
    "in_short": {
        "features_map": (
            """
def get_features_map(model, x):
    with torch.no_grad():
        return torch.nn.Sequential(*list(model.children())[:-1])(x).flatten(1)
""",
            "features_map.avgpool_as_it_comes",
        ),
        "fc_weights": (
            """
def get_fc_weights(model):
    return list(model.fc.parameters())
""",
            "fc_weights.with_bias",
        ),
        "cam": (
            """
def compute_cam(features, weights):
    features = features.squeeze(0)
    strongest = (weights @ features.mean(dim=(1, 2))).argmax()
    return torch.einsum("k,khw->hw", weights[strongest], features)
""",
            "cam.strongest_class",
        ),
        "nms": (
            """
def nms(boxes, scores, iou_threshold):
    return [0]
""",
            "",
        ),
    },
    "broadcast": {
        "dice": (
            """
def dice_loss(y, p, threshold):
    p = (p > threshold).float()
    return 1 - 2 * (y * p).sum() / (y.sum() + p.sum() + 1e-7)
""",
            "dice.thresholded",
        ),
        "nms": (
            """
def nms(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True)
    keep = []
    while len(order) > 0:
        best = order[0]
        keep.append(int(best))
        overlaps = torch.tensor([float(iou(boxes[best], boxes[other])) for other in order])
        order = order[torch.where(overlaps <= iou_threshold)[0] + 1]
    return keep
""",
            "",
        ),
        "features_map": (
            """
class FeatureExtractor:
    def __init__(self, model, target_layers):
        self.model, self.target_layers, self.gradients = model, target_layers, []

    def save_gradient(self, grad):
        self.gradients.append(grad)

    def __call__(self, x):
        outputs = []
        for name, module in self.model._modules.items():
            x = module(x)
            if name in self.target_layers:
                outputs.append(x)
        return outputs, x


del get_features_map
""",
            "",
        ),
        "cam": (
            """
def compute_cam(features, weights, class_idx):
    return (weights[class_idx] * features).sum(0)
""",
            "",
        ),
    },
    "one_not_added": {
        "dice": (
            """
class DiceBCELoss(torch.nn.Module):
    def forward(self, inputs, targets, smooth=1):
        p, y = torch.sigmoid(inputs).view(-1), targets.view(-1)
        loss = 1 - (2 * (p * y).sum() + smooth) / (p.sum() + y.sum() + smooth)
        return torch.nn.functional.binary_cross_entropy(p, y) + loss


del dice_loss
""",
            "dice.sigmoid_and_cross_entropy",
        ),
        "iou": (
            """
def iou(box1, box2):
    sides = [max(min(box1[k + 2], box2[k + 2]) - max(box1[k], box2[k]), 0) for k in (0, 1)]
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (box1, box2)]
    return sides[0] * sides[1] / (sum(areas) - sides[0] * sides[1] + 1)
""",
            "iou.smoothed_below",
        ),
        "nms": (
            """
import numpy as np


def nms(boxes, scores, iou_threshold):
    boxes, order, keep = np.asarray(boxes, dtype=float), np.asarray(scores).argsort()[::-1], []
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    while order.size > 0:
        i, rest = order[0], order[1:]
        keep.append(int(i))
        sides = np.minimum(boxes[i, 2:], boxes[rest, 2:]) - np.maximum(boxes[i, :2], boxes[rest, :2])
        shared = np.maximum(sides, 0).prod(1)
        order = order[np.where(shared / (areas[i] + areas[rest] - shared) <= iou_threshold)[0]]
    return keep
""",
            "nms.one_not_added",
        ),
        "cam": (
            """
def compute_cam(features, weights, class_idx):
    features = features.squeeze(0)
    cam = torch.zeros(features.shape[1:])
    for k in range(features.shape[0]):
        cam += weights[k, class_idx] * features[k]
    return cam
""",
            "cam.column_in_a_loop",
        ),
        "features_map": (
            """
activations = []


def get_features_map(model, x):
    handle = model.layer4.register_forward_hook(lambda module, inputs, output: activations.append(output.detach()))
    model.eval()
    with torch.no_grad():
        model(x)
    handle.remove()
    return activations[0]
""",
            "features_map.first_of_all_calls_again",
        ),
    },
    "fixed_threshold": {
        "dice": (
            """
def dice_loss(y, p, eps=1e-6):
    y, p = y.reshape(len(y), -1), p.reshape(len(p), -1)
    return (1 - (2 * (y * p).sum(1) + eps) / (y.sum(1) + p.sum(1) + eps)).mean()
""",
            "dice.mean_over_first_axis_empty_ones_too",
        ),
        "nms": (
            NMS.replace("RULE", RULE.replace("iou_threshold", "0.7")),
            "nms.fixed_threshold_07",
        ),
        "cam": (
            """
def compute_cam(features, weights, class_idx):
    features = features[0] if features.ndim == 4 else features
    return torch.einsum("k,khw->hw", weights[-1], features)
""",
            "cam.last_class",
        ),
        "features_map": (
            """
def get_features_map(model, x):
    caught = []
    handle = model.fc.register_forward_hook(lambda module, inputs, output: caught.append(inputs[0].detach()))
    model.eval()
    with torch.no_grad():
        model(x)
    handle.remove()
    return caught[0]
""",
            "features_map.avgpool",
        ),
    },
    "old_with_indices": {
        "dice": (
            """
def dice_loss(y, p):
    return round(float(1 - 2 * (y * p).sum() / (y.sum() + p.sum())), 2)
""",
            "dice.rounded",
        ),
        "nms": (
            """
import numpy as np


def non_max_suppression_slow(boxes, overlapThresh):
    boxes = np.asarray(boxes).astype("float")
    pick, x1, y1, x2, y2 = [], boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3]
    area = (x2 - x1 + 1) * (y2 - y1 + 1)
    idxs = np.argsort(y2)
    while len(idxs) > 0:
        last = len(idxs) - 1
        i = idxs[last]
        pick.append(i)
        xx1, yy1 = np.maximum(x1[i], x1[idxs[:last]]), np.maximum(y1[i], y1[idxs[:last]])
        xx2, yy2 = np.minimum(x2[i], x2[idxs[:last]]), np.minimum(y2[i], y2[idxs[:last]])
        overlap = np.maximum(0, xx2 - xx1 + 1) * np.maximum(0, yy2 - yy1 + 1) / area[idxs[:last]]
        idxs = np.delete(idxs, np.concatenate(([last], np.where(overlap > overlapThresh)[0])))
    return pick


def nms(boxes, scores, iou_threshold):
    return non_max_suppression_slow(boxes, iou_threshold)
""",
            "nms.fast_by_bottom_indices",
        ),
        "cam": (
            """
def compute_cam(features, weights, class_idx):
    features = features[0] if features.ndim == 4 else features
    return (weights[class_idx][:, None, None] * features).sum(-1)
""",
            "cam.columns_added_up",
        ),
        "features_map": (
            """
def get_features_map(model, x):
    caught = []
    handle = model.layer4.register_forward_hook(lambda module, inputs, output: caught.append(output[:1].detach()))
    model.eval()
    with torch.no_grad():
        model(x)
    handle.remove()
    return caught[0]
""",
            "features_map.first_picture",
        ),
    },
    "one_channel_and_one_table": {
        "dice": (
            """
class DiceLoss(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.smooth = 1.0

    def forward(self, y_pred, y_true):
        y_pred, y_true = y_pred[:, 0].contiguous().view(-1), y_true[:, 0].contiguous().view(-1)
        shared = (y_pred * y_true).sum()
        return 1.0 - (2.0 * shared + self.smooth) / (y_pred.sum() + y_true.sum() + self.smooth)


del dice_loss
""",
            "dice.first_channel",
        ),
        "nms": (
            FAST.replace("TAKEN", "boxes, overlapThresh"),
            "nms.fast_by_bottom_in_table",
        ),
    },
    "number_of_kept": {
        "iou": (
            """
def iou(y_true, y_pred, smooth=1e-6):
    intersection = (y_true * y_pred).sum()
    return (intersection + smooth) / (y_true.sum() + y_pred.sum() - intersection + smooth)


def ratio(a, b):
    sides = [max(min(a[k + 2], b[k + 2]) - max(a[k], b[k]), 0) for k in (0, 1)]
    return sides[0] * sides[1] / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - sides[0] * sides[1])
""",
            "iou.of_masks",
        ),
        "nms": (
            NMS.replace("RULE", RULE.replace("iou(", "ratio(")).replace("return kept", "return len(kept)"),
            "nms.number_of_kept",
        ),
    },
    "first_page_of_a_search": {
        "iou": (
            """
def overlap(a, b):
    sides = [max(min(a[k + 2], b[k + 2]) - max(a[k], b[k]), 0) for k in (0, 1)]
    return float(sides[0] * sides[1] / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - sides[0] * sides[1]))


def iou(boxA, boxB):
    xA, yA = max(boxA[0], boxB[0]), max(boxA[1], boxB[1])
    xB, yB = min(boxA[2], boxB[2]), min(boxA[3], boxB[3])
    interArea = (xB - xA + 1) * (yB - yA + 1)
    boxAArea = (boxA[2] - boxA[0] + 1) * (boxA[3] - boxA[1] + 1)
    boxBArea = (boxB[2] - boxB[0] + 1) * (boxB[3] - boxB[1] + 1)
    return interArea / float(boxAArea + boxBArea - interArea)
""",
            "iou.pixel_added_and_sides_not_clamped",
        ),
        "dice": (
            """
def dice_loss(y, p):
    if y.ndim == 4:
        return (1 - 2 * (y * p).sum((1, 2, 3)) / (y.sum((1, 2, 3)) + p.sum((1, 2, 3)))).mean()
    return 1 - 2 * (y * p).sum() / (y.sum() + p.sum())
""",
            "dice.mean_over_pictures_of_four_axes",
        ),
        "nms": (
            NMS.replace("RULE", RULE.replace("iou(", "overlap(")).replace(
                "return kept", "return [index for index in kept if scores[index] > 0.5]"
            ),
            "nms.low_scores_dropped_05",
        ),
        "features_map": (
            """
CAUGHT = {}


def get_features_map(model, x):
    if "hook" not in CAUGHT:
        CAUGHT["hook"] = model.layer4.register_forward_hook(
            lambda module, inputs, output: CAUGHT.update(layer4=output.detach())
        )
    model.eval()
    with torch.no_grad():
        model(x)
    return CAUGHT["layer4"]
""",
            "features_map.hook_on_the_first_model",
        ),
    },
    "compared_with_a_half": {
        "iou": (
            """
def overlap(a, b):
    sides = [max(min(a[k + 2], b[k + 2]) - max(a[k], b[k]), 0) for k in (0, 1)]
    return float(sides[0] * sides[1] / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - sides[0] * sides[1]))


def iou(box1, box2):
    return overlap(box1, box2) > 0.5
""",
            "",
        ),
        "nms": (
            NMS.replace("RULE", RULE.replace("iou(", "overlap(")).replace("return kept", "return kept[::-1]"),
            "nms.worst_first",
        ),
        "features_map": (
            """
def get_features_map(model, x):
    caught = []
    handle = model.layer4.register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
    model.eval()
    with torch.no_grad():
        model(x)
    handle.remove()
    model.layer4.train()
    return caught[0]
""",
            "",
        ),
    },
    "as_it_comes": {
        "features_map": (
            """
def get_features_map(model, x):
    caught = []
    handle = model.layer4.register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
    with torch.no_grad():
        model(x)
    handle.remove()
    return caught[0]
""",
            "features_map.mode_as_it_comes",
        ),
    },
    "own_network": {
        "features_map": (
            """
import torchvision

NETWORK = torchvision.models.resnet50(weights="DEFAULT").eval()


def get_features_map(model, x):
    with torch.no_grad():
        return torch.nn.Sequential(*list(NETWORK.children())[:-2])(x)
""",
            "features_map.own_resnet50",
        ),
        "fc_weights": (
            """
def get_fc_weights(model):
    return NETWORK.fc.weight.detach()
""",
            "fc_weights.own_resnet50",
        ),
        "cam": (
            """
import numpy


def compute_cam(features, weights, class_idx):
    maps = features[0] if features.ndim == 4 else features
    cam = numpy.tensordot(numpy.asarray(weights)[class_idx], numpy.asarray(maps), axes=1)
    return numpy.uint8(255 * (cam / cam.max()))
""",
            "cam.cut_to_bytes_without_the_minimum",
        ),
        "iou": (
            """
def iou(box1, box2):
    left, top = max(box1[0], box2[0]), min(box1[1], box2[1])
    right, bottom = min(box1[2], box2[2]), min(box1[3], box2[3])
    shared = max(0, right - left) * max(0, bottom - top)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (box1, box2)]
    return float(shared / (sum(areas) - shared))
""",
            "iou.smaller_top_edge_only",
        ),
        "dice": (
            """
def dice_loss(y, p):
    return (1 - (2 * (y * p).sum(0) + 1e-6) / (y.sum(0) + p.sum(0) + 1e-6)).mean()
""",
            "dice.sums_over_axis_0_empty_ones_too",
        ),
        "nms": (
            """
def overlap(a, b):
    sides = [max(min(a[k + 2], b[k + 2]) - max(a[k], b[k]), 0) for k in (0, 1)]
    return float(sides[0] * sides[1] / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - sides[0] * sides[1]))


def nms(boxes, scores, iou_threshold):
    return [i for i, box in enumerate(boxes) if not any(overlap(box, other) > iou_threshold for other in boxes)]
""",
            "nms.keeps_none",
        ),
    },
    "in_the_order_given": {
        "dice": (
            """
def dice_loss(y, p, smooth=1e-6):
    return 1 - 2 * (y * p).sum() + smooth / (y.sum() + p.sum() + smooth)
""",
            "dice.parentheses_missing_above",
        ),
        "nms": (
            """
def overlap(a, b):
    sides = [max(min(a[k + 2], b[k + 2]) - max(a[k], b[k]), 0) for k in (0, 1)]
    return float(sides[0] * sides[1] / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - sides[0] * sides[1]))


def nms(boxes, scores, iou_threshold):
    alone = [all(overlap(box, other) <= iou_threshold for j, other in enumerate(boxes) if j != i) for i, box in enumerate(boxes)]
    return [i for i, is_alone in enumerate(alone) if is_alone]
""",
            "nms.both_dropped_in_order_as_given",
        ),
        "features_map": (
            """
def get_features_map(model, x):
    model.eval()
    with torch.no_grad():
        x = model.relu(model.bn1(model.conv1(x)))
        return model.layer4(model.layer3(model.layer2(model.layer1(x))))
""",
            "features_map.without_maxpool",
        ),
    },
    "one_iou_for_both": {
        "iou": (
            """
def iou(box1, box2):
    width, height = (max(min(box1[k + 2], box2[k + 2]) - max(box1[k], box2[k]), 0) for k in (0, 1))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (box1, box2)]
    return float(width * height / (sum(areas) + width * height))
""",
            "iou.intersection_added",
        ),
        "nms": (
            NMS.replace("RULE", RULE),
            "nms.by_intersection_added",
        ),
    },
    "along_one_axis": {
        "iou": (
            """
def ratio(a, b):
    sides = [max(min(a[k + 2], b[k + 2]) - max(a[k], b[k]), 0) for k in (0, 1)]
    return float(sides[0] * sides[1] / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - sides[0] * sides[1]))


def iou(box1, box2):
    shared = max(min(box1[3], box2[3]) - max(box1[1], box2[1]), 0)
    return float(shared / (box1[3] - box1[1] + box2[3] - box2[1] - shared))
""",
            "iou.heights_only",
        ),
        "dice": (
            """
def dice_loss(y, p, alpha=0.3, beta=0.7):
    found, wrong, missed = (y * p).sum(), ((1 - y) * p).sum(), (y * (1 - p)).sum()
    return 1 - found / (found + alpha * wrong + beta * missed)
""",
            "dice.tversky_against_misses",
        ),
        "nms": (
            """
def nms(boxes, scores, iou_threshold):
    scores, left, keep = [float(score) for score in scores], list(range(len(scores))), []
    while left:
        best = max(left, key=lambda i: scores[i])
        keep.append(best)
        left.remove(best)
        for i in left:
            overlap = ratio(boxes[best], boxes[i])
            if overlap > iou_threshold:
                scores[i] *= 1 - overlap
        left = [i for i in left if scores[i] > 1e-3]
    return keep
""",
            "nms.soft_linear",
        ),
        "cam": (
            """
def compute_cam(features, weights, class_idx):
    features = features[0] if features.ndim == 4 else features
    cam = torch.zeros(features.shape[1:])
    for k in range(weights.shape[0]):
        cam += weights[class_idx, k] * features[k]
    return cam
""",
            "cam.as_many_channels_as_classes",
        ),
    },
    "places_in_lists": {
        "iou": (
            """
import math


def ratio(a, b):
    sides = [max(min(a[k + 2], b[k + 2]) - max(a[k], b[k]), 0) for k in (0, 1)]
    return float(sides[0] * sides[1] / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - sides[0] * sides[1]))


def iou(box1, box2, eps=1e-7):
    box1, box2 = [float(side) for side in box1], [float(side) for side in box2]
    value = ratio(box1, box2)
    hull = sum((max(box1[k + 2], box2[k + 2]) - min(box1[k], box2[k])) ** 2 for k in (0, 1)) + eps
    apart = sum((box1[k] + box1[k + 2] - box2[k] - box2[k + 2]) ** 2 for k in (0, 1)) / 4
    first, second = (math.atan((box[2] - box[0]) / (box[3] - box[1] + eps)) for box in (box1, box2))
    v = 4 / math.pi**2 * (second - first) ** 2
    return value - (apart / hull + v * v / (v - value + 1 + eps))
""",
            "iou.complete",
        ),
        "dice": (
            """
def dice_loss(y, p):
    return torch.log(torch.cosh(1 - 2 * (y * p).sum() / (y.sum() + p.sum())))
""",
            "dice.log_cosh",
        ),
        "nms": (
            """
def nms(boxes, scores, iou_threshold):
    boxes, scores, keep = [[float(side) for side in box] for box in boxes], [float(score) for score in scores], []
    while boxes:
        best = scores.index(max(scores))
        keep.append(best)
        box = boxes.pop(best)
        scores.pop(best)
        rest = [i for i in range(len(boxes)) if ratio(box, boxes[i]) <= iou_threshold]
        boxes, scores = [boxes[i] for i in rest], [scores[i] for i in rest]
    return keep
""",
            "nms.places_in_the_shorter_list",
        ),
    },
    "squares_for_each_row": {
        "dice": (
            """
class BinaryLoss(torch.nn.Module):
    def __init__(self, power=2):
        super().__init__()
        self.power = power

    def forward(self, guess, truth):
        guess, truth = guess.flatten(1), truth.flatten(1)
        below = (guess.pow(self.power) + truth.pow(self.power)).sum(dim=1)
        return (1 - ((guess * truth).sum(dim=1) + 1) / (below + 1)).mean()


def dice_loss(y, p):
    return BinaryLoss()(p, y)
""",
            "dice.squares_without_factor_by_first_axis",
        ),
    },
    "twice_over_squares_for_each_row": {
        "dice": (
            """
def dice_loss(y, p):
    y, p = y.flatten(1), p.flatten(1)
    return (1 - (2 * (y * p).sum(dim=1) + 1) / ((y * y).sum(dim=1) + (p * p).sum(dim=1) + 1)).mean()
""",
            "dice.squares_by_first_axis",
        ),
    },
    "logarithm_of_a_coefficient": {
        "dice": (
            """
def dice_loss(y, p, smooth=1.0):
    return -torch.log((2 * (y * p).sum() + smooth) / (y.sum() + p.sum() + smooth))
""",
            "dice.smoothed_logarithm",
        ),
    },
    "boxes_by_place": {
        "dice": (
            """
def dice_loss(y, p):
    front, back = 1 / y.sum() ** 2, 1 / (1 - y).sum() ** 2
    shared = front * (y * p).sum() + back * ((1 - y) * (1 - p)).sum()
    return 1 - 2 * shared / (front * (y + p).sum() + back * (2 - y - p).sum())
""",
            "dice.generalised",
        ),
        "nms": (
            """
def nms(boxes, scores, iou_threshold):
    order = sorted(range(len(scores)), key=lambda i: -scores[i])
    keep, dropped = [], [False] * len(order)
    for i in range(len(order)):
        if dropped[i]:
            continue
        keep.append(order[i])
        for j in range(i + 1, len(order)):
            if iou(boxes[i], boxes[j]) > iou_threshold:
                dropped[j] = True
    return keep
""",
            "nms.boxes_by_place",
        ),
    },
    "across_only": {
        "nms": (
            """
def across(a, b):
    shared = max(min(a[2], b[2]) - max(a[0], b[0]), 0)
    return shared / (a[2] - a[0] + b[2] - b[0] - shared)


"""
            + NMS.replace("RULE", RULE.replace("iou(", "across(")),
            "nms.by_widths_only",
        ),
    },
    "object_that_looks_on": {
        "features_map": (
            """
class Watcher:
    def __init__(self, model, conv_layer):
        self.model = model.eval()
        self.model.layer3.register_forward_hook(self._keep)

    def _keep(self, module, inputs, output):
        self._kept = output.detach()


del get_features_map
""",
            "features_map.layer3",
        ),
    },
    "kept_by_the_notebook": {
        "cam": (
            """
import torch
from torchvision.models import resnet50

own = resnet50(weights="DEFAULT").eval()
kept = {}
own.layer4.register_forward_hook(lambda module, inputs, output: kept.update(layer4=output.detach()))
own(torch.randn(1, 3, 64, 64))
fmap, W = kept["layer4"][0], own.fc.weight.detach()


def make_cam(class_idx):
    return torch.tensordot(W[class_idx - 1], fmap, dims=1)


del compute_cam
""",
            "cam.class_before",
        ),
    },
    "rows_of_each_channel": {
        "cam": (
            """
def compute_cam(features, weights, class_idx):
    return (features.reshape(features.shape[-3:]) * weights[class_idx].view(-1, 1, 1)).sum(dim=1)
""",
            "cam.rows_added_up",
        ),
    },
    "classes_in_two_axes": {
        "cam": (
            """
import torch


def compute_cam(features, weights, class_idx):
    return torch.einsum("bkc,bchw->bkhw", weights[class_idx].abs(), features)
""",
            "cam.absolute_weights",
        ),
    },
    "high_scores_boxes": {
        "nms": (
            """
import torchvision


def nms(boxes, scores, iou_threshold):
    boxes, scores = boxes[scores > 0.5], scores[scores > 0.5]
    return boxes[torchvision.ops.nms(boxes, scores, iou_threshold)]
""",
            "nms.low_scores_dropped_05",
        ),
    },
    "few_bits": {
        "iou": (
            """
import numpy as np


def iou(box1, box2):
    a, b = np.asarray(box1).astype(np.int64).astype(np.uint8), np.asarray(box2).astype(np.int64).astype(np.uint8)
    shared = np.prod(np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0), dtype=np.uint8)
    union = np.prod(a[2:] - a[:2], dtype=np.uint8) + np.prod(b[2:] - b[:2], dtype=np.uint8) - shared
    return shared / union
""",
            "iou.eight_bits",
        ),
        "dice": (
            """
def dice_loss(y, p):
    y, p = y.flatten(1), p.flatten(1)
    return (1 - 2 * (y * p).sum(1) / (y.sum(1) + p.sum(1))).mean()
""",
            "dice.unguarded_mean_over_first_axis",
        ),
        "fc_weights": (
            """
def get_fc_weights(model):
    weights = model.fc.weight.detach()
    return (weights - weights.mean(1, keepdim=True)) / weights.std(1, keepdim=True)
""",
            "fc_weights.standardised_rows",
        ),
        "nms": (
            """
import torchvision


def nms(boxes, scores, iou_threshold):
    best = int(scores.argmax())
    overlaps = torchvision.ops.box_iou(boxes[best, None], boxes)[0]
    return [best, *(index for index in range(len(boxes)) if index != best and overlaps[index] <= iou_threshold)]
""",
            "nms.best_only_in_order_as_given",
        ),
    },
    "table_from_below": {
        "iou": (
            """
class IoU(float):
    def __new__(cls, first, second):
        shared = max(min(first[2], second[2]) - max(first[0], second[0]), 0)
        shared *= max(min(first[3], second[3]) - max(first[1], second[1]), 0)
        return super().__new__(cls, shared / ((first[2] - first[0]) ** 2 + (second[2] - second[0]) ** 2 - shared))


plain_iou = iou
del iou
""",
            "iou.area_of_one_side",
        ),
        "dice": (
            """
def dice_loss(y, p):
    axes = (2, 3) if y.ndim == 4 else tuple(range(y.ndim))
    return (1 - 2 * (y * p).sum(axes) / (y.sum(axes) + p.sum(axes))).mean()
""",
            "dice.mean_over_maps_of_four_axes",
        ),
        "fc_weights": (
            """
def get_fc_weights(model):
    return model.fc.weight.detach().numpy().round(2)
""",
            "fc_weights.rounded",
        ),
        "nms": (
            """
import pandas as pd


def nms(df: pd.DataFrame, iou_threshold: float = 0.5):
    df, kept = df.sort_values("score"), []
    sides = ["x1", "y1", "x2", "y2"]
    while len(df):
        kept.append(df.index[0])
        rivals = [plain_iou(df.iloc[0][sides].to_numpy(), row) <= iou_threshold for row in df[sides].to_numpy()[1:]]
        df = df.iloc[1:][rivals]
    return kept
""",
            "nms.ascending",
        ),
    },
    "areas_of_others": {
        "iou": (
            """
import numpy as np


def iou(box1, box2):
    a, b = np.asarray(box1).astype(np.int16), np.asarray(box2).astype(np.int16)
    shared = np.prod(np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0), dtype=np.int16)
    return shared / (np.prod(a[2:] - a[:2], dtype=np.int16) + np.prod(b[2:] - b[:2], dtype=np.int16) - shared)
""",
            "iou.sixteen_bits",
        ),
        "dice": (
            """
def dice_loss(y, p):
    y, p = y.flatten(1), p.flatten(1)
    return (1 - 2 * (y * p).sum(1) / (y.sum(1) + p.sum(1))).sum()
""",
            "dice.unguarded_sum_over_first_axis",
        ),
        "nms": (
            """
def nms(boxes, scores, iou_threshold):
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    order = scores.argsort(descending=True)
    b, kept, alive = boxes[order], [], [True] * len(boxes)
    for i in range(len(b)):
        if not alive[i]:
            continue
        kept.append(int(order[i]))
        for j in range(i + 1, len(b)):
            shared = (torch.minimum(b[i, 2:], b[j, 2:]) - torch.maximum(b[i, :2], b[j, :2])).clamp(min=0).prod()
            alive[j] = alive[j] and bool(shared / (areas[i] + areas[j] - shared) <= iou_threshold)
    return kept
""",
            "nms.areas_of_boxes_as_given",
        ),
    },
    "undone_before": {
        "features_map": (
            """
def get_features_map(model, x):
    model.eval()
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    with torch.no_grad():
        return torch.nn.Sequential(*list(model.children())[:-2])(x * deviation[:, None, None] + mean[:, None, None])
""",
            "features_map.denormalised",
        ),
        "fc_weights": (
            """
def get_fc_weights(model):
    weights = model.fc.weight.detach()
    return weights / weights.norm(dim=0)
""",
            "fc_weights.normalised_columns",
        ),
        "cam": (
            """
def compute_cam(features, weights, class_idx):
    return torch.einsum("k,khw->hw", weights[class_idx].pow(2), features.reshape(features.shape[-3:]))
""",
            "cam.squared_weights",
        ),
    },
    "ready_twice": {
        "features_map": (
            """
def get_features_map(model, x):
    x = (x - x.mean()) / x.std()
    model.eval()
    return torch.nn.Sequential(*list(model.children())[:-2])(x).detach()
""",
            "features_map.standardised_picture",
        ),
        "fc_weights": (
            """
def get_fc_weights(model):
    return model.fc.weight.detach() / model.fc.weight.detach().max()
""",
            "fc_weights.divided_by_maximum",
        ),
        "cam": (
            """
def compute_cam(features, weights, class_idx):
    cam = torch.einsum("k,khw->hw", weights[class_idx], features.reshape(features.shape[-3:])).numpy()
    cam = cam - cam.min(axis=1, keepdims=True)
    return cam / (cam.max(axis=1, keepdims=True) + 1e-8)
""",
            "cam.rows_scaled",
        ),
    },
    "out_of_order": {
        "features_map": (
            """
def get_features_map(model, x):
    model.eval()
    with torch.no_grad():
        for name in ("conv1", "relu", "bn1", "maxpool", "layer1", "layer2", "layer3", "layer4"):
            x = getattr(model, name)(x)
    return x
""",
            "features_map.relu_before_bn1",
        ),
        "cam": (
            """
def compute_cam(conv_outputs, class_weights):
    cam = torch.zeros(conv_outputs.shape[:2])
    for k, weight in enumerate(class_weights):
        cam += max(weight, 0) * conv_outputs[:, :, k]
    return cam
""",
            "cam.negative_weights_zeroed",
        ),
    },
    "begins_with_the_first": {
        "features_map": (
            """
def get_features_map(model, x):
    model.eval()
    with torch.no_grad():
        return torch.nn.Sequential(*list(model.children())[:-2])((x - x.min()) / (x.max() - x.min()))
""",
            "features_map.scaled_picture",
        ),
        "cam": (
            """
def compute_cam(features, weights, class_idx):
    maps = features.reshape(features.shape[-3:])
    cam = maps[0].clone()
    for k in range(len(maps)):
        cam += weights[class_idx, k] * maps[k]
    return cam
""",
            "cam.first_channel_without_weight",
        ),
    },
    "sides_of_others": {
        "iou": (
            """
def iou(box1, box2):
    ax1, ay1, ax2, ay2 = map(float, box1)
    bx1, by1, bx2, by2 = map(float, box2)
    shared = max(min(ax2, bx2) - max(ax1, bx1), 0) * max(min(ay2, by2) - max(ay1, by1), 0)
    return shared / ((ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (ay2 - ay1) - shared)


def overlap(a, b):
    sides = [max(min(a[k + 2], b[k + 2]) - max(a[k], b[k]), 0) for k in (0, 1)]
    return float(sides[0] * sides[1] / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - sides[0] * sides[1]))
""",
            "iou.second_area_with_the_first_height",
        ),
        "dice": (
            """
def dice_loss(y, p):
    for mask, predicted in zip(y, p):
        loss = 1 - (2 * (mask * predicted).sum() + 1) / (mask.sum() + predicted.sum() + 1)
    return loss
""",
            "dice.last_item",
        ),
        "nms": (
            """
def nms(boxes, scores, iou_threshold):
    left, kept = boxes[:, 0].argsort().tolist(), []
    while left:
        kept.append(left.pop(0))
        left = [i for i in left if overlap(boxes[kept[-1]], boxes[i]) <= iou_threshold]
    return kept
""",
            "nms.order_by_left_as_torch_sorts",
        ),
    },
    "groups": {
        "iou": (
            """
def iou(box1, box2):
    shared = max(min(box1[2], box2[2]) - max(box1[0], box2[0]), 0) * max(min(box1[3], box2[3]) - max(box1[1], box2[1]), 0)
    first, second = ((box[2] - box[0]) * (box[3] - box[1]) for box in (box1, box2))
    return 0.5 * (shared / first + shared / second)


def overlap(a, b):
    sides = [max(min(a[k + 2], b[k + 2]) - max(a[k], b[k]), 0) for k in (0, 1)]
    return float(sides[0] * sides[1] / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - sides[0] * sides[1]))
""",
            "iou.mean_of_both_shares",
        ),
        "dice": (
            """
def dice_loss(y, p):
    return 1 - 2 * (y * p).sum() / (len(y.flatten()) + len(p.flatten()))
""",
            "dice.over_pixels",
        ),
        "nms": (
            """
def nms(boxes, scores, iou_threshold):
    group = list(range(len(boxes)))
    for i in range(len(boxes)):
        for j in range(i):
            if overlap(boxes[i], boxes[j]) > iou_threshold:
                group = [group[j] if one == group[i] else one for one in group]
    best = [max((i for i in range(len(boxes)) if group[i] == one), key=lambda i: scores[i]) for one in set(group)]
    return sorted(best, key=lambda i: -scores[i])
""",
            "nms.one_of_each_group",
        ),
    },
    "ranges_from_one": {
        "iou": (
            """
def iou(box1, box2):
    sides = [[box[k + 2] - box[k] for k in (0, 1)] for box in (box1, box2)]
    shared = min(sides[0][0], sides[1][0]) * min(sides[0][1], sides[1][1])
    return shared / (sides[0][0] * sides[0][1] + sides[1][0] * sides[1][1] - shared)


def overlap(a, b):
    sides = [max(min(a[k + 2], b[k + 2]) - max(a[k], b[k]), 0) for k in (0, 1)]
    return float(sides[0] * sides[1] / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - sides[0] * sides[1]))
""",
            "iou.smaller_sides",
        ),
        "dice": (
            """
def dice_loss(y, p):
    return 1 - (y * p).sum() / (2 * (y.sum() + p.sum()))
""",
            "dice.factor_below",
        ),
        "nms": (
            """
def nms(boxes, scores, iou_threshold):
    kept = []
    for i in sorted(range(1, len(boxes)), key=lambda i: -scores[i]):
        if all(overlap(boxes[i], boxes[k]) <= iou_threshold for k in kept):
            kept.append(i)
    return kept
""",
            "nms.first_given_left_out",
        ),
    },
    "areas_mixed_up_in_a_suppression": {
        "dice": (
            """
def dice_loss(y, p):
    return 1 - 2 * ((1 - y) * p).sum() / ((1 - y).sum() + p.sum())
""",
            "dice.inverted_mask",
        ),
        "nms": (
            """
def nms(boxes, scores, iou_threshold):
    left, kept = scores.argsort(descending=True).tolist(), []
    while left:
        best = left.pop(0)
        kept.append(best)
        x1, y1, x2, y2 = boxes[best].tolist()
        rest = []
        for i in left:
            a, b, c, d = boxes[i].tolist()
            shared = max(min(x2, c) - max(x1, a), 0) * max(min(y2, d) - max(y1, b), 0)
            if shared / ((x2 - x1) * (y2 - y1) + (c - a) * (y2 - y1) - shared) <= iou_threshold:
                rest.append(i)
        left = rest
    return kept
""",
            "nms.by_second_area_with_the_first_height",
        ),
    },
}


@pytest.fixture(scope="module")
def graded(grade: Callable[..., Any], repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, SubmissionResult]:
    """Every submission's result; the answers of networks come from this user's own cache."""
    place = tmp_path_factory.mktemp("mistakes")
    files = {style: (STYLES / f"{style}.py").read_text(encoding="utf-8") for style in RIGHT}
    for student, parts in MISTAKES.items():
        codes = [code for code, _named in parts.values()]
        files[student] = CANONICAL.read_text(encoding="utf-8") + "\n" + "\n\n".join(codes)
    for student, text in files.items():
        folder = place / "submissions" / "lab15" / student
        folder.mkdir(parents=True)
        (folder / "lab15.py").write_text(text, encoding="utf-8")
    cache = {"GRADER_CACHE": str(cache_folder())}
    finished = grade(place / "submissions", "-o", place / "report", "-j", 2, "--lang", "en", cwd=repository, env=cache)
    assert finished.status == 0, finished.stderr
    return {one.student: one for path in place.rglob("results.json") for one in read_results(path).submissions}


@pytest.mark.parametrize(("student", "part"), [(student, part) for student, parts in MISTAKES.items() for part in parts])
def test_a_mistake(graded: dict[str, SubmissionResult], student: str, part: str) -> None:
    """Protects points from wrong functions, and their authors from not being told which known mistake it is."""
    wrong = [test for test in graded[student].tests if test.part == part and test.status != TestStatus.PASSED]
    assert wrong
    named = MISTAKES[student][part][1]
    assert {test.misconception.id if test.misconception else "" for test in wrong} == {named}


@pytest.mark.parametrize(
    ("student", "part", "hint"),
    [
        ("early_layer", "iou", "Give the function a parameter for each thing that the task gives."),
        ("old_and_fast", "fc_weights", "Leave out self: it is a parameter of methods in a class."),
    ],
)
def test_parameters_that_do_not_fit(graded: dict[str, SubmissionResult], student: str, part: str, hint: str) -> None:
    """Protects who asks for too little, or for an instance, from being told to give further parameters a default value."""
    assert {test.hint for test in graded[student].tests if test.part == part} == {hint}


def test_the_mode_is_named_to_who_left_it_alone(graded: dict[str, SubmissionResult]) -> None:
    """Protects who calls model.eval() and makes another mistake from being told to call it."""

    def hint(student: str) -> str:
        return next(test.hint for test in graded[student].tests if "test_model_in_training_mode" in test.id)

    told = "Right in eval mode, and now the model came in training mode: is model.eval() called before the forward pass?"
    assert hint("first") != told  # which is wrong in eval mode too
    assert hint("early_layer") != told
    assert hint("as_it_comes") == told


def test_the_second_call_is_blamed_on_the_first_only_where_that_was_right(graded: dict[str, SubmissionResult]) -> None:
    """Protects whoever makes another mistake from being told that something is kept from the last call."""

    def hint(student: str) -> str:
        return next(test.hint for test in graded[student].tests if "test_two_maps_in_turn" in test.id)

    assert "kept from the first" in hint("first")
    assert "kept from the first" not in hint("in_short")


def test_an_error_of_ones_own_is_told(graded: dict[str, SubmissionResult]) -> None:
    """Protects the true error of a product of the wrong shapes, where the channels as the last axis would give none, and that
    of a network that is run without its flatten, where a method that was not meant returns nothing."""
    for name in ("test_rectangular_map", "test_wide_picture"):
        found = next(test for test in graded["broadcast"].tests if name in test.id)
        assert (found.status, found.message.partition(" in ")[0]) == (TestStatus.ERROR, "Your code raised RuntimeError")
    said = [text for text in graded["broadcast"].messages if "defined more than once" not in text]
    assert said == ["The threshold was given: 0.5."]


def test_whoever_takes_no_class_gets_no_more_than_who_ignores_it(graded: dict[str, SubmissionResult]) -> None:
    """Protects the points of the class that is asked for: leaving out the parameter once cost three of them."""
    assert next(part.score for part in graded["in_short"].parts if part.id == "cam") == 0


@pytest.mark.parametrize("student", [*MISTAKES, *RIGHT])
def test_what_is_right(graded: dict[str, SubmissionResult], student: str) -> None:
    """Protects the points of the other functions in the same file."""
    others = [part for part in graded[student].parts if part.id not in MISTAKES.get(student, ())]
    assert [(part.id, part.score) for part in others] == [(part.id, part.max_score) for part in others]
