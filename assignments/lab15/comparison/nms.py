"""Non-maximum suppression: which boxes stay, and in which order where that is what counts."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.testing import AnyText, Call
from grader.testing import gettext as _

from .answers import judge, reject
from .kept import kept_boxes, rows_of_boxes

LOW_SCORES = (0.5, 0.4, 0.3, 0.25, 0.2, 0.1, 0.05, 0.01)  # what people take for the least score that counts
USUAL_THRESHOLD = 0.5  # and for the IoU that is too much, whatever is given


@judge
def compare_nms(answer: Any, expected: Any, call: Call) -> None:
    """Which boxes were kept; their order is judged only where no box has to go, so that it is a point of its own.

    Boxes of one score may come in any order. Raises `ValueError` when what is expected is no indices, as of a wrong variant that
    answers with scores: cut off to whole numbers they would be box 0.
    """
    boxes = np.asarray(call.arguments[0], dtype=np.float64)
    scores = np.asarray(call.arguments[1], dtype=np.float64).reshape(-1)
    asked = np.asarray(expected).reshape(-1)
    if (asked != np.round(asked)).any():
        raise ValueError("no indices are expected")
    wanted = [int(index) for index in asked]
    kept, in_order, as_rows = kept_boxes(answer, boxes, call)
    call.meant = kept  # for the picture
    if as_rows:  # of twins a row does not tell which one it is, so a wrong variant's are looked up like the student's
        wanted = rows_of_boxes(boxes[wanted], boxes, scores) or wanted
    extra = [index for index in kept if index not in wanted]
    missing = [index for index in wanted if index not in kept]
    shown = _("boxes {wanted}; kept were {kept}", wanted=wanted, kept=kept)
    if extra or missing:
        why = _why(extra, missing, wanted, boxes, call)
        hint = _hint_on_nms(kept, wanted, boxes, call)
        expected = _("{shown}. {why}", shown=shown, why=why)
        reject(_came(extra, missing, kept), hint, expected=expected, form=False)
    if in_order and len(wanted) == len(boxes) and (scores[kept] != scores[wanted]).any():
        hint = _("Here no box has to go, so only the order counts: the best score comes first.")
        reject(_("The right boxes came in another order."), hint, expected=shown, form=False)


def _came(extra: list[int], missing: list[int], kept: list[int]) -> AnyText:
    counts = {"extra": len(extra), "missing": len(missing), "kept": len(kept)}
    if not missing:
        return _("Of the kept boxes ({kept}), {extra} should have gone.", **counts)
    if not extra:
        return _("The kept boxes ({kept}) are right, but {missing} more should have stayed.", **counts)
    return _("Of the kept boxes ({kept}), {extra} should have gone; {missing} of the dropped ones should have stayed.", **counts)


def _hint_on_nms(kept: list[int], wanted: list[int], boxes: np.ndarray, call: Call) -> AnyText:
    """A mistake that explains the whole answer, else what is wrong with it."""
    scores = np.asarray(call.arguments[1], dtype=np.float64).reshape(-1)
    if float(call.arguments[2]) != USUAL_THRESHOLD and set(kept) == _kept_at(USUAL_THRESHOLD, boxes, scores):
        return _(
            "A threshold of 0.5 would keep just these boxes, and another one was given. If the code does take the given one, "
            "look at how it measures overlap, what it compares, and how many boxes it lets stay."
        )
    missing = [index for index in wanted if index not in kept]
    if not missing:
        return _("A box stays although its IoU with a better kept box is greater than the threshold.")
    if set(kept) <= set(wanted):
        alone = bool(kept) and any(all(_overlap(boxes[index], boxes[other]) == 0 for other in kept) for index in missing)
        if alone and any(scores[missing].max() < least <= scores[kept].min() for least in LOW_SCORES):
            return _(
                "Those with the lowest scores are missing, although they meet no kept box. No score is too low to be kept; where "
                "the code has no least score, it stops too early or measures overlap wrongly."
            )
        return _("A box was dropped although no better kept box overlaps it by more than the threshold.")
    return _("Go from the best score down; a box goes when its IoU with a kept box is greater than the threshold.")


def _kept_at(threshold: float, boxes: np.ndarray, scores: np.ndarray) -> set[int]:
    kept: list[int] = []
    for index in np.argsort(-scores):
        if all(_overlap(boxes[better], boxes[index]) <= threshold for better in kept):
            kept.append(int(index))
    return set(kept)


def _why(extra: list[int], missing: list[int], wanted: list[int], boxes: np.ndarray, call: Call) -> AnyText:
    """The first box that is judged wrongly, and the overlap with a box that stays which decides about it."""
    scores = np.asarray(call.arguments[1], dtype=np.float64).reshape(-1)
    threshold = float(call.arguments[2])
    better = [(_overlap(boxes[extra[0]], boxes[i]), i) for i in wanted if scores[i] > scores[extra[0]]] if extra else []
    if better:
        overlap, rival = max(better)
        words = {"box": extra[0], "rival": rival, "overlap": f"{overlap:.2f}", "threshold": threshold}
        return _("Box {box} goes: its IoU with box {rival} is {overlap}, the threshold {threshold}.", **words)
    if missing:
        return _("Box {box} stays: no better kept box overlaps it by more than {threshold}.", box=missing[0], threshold=threshold)
    return ""


def _overlap(first: np.ndarray, second: np.ndarray) -> float:
    sides = np.maximum(np.minimum(first[2:], second[2:]) - np.maximum(first[:2], second[:2]), 0)
    shared = float(sides.prod())
    return shared / (float((first[2:] - first[:2]).prod() + (second[2:] - second[:2]).prod()) - shared)
