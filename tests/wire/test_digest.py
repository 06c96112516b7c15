"""What a network is like, as a test that protects it is told."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from grader.wire.digest import answer_of, in_training, state_digest

torch = pytest.importorskip("torch", reason="needs torch")

pytestmark = pytest.mark.torch


def network() -> Any:
    """Three layers, the second in training mode, with numbers that add up to something."""
    made = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Dropout(0.5), torch.nn.Linear(2, 1)).eval()
    made[1].train()
    return made


def test_the_answer_is_that_of_eval_mode_and_modes_stay() -> None:
    """Protects the answer from chance, and the model's modes, which a test asks for too."""
    asked = network()
    modes = [module.training for module in asked.modules()]
    assert torch.equal(answer_of(asked, [torch.ones(1, 2)]), answer_of(asked, [torch.ones(1, 2)]))
    assert [module.training for module in asked.modules()] == modes
    assert answer_of(asked, []) is None


def test_a_broken_network_answers_nothing() -> None:
    """Protects the question from a network whose layers no longer fit together."""
    asked = network()
    asked[0] = torch.nn.Linear(5, 5)
    assert answer_of(asked, [torch.ones(1, 2)]) is None


def test_a_hook_that_returns_something_shows_and_one_that_records_does_not() -> None:
    """Protects honest hooks that are left behind, and points from those that change the network."""
    asked, seen = network(), []
    before = answer_of(asked, [torch.ones(1, 2)])
    asked[0].register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    assert torch.equal(answer_of(asked, [torch.ones(1, 2)]), before)
    asked[0].register_forward_hook(lambda _module, _inputs, output: output + 1)
    assert not torch.equal(answer_of(asked, [torch.ones(1, 2)]), before)


def test_a_layer_in_training_mode_counts_where_that_matters() -> None:
    """Protects from full marks for normalisation that is left in training mode within a network in eval mode; and honest new
    layers, which are made in training mode, from it."""
    asked = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Dropout(0.5), torch.nn.Flatten())
    told = []
    for layer in [None, *asked]:
        asked.eval()
        if layer is not None:
            layer.train()
        told.append(in_training(asked))
    assert told == [False, False, True, True, False]
    assert in_training(asked.train())


def test_another_order_in_memory_is_no_change() -> None:
    """Protects who runs a network with `channels_last`: no parameter has another value."""
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    before = state_digest(network)
    network.to(memory_format=torch.channels_last)
    assert not network[0].weight.is_contiguous()
    assert state_digest(network) == before


def test_another_number_or_shape_is_a_change() -> None:
    """Protects the tests that ask whether a function has left the network as it was."""
    network = torch.nn.Linear(3, 4)
    before = state_digest(network)
    with torch.no_grad():
        network.weight[1, 2] += 1
    changed = state_digest(network)
    network.weight = torch.nn.Parameter(network.weight.detach().reshape(3, 4))
    assert len({before, changed, state_digest(network)}) == 3


def test_another_precision_is_a_change_and_no_error() -> None:
    """Protects who leaves the network in bfloat16, which numpy does not know, from being told of an error in the own code."""
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    digests = {state_digest(network.to(kind)) for kind in (torch.float32, torch.float16, torch.bfloat16)}
    assert len(digests) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda weight: weight.flip(0),
        lambda weight: weight.flip(1),
        lambda weight: weight.roll(2, 1),
        lambda weight: weight.sort(0).values,
        lambda weight: weight[:, torch.randperm(weight.shape[1], generator=torch.Generator().manual_seed(0))],
        lambda weight: torch.cat([weight[1:2], weight[:1], weight[2:]]),
    ],
    ids=["flip", "flip columns", "roll", "sort", "shuffle", "two rows"],
)
@pytest.mark.parametrize("kind", ["drawn", "whole numbers", "every other one"])
def test_the_same_numbers_in_another_order_are_a_change(change: Any, kind: str) -> None:
    """Protects the tests that ask whether a function has left the network as it was from one that turns or sorts its weights."""
    layer = torch.nn.Linear(512, 90)  # of more than one block
    with torch.no_grad():
        if kind != "drawn":
            layer.weight.copy_(torch.arange(90 * 512.0).reshape(90, 512).flip(0) % 509)
        if kind == "every other one":
            layer.weight[:, ::2] = 0
            layer.weight[:, 1::2] = 2.0 ** (layer.weight[:, 1::2] % 2)
    before = state_digest(layer)
    with torch.no_grad():
        layer.weight.copy_(change(layer.weight.clone()))
    assert state_digest(layer) != before


def test_blocks_in_another_order_are_a_change() -> None:
    """Protects the same question of a large tensor, of which whole blocks change places."""
    layer = torch.nn.Linear(1 << 16, 3)
    before = state_digest(layer)
    with torch.no_grad():
        layer.weight.copy_(layer.weight.flip(0))
    assert state_digest(layer) != before


def test_the_digest_takes_no_memory_of_the_network_s_size() -> None:
    """Protects the sandbox's memory limit, which a second copy of a large network would break."""
    layer = torch.nn.Linear(1024, 4096)
    state_digest(layer)
    tracemalloc.start()
    try:
        state_digest(layer)
        assert tracemalloc.get_traced_memory()[1] < layer.weight.nbytes / 20
    finally:
        tracemalloc.stop()
