# -*- coding: utf-8 -*-
import torch
import torchvision


class LayerOutput:
    """Запоминает выход слоя."""

    def __init__(self):
        self.value = None

    def __call__(self, module, inputs, output):
        self.value = output.detach().clone()


def get_features_map(model, x):
    out = LayerOutput()
    handle = model.layer4.register_forward_hook(out)
    with torch.no_grad():
        model(x)
    handle.remove()
    return out.value


def get_fc_weights(model):
    return model.fc.weight.detach().clone()


def compute_cam(features, weights, class_idx):
    if features.dim() == 4:
        features = features[0]
    c, h, w = features.shape
    return (weights[class_idx] @ features.reshape(c, -1)).reshape(h, w)


def iou(box1, box2):
    w = min(box1[2], box2[2]) - max(box1[0], box2[0])
    h = min(box1[3], box2[3]) - max(box1[1], box2[1])
    inter = max(w, 0) * max(h, 0)
    area1 = (box1[2] - box1[0]) * (box1[3] - box1[1])
    area2 = (box2[2] - box2[0]) * (box2[3] - box2[1])
    return float(inter / (area1 + area2 - inter))


def dice_loss(y, p):
    return float(1 - 2 * (y * p).sum() / (y.sum() + p.sum()))


def nms(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True).tolist()
    keep = []
    while order:
        best = order.pop(0)
        keep.append(best)
        order = [i for i in order if iou(boxes[best], boxes[i]) <= iou_threshold]
    return keep
