"""The reference implementation, called with what a test gives and answered in plain numbers.

Calls that take a model go through the fixture store, so that the network runs once per machine, not once per submission. Where
all that is asked was answered before, the reference's file is not even imported.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.course.assignment import AssignmentFolder
from grader.course.code import load_file
from grader.errors import GraderError, SpecificationError
from grader.fixtures.evaluation import Evaluated, Run, evaluate
from grader.fixtures.store import Store
from grader.fixtures.weights import build_network, network_factory, weights_digest
from grader.judge.answers import Expected
from grader.judge.kept import Kept, question_of
from grader.judge.misconception import for_one_test
from grader.judge.plain import plain
from grader.origin import installed
from grader.wire.values import Model, Value
from grader.wire.wrapping import wired, wired_answer

_SCHEMA = "grader/expected/2"  # of what is kept: raised where an answer or its tolerance is derived in another way
_LIBRARIES = ("numpy", "torch", "torchvision")  # with which answers are computed: by another version they may be others


@dataclass
class Networks:
    """The judge's own copies of the assignment's models, built when a call that is not in the store needs one."""

    assignment: AssignmentFolder
    weights: dict[str, Path]
    device: str = "cpu"
    built: dict[str, Any] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)  # of the weights, which stay the same while a judge lives

    def build(self, model: Model) -> Any:
        """A fresh network as `model` describes it: float32, on the CPU."""
        import torch

        if model.name not in self.built:
            specification = self.assignment.specification.models[model.name]
            factory = network_factory(specification, self.assignment)
            self.built[model.name] = build_network(factory, self.weights[model.name])
        network = copy.deepcopy(self.built[model.name])
        with torch.no_grad():
            tensors = dict(network.state_dict(keep_vars=True))
            for name, data in model.state.items():
                tensors[name].copy_(torch.as_tensor(data))
        return network.train(model.in_training)

    def digest(self, model: Model) -> str:
        """What identifies the model's weights."""
        if model.name not in self.digests:
            self.digests[model.name] = weights_digest(self.weights[model.name])
        return self.digests[model.name]


class Reference:
    """`reference.<part>(*arguments)`: the expected answer. Raises `SpecificationError` when the file lacks a part's function.

    `kept`: what it has answered before; with it the file is imported when something else is asked, without it at once.
    """

    def __init__(self, assignment: AssignmentFolder, networks: Networks, store: Store, kept: Kept | None = None) -> None:
        self.assignment = assignment
        self.networks = networks
        self.store = store
        self.source = b"\0".join(file.read_bytes() for file in assignment.reference_files)
        self.versions = [installed(name) for name in _LIBRARIES]
        self.asked: set[str] = set()
        self.kept = kept or Kept()
        self.with_torch = "torch" in assignment.specification.preload
        if not self.kept.was_there:
            _ = self.module

    @functools.cached_property
    def module(self) -> ModuleType:
        """The file. Raises `SpecificationError` where it does not fit the assignment, or is no longer what it was."""
        module = load_file(self.assignment.reference)
        for part in self.assignment.specification.parts:
            if not callable(getattr(module, part.names[0], None)):
                roles = ", ".join(parameter.role for parameter in part.parameters)
                raise SpecificationError(
                    f"{self.assignment.reference}: there is no function {part.names[0]}({roles}), "
                    f"the right answer to part {part.id!r}"
                )
        if b"\0".join(file.read_bytes() for file in self.assignment.reference_files) != self.source:
            raise SpecificationError(f"{self.assignment.reference}: was changed while it was graded by", remedy="grade again")
        return module

    def __getattr__(self, name: str) -> Callable[..., Any]:
        parts = {part.id: part for part in self.__dict__["assignment"].specification.parts}
        if name not in parts:
            raise AttributeError(f"the assignment has no part {name!r}; it has {', '.join(parts)}")
        return lambda *arguments: self.expect(name, arguments).value

    def function(self, part: str) -> Callable[..., Any]:
        """The right answer to a part."""
        found: Callable[..., Any] = getattr(self.module, self.assignment.specification.part(part).names[0])
        return found

    def begin(self, test: str) -> None:
        """What is asked alone decides the answer; which parts were asked for is told to whoever wants to know."""
        self.asked = set()

    def expect(self, part: str, arguments: tuple[Any, ...]) -> Expected:
        """What the reference answers, and how far an honest answer may be from it."""
        self.asked.add(part)
        if not _models(arguments):
            return Expected(self._without_a_model(part, arguments))
        # cuda:0 and cuda:1 are alike; an answer of the CPU has another tolerance than one of a GPU.
        key = self._key(part, self.source, arguments, self.networks.device.partition(":")[0])
        found, kept = self.store.find(key)
        if not found:
            evaluated = self._evaluated(part, arguments)
            kept = {"value": evaluated.value, "tolerance": evaluated.tolerance}
            self.store.keep(key, kept, self._about(part, arguments, evaluated))
        # A copy: whatever a test or a comparison does to it, the next is given the same.
        return Expected(plain(kept["value"], copied=True), float(kept["tolerance"]))

    def answers(self, function: Callable[..., Any], source: bytes, calls: Sequence[tuple[Any, ...]]) -> list[Any]:
        """What another function answers to calls one after the other, the same model being the same network in all of them.

        From the store when a model is among the arguments. `source` tells functions of one name apart. Raises whatever the
        function raises; `LookupError` where it has raised before.
        """
        if any(_models(arguments) for arguments in calls):
            name = getattr(function, "__name__", "")  # of which a `functools.partial` has none
            key = self.store.key([self._key(name, source, arguments) for arguments in calls])
            about = {"assignment": self.assignment.specification.id, "function": name}
            return self._asked_once(function, calls, self.store.find(key), lambda values: self.store.keep(key, values, about))
        question = question_of(source, wired([list(arguments) for arguments in calls]))
        return self._asked_once(function, calls, self.kept.find(question), lambda values: self.kept.keep(question, values))

    def _asked_once(
        self,
        function: Callable[..., Any],
        calls: Sequence[tuple[Any, ...]],
        known: tuple[bool, Value],
        keep: Callable[[Value], None],
    ) -> list[Any]:
        """The answers of a variant that are `known`, else its own, to be kept; None stands for those of one that raised."""
        found, values = known
        if not found:
            asked, lent = for_one_test(function), dict[str, Any]()
            try:
                values = [wired_answer(asked(*[self._lend(value, lent) for value in arguments])) for arguments in calls]
            except Exception as error:
                if not _is_the_machines(error):
                    keep(None)
                raise
            keep(values)
        if values is None:
            raise LookupError("the variant gave no answer")
        return [plain(value, copied=True) for value in values]

    def _without_a_model(self, part: str, arguments: tuple[Any, ...]) -> Any:
        """Kept where arguments and answer are small and soon hashed: tests ask the same of every submission."""
        question = question_of(part, wired(list(arguments)))
        found, answer = self.kept.find(question)
        if not found:
            answer = wired_answer(self.function(part)(*[self.give(value) for value in arguments]))
            self.kept.keep(question, answer)
        return plain(answer, copied=True)  # which may be a view of the test's own array

    def _lend(self, value: Any, lent: dict[str, Any]) -> Any:
        if not isinstance(value, Model):
            return self.give(value)
        key = self.store.key(value)
        if key not in lent:
            lent[key] = self.give(value)
        return lent[key]

    def give(self, value: Any) -> Any:
        """An argument of a test as a function of the course takes it: a fresh network for a model, a tensor for an array."""
        if isinstance(value, Model):
            return self.networks.build(value)
        if self.with_torch and type(value).__module__ == "numpy" and getattr(value, "shape", ()) != ():
            import torch

            return torch.from_numpy(value.copy())
        return value

    def _key(self, name: str, source: bytes, arguments: tuple[Any, ...], device: str = "cpu") -> str:
        """`name`: the part's id rather than the function's own name, which a factory gives to all that it makes."""
        digests = [self.networks.digest(model) for model in _models(arguments)]
        return self.store.key(_SCHEMA, source, name, digests, wired(list(arguments)), self.versions, device)

    def _evaluated(self, part: str, arguments: tuple[Any, ...]) -> Evaluated:
        try:
            return evaluate(self._run(self.function(part), arguments), self.networks.device, _batch(arguments))
        except SpecificationError as error:
            raise SpecificationError(f"{self.assignment.reference}: {part}: {error}", remedy=error.remedy) from error

    def _run(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Run:
        """`function` on `arguments` with another number type, memory layout, device, or part of the batch.

        Parts are those of arrays of four axes that are as long as the batch; in any other array the first axis may be anything.
        """
        import torch

        batch = _batch(arguments)

        def run(dtype: str, layout: str, device: str, part: slice | None) -> Any:
            form = {"dtype": getattr(torch, dtype), "device": device}
            given = []
            for value in arguments:
                one = self.give(value)
                if isinstance(one, torch.nn.Module):
                    one = one.to(**form)
                    one = one.to(memory_format=torch.channels_last) if layout == "channels_last" else one
                if isinstance(one, torch.Tensor) and part is not None and one.ndim == 4 and len(one) == batch:
                    one = one[part]
                if isinstance(one, torch.Tensor) and one.is_floating_point():
                    one = one.to(**form)
                    one = one.to(memory_format=torch.channels_last) if layout == "channels_last" and one.ndim == 4 else one
                given.append(one)
            return function(*given)

        return run

    def _about(self, part: str, arguments: tuple[Any, ...], evaluated: Evaluated) -> dict[str, Any]:
        import torch

        return {
            "assignment": self.assignment.specification.id,
            "part": part,
            "models": [model.name for model in _models(arguments)],
            "shapes": [list(value.shape) for value in arguments if hasattr(value, "shape")],
            "device": self.networks.device,
            "dtype": evaluated.dtype,
            "torch": torch.__version__,
            "seconds": round(evaluated.seconds, 3),
            "gap": evaluated.gap,
            "tolerance": evaluated.tolerance,
        }


def _is_the_machines(error: Exception) -> bool:
    """Whether a variant that raised this may answer another time. torch says in a RuntimeError that it gets no memory."""
    lacks_memory = isinstance(error, RuntimeError) and "memory" in str(error)
    return isinstance(error, GraderError | OSError | MemoryError) or lacks_memory


def _models(arguments: tuple[Any, ...]) -> list[Model]:
    return [value for value in arguments if isinstance(value, Model)]


def _batch(arguments: tuple[Any, ...]) -> int:
    """The number of pictures in the first array of four axes; 0 when there is none."""
    return next((value.shape[0] for value in arguments if getattr(value, "ndim", 0) == 4), 0)
