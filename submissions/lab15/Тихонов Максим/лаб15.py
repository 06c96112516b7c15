import json
import sys

import numpy as np
import torch
import torchvision
from torchvision import transforms

with open("imagenet_class_index.json") as f:
    class_names = json.load(f)

THRESHOLD = 0.5
image_path = sys.argv[1]


def get_features_map(model, x):
    model.eval()
    maps = []
    hook = model.layer4.register_forward_hook(lambda module, inp, out: maps.append(out.data))
    model(x)
    hook.remove()
    return maps[-1]


def get_fc_weights(model):
    return model.fc.weight.data.numpy().copy()


def compute_cam(features, weights, class_idx):
    return np.tensordot(weights[class_idx], features, axes=([0], [-3])).reshape(features.shape[-2:])


def iou(box1, box2):
    box1, box2 = np.array(box1), np.array(box2)
    size = np.clip(np.minimum(box1[2:], box2[2:]) - np.maximum(box1[:2], box2[:2]), 0, None)
    inter = size[0] * size[1]
    return inter / (np.prod(box1[2:] - box1[:2]) + np.prod(box2[2:] - box2[:2]) - inter)


def dice_loss(y, p):
    return 1 - np.sum(2 * np.array(y) * np.array(p)) / (np.sum(np.array(y)) + np.sum(np.array(p)))


def nms(boxes, scores, iou_threshold=THRESHOLD):
    order = np.argsort(np.array(scores))[::-1]
    keep = np.zeros(len(scores), dtype=bool)
    for i in order:
        keep[i] = not any(keep[j] and iou(boxes[i], boxes[j]) > iou_threshold for j in range(len(scores)))
    return keep


model = torchvision.models.resnet50(pretrained=True)
x = transforms.ToTensor()(torchvision.io.read_image(image_path)).unsqueeze(0)
print(class_names[str(model(x).argmax().item())])
