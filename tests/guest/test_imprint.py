"""A network that came back as it was is told from one that did not."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.guest import pages
from grader.guest.imprint import Imprint, imprint, is_as_mapped, places

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(not os.access("/proc/self/pagemap", os.R_OK), reason="this system does not tell which pages were written"),
]


@pytest.fixture
def network(tmp_path: Path) -> Any:
    """A small network over a mapping of its weights' file, as the shelf lends it."""
    import torch
    from torch import nn

    made = nn.Sequential(nn.Conv2d(3, 64, 3), nn.BatchNorm2d(64), nn.Dropout(0.5))
    torch.save(made.state_dict(), tmp_path / "weights.pth")
    made.load_state_dict(torch.load(tmp_path / "weights.pth", weights_only=True, mmap=True), assign=True)
    return made.eval()


def _imprint(network: Any) -> Imprint:
    made = imprint(network)
    assert made is not None
    return made


def _run(network: Any) -> None:
    import torch

    with torch.no_grad():
        network(torch.zeros(1, 3, 8, 8))


def _hook_and_remove(network: Any) -> None:
    handle = network[0].register_forward_hook(lambda *_: None)
    _run(network)
    handle.remove()


def _there_and_back(network: Any) -> None:
    network.train()
    network.eval()


@pytest.mark.parametrize("use", [_run, _hook_and_remove, _there_and_back, lambda network: network.state_dict()])
def test_honest_use_leaves_it_as_it_was(network: Any, use: Callable[[Any], Any]) -> None:
    """Protects the speed of grading honest work: no new process for a network that nothing happened to."""
    before = _imprint(network)
    use(network)
    assert before.put_back() == (True, True)


def _in_place(network: Any) -> None:
    import torch

    with torch.no_grad():
        network[0].weight.mul_(2)


def _behind_autograd(network: Any) -> None:
    network[0].weight.data[0, 0, 0, 0] = 5


def _as_numpy(network: Any) -> None:
    network[0].weight.detach().numpy()[0] = 1


def _gradients(network: Any) -> None:
    import torch

    network(torch.zeros(1, 3, 8, 8)).sum().backward()


def _replace_a_layer(network: Any) -> None:
    network[2] = type(network[2])(0.1)


def _new_parameter(network: Any) -> None:
    import torch

    network[0].weight = torch.nn.Parameter(network[0].weight.clone())


def _keep_a_tensor(network: Any) -> None:
    import torch

    network[0].output = torch.zeros(2, 2)


CHANGES: dict[str, Callable[[Any], Any]] = {
    "in place": _in_place,
    "behind autograd": _behind_autograd,
    "as numpy": _as_numpy,
    "gradients": _gradients,
    "a layer": _replace_a_layer,
    "a parameter": _new_parameter,
    "a hook that stays": lambda network: network[0].register_forward_hook(lambda *_: None),
    "mode": lambda network: network.train(),
    "mode of one layer": lambda network: network[1].train(),
    "an attribute": lambda network: setattr(network[0], "stride", (2, 2)),
    "a tensor that is kept on a layer": _keep_a_tensor,
    "a method": lambda network: setattr(network, "forward", lambda x: x),
    "frozen": lambda network: network.requires_grad_(False),
    "half": lambda network: network.half(),
}


MODES = ("mode", "mode of one layer")
HOOKS = ("a hook that stays",)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen(network: Any, name: str) -> None:
    """Protects the next test from a network that an earlier one has changed; modes are put back."""
    before = _imprint(network)
    CHANGES[name](network)
    assert before.put_back() == (name in MODES + HOOKS, name in MODES)
    assert not any(module.training for module in network.modules() if name in MODES)


def test_dictionaries_that_were_replaced(network: Any) -> None:
    """Protects the next test: an empty dictionary of hooks in the place of another is nothing yet, but what is put into it is."""
    before = _imprint(network)
    network[0]._forward_hooks = type(network[0]._forward_hooks)()
    assert before.put_back() == (True, True)
    network[0].register_forward_hook(lambda *_: None)
    assert not all(before.put_back())


def test_what_cannot_be_compared_is_no_silent_yes(network: Any) -> None:
    """Protects the next test from an array that was kept on a layer under a name that was there before."""
    import numpy as np

    network[0].seen = np.zeros(3)
    before = _imprint(network)
    network[0].seen = np.zeros(3)
    assert before.put_back() == (False, False)


@pytest.mark.skipif(sys.platform != "linux", reason="huge pages are Linux's")
def test_collapsed_memory_keeps_its_values() -> None:
    """Protects the template: its memory is moved, not changed."""
    kept = [os.urandom(1 << 20) for _ in range(16)]
    copies = [bytes(bytearray(one)) for one in kept]
    pages.collapse()
    assert kept == copies


def test_modes_are_put_back(network: Any) -> None:
    """Protects the speed of honest work: `model.eval()` on a network that trains needs no other process for the next test."""
    network.train()
    before = _imprint(network)
    network.eval()
    assert before.put_back() == (True, True)
    assert all(module.training for module in network.modules())


def test_a_network_as_it_was_mapped(network: Any) -> None:
    """Protects the digest of an untouched network: whatever is written, even behind autograd's back, makes it be read again."""
    mapped = places(network)
    _run(network)
    network.train()
    assert is_as_mapped(network, mapped)
    _behind_autograd(network)
    assert not is_as_mapped(network, mapped)


def test_a_network_with_another_tensor_is_not_as_it_was_mapped(network: Any) -> None:
    """Protects the digest from a parameter that was put in the place of a mapped one."""
    mapped = places(network)
    _new_parameter(network)
    assert not is_as_mapped(network, mapped)
