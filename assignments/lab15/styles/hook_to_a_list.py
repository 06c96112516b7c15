"""A list at top level, emptied by the function; loops over plain numbers elsewhere."""

import torch

features = []


def hook(module, inputs, output):
    features.append(output.clone())


def extract_features(net, image):
    features.clear()
    handle = net.layer4.register_forward_hook(hook)
    net.eval()
    with torch.no_grad():
        net(image)
    handle.remove()
    return features


def get_weights(net):
    return next(net.fc.parameters()).detach().clone()


def calc_cam(maps, w, c):
    maps = maps[0] if len(maps) == 1 else maps
    result = []
    for i in range(len(maps[0])):
        row = []
        for j in range(len(maps[0][0])):
            row.append(sum(float(w[c][k]) * float(maps[k][i][j]) for k in range(len(maps))))
        result.append(row)
    return result


def calc_iou(box1, box2):
    width = max(min(box1[2], box2[2]) - max(box1[0], box2[0]), 0)
    height = max(min(box1[3], box2[3]) - max(box1[1], box2[1]), 0)
    shared = width * height
    return shared / ((box1[2] - box1[0]) * (box1[3] - box1[1]) + (box2[2] - box2[0]) * (box2[3] - box2[1]) - shared)


def dice(target, pred):
    top = bottom = 0.0
    for t, q in zip(target.flatten().tolist(), pred.flatten().tolist()):
        top += 2 * t * q
        bottom += t + q
    return 1 - top / bottom


def nms(bboxes, confidence, thresh):
    bboxes = [[*map(float, box), float(c), i] for i, (box, c) in enumerate(zip(bboxes, confidence))]
    bboxes.sort(key=lambda b: b[4], reverse=True)
    picked = []
    while bboxes:
        first = bboxes.pop(0)
        picked.append(first[5])
        bboxes = [b for b in bboxes if calc_iou(first, b) <= thresh]
    return tuple(picked)
