"""Other ways to ask which boxes stay: tables, lists, batches, labels and least scores."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from grader.testing import Alternative, Probe, Situation
from grader.testing import gettext as _

from .boxes import AS_POINTS, as_columns, as_entry, as_points, by_names, in_one, names_of_sides
from .limits import MOST_BOXES, SCORE_THRESHOLD, settings_with
from .maps import array_of

# Three boxes on one object, the best of them in the middle, and one beside it. Who reads other columns keeps others: its scores
# are all alike, or its boxes have no area.
QUESTION = (
    np.array([[10, 0, 30, 20], [10, 0, 30, 21], [10, 0, 30, 22], [50, 0, 70, 20]], dtype=np.float32),
    np.array([0.5, 0.875, 0.75, 0.625], dtype=np.float32),
)
MOST_COLUMNS = 7  # of kept rows, among which the comparison looks for the sides of the boxes
# The same in one table, in which the third box is of another class: who goes by the last column keeps it, too.
TWO_CLASSES = np.column_stack([*QUESTION, np.float32([0, 0, 1, 0])])


def alternatives_nms(arguments: tuple, situation: Situation) -> list[Alternative]:
    """Boxes and scores in one table, list or dictionary; boxes with named sides; labels or a second threshold."""
    boxes, scores, threshold = arguments
    table = np.concatenate([boxes, scores[:, None]], axis=1).astype(np.float32)
    rows = _rows(boxes, scores)
    named = [{**by_names(row[2:]), **as_entry(row[2:], row[1])} for row in rows]
    inside = [as_entry(by_names(row[2:]), row[1]) for row in rows]
    zeros = np.zeros(len(scores), dtype=np.int64)
    limits = {"score_threshold": SCORE_THRESHOLD}
    most = {"most_boxes": MOST_BOXES}
    one_class = np.concatenate([table, np.zeros((len(table), 1), dtype=np.float32)], axis=1)
    labels = {"labels": ("classes", "class_ids", "idxs", "class_idxs", "class_idxes", "cls", "categories")}
    one = _("Boxes and scores were given in one table: x1, y1, x2, y2, score.")
    classed = _("Boxes, scores and classes were given in one table: x1, y1, x2, y2, score, 0.")
    listed = _("Boxes and scores were given in one list.")
    as_rows = _("Boxes were given as rows: class, score, x1, y1, x2, y2.")
    least, sides = {"least_score": ("threshold",)}, names_of_sides()
    frame = as_columns(boxes, scores)
    in_columns = _("Boxes and scores were given as a table of pandas, with named columns.")
    return [
        # Only for who is written for such tables, which nothing else that is tried here is.
        Alternative("named columns", {"boxes": frame, "iou_threshold": threshold}, in_columns, read=_first_columns),
        Alternative(
            "named columns and a least score",
            {"boxes": frame, "iou_threshold": threshold, "score_threshold": 0.0},
            in_columns,
            limits,
            read=_first_columns,
        ),
        # Before all others: to a table of corners and scores such a function answers too, and wrongly. Where no parameter has
        # just this name, only who passes the question: a number with a default may be anything.
        Alternative(
            "rows and a number",
            {"boxes": rows, "iou_threshold": threshold, "least_score": 0.0},
            as_rows,
            least,
            probe=Probe(
                {"boxes": _rows(*QUESTION), "iou_threshold": 0.5, "least_score": 0.0},
                partial(_keeps, np.float32(_rows(*QUESTION)), [1, 3]),
            ),
        ),
        # Not by the order of the parameters: a least score is as often asked for beside a table.
        Alternative(
            "rows and a threshold", {"boxes": rows, "iou_threshold": threshold, "least_score": 0.0}, as_rows, least, named=True
        ),
        _with_a_question("rows", as_rows, _rows, arguments),
        _with_a_question("rows in a table", as_rows, lambda *given: np.float32(_rows(*given)), arguments),
        # Before a table without classes, whose last column would be taken for them: no score is like another, and all would stay.
        Alternative(
            "table by class",
            {"boxes": one_class, "iou_threshold": threshold},
            classed,
            probe=Probe({"boxes": TWO_CLASSES, "iou_threshold": 0.5}, partial(_keeps, TWO_CLASSES, [1, 2, 3])),
        ),
        Alternative("table", {"boxes": table, "iou_threshold": threshold}, one),
        *(_as_a_batch(given, columns, threshold) for given, columns in ((table, "s"), (one_class, "s0"))),
        *_other_tables(boxes, scores, threshold),
        Alternative(
            "table with classes",
            {"boxes": one_class, "iou_threshold": threshold},
            classed,
        ),
        # After those without a least score, which keep what a function has for a default.
        _with_a_question("table and a number", classed, lambda *given: _table(*given, "s0", 0), arguments, limits),
        Alternative(
            "columns",
            {**dict(zip(sides, boxes.T, strict=True)), "scores": scores, "iou_threshold": threshold},
            _("The sides of the boxes were given one by one: all x1, all y1, all x2, all y2."),
            sides,
            named=True,
        ),
        # Before a largest number: a list of classes takes that too where they are not used, and the other way round it fails.
        Alternative(
            "labels",
            {"boxes": boxes, "scores": scores, "labels": zeros, "iou_threshold": threshold},
            _("Labels were given too: one class for all boxes."),
            labels,
            read=_without_labels,
        ),
        Alternative(
            "most boxes",
            {"boxes": boxes, "scores": scores, "iou_threshold": threshold, "most_boxes": len(boxes)},
            _("The largest number of boxes was given: all of them."),
            most,
        ),
        *_several_limits(arguments, {"labels": zeros, "score_threshold": 0.0, "most_boxes": len(boxes)}, labels | limits | most),
        Alternative(
            "settings",
            {"boxes": boxes, "scores": scores, "settings": settings_with(threshold, len(boxes))},
            _("The threshold was given in an object of settings, under its usual names."),
            {"settings": ("config", "cfg", "options", "opts", "opt", "args", "params", "parameters", "hparams", "hyp")},
            named=True,
        ),
        Alternative(
            "score threshold",
            {"boxes": boxes, "scores": scores, "iou_threshold": threshold, "score_threshold": 0.0},
            _("The threshold of the scores was given: 0."),
            limits,
        ),
        Alternative(
            "rows with class and score",
            {"boxes": rows, "iou_threshold": threshold, "score_threshold": 0.0},
            as_rows,
            limits,
        ),
        Alternative("named entries", {"boxes": named, "iou_threshold": threshold}, listed),
        Alternative("pairs", {"boxes": [(row[2:], row[1]) for row in rows], "iou_threshold": threshold}, listed),
        Alternative("triples", {"boxes": [(row[2:], row[1], 0) for row in rows], "iou_threshold": threshold}, listed),
        Alternative(
            "triples, class first", {"boxes": [(0, row[1], row[2:]) for row in rows], "iou_threshold": threshold}, listed
        ),
        Alternative(
            "triples, box between", {"boxes": [(0, row[2:], row[1]) for row in rows], "iou_threshold": threshold}, listed
        ),
        Alternative("pairs, scores first", {"boxes": [(row[1], row[2:]) for row in rows], "iou_threshold": threshold}, listed),
        Alternative("named boxes in entries", {"boxes": inside, "iou_threshold": threshold}, listed),
        Alternative(
            "pairs of named boxes", {"boxes": [(by_names(row[2:]), row[1]) for row in rows], "iou_threshold": threshold}, listed
        ),
        Alternative(
            "named boxes",
            {"boxes": [{**by_names(row[2:]), **in_one(row[2:])} for row in rows], "scores": scores, "iou_threshold": threshold},
            _("The boxes were given with named sides: x1, y1, x2, y2."),
        ),
        Alternative("points", {"boxes": as_points(boxes), "scores": scores, "iou_threshold": threshold}, AS_POINTS),
        Alternative(
            "batch of one",
            {"boxes": boxes[None], "scores": scores[None], "iou_threshold": threshold},
            _("Boxes and scores were given as a batch of one picture."),
            read=_of_one_picture,
            probe=Probe(
                {"boxes": QUESTION[0][None], "scores": QUESTION[1][None], "iou_threshold": 0.5},
                lambda answer: _names_boxes(_of_one_picture(answer)),
            ),
        ),
        Alternative(
            "batch of one table",
            {"boxes": table[None], "iou_threshold": threshold},
            _("Boxes and scores were given as a batch of one picture."),
            read=_of_one_picture,
            probe=Probe(
                {"boxes": _table(*QUESTION, "s", 0)[None], "iou_threshold": 0.5},
                lambda answer: _names_boxes(_of_one_picture(answer)),
            ),
        ),
        Alternative(
            "prediction",
            {"boxes": {"boxes": boxes, "scores": scores, "labels": zeros}, "iou_threshold": threshold},
            _("Boxes and scores were given in one dictionary, with labels, as torchvision's detectors return them."),
            {"boxes": ("prediction", "preds", "pred", "outputs", "output", "detection", "target", "results")},
        ),
    ]


def _several_limits(arguments: tuple, values: dict[str, Any], names: dict[str, tuple[str, ...]]) -> list[Alternative]:
    """Two or three of labels, a least score and a largest number, for who must be given them all."""
    boxes, scores, threshold = arguments
    several = [chosen for count in (2, 3) for chosen in itertools.combinations(values, count)]
    return [
        Alternative(
            " and ".join(chosen),
            {"boxes": boxes, "scores": scores, "iou_threshold": threshold, **{role: values[role] for role in chosen}},
            _("Further arguments that must be given got values that change nothing: label 0, least score 0, all boxes."),
            {role: names[role] for role in chosen},
            read=_without_labels if "labels" in chosen else None,
            named=True,
        )
        for chosen in several
    ]


def _with_a_question(
    name: str,
    note: Any,
    make: Callable[[np.ndarray, np.ndarray], Any],
    arguments: tuple,
    limits: dict[str, tuple[str, ...]] | None = None,
) -> Alternative:
    """What is made of boxes and scores, for who reads it so; and a least score where that has names."""
    boxes, scores, threshold = arguments
    more = dict.fromkeys(limits or (), 0.0)
    probe = Probe({"boxes": make(*QUESTION), "iou_threshold": 0.5, **more}, partial(_keeps, np.float32(make(*QUESTION)), [1, 3]))
    return Alternative(name, {"boxes": make(boxes, scores), "iou_threshold": threshold, **more}, note, limits or {}, probe=probe)


def _as_a_batch(table: np.ndarray, columns: str, threshold: float) -> Alternative:
    """A table in a batch of one picture, for who keeps the right ones of it; who does not is asked so at last."""
    question = _table(*QUESTION, columns, 0)
    return Alternative(
        f"batch of one table of {4 + len(columns)} columns",
        {"boxes": table[None], "iou_threshold": threshold},
        _("Boxes and scores were given as a batch of one picture."),
        read=_of_one_picture,
        probe=Probe(
            {"boxes": question[None], "iou_threshold": 0.5},
            lambda answer: _keeps(question, [1, 3], _of_one_picture(answer)),
        ),
    )


def _of_one_picture(answer: Any) -> Any:
    """The answer for the picture of a batch of one: each result of several without that axis."""
    if isinstance(answer, tuple) and all(np.ndim(part) > 1 and len(part) == 1 for part in answer if isinstance(part, np.ndarray)):
        return tuple(part[0] if isinstance(part, list | np.ndarray) and len(part) == 1 else part for part in answer)
    return answer[0] if isinstance(answer, list) and len(answer) == 1 else answer


def _first_columns(answer: Any) -> Any:
    """The kept rows of a table without the further names of its columns; an index may have become the first of them."""
    found = array_of(answer)
    return found[:, :MOST_COLUMNS] if found is not None and found.ndim == 2 and found.shape[1] > MOST_COLUMNS else answer


def _without_labels(answer: Any) -> Any:
    """The answer of a function that was given labels, all 0, without those that it gives back beside a table of boxes: whole
    numbers there would be taken for the indices."""
    if not isinstance(answer, list | tuple):
        return answer
    parts = [(part, array_of(part)) for part in answer]
    if not any(found is not None and found.ndim == 2 and found.shape[1] >= 4 for _part, found in parts):
        return answer
    least = 1 if len(parts) > 2 else 2  # of two results a single 0 may be the index of the box beside it, and a wrong one
    return tuple(part for part, found in parts if found is None or found.ndim != 1 or len(found) < least or found.any())


def _names_boxes(answer: Any) -> bool:
    """Whether more than one box of the question is named, by its index or its sides; with other results by its sides alone."""
    several = isinstance(answer, tuple) and bool(answer)
    found = array_of(answer[0] if several else answer)
    found = np.zeros(0) if found is None else np.squeeze(found)
    if found.ndim == 2:
        return len(found) > 1 and found.shape[1] >= 4
    return not several and found.size > 1 and bool(np.isin(found, range(len(QUESTION[0]))).all())


def _other_tables(boxes: np.ndarray, scores: np.ndarray, threshold: float) -> list[Alternative]:
    """Tables in which the scores are not in the fifth column: to each such function others answer too, and wrongly."""
    ways = [
        ("class before score", "0s", 0, _("Boxes, classes and scores were given in one table: x1, y1, x2, y2, 0, score.")),
        ("picture before box", "s0", 1, _("Boxes and more were given in one table: 0, x1, y1, x2, y2, score, 0.")),
        ("two scores", "1s0", 0, _("Boxes, two scores and classes were given in one table: x1, y1, x2, y2, 1, score, 0.")),
    ]
    return [
        Alternative(
            name,
            {"boxes": _table(boxes, scores, after, before), "iou_threshold": threshold},
            note,
            probe=Probe(
                {"boxes": (table := _table(*QUESTION, after, before)), "iou_threshold": 0.5}, partial(_keeps, table, [1, 3])
            ),
        )
        for name, after, before, note in ways
    ]


def _rows(boxes: np.ndarray, scores: np.ndarray) -> list[list[float]]:
    """A list for each box: class, score, x1, y1, x2, y2."""
    return [[0.0, float(score), *map(float, box)] for box, score in zip(boxes, scores, strict=True)]


def _table(boxes: np.ndarray, scores: np.ndarray, after: str, before: int) -> np.ndarray:
    """So many columns of zeros, the boxes, and a column for each letter: `s` for the scores, a digit for itself."""
    columns = [scores if letter == "s" else np.full(len(scores), float(letter)) for letter in after]
    return np.column_stack([np.zeros((len(scores), before)), boxes, *columns]).astype(np.float32)


def _keeps(table: np.ndarray, wanted: list[int], answer: Any) -> bool:
    """Whether of a table's rows just the wanted ones are kept, as indices, a mask or rows."""
    try:
        found = np.asarray(answer)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return False
    if found.dtype.kind == "b":
        return bool(np.array_equal(found, np.isin(np.arange(len(table)), wanted)))
    if found.dtype.kind not in "iuf":
        return False
    if found.ndim == 2 and found.shape == (len(wanted), table.shape[1]):
        return {tuple(row) for row in found.tolist()} == {tuple(row) for row in table[wanted].tolist()}
    return sorted(found.reshape(-1).tolist()) == wanted
