"""Objects that are told first what they are about, and answer in another call: `metric.update(a, b)`, then `metric.compute()`.

What they are told is known by its names, as in a constructor; where a method is named like the part, and one other is told
something, of names that are not known by the order. A step that only ever gives back nothing, or its object, is no
answer itself. One that answers (a `forward` that returns logits) is a step only where the last call is named like the part, or
takes more (the class whose map it is): else its own answer is meant. What is named after a step as well (`fit_transform` after
`fit`) is the last call after all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.course.specification import Part, same_name
from grader.judge.binding import Binding, Rebind, Roles, bind_class, bind_steps
from grader.judge.naming import CALLED, ONLOOKERS, UPKEEP, is_hook, words_of
from grader.sandbox.inventory import Entry, Method, Parameter

_MOST = 6  # methods of a class that may be told something, or answer: each of these is tried after each of those


def in_steps(part: Part, entry: Entry, ways: Sequence[Roles], last: str = "") -> Iterator[tuple[str, Rebind]]:
    """The methods of a class that answer after others, the likeliest first, or the `last` one alone; each with what binds the
    roles of one of the `ways` to ask to all calls. Not where one method takes all that they take, or the last needs no others.
    An attribute that is named like the part may be the last, too, where the steps give no answer, or where it is the `last` and
    the step the object's call: `net(x)` gives the logits, and `net.features` the maps on the way to them.
    """
    found = _LastCalls(part, entry, ways, last)
    by_names = list(found.methods())
    yield from by_names
    known = {method for method, _ in by_names}
    yield from ((method, rebind) for method, rebind in found.methods_in_order() if method not in known)
    yield from found.attributes()


class _LastCalls:
    """What of a class may come last, with what binds the roles to all calls: after steps that are possible in it."""

    def __init__(self, part: Part, entry: Entry, ways: Sequence[Roles], last: str) -> None:
        self.entry = entry
        self.ways = ways
        self.last = last
        self.roles = ways[0]
        self.wanted = {same_name(name) for name in part.names}
        self.needs = _needs(entry, self.roles)
        self.steps = _steps(entry, self.needs)

    def methods(self) -> Iterator[tuple[str, Rebind]]:
        """Methods that answer, by the names of what they and the steps are given."""
        for method in sorted(self._answering(), key=self._rank)[:_MOST]:
            takes = _takes(self.entry.methods[method], self.roles)
            for steps in self.steps:
                told = self._told(steps)
                meant = self._are_silent(steps) or same_name(method) in self.wanted or takes - told
                if told & takes:  # by a name that may stand for what is not told yet
                    told |= set(self.roles.order) - self.roles.optional
                if method not in steps and meant and not _is_for_one(self.entry, steps, told | takes, self.roles):
                    rebind, alone = _binding_of(self.entry, steps, method), _binding_of(self.entry, (), method)
                    if any(rebind(each, True).complete and not alone(each, True).complete for each in self.ways):
                        yield method, rebind

    def methods_in_order(self) -> Iterator[tuple[str, Rebind]]:
        """Methods that are named like the part, after the only step, both given the roles in their order."""
        for method in [one for one in self.entry.methods if self._is_wanted(one)]:
            step = _only_step(self.entry, method)
            if step and _binding_in_order(self.entry, step, method)(self.roles, False).complete:
                yield method, _binding_in_order(self.entry, step, method)

    def attributes(self) -> Iterator[tuple[str, Rebind]]:
        """Attributes that are named like the part."""
        for attribute in [one for one in self.entry.attributes if self._is_wanted(one)][:_MOST]:
            for steps in self.steps:
                is_result = self._are_silent(steps) and not _is_for_one(self.entry, steps, self._told(steps), self.roles)
                is_beside = bool(self.last) and set(steps) <= set(CALLED)
                rebind = _binding_of(self.entry, steps, attribute)
                if (is_result or is_beside) and any(rebind(each, True).complete for each in self.ways):
                    yield attribute, rebind

    def _answering(self) -> list[str]:
        # One that is named like the part and gives nothing back is unfinished: its own exception tells more than its parameters.
        asked = [one for one in self.needs if one not in CALLED and self.last in ("", one)]
        return [one for one in asked if self.entry.methods[one].answers or same_name(one) in self.wanted]

    def _rank(self, method: str) -> tuple[bool, bool, bool, int]:
        repeats = any(words_of(other) < words_of(method) for other in self.needs)
        takes = _takes(self.entry.methods[method], self.roles)
        # Of `features(x)` and `maps(class_idx)` that is last which takes something that the part itself is given.
        return same_name(method) not in self.wanted, takes.isdisjoint(self.roles.order), repeats, -len(takes)

    def _is_wanted(self, name: str) -> bool:
        return same_name(name) in self.wanted and self.last in ("", name)

    def _told(self, steps: Sequence[str]) -> set[str]:
        return {role for step in steps for role in self.needs[step]}

    def _are_silent(self, steps: Sequence[str]) -> bool:
        return not any(self.entry.methods[step].answers for step in steps)


def _needs(entry: Entry, roles: Roles) -> dict[str, set[str]]:
    """What methods must be given, of those that must be given nothing but roles of some part."""
    if entry.kind not in ("class", "module_class"):
        return {}
    found = {}
    for name, method in entry.methods.items():
        usable = method.parameters is not None and not method.static and not is_hook(method.parameters)
        if usable and not words_of(name) & (ONLOOKERS | UPKEEP):
            found[name] = {roles.named(p.name, roles.aliases) for p in method.parameters or () if p.required}
    return {name: needed for name, needed in found.items() if "" not in needed}


def _takes(method: Method, roles: Roles) -> set[str]:
    """The roles that its parameters are named after, whether they must be given or not."""
    return {roles.named(p.name, roles.aliases) for p in method.parameters or ()} - {""}


def _steps(entry: Entry, needs: dict[str, set[str]]) -> list[tuple[str, ...]]:
    """One method that is told something, those that give no answer first; or all of these."""
    telling = [name for name, needed in needs.items() if needed]
    silent = [name for name in telling if not entry.methods[name].answers]
    ordered = sorted(telling, key=lambda name: (name not in silent, name not in CALLED))
    return [*((name,) for name in ordered[:_MOST]), *([tuple(silent)] if len(silent) > 1 else [])]


def _is_for_one(entry: Entry, steps: Sequence[str], told: set[str], roles: Roles) -> bool:
    """Whether one method that answers, and is no step, takes all of these roles, or whatever comes (`__call__(self, *args)`)."""
    others = [one for name, one in entry.methods.items() if one.answers and name not in steps]
    return any(told <= _takes(one, roles) or any(p.how == "args" for p in one.parameters or ()) for one in others)


def _only_step(entry: Entry, last: str) -> str:
    """The one method that is told something and gives nothing back, of an object that nothing else is told before its `last`;
    empty where there are several, or where one says by its name that it is something else."""
    if (
        entry.kind not in ("class", "module_class")
        or is_hook(_of(entry, last))
        or any(p.required for p in entry.parameters or ())
    ):
        return ""
    silent = [
        name
        for name, method in entry.methods.items()
        if not method.answers and not method.static and name != last and any(p.required for p in method.parameters or ())
    ]
    usable = len(silent) == 1 and not is_hook(_of(entry, silent[0])) and not words_of(silent[0]) & (ONLOOKERS | UPKEEP)
    return silent[0] if usable else ""


def _of(entry: Entry, method: str) -> tuple[Parameter, ...]:
    return entry.methods[method].parameters or ()


def _binding_in_order(entry: Entry, step: str, last: str) -> Rebind:
    """What must be given to the two calls in the order of the roles, where their names tell nothing else."""
    told, asked = ([p for p in _of(entry, method) if p.required] for method in (step, last))

    def rebind(roles: Roles, _strict: bool) -> Binding:  # other parts may have such names: the last call is named like this one
        needed = [role for role in roles.order if role not in roles.optional]
        pairs = list(zip([*told, *asked], needed, strict=False))
        whole = any(len([p for p in _of(entry, one) if p.required]) >= len(needed) for one in entry.methods)
        fits = len(needed) == len(told) + len(asked) and not whole and not roles.networks & set(needed)
        said = any(roles.named(p.name, roles.order) not in ("", role) for p, role in pairs)
        if not fits or said:
            return Binding(complete=False)
        keywords = tuple((p.name, role) for p, role in pairs[len(told) :])
        return Binding(keywords=keywords, steps=((step, tuple((p.name, role) for p, role in pairs[: len(told)])),))

    return rebind


def _binding_of(entry: Entry, steps: Sequence[str], method: str) -> Rebind:
    constructor, called = entry.parameters or (), entry.methods[method].parameters if method in entry.methods else ()
    before = {step: entry.methods[step].parameters or () for step in steps}

    def rebind(roles: Roles, strict: bool) -> Binding:
        return (
            bind_steps(roles, constructor, before, called, strict) if before else bind_class(roles, constructor, called, strict)
        )

    return rebind
