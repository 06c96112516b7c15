"""NMS that returns padded indices and their number, as an old SSD does; one box against many."""

import torch


def get_features_map(model, x):
    caught = []
    handle = model.layer4.register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
    model.eval()
    with torch.no_grad():
        model(x)
    handle.remove()
    return caught[0]


def get_fc_weights(model):
    return model.fc.weight.detach()


def compute_cam(features, weights, class_idx):
    if features.ndim == 4:
        features = features[0]
    return torch.einsum("k,khw->hw", weights[class_idx], features)[None]


def calculate_iou(box, boxes):
    left_top = torch.maximum(box[:2], boxes[:, :2])
    right_bottom = torch.minimum(box[2:], boxes[:, 2:])
    shared = (right_bottom - left_top).clamp(min=0).prod(dim=1)
    area = (box[2:] - box[:2]).prod()
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1)
    return shared / (area + areas - shared)


def dice_loss(y, p):
    return 1 - 2 * (y * p).sum() / (y.sum() + p.sum())


def nms(boxes, scores, overlap=0.5):
    keep = scores.new_zeros(len(scores)).long()
    count = 0
    order = scores.sort().indices
    while order.numel() > 0:
        best = order[-1]
        keep[count] = best
        count += 1
        order = order[:-1]
        order = order[calculate_iou(boxes[best], boxes[order]) <= overlap]
    return keep, count
