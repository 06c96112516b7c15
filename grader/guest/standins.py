"""Networks that stand for given numbers: one layer gives out a given array, and parameters have given values of any size.

A function that runs the network itself can then be asked what it makes of these numbers, in the network that it is given or in
its own. Everything that is changed is put back afterwards.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from grader.guest.glance import attribute, is_a
from grader.guest.hooks import run
from grader.wire.values import Model

Undo = Callable[[], None]


def change(network: Any, model: Model) -> list[Undo]:
    """Change `network` as `model` says, where it has such layers and parameters; what puts it back, last change first."""
    undo: list[Undo] = []
    for name, data in model.state.items():
        undo += _set_parameter(network, name, data)
    for path, data in model.outputs.items():
        undo += _give_out(network, path, data)
    return undo[::-1]


@contextmanager
def standing_in(
    networks: Iterable[Any], namespace: dict[str, Any], model: Model | None, shown: Any = None
) -> Iterator[Callable[[Any], None]]:
    """Let the submission's own networks, and copies of their parameters that it keeps under a name or in an object, be as `model`
    says; with a batch that they are `shown`, also what it keeps of the layers' outputs.

    What is yielded lets one more network be so: one that is made meanwhile.
    """
    undo: list[Undo] = []

    def include(network: Any) -> None:
        if model is not None:
            undo[:0] = change(network, model)

    if model is not None:
        for network in networks:
            undo[:0] = _replace_copies(network, namespace, model)
            if shown is not None:
                undo[:0] = _replace_outputs(network, namespace, model, shown)
            include(network)
    try:
        yield include
    finally:
        for put_back in undo:
            put_back()


def _give_out(network: Any, path: str, data: Any) -> list[Undo]:
    """The layer gives out `data` whatever comes in; of a sequence the last block does, so that a hook there sees it too."""
    import torch

    layer = dict(network.named_modules()).get(path)
    if layer is None:
        return []
    output = torch.from_numpy(data.copy()).to(next(network.parameters()).device)
    blocks = list(layer.children()) if isinstance(layer, torch.nn.Sequential) else []
    give_out = _giving(output, layer)
    undo = _set_forward(layer, (lambda x: blocks[-1](x)) if blocks else give_out)
    return undo + (_set_forward(blocks[-1], give_out) if blocks else [])


def _giving(output: Any, layer: Any) -> Callable[[Any], Any]:
    """What gives out copies of `output`, which carry gradients where the layer's own output would, and pass none on: Grad-CAM
    asks for them, by hooks that wait until they have come to what goes in."""
    import torch

    class Given(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, x: Any, wanted: Any) -> Any:
            context.save_for_backward(x)
            return wanted.detach().clone()

        @staticmethod
        def backward(context: Any, *_gradients: Any) -> Any:
            return torch.zeros_like(context.saved_tensors[0]), None

    def give_out(x: Any) -> Any:
        trains = any(parameter.requires_grad for parameter in layer.parameters())
        return Given.apply(x, output.clone().requires_grad_(trains))

    return give_out


def _set_forward(module: Any, forward: Callable[[Any], Any]) -> list[Undo]:
    before = vars(module).get("forward")
    module.forward = forward

    def put_back() -> None:
        del module.forward
        if before is not None:
            module.forward = before

    return [put_back]


def _set_parameter(network: Any, name: str, data: Any) -> list[Undo]:
    """Give a parameter other values; of another size, and its bias becomes zero, in a linear layer."""
    import torch

    path, _, key = name.rpartition(".")
    layer = dict(network.named_modules()).get(path)
    if layer is None or key not in layer._parameters:
        return []
    before = dict(layer._parameters), {key: value for key, value in vars(layer).items() if key.endswith("_features")}
    layer._parameters[key] = torch.nn.Parameter(_like(before[0][key], data), requires_grad=False)
    if data.shape != tuple(before[0][key].shape) and data.ndim == 2:
        layer.out_features, layer.in_features = data.shape
        if layer._parameters.get("bias") is not None:
            layer._parameters["bias"] = torch.nn.Parameter(torch.zeros(len(data)), requires_grad=False)

    def put_back() -> None:
        layer._parameters.update(before[0])
        for key, size in before[1].items():
            setattr(layer, key, size)

    return [put_back]


def _replace_copies(network: Any, namespace: dict[str, Any], model: Model) -> list[Undo]:
    """What the namespace, a dictionary in it or an object of a class in it keeps, and equals a parameter which is about to be
    changed, given the new values in its own type."""
    own = dict(network.named_parameters())
    undo: list[Undo] = []
    for name, data in model.state.items():
        for place in _places(namespace) if name in own else []:
            for key, value in list(place.items()):
                if _is_copy(value, own[name]):
                    undo.append(_putting_back(place, key, value))
                    place[key] = _like(value, data)
    return undo


def _replace_outputs(network: Any, namespace: dict[str, Any], model: Model, batch: Any) -> list[Undo]:
    """What the submission keeps of a layer that is to give out something else, given that, in its own type and with its number of
    axes. The network is run on the batch first, so that its hooks have stored something; what was taken from there for a single
    picture, in whatever way, has as many channels as the layer."""
    undo: list[Undo] = []
    for path, data in model.outputs.items():
        channels = _channels(network, path, batch)
        for place, key, value in list(_entries(namespace)) if channels else ():
            if _is_of_a_picture(value, channels):
                undo.append(_putting_back(place, key, value))
                place[key] = _like(value, data.reshape(*value.shape[:-3], *data.shape[-3:]))
    return undo


def _channels(network: Any, path: str, batch: Any) -> int:
    """How many channels a layer gives out while the network runs on a batch; 0 where there is none such."""
    layer = dict(network.named_modules()).get(path)
    if layer is None:
        return 0
    seen, forward = [], layer.forward

    def look(x: Any) -> Any:
        seen.append(forward(x))
        return seen[-1]

    undo = _set_forward(layer, look)
    try:
        run(network, batch)
    finally:
        for put_back in undo:
            put_back()
    return int(seen[-1].shape[1]) if seen and seen[-1].ndim == 4 else 0


def _is_of_a_picture(value: Any, channels: int) -> bool:
    torch: Any = sys.modules["torch"]
    if not is_a(value, np.ndarray, torch.Tensor) or value.ndim < 3:
        return False
    return value.shape[-3] == channels and all(side == 1 for side in value.shape[:-3])


def _entries(namespace: dict[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """What is kept, with its place and the name or number that it has there; of lists, to which hooks append, each item."""
    for place in _places(namespace):
        for key, value in list(place.items()):
            yield place, key, value
            if type(value) is list:
                yield from ((value, number, item) for number, item in enumerate(value))


def _places(namespace: dict[str, Any]) -> list[dict[str, Any]]:
    """Where something is kept under names: the attributes of an object of the submission's own, too."""
    places = [namespace]
    for value in list(namespace.values()):
        if type(value) is dict:
            places.append(value)
        elif type(value).__module__ == namespace.get("__name__"):
            # A network keeps the parameter that it is given among its own.
            places += [attribute(value, kind) for kind in ("__dict__", "_parameters", "_buffers")]
    return [place for place in places if type(place) in (dict, OrderedDict)]  # torch before 2.5 keeps parameters in order


def _is_copy(value: Any, parameter: Any) -> bool:
    torch: Any = sys.modules["torch"]
    if not is_a(value, np.ndarray, torch.Tensor):
        return False
    if tuple(value.shape) != tuple(parameter.shape):
        return False
    return bool((torch.as_tensor(value).detach().cpu() == parameter.detach().cpu()).all())


def _like(value: Any, data: Any) -> Any:
    torch: Any = sys.modules["torch"]
    if not isinstance(value, torch.Tensor):
        return data.copy()
    fresh = torch.from_numpy(data.copy()).to(value.device)
    return torch.nn.Parameter(fresh, value.requires_grad) if isinstance(value, torch.nn.Parameter) else fresh


def _putting_back(place: Any, key: Any, value: Any) -> Undo:
    return lambda: place.__setitem__(key, value)
