"""The reference of lab 15 against torchvision's own functions, and against what the formulas imply."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision

from grader.course.code import load_file

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def lab15() -> Any:
    """The reference's module."""
    return load_file(Path(__file__).parents[2] / "reference" / "lab15.py")


@pytest.fixture(scope="module")
def network() -> torch.nn.Module:
    """A small ResNet from a seed, in training mode with one frozen layer."""
    torch.manual_seed(0)
    network = torchvision.models.resnet18(num_classes=7)
    network.bn1.eval()
    return network


def boxes_and_scores(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Thirty boxes that overlap in many ways."""
    rng = np.random.default_rng(seed)
    corners, sides = rng.uniform(0, 60, (30, 2)), rng.uniform(5, 40, (30, 2))
    return torch.from_numpy(np.concatenate([corners, corners + sides], axis=1)), torch.from_numpy(rng.permutation(30) / 30)


def test_features_and_weights_give_the_logits(lab15: Any, network: torch.nn.Module) -> None:
    """Protects the three parts of a map together: its mean over the cells plus the bias is the class's logit."""
    x = torch.randn(2, 3, 64, 96)
    features, weights = lab15.get_features_map(network, x), lab15.get_fc_weights(network)
    with torch.no_grad():
        logits = network.eval()(x)
    for picture in range(2):
        cam = lab15.compute_cam(features[picture], weights, 4)
        assert cam.shape == (2, 3)
        assert float(cam.mean() + network.fc.bias[4].detach()) == pytest.approx(float(logits[picture, 4]), rel=1e-4)


def test_the_model_stays_as_it_was(lab15: Any) -> None:
    """Protects a later call from an earlier one: parameters, buffers, hooks and every module's mode."""
    torch.manual_seed(1)
    network = torchvision.models.resnet18(num_classes=3).train()
    network.layer1.eval()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    modes = [module.training for module in network.modules()]
    lab15.get_features_map(network, np.zeros((1, 3, 32, 32), dtype=np.float32))
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())
    assert modes == [module.training for module in network.modules()]
    assert not network.layer4._forward_hooks


def test_the_weights_are_a_copy(lab15: Any, network: torch.nn.Module) -> None:
    """Protects the model from what is done to the answer."""
    weights = lab15.get_fc_weights(network)
    weights.zero_()
    assert network.fc.weight.abs().sum() > 0


@pytest.mark.parametrize("seed", range(5))
def test_iou_is_that_of_torchvision(lab15: Any, seed: int) -> None:
    """Protects from a slip in the formula."""
    boxes, _scores = boxes_and_scores(seed)
    expected = torchvision.ops.box_iou(boxes, boxes)
    assert lab15.iou(boxes[0], boxes[1]) == pytest.approx(expected[0, 1].item())
    assert lab15.iou(boxes[2].tolist(), boxes[3].numpy()) == pytest.approx(expected[2, 3].item())


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.7, 1.0])
def test_nms_is_that_of_torchvision(lab15: Any, threshold: float) -> None:
    """Protects which boxes are kept, and their order."""
    for seed in range(5):
        boxes, scores = boxes_and_scores(seed)
        assert lab15.nms(boxes, scores, threshold).tolist() == torchvision.ops.nms(boxes, scores, threshold).tolist()


def test_nms_of_nothing_keeps_nothing(lab15: Any) -> None:
    """Protects the type of an empty answer: it indexes arrays."""
    kept = lab15.nms(np.zeros((0, 4)), np.zeros(0), 0.5)
    assert kept.dtype == torch.int64
    assert kept.shape == (0,)


def test_dice_of_what_can_be_counted(lab15: Any) -> None:
    """Protects the formula's value where it is known."""
    mask = np.array([[1, 1, 0], [0, 0, 0]])
    assert lab15.dice_loss(mask, mask) == 0
    assert lab15.dice_loss(mask, 1 - mask) == 1
    assert lab15.dice_loss(mask, np.full((2, 3), 0.5)) == pytest.approx(1 - 2 * 1 / (2 + 3))


def test_a_map_takes_one_picture_only(lab15: Any) -> None:
    """Protects from a batch that is merged in silence."""
    with pytest.raises(ValueError, match="unpack"):
        lab15.compute_cam(np.ones((2, 3, 4, 4)), np.ones((5, 3)), 0)


def test_what_the_docstrings_say_of_odd_arguments(lab15: Any) -> None:
    """Protects readers of the reference from errors and values that its docstrings do not tell of."""
    maps, rows = np.ones((3, 4, 4)), np.arange(15).reshape(5, 3)
    assert lab15.compute_cam(maps, rows, -1).tolist() == lab15.compute_cam(maps, rows, 4).tolist()
    assert np.isnan(lab15.iou([1, 1, 1, 1], [1, 1, 1, 1]))
    assert np.isnan(lab15.dice_loss(np.zeros(3, bool), np.zeros(3)))
    once = torch.nn.Module()
    once.layer4, once.forward = torch.nn.Linear(1, 1), lambda x: x
    raised = {
        "compute_cam": [
            (ValueError, (np.ones((2, 3, 4, 4)), rows, 0)),
            (IndexError, (maps, rows, 5)),
            (RuntimeError, (maps, maps[0], 0)),
        ],
        "get_features_map": [
            (AttributeError, (torch.nn.Linear(1, 1), [[1.0]])),
            (ValueError, (once, [[1.0]])),
            (StopIteration, (torch.nn.ModuleDict({"layer4": torch.nn.ReLU()}), [[1.0]])),
        ],
        "get_fc_weights": [(AttributeError, (torch.nn.Linear(1, 1),))],
        "nms": [(IndexError, (np.ones((1, 4)), np.ones(2), 0.5))],
    }
    for name, cases in raised.items():
        function = getattr(lab15, name)
        assert [kind.__name__ for kind, _ in cases] == re.findall(
            r"^ {8}(\w+Error|StopIteration):", function.__doc__, re.MULTILINE
        )
        for kind, arguments in cases:
            with pytest.raises(kind):
                function(*arguments)
