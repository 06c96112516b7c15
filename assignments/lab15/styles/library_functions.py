"""What torchvision already has."""

import torch
from torchvision.models.feature_extraction import create_feature_extractor
from torchvision.ops import box_iou, nms


def get_features_map(model, x):
    extractor = create_feature_extractor(model.eval(), {"layer4": "maps"})
    with torch.no_grad():
        return extractor(x)


def get_fc_weights(model):
    return model.get_parameter("fc.weight")


def compute_cam(features, weights, class_idx):
    return torch.nn.functional.conv2d(features.reshape(1, *features.shape[-3:]), weights[class_idx][None, :, None, None])


def iou(box1, box2):
    return box_iou(box1[None], box2[None])


def dice_loss(y, p):
    return 1 - 2 * (y * p).mean() / (y.mean() + p.mean())
