"""The shelf lends networks: the same object from test to test while it comes back as it was, never one that was changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(not os.access("/proc/self/pagemap", os.R_OK), reason="this system does not tell which pages were written"),
]

# The shelf replaces factories in torchvision itself, so each check has a process of its own.
_START = """
import sys
import numpy as np
import torch
from torchvision.models import resnet18
torch.save(resnet18().state_dict(), sys.argv[1])
from grader.guest.models import Shelf
from grader.wire.values import Model
shelf = Shelf({"small": {"factory": "torchvision.models.resnet18", "file": sys.argv[1]}})
plain = Model("small")
other = plain.with_state({"fc.weight": np.ones((1000, 512), dtype=np.float32)})
"""


def check(tmp_path: Path, source: str) -> None:
    """Run the statements with a shelf at hand."""
    done = subprocess.run(
        [sys.executable, "-c", _START + source, str(tmp_path / "weights.pth")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_modes_are_put_back_for_the_next_test(tmp_path: Path) -> None:
    """Protects the next test from the mode that an earlier one left, and its speed: the process need not be given up."""
    check(
        tmp_path,
        """
first = shelf.lend(plain.training())
first.eval()
assert shelf.put_back()
again = shelf.lend(plain.training())
assert again is first and all(module.training for module in again.modules())
shelf.put_back()
assert not any(module.training for module in shelf.lend(plain).modules())
""",
    )


def test_other_numbers_come_in_a_network_that_nobody_has_seen(tmp_path: Path) -> None:
    """Fair to `functools.cache` on a function of a network: the same object never has other numbers than before."""
    check(
        tmp_path,
        """
seen = [shelf.lend(plain)]
shelf.put_back()
for _ in range(3):
    changed = shelf.lend(other)
    assert not any(changed is network for network in seen) and bool((changed.fc.weight == 1).all())
    assert shelf.lend(other) is changed  # within one test it is one
    seen.append(changed)
    assert shelf.put_back()
assert shelf.lend(plain) is seen[0] and not bool((seen[0].fc.weight == 1).all())
""",
    )


def test_a_network_that_a_function_makes_stands_in_too(tmp_path: Path) -> None:
    """Protects a function that makes its network itself: it was told that it got one with the test's numbers, and did not."""
    check(
        tmp_path,
        """
from grader.guest.standins import standing_in
import torchvision
before = torchvision.models.resnet18()
with standing_in([], {}, other) as include, shelf.telling(include):
    made = torchvision.models.resnet18(weights="DEFAULT")
    assert bool((made.fc.weight == 1).all()) and not bool((before.fc.weight == 1).all())
assert torch.equal(made.fc.weight, before.fc.weight), "it is itself again"
assert torch.equal(torchvision.models.resnet18().fc.weight, before.fc.weight)
assert [network for _, network in shelf.handed[:2]] == [before, made]
""",
    )


def test_a_spoilt_network_is_told(tmp_path: Path) -> None:
    """Protects the next test: what it would be lent is not as it was, so the process is given up."""
    check(
        tmp_path,
        """
with torch.no_grad():
    shelf.lend(plain).fc.bias.add_(1)
assert not shelf.put_back()
""",
    )


def test_the_submissions_own_networks(tmp_path: Path) -> None:
    """Protects a part from what another one did to the submission's own network: modes are put back, and all else is told."""
    check(
        tmp_path,
        """
import torchvision
own = torchvision.models.resnet18()
own.fc = torch.nn.Linear(512, 7)
own.eval()
shelf.note_own()
own.train()
assert shelf.put_own_back() and not any(module.training for module in own.modules())
for change in (
    lambda: setattr(own, "fc", torch.nn.Identity()),
    lambda: own.conv1.weight.data.zero_(),
    lambda: own.layer4.register_forward_hook(lambda *_: None),
):
    shelf.note_own()
    change()
    assert not shelf.put_own_back()
""",
    )


def test_the_digest_of_an_untouched_network(tmp_path: Path) -> None:
    """A network whose numbers are those of its file has one digest, read or not, and any change gives it another."""
    check(
        tmp_path,
        """
network = shelf.lend(plain)
untouched = shelf.digest("small", network)
with torch.no_grad():
    network.fc.bias.add_(0)  # written, and the same
assert shelf.digest("small", network) == untouched
with torch.no_grad():
    network.fc.bias.add_(1)
assert shelf.digest("small", network) != untouched
import torchvision
own = torchvision.models.resnet18()
assert shelf.digest("small", own) == untouched
own.fc.weight.data[0, 0] = 5
assert shelf.digest("small", own) != untouched
""",
    )


def test_a_network_with_a_hook_is_not_lent_again(tmp_path: Path) -> None:
    """Protects the next test from a hook that stayed, and those who remove none, as most do, from a process for each test."""
    check(
        tmp_path,
        """
hooked = shelf.lend(plain)
handle = hooked.layer4.register_forward_hook(lambda *_: None)
assert shelf.put_back()
again = shelf.lend(plain)
assert again is not hooked and not again.layer4._forward_hooks
shelf.put_back()
assert shelf.lend(plain) is again
""",
    )


def test_what_cannot_be_looked_at_has_changed(tmp_path: Path) -> None:
    """Protects an answer from what its function did to the network besides: that is no error of the function's."""
    check(
        tmp_path,
        """
strange = shelf.lend(plain)
vars(strange.layer1)["_modules"] = 5
assert not shelf.put_back()
""",
    )


def test_a_class_stays_under_its_name(tmp_path: Path) -> None:
    """Protects a submission that copies a network of the assignment's own by `pickle` or `torch.save`, as it can a ResNet50."""
    (tmp_path / "networks.py").write_text(
        "from torchvision.models.resnet import BasicBlock, ResNet\n"
        "class Tiny(ResNet):\n"
        "    def __init__(self):\n"
        "        super().__init__(BasicBlock, [1, 1, 1, 1])\n"
    )
    check(
        tmp_path,
        """
import pathlib
import pickle
sys.path.insert(0, str(pathlib.Path(sys.argv[1]).parent))
import networks
torch.save(networks.Tiny().state_dict(), sys.argv[1])
lent = Shelf({"tiny": {"factory": "networks.Tiny", "file": sys.argv[1]}}).lend(Model("tiny"))
copied = pickle.loads(pickle.dumps(lent))
assert isinstance(copied, networks.Tiny) and torch.equal(copied.fc.weight, lent.fc.weight)
""",
    )
