"""What students of the tiny course get wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from grader.testing import misconception


@misconception(
    "mean.divides_by_n_minus_1",
    part="mean",
    en="The divisor is n - 1. It belongs to the sample variance; a mean divides by n.",
    ru="Делитель равен n - 1. Он из выборочной дисперсии; среднее делит на n.",
)
def mean_divides_by_n_minus_1(values: Sequence[float]) -> float:
    """The sum over n - 1."""
    return sum(values) / max(1, len(values) - 1)


@misconception(
    "mean.floors",
    part="mean",
    en="The division drops the fraction: // instead of /.",
    ru="Деление отбрасывает дробную часть: // вместо /.",
)
def mean_floors(values: Sequence[float]) -> float:
    """Integer division."""
    return sum(values) // len(values)


@misconception(
    "clamp.swaps_bounds",
    part="clamp",
    en="min and max are swapped: every value becomes the lower bound.",
    ru="min и max перепутаны: любое значение становится нижней границей.",
)
def clamp_swaps_bounds(value: float, low: float, high: float) -> float:
    """Always the lower bound, when low < high."""
    return min(low, max(high, value))


@misconception(
    "words.case",
    part="words",
    en="Words that differ in case only are counted apart.",
    ru="Слова, которые различаются только регистром, сосчитаны отдельно.",
)
def words_case(text: str) -> dict[str, int]:
    """Without lower()."""
    return dict(Counter(text.split()))
