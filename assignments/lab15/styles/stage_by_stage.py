"""The forward pass written out; a Dice loss as a module; the kept boxes come back."""

import numpy as np
import torch
from torch import nn


class FeatureMap(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, images):
        self.eval()
        net = self.net
        out = net.maxpool(net.relu(net.bn1(net.conv1(images))))
        for stage in (net.layer1, net.layer2, net.layer3, net.layer4):
            out = stage(out)
        return out.detach()


def extract_fc_weights(network):
    return network.fc.weight.detach()


def generate_cam(feature_maps, fc_weights, target_class):
    cam = np.zeros(feature_maps.shape[-2:])
    for k, weight in enumerate(fc_weights[target_class]):
        cam += weight.item() * feature_maps[..., k, :, :].squeeze().numpy()
    return cam


def intersection_over_union(boxes_preds, boxes_labels):
    x1 = torch.max(boxes_preds[..., 0:1], boxes_labels[..., 0:1])
    y1 = torch.max(boxes_preds[..., 1:2], boxes_labels[..., 1:2])
    x2 = torch.min(boxes_preds[..., 2:3], boxes_labels[..., 2:3])
    y2 = torch.min(boxes_preds[..., 3:4], boxes_labels[..., 3:4])
    shared = (x2 - x1).clamp(0) * (y2 - y1).clamp(0)
    first = abs((boxes_preds[..., 2:3] - boxes_preds[..., 0:1]) * (boxes_preds[..., 3:4] - boxes_preds[..., 1:2]))
    second = abs((boxes_labels[..., 2:3] - boxes_labels[..., 0:1]) * (boxes_labels[..., 3:4] - boxes_labels[..., 1:2]))
    return shared / (first + second - shared + 1e-6)


class SoftDiceLoss(nn.Module):
    def forward(self, y_pred, y_true):
        return 1 - 2 * (y_pred * y_true).sum() / (y_pred.sum() + y_true.sum())


def non_maximum_suppression(boxes, scores, overlap_thresh):
    order = scores.argsort(descending=True).tolist()
    kept = []
    for i in order:
        if all(intersection_over_union(boxes[i], boxes[j]).item() <= overlap_thresh for j in kept):
            kept.append(i)
    return boxes[kept]
