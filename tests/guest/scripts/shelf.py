"""What `tests/guest/test_models.py` checks, each in a process of its own: `python shelf.py FUNCTION WEIGHTS`.

A shelf lends ResNet18, whose numbers are written to WEIGHTS first.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import numpy as np
import torch
import torchvision

from grader.guest.limits import Limits, allow_more, apply
from grader.guest.models import Shelf
from grader.guest.standins import standing_in
from grader.wire.values import Model

_, FUNCTION, WEIGHTS = sys.argv
torch.save(torchvision.models.resnet18().state_dict(), WEIGHTS)
shelf = Shelf({"small": {"factory": "torchvision.models.resnet18", "file": WEIGHTS}})
plain = Model("small")
other = plain.with_state({"fc.weight": np.ones((1000, 512), dtype=np.float32)})


def modes_are_put_back_for_the_next_test() -> None:
    """Lent in training mode, put back, lent again."""
    first = shelf.lend(plain.training())
    first.eval()
    assert shelf.put_back()
    again = shelf.lend(plain.training())
    assert again is first
    assert all(module.training for module in again.modules())
    shelf.put_back()
    assert not any(module.training for module in shelf.lend(plain).modules())


def other_numbers_come_in_a_network_that_nobody_has_seen() -> None:
    """A network with numbers of a test's own, three times."""
    seen = [shelf.lend(plain)]
    shelf.put_back()
    for _ in range(3):
        changed = shelf.lend(other)
        assert not any(changed is network for network in seen)
        assert bool((changed.fc.weight == 1).all())
        assert shelf.lend(other) is changed  # within one test it is one
        seen.append(changed)
        assert shelf.put_back()
    assert shelf.lend(plain) is seen[0]
    assert not bool((seen[0].fc.weight == 1).all())


def networks_are_lent_on_top_of_the_memory() -> None:
    """Ten networks of 45 MB for who may have 100 MB."""
    apply(Limits(100 << 20, processes=100_000, open_files=512, file_bytes=1 << 30, cpu_seconds=600, lent_bytes=1 << 30))
    shelf.make_room = allow_more
    for number in range(10):
        shelf.lend(plain.with_state({"fc.bias": np.full(1000, number, dtype=np.float32)}))
        assert shelf.put_back()
    assert len(np.empty(40 << 20, dtype=np.uint8)) == 40 << 20
    try:
        np.empty(200 << 20, dtype=np.uint8)
    except MemoryError:
        return
    raise AssertionError("what was lent has become its own")


def a_network_that_a_function_makes_stands_in_too() -> None:
    """A factory gives the test's numbers for a while."""
    before = torchvision.models.resnet18()
    with standing_in([], {}, other) as include, shelf.telling(include):
        made = torchvision.models.resnet18(weights="DEFAULT")
        assert bool((made.fc.weight == 1).all())
        assert not bool((before.fc.weight == 1).all())
    assert torch.equal(made.fc.weight, before.fc.weight), "it is itself again"
    assert torch.equal(torchvision.models.resnet18().fc.weight, before.fc.weight)
    assert [network for _, network in shelf.handed[:2]] == [before, made]


def a_spoilt_network_is_told() -> None:
    """A bias is changed in place."""
    with torch.no_grad():
        shelf.lend(plain).fc.bias.add_(1)
    assert not shelf.put_back()


def the_submissions_own_networks() -> None:
    """Modes of the submission's own network are put back; a layer, a number and a hook are told."""
    own = torchvision.models.resnet18()
    own.fc = torch.nn.Linear(512, 7)
    own.eval()
    shelf.note_own()
    own.train()
    assert shelf.put_own_back()
    assert not any(module.training for module in own.modules())
    for change in (
        lambda: setattr(own, "fc", torch.nn.Identity()),
        lambda: own.conv1.weight.data.zero_(),
        lambda: own.layer4.register_forward_hook(lambda *_: None),
    ):
        shelf.note_own()
        change()
        assert not shelf.put_own_back()


def the_digest_of_an_untouched_network() -> None:
    """The same whether it was read, written with what was there, or made anew."""
    network = shelf.lend(plain)
    untouched = shelf.digest("small", network)
    with torch.no_grad():
        network.fc.bias.add_(0)  # written, and the same
    assert shelf.digest("small", network) == untouched
    with torch.no_grad():
        network.fc.bias.add_(1)
    assert shelf.digest("small", network) != untouched
    own = torchvision.models.resnet18()
    assert shelf.digest("small", own) == untouched
    own.fc.weight.data[0, 0] = 5
    assert shelf.digest("small", own) != untouched


def a_network_with_a_hook_is_not_lent_again() -> None:
    """A hook stays, and then goes."""
    hooked = shelf.lend(plain)
    hooked.layer4.register_forward_hook(lambda *_: None)
    assert shelf.put_back()
    again = shelf.lend(plain)
    assert again is not hooked
    assert not again.layer4._forward_hooks
    shelf.put_back()
    assert shelf.lend(plain) is again


def what_cannot_be_looked_at_has_changed() -> None:
    """A module without modules."""
    strange = shelf.lend(plain)
    vars(strange.layer1)["_modules"] = 5
    assert not shelf.put_back()


def a_class_stays_under_its_name() -> None:
    """A network of the assignment's own is pickled."""
    sys.path.insert(0, str(Path(WEIGHTS).parent))
    import networks

    torch.save(networks.Tiny().state_dict(), WEIGHTS)
    lent = Shelf({"tiny": {"factory": "networks.Tiny", "file": WEIGHTS}}).lend(Model("tiny"))
    copied = pickle.loads(pickle.dumps(lent))
    assert isinstance(copied, networks.Tiny)
    assert torch.equal(copied.fc.weight, lent.fc.weight)


globals()[FUNCTION]()
