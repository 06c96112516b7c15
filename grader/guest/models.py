"""The assignment's networks, held warm and handed out so that building them costs nothing.

Every network's tensors are private mappings of the weights' file: nothing is copied until something writes, forks have no
page tables to copy for them, and all workers share the file's pages. The template builds each network twice: the *pristine*
one serves the tests, the *spare* is for whoever needs another first: a submission that calls the factory, while it is loaded or
in a call, or a test that lends a network twice. A fork owns its pages, so the objects themselves may be given away. Whoever
comes later gets a new object over a new mapping. A submission therefore sees `resnet50(weights=...)` with the values that the
judge's fixtures were computed from, whatever weights it names, without a network.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.errors import SandboxFault
from grader.guest.compiler import skeletons
from grader.guest.hooks import HookBook
from grader.guest.imprint import Imprint, imprint
from grader.guest.standins import change
from grader.guest.weights import Weights
from grader.wire import values

_Key = tuple[str, bool, str, str]  # a network's name, whether it trains, digests of its other numbers and outputs
_PLAIN = {"weights", "pretrained", "progress"}  # arguments of a factory that leave the architecture as it is


class Shelf:
    """The warm networks by name.

    `specifications` maps a name to `{"factory": "package.function", "file": path of a state dictionary}`.
    """

    def __init__(self, specifications: dict[str, dict[str, str]]) -> None:
        self.weights: dict[str, Weights] = {}
        self.pristine: dict[str, Any] = {}
        self.spare: dict[str, Any] = {}
        self.lent: dict[_Key, Any] = {}
        self._imprints: dict[_Key, Imprint | None] = {}
        self.handed: list[tuple[str, Any]] = []  # what the submission got from factories, with the model's name
        self.trained = False
        self.evaluated = False
        self.hooks = HookBook()
        for name, specification in specifications.items():
            self._build(name, specification)
            self._imprints[name, False, _NOTHING, _NOTHING] = imprint(self.pristine[name])
        if specifications:
            self._record_use()

    def lend(self, model: values.Model) -> Any:
        """The module that `model` names: one object per token and process, fresh from the fixture's weights.

        Raises `SandboxFault` for a name that the assignment does not have.
        """
        if model.name not in self.pristine:
            raise SandboxFault(f"no model {model.name!r} on the shelf")
        key = (model.name, model.in_training, _digest(model.state), _digest(model.outputs))
        if key not in self.lent:
            self.lent[key] = self._fresh(model)
            if key[2:] == (_NOTHING, _NOTHING) and self._imprints.get(key) is None:
                self._imprints[key] = imprint(self.lent[key])
        return self.lent[key].get_submodule(model.layer)

    def is_clean(self) -> bool:
        """Whether something is lent, and all of it is as it was when it was lent, with the numbers of its file."""
        return bool(self.lent) and all(self._is_as_lent(key, network) for key, network in self.lent.items())

    def _is_as_lent(self, key: _Key, network: Any) -> bool:
        kept = self._imprints.get(key)
        return kept is not None and imprint(network, kept) == kept

    def take_back(self) -> None:
        """Whatever was lent is not lent again: the next one of a name is fresh from the weights' file."""
        for name in {name for name, *_ in self.lent}:
            self.pristine[name] = self.weights[name].network().eval()
        self.lent.clear()
        self._imprints.clear()

    def put_back(self) -> None:
        """What was lent came back clean: it may be lent again."""
        self.lent.clear()

    def _fresh(self, model: values.Model) -> Any:
        import torch

        taken = any(name == model.name for name, *_ in self.lent)
        module = self._another(model.name) if taken else self.pristine[model.name]
        if model.state or model.outputs:
            with torch.no_grad():
                tensors = {**dict(module.named_parameters()), **dict(module.named_buffers())}
                same = {name: data for name, data in model.state.items() if tuple(tensors[name].shape) == data.shape}
                for name, data in same.items():
                    tensors[name].copy_(torch.as_tensor(data))
            others = {name: data for name, data in model.state.items() if name not in same}
            change(module, dataclasses.replace(model, state=others))
        # Of a network that came back clean, or was never lent, all modules are in the mode of the outermost.
        return module if module.training == model.in_training else module.train(model.in_training)

    def _build(self, name: str, specification: dict[str, str]) -> None:
        module_name, _, function_name = specification["factory"].rpartition(".")
        package = importlib.import_module(module_name)
        factory = getattr(package, function_name)
        with skeletons():
            skeleton = factory()
        self.weights[name] = Weights(skeleton, specification["file"])
        self.pristine[name] = self.weights[name].network().eval()
        self.spare[name] = self.weights[name].network().train()
        warm = self._warm_factory(name, factory)
        for module in list(sys.modules.values()):
            # `from torchvision.models import resnet50` finds the function under several modules' names.
            if getattr(module, "__name__", "").startswith(module_name.split(".")[0]):
                for key, value in list(vars(module).items()):
                    if value is factory:
                        setattr(module, key, warm)
        registry = getattr(sys.modules.get("torchvision.models._api"), "BUILTIN_MODELS", {})
        if registry.get(function_name) is factory:
            registry[function_name] = warm

    def _warm_factory(self, name: str, factory: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(factory)
        def build(*args: Any, **kwargs: Any) -> Any:
            if len(args) > 1 or set(kwargs) - _PLAIN:
                return factory(*args, **kwargs)
            network = self._another(name)
            self.handed.append((name, network))
            return network

        return build

    def _another(self, name: str) -> Any:
        """One more network of this name, in training mode as its factory makes it."""
        return self.spare.pop(name) if name in self.spare else self.weights[name].network().train()

    def _record_use(self) -> None:
        """Note forward hooks, `.eval()` (the submission knows about modes), and that some optimizer moved weights."""
        import torch
        from torch.optim.optimizer import register_optimizer_step_post_hook

        self.hooks.start()
        evaluate = torch.nn.Module.eval

        @functools.wraps(evaluate)
        def record_eval(module: Any) -> Any:
            self.evaluated = True
            return evaluate(module)

        def record_step(*_arguments: Any) -> None:
            self.trained = True

        base: Any = torch.nn.Module
        base.eval = record_eval
        register_optimizer_step_post_hook(record_step)

    def restore_handed(self) -> None:
        """Give the submission's own networks the weights that they came with, where a demonstration of training moved them.

        What the submission did to weights by hand stays: that may be the mistake that a test looks for.
        """
        if not self.handed:
            return
        import torch

        with torch.no_grad():
            for name, network in self.handed:
                tensors = dict(network.named_buffers())
                tensors.update(network.named_parameters() if self.trained else ())
                served = self.pristine[name].state_dict()
                for key, tensor in tensors.items():
                    if key in served and tensor.shape == served[key].shape and not torch.equal(tensor.cpu(), served[key]):
                        tensor.copy_(served[key])


def _digest(state: dict[str, Any]) -> str:
    digest = hashlib.sha256()
    for name in sorted(state):
        digest.update(name.encode())
        digest.update(state[name].tobytes())
    return digest.hexdigest()


_NOTHING = _digest({})


def serve_torch_hub(folder: Path) -> None:
    """Answer `torch.hub.load("pytorch/vision", name)` from the installed torchvision, and weights from `folder`."""
    torch: Any = sys.modules.get("torch")
    models: Any = sys.modules.get("torchvision.models")
    if torch is None or models is None:
        return
    torch.hub.set_dir(str(folder))
    original = torch.hub.load

    @functools.wraps(original)
    def load(repo_or_dir: Any, model: str, *args: Any, **kwargs: Any) -> Any:
        if str(repo_or_dir).startswith("pytorch/vision"):
            unneeded = {"source", "trust_repo", "force_reload", "verbose", "skip_validation"}
            return getattr(models, model)(*args, **{k: v for k, v in kwargs.items() if k not in unneeded})
        return original(repo_or_dir, model, *args, **kwargs)

    torch.hub.load = load
