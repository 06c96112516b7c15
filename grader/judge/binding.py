"""Which argument goes to which parameter of a student's function: by the parameter's name where it is known, else in order.

Roles are what a part's specification calls its arguments. A binding is complete when every role that must be given has a
parameter and every parameter that must be filled has a role.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.course.specification import same_name
from grader.judge.naming import FILE_WORDS, Hints, words_of
from grader.sandbox.inventory import Parameter

Pairs = tuple[tuple[str, str], ...]  # (parameter's name, role or another name)
FLAGS = ("true", "false")  # defaults of what is switched on or off
Steps = tuple[tuple[str, Pairs], ...]  # (method, what it is given)
RUN = ""  # the step that is no method: the network that the constructor got is run
SHORT = 2  # letters of a name that may stand for anything: `p` is a probability, or a proposal


@dataclass(frozen=True)
class Binding:
    """Roles given by position, by keyword and to a constructor; `omitted` ones go nowhere. `filled`: parameters that are given
    something of the submission's own, and its name there; `told`: one that is given a setting, and which. `steps`: methods of the
    same object that are called before.
    """

    positional: tuple[str, ...] = ()
    keywords: Pairs = ()
    constructor: Pairs = ()
    omitted: tuple[str, ...] = ()
    complete: bool = True
    filled: Pairs = ()
    told: tuple[str, bool | str] | None = None
    steps: Steps = ()


@dataclass(frozen=True)
class Roles:
    """The roles of one way of being asked: in order, with their other names; `optional` ones may be left out.

    `spare` roles are no arguments of the part, but may be given to a constructor that asks for them; `networks` are models.
    `elsewhere` has for each other part the names of each role that must be given there.
    `trusts_letters`: names of one or two letters tell as much as others do, even against the order.
    """

    order: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]]
    optional: frozenset[str] = frozenset()
    spare: tuple[str, ...] = ()
    foreign: frozenset[str] = field(default_factory=frozenset)
    hints: Mapping[str, Hints] = field(default_factory=dict)
    networks: frozenset[str] = frozenset()
    elsewhere: tuple[tuple[frozenset[str], ...], ...] = ()
    trusts_letters: bool = False

    def named(self, name: str, among: Iterable[str]) -> str:
        """The role that a parameter's name stands for, exactly or without case and underscores; empty when none does."""
        candidates = list(among)
        for role in candidates:
            if name == role or name in self.aliases.get(role, ()):
                return role
        plain = same_name(name)
        for role in candidates:
            if plain in {same_name(role), *map(same_name, self.aliases.get(role, ()))}:
                return role
        return ""

    def may_be_elsewhere(self, parameters: Sequence[Parameter]) -> bool:
        """Whether by their names the parameters that must be filled may be those of another part as well, of several roles."""
        required = [same_name(p.name) for p in parameters if p.required]
        return any(
            len(names) == len(required) > 1
            and any(all(map(operator.contains, order, required)) for order in itertools.permutations(names))
            for names in self.elsewhere
        )

    def is_named_in(self, name: str) -> bool:
        """Whether a function's name says what it takes: `bbox_iou` of a role `box1`."""
        own = {word for role in self.order for word in words_of(role) if len(word) > 2}
        return any(role in word for word in words_of(name) for role in own)

    def says_another(self, name: str, role: str) -> bool:
        """Whether a parameter's name or a word of it, if no mere letters, stands for another role than this one."""
        told = (self.named(each, self.order) for each in (name, *words_of(name)) if len(each) > SHORT)
        return any(other not in ("", role) for other in told)


Rebind = Callable[[Roles, bool], Binding]  # binds other roles to the same, strictly or not


def bind(roles: Roles, parameters: Sequence[Parameter] | None, strict: bool = False) -> Binding:
    """Bind to a function. `strict`: a role never takes a parameter whose name stands for a role of another part."""
    if parameters is None:
        return Binding(roles.order)
    whole = [p for p in parameters if p.how in ("positional", "keyword")]
    fixed = [p for p in whole if not p.kept]
    given = _by_name(roles, fixed)
    if not roles.trusts_letters:
        _leave_to_the_order(roles, fixed, given)
    _by_annotation(roles, fixed, given)
    _in_order(roles, fixed, given, strict)
    _by_hints(roles, fixed, given)
    missing = [role for role in roles.order if role not in given.values()]
    omitted = tuple(role for role in missing if role in roles.optional)
    complete = omitted == tuple(missing) and all(p.name in given for p in fixed if p.required)
    if missing and any(p.how == "args" for p in parameters):
        by_keyword = tuple((p.name, given[p.name]) for p in fixed if p.how == "keyword" and p.name in given)
        named = dict(by_keyword).values()
        return Binding(tuple(role for role in roles.order if role not in named), by_keyword)
    if complete:
        return _as_call(whole, given, omitted)
    if any(p.how == "kwargs" for p in parameters) and not any(p.required for p in fixed if p.name not in given):
        return Binding((), tuple((role, role) for role in roles.order))
    return Binding(tuple(role for role in roles.order if role not in omitted), omitted=omitted, complete=False)


def bind_beside(roles: Roles, parameters: Sequence[Parameter], known: Mapping[str, str]) -> Binding | None:
    """Bind to a function that must be given one thing of the submission's own as well, as settings or a logger are: what is
    `known` for the parameter's name, by its own. None where there is no such parameter, or the others do not take what must be
    given; and where there are several, which are rather the part's, called as what they were tried with is.
    """
    free = [p for p in parameters if p.called or not roles.named(p.name, roles.order)]
    filled = {p.name: known[p.name] for p in free if p.required and p.name in known}
    others = [p for p in parameters if p.name not in filled]
    if len(filled) != 1 or any(p.how in ("args", "kwargs") for p in others):
        return None
    binding = bind(roles, others)
    return replace(by_keyword(others, binding), filled=tuple(filled.items())) if binding.complete else None


def by_keyword(parameters: Sequence[Parameter], binding: Binding) -> Binding:
    """The same for a function that has further parameters between these: nothing is given by its place."""
    names = [p.name for p in parameters if p.how == "positional"]
    return replace(binding, positional=(), keywords=(*zip(names, binding.positional, strict=False), *binding.keywords))


def bind_class(
    roles: Roles, constructor: Sequence[Parameter] | None, called: Sequence[Parameter] | None, strict: bool = False
) -> Binding:
    """Bind to an instance that has to be made first: what its constructor must have, it gets; the call gets the rest.

    One thing that the constructor must have and no name tells may be what the call leaves. Whatever else it must have is the
    sandbox's concern (`grader.guest.instances`).
    """
    whole = _bind_by_names(roles, constructor or (), called, strict)
    return whole if whole.complete else _by_elimination(roles, constructor or (), called, strict) or whole


def _bind_by_names(
    roles: Roles, constructor: Sequence[Parameter], called: Sequence[Parameter] | None, strict: bool = False
) -> Binding:
    """The same by what names tell alone. Parameters of calls before the last count as the constructor's."""
    given: dict[str, str] = {}
    for parameter in constructor:
        role = roles.named(parameter.name, [*roles.order, *roles.spare])
        if role and parameter.required and parameter.how in ("positional", "keyword"):
            given[parameter.name] = role
    rest = [role for role in roles.order if role not in given.values()]
    unhinted = replace(roles, hints={})
    inner = bind(_only(unhinted, rest, given.values()), called, strict)
    for parameter in constructor:
        role = roles.named(parameter.name, [r for r in roles.order if r not in given.values()])
        if role and parameter.name not in given and (not inner.complete or role in inner.omitted):
            given[parameter.name] = role
            rest.remove(role)
            inner = bind(_only(unhinted, rest, given.values()), called, strict)
    hints = {role: hint for role, hint in roles.hints.items() if role in inner.omitted and role not in given.values()}
    if hints:
        inner = bind(_only(replace(roles, hints=hints), rest, given.values()), called, strict)
        _by_hints(replace(roles, order=inner.omitted), constructor, given)
        _by_need(replace(roles, order=inner.omitted), constructor, given)
    omitted = tuple(role for role in inner.omitted if role not in given.values())
    return Binding(inner.positional, inner.keywords, tuple(given.items()), omitted, inner.complete)


def _by_elimination(
    roles: Roles, constructor: Sequence[Parameter], called: Sequence[Parameter] | None, strict: bool
) -> Binding | None:
    """Where the constructor must have one thing more, of which no name of these roles tells, it gets what the call by its names
    does not take, as in `Boxes(data).nms(scores, threshold)`."""
    given = {p.name: roles.named(p.name, [*roles.order, *roles.spare]) for p in constructor}
    free = [p for p in constructor if p.required and p.how in ("positional", "keyword") and not given[p.name]]
    told_otherwise = [p for p in free if p.said in ("network", "number") or words_of(p.name) & FILE_WORDS]
    if len(free) != 1 or told_otherwise:
        return None
    for role in roles.order:
        others = replace(roles, order=tuple(other for other in roles.order if other != role), hints={})
        told = all(roles.named(p.name, others.order) for p in called or () if p.required)
        whole = _bind_by_names(others, [p for p in constructor if p is not free[0]], called, strict)
        if told and whole.complete and role not in roles.optional | roles.networks:
            return replace(whole, constructor=(*whole.constructor, (free[0].name, role)))
    return None


def bind_steps(
    roles: Roles,
    constructor: Sequence[Parameter],
    steps: Mapping[str, Sequence[Parameter]],
    called: Sequence[Parameter] | None,
    strict: bool = False,
) -> Binding:
    """Bind to a method that answers after others of the same object were told what about: as a constructor, they get by name what
    they must have, and the last call gets the rest. A name that a step has and the last call again (`fit(x)`, `transform(x)`)
    stands there for what nothing was told yet, if that leaves nothing over, and no other name stands for it.
    """
    before = [parameter for parameters in steps.values() for parameter in parameters]
    whole = _bind_by_names(roles, [*constructor, *before], called, strict)
    given = dict(whole.constructor)
    whole = _bind_again(roles, whole, before, called or ())

    def given_to(parameters: Sequence[Parameter]) -> Pairs:
        return tuple((p.name, given[p.name]) for p in parameters if p.name in given)

    return replace(
        whole,
        constructor=given_to(constructor),
        steps=tuple((method, given_to(parameters)) for method, parameters in steps.items()),
        complete=whole.complete and all(p.name in given for p in before if p.required),
    )


def _bind_again(roles: Roles, told: Binding, before: Sequence[Parameter], called: Sequence[Parameter]) -> Binding:
    """The last call bound to what comes, in the order of the roles, after all that it names again; no name is of two networks."""
    given = dict(told.constructor)
    names = {p.name for p in before if given.get(p.name) in roles.order}
    again = sorted((p.name for p in called if p.required and p.name in names), key=lambda name: roles.order.index(given[name]))
    rest = [role for role in roles.order if role not in given.values() and role not in roles.optional]
    later = bool(again and rest) and roles.order.index(given[again[-1]]) < roles.order.index(rest[0])
    named = any(roles.named(p.name, rest) for p in called)
    if not later or named or len(again) != len(rest) or roles.networks & {*rest, *(given[name] for name in again)}:
        return told
    meant = {role: (name,) for role, name in zip(rest, again, strict=True)}
    inner = bind(replace(roles, order=tuple(rest), aliases=meant, hints={}), called)
    return replace(inner, constructor=told.constructor, omitted=told.omitted) if inner.complete else told


def bind_looking_on(
    roles: Roles, constructor: Sequence[Parameter], called: Sequence[Parameter] | None, strict: bool = False
) -> Binding:
    """Bind to an object that is given the network and looks on, by a hook, while whoever made it runs that on the one argument
    which no call of the object takes: `keeper = Keeper(model)`, `model(x)`, `keeper.answer(k)`.
    """
    named = {roles.named(p.name, [*roles.order, *roles.spare]) for p in (*constructor, *(called or ()))}
    all_named = all(roles.named(p.name, [*roles.order, *roles.spare]) for p in constructor if p.required)
    for role in roles.order if all_named else ():
        if role not in roles.networks | named:
            others = replace(roles, order=tuple(other for other in roles.order if other != role))
            whole = _bind_by_names(others, constructor, called, strict)
            network = next((given for _, given in whole.constructor if given in roles.networks & set(roles.order)), "")
            if whole.complete and network:
                return replace(whole, steps=((RUN, (("network", network), ("batch", role))),))
    return _bind_by_names(roles, constructor, called, strict)


def _only(roles: Roles, rest: Sequence[str], used: Iterable[str]) -> Roles:
    # A role that the constructor got may be asked for once more by the call.
    again = tuple(role for role in used if role in roles.order)
    order = tuple(role for role in roles.order if role in rest or role in again)
    return replace(roles, order=order, optional=roles.optional | set(again))


def _by_name(roles: Roles, fixed: Sequence[Parameter]) -> dict[str, str]:
    given: dict[str, str] = {}
    # A role's very name takes it before another's alias does: in `loss(inputs, y, p)` those are neither.
    for parameter in sorted(fixed, key=lambda one: one.name not in roles.order):
        role = roles.named(parameter.name, [role for role in roles.order if role not in given.values()])
        if role:
            given[parameter.name] = role
    return given


def _leave_to_the_order(roles: Roles, fixed: Sequence[Parameter], given: dict[str, str]) -> None:
    """Forget what letters say against the task's order where one of their roles' own places has an unknown name: in
    `nms(frames, p, limit)`, `p` stands for no proposals. A role's very own name is the task's.
    """
    places = {parameter.name: role for parameter, role in zip(fixed, roles.order, strict=False)}
    moved = {name: role for name, role in given.items() if places.get(name) != role}
    unknown = {name: role for name, role in places.items() if name not in given}
    mere_letters = all(len(name) <= SHORT and name != role for name, role in moved.items())
    said = any(roles.says_another(name, role) for name, role in unknown.items())
    if mere_letters and not said and set(unknown.values()) & set(moved.values()):
        for name in moved:
            del given[name]


def _by_annotation(roles: Roles, fixed: Sequence[Parameter], given: dict[str, str]) -> None:
    """Tell a network from what is given to it, where the names did not."""
    for parameter in fixed:
        rest = [role for role in roles.order if role not in given.values()]
        if parameter.name in given or not roles.networks & set(rest):
            continue
        fitting = [role for role in rest if (role in roles.networks) is (parameter.said == "network")]
        if fitting and (parameter.said == "network" or (parameter.said == "array" and parameter.required)):
            given[parameter.name] = fitting[0]


def _in_order(roles: Roles, fixed: Sequence[Parameter], given: dict[str, str], strict: bool) -> None:
    """Give the roles that no name asked for to the parameters that are left: to those that must be filled first, to no flag."""
    rest = [role for role in roles.order if role not in given.values()]
    free = [p for p in fixed if p.name not in given and p.default not in FLAGS]
    free = [p for p in free if not (strict and same_name(p.name) in roles.foreign)]
    required = [p for p in free if p.required]
    needed = [role for role in rest if role not in roles.optional]
    if len(required) < len(rest):
        rest = needed  # an optional role takes a parameter by order only where one would stay empty without it
    chosen = required if len(required) >= len(rest) else free
    for parameter, role in zip(chosen, rest, strict=False):
        given[parameter.name] = role


def _by_hints(roles: Roles, parameters: Sequence[Parameter], given: dict[str, str]) -> None:
    """Give an optional number that has no place yet to a parameter with a default, where the assignment helps to tell it."""
    for role in roles.order:
        found = roles.hints[role].pick(p for p in parameters if p.name not in given) if role in roles.hints else None
        if found is not None and role not in given.values():
            given[found.name] = role


def _by_need(roles: Roles, parameters: Sequence[Parameter], given: dict[str, str]) -> None:
    """Give an optional number that has no place yet to the only parameter of a constructor that still must be filled."""
    for role in roles.order:
        free = [p for p in parameters if p.name not in given and same_name(p.name) not in roles.foreign]
        found = roles.hints[role].pick_needed(free) if role in roles.hints else None
        if found is not None and role not in given.values():
            given[found.name] = role


def _as_call(fixed: Sequence[Parameter], given: Mapping[str, str], omitted: tuple[str, ...]) -> Binding:
    leading = list(itertools.takewhile(lambda p: p.name in given and p.how == "positional", fixed))
    later = [p for p in fixed if p.name in given and p not in leading]
    return Binding(tuple(given[p.name] for p in leading), tuple((p.name, given[p.name]) for p in later), (), omitted)
