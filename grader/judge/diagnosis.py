"""Which known mistake a submission makes: a wrong variant whose answers equal the student's on everything that was compared.

A variant is named only if it explains all of the part's answers and at least one of them differs from the reference's; one that
is wrong in the same way on a single lucky input is not enough. Where the submission mostly fails without an answer, its few ones
are such inputs: a variant must fail there, too.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.errors import GraderError
from grader.judge.answers import Answers
from grader.judge.check import Compared, Comparisons
from grader.judge.misconception import Variant
from grader.judge.outcome import Call
from grader.judge.plain import weight
from grader.wire.wrapping import wired

_MOST_REMEMBERED = 1000  # tests' answers by variants: some are to arguments of a submission's own, which nobody asks for again
_MOST_ANSWER_BYTES = 20 << 20  # by `weight`, a matrix of 1000 x 2048: a name is not worth comparing more with every variant


class Diagnosis:
    """The catalogue of an assignment, ready to be asked."""

    def __init__(self, variants: Sequence[Variant], source: bytes, reference: Answers, comparisons: Comparisons) -> None:
        self.variants = variants
        self.source = source
        self.reference = reference
        self.comparisons = comparisons
        self.memory: dict[tuple[str, str], list[Any]] = {}  # what was asked for last at the end

    def name(self, part: str, compared: Sequence[Compared], raised: Sequence[Call] = ()) -> Variant | None:
        """The first variant of `part` that explains all of the comparisons, and fails on all calls in `raised`; or None."""
        is_right = all(item.difference is None for item in compared)
        if is_right or any(weight(item.answer) > _MOST_ANSWER_BYTES for item in compared):
            return None
        omitted = {role for item in compared for role in item.call.omitted}
        possible = (variant for variant in self.variants if variant.part == part and variant.ignores not in omitted)
        explaining = (variant for variant in possible if self._explains(variant, compared))
        return next((variant for variant in explaining if all(self._fails_on(variant, call) for call in raised)), None)

    def _fails_on(self, variant: Variant, call: Call) -> bool:
        try:
            self.answers(variant, [call])
        except GraderError:
            raise
        except Exception:  # noqa: BLE001  whatever it is that a wrong variant raises
            return True
        return False

    def _explains(self, variant: Variant, compared: Sequence[Compared]) -> bool:
        discriminating = 0
        for _, group in itertools.groupby(compared, key=lambda item: item.test):
            items = list(group)
            try:
                answers = self.answers(variant, [item.call for item in items])
            except GraderError:
                raise
            except Exception:  # noqa: BLE001  a wrong variant may fail on an input; then it does not explain an answer
                return False
            for item, answer in zip(items, answers, strict=True):
                if not self._equal(item.answer, answer, item.call):
                    return False
                discriminating += self.differs(answer, item)
        return discriminating > 0

    def answers(self, variant: Variant, calls: Sequence[Call]) -> list[Any]:
        """The variant's answers to one test's calls in their order: some mistakes show in the second call only."""
        arguments = [call.arguments for call in calls]
        key = (variant.id, self.reference.store.key([wired(list(one)) for one in arguments]))
        if key not in self.memory:
            self.memory[key] = self.reference.answers(variant.function, self.source + variant.id.encode(), arguments)
        found = self.memory[key] = self.memory.pop(key)
        if len(self.memory) > _MOST_REMEMBERED:
            del self.memory[next(iter(self.memory))]
        return found

    def differs(self, answer: Any, item: Compared) -> bool:
        """Whether an answer in the place of the one that was compared would be wrong."""
        try:
            return self.comparisons.compare(answer, item.expected, _silent(item.call)) is not None
        except Exception:  # noqa: BLE001  an answer that cannot even be compared is a different one
            return True

    def _equal(self, answer: Any, variant_answer: Any, call: Call) -> bool:
        if _nearly_equal(answer, variant_answer):
            return True
        try:
            # The tolerance was derived for the right answer; a wrong one (batch norm in train mode) may be less well conditioned.
            in_shape = _in_shape_of(variant_answer, answer)
            return self.comparisons.compare(in_shape, variant_answer, replace(_silent(call), tolerance=0.0)) is None
        except Exception:  # noqa: BLE001  a comparison made for right answers may choke on a wrong one
            return False


def _silent(call: Call) -> Call:
    return replace(call, notes=[])


def _nearly_equal(one: Any, other: Any) -> bool:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple) and _holds_arrays(one) and _holds_arrays(other):
        return len(one) == len(other) and all(map(_nearly_equal, one, other))  # of any shapes, which make no one array
    try:
        first, second = np.squeeze(np.asarray(one)), np.squeeze(np.asarray(other))  # an axis of length 1 is no other mistake
        if not first.size and not second.size:
            return True  # nothing is nothing, be it no boxes, (0, 4), or no indices
        if first.shape != second.shape or not {first.dtype.kind, second.dtype.kind} <= set("biuf"):
            return False  # text, objects, integers beyond 64 bits: for the comparison to say
        numbers = first.astype(np.float64), second.astype(np.float64)
        # Rounding is a share of the largest numbers that were added up, also in a small sum of them.
        largest = max(float(np.abs(values[np.isfinite(values)]).max(initial=0)) for values in numbers)
        return bool(np.allclose(*numbers, rtol=1e-4, atol=1e-5 * largest, equal_nan=True))
    except (TypeError, ValueError, OverflowError, MemoryError):  # the name of a mistake is not worth a verdict
        return False


def _in_shape_of(pattern: Any, answer: Any) -> Any:
    """An answer in another's shape where only axes of length 1 differ, which are no other mistake."""
    arrays = isinstance(pattern, np.ndarray) and isinstance(answer, np.ndarray)
    return answer.reshape(pattern.shape) if arrays and np.squeeze(pattern).shape == np.squeeze(answer).shape else answer


def _holds_arrays(values: Sequence[Any]) -> bool:
    return any(isinstance(value, np.ndarray) for value in values)
