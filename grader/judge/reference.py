"""The reference implementation, called with what a test gives and answered in plain numbers.

Calls that take a model go through the fixture store, so that the network runs once per machine, not once per submission.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.course.assignment import AssignmentFolder
from grader.course.code import load_file
from grader.fixtures.store import Store, storable
from grader.fixtures.weights import build_network, network_factory, weights_digest
from grader.judge.plain import plain
from grader.wire.values import Model


@dataclass
class Networks:
    """The judge's own copies of the assignment's models, built when a call that is not in the store needs one."""

    assignment: AssignmentFolder
    weights: dict[str, Path]
    device: str = "cpu"
    built: dict[str, Any] = field(default_factory=dict)

    def build(self, model: Model) -> Any:
        """A fresh network as `model` describes it."""
        import torch

        if model.name not in self.built:
            specification = self.assignment.specification.models[model.name]
            factory = network_factory(specification, self.assignment)
            network = build_network(factory, self.weights[model.name]).to(self.device)
            self.built[model.name] = network
        network = copy.deepcopy(self.built[model.name])
        with torch.no_grad():
            tensors = dict(network.state_dict(keep_vars=True))
            for name, data in model.state.items():
                tensors[name].copy_(torch.as_tensor(data))
        return network.train(model.in_training)

    def digest(self, model: Model) -> str:
        """What identifies the model's weights."""
        return weights_digest(self.weights[model.name])


class Reference:
    """`reference.<part>(*arguments)`: the expected answer."""

    def __init__(self, assignment: AssignmentFolder, networks: Networks, store: Store) -> None:
        self.assignment = assignment
        self.networks = networks
        self.store = store
        self.module = load_file(assignment.reference)
        self.source = assignment.reference.read_bytes()
        self.with_torch = "torch" in assignment.specification.preload

    def __getattr__(self, name: str) -> Callable[..., Any]:
        parts = {part.id: part for part in self.__dict__["assignment"].specification.parts}
        if name not in parts:
            raise AttributeError(f"the assignment has no part {name!r}; it has {', '.join(parts)}")
        function = getattr(self.module, parts[name].names[0])
        return lambda *arguments, **keywords: self.answer(function, self.source, arguments, keywords)

    def answer(self, function: Callable[..., Any], source: bytes, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """What `function` (of a file with this source) answers, from the store when a model is among the arguments."""
        models = [value for value in (*arguments, *keywords.values()) if isinstance(value, Model)]
        if not models:
            return plain(storable(self._run(function, arguments, keywords)))
        digests = [self.networks.digest(model) for model in models]
        key = self.store.key(source, function.__name__, digests, storable(list(arguments)), storable(dict(keywords)))
        found, value = self.store.find(key)
        if not found:
            value = storable(self._run(function, arguments, keywords))
            self.store.keep(key, value)
        return plain(copy.deepcopy(value))  # whatever a test or a comparison does to it, the next is given the same

    def _run(self, function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        given = [self.give(value) for value in arguments]
        return function(*given, **{name: self.give(value) for name, value in keywords.items()})

    def give(self, value: Any) -> Any:
        """An argument of a test as a function of the course takes it: a fresh network for a model, a tensor for an array."""
        if isinstance(value, Model):
            return self.networks.build(value)
        if self.with_torch and type(value).__module__ == "numpy" and getattr(value, "shape", ()) != ():
            import torch

            return torch.from_numpy(value.copy()).to(self.networks.device)
        return value
