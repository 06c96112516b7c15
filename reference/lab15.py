"""Reference of lab 15: class activation maps of a ResNet, and the measures used around them.

Six functions, one per graded part, under the names that the assignment asks for. Each takes torch tensors or anything
that `torch.as_tensor` takes (numpy arrays, lists) and returns torch tensors or floats. They are written to be read next
to the formula, not for speed; none changes its arguments, keeps state between calls, or depends on global settings.

Left out on purpose: the softmax, ReLU, upsampling and colouring that make a picture of a map; ties at the suppression
threshold, boxes without an area and empty masks, which the lab does not grade.
"""

from typing import TypeAlias

import numpy.typing as npt
import torch
from torch import Tensor, nn

Values: TypeAlias = Tensor | npt.ArrayLike


def get_features_map(model: nn.Module, x: Values) -> Tensor:
    """Return what `model.layer4` computes for the batch `x`, caught by a forward hook.

    He et al., "Deep residual learning for image recognition" (CVPR 2016), table 1: layer4 (there conv5_x) is the stage
    before the average pooling; its output is taken after the residual sum and the ReLU, so no value is negative.

    Args:
        model: a torchvision ResNet, or any module whose `layer4` runs once in its forward pass. It is evaluated in eval
            mode; its parameters, buffers and the training flags of all its modules are afterwards as they were.
        x: pictures (N, 3, H, W), already normalised; converted to the model's dtype and device.

    Returns:
        Feature maps (N, C, H/32, W/32), detached, in the model's dtype; C = 2048 for ResNet50, 512 for ResNet18.

    Raises:
        AttributeError: the model has no `layer4`.
        ValueError: `layer4` did not run exactly once.
        StopIteration: the model has no parameters.
    """
    caught: list[Tensor] = []
    flags = [(module, module.training) for module in model.modules()]
    hook = model.get_submodule("layer4").register_forward_hook(lambda _module, _inputs, output: caught.append(output))
    try:
        model.eval()
        with torch.no_grad():
            model(torch.as_tensor(x).to(next(model.parameters())))
    finally:
        hook.remove()
        for module, flag in flags:
            module.training = flag
    (features,) = caught
    return features


def get_fc_weights(model: nn.Module) -> Tensor:
    """Return a copy of the weight matrix of the model's last, fully connected layer.

    Args:
        model: a torchvision ResNet, or any module whose classifier is an `nn.Linear` named `fc`.

    Returns:
        W (num_classes, C), in the model's dtype: row c holds the weights with which class c adds up the C pooled features;
        no bias.

    Raises:
        AttributeError: the model has no `fc`, or that has no `weight`.
    """
    return model.get_parameter("fc.weight").detach().clone()


def compute_cam(features: Values, weights: Values, class_idx: int) -> Tensor:
    """Return the class activation map of one class: M(i, j) = sum over k of W[class_idx, k] * features[k, i, j].

    Zhou et al., "Learning deep features for discriminative localization" (CVPR 2016), equation 2.

    Args:
        features: the feature maps of one picture, (C, h, w) or (1, C, h, w), of any real dtype; converted to float64.
        weights: W (num_classes, C), the same.
        class_idx: the class whose evidence is mapped, 0 <= class_idx < num_classes; a negative one counts from the end.

    Returns:
        The map (h, w) in float64, raw: any sign, no ReLU, no scaling.

    Raises:
        ValueError: `features` holds more than one picture.
        IndexError: there is no such class.
        RuntimeError: the two numbers of channels differ.
    """
    maps = torch.as_tensor(features, dtype=torch.float64)
    if maps.ndim == 4:
        (maps,) = maps
    row = torch.as_tensor(weights, dtype=torch.float64)[class_idx]
    return torch.einsum("k,khw->hw", row, maps)


def iou(box1: Values, box2: Values) -> float:
    """Return the intersection over union of two boxes, also called the Jaccard index.

    Everingham et al., "The Pascal visual object classes challenge" (IJCV 2010), equation 3, here in continuous
    coordinates: a side is x2 - x1, without the +1 that counts pixels.

    Args:
        box1: four numbers (x1, y1, x2, y2), x1 < x2 and y1 < y2, in any unit of length; converted to float64.
        box2: the same, in the same unit.

    Returns:
        A number in [0, 1]; 0 for boxes that do not meet, NaN for two boxes without an area.
    """
    first = torch.as_tensor(box1, dtype=torch.float64)
    second = torch.as_tensor(box2, dtype=torch.float64)
    sides = torch.minimum(first[2:], second[2:]) - torch.maximum(first[:2], second[:2])
    intersection = sides.clamp(min=0).prod()
    union = (first[2:] - first[:2]).prod() + (second[2:] - second[:2]).prod() - intersection
    return (intersection / union).item()


def dice_loss(y: Values, p: Values) -> float:
    """Return the Dice loss DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)), each sum over all elements.

    Milletari et al., "V-Net" (3DV 2016), section 3, with the plain (not squared) sums that the lecture gives.

    Args:
        y: the true mask, values 0 and 1, any shape, of any real dtype or bool; converted to float64.
        p: predicted probabilities in [0, 1], the shape of `y`; the same.

    Returns:
        A number in [0, 1]: 0 for a perfect prediction, 1 when prediction and mask share nothing, NaN when both are empty.
    """
    mask = torch.as_tensor(y, dtype=torch.float64)
    probabilities = torch.as_tensor(p, dtype=torch.float64)
    return (1 - 2 * (mask * probabilities).sum() / (mask.sum() + probabilities.sum())).item()


def nms(boxes: Values, scores: Values, iou_threshold: float) -> Tensor:
    """Return the indices of the boxes that greedy non-maximum suppression keeps, best score first.

    Girshick et al., "Rich feature hierarchies" (R-CNN, CVPR 2014), section 2.2: take the best box left, drop every box
    left whose IoU with it is greater than the threshold, repeat. A dropped box drops no other.

    Args:
        boxes: (n, 4), rows (x1, y1, x2, y2) as `iou` takes them.
        scores: (n,), any real dtype, any order; of equal scores the earlier box comes first.
        iou_threshold: in [0, 1].

    Returns:
        Indices into `boxes`, (k,), int64, 0 <= k <= n.

    Raises:
        IndexError: there are more scores than boxes.
    """
    corners = torch.as_tensor(boxes, dtype=torch.float64)
    left = torch.as_tensor(scores, dtype=torch.float64).argsort(descending=True, stable=True).tolist()
    kept: list[int] = []
    while left:
        best, *others = left
        kept.append(best)
        left = [other for other in others if iou(corners[best], corners[other]) <= iou_threshold]
    return torch.tensor(kept, dtype=torch.int64)
