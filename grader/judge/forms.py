"""In which form a candidate is given its arguments, and with which small changes of shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from grader.course.specification import Form, Part
from grader.judge.alternatives import Alternative
from grader.judge.offers import Candidate
from grader.judge.question import MIXED, Attempt, Question
from grader.wire.values import PIXELS


def by_roles(part: Part, candidate: Candidate, hooks: bool) -> Iterator[Attempt]:
    """The attempts at a candidate as it is bound: every change in every form. `hooks`: the file registered some of its own."""
    if candidate.style == "variable":
        yield from (
            Attempt(candidate, form) for form in forms_for(part, candidate)[: None if candidate.binding.constructor else 1]
        )
        return
    forms = part.accepts[:1] if candidate.style == "forward_hook" else forms_for(part, candidate)
    listed = {f"list:{role}" for role in part.index_forms if candidate.says_list(role)}
    for change in sorted(changes_for(part), key=lambda one: bool(listed) and listed.isdisjoint(one)):
        for form in forms:
            if hooks and candidate.takes_model:
                yield Attempt(candidate, form, change, replay=True)
            yield Attempt(candidate, form, change)
    if candidate.style != "forward_hook":
        yield from (
            Attempt(candidate, MIXED, (*shape, f"single:{role}")) for role in part.index_forms for shape in mixed_shapes(part)
        )


def forms_for(part: Part, candidate: Candidate) -> list[Form]:
    """Those that the part accepts, the one that the function is written for first."""
    return sorted(part.accepts, key=lambda form: form != candidate.form)


def changes_for(part: Part) -> list[tuple[str, ...]]:
    """No change, then an axis for all, for one, two for all; a number as a list or an array; both; at last item by item."""
    axes = part.batch_axis
    shapes: list[tuple[str, ...]] = [(f"{change}:{role}",) for role in axes for change in ("squeeze", "expand")]
    if len(axes) > 1:
        together = tuple(f"expand:{role}" for role in axes)
        shapes = [together, *shapes, together * 2]  # two axes last: slices of them can be empty without an error
    numbers: list[tuple[str, ...]] = [(f"{kind}:{role}",) for role in part.index_forms for kind in ("list", "array")]
    both = [(*shape, *number) for number in numbers for shape in shapes]
    return [(), *shapes, *numbers, *both, *[(f"each:{role}",) for role in part.one_by_one]]


def mixed_shapes(part: Part) -> list[tuple[str, ...]]:
    """The shapes in which tensors are mixed with arrays: as it is, and with an axis more; none where it takes one kind."""
    larger = tuple(f"expand:{role}" for role in part.batch_axis)
    return list(dict.fromkeys([(), larger])) if {"torch", "numpy"} <= set(part.accepts) else []


def suits(change: tuple[str, ...], alternative: Alternative) -> bool:
    """Whether a change is one of arguments that the other way to ask has too; its items are never given one at a time."""
    parts = [one.partition(":") for one in change]
    return bool(parts) and all(kind != "each" and role in alternative.roles for kind, _, role in parts)


def with_an_axis_more(question: Question, attempt: Attempt) -> Iterator[Attempt]:
    """The same with a leading axis of one for all arrays that may have one, and for each; none where its axes are changed."""
    if any(change.startswith(("expand:", "squeeze:", "each:")) for change in attempt.changes):
        return
    alternative = question.alternative_of(attempt)
    roles = [role for role in question.part.batch_axis if alternative is None or role in alternative.roles]
    for added in dict.fromkeys([tuple(roles), *((role,) for role in roles)]):
        yield replace(attempt, changes=(*(f"expand:{role}" for role in added), *attempt.changes))


def numbers_changed(attempt: Attempt) -> list[str]:
    """The changes that are none of shape: of numbers, of one array among others, item by item."""
    return [change for change in attempt.changes if not change.startswith(("squeeze:", "expand:"))]


def has_arrays(value: Any) -> bool:
    """Whether an argument is an array, a network, or has one in it, which a form of arrays makes a difference for."""
    if isinstance(value, dict):
        return any(map(has_arrays, value.values()))
    if isinstance(value, list | tuple):
        return any(map(has_arrays, value))
    return not (value is None or isinstance(value, str | bool | int | float))


def is_table(value: Any) -> bool:
    """Whether an argument is columns of a table: arrays of one axis by their names."""
    columns = value.values() if isinstance(value, dict) else ()
    return bool(columns) and all(isinstance(one, np.ndarray) and one.ndim == 1 for one in columns)


def has_fields(value: Any) -> bool:
    """Whether an argument has named fields, or is a list of such, alone or each with something else, so that it may be wanted as
    objects of an own class."""
    items = [one for item in value for one in (item if isinstance(item, tuple) else (item,))] if isinstance(value, list) else []
    is_picture = isinstance(value, dict) and value.keys() == {PIXELS}
    return (isinstance(value, dict) and not is_picture) or any(isinstance(item, dict) for item in items)
