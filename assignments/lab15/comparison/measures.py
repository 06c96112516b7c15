"""IoU and the Dice loss: one number each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.testing import AnyText, Call
from grader.testing import gettext as _

from .answers import NAMES, as_array, by_name, finite, judge, numbers_in, reject, unpacked

SCALAR_TOLERANCE = 1e-3  # absolute: a smoothing term of 1 on masks of 10^4 pixels must not decide
QUOTIENT_TOLERANCE = 1e-5  # of what single precision, or a term that keeps from dividing by zero, leaves of it


@judge
def compare_iou(answer: Any, expected: Any, call: Call) -> None:
    """One number, equal to the expected one within 1e-3; of (IoU, union), as some detectors' code returns, the first; of
    (intersection, union, IoU) the last."""
    _check_number(_last_of_its_quotient(answer, call), float(expected), _hint_on_iou)


@judge
def compare_dice(answer: Any, expected: Any, call: Call) -> None:
    """One number, equal to the expected one within 1e-3; of (loss, coefficient), as for a log, the first."""
    _check_number(_first_number(answer, call), float(expected), _hint_on_dice)


def _first_number(answer: Any, call: Call) -> Any:
    """Of a tuple of two to four results the first, whatever the others are; else what a name decides, opened."""
    inner = unpacked(_named_number(answer, call))
    if call.kinds.startswith("tuple") and isinstance(inner, list | tuple) and 2 <= len(inner) <= 4:
        call.notes.append(_("Several results came; the first was judged."))
        return inner[0]
    return inner


def _last_of_its_quotient(answer: Any, call: Call) -> Any:
    """Of three numbers the last where it is the first divided by the second; else as above.

    What is expected is not asked, or both would be guesses; and (IoU, ..., ...) is such a triple only where it is all one.
    """
    if call.kinds.startswith("tuple") and isinstance(answer, list | tuple) and len(answer) == 3:
        parts = [as_array(part) for part in answer]
        if all(part.size == 1 and part.dtype.kind in "iuf" for part in parts):
            shared, union, ratio = (float(part.reshape(-1)[0]) for part in parts)
            if union > 0 and abs(shared / union - ratio) < QUOTIENT_TOLERANCE:
                call.notes.append(_("The intersection and the union came, too; their quotient was judged."))
                return answer[2]
    return _first_number(answer, call)


def _named_number(answer: Any, call: Call) -> Any:
    """Of a dict of several results the one with the name of what is asked; else the answer."""
    named = by_name(answer, NAMES[call.part]) if isinstance(answer, dict) and len(answer) > 1 else []
    if not named:
        return answer
    call.notes.append(_("Several results came; the one with the name of what is asked was judged."))
    return named[0]


def _check_number(answer: Any, wanted: float, hint: Callable[[float, float], AnyText]) -> None:
    numbers = numbers_in(unpacked(answer))
    if numbers.dtype.kind == "b":
        reject(_("True or False came instead of a number."), _("Return the number itself, not a comparison."))
    if numbers.size != 1:
        reject(
            _("Your answer is {count} numbers instead of one.", count=numbers.size),
            _("One number for the whole input is asked: is a sum taken over one axis only, or is more returned?"),
        )
    found = float(finite(numbers).reshape(-1)[0])
    if not abs(found - wanted) <= SCALAR_TOLERANCE:  # a known mistake may be NaN, which is like nothing
        came = _("Your answer is {found}.", found=f"{found:.4f}")
        reject(came, hint(found, wanted), expected=f"{wanted:.4f}", form=False)


def _hint_on_iou(found: float, wanted: float) -> AnyText:
    if 0 < wanted < 1 and abs(1 - found - wanted) <= SCALAR_TOLERANCE:  # 0 for 1, and 1 for 0, have many reasons
        return _("This is 1 - IoU, a distance; the IoU itself is asked.")
    if found > 1 and abs(found / 100 - wanted) <= SCALAR_TOLERANCE:
        return _("This is the IoU in percent; a number from 0 to 1 is asked.")
    if not 0 <= found <= 1:
        return _("An IoU lies between 0 and 1: check both sides of the intersection, and the union.")
    return _("IoU = intersection / (area 1 + area 2 - intersection); boxes are (x1, y1, x2, y2), a side is x2 - x1.")


def _hint_on_dice(found: float, wanted: float) -> AnyText:
    if 0 < wanted < 1 and abs(1 - found - wanted) <= SCALAR_TOLERANCE:
        return _("This is the Dice coefficient; the loss is asked, 1 minus it.")
    if 0 < wanted < 1 and abs(found + 1 - wanted) <= SCALAR_TOLERANCE:
        return _("This is the negative Dice coefficient; the lecture's loss is 1 minus the coefficient.")
    if not 0 <= found <= 1:
        return _("A Dice loss lies between 0 and 1: check the factor 2 and the sums.")
    return _("DC = 1 - 2 * sum(y * p) / (sum(y) + sum(p)), each sum over all elements, p as it is given.")
