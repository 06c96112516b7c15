"""Pictures of wrong answers of lab 15: the map that came beside the expected one, boxes by what happened to them, masks.

The answer of a student may be anything at all. `grader.testing` makes what cannot be shown into None; captions say in words
what the picture shows, because a picture alone tells nothing to a screen reader.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from grader.testing import Call, Drawing, as_map, box_picture, heat_map, mask_picture
from grader.testing import gettext as _

PICTURES = Path(__file__).parent / "pictures"
IMAGENET_MEAN = np.array([0.485, 0.456, 0.406])
IMAGENET_STD = np.array([0.229, 0.224, 0.225])
MANY_BOXES = 10  # of more, only the wrong ones are labelled


def figure_features_map(answer: Any, expected: Any, call: Call) -> Drawing | None:
    """The mean over all channels, for the first picture of the batch, over the photo."""
    found, wanted = _mean_map(answer), np.asarray(expected)[0].mean(axis=0)
    if found is None:
        return None
    numbers = {"low": found.min(), "high": found.max(), "least": wanted.min(), "most": wanted.max()}
    caption = _(
        "The mean over all channels, for the first picture: yours goes from {low} to {high}, the expected one from {least} "
        "to {most}.",
        **{name: f"{value:.3g}" for name, value in numbers.items()},
    )
    pixels = _pixels(np.asarray(call.arguments[1])[0])
    name = _photo_of(pixels)
    return heat_map(found, wanted, caption, photo=name, pixels=None if name else pixels)


def figure_cam(answer: Any, expected: Any, call: Call) -> Drawing | None:
    """Both maps from 0 to 1: a factor and a shift of the whole map count for nothing."""
    found, wanted = as_map(answer), np.asarray(expected, dtype=np.float64)
    if found is None:
        return None
    found, wanted = _from_zero_to_one(found), _from_zero_to_one(wanted)
    (row, column), (best_row, best_column) = _peak(found), _peak(wanted)
    places = {"row": row, "column": column, "best_row": best_row, "best_column": best_column}
    if found.shape != wanted.shape:
        sizes = {"found": f"{found.shape[0]} x {found.shape[1]}", "wanted": f"{wanted.shape[0]} x {wanted.shape[1]}"}
        caption = _("Your map has {found} cells, the expected one {wanted}. Both are scaled from 0 to 1.", **sizes)
    elif (row, column) == (best_row, best_column):
        gap = f"{np.abs(found - wanted).max():.0%}"
        caption = _(
            "Both maps are highest in row {row}, column {column}; elsewhere they differ by up to {gap} of the range. Both are "
            "scaled from 0 to 1.",
            **places,
            gap=gap,
        )
    else:
        caption = _(
            "Your map is highest in row {row}, column {column}, the expected one in row {best_row}, column {best_column}. "
            "Both are scaled from 0 to 1.",
            **places,
        )
    return heat_map(found, wanted, caption, photo=call.photo)


def figure_iou(answer: Any, expected: Any, call: Call) -> Drawing | None:
    """Both boxes and what they share."""
    first, second = (np.asarray(box, dtype=np.float64).reshape(4) for box in call.arguments[:2])
    low, high = np.maximum(first[:2], second[:2]), np.minimum(first[2:], second[2:])
    shared = float(np.maximum(high - low, 0).prod())
    union = float((first[2:] - first[:2]).prod() + (second[2:] - second[:2]).prod()) - shared
    numbers = {"shared": f"{shared:g}", "union": f"{union:g}", "wanted": f"{float(expected):.4f}", "found": _number(answer)}
    if shared > 0:
        caption = _("The boxes share {shared} of the {union} that they cover: an IoU of {wanted}. {found} came.", **numbers)
        inner = [(np.concatenate([low, high]), "shared", "")]
    else:
        caption = _("The boxes share nothing: an IoU of 0. {found} came.", **numbers)
        inner = []
    return box_picture([*inner, (first, "first", "1"), (second, "second", "2")], caption)


def figure_dice(answer: Any, expected: Any, call: Call) -> Drawing | None:
    """The mask, the prediction, and where both are."""
    mask, prediction = (np.asarray(value, dtype=np.float64) for value in call.arguments[:2])
    numbers = {
        "overlap": f"{2 * float((mask * prediction).sum()):.6g}",
        "total": f"{float(mask.sum() + prediction.sum()):.6g}",
        "wanted": f"{float(expected):.4f}",
        "found": _number(answer),
    }
    caption = _(
        "Twice the overlap is {overlap}, mask and prediction add up to {total}: a loss of {wanted}. {found} came. The picture "
        "counts a prediction from 0.5 on as inside.",
        **numbers,
    )
    return mask_picture(mask, prediction, caption)


def figure_nms(answer: Any, expected: Any, call: Call) -> Drawing | None:
    """Every box by whether it was kept and whether it should have been, as the comparison read the answer."""
    boxes = np.asarray(call.arguments[0], dtype=np.float64)
    scores = np.asarray(call.arguments[1], dtype=np.float64).reshape(-1)
    kept, wanted = call.meant, {int(index) for index in np.asarray(expected).reshape(-1)}
    if kept is None:
        return None
    roles = [_role(index in kept, index in wanted) for index in range(len(boxes))]
    labelled = [len(boxes) <= MANY_BOXES or role.startswith("wrongly") for role in roles]
    labels = [f"{index}: {score:.2f}" if shown else "" for index, (score, shown) in enumerate(zip(scores, labelled, strict=True))]
    counts = {name: roles.count(name) for name in ("kept", "removed", "wrongly_kept", "wrongly_removed")}
    caption = _(
        "Rightly kept: {kept}, rightly dropped: {removed}, wrongly kept: {wrongly_kept}, wrongly dropped: {wrongly_removed}. "
        "Beside a box: its index and score; the threshold is {threshold}.",
        **counts,
        threshold=f"{float(call.arguments[2]):g}",
    )
    # The best boxes last, on top of the others.
    order = np.argsort(scores, kind="stable")
    return box_picture([(boxes[index], roles[index], labels[index]) for index in order], caption)


def _role(kept: bool, wanted: bool) -> Any:
    if kept:
        return "kept" if wanted else "wrongly_kept"
    return "wrongly_removed" if wanted else "removed"


def _mean_map(answer: Any) -> np.ndarray | None:
    """The mean over channels of the first picture in (N, C, h, w) or (C, h, w)."""
    if isinstance(answer, list | tuple) and answer:
        answer = answer[0]
    if not isinstance(answer, np.ndarray) or answer.ndim not in {3, 4} or answer.dtype.kind not in "biuf" or not answer.size:
        return None
    maps = answer[0] if answer.ndim == 4 else answer
    with np.errstate(all="ignore"):
        return as_map(maps.mean(axis=0, dtype=np.float64))


def _number(answer: Any) -> str:
    try:
        numbers = np.asarray(answer)
        return f"{float(numbers.item()):.4f}" if numbers.size == 1 else "?"
    except (ValueError, TypeError, OverflowError, RecursionError):
        return "?"


def _from_zero_to_one(values: np.ndarray) -> np.ndarray:
    spread = float(np.ptp(values))
    return (values - values.min()) / spread if spread > 0 else np.zeros_like(values)


def _peak(values: np.ndarray) -> tuple[int, int]:
    """Row and column of the greatest value, counted from 0 as in code."""
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    return int(row), int(column)


def _pixels(picture: np.ndarray) -> np.ndarray:
    """A normalised picture (3, h, w) as it looked, uint8 (h, w, 3)."""
    colours = picture.transpose(1, 2, 0).astype(np.float64) * IMAGENET_STD + IMAGENET_MEAN
    return np.clip(np.round(colours * 255), 0, 255).astype(np.uint8)


def _photo_of(pixels: np.ndarray) -> str:
    """The name of the assignment's picture that these pixels were taken from on a coarse grid, or nothing."""
    for name, whole in _photos().items():
        rows = np.linspace(0, whole.shape[0] - 1, pixels.shape[0]).round().astype(int)
        columns = np.linspace(0, whole.shape[1] - 1, pixels.shape[1]).round().astype(int)
        if np.abs(whole[np.ix_(rows, columns)].astype(int) - pixels).max() <= 1:
            return name
    return ""


@cache
def _photos() -> dict[str, np.ndarray]:
    return {path.stem: np.asarray(Image.open(path).convert("RGB")) for path in sorted(PICTURES.glob("*.jpg"))}
