from collections import OrderedDict

import torch
from torch import nn
from torchvision.models import resnet50
from torchvision.models._utils import IntermediateLayerGetter


def get_features_map(model, x):
    # everything up to (not including) avgpool and fc
    backbone = nn.Sequential(*list(model.children())[:-2])
    backbone.eval()
    with torch.no_grad():
        return backbone(x)


def get_fc_weights(model):
    return model.state_dict()["fc.weight"]


def compute_cam(features, weights, class_idx):
    n, c, h, w = features.shape
    flat = features.view(c, h * w)
    cam = torch.matmul(weights[class_idx : class_idx + 1], flat)
    return cam.view(h, w)


def box_area(b):
    return (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])


def box_iou(boxes1, boxes2):
    """Pairwise IoU of (N, 4) and (M, 4) -> (N, M)."""
    lt = torch.max(boxes1[:, None, :2], boxes2[:, :2])
    rb = torch.min(boxes1[:, None, 2:], boxes2[:, 2:])
    wh = (rb - lt).clamp(min=0)
    inter = wh[:, :, 0] * wh[:, :, 1]
    union = box_area(boxes1)[:, None] + box_area(boxes2) - inter
    return inter / union


def dice_loss(pred, target):
    num = 2 * (pred * target).sum()
    den = pred.sum() + target.sum()
    return 1 - num / den


def nms(boxes, scores, iou_threshold):
    ious = box_iou(boxes, boxes)
    keep = []
    suppressed = torch.zeros_like(scores, dtype=torch.bool)
    for idx in scores.argsort(descending=True):
        if suppressed[idx]:
            continue
        keep.append(idx)
        suppressed |= ious[idx] > iou_threshold
    return torch.stack(keep)
