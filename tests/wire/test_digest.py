"""The digest of a network tells another number, and nothing else."""

from __future__ import annotations

import pytest

from grader.wire.digest import state_digest

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.torch


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
