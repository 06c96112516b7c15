"""Functions that return what is asked among other results: in dicts, in a namespace, beside another form of it."""

from types import SimpleNamespace

import torch


def get_features_map(model, x):
    stages = {}
    layers = [(name, getattr(model, name)) for name in ("layer3", "layer4")]
    handles = [layer.register_forward_hook(lambda m, i, o, name=name: stages.update({name: o.detach()})) for name, layer in layers]
    model.eval()
    with torch.no_grad():
        stages["logits"] = model(x)
    for handle in handles:
        handle.remove()
    return SimpleNamespace(**stages)


def get_fc_weights(model):
    return model.fc.weight.detach()


def compute_cam(features, weights, class_idx):
    cam = torch.einsum("k,khw->hw", weights[class_idx], features.reshape(-1, *features.shape[-2:]))
    return (cam - cam.min()) / (cam.max() - cam.min()), cam, cam > 0


def iou(box1, box2):
    width = max(min(box1[2], box2[2]) - max(box1[0], box2[0]), 0)
    height = max(min(box1[3], box2[3]) - max(box1[1], box2[1]), 0)
    union = (box1[2] - box1[0]) * (box1[3] - box1[1]) + (box2[2] - box2[0]) * (box2[3] - box2[1]) - width * height
    return {"intersection": width * height, "union": union, "iou": width * height / union}


def dice_loss(y, p):
    dice = 2 * (y * p).sum() / (y.sum() + p.sum())
    return {"dice": dice, "loss": 1 - dice}


def nms(boxes, scores, iou_threshold):
    left = scores.argsort(descending=True).tolist()
    kept = []
    while left:
        best = left.pop(0)
        kept.append(best)
        left = [i for i in left if iou(boxes[best], boxes[i])["iou"] <= iou_threshold]
    return {"boxes": boxes[kept], "labels": torch.zeros(len(kept)), "scores": scores[kept]}
