"""What a hook sees is kept as an attribute of the layer, the weights as one of the network."""

import torch


def keep(module, inputs, output):
    module.output = output.detach()


def features_map(resnet, batch):
    handle = resnet.layer4.register_forward_hook(keep)
    resnet.eval()
    with torch.no_grad():
        resnet.scores = resnet(batch)
    handle.remove()
    return resnet.layer4.output


def get_fc_weights(resnet):
    resnet.class_weights = resnet.fc.weight.detach().clone()
    return resnet.class_weights


def generate_cam(feature_maps, class_weights, label):
    return torch.tensordot(class_weights[label], feature_maps.squeeze(0), dims=1)


def get_iou(first, second):
    x1, y1, x2, y2 = (f(a, b) for f, a, b in zip((max, max, min, min), first, second))
    shared = max(x2 - x1, 0) * max(y2 - y1, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return shared / (sum(areas) - shared)


def dice(y, p):
    return 1 - 2 * torch.sum(y * p) / (torch.sum(y) + torch.sum(p))


def nms(boxes, scores, limit):
    left = torch.argsort(scores, descending=True).tolist()
    kept = []
    while left:
        kept.append(left[0])
        left = [place for place in left[1:] if get_iou(boxes[left[0]], boxes[place]) <= limit]
    return kept
