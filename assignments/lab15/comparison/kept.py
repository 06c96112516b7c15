"""Which boxes an answer says are kept: by indices, a mask, the boxes themselves, or any of these among other results."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.testing import Call
from grader.testing import gettext as _

from .answers import NAMES, as_array, by_name, is_array, numbers_in, reject, unpacked

SIDES = (("x1", "y1", "x2", "y2"), ("xmin", "ymin", "xmax", "ymax"), ("left", "top", "right", "bottom"))
MOST_ENTRIES = 10  # of a list or a dict of boxes with their scores, for each box that was given: every entry is looked through


def kept_boxes(answer: Any, boxes: np.ndarray, call: Call) -> tuple[list[int], bool, bool]:
    """The indices that an answer means, whether their order means anything, and whether they were looked up by rows."""
    found = numbers_in(_open_nms(answer, call))
    while found.ndim > 2 and len(found) == 1:
        (found,) = found
    if not found.size:
        reject(_("An empty answer came."), _("The box with the best score is always kept."))
    rows = rows_of_boxes(found, boxes, np.asarray(call.arguments[1], dtype=np.float64).reshape(-1))
    if rows is not None:
        call.notes.append(_("The kept boxes came instead of their indices; they were looked up."))
        return rows, True, True
    if found.ndim > 2 or (found.ndim == 2 and 1 not in found.shape):
        reject(
            _("A table came whose rows are not the given boxes."),
            _("Return the indices of the kept boxes, whole numbers from 0; the boxes must stay as they were given."),
        )
    flat = found.reshape(-1)
    if _is_mask(flat, len(boxes)):
        if len(boxes) > 1:  # of a single box [1] may be an index that counts from 1, which other tests tell
            call.notes.append(_("A keep mask came instead of indices; it carries no order and loses nothing by it."))
        return [int(index) for index in np.flatnonzero(flat)], False, False
    return _indices(flat, len(boxes), call), "set" not in call.kinds, False


def _open_nms(answer: Any, call: Call) -> Any:
    """Of (boxes, scores, ...), of entries with a box each and of {box: score} the boxes, of (indices, ...) and {index: score} the
    indices, of what is kept and what goes the former, else the answer."""
    if isinstance(answer, dict):
        if len(answer) > MOST_ENTRIES * len(call.arguments[0]):
            return answer
        if _are_scores_by_index(answer, call):
            call.notes.append(_("The indices came with their scores; the indices were judged."))
            return np.array(list(answer))
        named = by_name(answer, NAMES["nms"])
        if named or (len(answer) == 1 and not _are_scores_by_box(answer)):
            return named[0] if named else unpacked(answer)
        if _are_scores_by_box(answer):
            call.notes.append(_("The kept boxes came together with other results; the boxes were judged."))
            return np.array(list(answer))
        boxes = by_name(answer, ("boxes",))
        if boxes:
            call.notes.append(_("The kept boxes came together with other results; the boxes were judged."))
            return boxes[0]
        # Named otherwise, they may still be known by what they are.
        opened = _open_nms(tuple(answer.values()), call) if all(isinstance(key, str) for key in answer) else None
        return opened if is_array(opened) else answer
    by_index = _in_pairs(answer, len(call.arguments[0]))
    if _are_scores_by_index(by_index, call):
        return _open_nms(by_index, call)
    if _is_all_in_two(answer, call):
        call.notes.append(_("The kept boxes came together with those that go; the first of both were judged."))
        return answer[0]
    answer = _without_text(answer)
    boxes = _boxes_of_entries(answer, MOST_ENTRIES * len(call.arguments[0]))
    if boxes is not None:
        call.notes.append(_("The kept boxes came together with other results; the boxes were judged."))
        return boxes
    if not isinstance(answer, list | tuple) or len(answer) not in {2, 3}:
        return answer
    indices = _indices_of_table(answer, call)
    if indices is not None:
        call.notes.append(_("Several results came; the indices were judged."))
        return indices
    first, second = as_array(answer[0]), as_array(answer[1])
    if first.ndim == 2 and 4 <= first.shape[1] <= 7 and second.size == len(first) and second.ndim <= 2:
        call.notes.append(_("The kept boxes came together with other results; the boxes were judged."))
        return first
    table = _table_behind_its_scores(answer, call)
    if table is not None:
        call.notes.append(_("The kept boxes came together with other results; the boxes were judged."))
        return table
    if first.ndim == 1 and first.dtype.kind in "iu" and second.ndim == 0 and second.dtype.kind in "iu":
        call.notes.append(_("The indices came together with their number; the indices were judged."))
        return first[: max(int(second), 0)]
    if first.ndim == 1 and first.dtype.kind in "iu" and len(first):
        boxes = len(call.arguments[0])
        others = [other for other in map(as_array, answer[1:]) if other.dtype.kind != "b" or other.shape != (boxes,)]
        if all(other.ndim >= 1 and len(other) == len(first) and other.dtype.kind == "f" for other in others):
            call.notes.append(_("Several results came; the indices were judged."))
            return first
    return answer


def _table_behind_its_scores(answer: Any, call: Call) -> np.ndarray | None:
    """The table among results of which all others are scores that were given, one for each of its rows: `return scores, boxes`.

    Whole numbers beside it may be the kept indices, which are then what is asked.
    """
    parts = [as_array(part) for part in answer]
    tables = [part for part in parts if part.ndim == 2 and 4 <= part.shape[1] <= 7 and len(part) <= len(call.arguments[0])]
    others = [part.reshape(-1) for part in parts if part.dtype.kind == "f" and part.ndim and part.size == len(part)]
    if len(tables) != 1 or len(others) != len(parts) - 1 or any(len(other) != len(tables[0]) for other in others):
        return None
    scores = np.asarray(call.arguments[1], dtype=np.float64).reshape(-1)
    given = all((np.abs(other[:, None] - scores) < 1e-5).any(axis=1).all() for other in others)
    return tables[0] if given else None


def _indices_of_table(answer: Any, call: Call) -> np.ndarray | None:
    """The whole numbers among three results that say, of each row of the table beside them, which box it is."""
    boxes = np.asarray(call.arguments[0], dtype=np.float64)
    parts = [as_array(part) for part in answer] if len(answer) == 3 else []
    tables = [part for part in parts if part.ndim == 2 and part.shape[1] == 4 and len(part)]
    numbers = [part for part in parts if part.ndim == 1 and part.dtype.kind in "iu" and len(part)]
    if len(tables) != 1 or len(numbers) != 1 or len(tables[0]) != len(numbers[0]):
        return None
    inside = numbers[0].min() >= 0 and numbers[0].max() < len(boxes)
    return numbers[0] if inside and np.allclose(boxes[numbers[0]], tables[0], rtol=1e-5, atol=1e-3) else None


def _in_pairs(answer: Any, most: int) -> dict[Any, Any]:
    """A list of at most so many pairs of whole numbers with something, as a dictionary; an empty one for anything else."""
    entries = answer if isinstance(answer, list | tuple) and len(answer) <= most else ()
    if not all(isinstance(entry, list | tuple) and len(entry) == 2 for entry in entries):
        return {}
    numbers = [as_array(index) for index, _score in entries]
    if not all(number.ndim == 0 and number.dtype.kind in "iu" for number in numbers):
        return {}
    pairs = {int(number): score for number, (_index, score) in zip(numbers, entries, strict=True)}
    return pairs if len(pairs) == len(entries) else {}


def _are_scores_by_index(answer: dict[Any, Any], call: Call) -> bool:
    """Whether it says of boxes, by their numbers, just the scores that were given for them."""
    scores = np.asarray(call.arguments[1], dtype=np.float64).reshape(-1)
    if not answer or not all(type(index) is int and 0 <= index < len(scores) for index in answer):
        return False
    found = [as_array(score) for score in answer.values()]
    said = [float(one.reshape(-1)[0]) if one.size == 1 and one.dtype.kind == "f" else np.inf for one in found]
    return bool((np.abs(scores[list(answer)] - said) < 1e-5).all())


def _are_scores_by_box(answer: dict[Any, Any]) -> bool:
    """Whether it has a number that is no yes or no for each of several boxes, whose four sides are the keys."""
    scores = [as_array(score) for score in answer.values()]
    return all(score.size == 1 and score.dtype.kind == "f" for score in scores) and all(
        isinstance(box, tuple) and len(box) == 4 and as_array(box).dtype.kind in "iuf" for box in answer
    )


def _is_all_in_two(answer: Any, call: Call) -> bool:
    """Whether a tuple has every box once, in the first of its two results or in the second; as `return kept, removed` does, where
    the latter may say of each box which one it goes for, `{box: rival}`.

    Which of them is which is not asked of what is expected, or both would be guesses.
    """
    if not isinstance(answer, tuple) or len(answer) != 2:
        return False
    answer = (answer[0], list(answer[1])) if isinstance(answer[1], dict) else answer
    boxes, scores = np.asarray(call.arguments[0], np.float64), np.asarray(call.arguments[1], np.float64).reshape(-1)
    parts = [part for part in map(as_array, answer) if part.size]
    if not all(part.ndim for part in parts) or sum(map(len, parts)) != len(boxes):
        return False
    if all(part.ndim == 1 and part.dtype.kind in "iu" for part in parts):
        numbers = [int(index) for part in parts for index in part]
    elif len({part.shape[1:] for part in parts}) == 1 and parts[0].ndim == 2:
        # Looked up together: of twins one may be kept while the other goes.
        numbers = rows_of_boxes(np.concatenate(parts), boxes, scores) or []
    else:
        return False
    return sorted(numbers) == list(range(len(boxes)))


def _without_text(answer: Any) -> Any:
    """A list of entries without the names of their classes."""
    if not isinstance(answer, list | tuple):
        return answer
    bare = [[one for one in entry if not isinstance(one, str)] if isinstance(entry, list | tuple) else entry for entry in answer]
    return type(answer)(bare)


def _boxes_of_entries(answer: Any, most: int) -> np.ndarray | None:
    """The boxes of a list, of at most so many, of (box, score) pairs or of dictionaries with a box; None for anything else."""
    if not isinstance(answer, list | tuple) or not 0 < len(answer) <= most:
        return None
    boxes = []
    for entry in answer:
        if isinstance(entry, dict):
            parts = [entry, *entry.values()]
        elif isinstance(entry, list | tuple) and len(entry) in {2, 3}:
            parts = list(entry)
        else:
            return None
        fitting = [part for part in map(_four_sides, parts) if part.shape == (4,) and part.dtype.kind in "iuf"]
        if not fitting:
            return None
        boxes.append(fitting[0])
    return np.array(boxes)


def _four_sides(part: Any) -> np.ndarray:
    """A part of an entry as an array; of a dictionary the sides that it names, of two corners theirs."""
    if not isinstance(part, dict):
        found = as_array(part)
        return found.reshape(4) if found.shape == (2, 2) else found
    corners = [as_array(list(corner.values())) for corner in part.values() if isinstance(corner, dict)]
    if len(corners) == len(part) == 2 and all(corner.shape == (2,) for corner in corners):
        return np.concatenate(corners)
    sides = ([by_name(part, (side,)) for side in names] for names in SIDES)
    return as_array(next(([found[0] for found in four] for four in sides if all(four)), []))


def rows_of_boxes(found: np.ndarray, boxes: np.ndarray, scores: np.ndarray) -> list[int] | None:
    """The indices of kept boxes given as rows, with up to three more columns before or after; None when they are not."""
    if found.ndim != 2 or found.dtype.kind == "b" or not 4 <= found.shape[1] <= 7 or len(found) > len(boxes):
        return None
    shortest = float((boxes[:, 2:] - boxes[:, :2]).min())
    # Some implementations cut coordinates off to whole pixels, which must not decide where boxes are a few pixels wide.
    for tolerance in (1e-3 * shortest, 1.0)[: 2 if shortest > 4 else 1]:
        for start in range(found.shape[1] - 3):
            rows = found[:, start : start + 4].astype(np.float64)
            near = np.abs(rows[:, None] - boxes[None]).max(axis=2) < tolerance
            indices = _looked_up(near, boxes, scores)
            if indices is not None:
                return indices
    return None


def _looked_up(near: np.ndarray, boxes: np.ndarray, scores: np.ndarray) -> list[int] | None:
    """Which box each row is; of twins the better one first. None where a row is no box, or could be two that are not the same."""
    taken: list[int] = []
    for row in near:
        fitting = [int(index) for index in np.flatnonzero(row) if index not in taken]
        if not fitting or np.ptp(boxes[fitting], axis=0).any():
            return None
        taken.append(max(fitting, key=lambda index: scores[index]))
    return taken


def _is_mask(flat: np.ndarray, boxes: int) -> bool:
    if flat.size != boxes or not np.isin(flat, (0, 1)).all():
        return False
    return flat.dtype.kind == "b" or len(np.unique(flat)) < flat.size or (boxes == 1 and bool(flat[0]))


def _indices(flat: np.ndarray, boxes: int, call: Call) -> list[int]:
    if flat.dtype.kind == "b":
        reject(_("A mask of another length came."), _("A keep mask has one entry per given box."))
    if flat.dtype.kind == "f":
        scores = np.asarray(call.arguments[1], dtype=np.float64).reshape(-1)
        if np.array_equal(flat, np.round(flat)):
            hint = _("The indices are floating-point numbers, which cannot index an array: make them integers.")
        elif all(np.abs(scores - value).min() < 1e-5 for value in flat[:boxes]):
            hint = _("The scores of the kept boxes came; their indices are asked.")
        else:
            hint = _("Indices are whole numbers from 0.")
        reject(_("Floating-point numbers came instead of indices."), hint)
    if flat.size > boxes or len(np.unique(flat)) < flat.size:
        hint = _("Take a kept box out of those that are left, and count boxes as they were given, not those of a shorter list.")
        reject(_("A box is named more than once."), hint)
    if flat.min() < 0 or flat.max() >= boxes:
        reject(
            _("An index belongs to no box."),
            _("Indices count the boxes as they were given, from 0; after sorting, translate them back."),
        )
    return [int(index) for index in flat]
