from functools import partial, reduce

import torch
from torch import dot, einsum, inference_mode, maximum, minimum, stack

_store = {}


def _keep(key, module, inputs, output):
    _store[key] = output


def get_features_map(model, x, layer="layer4"):
    handle = getattr(model, layer).register_forward_hook(partial(_keep, layer))
    with inference_mode():
        model.eval()(x)
    handle.remove()
    return _store.pop(layer)


get_fc_weights = lambda model: dict(model.named_parameters())["fc.weight"].detach()

compute_cam = lambda features, weights, class_idx: einsum("...khw,k->...hw", features, weights[class_idx])

area = lambda b: (b[2] - b[0]) * (b[3] - b[1])
meet = lambda a, b: stack([maximum(a[0], b[0]), maximum(a[1], b[1]), minimum(a[2], b[2]), minimum(a[3], b[3])])


def iou(box1, box2):
    m = meet(box1, box2)
    shared = area(m) if (m[2:] > m[:2]).all() else torch.zeros(())
    return shared / (area(box1) + area(box2) - shared)


dice_loss = lambda y, p: 1 - 2 * dot(y.ravel(), p.ravel()) / (y.ravel().sum() + p.ravel().sum())


def nms(boxes, scores, iou_threshold):
    def step(kept, i):
        return kept if any(iou(boxes[j], boxes[i]) > iou_threshold for j in kept) else [*kept, i]

    return reduce(step, scores.argsort(descending=True).tolist(), [])
