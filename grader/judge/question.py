"""What is asked of a submission, and one way to ask it: a part with the test's other ways, and an attempt at it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.course.specification import Assignment, Part, Setting, same_name
from grader.judge.alternatives import Alternative
from grader.judge.binding import Roles
from grader.judge.candidates import candidates
from grader.judge.naming import Hints
from grader.judge.offers import Candidate
from grader.sandbox.exchange import LoadReport
from grader.sandbox.inventory import Parameter

MIXED = "mixed"  # a form: tensors where a change says so, and NumPy's arrays
TABLE = "table"  # a form: named columns as a table of pandas
_MOST_CANDIDATES = 6


@dataclass(frozen=True)
class Attempt:
    """A candidate with a form of its arguments and small changes to them.

    Changes: `squeeze:role` and `expand:role` (a leading axis of one), `list:role` and `array:role` (a number in a list or an
    array), `each:role` (item by item), `tensor:role` (a tensor beside NumPy's arrays, in the form `mixed`), `single:role` (beside
    them a number as a tensor of one). `alternative` is the id of another way to ask (`grader.judge.alternatives`), else empty.
    With `replay` the hooks that the file registered on its own networks are on the given one, too, while it is asked.
    """

    candidate: Candidate
    form: str = ""
    changes: tuple[str, ...] = ()
    alternative: str = ""
    replay: bool = False


class LookedUp(Iterable[Candidate]):
    """The first of some candidates, each looked for when it is asked for; who asks again gets the same."""

    def __init__(self, possible: Iterator[Candidate]) -> None:
        self._further = itertools.islice(possible, _MOST_CANDIDATES)
        self._known: list[Candidate] = []

    def __iter__(self) -> Iterator[Candidate]:
        for place in itertools.count():
            if place == len(self._known):
                self._known += itertools.islice(self._further, 1)
            if place == len(self._known):
                return
            yield self._known[place]


@dataclass(frozen=True)
class Question:
    """What is to be called: a part of an assignment, in a submission, with the alternatives for the test's arguments."""

    assignment: Assignment
    part: Part
    report: LoadReport
    alternatives: Mapping[str, Alternative] = field(default_factory=dict)
    known_roles: dict[tuple[str, ...], Roles] = field(default_factory=dict, compare=False)  # of the same assignment
    looked_up: dict[str, LookedUp] = field(default_factory=dict, compare=False)  # by part, of the same report

    @property
    def roles(self) -> Roles:
        """The part's own roles."""
        return self._known("", tuple(parameter.role for parameter in self.part.parameters), {})

    @property
    def candidates(self) -> LookedUp:
        """What may answer the part. It depends on no argument of a test, and is looked for once."""
        if self.part.id not in self.looked_up:
            self.looked_up[self.part.id] = LookedUp(candidates(self.part, self.report, self.roles, self.other_roles))
        return self.looked_up[self.part.id]

    def alternative_of(self, attempt: Attempt) -> Alternative | None:
        """The other way to ask that an attempt takes; None for the part's own."""
        return self.alternatives[attempt.alternative] if attempt.alternative else None

    def roles_of(self, alternative: Alternative) -> Roles:
        """The roles of another way to ask."""
        return self._known(alternative.id, tuple(alternative.roles), alternative.aliases)

    def other_roles(self) -> Iterator[Roles]:
        """The roles of all other ways to ask."""
        return map(self.roles_of, self.alternatives.values())

    def _known(self, alternative: str, order: tuple[str, ...], more: Mapping[str, tuple[str, ...]]) -> Roles:
        key = self.part.id, alternative, *order
        if key not in self.known_roles:
            self.known_roles[key] = self._roles_in(order, more)
        return self.known_roles[key]

    def _roles_in(self, order: tuple[str, ...], more: Mapping[str, tuple[str, ...]]) -> Roles:
        aliases = {**self.assignment.role_aliases, **more}
        parameters = [parameter for part in self.assignment.parts for parameter in part.parameters]
        optional = frozenset(parameter.role for parameter in parameters if parameter.optional)
        models = [p.role for part in self.assignment.parts for p in part.parameters if part.variable_model and p.optional]
        spare = tuple(dict.fromkeys(role for role in models if role not in order))
        known = {same_name(name) for role in order for name in (role, *aliases.get(role, ()))}
        foreign = {same_name(name) for role, names in aliases.items() if role not in order for name in (role, *names)}
        hints = {p.role: Hints(frozenset(p.words), frozenset(p.strangers)) for p in parameters if p.words or p.strangers}
        networks = frozenset(models)
        elsewhere = tuple(_needed_names(part) for part in self.assignment.parts if part is not self.part)
        return Roles(order, aliases, optional & set(order), spare, frozenset(foreign - known), hints, networks, elsewhere)


def _needed_names(part: Part) -> tuple[frozenset[str], ...]:
    """Of each role that must be given all names, as they compare."""
    needed = [parameter for parameter in part.parameters if not parameter.optional]
    return tuple(frozenset(map(same_name, (parameter.role, *parameter.aliases))) for parameter in needed)


def settings_of(part: Part, attempt: Attempt) -> Iterator[tuple[str, Setting]]:
    """The optional parameters that are not left their defaults, which ask for other arguments than the task's."""
    binding, parameters = attempt.candidate.binding, attempt.candidate.parameters
    in_order = [parameter.name for parameter in parameters if parameter.how == "positional"][: len(binding.positional)]
    yield from _settings_among(part, parameters, {*in_order, *(name for name, _ in binding.keywords)})


def settings_in_making(part: Part, attempt: Attempt) -> Iterator[tuple[str, Setting]]:
    """The same of the constructor, or of the function that makes what is called."""
    return _settings_among(part, attempt.candidate.maker, {name for name, _ in attempt.candidate.binding.constructor})


def _settings_among(part: Part, parameters: Sequence[Parameter], filled: set[str]) -> Iterator[tuple[str, Setting]]:
    for parameter in parameters:
        if not parameter.required and parameter.how in ("positional", "keyword") and parameter.name not in filled:
            yield from ((parameter.name, one) for one in part.settings if one.is_of(parameter.name, parameter.default))
