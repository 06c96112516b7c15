"""From an attempt and a test's arguments to the requests that are sent, and from their answers to one.

Pure functions. What a submission's own network stands for (`served`) takes the place of a model that is not handed over: a
function without a model uses its own network, whatever model the test is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.course.specification import Assignment, Part
from grader.judge.alternatives import Alternative
from grader.judge.binding import Pairs
from grader.judge.question import MIXED, Attempt, Question, settings_in_making, settings_of
from grader.sandbox.exchange import LoadReport
from grader.wire.values import Array, Model, Value
from grader.wire.wrapping import wired


@dataclass(frozen=True)
class Request:
    """One call in the sandbox; see `grader.guest.calls`."""

    target: dict[str, Value]
    positional: list[Any]
    keywords: dict[str, Any]
    form: str


def served_model(assignment: Assignment, part: Part, report: LoadReport, attempt: Attempt | None = None) -> Model:
    """The model that the submission's own network is: the hooked one, the part's where it was made, else what was made.

    What a submission says of its networks may be invented: a name that the assignment does not have counts for nothing.
    """
    usual = part.variable_model or next((one.variable_model for one in assignment.parts if one.variable_model), "")
    if attempt is not None and attempt.candidate.target.get("via") == "hook":
        number = int(attempt.candidate.target["number"])
        # Of a file that was loaded again there may be fewer: what it does at one load it need not do at the next.
        if number < len(report.hooks) and report.hooks[number].network in assignment.models:
            return Model(report.hooks[number].network)
    made = [name for name in report.networks if name in assignment.models]
    return Model(usual if usual in made or not made else made[-1])


def asked_arguments(question: Question, attempt: Attempt, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """The canonical arguments that an attempt's answer belongs to."""
    alternative = question.alternative_of(attempt)
    if alternative is not None:
        return arguments if alternative.asked is None else alternative.asked
    omitted = attempt.candidate.binding.omitted
    roles = [parameter.role for parameter in question.part.parameters]
    if not any(isinstance(value, Model) and role in omitted for role, value in zip(roles, arguments, strict=False)):
        return arguments
    served = served_model(question.assignment, question.part, question.report, attempt)
    return tuple(
        served if isinstance(value, Model) and role in omitted and served.name else value
        for role, value in zip(roles, arguments, strict=False)
    )


def left_out(question: Question, attempt: Attempt, arguments: tuple[Any, ...]) -> tuple[str, ...]:
    """The roles of numbers and arrays that the function is not given; a network it may have of its own."""
    values = _values(question, question.alternative_of(attempt), arguments)
    return tuple(role for role in attempt.candidate.binding.omitted if not isinstance(values.get(role), Model))


def requests_of(question: Question, attempt: Attempt, arguments: tuple[Any, ...]) -> Iterator[Request]:
    """The calls that an attempt makes: one, or one for each item."""
    served = served_model(question.assignment, question.part, question.report, attempt)
    alternative = question.alternative_of(attempt)
    values = _values(question, alternative, asked_arguments(question, attempt, arguments))
    each = next((change.partition(":")[2] for change in attempt.changes if change.startswith("each:")), "")
    for item in values[each] if each else [None]:
        roles = dict.fromkeys(question.roles.spare, served) | values
        if each:
            roles[each] = item
        for change in attempt.changes:
            kind, _, role = change.partition(":")
            roles[role] = _changed(kind, roles[role])
        yield _request(attempt, roles, question, served)


def essence(question: Question, attempt: Attempt, arguments: tuple[Any, ...]) -> Attempt:
    """The attempt without what makes no difference for these arguments: two of one essence send the same requests."""
    alternative = question.alternative_of(attempt)
    values = _values(question, alternative, asked_arguments(question, attempt, arguments))
    changes = tuple(change for change in attempt.changes if not _is_idle(change, values))
    form = (
        attempt.form if attempt.form != MIXED or any(change.startswith(("tensor:", "single:")) for change in changes) else "numpy"
    )
    binding = attempt.candidate.binding
    roles = [*binding.positional, *(role for _, role in (*binding.keywords, *binding.constructor))]
    roles += [role for _, given in binding.steps for _, role in given]
    networks = any(isinstance(values.get(role), Model) for role in roles)
    return replace(attempt, form=form, changes=changes, replay=attempt.replay and networks)


def _is_idle(change: str, values: dict[str, Any]) -> bool:
    kind, _, role = change.partition(":")
    return kind in ("squeeze", "tensor") and _changed(kind, values[role]) is values[role]


def _values(question: Question, alternative: Alternative | None, asked: tuple[Any, ...]) -> dict[str, Any]:
    if alternative is not None:
        return dict(alternative.roles)
    return dict(zip((parameter.role for parameter in question.part.parameters), asked, strict=False))


def _request(attempt: Attempt, roles: dict[str, Any], question: Question, served: Model) -> Request:
    binding, target = attempt.candidate.binding, dict(attempt.candidate.target)

    def given(pairs: Pairs) -> dict[str, Value]:
        return {name: wired(in_mode(roles[role], question.report)) for name, role in pairs}

    making = given(binding.constructor)
    making |= {name: setting.value for name, setting in settings_in_making(question.part, attempt)}
    if making:
        target["constructor"] = making
    # An object that is told all but what may be left out stands for the one question: `NMS(boxes, scores).run(threshold)`.
    told = {*binding.positional, *dict(binding.keywords).values()}
    if binding.constructor and told <= question.roles.optional:
        target["anew"] = True
    if binding.steps:
        target["steps"] = [[method, given(pairs)] for method, pairs in binding.steps]
    if binding.filled:
        target["filled"] = dict(binding.filled)
    if attempt.replay:
        target["replay"] = True
    if "forward_hook" in question.part.styles:
        target["stored"] = True
    implied = next((roles[role] for role in binding.omitted if isinstance(roles.get(role), Model)), None)
    if implied is not None and implied.outputs:
        target["stand_in"] = wired(implied)
        alternative = question.alternative_of(attempt)
        if alternative is not None and alternative.shown is not None:
            target["shown"] = wired(alternative.shown)
    if served.name:
        names = [name for role in binding.omitted for name in (role, *question.roles.aliases.get(role, ()))]
        target["globals"] = dict.fromkeys(names, implied) if implied is not None else {}
    if attempt.candidate.style == "variable":
        return Request(target, [], {}, attempt.form)
    keywords = {name: roles[role] for name, role in binding.keywords}
    keywords |= {name: setting.value for name, setting in settings_of(question.part, attempt)}
    keywords |= dict([binding.told] if binding.told else [])
    return Request(target, [roles[role] for role in binding.positional], keywords, attempt.form)


def axes_of(arguments: tuple[Any, ...]) -> tuple[int, ...]:
    """How many axes each argument has; 0 for what is no array."""
    return tuple(len(getattr(value, "shape", ())) for value in arguments)


def changes_axes(attempt: Attempt) -> bool:
    """Whether an attempt adds or drops axes of its arguments."""
    return any(change.startswith(("squeeze:", "expand:")) for change in attempt.changes)


def _changed(kind: str, value: Any) -> Any:
    if kind == "list":
        return [value]
    if kind == "array":
        return np.array([value])
    if kind == "single":
        return Array(np.array([value]), "tensor")
    if kind == "expand":
        return value[None] if hasattr(value, "shape") else [value]
    shape = getattr(value, "shape", None)
    if kind == "tensor":
        return Array(np.asarray(value), "tensor") if shape else value
    return value[0] if kind == "squeeze" and shape and shape[0] == 1 else value


def in_mode(value: Any, report: LoadReport) -> Any:
    """A notebook that calls `.eval()` on its network at top level rightly expects functions to be given one in eval mode."""
    if isinstance(value, Model) and value.in_training and report.evaluated:
        return replace(value, in_training=False)
    return value


def join(answers: Sequence[Value]) -> Value:
    """One answer of those to single items: stacked, along the batch axis that they kept, else along a new one."""
    arrays = [answer for answer in answers if isinstance(answer, Array)]
    if len(arrays) != len(answers) or len({array.data.shape for array in arrays}) != 1:
        return list(answers)
    kept = arrays[0].data.ndim > 1 and arrays[0].data.shape[0] == 1
    joined = np.concatenate([a.data for a in arrays]) if kept else np.stack([a.data for a in arrays])
    return replace(arrays[0], data=joined)
