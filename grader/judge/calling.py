"""How a submission might want to be called: attempts in order, from what it defines and what a part accepts.

Pure functions from (part, inventory) to attempts. An attempt fixes what to call, which argument goes to which parameter, in
which form, and with which small changes of shape; the proxy tries one after the other and goes on only after an error of
type, attribute, value, index or shape.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from grader.judge.alternatives import Alternative
from grader.judge.binding import SHORT, Binding, Roles, bind, bind_beside, bind_class, by_keyword
from grader.judge.forms import (
    by_roles,
    changes_for,
    forms_for,
    has_arrays,
    has_fields,
    is_table,
    mixed_shapes,
    numbers_changed,
    suits,
)
from grader.judge.naming import functions_for
from grader.judge.offers import Candidate
from grader.judge.question import MIXED, TABLE, Attempt, Question
from grader.sandbox.inventory import Parameter

_SETTINGS = {"class", "instance", "mapping", "other"}  # kinds of what functions are given beside the task's arguments
_MOST_ATTEMPTS = 80


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


def nearest_first(possible: Sequence[Attempt], known: Attempt) -> list[Attempt]:
    """In their order, but first those that are like one which worked on other arguments: its candidate, form, and numbers."""

    def distance(attempt: Attempt) -> tuple[bool, bool, bool]:
        return (
            attempt.candidate != known.candidate,
            attempt.form != known.form,
            numbers_changed(attempt) != numbers_changed(known),
        )

    return sorted(possible, key=distance)


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
        rebind = partial(_bind_with_setting, candidate.maker, others, (name, value))
        yield replace(candidate, parameters=others, rebind=rebind, binding=rebind(question.roles, False))


def _bind_with_setting(
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
        yield from by_roles(question.part, replace(candidate, binding=binding), bool(question.report.hooks))


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
    whole = by_roles(question.part, candidate, hooks)
    yield from (each for each in whole if not (each.changes and _takes_too_little(candidate, question.roles)))
    for binding in _other_bindings(candidate, question.roles):
        other = replace(candidate, binding=binding)
        yield from (each for each in by_roles(question.part, other, hooks) if not each.changes)


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
        for change in changes_for(question.part):
            for other in others:
                if suits(change, question.alternatives[other.alternative]):
                    yield replace(other, changes=change)


def _mixtures(question: Question, candidate: Candidate) -> Iterator[Attempt]:
    """One array as a tensor beside NumPy's, each in turn, and with an axis more, and a number in a list: pipelines hand on now
    these, now those."""
    part = question.part
    roles = [one.role for one in part.parameters if not one.optional and one.role not in part.index_forms]
    usable = candidate.style not in ("variable", "forward_hook") and _may_return(question, candidate)
    usable = usable and not _takes_too_little(candidate, question.roles)
    if usable and len(roles) > 1:
        for number in ((), *((f"list:{role}",) for role in part.index_forms)):
            for shape in mixed_shapes(part):
                yield from (Attempt(candidate, MIXED, (*shape, f"tensor:{role}", *number)) for role in roles)


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
        own: Sequence[str] = ("own",) if any(map(has_fields, values)) else ()
        bound = replace(candidate, binding=binding)
        listed = tuple(f"list:{role}" for role in question.part.index_forms if bound.says_list(role))
        forms: Sequence[str] = forms_for(question.part, candidate)
        if any(map(is_table, values)):
            forms, own = ([TABLE] if candidate.form == TABLE else []), ()
        elif not any(map(has_arrays, values)):  # lists and numbers are alike in every form: the attempts are for other ways
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
