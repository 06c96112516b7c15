"""The assignment's networks, held warm and handed out so that building them costs nothing.

Every network's tensors are private mappings of the weights' file: nothing is copied until something writes, forks have no
page tables to copy for them, and all workers share the file's pages. The template builds each network twice: the *pristine*
one serves the tests, the *spare* is for whoever needs another first: a submission that calls the factory, while it is loaded or
in a call, or a test that lends a network twice. A fork owns its pages, so the objects themselves may be given away. Whoever
comes later gets a new object over a new mapping. What was lent comes back after a test, and is lent again in the mode that it
was in, if nothing else about it has changed. A submission therefore sees `resnet50(weights=...)` with the values that the
judge's fixtures were computed from, whatever weights it names, without a network. A factory that is a class stays what it is,
and makes what it makes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import importlib
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import SandboxFault
from grader.guest.compiler import skeletons
from grader.guest.hooks import HookBook
from grader.guest.imprint import Imprint, imprint, is_as_mapped, places
from grader.guest.standins import change
from grader.guest.weights import Weights
from grader.wire import values
from grader.wire.digest import state_digest

_Key = tuple[str, bool, str, str]  # a network's name, whether it trains, digests of its other numbers and outputs
_AS_PUBLISHED = "as published"
_PLAIN = {"weights", "pretrained", "progress"}  # arguments of a factory that leave the architecture as it is


@dataclass(frozen=True)
class _Lent:
    """A network that is lent, and its imprint when it was."""

    network: Any
    kept: Imprint | None

    def put_back(self) -> tuple[bool, bool]:
        """Put its modes back; whether nothing but modes and hooks has changed, and whether its hooks have not either."""
        return (False, False) if self.kept is None else self.kept.put_back()


class Shelf:
    """The warm networks by name.

    `specifications` maps a name to `{"factory": "package.function", "file": path of a state dictionary}`.
    """

    def __init__(self, specifications: dict[str, dict[str, str]]) -> None:
        self.weights: dict[str, Weights] = {}
        self.pristine: dict[str, list[Any]] = {}
        self.spare: dict[str, Any] = {}
        self.lent: dict[_Key, _Lent] = {}
        self._imprints: dict[tuple[int, bool], Imprint | None] = {}
        # Every network that was made here by its `id`, with the addresses of its tensors: while it is kept, no other gets that
        # number, and a function that remembers networks by it never mistakes one for another.
        self._made_here: dict[int, tuple[Any, list[int]]] = {}
        self._published: dict[str, str] = {}  # digests of what lies in the files
        self.handed: list[tuple[str, Any]] = []  # what the submission got from factories, with the model's name
        self._own: list[_Lent] = []
        self._told: Callable[[Any], None] = lambda _network: None  # of what is handed out
        self.make_room: Callable[[int], None] = lambda _size: None  # before so many bytes of a file are mapped
        self.trained = False
        self.evaluated = False
        self.hooks = HookBook()
        for name, specification in specifications.items():
            self._build(name, specification)
        if specifications:
            self._record_use()

    def lend(self, model: values.Model) -> Any:
        """The module that `model` names: one object per token and process, fresh from the fixture's weights.

        Raises `SandboxFault` for a name that the assignment does not have. A test cannot come by one (`grader.judge.plugin`).
        """
        if model.name not in self.pristine:
            raise SandboxFault(f"no model {model.name!r} on the shelf")
        key = (model.name, model.in_training, _digest(model.state), _digest(model.outputs))
        if key not in self.lent:
            self.lent[key] = self._fresh(model)
        return self.lent[key].network.get_submodule(model.layer)

    @contextlib.contextmanager
    def telling(self, listener: Callable[[Any], None]) -> Iterator[None]:
        """Tell of each network that a factory hands out meanwhile."""
        before, self._told = self._told, listener
        try:
            yield
        finally:
            self._told = before

    def take_back(self) -> None:
        """Whatever was lent is not lent again: the next one of a name is fresh from the weights' file."""
        for name in {name for name, *_ in self.lent}:
            self.pristine[name] = [self._made(name).eval()]
        self.lent.clear()
        self._imprints.clear()

    def put_back(self) -> bool:
        """What was lent comes back, to be lent again in the mode that it was in, but not with one more hook; whether all of it is
        as it was, but for modes and hooks."""
        unharmed = True
        for (name, *_), lent in self.lent.items():
            as_it_was, same_hooks = lent.put_back()
            unharmed = unharmed and as_it_was
            if not same_hooks:
                self.pristine[name] = [network for network in self.pristine[name] if network is not lent.network]
        self.lent.clear()
        return unharmed

    def note_own(self, networks: Iterable[Any] = ()) -> None:
        """Remember how these networks are, and those that the submission got from factories, now that it is loaded."""
        own = {id(network): network for network in [*networks, *(network for _, network in self.handed)]}
        self._own = [_Lent(network, imprint(network)) for network in own.values()]

    def put_own_back(self) -> bool:
        """Put these into the modes that they were in; whether they are as they were otherwise."""
        return all(own.put_back() == (True, True) for own in self._own)

    def _fresh(self, model: values.Model) -> _Lent:
        """A network with numbers of its own is one that nobody has seen: a function may remember answers by network."""
        import torch

        changed = bool(model.state or model.outputs)
        network = self._another(model.name) if changed else self._idle(model.name)
        if changed:
            with torch.no_grad():
                tensors = {**dict(network.named_parameters()), **dict(network.named_buffers())}
                same = {name: data for name, data in model.state.items() if tuple(tensors[name].shape) == data.shape}
                for name, data in same.items():
                    tensors[name].copy_(torch.as_tensor(data))
            others = {name: data for name, data in model.state.items() if name not in same}
            change(network, dataclasses.replace(model, state=others))
        # Of a network that came back clean, or was never lent, all modules are in the mode of the outermost.
        if network.training != model.in_training:
            network.train(model.in_training)
        if changed:
            return _Lent(network, imprint(network))
        key = id(network), model.in_training
        if self._imprints.get(key) is None:
            self._imprints[key] = imprint(network)
        return _Lent(network, self._imprints[key])

    def _idle(self, name: str) -> Any:
        """A pristine network that is not lent; one more where all are."""
        lent = [each.network for each in self.lent.values()]
        for network in self.pristine[name]:
            if not any(network is each for each in lent):
                return network
        self.pristine[name].append(self._another(name))
        return self.pristine[name][-1]

    def _build(self, name: str, specification: dict[str, str]) -> None:
        module_name, _, function_name = specification["factory"].rpartition(".")
        package = importlib.import_module(module_name)
        factory = getattr(package, function_name)
        with skeletons():
            skeleton = factory()
        self.weights[name] = Weights(skeleton, specification["file"])
        self.pristine[name] = [self._made(name).eval()]
        self.spare[name] = self._made(name).train()
        if isinstance(factory, type):
            return  # `pickle` asks whether an object's class is what lies under its name, `isinstance` for a class
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
            self._told(network)
            return network

        return build

    def _another(self, name: str) -> Any:
        """One more network of this name, in training mode as its factory makes it."""
        return self.spare.pop(name) if name in self.spare else self._made(name).train()

    def largest_file(self) -> int:
        """The bytes of the largest weights' file."""
        return max((weights.size for weights in self.weights.values()), default=0)

    def _made(self, name: str) -> Any:
        self.make_room(self.weights[name].size)
        network = self.weights[name].network()
        self._made_here[id(network)] = network, places(network)
        return network

    def _is_untouched(self, network: Any) -> bool:
        """Whether it was made here, and nothing was written to its tensors since."""
        _, mapped = self._made_here.get(id(network), (None, []))
        try:
            return is_as_mapped(network, mapped)
        except Exception:  # noqa: BLE001  of a part that the submission put in: then it is not
            return False

    def digest(self, name: str, network: Any) -> str:
        """A digest of a network that stands for the model `name`: always the same while its numbers are those of the file.

        As long as nothing was written, that is known without reading them: 12 ms for a ResNet50.
        """
        if self._is_untouched(network):
            return _AS_PUBLISHED
        if name not in self._published:
            self._published[name] = state_digest(self.weights[name].network())
        found = state_digest(network)
        return _AS_PUBLISHED if found == self._published[name] else found

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
        for name, network in self.handed:
            with contextlib.suppress(Exception):  # of what the submission put in, or of a tensor of its own kind
                self._restore(name, network)

    def _restore(self, name: str, network: Any) -> None:
        import torch

        with torch.no_grad():
            tensors = dict(network.named_buffers())
            tensors.update(network.named_parameters() if self.trained else ())
            served = self.pristine[name][0].state_dict()
            for key, tensor in tensors.items():
                if key in served and tensor.shape == served[key].shape and not torch.equal(tensor.cpu(), served[key]):
                    tensor.copy_(served[key])


def _digest(state: dict[str, Any]) -> str:
    digest = hashlib.sha256()
    for name in sorted(state):
        digest.update(name.encode())
        digest.update(state[name].tobytes())
    return digest.hexdigest()


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
