"""Networks that stand for given numbers, and are themselves again afterwards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.guest.standins import change, standing_in
from grader.wire.digest import state_digest
from grader.wire.values import Model

torch = pytest.importorskip("torch", reason="needs torch")

pytestmark = pytest.mark.torch

OUTPUT = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
WEIGHTS = np.arange(10, dtype=np.float32).reshape(5, 2)
MODEL = Model("net").with_state({"fc.weight": WEIGHTS}).giving({"last": OUTPUT})


class Net(torch.nn.Module):
    """A layer, a sequence of blocks, pooling, a linear layer: as a classifier is built."""

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Conv2d(3, 8, 1)
        self.last = torch.nn.Sequential(torch.nn.Conv2d(8, 8, 1), torch.nn.Conv2d(8, 8, 1))
        self.pool = torch.nn.AdaptiveAvgPool2d(1)
        self.fc = torch.nn.Linear(8, 7)

    def forward(self, x: Any) -> Any:
        """Scores of the classes."""
        return self.fc(torch.flatten(self.pool(self.last(self.first(x))), 1))


@pytest.fixture
def net() -> Net:
    """A network with values of its own."""
    return Net().eval()


def test_layer_and_parameters_have_the_given_numbers(net: Net):
    """Every way to reach the layer sees the numbers: a hook on it or on its last block, its children, the whole network."""
    caught = []
    net.last.register_forward_hook(lambda _m, _i, output: caught.append(output))
    net.last[-1].register_forward_hook(lambda _m, _i, output: caught.append(output))
    with torch.no_grad(), standing_in([net], {}, MODEL):
        scores = net(torch.ones(1, 3, 2, 2))
        body = torch.nn.Sequential(*list(net.children())[:-2])(torch.ones(1, 3, 2, 2))
        assert np.array_equal(net.fc.weight.numpy(), WEIGHTS)
    assert all(np.array_equal(output.numpy(), OUTPUT) for output in [*caught, body])
    assert np.allclose(scores.numpy(), OUTPUT.mean(axis=(2, 3)) @ WEIGHTS.T)


def test_gradients_as_of_the_layer_itself(net: Net):
    """Protects Grad-CAM, whose weights are gradients: by hooks on the layer they come, and are W over the number of cells."""
    caught: list[Any] = []
    net.last.register_forward_hook(lambda _m, _i, output: caught.append(output))
    net.last.register_full_backward_hook(lambda _m, _i, gradients: caught.append(gradients[0]))
    with standing_in([net], {}, MODEL):
        score = net(torch.ones(1, 3, 2, 2))[0, 4]
        score.backward()
    output, gradients = caught
    assert np.array_equal(output.detach().numpy(), OUTPUT)
    assert np.allclose(gradients.numpy(), np.broadcast_to(WEIGHTS[4][:, None, None] / 12, (1, 2, 3, 4)))
    assert net.first.weight.grad.abs().max() == 0, "the numbers were given: nothing before the layer made them"


def test_no_gradients_of_a_frozen_network(net: Net):
    """Protects who froze the network and calls .numpy() on what it gives out, as the real one allows."""
    net.requires_grad_(False)
    with standing_in([net], {}, MODEL):
        assert not net.last(net.first(torch.ones(1, 3, 2, 2))).requires_grad


def test_everything_is_put_back(net: Net):
    """The next test must not meet the numbers of the last one."""
    x = torch.ones(1, 3, 2, 2)
    before, scores = state_digest(net), net(x)
    with standing_in([net], {}, MODEL):
        pass
    assert state_digest(net) == before
    assert torch.equal(net(x), scores)
    assert (net.fc.out_features, net.fc.in_features) == (7, 8)
    assert not {"forward"} & vars(net.last).keys()


def test_copies_under_a_name_follow(net: Net):
    """A matrix that was taken from the network at top level stands for the given one too; other arrays do not."""
    other = np.ones((7, 8), dtype=np.float32)
    namespace = {"W": net.fc.weight.detach().clone(), "w": net.fc.weight.detach().numpy().copy(), "other": other}
    before = dict(namespace)
    with standing_in([net], namespace, MODEL):
        assert torch.equal(namespace["W"], torch.from_numpy(WEIGHTS))
        assert np.array_equal(namespace["w"], WEIGHTS)
        assert namespace["other"] is other
    assert all(namespace[name] is before[name] for name in namespace)


class Kept:
    """Keeps what it is given, in an attribute."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows


class KeptByNetwork(torch.nn.Module):
    """Keeps a network's parameter among its own."""

    def __init__(self, rows: Any) -> None:
        super().__init__()
        self.rows = rows


def test_copies_in_objects_and_dictionaries_follow(net: Net):
    """Protects `self.weights = model.fc.weight` of an object that is asked about the features given; what belongs to a library
    is left alone."""
    own, by_network, config = Kept(net.fc.weight.detach().numpy().copy()), KeptByNetwork(net.fc.weight), {"W": net.fc.weight}
    namespace: dict[str, Any] = {"__name__": __name__, "own": own, "by_network": by_network, "config": config}
    with standing_in([net], namespace, MODEL):
        for value in (own.rows, by_network.rows, config["W"]):
            assert np.array_equal(np.asarray(torch.as_tensor(value).detach()), WEIGHTS)
        assert isinstance(by_network.rows, torch.nn.Parameter)
    assert own.rows.shape == (7, 8)
    assert by_network.rows is config["W"] is net.fc.weight
    with standing_in([net], {**namespace, "__name__": "elsewhere"}, MODEL):
        assert by_network.rows.shape == own.rows.shape == (7, 8)


def test_no_model_changes_nothing(net: Net):
    """A call that needs no stand-in leaves the networks alone."""
    before = state_digest(net)
    with standing_in([net], {}, None):
        assert state_digest(net) == before


def test_a_network_without_such_layers_is_left_alone():
    """A student's other networks may be of any kind."""
    assert change(torch.nn.Linear(2, 2), MODEL) == []


def test_what_was_kept_of_a_layer_follows_where_the_network_is_shown_something(net: Net):
    """Protects `make_cam(class_idx)`, which looks at what a hook has stored, and at what the notebook took from there: in lists,
    squeezed, as an array. Hooks that have not stored anything yet do; arrays with other channels stay."""
    seen: list[Any] = []
    batch, other = torch.ones(1, 3, 5, 5), np.ones((3, 5, 5), dtype=np.float32)
    handle = net.last.register_forward_hook(lambda _m, _i, output: seen.append(output.detach()))
    old = net.last(net.first(batch)).detach()
    namespace = {
        "seen": seen,
        "maps": old[0].numpy(),
        "kept": {"last": old.clone()},
        "other": other,
        "two": torch.cat([old, old]),
    }
    before = {name: value for name, value in namespace.items() if name != "seen"}
    with standing_in([net], namespace, MODEL, batch):
        assert [np.array_equal(one.numpy(), OUTPUT) for one in seen] == [True, True]
        assert np.array_equal(namespace["maps"], OUTPUT[0])
        assert torch.equal(namespace["kept"]["last"], torch.from_numpy(OUTPUT))
        assert namespace["other"] is other
        assert namespace["two"] is before["two"]
    assert all(namespace[name] is value for name, value in before.items())
    assert [tuple(one.shape) for one in seen] == [tuple(old.shape)] * 2
    handle.remove()
    with standing_in([net], namespace, MODEL):
        assert namespace["maps"] is before["maps"], "nothing was shown"
