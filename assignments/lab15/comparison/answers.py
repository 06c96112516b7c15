"""Answers as plain arrays, and how a comparison says no: what the comparisons of all parts use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from itertools import islice
from typing import Any, NoReturn

import numpy as np

from grader.testing import AnyText, Call, Difference
from grader.testing import gettext as _

# How what is asked is called where it comes with other results, without case and underscores; the likeliest name first.
NAMES: dict[str, tuple[str, ...]] = {
    "features_map": ("layer4", "features", "feature", "featuremap", "featuremaps", "featuresmap", "activations"),
    "cam": ("cam", "raw", "rawcam", "camraw", "map", "heatmap"),
    "iou": ("iou", "jaccard"),
    "dice": ("diceloss", "loss", "dc"),
    "nms": ("keep", "kept", "keptindices", "keepindices", "indices", "indexes", "inds", "idx", "keepidx", "keptidx"),
}
MOST_PARTS = 100  # of an answer, among which the asked one is looked for
MOST_FORMS = 6  # of one result, which are held against each other
LARGEST_MAP = 4_000_000  # pixels; a map enlarged beyond 2000 x 2000 is no answer any more

IsForm = Callable[[np.ndarray, np.ndarray], bool]


class Rejected(Exception):
    """Carries the Difference out of the helpers; never leaves a comparison."""

    def __init__(self, difference: Difference) -> None:
        super().__init__()
        self.difference = difference


def reject(came: AnyText, hint: AnyText = "", *, expected: AnyText = "", detail: AnyText = "", form: bool = True) -> NoReturn:
    """With `form` for what is no answer of the asked form, whatever its values: a test's own hint is not about that."""
    raise Rejected(Difference(came, expected, hint, detail, form))


def judge(steps: Callable[[Any, Any, Call], None]) -> Callable[[Any, Any, Call], Difference | None]:
    """Make a comparison of steps that reject by raising."""

    @wraps(steps)
    def compare(answer: Any, expected: Any, call: Call) -> Difference | None:
        try:
            with np.errstate(all="ignore"):
                steps(answer, expected, call)
        except Rejected as rejected:
            return rejected.difference
        return None

    return compare


def unpacked(answer: Any) -> Any:
    """What lies inside lists, tuples and dicts of one element."""
    for _level in range(8):
        if isinstance(answer, dict) and len(answer) == 1:
            (answer,) = answer.values()
        elif isinstance(answer, list | tuple) and len(answer) == 1:
            (answer,) = answer
    return answer


def pick(answer: Any, shape: tuple[int, ...], axes: tuple[int, ...], call: Call, is_form: IsForm) -> Any:
    """Of several results the one of the asked shape, or else the one of so many axes; of a single result that, opened.

    Axes of length 1 do not count, masks are passed over. Among several results of one shape a name decides, or that all are
    forms of one of them; never what is expected, or every result would be one more guess.
    """
    inner = unpacked(answer)
    parts = list(islice(_parts(inner), MOST_PARTS + 1))
    if not 2 <= len(parts) <= MOST_PARTS:
        return inner
    parts = [(name, part) for name, part in parts if part.size and part.dtype.kind != "b"]
    bare = tuple(side for side in shape if side != 1)
    exact = [(name, part) for name, part in parts if np.squeeze(part).shape == bare]
    asked = [part for _name, part in parts if np.squeeze(part).ndim in axes]
    if asked and len(shape) not in axes:  # of a mistake in another form than is asked: it is not that of who gives this beside
        exact = []
    fitting = [part for _name, part in exact] or asked
    named = [part for wanted in NAMES[call.part] for name, part in exact if name == wanted]
    chosen = named[0] if named else _source(fitting, is_form)
    if chosen is None and not exact:
        return inner
    if chosen is None:
        reject(_("Several different results of the asked shape came."), _("Return only the one that is asked."))
    if len(fitting) == 1 and exact:
        call.notes.append(_("Several results came; the one of the asked shape was judged."))
    elif named:
        call.notes.append(_("Several results came; the one with the name of what is asked was judged."))
    elif len(fitting) == 1:
        call.notes.append(_("Several results came; the one with as many axes as asked was judged."))
    else:
        call.notes.append(_("The same result came in several forms; one of them was judged."))
    return chosen


def _source(results: list[np.ndarray], is_form: IsForm) -> np.ndarray | None:
    """The first result of which all others are forms; None when there is none, as of results that differ."""
    if len(results) > MOST_FORMS or (len(results) > 1 and sum(result.size for result in results) > LARGEST_MAP):
        return None
    bare = [np.squeeze(result).astype(np.float64) for result in results]
    alike = (all(other is one or is_form(other, one) for other in bare) for one in bare)
    return next((result for result, all_alike in zip(results, alike, strict=True) if all_alike), None)


def _parts(answer: Any, name: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """Every result in tuples, lists and dicts, with the name that it has in a dict; an empty array for what is no numbers."""
    if isinstance(answer, dict):
        for key, part in answer.items():
            yield from _parts(part, _bare_name(key))
    elif isinstance(answer, list | tuple) and (any(map(is_array, answer)) or not as_array(answer).size):
        for part in answer:
            yield from _parts(part, name)
    else:
        yield name, as_array(answer)


def _bare_name(key: Any) -> str:
    return str(key).replace("_", "").lower()


def by_name(answer: dict[Any, Any], names: tuple[str, ...]) -> list[Any]:
    """The entries that have one of these names, the likeliest first."""
    return [part for name in names for key, part in answer.items() if _bare_name(key) == name]


def is_array(value: Any) -> bool:
    """Whether it is an array as it came."""
    return isinstance(value, np.ndarray)


def as_array(value: Any) -> np.ndarray:
    """A part of an answer as an array, empty when it is none."""
    try:
        return numbers_in(value)
    except Rejected:
        return np.empty(0)


def numbers_in(answer: Any) -> np.ndarray:
    """An answer as an array of booleans, integers or floats, still in its own type; rejects everything else."""
    if answer is None:
        reject(_("Nothing came (None)."), _("Is a `return` missing at the end of the function?"))
    if isinstance(answer, str | bytes):
        reject(_("Text came instead of numbers."), _("Return the numbers themselves, not their print-out."))
    if isinstance(answer, dict):
        reject(_("A dictionary of several entries came."), _("Return the one value that is asked."))
    if not isinstance(answer, bool | int | float | list | tuple | np.ndarray):
        reject(_("No number, list or array came."), _("Return a tensor, an array, a list or a number."))
    try:
        numbers = np.asarray(answer)
    except (ValueError, TypeError, OverflowError, RecursionError, MemoryError):
        reject(_("A list came whose parts do not fit together."), _("Return one result, not several."))
    if numbers.dtype.kind not in "biuf":
        reject(_("A list of things came that are no numbers."), _("Return a tensor, an array, a list or a number."))
    return numbers


def finite(numbers: np.ndarray) -> np.ndarray:
    """As float64; rejects empty answers, NaN and infinity."""
    if not numbers.size:
        reject(_("An empty answer came."))
    values = numbers.astype(np.float64)
    if not np.isfinite(values).all():
        hint = _("Look for a division by zero, and for arrays that were made but never filled.")
        reject(_("NaN (not a number) came.") if np.isnan(values).any() else _("Infinity came."), hint)
    return values


def drop_axes(array: np.ndarray, axes: int, call: Call) -> np.ndarray:
    """Without its axes of length 1, where just so many axes are left then; said in a note."""
    bare = np.squeeze(array)
    if array.ndim > axes == bare.ndim:
        call.notes.append(_("The answer had an axis of length 1 too many; it was passed over."))
        return bare
    return array


def reject_shape(found: np.ndarray, wanted: np.ndarray, hint: AnyText) -> NoReturn:
    """Reject an array of another shape, saying both."""
    reject(_("Your answer has the shape {found}.", found=found.shape), hint, expected=_("shape {wanted}", wanted=wanted.shape))
