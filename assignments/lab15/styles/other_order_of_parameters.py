"""Parameters in another order, told apart by their names."""

import torch


def get_features_map(images, net):
    maps = []
    hook = net.layer4.register_forward_hook(lambda *caught: maps.append(caught[-1].data))
    net.eval()(images)
    hook.remove()
    return maps.pop()


def get_fc_weights(model):
    return model.fc.weight.detach()


def compute_cam(class_idx, weights, features):
    return (features.reshape(-1, *features.shape[-2:]).permute(1, 2, 0) * weights[class_idx]).sum(-1)


def iou(box1, box2):
    width = max(min(box1[2], box2[2]) - max(box1[0], box2[0]), 0)
    height = max(min(box1[3], box2[3]) - max(box1[1], box2[1]), 0)
    shared = width * height
    return shared / ((box1[2] - box1[0]) * (box1[3] - box1[1]) + (box2[2] - box2[0]) * (box2[3] - box2[1]) - shared)


def dice_loss(prediction, mask, smooth=1e-6, *, reduction="sum"):
    return 1 - (2 * (prediction * mask).sum() + smooth) / (prediction.sum() + mask.sum() + smooth)


def nms(scores, boxes, threshold=0.5, verbose=False, **options):
    kept = []
    for i in scores.argsort(descending=True).tolist():
        if not any(iou(boxes[i], boxes[j]) > threshold for j in kept):
            kept.append(i)
    return kept
