"""Lambdas, partial objects, nested functions, names in Cyrillic."""

from functools import partial

import torch

_хранилище = {}


def _запомнить(ключ, модуль, входы, выход):
    _хранилище[ключ] = выход


def карта(слой, model, x):
    крючок = getattr(model, слой).register_forward_hook(partial(_запомнить, слой))
    with torch.no_grad():
        model.eval()(x)
    крючок.remove()
    return _хранилище.pop(слой)


get_features_map = partial(карта, "layer4")
get_fc_weights = lambda model: dict(model.named_parameters())["fc.weight"].detach()
compute_cam = lambda features, weights, class_idx: torch.einsum("...khw,k->...hw", features, weights[class_idx])
площадь = lambda b: (b[2] - b[0]) * (b[3] - b[1])
dice_loss = lambda y, p: 1 - 2 * torch.dot(y.ravel(), p.ravel()) / (y.sum() + p.sum())


def iou(box1, box2):
    общая = torch.cat([torch.maximum(box1[:2], box2[:2]), torch.minimum(box1[2:], box2[2:])])
    пересечение = площадь(общая) if (общая[2:] > общая[:2]).all() else torch.zeros(())
    return пересечение / (площадь(box1) + площадь(box2) - пересечение)


def nms(boxes, scores, iou_threshold):
    def шаг(осталось):
        if not осталось:
            return []
        лучшая, *другие = осталось
        return [лучшая, *шаг([i for i in другие if iou(boxes[лучшая], boxes[i]) <= iou_threshold])]

    return шаг(scores.argsort(descending=True).tolist())
