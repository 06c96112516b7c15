"""A class that keeps the layer's output in an attribute and is called."""

import torch


class FeatureExtractor:
    def __init__(self, model, layer="layer4"):
        self.model = model.eval()
        self.features = None
        getattr(self.model, layer).register_forward_hook(self.hook)

    def hook(self, module, inputs, output):
        self.features = output

    def __call__(self, x):
        with torch.no_grad():
            self.model(x)
        return self.features


class Weights:
    def get_fc_weights(self, model):
        return model.fc.weight.detach()


class CAM:
    def __call__(self, features, weights, class_idx):
        features = features.reshape(-1, *features.shape[-2:])
        return (features * weights[class_idx].reshape(-1, 1, 1)).sum(0)


class IoU:
    def __call__(self, a, b):
        shared = (torch.minimum(a[2:], b[2:]) - torch.maximum(a[:2], b[:2])).clamp(min=0).prod()
        return shared / ((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - shared)


class Dice:
    def loss(self, y_true, y_pred):
        return 1 - 2 * (y_true * y_pred).sum() / (y_true.sum() + y_pred.sum())


class NMS:
    def __init__(self, iou_threshold):
        self.iou_threshold = iou_threshold

    def __call__(self, boxes, scores):
        kept = []
        for i in scores.argsort(descending=True).tolist():
            if all(IoU()(boxes[i], boxes[j]) <= self.iou_threshold for j in kept):
                kept.append(i)
        return kept
