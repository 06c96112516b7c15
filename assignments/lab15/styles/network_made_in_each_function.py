"""No network at top level: each function makes its own, and the one for the map is asked with a photo."""

import torch
from torchvision.models import ResNet50_Weights, resnet50


def make_network():
    return resnet50(weights=ResNet50_Weights.IMAGENET1K_V2).eval()


def get_features_map(x):
    model = make_network()
    body = torch.nn.Sequential(*list(model.children())[:-2])
    with torch.no_grad():
        return body(x)


def get_fc_weights():
    return make_network().fc.weight.detach().numpy()


def compute_cam(x, class_idx):
    model = make_network()
    caught = []
    handle = model.layer4.register_forward_hook(lambda module, inputs, output: caught.append(output))
    with torch.no_grad():
        model(x)
    handle.remove()
    return torch.einsum("k,khw->hw", model.fc.weight.detach()[class_idx], caught[0][0])


def iou(first, second):
    sides = [max(min(first[k + 2], second[k + 2]) - max(first[k], second[k]), 0) for k in (0, 1)]
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return sides[0] * sides[1] / (sum(areas) - sides[0] * sides[1])


def dice_loss(target, prediction):
    return 1 - 2 * (target * prediction).sum() / (target.sum() + prediction.sum())


def nms(boxes, scores, threshold):
    order = torch.as_tensor(scores).argsort(descending=True).tolist()
    kept = []
    for index in order:
        if all(iou(boxes[index], boxes[better]) <= threshold for better in kept):
            kept.append(index)
    return kept
