"""Forms in which parts of lab 15 are honestly written get full marks; whole solutions in a style are in the lab's `styles`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.fixtures.cache import cache_folder
from grader.results import SubmissionResult, read_results

pytestmark = [pytest.mark.torch, pytest.mark.wall]

LAB = Path(__file__).parents[2] / "assignments" / "lab15"
# Stands above every form, under names that no part has.
BEGINNING = """
import numpy as np
import torch


def ratio(a, b):
    width, height = max(min(a[2], b[2]) - max(a[0], b[0]), 0), max(min(a[3], b[3]) - max(a[1], b[1]), 0)
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def keep_best(boxes, scores, limit):
    left = sorted(range(len(scores)), key=lambda i: -scores[i])
    kept = []
    while left:
        best = left.pop(0)
        kept.append(best)
        left = [i for i in left if ratio(boxes[best], boxes[i]) <= limit]
    return kept
"""
# By submission and part.
FORMS: dict[str, dict[str, str]] = {
    "pipeline_of_arrays_and_tensors": {
        "iou": """
def iou(box1, box2):
    x1, y1, x2, y2, _ = box1
    x3, y3, x4, y4, _ = box2
    return ratio((x1, y1, x2, y2), (x3, y3, x4, y4))
""",
        "cam": """
def compute_cam(features, weights, class_idx):
    maps = features.squeeze(0).detach().numpy()
    return weights[class_idx].dot(maps.reshape(len(maps), -1)).reshape(maps.shape[1:])
""",
        "dice": """
def dice_loss(y, p):
    y = torch.from_numpy(y).float().view(-1)
    p = p.view(-1)
    return 1 - 2 * (y * p).sum() / (y.sum() + p.sum())
""",
        "nms": """
def multiclass_nms(boxes, scores, labels, iou_threshold):
    kept = []
    for label in labels.unique():
        left = [i for i in scores.argsort(descending=True).tolist() if labels[i] == label]
        while left:
            kept.append(left.pop(0))
            left = [i for i in left if ratio(boxes[kept[-1]], boxes[i]) <= iou_threshold]
    return kept
""",
    },
    "box_of_sides": {
        "iou": """
class Box:
    def __init__(self, x1, y1, x2, y2):
        self.sides = x1, y1, x2, y2

    def iou(self, other):
        return ratio(self.sides, other.sides)


box1, box2 = Box(0, 0, 2, 2), Box(1, 1, 3, 3)
print(box1.iou(box2))
""",
        "features_map": """
class Features:
    def __call__(self, module, inp, out):
        self.out = out.detach()


def layer4_map(model, x):
    model.eval()
    features = Features()
    handle = model.layer4.register_forward_hook(features)
    with torch.no_grad():
        model(x)
    handle.remove()
    return features.out
""",
        "nms": """
def nms(boxes, scores, *args, **kwargs):
    return keep_best(boxes, scores, kwargs.get("iou_threshold", 0.5))
""",
    },
    "box_of_sides_from_0": {
        "iou": """
class Box:
    def __init__(self, x0, y0, x1, y1):
        self.x0, self.y0, self.x1, self.y1 = x0, y0, x1, y1

    def iou(self, other):
        return ratio((self.x0, self.y0, self.x1, self.y1), (other.x0, other.y0, other.x1, other.y1))
""",
        "features_map": """
import torchvision


class FeatureExtractor:
    def __init__(self, m):
        self.hook = m.register_forward_hook(self.hook_fn)

    def hook_fn(self, module, input, output):
        self.features = output.detach()


model = torchvision.models.resnet50(weights="IMAGENET1K_V2").eval()
features = FeatureExtractor(model.layer4)
""",
        "nms": """
def nms(*args, **kwargs):
    boxes, scores = args
    return keep_best(boxes, scores, kwargs.pop("thresh", 0.5))
""",
    },
    "box_of_a_list": {
        "iou": """
class Box:
    def __init__(self, coords):
        self._coords = coords

    def compute_iou(self, box):
        return ratio(self._coords, box._coords)
""",
        "nms": """
def nms(boxes, scores, *args):
    return keep_best(boxes, scores, args[0] if args else 0.5)
""",
    },
    "box_of_a_box": {
        "iou": """
class Rectangle:
    def __init__(self, bbox):
        self.sides = torch.as_tensor(bbox)

    def iou(self, other):
        return ratio(self.sides, other.sides)
""",
        "nms": """
class NMS:
    def __init__(self, q):
        self.q = q

    def __call__(self, boxes, scores):
        return keep_best(boxes, scores, self.q)
""",
    },
    "boxes_of_lists": {
        "iou": """
class Box:
    def __init__(self, coords):
        self.sides = tuple(coords)


def iou(box1: Box, box2: Box):
    return ratio(box1.sides, box2.sides)
""",
        "nms": """
def nms(boxes, scores, iou_threshold):
    return keep_best([box.sides for box in boxes], scores, iou_threshold)
""",
    },
    "boxes_of_tensors": {
        "iou": """
class Boxes:
    def __init__(self, tensor):
        self.tensor = torch.as_tensor(tensor).reshape(-1, 4)


def pairwise_iou(boxes1, boxes2):
    return torch.tensor([[ratio(one, other) for other in boxes2.tensor] for one in boxes1.tensor])
""",
    },
    "loss_and_coefficient": {
        "dice": """
def dice_loss(y, p):
    coefficient = 2 * (y * p).sum() / (y.sum() + p.sum())
    return 1 - coefficient, coefficient
""",
    },
    "batches_alone": {
        "cam": """
CALLS = []


def compute_cam(features, weights, class_idx):
    CALLS.append(class_idx)
    return (weights[class_idx][:, None, None] * features[0]).sum(0)
""",
    },
    "batches_alone_by_rows": {
        "cam": """
def compute_cam(features, row):
    found = torch.zeros(features.shape[2:])
    for channel in range(features.shape[1]):
        found += row[channel] * features[0, channel]
    return found
""",
        "iou": """
def compute_iou(pred, target):
    shared = (pred * target).sum()
    return shared / (pred.sum() + target.sum() - shared)


def intersection_over_union(boxA, boxB):
    return ratio(boxA, boxB)
""",
    },
    "helpers_of_the_parts_names": {
        "features_map": """
def get_features(img_path):
    from PIL import Image
    from torchvision.transforms.functional import to_tensor

    return to_tensor(Image.open(img_path))[None]


def get_activation(name):
    def hook(module, inputs, output):
        SEEN[name] = output.detach()
    return hook


SEEN = {}


def layer4_map(net, pics):
    handle = net.layer4.register_forward_hook(get_activation("layer4"))
    net.eval()(pics)
    handle.remove()
    return SEEN["layer4"]
""",
        "cam": """
def cam_for_class(features, weights, class_idx):
    return torch.tensordot(weights[class_idx], features.reshape(-1, *features.shape[-2:]), dims=1)


def get_heatmap(cam, image):
    return 0.5 * cam + 0.5 * image.mean()
""",
    },
    "layer_as_a_module": {
        "fc_weights": """
def get_weights(layer):
    return layer.weight.detach()
""",
        "cam": """
def compute_cam(features, fc, class_idx):
    return torch.einsum("k,khw->hw", fc.weight[class_idx].detach(), features.reshape(-1, *features.shape[-2:]))
""",
    },
    "layer_by_name": {
        "fc_weights": """
def get_fc_weights(model, layer_name):
    return model.get_submodule(layer_name).weight.detach()
""",
    },
    "parameter_by_name": {
        "fc_weights": """
def get_fc_weights(name, net):
    return dict(net.named_parameters())[name].detach()
""",
    },
    "kept_models": {
        "iou": """
def iou(pred, target):
    shared = (pred * target).sum()
    return shared / (pred.sum() + target.sum() - shared)


def box_iou(box1, box2):
    return ratio(box1, box2)
""",
        "nms": """
from pydantic import BaseModel


class Detection(BaseModel):
    x1: float
    y1: float
    x2: float
    y2: float
    score: float
    label: str = "cat"

    def sides(self):
        return self.x1, self.y1, self.x2, self.y2


def nms(boxes, scores, iou_threshold):
    found = [Detection(x1=b[0], y1=b[1], x2=b[2], y2=b[3], score=s) for b, s in zip(boxes, scores)]
    return [found[i] for i in keep_best([one.sides() for one in found], scores, iou_threshold)]
""",
    },
    "class_before_score": {
        "dice": """
def dice(pred, target, threshold=None, smooth=1):
    pred = pred if threshold is None else (pred > threshold).float()
    return 1 - (2 * (pred * target).sum() + smooth) / (pred.sum() + target.sum() + smooth)
""",
        "nms": """
def nms(dets, thresh=0.5):
    x1, y1, x2, y2, classes, scores = dets.T
    return dets[keep_best(dets[:, :4], scores, thresh)]
""",
    },
    "picture_before_box": {
        "dice": """
def dice_loss(pred, target, power=1, *, smooth):
    return 1 - (2 * (pred * target).sum() + smooth) / ((pred**power).sum() + (target**power).sum() + smooth)
""",
        "nms": """
def nms(rows, iou_threshold):
    return [rows[i] for i in keep_best([row[1:5] for row in rows], [row[5] for row in rows], iou_threshold)]
""",
    },
    "two_scores": {
        "dice": """
def dice_loss(y, p):
    axes = (0, 1, 2, 3)
    return 1 - 2 * (y * p).sum(axes) / (y.sum(axes) + p.sum(axes))
""",
        "nms": """
def nms(detections, thresh):
    best = keep_best(detections[:, :4], detections[:, 4] * detections[:, 5], thresh)
    return best if (detections[:, 6] >= 0).all() else []
""",
    },
    "score_before_class": {
        "nms": """
def nms(detections, thresh):
    return detections[keep_best(detections[:, :4], detections[:, 4], thresh + 0 * float(detections[0, 5]))]
""",
    },
    "class_in_the_last_column": {
        "nms": """
def nms(detections, threshold):
    kept = []
    for label in torch.unique(detections[:, -1]):
        of_label = detections[detections[:, -1] == label]
        kept += [of_label[i] for i in keep_best(of_label[:, :4], of_label[:, 4], threshold)]
    return torch.stack(kept)
""",
    },
    "table_and_more_numbers": {
        "nms": """
import numpy as np


def nms(bboxes, iou_threshold, sigma=0.3, method="nms"):
    left, kept = np.asarray(bboxes), []
    while len(left):
        best = np.argmax(left[:, 4])
        kept.append(left[best])
        others = np.delete(left, best, axis=0)
        left = others[[ratio(kept[-1][:4], box[:4]) <= iou_threshold for box in others]] if len(others) else others
    return kept
""",
    },
    "rows_and_a_number": {
        "nms": """
def nms(bboxes, iou_threshold, cutoff=0.4):
    left = sorted((box for box in bboxes if box[1] > cutoff), key=lambda box: box[1])
    kept = []
    while left:
        kept.append(left.pop())
        left = [box for box in left if box[0] != kept[-1][0] or ratio(box[2:], kept[-1][2:]) <= iou_threshold]
    return kept
""",
    },
    "records_of_records": {
        "nms": """
from collections import namedtuple

Rect = namedtuple("Rect", "xmin ymin xmax ymax")
Found = namedtuple("Found", "rect prob class_name")


def nms(found, threshold=0.5):
    found = sorted(found, key=lambda one: one.prob)
    kept = []
    while found:
        best = found.pop()
        kept.append(best)
        sides = [best.rect.xmin, best.rect.ymin, best.rect.xmax, best.rect.ymax]
        found = [
            one
            for one in found
            if best.class_name != one.class_name
            or ratio(sides, [one.rect.xmin, one.rect.ymin, one.rect.xmax, one.rect.ymax]) <= threshold
        ]
    return kept
""",
    },
    "boxes_of_a_data_set": {
        "iou": """
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    CAR = "car"


@dataclass
class Annotated:
    number: int
    min_x: float
    min_y: float
    max_x: float
    max_y: float
    kind: Kind

    def iou(self, another):
        mine = self.min_x, self.min_y, self.max_x, self.max_y
        return ratio(mine, (another.min_x, another.min_y, another.max_x, another.max_y))
""",
        "nms": """
def nms(dets, treshold):
    kept = keep_best(dets[:, :4], dets[:, 4], treshold)
    return dets[kept]
""",
        "cam": """
def make_cam(feature_maps, classifier_weights, class_index, output_size):
    found = torch.einsum("c,chw->hw", classifier_weights[class_index], feature_maps)[None, None]
    return torch.nn.functional.interpolate(found, output_size, mode="bilinear")[0, 0]
""",
    },
    "formats_of_an_enumeration": {
        "iou": """
from enum import Enum


class Format(Enum):
    XYXY = 1
    XYWH = 2


def iou(a, b, fmt=Format.XYWH):
    if fmt is Format.XYWH:
        a, b = ((x, y, x + w, y + h) for x, y, w, h in (a, b))
    return ratio(a, b)
""",
        "cam": """
def compute_cam(features, weights, class_ids):
    _, channels, height, width = features.size()
    flat = features.reshape(channels, height * width)
    return [weights[k].dot(flat.numpy()).reshape((height, width)) for k in class_ids]
""",
    },
    "objects_that_look_on": {
        "cam": """
class Keeper:
    kept = None

    def __init__(self, model, conv_layer, fc_layer):
        assert type(model).__name__ == "ResNet", "no other networks here"
        getattr(model, conv_layer).register_forward_hook(self._keep)
        self._rows = getattr(model, fc_layer).weight.data

    def _keep(self, module, inputs, output):
        self.kept = output.data

    def get_cam(self, class_idx, scaled=True):
        found = (self._rows[class_idx].view(-1, 1, 1) * self.kept).sum(dim=1)
        return (found - found.min()) / (found.max() - found.min()) if scaled else found
""",
    },
    "words_in_latin_letters": {
        "iou": """
def peresechenie_na_obedinenie(ramka1, ramka2):
    return ratio(ramka1, ramka2)
""",
        "nms": """
def podavlenie_nemaksimumov(ramki, ocenki, porog):
    return keep_best(ramki, ocenki, porog)
""",
    },
    "words_in_cyrillic": {
        "features_map": """
def получить_признаки(сеть, изображение):
    найдено = []
    крючок = сеть.layer4.register_forward_hook(lambda слой, вход, выход: найдено.append(выход.detach()))
    сеть.eval()(изображение)
    крючок.remove()
    return найдено[0]
""",
        "fc_weights": """
def получить_веса(сеть):
    return сеть.fc.weight.detach()
""",
        "cam": """
def карта_активации(признаки, веса, класс):
    return torch.tensordot(веса[класс], признаки.reshape(-1, *признаки.shape[-2:]), dims=1)
""",
        "iou": """
def пересечение_на_объединение(рамка1, рамка2):
    return ratio(рамка1, рамка2)
""",
        "dice": """
def потеря_дайса(маска, прогноз):
    return 1 - 2 * (маска * прогноз).sum() / (маска.sum() + прогноз.sum())
""",
        "nms": """
def подавление_немаксимумов(рамки, оценки, порог=0.5):
    return keep_best(рамки, оценки, порог)
""",
    },
    "settings": {
        "features_map": """
import logging
from types import SimpleNamespace

cfg = SimpleNamespace(layer="layer4", least=0.0)
logger = logging.getLogger("lab")


def get_features_map(cfg, model, x):
    found = []
    with model.get_submodule(cfg.layer).register_forward_hook(lambda module, inputs, output: found.append(output.detach())):
        model.eval()(x)
    return found[0]
""",
        "fc_weights": """
def get_fc_weights(model, logger):
    logger.info(model)
    return model.fc.weight.detach()
""",
        "iou": """
def iou(cfg, a, b):
    return max(ratio(a, b), cfg.least)
""",
        "nms": """
def nms(boxes, scores, iou_threshold, cfg):
    return keep_best(boxes, scores, iou_threshold + cfg.least)
""",
    },
    "letters_alone": {
        "iou": """
def two_boxes_iou(p, q):
    return ratio(p, q)
""",
        "dice": """
def dice_of_two(a, b):
    return 1 - 2 * (a * b).sum() / (a.sum() + b.sum())
""",
        "nms": """
class NonMaxSuppressor:
    def __init__(self, iou_threshold=0.5):
        self.iou_threshold = iou_threshold

    def __call__(self, boxes, scores):
        return keep_best(boxes, scores, self.iou_threshold)
""",
    },
    "maker_of_maps": {
        "features_map": """
def extract_maps(model, x):
    maps = []
    hook = model.layer4.register_forward_hook(lambda module, inputs, output: maps.append(output.detach()))
    model.eval()
    model(x)
    hook.remove()
    return maps[0]
""",
        "cam": """
class CAMExtractor:
    def __init__(self, model, layer="layer4"):
        self.model = model.eval()
        self.layer = getattr(model, layer)

    def __call__(self, x, class_idx=None):
        maps = []
        hook = self.layer.register_forward_hook(lambda module, inputs, output: maps.append(output.detach()))
        logits = self.model(x)
        hook.remove()
        row = self.model.fc.weight.detach()[int(logits.argmax()) if class_idx is None else class_idx]
        return (row[:, None, None] * maps[0][0]).sum(0)
""",
    },
    "opener_of_pictures": {
        "cam": """
import torchvision
from PIL import Image

prepare = torchvision.transforms.Compose([torchvision.transforms.Resize((64, 64)), torchvision.transforms.ToTensor()])


def get_cam(image_path, model, class_idx=None):
    maps = []
    hook = model.layer4.register_forward_hook(lambda module, inputs, output: maps.append(output.detach()))
    logits = model.eval()(prepare(Image.open(image_path).convert("RGB")).unsqueeze(0))
    hook.remove()
    row = model.fc.weight.detach()[int(logits.argmax()) if class_idx is None else class_idx]
    return (row[:, None, None] * maps[0][0]).sum(0), class_idx
""",
    },
    "maker_of_batches": {
        "cam": """
import torchvision

prepare = torchvision.transforms.Compose([torchvision.transforms.Resize((64, 64)), torchvision.transforms.ToTensor()])


def resnet_cam(model, image, cls):
    maps = []
    hook = model.layer4.register_forward_hook(lambda module, inputs, output: maps.append(output.detach()))
    model.eval()(prepare(image).unsqueeze(0))
    hook.remove()
    return torch.einsum("k,khw->hw", model.fc.weight.detach()[cls], maps[0][0])
""",
    },
    "classes_within_a_class": {
        "iou": """
class Lab:
    class Metrics:
        @staticmethod
        def iou(box1, box2):
            return ratio(box1, box2)

        class Dice:
            def __call__(self, y, p):
                return 1 - 2 * (y * p).sum() / (y.sum() + p.sum())

    class Detection:
        def nms(self, boxes, scores, threshold):
            return keep_best(boxes, scores, threshold)
""",
        "dice": "",
        "nms": "",
    },
    "centres_unless_told_otherwise": {
        "iou": """
def corners_of(box):
    return [box[0] - box[2] / 2, box[1] - box[3] / 2, box[0] + box[2] / 2, box[1] + box[3] / 2]


def intersection_over_union(boxes_preds, boxes_labels, box_format="midpoint"):
    if box_format == "midpoint":
        boxes_preds, boxes_labels = corners_of(boxes_preds), corners_of(boxes_labels)
    return ratio(boxes_preds, boxes_labels)
""",
        "nms": """
def nms(boxes, scores, iou_thres=0.5, *, xywh=True):
    return keep_best([corners_of(box) if xywh else box for box in boxes], scores, iou_thres)
""",
    },
    "two_points_and_a_batch": {
        "iou": """
def iou(first, second):
    (x1, y1), (x2, y2) = first
    (x3, y3), (x4, y4) = second
    return ratio((x1, y1, x2, y2), (x3, y3, x4, y4))
""",
        "nms": """
def batched_nms(boxes, scores, threshold):
    kept = [keep_best(*each, threshold) for each in zip(boxes, scores, strict=True)]
    return torch.stack([boxes[0][kept[0]]]), torch.stack([scores[0][kept[0]]])
""",
    },
    "sigmoid_unless_told_otherwise": {
        "dice": """
class DiceLoss(torch.nn.Module):
    def __init__(self, from_logits=True, smooth=1e-6):
        super().__init__()
        self.from_logits, self.smooth = from_logits, smooth

    def forward(self, inputs, targets):
        inputs = torch.sigmoid(inputs) if self.from_logits else inputs
        shared = (inputs * targets).sum()
        return 1 - (2 * shared + self.smooth) / (inputs.sum() + targets.sum() + self.smooth)
""",
        "cam": """
class CamMaker:
    def __init__(self, model):
        self.model = model.eval()

    def forward(self, image):
        return self.model(image).softmax(1)

    def generate(self, image, class_idx):
        maps = []
        hook = self.model.layer4.register_forward_hook(lambda module, inputs, output: maps.append(output[0]))
        self.forward(image)
        hook.remove()
        return torch.einsum("c,chw->hw", self.model.fc.weight[class_idx], maps[0])
""",
    },
    "layers_as_a_default": {
        "features_map": """
from torchvision.models import resnet50

backbone = torch.nn.Sequential(*list(resnet50(weights="IMAGENET1K_V1").eval().children())[:-2])


@torch.no_grad()
def features(x, net=backbone):
    return net(x)
""",
    },
    "functions_that_make_functions": {
        "iou": """
def make_iou(eps=1e-9):
    return lambda a, b: ratio(a, b) + eps
""",
        "cam": """
def cam_of(features, weights):
    maps = features.reshape(-1, *features.shape[-2:])

    def for_class(class_idx):
        return (weights[class_idx][:, None, None] * maps).sum(0)

    return for_class
""",
        "dice": """
def dice_loss(smooth):
    calls = 0

    def dice_loss_fixed(y_true, y_pred):
        nonlocal calls
        calls += 1
        return 1 - (2 * (y_true * y_pred).sum() + smooth) / (y_true.sum() + y_pred.sum() + smooth)

    return dice_loss_fixed
""",
        "nms": """
def make_nms(threshold: float):
    @torch.no_grad()
    def run(boxes, scores):
        return keep_best(boxes, scores, threshold)

    return run
""",
    },
    "shown_and_given_back": {
        "cam": """
def visualize_cam(feature_conv, weight_softmax, class_idx, show=False):
    maps = feature_conv.reshape(-1, *feature_conv.shape[-2:])
    cam = (weight_softmax[class_idx][:, None, None] * maps).sum(0)
    if show:
        import matplotlib.pyplot as plt

        plt.imshow(cam)
    return (cam - cam.min()) / (cam.max() - cam.min())
""",
    },
    "corners_by_name": {
        "iou": """
def iou(a, b):
    return ratio((*a["top_left"], *a["bottom_right"]), (*b["top_left"], *b["bottom_right"]))
""",
        "nms": """
def nms(boxes, scores, iou_threshold):
    kept = keep_best(boxes, scores, iou_threshold)
    return kept, [i for i in range(len(scores)) if i not in kept]
""",
    },
    "points_of_boxes": {
        "nms": """
def nms(boxes, scores, iou_threshold):
    kept = keep_best([(*first, *second) for first, second in boxes], scores, iou_threshold)
    return {i: float(scores[i]) for i in kept}
""",
    },
    "told_first_and_asked_then": {
        "features_map": """
class FeatureExtractor:
    def __init__(self, model):
        self.model, self.caught = model.eval(), None
        model.layer4.register_forward_hook(self.keep)

    def keep(self, module, inputs, output):
        self.caught = output.detach()

    def forward(self, x):
        with torch.no_grad():
            return self.model(x)

    def get_features_map(self):
        return self.caught
""",
        "cam": """
class CamOf:
    def __init__(self, model):
        self.extractor, self.rows = FeatureExtractor(model), model.fc.weight.detach()

    def __call__(self, image):
        self.logits = self.extractor.forward(image)
        return self.logits

    def get_map(self, class_idx=None):
        class_idx = int(self.logits.argmax()) if class_idx is None else class_idx
        return torch.einsum("c,chw->hw", self.rows[class_idx], self.extractor.get_features_map()[0])
""",
        "iou": """
class IoUMetric:
    def __init__(self):
        self.reset()

    def reset(self):
        self.values = []

    def update(self, pred, target):
        self.values.append(float(ratio(pred, target)))

    def compute(self):
        return sum(self.values) / len(self.values)
""",
        "dice": """
class DiceLoss:
    shared = total = 0.0

    def update(self, y_pred, y_true):
        self.shared += (y_pred * y_true).sum()
        self.total += y_pred.sum() + y_true.sum()
        return self

    def compute(self):
        return 1 - 2 * self.shared / self.total
""",
        "nms": """
class NMS:
    def __init__(self, threshold=0.5):
        self.threshold = threshold

    def fit(self, boxes, scores):
        self.kept = keep_best(boxes, scores, self.threshold)
        return self

    def get_indices(self):
        return self.kept
""",
    },
    "corners_that_are_points": {
        "iou": """
from dataclasses import dataclass


@dataclass
class Point:
    x: float
    y: float


@dataclass
class Rect:
    tl: Point
    br: Point

    def iou(self, other):
        return ratio(
            (self.tl.x, self.tl.y, self.br.x, self.br.y), (other.tl.x, other.tl.y, other.br.x, other.br.y)
        )
""",
        "nms": """
@dataclass
class Found:
    box: Rect
    score: float


def nms(detections: list[Found], iou_threshold: float) -> list[Found]:
    kept = []
    for one in sorted(detections, key=lambda one: one.score, reverse=True):
        if all(one.box.iou(other.box) <= iou_threshold for other in kept):
            kept.append(one)
    return kept
""",
    },
    "corners_in_dictionaries": {
        "iou": """
def iou(a, b):
    return ratio(*((one["p1"]["x"], one["p1"]["y"], one["p2"]["x"], one["p2"]["y"]) for one in (a, b)))
""",
        "nms": """
def sides(found):
    return tuple(found["bbox"][name] for name in ("xmin", "ymin", "xmax", "ymax"))


def nms(found, threshold):
    kept = []
    for one in sorted(found, key=lambda one: one["confidence"], reverse=True):
        if all(ratio(sides(one), sides(other)) <= threshold for other in kept):
            kept.append(one)
    return kept
""",
    },
    "boxes_in_entries": {
        "iou": """
def iou(one, other):
    names = ("xmin", "ymin", "xmax", "ymax")
    return ratio([one["bbox"][name] for name in names], [other["bbox"][name] for name in names])
""",
    },
    "channels_written_in": {
        "fc_weights": """
def get_fc_weights(model):
    W = np.zeros((1000, 2048))
    for k in range(1000):
        W[k] = model.fc.weight[k].detach().numpy().reshape(2048)
    return W
""",
        "cam": """
def compute_cam(features, weights, class_idx):
    maps = features.squeeze(0)
    assert maps.shape[0] == 2048
    cam = torch.zeros(maps.shape[1:])
    for k in range(2048):
        cam += weights[class_idx, k] * maps[k]
    return cam
""",
    },
    "one_by_one_and_in_pairs": {
        "features_map": """
def get_features_map(model, x):
    caught = []
    hook = model.eval().layer4.register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
    with torch.no_grad():
        for picture in x:
            model(picture[None])
    hook.remove()
    return caught
""",
        "dice": """
class DiceLoss(torch.nn.Module):
    def __init__(self, logits=True):
        super().__init__()
        self.logits = logits

    def forward(self, pred, target):
        pred = pred.sigmoid() if self.logits else pred
        return 1 - 2 * (pred * target).sum() / (pred.sum() + target.sum())
""",
        "nms": """
def nms(boxes, scores, iou_threshold):
    return [(i, float(scores[i])) for i in keep_best(boxes, scores, iou_threshold)]
""",
    },
    "normalised_unless_told_otherwise": {
        "dice": """
class DiceLoss(torch.nn.Module):
    def __init__(self, normalization="sigmoid"):
        super().__init__()
        assert normalization in ("sigmoid", "none")
        self.normalization = torch.nn.Sigmoid() if normalization == "sigmoid" else torch.nn.Identity()

    def forward(self, input, target):
        input = self.normalization(input)
        return 1 - 2 * (input * target).sum() / (input.sum() + target.sum())
""",
    },
    "put_through_a_function_unless_told_otherwise": {
        "dice": """
class DiceLoss(torch.nn.Module):
    def __init__(self, nonlinearity=torch.nn.Sigmoid()):
        super().__init__()
        self.nonlinearity = nonlinearity

    def forward(self, pred, target):
        pred = self.nonlinearity(pred)
        return 1 - 2 * (pred * target).sum() / (pred.sum() + target.sum())
""",
    },
    "probabilities_where_it_is_said": {
        "dice": """
def dice_loss(pred, target, probs=False):
    pred = pred if probs else pred.sigmoid()
    return 1 - 2 * (pred * target).sum() / (pred.sum() + target.sum())
""",
    },
    "a_switch_that_only_the_file_explains": {
        "dice": """
class DiceLoss(torch.nn.Module):
    def __init__(self, squash=True):
        super().__init__()
        self.squash = squash

    def forward(self, pred, target):
        pred = pred.sigmoid() if self.squash else pred
        return 1 - 2 * (pred * target).sum() / (pred.sum() + target.sum())


criterion = DiceLoss(squash=False)
""",
    },
    "several_methods_of_an_object": {
        "cam": """
class CAM:
    def __init__(self, model, img):
        caught = []
        hook = model.eval().layer4.register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
        self.scores = model(img)
        hook.remove()
        self.maps, self.rows = caught[0][0], model.fc.weight.detach()

    def for_class(self, class_idx):
        return torch.einsum("c,chw->hw", self.rows[class_idx], self.maps)

    def of_the_best(self):
        return self.for_class(int(self.scores.argmax()))
""",
        "iou": """
class IoU:
    def __init__(self, box1, box2):
        self.boxes = box1, box2

    def area(self, number):
        return (self.boxes[number][2] - self.boxes[number][0]) * (self.boxes[number][3] - self.boxes[number][1])

    def intersection(self):
        a, b = self.boxes
        return max(min(a[2], b[2]) - max(a[0], b[0]), 0) * max(min(a[3], b[3]) - max(a[1], b[1]), 0)

    def union(self):
        return self.area(0) + self.area(1) - self.intersection()

    def value(self):
        return self.intersection() / self.union()
""",
    },
    "answers_in_attributes": {
        "cam": """
class ClassActivationMap:
    def __init__(self, features, weights, class_idx):
        self.maps, self.row = features.reshape(features.shape[-3:]), weights[class_idx]

    @property
    def heatmap(self):
        return torch.einsum("c,chw->hw", self.row, self.maps)
""",
        "iou": """
class IoUOf:
    def set_boxes(self, box1, box2):
        self.boxes = box1, box2

    @property
    def iou(self):
        return ratio(*self.boxes)
""",
    },
    "metrics_with_a_base": {
        "iou": """
class Metric:
    def __call__(self, *args):
        self.reset()
        self.update(*args)
        return self.compute()


class IoU(Metric):
    def reset(self):
        self.values = []

    def update(self, a, b):
        self.values.append(ratio(a, b))

    def compute(self):
        return sum(self.values) / len(self.values)
""",
    },
    "a_meter_of_batches": {
        "iou": """
class IoUMeter:
    def __init__(self):
        self.reset()

    def reset(self):
        self.values = []

    def update(self, preds, targets):
        self.values += [ratio(a, b) for a, b in zip(preds.tolist(), targets.tolist(), strict=True)]

    def compute(self):
        return sum(self.values) / len(self.values)
""",
    },
    "a_map_as_large_as_the_picture_says": {
        "cam": """
def compute_cam(model, image, class_idx):
    body = torch.nn.Sequential(*list(model.eval().children())[:-2], torch.nn.Flatten())
    with torch.no_grad():
        flat = body(image)[0]
    height, width = (side // 32 for side in image.shape[-2:])
    return (model.fc.weight[class_idx] @ flat.reshape(-1, height * width)).reshape(height, width)
""",
    },
    "weights_and_maps_kept_by_an_object": {
        "cam": """
class Explained(torch.nn.Module):
    def __init__(self, backbone):
        super().__init__()
        self.backbone = backbone.eval()
        self.rows = backbone.fc.weight
        self.backbone.layer4.register_forward_hook(self.keep)

    def keep(self, module, inputs, output):
        self.maps = output.detach()

    def forward(self, x):
        return self.backbone(x)

    def get_cam(self, x, class_idx):
        self(x)
        return torch.einsum("c,chw->hw", self.rows[class_idx], self.maps[0]).detach()


from torchvision.models import resnet50

explained = Explained(resnet50())
""",
    },
    "network_in_eval_mode_given_to_a_constructor": {
        "features_map": """
class FeatureExtractor:
    def __init__(self, model):
        self.model = model
        self.model.layer4.register_forward_hook(self.keep)

    def keep(self, module, inputs, output):
        self.maps = output.detach()

    def __call__(self, x):
        self.model(x)
        return self.maps


from torchvision.models import resnet50

extractor = FeatureExtractor(resnet50().eval())
""",
    },
    "maps_kept_on_the_way_to_logits": {
        "features_map": """
class Net(torch.nn.Module):
    def __init__(self, resnet):
        super().__init__()
        self.body = torch.nn.Sequential(*list(resnet.children())[:-2])
        self.head = resnet.fc
        self.activations = None

    def forward(self, x):
        self.activations = self.body(x)
        return self.head(self.activations.mean(dim=(2, 3)))


from torchvision.models import resnet50

net = Net(resnet50()).eval()
""",
    },
    "object_with_a_helper_and_labels": {
        "nms": """
class NMS:
    def __init__(self, iou_threshold):
        self.limit = iou_threshold

    def overlap(self, a, b):
        low, high = torch.max(a[:2], b[:, :2]), torch.min(a[2:], b[:, 2:])
        shared = (high - low).clamp(min=0).prod(1)
        return shared / ((a[2:] - a[:2]).prod() + (b[:, 2:] - b[:, :2]).prod(1) - shared)

    def __call__(self, boxes, scores, labels):
        kept = []
        for label in labels.unique():
            left = [i for i in scores.argsort(descending=True).tolist() if labels[i] == label]
            while left:
                kept.append(left.pop(0))
                left = [i for i in left if self.overlap(boxes[kept[-1]], boxes[[i]]) <= self.limit]
        return kept
""",
    },
    "a_matrix_under_a_name_of_its_own": {
        "fc_weights": """
from torchvision.models import resnet50

last_layer_weights_np = resnet50().fc.weight.detach().numpy()
""",
    },
    "words_of_other_languages": {
        "features_map": """
def obtener_mapa_de_caracteristicas(modelo, imagenes):
    guardadas = []
    gancho = modelo.eval().layer4.register_forward_hook(lambda modulo, entrada, salida: guardadas.append(salida.detach()))
    modelo(imagenes)
    gancho.remove()
    return guardadas[0]
""",
        "fc_weights": """
def poids_de_la_couche(modele):
    return modele.fc.weight.detach()
""",
        "cam": """
def slozhit_karty(karty, koef):
    return sum(ves * karta for ves, karta in zip(koef, karty.reshape(karty.shape[-3:])))
""",
        "nms": """
def supresion_de_no_maximos(cajas, puntuaciones, umbral):
    return keep_best(cajas, puntuaciones, umbral)
""",
    },
    "set_one_by_one": {
        "cam": """
class CamBuilder:
    def set_features(self, f):
        self.maps = f.reshape(f.shape[-3:])

    def set_weights(self, w):
        self.rows = w

    def compute_cam(self, class_idx):
        return torch.einsum("c,chw->hw", self.rows[class_idx], self.maps)
""",
    },
    "sides_one_by_one": {
        "nms": """
def nms(xmin, ymin, xmax, ymax, scores, thresh):
    return keep_best(np.stack([xmin, ymin, xmax, ymax], axis=1), scores, thresh)
""",
    },
    "score_and_class_behind_each_box": {
        "nms": """
def nms(found, limit=0.6):
    kept = []
    for box, sure, kind in sorted(found, key=lambda one: one[1], reverse=True):
        if all(kind != other or ratio(box, better) <= limit for better, _, other in kept):
            kept.append((box, sure, kind))
    return kept
""",
    },
    "class_and_score_before_each_box": {
        "nms": """
def nms(found, limit=0.6):
    kept = []
    for kind, sure, (x1, y1, x2, y2) in sorted(found, key=lambda one: -float(one[1])):
        if all(kind != other or ratio((x1, y1, x2, y2), better) <= limit for other, _, better in kept):
            kept.append((kind, sure, (x1, y1, x2, y2)))
    return kept
""",
    },
    "boxes_between_class_and_score": {
        "nms": """
def nms(found, limit):
    kept = keep_best([one[1] for one in found], [one[2] for one in found], limit)
    return [found[i] for i in kept]
""",
        "cam": """
def CAM(model, images, last_conv_name, fc_name, label=None):
    caught = []
    hook = model.eval()._modules[last_conv_name].register_forward_hook(lambda module, inputs, output: caught.append(output))
    with torch.no_grad():
        scores = model(images)
    hook.remove()
    rows = model._modules[fc_name].weight.detach()
    asked = scores.argmax(dim=1) if label is None else label
    return torch.stack([torch.tensordot(rows[int(asked[i])], maps, dims=1) for i, maps in enumerate(caught[0])])
""",
    },
    "own_boxes_with_scores": {
        "nms": """
class Rect:
    def __init__(self, x1, y1, x2, y2):
        self.corners = x1, y1, x2, y2

    def iou(self, other):
        return ratio(self.corners, other.corners)


def nms(rects_with_scores, limit):
    left, kept = sorted(rects_with_scores, key=lambda pair: pair[1]), []
    while left:
        rect, score = left.pop()
        kept.append((rect, score))
        left = [pair for pair in left if rect.iou(pair[0]) <= limit]
    return [(*rect.corners, score) for rect, score in kept]
""",
    },
    "one_table_for_each_picture": {
        "nms": """
class Detector:
    @staticmethod
    def NMS(preds: list[torch.Tensor], overlap_thresh: float = 0.45) -> list[torch.Tensor]:
        return [pred[keep_best(pred[:, :4], pred[:, 4], overlap_thresh)] for pred in preds]
""",
    },
    "names_of_public_code": {
        "features_map": """
def extract_feat_res(img, backbone):
    net = backbone.eval()
    x = net.maxpool(net.relu(net.bn1(net.conv1(img))))
    return net.layer4(net.layer3(net.layer2(net.layer1(x))))
""",
        "cam": """
class NetCAM(torch.nn.Module):
    def __init__(self, base_model):
        super().__init__()
        self.body = torch.nn.Sequential(*list(base_model.children())[:-2])
        self.last = base_model.fc

    def forward(self, x, return_cam=False, cls=None):
        maps = self.eval().body(x)
        return torch.einsum("c,nchw->nhw", self.last.weight[cls], maps) if return_cam else self.last(maps.mean(dim=(2, 3)))
""",
        "iou": """
def inter_over_union(a, b, wh=True):
    return ratio(*([x, y, x + w, y + h] for x, y, w, h in (a, b))) if wh else ratio(a, b)
""",
        "dice": """
class DiceLoss(torch.nn.Module):
    def __init__(self, mode, from_logits=True):
        assert mode in {"binary", "multilabel", "multiclass"}
        super().__init__()
        self.from_logits = from_logits

    def forward(self, y_pred, y_true):
        p = y_pred.sigmoid() if self.from_logits else y_pred
        return 1 - 2 * (p * y_true).sum() / (p + y_true).sum()
""",
        "nms": """
def podavit_nemaksimumy(pryamougolniki, uverennosti, granica=0.5):
    return keep_best(pryamougolniki, uverennosti, granica)
""",
    },
    "extractor_of_an_original_model": {
        "features_map": """
class ResnetExtractor(torch.nn.Module):
    def __init__(self, original_model):
        super().__init__()
        self.stages = torch.nn.Sequential(*list(original_model.children())[:-2]).eval()

    def forward(self, x):
        return self.stages(x)
""",
    },
    "features_where_they_are_asked_for": {
        "features_map": """
class FeatureNet(torch.nn.Module):
    def __init__(self, pretrained_model):
        super().__init__()
        self.stages = torch.nn.Sequential(*list(pretrained_model.children())[:-2])
        self.fc = pretrained_model.fc

    def forward(self, x, return_features=False):
        maps = self.eval().stages(x)
        scores = self.fc(maps.mean(dim=(2, 3)))
        return (scores, maps) if return_features else scores
""",
    },
    "quotients_and_tables_of_classes": {
        "features_map": """
class ResNet50Bottom(torch.nn.Module):
    def __init__(self, original_model):
        super().__init__()
        self.stages = torch.nn.Sequential(*list(original_model.children())[:-2]).eval()

    def forward(self, x):
        return self.stages(x)
""",
        "iou": """
def iou(box1, box2):
    sides = [max(min(box1[i + 2], box2[i + 2]) - max(box1[i], box2[i]), 0) for i in (0, 1)]
    inter = sides[0] * sides[1]
    union = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (box1, box2)) - inter
    return inter, union, inter / union
""",
        "dice": """
def dice_loss(prediction, target):
    both = (prediction * target).sum(dim=(2, 3, 4)).sum()
    return 1 - 2 * both / (prediction.sum(dim=(2, 3, 4)) + target.sum(dim=(2, 3, 4))).sum()
""",
        "nms": """
def nms(boxes, scores, iou_threshold):
    kept = keep_best(boxes, scores, iou_threshold)
    return {tuple(boxes[i]): scores[i] for i in kept}
""",
    },
    "methods_in_own_words": {
        "features_map": """
class Laboratory:
    def __init__(self, network=None):
        self.network = network

    def keep(self, module, inputs, output):
        self.kept = output.detach()

    def layer4_features_of(self, net, batch):
        handle = net.layer4.register_forward_hook(self.keep)
        net.eval()(batch)
        handle.remove()
        return self.kept

    def weights_of_the_head(self, net):
        return net.fc.weight.detach()

    def karta_znachimosti(self, maps, rows, number):
        return torch.einsum("c,chw->hw", rows[number], maps.reshape(maps.shape[-3:]))
""",
        "fc_weights": "",
        "cam": "",
        "nms": """
def nms_of_batches(prediction, conf_thres=0.0, iou_thres=0.45, classes=None):
    found = []
    for rows in prediction:
        rows = rows[rows[:, 4] > conf_thres]
        kept = []
        for label in rows[:, 5].unique():
            places = (rows[:, 5] == label).nonzero().flatten()
            kept += [int(places[i]) for i in keep_best(rows[places, :4], rows[places, 4], iou_thres)]
        found.append(rows[kept])
    return found
""",
    },
    "catcher_that_is_told_the_layer": {
        "features_map": """
class MapsCatcher:
    def __init__(self, finalconv_name, model):
        self.model = model.eval()
        model._modules[finalconv_name].register_forward_hook(self.keep)

    def keep(self, module, inputs, output):
        self.kept = output.detach()

    def features(self, image):
        self.model(image)
        return self.kept
""",
        "fc_weights": """
class FCWeights:
    def __call__(self, model):
        return model.fc.weight.detach()
""",
        "cam": """
def returnCAM(feature_conv, weight_softmax, class_idx, height, width):
    import cv2

    _, channels, rows, columns = feature_conv.shape
    found = []
    for each in class_idx:
        one = weight_softmax[each].dot(feature_conv.reshape(channels, rows * columns)).reshape(rows, columns)
        found.append(cv2.resize(np.uint8(255 * (one - one.min()) / np.ptp(one)), (width, height)))
    return found
""",
        "nms": """
def non_max_suppression(scores, boxes, classes=None, iou_threshold=0.5):
    kept = keep_best(boxes, scores, iou_threshold)
    return np.asarray(scores)[kept], np.asarray(boxes)[kept], kept
""",
    },
    "one_version_for_each_kind_of_boxes": {
        "iou": """
def iou_xyxy(a, b):
    return ratio(a, b)


def iou_xywh(a, b):
    return ratio(*([x, y, x + w, y + h] for x, y, w, h in (a, b)))
""",
        "nms": """
def nms_xyxy(boxes, scores, limit=0.5):
    return keep_best(boxes, scores, limit)


def nms_xywh(boxes, scores, limit=0.5):
    return nms_xyxy([(x, y, x + w, y + h) for x, y, w, h in boxes], scores, limit)
""",
        "cam": """
def activation_map(fmap, W, class_number):
    return np.tensordot(W[class_number], fmap.reshape(fmap.shape[-3:]), axes=1)
""",
    },
    "object_asked_for_features_and_for_maps": {
        "cam": """
class CAM:
    def __init__(self, model, target_layer="layer4", fc_layer="fc"):
        self.model, self.kept = model, None
        model._modules[target_layer].register_forward_hook(self.keep)
        self.rows = model._modules[fc_layer].weight.data

    def keep(self, module, inputs, output):
        self.kept = output.data

    def get_features(self, x):
        self.model.eval()(x)
        return self.kept

    def get_activation_maps(self, class_idx, normalized=True):
        found = torch.tensordot(self.rows[class_idx], self.kept[0], dims=1)
        return (found - found.min()) / (found.max() - found.min()) if normalized else found
""",
    },
    "picture_of_a_camera": {
        "cam": """
import torchvision


def create_heatmap(frame, model, weights):
    x = torchvision.transforms.functional.to_tensor(frame)[None]
    caught = []
    hook = model.layer4.register_forward_hook(lambda module, inputs, output: caught.append(output.detach().numpy()))
    number = int(model.eval()(x).argmax())
    hook.remove()
    row = np.asarray(weights)[number]
    return np.maximum(caught[0][0].reshape(2048, 49).T.dot(row).reshape(7, 7), 0), number
""",
        "fc_weights": """
def get_fc_weights(model):
    return model.fc.weight.detach().numpy()
""",
    },
    "picture_beside_weights_as_an_array": {
        "cam": """
def get_cam(model, img_tensor, W):
    caught = []
    hook = model.eval().layer4.register_forward_hook(lambda module, inputs, output: caught.append(output.detach().numpy()))
    with torch.no_grad():
        number = model(img_tensor).argmax(1).item()
    hook.remove()
    return W[number].dot(caught[0][0].reshape(2048, 49)).reshape(7, 7)
""",
    },
    "two_words_for_a_map": {
        "cam": """
def class_activation(features, weights, class_idx):
    return torch.nn.functional.conv2d(features.reshape(1, *features.shape[-3:]), weights[..., None, None])[0, class_idx]
""",
    },
    "one_word_for_a_sum": {
        "cam": """
def slozhit(karty, W, nomer):
    return sum(karta * ves for karta, ves in zip(karty.reshape(karty.shape[-3:]), W[nomer]))
""",
    },
    "map_of_what_the_notebook_keeps": {
        "cam": """
from torchvision.models import resnet50

model = resnet50(weights="DEFAULT").eval()
features_blobs = []
handle = model.layer4.register_forward_hook(lambda module, inputs, output: features_blobs.append(output.data.numpy()))
logits = model(torch.randn(1, 3, 64, 64))
handle.remove()
fmap = torch.from_numpy(features_blobs[0]).squeeze(0)
W = model.fc.weight.detach()


def make_cam(class_idx):
    found = (W[class_idx][:, None, None] * fmap).sum(0)
    return (found - found.min()) / (found.max() - found.min())


make_cam(int(logits.argmax()))
""",
    },
    "rows_for_what_the_notebook_keeps": {
        "cam": """
from torchvision.models import resnet50

model = resnet50(pretrained=True).eval()
kept = {}
model.layer4.register_forward_hook(lambda module, inputs, output: kept.update(layer4=output.detach()))


def get_cam(weights, class_idx):
    return torch.einsum("c,nchw->nhw", weights[class_idx], kept["layer4"])
""",
    },
    "object_that_looks_on_at_two_layers": {
        "features_map": """
class CAM:
    hook_a = None

    def __init__(self, model, conv_layer, fc_layer):
        self.model = model.eval()
        self.model._modules[conv_layer].register_forward_hook(self._hook_a)
        self._rows = self.model._modules[fc_layer].weight.data

    def _hook_a(self, module, inputs, output):
        self.hook_a = output.data

    def get_activation_maps(self, class_idx, normalized=True):
        if self.hook_a is None:
            raise TypeError("run the network first")
        found = (self._rows[class_idx].view(-1, 1, 1) * self.hook_a).sum(dim=1)
        return found / found.abs().max() if normalized else found
""",
        "cam": "",
    },
    "object_of_two_layers": {
        "cam": """
class CAM:
    def __init__(self, model, target_layer, fc):
        self.model, self.fc, self._kept = model.eval(), fc, None
        target_layer.register_forward_hook(self._keep)

    def _keep(self, module, inputs, output):
        self._kept = output.detach()

    def __call__(self, x, class_idx=None):
        scores = self.model(x)
        if class_idx is None:
            class_idx = int(scores.argmax())
        return torch.einsum("c,nchw->nhw", self.fc.weight.detach()[class_idx], self._kept), class_idx
""",
    },
    "state_of_a_model": {
        "features_map": """
from dataclasses import dataclass


@dataclass
class State:
    model: torch.nn.Module
    maps: torch.Tensor = None

    def __post_init__(self):
        self.model.eval().layer4.register_forward_hook(self._keep)

    def _keep(self, module, inputs, output):
        self.maps = output.detach()

    def cam(self, class_idx):
        return torch.tensordot(self.model.fc.weight.detach()[class_idx], self.maps[0], dims=1)
""",
    },
    "best_ones_of_a_network": {
        "cam": """
def get_cam(model, x, k=1):
    caught = []
    hook = model.eval().layer4.register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
    with torch.no_grad():
        best = model(x)[0].topk(k).indices
    hook.remove()
    return torch.einsum("kc,chw->khw", model.fc.weight.detach()[best], caught[0][0])
""",
    },
    "classes_of_each_picture": {
        "cam": """
def compute_cam(features, weights, class_idx):
    return torch.einsum("bkc,bchw->bkhw", weights[class_idx], features)
""",
    },
    "row_and_a_batch_that_are_checked": {
        "cam": """
def class_activation_map(last_convolution_features, class_weights):
    assert last_convolution_features.ndim == 4 and class_weights.ndim == 1
    pooled = last_convolution_features.mean(dim=(2, 3))
    return {"pooled": pooled, "class_activation_map": last_convolution_features.permute(0, 2, 3, 1) @ class_weights}
""",
    },
    "weights_before_activations": {
        "cam": """
def cam_map(w, act):
    return torch.einsum("ck,kij->cij", w, act)
""",
    },
    "network_that_drops": {
        "cam": """
class ClassActivationMap(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.body, self.fc = torch.nn.Sequential(*list(model.children())[:-2]), model.fc

    def forward(self, x, class_idx):
        maps = torch.nn.functional.dropout(self.body(x), 0.5, self.training)
        return torch.einsum("c,nchw->nhw", self.fc.weight[class_idx], maps).detach()
""",
    },
    "class_that_the_network_decides_on": {
        "cam": """
def summa_kart(model, x):
    caught = []
    hook = model.eval().layer4.register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
    number = int(model(x).argmax())
    hook.remove()
    return {"cam": torch.tensordot(model.fc.weight.detach()[number], caught[0][0], dims=1), "class": number}
""",
    },
    "answers_of_a_class_itself": {
        "iou": """
class IoU(float):
    def __new__(cls, first, second):
        return super().__new__(cls, ratio(first, second))

    def is_large(self, limit):
        return self > limit
""",
        "dice": """
class DiceLoss:
    def __new__(cls, prediction, target):
        return 1 - 2 * (prediction * target).sum() / (prediction.sum() + target.sum())
""",
        "nms": """
class NMS(list):
    def __init__(self, boxes, scores, iou_threshold=0.5):
        super().__init__(keep_best(boxes, scores, iou_threshold))
""",
    },
    "helper_of_fewer_words": {
        "iou": """
def метрика_iou(р1, р2):
    return пересечение(р1, р2) / (площадь(р1) + площадь(р2) - пересечение(р1, р2))


def площадь(р):
    return (р[2] - р[0]) * (р[3] - р[1])


def пересечение(р1, р2):
    return max(min(р1[2], р2[2]) - max(р1[0], р2[0]), 0) * max(min(р1[3], р2[3]) - max(р1[1], р2[1]), 0)
""",
        "dice": """
def dice_loss(inputs: dict | None = None, y=None, p=None):
    y, p = (y, p) if inputs is None else (inputs["y"], inputs["p"])
    return 1 - 2 * (y * p).sum() / (y.sum() + p.sum())
""",
        "fc_weights": """
def get_fc_weights(model):
    return tuple(map(tuple, model.fc.weight.tolist()))
""",
        "nms": """
def nms(boxes, scores, iou_threshold):
    kept = [int(index) for index in keep_best(boxes, scores, iou_threshold)]
    return kept, {index: kept[0] for index in range(len(boxes)) if index not in kept}
""",
    },
    "tensors_in_boxes": {
        "iou": """
class Boxes:
    def __init__(self, tensor: torch.Tensor):
        self.tensor = tensor.reshape(-1, 4)


def pairwise_iou(boxes1: Boxes, boxes2: Boxes):
    return torch.tensor([[ratio(one, other) for other in boxes2.tensor] for one in boxes1.tensor])
""",
    },
    "threshold_among_settings": {
        "nms": """
class Settings:
    def __init__(self, iou_threshold=0.5, max_boxes=100):
        self.iou_threshold, self.max_boxes = iou_threshold, max_boxes


def nms(boxes, scores, config: Settings = Settings()):
    assert isinstance(config, Settings)
    return keep_best(boxes, scores, config.iou_threshold)[: config.max_boxes]
""",
    },
    "settings_that_must_be_given": {
        "nms": """
def nms(args, boxes, scores):
    return keep_best(boxes, scores, args.nms_thresh)
""",
    },
    "labels_and_limits": {
        "nms": """
def nms(boxes, scores, labels, iou_thr, score_thr, max_num):
    kept = [i for i in keep_best(boxes, scores, iou_thr) if scores[i] >= score_thr and labels[i] == labels[0]]
    return kept[:max_num]
""",
    },
    "rows_of_a_table": {
        "nms": """
import pandas as pd


def nms(df, iou_threshold=0.5, score_threshold=0.0):
    df = df[df.confidence >= score_threshold].reset_index()
    sides = df[["xmin", "ymin", "xmax", "ymax"]].to_numpy()
    return df.loc[keep_best(sides, df["confidence"].to_list(), iou_threshold)].to_dict("records")
""",
    },
    "table_of_pandas": {
        "nms": """
import pandas as pd


def non_max_suppression(detections: pd.DataFrame, limit: float) -> pd.DataFrame:
    kept = []
    for row in detections.sort_values("score", ascending=False).itertuples():
        if all(ratio(row[1:5], other[1:5]) <= limit for other in kept):
            kept.append(row)
    return detections.loc[[row.Index for row in kept]]
""",
    },
    "pictures_of_pillow": {
        "features_map": """
from torchvision import transforms

prepare = transforms.Compose([transforms.Resize((224, 224)), transforms.ToTensor(), transforms.Normalize([0.5] * 3, [0.5] * 3)])


def get_features_map(model, img):
    caught = []
    hook = model.eval().layer4.register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
    model(prepare(img.convert("RGB")).unsqueeze(0))
    hook.remove()
    return caught[0]
""",
        "fc_weights": """
def get_fc_weights(state_dict):
    return state_dict["fc.weight"]
""",
        "cam": """
import cv2
from PIL import Image


def get_cam(model, img: Image.Image, class_idx: int):
    maps = get_features_map(model, img)[0]
    return cv2.resize(torch.einsum("k,khw->hw", model.fc.weight[class_idx].detach(), maps).numpy(), img.size)
""",
    },
    "what_else_there_is_to_give": {
        "features_map": """
def get_features_map(model, x, device, layer):
    caught = []
    hook = layer.register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
    model.to(device).eval()(x.to(device))
    hook.remove()
    return caught[0]
""",
        "fc_weights": """
def get_weights(params):
    return params[-2].detach()
""",
        "cam": """
def compute_cam(features, weights, logits):
    number = logits.argmax(dim=1).item()
    return torch.einsum("k,khw->hw", weights[number], features.reshape(features.shape[-3:]))
""",
    },
    "layers_in_a_list_and_classes_last": {
        "features_map": """
def get_layer_output(model, x, target_layers):
    caught = []
    hooks = [layer.register_forward_hook(lambda module, inputs, output: caught.append(output)) for layer in target_layers]
    model.eval()(x)
    for hook in hooks:
        hook.remove()
    return caught[-1]
""",
        "cam": """
def compute_cam(features, weights):
    return torch.einsum("khw,ck->hwc", features.reshape(features.shape[-3:]), weights)
""",
    },
    "network_with_classes_last": {
        "cam": """
class CAM(torch.nn.Module):
    def __init__(self, net):
        super().__init__()
        self.body, self.fc = torch.nn.Sequential(*list(net.children())[:-2]), net.fc

    def forward(self, x):
        return self.eval().body(x).permute(0, 2, 3, 1) @ self.fc.weight.T
""",
    },
    "row_and_channels_last": {
        "cam": """
def compute_cam(conv_outputs, class_weights):
    cam = np.zeros(conv_outputs.shape[:2], dtype=np.float32)
    for k, weight in enumerate(class_weights):
        cam += weight * conv_outputs[:, :, k]
    return cam
""",
    },
    "size_of_a_batch": {
        "cam": """
def get_class_map(image, features, weights, class_idx):
    cam = torch.einsum("k,khw->hw", weights[class_idx], features.reshape(features.shape[-3:]))
    return torch.nn.functional.interpolate(cam[None, None], image.shape[2:], mode="bilinear").squeeze()
""",
    },
    "size_of_a_picture": {
        "cam": """
def weighted_feature_sum(features, weights, class_idx, image):
    from PIL import Image

    cam = np.tensordot(np.asarray(weights)[class_idx], np.asarray(features).squeeze(), axes=1)
    return np.array(Image.fromarray(np.uint8(255 * (cam - cam.min()) / np.ptp(cam))).resize(image.size, Image.HAMMING))
""",
    },
    "times_as_large": {
        "cam": """
def make_activation_map(features, weights, class_idx, scale):
    cam = torch.einsum("k,khw->hw", weights[class_idx], features.reshape(features.shape[-3:]))
    return torch.nn.functional.interpolate(cam[None, None], scale_factor=scale, mode="bilinear").squeeze()
""",
    },
    "bias_beside_weights": {
        "cam": """
def compute_cam(features, weights, bias, class_idx):
    return torch.einsum("k,khw->hw", weights[class_idx], features.reshape(features.shape[-3:])) + bias[class_idx]
""",
    },
    "two_maps_in_russian": {
        "features_map": """
def карта_признаков(сеть, x):
    return torch.nn.Sequential(*list(сеть.eval().children())[:-2])(x).detach()
""",
        "cam": """
def карта_активации_класса(признаки, веса, класс):
    return torch.einsum("k,khw->hw", веса[класс], признаки.reshape(признаки.shape[-3:]))
""",
    },
    "overlap_that_is_a_function": {
        "iou": """
from typing import Callable


def box_iou(first, second):
    return ratio(first, second)
""",
        "dice": """
def dice_loss(y, p):
    return 1 - 2 * (y * p).sum() / (y.sum() + p.sum())
""",
        "nms": """
def nms(boxes, scores, metric: Callable, limit=0.5):
    left, kept = sorted(range(len(scores)), key=lambda i: scores[i]), []
    while left:
        kept.append(left.pop())
        left = [i for i in left if not metric(boxes[kept[-1]], boxes[i]) > limit]
    return kept
""",
    },
    "threshold_beside_a_function_called_iou": {
        "iou": """
def iou_of_two(a, b):
    return ratio(a, b)
""",
        "nms": """
def nms(boxes, scores, iou, threshold):
    kept = []
    for i in sorted(range(len(scores)), key=lambda i: -scores[i]):
        if all(iou(boxes[i], boxes[k]) <= threshold for k in kept):
            kept.append(i)
    return kept
""",
    },
    "boxes_with_a_method": {
        "iou": """
class Boxes:
    def __init__(self, data):
        self.data = torch.as_tensor(data).reshape(-1, 4)

    def __getitem__(self, number):
        return self.data[number]

    def nms(self, scores, threshold):
        return keep_best(self.data, scores, threshold)


def jaccard(first, second):
    return ratio(Boxes(first)[0], Boxes(second)[0])
""",
        "nms": "",
    },
    "suppression_that_adds_up": {
        "nms": """
class Suppression:
    def __init__(self, boxes, scores):
        self.boxes, self.scores, self.kept = boxes, scores, []

    def run(self, threshold):
        for index in keep_best(self.boxes, self.scores, threshold):
            self.kept.append(index)
        return self.kept
""",
    },
    "smaller_area_unless_told_otherwise": {
        "nms": """
def nms(dets, thresh, mode="Minimum"):
    left, kept = dets[:, 4].argsort()[::-1] if isinstance(dets, np.ndarray) else dets[:, 4].argsort(descending=True), []
    left = left.tolist()
    while left:
        best = left.pop(0)
        kept.append(best)
        a = dets[best]
        rest = []
        for i in left:
            b = dets[i]
            shared = max(min(a[2], b[2]) - max(a[0], b[0]), 0) * max(min(a[3], b[3]) - max(a[1], b[1]), 0)
            first, second = (a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1])
            below = min(first, second) if mode == "Minimum" else first + second - shared
            if shared / below <= thresh:
                rest.append(i)
        left = rest
    return kept
""",
    },
}
CASES = [(student, part) for student, parts in FORMS.items() for part in parts]


@pytest.fixture(scope="module")
def graded(grade: Callable[..., Any], repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, SubmissionResult]:
    """The results of all submissions, from one run."""
    folder = tmp_path_factory.mktemp("forms")
    submissions, report = folder / "submissions", folder / "report"
    for student, parts in FORMS.items():
        (submissions / student).mkdir(parents=True)
        (submissions / student / "lab15.py").write_text("\n\n".join([BEGINNING, *parts.values()]), encoding="utf-8")
    cache = {"GRADER_CACHE": str(cache_folder())}
    finished = grade(submissions, "-a", LAB, "-o", report, "-j", 2, cwd=repository, env=cache)
    assert (finished.status, finished.left_behind) == (0, []), finished.stderr
    return {one.student: one for one in read_results(report / "results.json").submissions}


@pytest.mark.parametrize(("student", "part"), CASES)
def test_an_honest_form_gets_full_marks(graded: dict[str, SubmissionResult], student: str, part: str) -> None:
    """Protects whoever writes a part in a form of their own from losing points for the form."""
    result = graded[student]
    told = [f"{test.id}: {test.message}" for test in result.tests if test.part == part and test.status != "passed"]
    assert [(one.score, told) for one in result.parts if one.id == part] == [
        (one.max_score, []) for one in result.parts if one.id == part
    ]
