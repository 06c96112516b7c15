"""Which known mistake a submission makes: a wrong variant whose answers equal the student's on everything that was compared.

A variant is named only if it explains all of the part's answers and at least one of them differs from the reference's; one that
is wrong in the same way on a single lucky input is not enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.errors import GraderError
from grader.fixtures.store import storable
from grader.judge.check import Compared, Comparisons
from grader.judge.misconception import Variant
from grader.judge.outcome import Call
from grader.judge.reference import Reference


class Diagnosis:
    """The catalogue of an assignment, ready to be asked."""

    def __init__(self, variants: Sequence[Variant], source: bytes, reference: Reference, comparisons: Comparisons) -> None:
        self.variants = variants
        self.source = source
        self.reference = reference
        self.comparisons = comparisons
        self.memory: dict[tuple[str, str], Any] = {}

    def name(self, part: str, compared: Sequence[Compared]) -> Variant | None:
        """The first variant of `part` that explains all of the comparisons, or None."""
        if not any(item.difference is not None for item in compared):
            return None
        return next((variant for variant in self.variants if variant.part == part and self._explains(variant, compared)), None)

    def _explains(self, variant: Variant, compared: Sequence[Compared]) -> bool:
        discriminating = 0
        for item in compared:
            try:
                answer = self._answer(variant, item.call)
            except GraderError:
                raise
            except Exception:  # noqa: BLE001  a wrong variant may fail on an input; then it does not explain an answer
                return False
            if not self._equal(item.answer, answer, item.call):
                return False
            if self._differs(answer, item):
                discriminating += 1
        return discriminating > 0

    def _answer(self, variant: Variant, call: Call) -> Any:
        key = (variant.id, self.reference.store.key(_keyable(call.arguments)))
        if key not in self.memory:
            self.memory[key] = self.reference.answer(variant.function, self.source + variant.id.encode(), call.arguments)
        return self.memory[key]

    def _differs(self, answer: Any, item: Compared) -> bool:
        try:
            return self.comparisons.compare(answer, item.expected, _silent(item.call)) is not None
        except Exception:  # noqa: BLE001  an answer that cannot even be compared is a different one
            return True

    def _equal(self, answer: Any, variant_answer: Any, call: Call) -> bool:
        if _nearly_equal(answer, variant_answer):
            return True
        try:
            return self.comparisons.compare(answer, variant_answer, _silent(call)) is None
        except Exception:  # noqa: BLE001  a comparison made for right answers may choke on a wrong one
            return False


def _silent(call: Call) -> Call:
    return replace(call, notes=[])


def _nearly_equal(one: Any, other: Any) -> bool:
    try:
        first, second = np.asarray(one), np.asarray(other)
    except (TypeError, ValueError):
        return False
    if first.shape != second.shape or not {first.dtype.kind, second.dtype.kind} <= set("biuf"):
        return False  # text, objects, integers beyond 64 bits: for the comparison to say
    numbers = first.astype(np.float64), second.astype(np.float64)
    return bool(np.allclose(*numbers, rtol=1e-4, atol=1e-6, equal_nan=True))


def _keyable(arguments: tuple[Any, ...]) -> list[Any]:
    return [storable(value) for value in arguments]
