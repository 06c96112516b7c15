"""How answers of the tiny course are judged; every function takes any plain value and never raises."""

from __future__ import annotations

import math
from typing import Any

from grader.testing import Call, Difference
from grader.testing import gettext as _


def compare_mean(answer: Any, expected: float, call: Call) -> Difference | None:
    """Equal to nine digits."""
    return _compare_number(answer, expected)


def compare_clamp(answer: Any, expected: float, call: Call) -> Difference | None:
    """Equal to nine digits."""
    return _compare_number(answer, expected)


def compare_words(answer: Any, expected: dict[str, int], call: Call) -> Difference | None:
    """Equal as mappings."""
    if not isinstance(answer, dict):
        return Difference(_("Your function returned a {kind}, not a dict.", kind=type(answer).__name__))
    if not _is_same(answer, expected):
        return Difference(_("Your function returned {came}.", came=repr(answer)[:200]), expected=repr(expected))
    return None


def _is_same(answer: dict[Any, Any], expected: dict[str, int]) -> bool:
    try:
        return answer == expected
    except ValueError:  # an array among the values
        return False


def _compare_number(answer: Any, expected: float) -> Difference | None:
    if type(answer) not in (int, float):
        return Difference(
            _("Your function returned a {kind}, not a number.", kind=type(answer).__name__),
            expected=_("a number"),
            hint=_("One number is wanted."),
        )
    if isinstance(answer, int) and answer.bit_length() > 64:
        return Difference(_("Your function returned an integer of {bits} bits.", bits=answer.bit_length()))
    if math.isnan(answer):
        return Difference(_("Your function returned NaN."), expected=str(expected))
    if not math.isclose(answer, expected, rel_tol=1e-9, abs_tol=1e-12):
        return Difference(
            _("Your function returned {came}.", came=answer), expected=str(expected), detail=f"off by {answer - expected!r}"
        )
    return None
