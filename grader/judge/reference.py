"""The reference implementation, called with what a test gives and answered in plain numbers.

Calls that take a model go through the fixture store, so that the network runs once per machine, not once per submission. Where
all that is asked was answered before, the reference's file is not even imported.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.course.assignment import AssignmentFolder
from grader.course.code import load_file
from grader.errors import SpecificationError
from grader.fixtures.evaluation import Evaluated, Run, evaluate
from grader.fixtures.store import Store
from grader.fixtures.weights import build_network, network_factory, weights_digest
from grader.judge.answers import Expected
from grader.judge.misconception import for_one_test, name_of
from grader.judge.plain import plain
from grader.judge.remembered import Remembered, question_of
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

    `remembered`: what it has answered before. With `by_memory` that is all it knows, and the file is not imported: whatever else
    is asked raises `CourseNeeded`.
    """

    def __init__(
        self,
        assignment: AssignmentFolder,
        networks: Networks,
        store: Store,
        remembered: Remembered | None = None,
        *,
        by_memory: bool = False,
    ) -> None:
        self.assignment = assignment
        self.networks = networks
        self.store = store
        self._module = None if by_memory else _loaded(assignment)
        self.source = b"\0".join(file.read_bytes() for file in assignment.reference_files)
        self.versions = [installed(name) for name in _LIBRARIES]
        self.asked: set[str] = set()
        self.with_torch = "torch" in assignment.specification.preload
        self._remembered = remembered or Remembered()

    @property
    def module(self) -> Any:
        """The reference's file, of which a test may use more than its parts. Raises `CourseNeeded` where it is not imported."""
        if self._module is None:
            raise self._remembered.need_course()
        return self._module

    def __getattr__(self, name: str) -> Callable[..., Any]:
        parts = {part.id: part for part in self.__dict__["assignment"].specification.parts}
        if name not in parts:
            raise AttributeError(f"the assignment has no part {name!r}; it has {', '.join(parts)}")
        return lambda *arguments: self.expect(name, arguments).value

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
        function raises, and `LookupError` where it has raised before.
        """
        if not any(_models(arguments) for arguments in calls):
            question = question_of(source, wired([list(arguments) for arguments in calls]))
            found, values = self._remembered.find(question)
            if not found:
                values = self._remembered.remember(question, self._said(function, calls, question))
        else:
            name = name_of(function)
            key = self.store.key([self._key(name, source, arguments) for arguments in calls])
            found, values = self.store.find(key)
            if not found and self._remembered.find(key) == (True, None):
                found = True
            if not found:
                values = self._said(function, calls, key)
                self.store.keep(key, values, {"assignment": self.assignment.specification.id, "function": name})
        if values is None:
            raise LookupError("the variant gave no answer")
        return [plain(value, copied=True) for value in values]

    def _said(self, function: Callable[..., Any], calls: Sequence[tuple[Any, ...]], question: str) -> list[Value]:
        """A variant's own answers; None is remembered of one that raised."""
        if self._module is None:
            raise self._remembered.need_course()
        asked, lent = for_one_test(function), dict[str, Any]()
        try:
            return [wired_answer(asked(*[self._lend(value, lent) for value in arguments])) for arguments in calls]
        except Exception as error:
            if _is_the_variants(error):
                self._remembered.remember(question, None)
            raise

    def _without_a_model(self, part: str, arguments: tuple[Any, ...]) -> Any:
        """Remembered where arguments and answer are small and soon hashed: tests ask the same of every submission."""
        question = question_of(part, wired(list(arguments)))
        found, answer = self._remembered.find(question)
        if not found:
            function = self._function(part)
            answer = self._remembered.remember(question, wired_answer(function(*[self.give(value) for value in arguments])))
        return plain(answer, copied=True)  # which may be a view of the test's own array

    def _function(self, part: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(self.module, self.assignment.specification.part(part).names[0])
        return found

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
        return copy.deepcopy(value)  # a wrong variant may change it

    def _key(self, name: str, source: bytes, arguments: tuple[Any, ...], device: str = "cpu") -> str:
        """`name`: the part's id rather than the function's own name, which a factory gives to all that it makes."""
        digests = [self.networks.digest(model) for model in _models(arguments)]
        return self.store.key(_SCHEMA, source, name, digests, wired(list(arguments)), self.versions, device)

    def _evaluated(self, part: str, arguments: tuple[Any, ...]) -> Evaluated:
        try:
            return evaluate(self._run(self._function(part), arguments), self.networks.device, _batch(arguments))
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


def _is_the_variants(error: Exception) -> bool:
    """Whether it will raise this the next time, too: what the machine lacked it may have then. torch has one kind for all."""
    if type(error) is RuntimeError:
        return not any(word in str(error).lower() for word in ("memory", "thread", "resource"))
    return isinstance(error, ArithmeticError | AssertionError | AttributeError | LookupError | NameError | TypeError | ValueError)


def _loaded(assignment: AssignmentFolder) -> ModuleType:
    module = load_file(assignment.reference)
    for part in assignment.specification.parts:
        if not callable(getattr(module, part.names[0], None)):
            roles = ", ".join(parameter.role for parameter in part.parameters)
            raise SpecificationError(
                f"{assignment.reference}: there is no function {part.names[0]}({roles}), the right answer to part {part.id!r}"
            )
    return module


def _models(arguments: tuple[Any, ...]) -> list[Model]:
    return [value for value in arguments if isinstance(value, Model)]


def _batch(arguments: tuple[Any, ...]) -> int:
    """The number of pictures in the first array of four axes; 0 when there is none."""
    return next((value.shape[0] for value in arguments if getattr(value, "ndim", 0) == 4), 0)
