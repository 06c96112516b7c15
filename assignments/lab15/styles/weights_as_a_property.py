"""One object that is made for a network; the weights of fc are its property, and nothing is called to get them."""

import torch
import torch.nn as nn


class CamModel(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model.eval()

    @property
    def fc_weights(self):
        return self.model.fc.weight.detach()

    @torch.no_grad()
    def get_features_map(self, x):
        for name, layer in self.model.named_children():
            x = layer(x)
            if name == "layer4":
                return x

    @staticmethod
    def compute_cam(features, weights, class_idx):
        if features.ndim == 4:
            features = features.squeeze(0)
        return torch.tensordot(weights[class_idx], features, dims=1)


def iou(box_a, box_b):
    x_min, y_min = torch.max(box_a[:2], box_b[:2])
    x_max, y_max = torch.min(box_a[2:], box_b[2:])
    overlap = (x_max - x_min).clamp(0) * (y_max - y_min).clamp(0)
    area_a, area_b = (box[2:].sub(box[:2]).prod() for box in (box_a, box_b))
    return overlap / (area_a + area_b - overlap)


def dice_loss(mask, predicted):
    return 1 - 2 * torch.sum(mask * predicted) / (mask.sum() + predicted.sum())


def nms(boxes, scores, iou_threshold):
    alive = torch.ones(len(boxes), dtype=torch.bool)
    kept = []
    for best in torch.argsort(scores, descending=True):
        if alive[best]:
            kept.append(best)
            alive &= torch.tensor([bool(iou(boxes[best], box) <= iou_threshold) for box in boxes], dtype=torch.bool)
    return torch.stack(kept) if kept else torch.empty(0, dtype=torch.long)
