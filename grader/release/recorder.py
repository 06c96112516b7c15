"""The reference asked what public tests ask it, and its answers kept: what `grader.judge.replay` replays."""

from __future__ import annotations

import copy
import importlib.metadata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.course.assignment import AssignmentFolder
from grader.errors import SpecificationError
from grader.fixtures.store import Store
from grader.fixtures.weights import network_factory, weights_digest
from grader.judge.alternatives import Reading
from grader.judge.answers import Expected
from grader.judge.check import Compared
from grader.judge.material import Material, own_reference
from grader.judge.misconception import Variant
from grader.judge.planned import PlannedTest
from grader.judge.plugin import JudgePlugin, Ran
from grader.judge.recording import (
    RecordedCall,
    RecordedSequence,
    RecordedVariant,
    RecordedWeights,
    Recording,
    digest_of,
    sketch_of,
)
from grader.judge.reference import Reference
from grader.judge.replay import read_state, sketch_weights
from grader.judge.running import run_tests
from grader.validate.local import LocalSubmission
from grader.wire.values import Model
from grader.wire.wrapping import wired

_CALL_SECONDS = 60.0
_LARGE_BYTES = 256 << 10  # of a tensor's
_MOST_BYTES = 512 << 10  # of a known mistake's answers


class Recorder:
    """Passes on what is asked (`grader.judge.answers.Answers`), and writes it down."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.recording = Recording()
        self.numbers: dict[tuple[str, str], int] = {}
        self.made: list[int] = []
        self.asked: set[str] = set()

    @property
    def assignment(self) -> AssignmentFolder:
        """The reference's."""
        return self.reference.assignment

    @property
    def store(self) -> Store:
        """The reference's."""
        return self.reference.store

    def __getattr__(self, name: str) -> Callable[..., Any]:
        getattr(self.__dict__["reference"], name)  # refuses what is no part, with the reference's own words
        return lambda *arguments: self.expect(name, arguments).value

    def begin(self, test: str) -> None:
        """The calls of this test follow."""
        self.made = self.recording.tests.setdefault(test, [])
        self.asked = set()

    def expect(self, part: str, arguments: tuple[Any, ...]) -> Expected:
        """The reference's answer."""
        self.made.append(self.number(part, arguments))
        self.asked.add(part)
        return self.reference.expect(part, arguments)

    def answers(self, function: Callable[..., Any], source: bytes, calls: Sequence[tuple[Any, ...]]) -> list[Any]:
        """A variant's answers."""
        return self.reference.answers(function, source, calls)

    def number(self, part: str, arguments: tuple[Any, ...]) -> int:
        """The call's number in the recording."""
        key = (part, digest_of(arguments))
        if key not in self.numbers:
            expected = self.reference.expect(part, arguments)
            tensor = self._tensor(arguments, expected.value)
            answer = None if tensor else wired(expected.value)
            self.recording.calls.append(RecordedCall(*key, sketch_of(list(arguments)), answer, expected.tolerance, tensor))
            self.numbers[key] = len(self.recording.calls) - 1
        return self.numbers[key]

    def _tensor(self, arguments: tuple[Any, ...], answer: Any) -> tuple[str, ...]:
        """Which tensor of a model among the arguments the answer is, if it is a large one."""
        if not isinstance(answer, np.ndarray) or answer.nbytes < _LARGE_BYTES:
            return ()
        for model in arguments:
            if isinstance(model, Model):
                for name, tensor in read_state(self.reference.networks.weights[model.name]).items():
                    same = tuple(tensor.shape) == answer.shape and name not in model.state
                    if same and tensor.dtype.is_floating_point and (tensor.numpy() == answer).all():
                        return model.name, name
        return ()


def record(material: Material) -> Recording:
    """Record what the public tests ask. `material` is of public tests alone.

    Raises `SpecificationError` when the reference fails a public test, or gives an answer that cannot be written.
    """
    reference = own_reference(material.setting.reference)
    recorder = Recorder(reference)
    functions = {part.id: getattr(reference.module, part.names[0]) for part in material.assignment.parts}

    def make(_test: PlannedTest) -> LocalSubmission:
        return LocalSubmission(material.assignment, functions, reference, _CALL_SECONDS)

    plugin = JudgePlugin(replace(material.setting, reference=recorder), make)
    run_tests(plugin, visibilities=("public",))
    for ran in plugin.ran:
        if ran.fault or ran.outcome is not None:
            raise SpecificationError(
                f"the reference fails {ran.test.id}: {ran.fault or ran.outcome}", remedy="run grade validate"
            )
    _record_variants(material, plugin.ran, recorder)
    _record_weights(material, recorder.recording)
    return recorder.recording


def _record_variants(material: Material, ran: list[Ran], recorder: Recorder) -> None:
    """Variants that no public test tells from the reference are left out: what is wrong with them is for hidden tests to say.

    So are those whose answers are large in all: a bundle is to be cloned by a whole class.
    """
    told: set[str] = set()
    sizes: Counter[str] = Counter()
    for item in ran:
        variants = [one for one in material.diagnosis.variants if one.part == item.test.part]
        for compared in _sequences(material, item):
            numbers = tuple(recorder.number(one.call.part, one.call.arguments) for one in compared)
            answers = {}
            for variant in variants:
                found = _answers(material, variant, compared)
                answers[variant.id] = [wired(value) for value in found]
                sizes[variant.id] += _size(found)
                if any(material.diagnosis.differs(value, one) for value, one in zip(found, compared, strict=False)):
                    told.add(variant.id)
            recorder.recording.sequences.append(RecordedSequence(numbers, answers))
    told = {name for name in told if sizes[name] <= _MOST_BYTES}
    for variant in material.diagnosis.variants:
        if variant.id in told:
            recorder.recording.variants.append(
                RecordedVariant(variant.id, variant.part, variant.en, variant.ru, variant.accepted, variant.ignores)
            )
    for number, sequence in enumerate(recorder.recording.sequences):
        kept = {name: values for name, values in sequence.answers.items() if name in told}
        recorder.recording.sequences[number] = replace(sequence, answers=kept)


def _sequences(material: Material, item: Ran) -> list[list[Compared]]:
    """What a test compares; and what it compares where a submission answers to other arguments than the test's."""
    sequences = [item.compared] if item.compared else []
    seen = {tuple(digest_of(one.call.arguments) for one in item.compared)}
    others = [other_arguments(material, one.call.part, one.call.arguments, one.expected) for one in item.compared]
    reference = own_reference(material.setting.reference)
    for way in dict.fromkeys(way for one in others for way in one):
        asked = [other.get(way, one.call.arguments) for other, one in zip(others, item.compared, strict=True)]
        digests = tuple(digest_of(arguments) for arguments in asked)
        if digests not in seen:
            seen.add(digests)
            answers = [reference.expect(one.call.part, new).value for one, new in zip(item.compared, asked, strict=True)]
            sequences.append(
                [
                    replace(one, call=replace(one.call, arguments=new), expected=answer)
                    for one, new, answer in zip(item.compared, asked, answers, strict=True)
                ]
            )
    return sequences


def other_arguments(material: Material, part_id: str, arguments: tuple[Any, ...], expected: Any) -> dict[str, tuple[Any, ...]]:
    """The arguments that an honest answer to these may belong to instead, by the way in which it came about.

    A submission's own network stands for a model that it does not take as an argument, and `calling.py` knows other ways to ask
    (see `grader.judge.delivery.asked_arguments`).
    """
    part, models = material.assignment.part(part_id), _own_models(material)
    bound = [parameter.role for parameter in part.parameters if not parameter.optional and "variable" not in part.styles]
    roles = [parameter.role for parameter in part.parameters]
    found: dict[str, tuple[Any, ...]] = {}
    for name in models:
        served = Model(name)
        found[f"{name}'s own"] = tuple(
            served if isinstance(value, Model) and role not in bound else value
            for role, value in zip(roles, arguments, strict=False)
        )
    for served in [Model(name) for name in models] or [Model("")]:
        for alternative in material.alternatives.of(part, arguments, served).values():
            if alternative.asked is not None:
                found[f"{alternative.id} of {served.name}"] = alternative.asked
            read = alternative.read(copy.deepcopy(expected)) if alternative.read is not None else None
            if isinstance(read, Reading):
                found[f"{alternative.id} of {served.name}, read"] = read.asked
    return found


def _own_models(material: Material) -> list[str]:
    """The models that a submission's own network may stand for: only of what a function made is it known that it made it."""
    usual = {part.variable_model for part in material.assignment.parts}
    factories = {name: network_factory(one, material.folder) for name, one in material.assignment.models.items()}
    return [name for name, factory in factories.items() if name in usual or not isinstance(factory, type)]


def _answers(material: Material, variant: Variant, compared: list[Compared]) -> list[Any]:
    """What the variant answers to the test's calls until it fails."""
    for length in range(len(compared), 0, -1):
        try:
            return material.diagnosis.answers(variant, [one.call for one in compared[:length]])
        except Exception:  # noqa: BLE001, S112  a wrong variant may fail in any way
            continue
    return []


def _size(answer: Any) -> int:
    if isinstance(answer, list | tuple):
        return sum(map(_size, answer))
    if isinstance(answer, dict):
        return sum(map(_size, answer.values()))
    return int(getattr(answer, "nbytes", 0))


def _record_weights(material: Material, recording: Recording) -> None:
    for name, path in material.weights.items():
        version = importlib.metadata.version("torch").split("+")[0]
        recording.weights[name] = RecordedWeights(weights_digest(path), sketch_weights(path), version)
