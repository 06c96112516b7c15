"""Forward hooks: where they sit, what they stored, and that a function may count on one of the student's own network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from grader.guest.hooks import Hook, HookBook, run_and_find
from grader.guest.reach import NotStored, Snapshot, holders, likeliest

torch = pytest.importorskip("torch", reason="needs torch")

pytestmark = pytest.mark.torch


class Net(torch.nn.Module):
    """Two layers; the last is a sequence of blocks."""

    def __init__(self, blocks: int = 2) -> None:
        super().__init__()
        self.first = torch.nn.Linear(3, 3)
        self.last = torch.nn.Sequential(*[torch.nn.Linear(3, 3) for _ in range(blocks)])

    def forward(self, x: Any) -> Any:
        """Through both."""
        return self.last(self.first(x))


@pytest.fixture
def book() -> Iterator[HookBook]:
    """A book that notes what is registered, until the test ends."""
    base = torch.nn.Module
    before = {name: getattr(base, name) for name in ("register_forward_hook", "register_forward_pre_hook")}
    book = HookBook()
    book.start()
    yield book
    for name, method in before.items():
        setattr(base, name, method)


class Keeper:
    """A class with an attribute, as fast.ai's `SaveFeatures`."""

    def __init__(self, layer: Any) -> None:
        self.features = None
        layer.register_forward_hook(self.keep)

    def keep(self, _module: Any, _inputs: Any, output: Any) -> None:
        """Store it."""
        self.features = output


def to_list(namespace: dict, layer: Any) -> None:
    """Into a list of the namespace."""
    found: list = []
    namespace["found"] = found
    layer.register_forward_hook(lambda _m, _i, output: found.append(output))


def to_dict(namespace: dict, layer: Any) -> None:
    """Into a dict, as the forum's `get_activation(name)` does."""
    activation: dict = {}
    namespace["activation"] = activation
    layer.register_forward_hook(lambda _m, _i, output: activation.__setitem__("last", output.detach().numpy()))


def to_attribute(namespace: dict, layer: Any) -> None:
    """Into an instance's attribute."""
    namespace["keeper"] = Keeper(layer)


def to_module(_namespace: dict, layer: Any) -> None:
    """Into the layer itself."""
    layer.register_forward_hook(lambda module, _i, output: setattr(module, "kept", output))


def to_closure(_namespace: dict, layer: Any) -> None:
    """Into a list that nothing but the hook knows."""
    hidden: list = []
    layer.register_forward_hook(lambda _m, _i, output: hidden.append(output))


def from_the_next_layers_input(namespace: dict, layer: Any) -> None:
    """A pre-hook that stores what comes into a layer."""
    namespace["found"] = found = []
    layer.register_forward_pre_hook(lambda _m, inputs: found.append(inputs[0]))


@pytest.mark.parametrize("style", [to_list, to_dict, to_attribute, to_module, to_closure])
def test_what_a_hook_stored_is_found(book: HookBook, style: Callable[[dict, Any], None]):
    """Wherever a student keeps it: no style is worth more than another."""
    net, namespace, x = Net(), {}, torch.ones(2, 3)
    style(namespace, net.last)
    found = book.run(0, x, [("net", net)], namespace)
    assert torch.equal(torch.as_tensor(found), net(x))


def test_a_pre_hook_gives_the_input(book: HookBook):
    """The input of one layer is the output of the one before."""
    net, namespace, x = Net(), {}, torch.ones(2, 3)
    from_the_next_layers_input(namespace, net.last)
    assert torch.equal(book.run(0, x, [("net", net)], namespace), net.first(x))


def test_an_old_result_is_not_taken(book: HookBook):
    """What a demonstration left behind before is not the answer."""
    net, namespace = Net(), {}
    to_list(namespace, net.last)
    net(torch.zeros(1, 3))
    x = torch.ones(1, 3)
    assert torch.equal(book.run(0, x, [("net", net)], namespace), net(x))


def test_another_hook_does_not_speak_for_it(book: HookBook):
    """Two hooks that store under the same name: only the one on the layer that is asked for is active."""
    net, namespace, x = Net(), {}, torch.ones(1, 3)
    store = namespace["store"] = {}
    net.first.register_forward_hook(lambda _m, _i, output: store.__setitem__("out", output))
    net.last.register_forward_hook(lambda _m, _i, output: store.__setitem__("out", output * 0))
    assert torch.equal(book.run(0, x, [("net", net)], namespace), net.first(x))
    assert all(hook.is_active for hook in book.hooks)


def test_a_hook_that_was_removed_is_used_all_the_same(book: HookBook):
    """A notebook that cleans up after its demonstration has still shown that it can do it."""
    net, namespace, x = Net(), {}, torch.ones(1, 3)
    to_list(namespace, net.last)
    book.hooks[0].handle.remove()
    assert torch.equal(book.run(0, x, [("net", net)], namespace), net(x))


def test_nothing_stored_is_told(book: HookBook):
    """A hook that keeps nothing gives no answer, rather than something that lay around."""
    net, namespace = Net(), {"other": torch.ones(3)}
    net.last.register_forward_hook(lambda _m, _i, _o: None)
    with pytest.raises(NotStored):
        book.run(0, torch.ones(1, 3), [("net", net)], namespace)


def test_places(book: HookBook):
    """The judge learns of which network and layer a hook is, and of a hook on nothing known that it is so."""
    net = Net()
    for layer in (net.last, net.last[1], torch.nn.Linear(1, 1)):
        layer.register_forward_hook(lambda _m, _i, _o: None)
    assert [book.place(hook, [("net", net)])[::2] for hook in book.hooks] == [("net", "last"), ("net", "last.1"), ("", "")]


def test_replay_on_another_network(book: HookBook):
    """A function that is given a network may count on a hook of the student's own; a last block stays the last one."""
    own, given, namespace = Net(blocks=3), Net(blocks=2), {}
    to_list(namespace, own.last[2])
    x = torch.ones(1, 3)
    with book.replayed([given], [("net", own)]):
        expected = given(x)
    assert torch.equal(namespace["found"][-1], expected)
    assert len(book.hooks) == 1
    given(x)
    assert len(namespace["found"]) == 1


def test_a_replayed_hook_changes_nothing(book: HookBook):
    """Protects a right function from an experiment that switches off or blurs what its own network computes."""
    own, given, x = Net(), Net(), torch.ones(1, 3)
    expected = given(x)
    own.first.register_forward_hook(lambda _m, _i, output: output * 0)
    own.last.register_forward_pre_hook(lambda _m, inputs: (inputs[0] + 1,))
    with book.replayed([given], [("net", own)]):
        assert torch.equal(given(x), expected)


def test_a_hook_of_the_functions_own_ends_the_replay(book: HookBook):
    """Protects a function that stores in the same list as a demonstration before it, which looked at every layer."""
    own, given, x, found = Net(), Net(), torch.ones(1, 3), []
    for layer in (own.first, own.last):
        layer.register_forward_hook(lambda _m, _i, output: found.append(output))
    with book.replayed([given], [("net", own)]):
        given.last.register_forward_hook(lambda _m, _i, output: found.append(output))
        expected = given(x)
    assert len(found) == 1
    assert torch.equal(found[0], expected)


def test_a_hook_keeps_its_options(book: HookBook):
    """A hook that takes keyword arguments too, or comes first, does so wherever it is registered again."""
    own, given, found = Net(), Net(), []
    own.last.register_forward_hook(lambda _m, _i, _kwargs, output: found.append(output), with_kwargs=True, prepend=True)
    own.last.register_forward_pre_hook(lambda _m, inputs, _kwargs: found.append(inputs[0]), with_kwargs=True)
    x = torch.ones(1, 3)
    with book.replayed([given], [("net", own)]):
        expected = given(x)
    assert len(found) == 2
    assert torch.equal(found[-1], expected)
    book.hooks[0].handle.remove()
    assert torch.equal(book.run(0, x, [("net", own)], {}), own(x))


def test_removed_hooks_are_not_replayed(book: HookBook):
    """A hook that a function registers and removes itself does not act a second time."""
    own, given, namespace = Net(), Net(), {}
    to_list(namespace, own.last)
    book.hooks[0].handle.remove()
    with book.replayed([given], [("net", own)]):
        given(torch.ones(1, 3))
    assert namespace["found"] == []


def test_of_several_results_the_likeliest():
    """An input of the layer and a number beside the map do not take its place."""
    x, output, mean = torch.ones(1, 3), torch.ones(1, 3) * 2, torch.tensor(1.0)
    fresh = [("input", x), ("mean", mean), ("kept", output)]
    assert likeliest(fresh, (x,), output) is output


def test_a_closures_cells_are_places():
    """What only a hook's closure or a partial's argument holds can be found."""
    hidden: list = []
    snapshot = Snapshot(holders(lambda _m, _i, output: hidden.append(output)))
    hidden.append(torch.ones(2))
    assert len(snapshot.fresh()) == 1


def test_the_network_runs_without_gradients(book: HookBook):
    """What a hook stores while the grader runs the network carries no graph along."""
    net, namespace = Net(), {}
    to_list(namespace, net.last)
    assert isinstance(book.hooks[0], Hook)
    assert not run_and_find(net, torch.ones(1, 3), book.hooks, [namespace]).requires_grad
