"""How a submission might want to be called: attempts in order, from what it defines and what a part accepts.

Pure functions from (part, inventory) to attempts. An attempt fixes what to call, which argument goes to which parameter, in
which form, and with which small changes of shape; the proxy tries one after the other and goes on only after an error of
type, attribute, value, index or shape.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from grader.course.specification import Assignment, Form, Part, Setting, same_name
from grader.judge.alternatives import Alternative
from grader.judge.binding import SHORT, Binding, Roles, bind, bind_beside, bind_class, by_keyword
from grader.judge.candidates import candidates
from grader.judge.naming import Hints, functions_for
from grader.judge.offers import Candidate
from grader.sandbox.exchange import LoadReport
from grader.sandbox.inventory import Parameter
from grader.wire.values import PIXELS

MIXED = "mixed"  # a form: tensors where a change says so, and NumPy's arrays
TABLE = "table"  # a form: named columns as a table of pandas
_SETTINGS = {"class", "instance", "mapping", "other"}  # kinds of what functions are given beside the task's arguments
_MOST_CANDIDATES = 6
_MOST_ATTEMPTS = 80


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


def attempts_in_turn(question: Question) -> Iterator[Attempt]:
    """Every attempt worth making, best first, each made when it is asked for: mostly the first one works.

    Some 80 at most; none when nothing answers to the part's names.
    """
    made: set[Attempt] = set()
    for attempt in _possible(question):
        if attempt not in made:
            made.add(attempt)
            yield attempt
        if len(made) == _MOST_ATTEMPTS:
            return


def _possible(question: Question) -> Iterator[Attempt]:
    for candidate in question.candidates:
        yield from _of_candidate(question, candidate)
    for candidate in question.candidates:
        yield from _mixtures(question, candidate)
    for candidate in question.candidates:
        yield from _by_changed_alternatives(question, candidate)


def with_an_axis_more(question: Question, attempt: Attempt) -> Iterator[Attempt]:
    """The same with a leading axis of one for all arrays that may have one, and for each; none where its axes are changed."""
    if any(change.startswith(("expand:", "squeeze:", "each:")) for change in attempt.changes):
        return
    alternative = question.alternative_of(attempt)
    roles = [role for role in question.part.batch_axis if alternative is None or role in alternative.roles]
    for added in dict.fromkeys([tuple(roles), *((role,) for role in roles)]):
        yield replace(attempt, changes=(*(f"expand:{role}" for role in added), *attempt.changes))


def nearest_first(possible: Sequence[Attempt], known: Attempt) -> list[Attempt]:
    """In their order, but first those that are like one which worked on other arguments: its candidate, form, and numbers."""

    def distance(attempt: Attempt) -> tuple[bool, bool, bool]:
        return attempt.candidate != known.candidate, attempt.form != known.form, _numbers(attempt) != _numbers(known)

    return sorted(possible, key=distance)


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


def _numbers(attempt: Attempt) -> list[str]:
    return [change for change in attempt.changes if not change.startswith(("squeeze:", "expand:"))]


def _of_candidate(question: Question, candidate: Candidate) -> Iterator[Attempt]:
    """By the part's own roles first where they fit the parameters, else by alternatives; then the other way round. Where the own
    ones would but for a parameter of which the submission has a value, with that. Before all these by the alternatives after
    which the parameters are named; with small changes to what these give before any other alternative.

    One attempt is enough for a function that cannot end but in an exception.
    """
    most = None if _may_return(question, candidate) else 1
    for told in _told_settings(question, candidate):
        yield from _of_candidate(question, told)
    named = _named_after(question, candidate)
    meant = _in_ways(named, _by_alternatives(question, candidate))
    changed = _in_ways(named, _by_changed_alternatives(question, candidate))
    own, others = _by_own_roles(question, candidate), _by_alternatives(question, candidate)
    beside = _with_own_values(question, candidate)
    ordered = (own, changed, others) if candidate.binding.complete else (beside, changed, others, own)
    yield from itertools.islice(itertools.chain(_with_own_functions(question, candidate), meant, *ordered), most)


def _told_settings(question: Question, candidate: Candidate) -> Iterator[Candidate]:
    """The function with one value after the other that a parameter of it may have, which must be given and is called like one of
    the part's settings (`box_format`): what is left of its parameters takes the arguments."""
    settings = [(p, s.value) for p in candidate.parameters if p.required for s in question.part.settings if s.is_called(p.name)]
    names = {parameter.name for parameter, _ in settings if not question.roles.named(parameter.name, question.roles.order)}
    if len(names) != 1 or candidate.rebind is None:
        return
    (name,) = names
    others = tuple(parameter for parameter in candidate.parameters if parameter.name != name)
    for value in dict.fromkeys(value for parameter, value in settings if parameter.name == name):
        rebind = partial(_bind_told, candidate.maker, others, (name, value))
        yield replace(candidate, parameters=others, rebind=rebind, binding=rebind(question.roles, False))


def _bind_told(
    maker: tuple[Parameter, ...], others: tuple[Parameter, ...], told: tuple[str, bool | str], roles: Roles, strict: bool
) -> Binding:
    binding = bind_class(roles, maker, others, strict) if maker else bind(roles, others, strict)
    return replace(by_keyword(others, binding), told=told)


def _in_ways(ways: set[str], possible: Iterator[Attempt]) -> Iterator[Attempt]:
    """Those that ask in one of these other ways; none are made where there is no way."""
    return (attempt for attempt in possible if attempt.alternative in ways) if ways else iter(())


def _with_own_values(question: Question, candidate: Candidate) -> Iterator[Attempt]:
    """By the part's own roles, and with what the submission has under the names of the parameters that are left, if that may be
    settings or a logger: arrays and numbers are what a notebook tries its functions with."""
    known = {name: name for name, entry in question.report.names.items() if entry.kind in _SETTINGS}
    yield from _beside(question, candidate, known)


def _with_own_functions(question: Question, candidate: Candidate) -> Iterator[Attempt]:
    """With what the submission itself has for another part where a parameter that must be given is a function, as in
    `nms(boxes, scores, overlap, threshold)`: nothing else can be called there. A network is called, too, and is no function."""
    needed = [parameter.name for parameter in candidate.parameters if parameter.called and parameter.required]
    if len(needed) == 1 and not question.roles.networks & set(question.roles.order):
        parts = [part for part in question.assignment.parts if part is not question.part]
        for own in functions_for(needed[0], parts, question.report):
            if own != candidate.name:
                yield from _beside(question, candidate, {needed[0]: own})


def _beside(question: Question, candidate: Candidate, known: Mapping[str, str]) -> Iterator[Attempt]:
    binding = bind_beside(question.roles, candidate.parameters, known) if candidate.style == "call" else None
    if binding is not None:
        yield from _by_roles(question.part, replace(candidate, binding=binding), bool(question.report.hooks))


def _named_after(question: Question, candidate: Candidate) -> set[str]:
    """The other ways to ask of which all parameters' names are roles, where some name is no role of the part; and where something
    of the part has no parameter (`nms(boxes, scores, config=None)`), those `named` ones of which each role has one."""
    needed = any(parameter.required for parameter in candidate.parameters)
    if not needed or candidate.rebind is None:
        return set()
    others = question.alternatives.values()
    if _names_all(candidate, question.roles):
        fuller = [other for other in others if other.named] if candidate.binding.omitted else []
        return {other.id for other in fuller if _has_all(candidate, question.roles_of(other))}
    return {other.id for other in others if _names_all(candidate, question.roles_of(other))}


def _names_all(candidate: Candidate, roles: Roles) -> bool:
    """Whether every parameter that must be given is named after a role."""
    return all(roles.named(parameter.name, roles.order) for parameter in candidate.parameters if parameter.required)


def _has_all(candidate: Candidate, roles: Roles) -> bool:
    """Whether every role has a parameter that is named after it."""
    return {roles.named(parameter.name, roles.order) for parameter in candidate.parameters} >= set(roles.order)


def _may_return(question: Question, candidate: Candidate) -> bool:
    """Whether it is no function that can only end in an exception."""
    entry = question.report.names.get(candidate.name)
    return entry is None or entry.returns


def _by_own_roles(question: Question, candidate: Candidate) -> Iterator[Attempt]:
    """By the part's own roles. In no dress but the forms where there are too few parameters for them: each would be refused."""
    hooks = bool(question.report.hooks)
    whole = _by_roles(question.part, candidate, hooks)
    yield from (each for each in whole if not (each.changes and _takes_too_little(candidate, question.roles)))
    for binding in _other_bindings(candidate, question.roles):
        other = replace(candidate, binding=binding)
        yield from (each for each in _by_roles(question.part, other, hooks) if not each.changes)


def _takes_too_little(candidate: Candidate, roles: Roles) -> bool:
    """Whether a function has fewer parameters than there are arguments that must be given."""
    known = candidate.parameters and all(parameter.how == "positional" for parameter in candidate.parameters)
    alone = not (candidate.maker or candidate.binding.constructor or candidate.binding.steps)
    return bool(known) and alone and len(candidate.parameters) < len(set(roles.order) - roles.optional)


def _other_bindings(candidate: Candidate, roles: Roles) -> Iterator[Binding]:
    """Where names tell little: what letters say, after all; a network and its input the other way round."""
    if candidate.rebind is not None:
        by_letters = candidate.rebind(replace(roles, trusts_letters=True), False)
        if by_letters != candidate.binding and by_letters.complete:
            yield by_letters
    if _may_be_swapped(candidate, roles):
        yield replace(candidate.binding, positional=candidate.binding.positional[::-1])


def _may_be_swapped(candidate: Candidate, roles: Roles) -> bool:
    """Whether nothing tells which of two arguments is the network: names of one's own, a letter, or `*args` of a wrapper."""
    known = [parameter for parameter in candidate.parameters if roles.named(parameter.name, roles.order)]
    all_known = bool(known) and len(known) == len(candidate.parameters)
    told = (
        all_known or any(len(p.name) > SHORT for p in known) or any(p.said in ("network", "array") for p in candidate.parameters)
    )
    two = candidate.style != "forward_hook" and len(roles.order) == 2 and set(candidate.binding.positional) == set(roles.order)
    return two and len(roles.networks & set(roles.order)) == 1 and not told


def _by_changed_alternatives(question: Question, candidate: Candidate) -> Iterator[Attempt]:
    """By alternatives, with small changes to what they have in common with the part."""
    if _may_return(question, candidate):
        others = list(_by_alternatives(question, candidate))
        for change in _changes(question.part):
            for other in others:
                if _suits(change, question.alternatives[other.alternative]):
                    yield replace(other, changes=change)


def _suits(change: tuple[str, ...], alternative: Alternative) -> bool:
    """Whether a change is one of arguments that the other way to ask has too; its items are never given one at a time."""
    parts = [one.partition(":") for one in change]
    return bool(parts) and all(kind != "each" and role in alternative.roles for kind, _, role in parts)


def _by_roles(part: Part, candidate: Candidate, hooks: bool) -> Iterator[Attempt]:
    if candidate.style == "variable":
        yield from (Attempt(candidate, form) for form in _forms(part, candidate)[: None if candidate.binding.constructor else 1])
        return
    forms = part.accepts[:1] if candidate.style == "forward_hook" else _forms(part, candidate)
    listed = {f"list:{role}" for role in part.index_forms if candidate.says_list(role)}
    for change in sorted(_changes(part), key=lambda one: bool(listed) and listed.isdisjoint(one)):
        for form in forms:
            if hooks and candidate.takes_model:
                yield Attempt(candidate, form, change, replay=True)
            yield Attempt(candidate, form, change)
    if candidate.style != "forward_hook":
        yield from (
            Attempt(candidate, MIXED, (*shape, f"single:{role}")) for role in part.index_forms for shape in _mixed_shapes(part)
        )


def _mixed_shapes(part: Part) -> list[tuple[str, ...]]:
    """The shapes in which tensors are mixed with arrays: as it is, and with an axis more; none where it takes one kind."""
    larger = tuple(f"expand:{role}" for role in part.batch_axis)
    return list(dict.fromkeys([(), larger])) if {"torch", "numpy"} <= set(part.accepts) else []


def _mixtures(question: Question, candidate: Candidate) -> Iterator[Attempt]:
    """One array as a tensor beside NumPy's, each in turn, and with an axis more, and a number in a list: pipelines hand on now
    these, now those."""
    part = question.part
    roles = [one.role for one in part.parameters if not one.optional and one.role not in part.index_forms]
    usable = candidate.style not in ("variable", "forward_hook") and _may_return(question, candidate)
    usable = usable and not _takes_too_little(candidate, question.roles)
    if usable and len(roles) > 1:
        for number in ((), *((f"list:{role}",) for role in part.index_forms)):
            for shape in _mixed_shapes(part):
                yield from (Attempt(candidate, MIXED, (*shape, f"tensor:{role}", *number)) for role in roles)


def _forms(part: Part, candidate: Candidate) -> list[Form]:
    """Those that the part accepts, the one that the function is written for first."""
    return sorted(part.accepts, key=lambda form: form != candidate.form)


def _changes(part: Part) -> list[tuple[str, ...]]:
    """No change, then an axis for all, for one, two for all; a number as a list or an array; both; at last item by item."""
    axes = part.batch_axis
    shapes: list[tuple[str, ...]] = [(f"{change}:{role}",) for role in axes for change in ("squeeze", "expand")]
    if len(axes) > 1:
        together = tuple(f"expand:{role}" for role in axes)
        shapes = [together, *shapes, together * 2]  # two axes last: slices of them can be empty without an error
    numbers: list[tuple[str, ...]] = [(f"{kind}:{role}",) for role in part.index_forms for kind in ("list", "array")]
    both = [(*shape, *number) for number in numbers for shape in shapes]
    return [(), *shapes, *numbers, *both, *[(f"each:{role}",) for role in part.one_by_one]]


def _by_alternatives(question: Question, candidate: Candidate) -> Iterator[Attempt]:
    """First those whose roles fit the parameters' names strictly, then those that fit in order; of the first those last that
    give a parameter what only its place speaks for, though it needs nothing, unless a probe tells whether it is that; and first
    those with a probe, where a letter may stand for a number of something, as of the best ones in `k=1`."""
    if candidate.rebind is None:
        return
    fitting: dict[str, Binding] = {}
    guessed: dict[str, Binding] = {}
    for alternative in question.alternatives.values():
        binding = candidate.rebind(roles := question.roles_of(alternative), True)
        if binding.complete and (not alternative.named or _names_all(candidate, roles)):
            by_guess = alternative.probe is None and _fills_by_guess(candidate, roles, binding)
            (guessed if by_guess else fitting)[alternative.id] = binding
    if any(map(_may_be_a_count, candidate.parameters)):
        probed = {name for name in fitting if question.alternatives[name].probe is not None}
        fitting = {name: fitting[name] for name in sorted(fitting, key=lambda one: one not in probed)}
    fitting |= guessed
    for alternative in question.alternatives.values():
        binding = candidate.rebind(question.roles_of(alternative), False)
        if binding.complete and not alternative.named:
            fitting.setdefault(alternative.id, binding)
    for identifier, binding in fitting.items():
        values = question.alternatives[identifier].roles.values()
        own: Sequence[str] = ("own",) if any(map(_has_fields, values)) else ()
        bound = replace(candidate, binding=binding)
        listed = tuple(f"list:{role}" for role in question.part.index_forms if bound.says_list(role))
        forms: Sequence[str] = _forms(question.part, candidate)
        if any(map(_is_table, values)):
            forms, own = ([TABLE] if candidate.form == TABLE else []), ()
        elif not any(map(_has_arrays, values)):  # lists and numbers are alike in every form: the attempts are for other ways
            forms = forms[:1]
        for form in (*forms, *own):
            if listed:  # a bare number may be taken for something else: `torch.LongTensor(3)` is three numbers from nowhere
                yield Attempt(bound, form, listed, alternative=identifier)
            yield Attempt(bound, form, alternative=identifier)
        if question.alternatives[identifier].named:
            yield from _mixed_with(bound, question.alternatives[identifier])


def _mixed_with(candidate: Candidate, alternative: Alternative) -> Iterator[Attempt]:
    """One array of another way to ask as a tensor beside NumPy's, each in turn: a picture beside weights that are an array."""
    arrays = [role for role, value in alternative.roles.items() if isinstance(value, np.ndarray)]
    if len(arrays) > 1:
        yield from (Attempt(candidate, MIXED, (f"tensor:{role}",), alternative=alternative.id) for role in arrays)


def _fills_by_guess(candidate: Candidate, roles: Roles, binding: Binding) -> bool:
    """Whether a parameter with a default is given something that its name does not stand for."""
    given = dict(zip((p.name for p in candidate.parameters if p.how == "positional"), binding.positional, strict=False))
    given |= dict(binding.keywords)
    free = [p.name for p in candidate.parameters if not p.required and p.name in given]
    return any(not roles.named(name, [given[name]]) for name in free)


def _may_be_a_count(parameter: Parameter) -> bool:
    return len(parameter.name) == 1 and parameter.default.isdigit() and parameter.default != "0"


def _has_arrays(value: Any) -> bool:
    """Whether an argument is an array, a network, or has one in it, which a form of arrays makes a difference for."""
    if isinstance(value, dict):
        return any(map(_has_arrays, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_arrays, value))
    return not (value is None or isinstance(value, str | bool | int | float))


def _is_table(value: Any) -> bool:
    """Whether an argument is columns of a table: arrays of one axis by their names."""
    columns = value.values() if isinstance(value, dict) else ()
    return bool(columns) and all(isinstance(one, np.ndarray) and one.ndim == 1 for one in columns)


def _has_fields(value: Any) -> bool:
    """Whether an argument has named fields, or is a list of such, alone or each with something else, so that it may be wanted as
    objects of an own class."""
    items = [one for item in value for one in (item if isinstance(item, tuple) else (item,))] if isinstance(value, list) else []
    is_picture = isinstance(value, dict) and value.keys() == {PIXELS}
    return (isinstance(value, dict) and not is_picture) or any(isinstance(item, dict) for item in items)
