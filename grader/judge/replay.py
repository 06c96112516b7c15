"""Recorded answers in the place of a reference: what a student's bundle judges by.

An answer is found by the content of the arguments; where they differ in their last digits (pictures decoded by another
library) by test and call. A call that the recording does not have is an error that says so, never an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from grader.course.assignment import AssignmentFolder
from grader.errors import SpecificationError
from grader.fixtures.store import Store
from grader.fixtures.weights import weights_digest
from grader.judge.answers import Expected
from grader.judge.misconception import Variant, uncalled
from grader.judge.plain import plain
from grader.judge.recording import Recording, digest_of, near, read_recording, sketch_of


class Replay:
    """A bundle's answers. Raises `SpecificationError` when they cannot be read, or do not fit this machine's networks."""

    def __init__(self, assignment: AssignmentFolder, weights: dict[str, Path], store: Store) -> None:
        self.assignment = assignment
        self.weights = weights
        self.store = store
        self.recording: Recording = read_recording(assignment.reference)
        self.numbers = {(call.part, call.digest): number for number, call in enumerate(self.recording.calls)}
        self.test = ""
        self.asked: set[str] = set()
        self.place = 0
        self.found: dict[str, int] = {}
        self._check_weights()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        known = [part.id for part in self.__dict__["assignment"].specification.parts]
        if name not in known:
            raise AttributeError(f"the assignment has no part {name!r}; it has {', '.join(known)}")
        return lambda *arguments: self.expect(name, arguments).value

    def begin(self, test: str) -> None:
        """A test begins: its calls are counted from here."""
        self.test = test
        self.asked = set()
        self.place = 0

    def expect(self, part: str, arguments: tuple[Any, ...]) -> Expected:
        """The recorded answer. Raises `SpecificationError` for a call that was not made when the bundle was."""
        digest = digest_of(arguments)
        number = self.numbers.get((part, digest))
        self.asked.add(part)
        place, self.place = self.place, self.place + 1
        if number is None:
            number = self._at_place(part, arguments, place)
        self.found[digest] = number
        call = self.recording.calls[number]
        if call.tensor:
            model, tensor = call.tensor
            return Expected(read_state(self.weights[model])[tensor].numpy().copy(), call.tolerance)
        # A copy: whatever a test or a comparison does to it, the next is given the same.
        return Expected(plain(call.answer, copied=True), call.tolerance)

    def _at_place(self, part: str, arguments: tuple[Any, ...], place: int) -> int:
        made = self.recording.tests.get(self.test, [])
        if place < len(made):
            call = self.recording.calls[made[place]]
            if call.part == part and near(call.sketch, sketch_of(list(arguments))):
                return made[place]
        raise SpecificationError(
            f"this test asks what it did not ask when the lab was released: call {place + 1} of {part}",
            remedy="leave the lab's tests as they are, or unpack the bundle again",
        )

    def answers(self, function: Callable[..., Any], source: bytes, calls: Sequence[tuple[Any, ...]]) -> list[Any]:
        """What a recorded variant answered. Raises `LookupError` where it failed, or where nothing was recorded."""
        numbers = tuple(self.found[digest_of(arguments)] for arguments in calls)
        for sequence in self.recording.sequences:
            if sequence.calls[: len(numbers)] == numbers:
                answers = sequence.answers.get(source.decode(), [])
                if len(answers) >= len(numbers):
                    return [plain(value, copied=True) for value in answers[: len(numbers)]]
        raise LookupError("the variant gave no answer")

    def variants(self) -> list[Variant]:
        """The known mistakes that the recording can name. Their functions are never called: `answers` knows what they said."""
        return [
            Variant(one.id, one.part, one.en, one.ru, one.accepted, uncalled(one.id), one.ignores)
            for one in self.recording.variants
        ]

    def _check_weights(self) -> None:
        """This machine's networks must be those that the answers were computed with, but for their last digits."""
        for name, recorded in self.recording.weights.items():
            path = self.weights[name]
            if weights_digest(path) != recorded.digest and not near(recorded.sketch, sketch_weights(path)):
                raise SpecificationError(
                    f"the weights of {name} here are not those of the release, which torch {recorded.torch} made",
                    remedy=f"pip install torch=={recorded.torch}",
                )


def read_state(path: Path) -> dict[str, Any]:
    """A state dictionary, mapped and not read."""
    import torch

    state: dict[str, Any] = torch.load(path, weights_only=True, mmap=True)
    return state


def sketch_weights(path: Path) -> tuple[float, ...]:
    """A sketch of a state dictionary's values."""
    state = read_state(path)
    return sketch_of([tensor.reshape(-1)[:: max(1, tensor.numel() // 3)][:3].float().numpy() for tensor in state.values()])
