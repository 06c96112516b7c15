"""What one name of a submission offers as an answer to a part: a function, a class, an object, each in the ways to ask it.

`grader.judge.candidates` says which names are asked, and in which order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from grader.course.specification import Part, same_name
from grader.judge.binding import SHORT, Binding, Rebind, Roles, bind, bind_class, bind_looking_on
from grader.judge.naming import CALLED, ONLOOKERS, UPKEEP, is_hook, words_of
from grader.judge.steps import in_steps
from grader.sandbox.inventory import Entry, Method, Parameter
from grader.wire.values import Value

Others = Callable[[], Iterable[Roles]]

_RESULTS = {"compute", "calculate", "calc", "value", "result", "get", "run", "evaluate", "final"}  # of an object's last method


@dataclass(frozen=True)
class Candidate:
    """Something in the submission that may answer a part. `rebind` binds other roles than the part's to it.

    `parameters` are its own, as far as they are known, `maker` those of what has to make it first. `instead`: of those before it
    none may have raised an error of its own.
    """

    name: str
    style: str
    target: dict[str, Value] = field(hash=False)
    binding: Binding = field(default_factory=Binding)
    rebind: Rebind | None = field(default=None, compare=False)
    parameters: tuple[Parameter, ...] = ()
    maker: tuple[Parameter, ...] = ()
    instead: bool = False

    @property
    def form(self) -> str:
        """The form of arrays that it is written for; empty where that does not show."""
        return self.parameters[0].form if self.parameters else ""

    def says_list(self, role: str) -> bool:
        """Whether the parameter that is given a role takes several numbers by its annotation: `classes: list[int]`."""
        in_order = (parameter.name for parameter in self.parameters if parameter.how == "positional")
        given = dict(zip(in_order, self.binding.positional, strict=False)) | dict(self.binding.keywords)
        return any(parameter.said == "numbers" and given.get(parameter.name) == role for parameter in self.parameters)

    @property
    def takes_model(self) -> bool:
        """Whether it is given a network by whoever calls it."""
        return not self.binding.omitted and self.style in ("call", "method", "module_class")


def offers(part: Part, name: str, entry: Entry, roles: Roles, others: Others) -> Iterator[Candidate]:
    """All that a name offers, whatever stands under it."""
    here: dict[str, Value] = {"via": "name", "name": name}
    if entry.kind in ("function", "network"):
        if "call" in part.styles and not bind(roles, entry.parameters).complete:
            yield from offers_of_maker(name, entry, roles)
        if "call" in part.styles and not (is_hook(entry.parameters) or makes_hooks(entry)):
            yield from offers_of_function(part, name, here, entry.parameters, roles)
    elif entry.kind == "instance":
        called, calls = _called(entry), []
        if called and "call" in part.styles:
            target = here if called == "__call__" else {**here, "via": "method", "method": called}
            calls = list(offers_of_function(part, name, target, entry.methods[called].parameters, roles))
        yield from _calls_and_methods(part, name, entry, roles, calls, others)
    elif entry.kind in ("class", "module_class"):
        yield from offers_of_class(part, name, entry, roles, others)
    elif entry.kind in ("array", "sequence") and "variable" in part.styles:
        omitted = tuple(parameter.role for parameter in part.parameters)
        yield Candidate(name, "variable", {"via": "variable", "name": name}, Binding(omitted=omitted))


def offers_of_function(
    part: Part, name: str, target: dict[str, Value], parameters: tuple[Parameter, ...] | None, roles: Roles
) -> Iterator[Candidate]:
    """A call of a function; first, where it does not take what the part is given, as what registers a hook."""
    binding = bind(roles, parameters)
    if not binding.complete and "forward_hook" in part.styles:
        yield from offers_of_installer(part, name, parameters, roles)
    yield Candidate(name, "call", target, binding, lambda other, strict: bind(other, parameters, strict), parameters or ())


def makes_hooks(entry: Entry) -> bool:
    """Whether a function makes nothing but a hook, as `get_activation(name)` does: what it gives back is no answer."""
    return entry.gives is not None and is_hook(entry.gives)


def offers_of_maker(name: str, entry: Entry, roles: Roles) -> Iterator[Candidate]:
    """The function that a function makes (`make_loss(smooth)`): what makes it is given what its parameters are named after."""
    given = entry.gives
    if given is None or makes_hooks(entry) or any(parameter.how in ("args", "kwargs") for parameter in given):
        return

    def rebind(other: Roles, strict: bool) -> Binding:
        return bind_class(other, entry.parameters, given, strict)

    yield Candidate(name, "call", {"via": "made", "name": name}, rebind(roles, False), rebind, given, entry.parameters or ())


def offers_of_installer(part: Part, name: str, parameters: tuple[Parameter, ...] | None, roles: Roles) -> Iterator[Candidate]:
    """A function that takes the model alone, or nothing, and registers a hook on it: the network is then run by the caller."""
    needed = tuple(role for role in roles.order if role not in roles.optional)
    models = Roles(tuple(role for role in roles.order if role in roles.optional), roles.aliases, roles.optional)
    binding = bind(models, parameters)
    if binding.complete and not binding.keywords and len(needed) == 1 and "forward_hook" in part.styles:
        whole = Binding((*binding.positional, *needed), omitted=binding.omitted)
        yield Candidate(name, "forward_hook", {"via": "install", "name": name}, whole, parameters=parameters or ())


def offers_of_layered_installer(name: str, parameters: Sequence[Parameter], roles: Roles, others: Others) -> Iterator[Candidate]:
    """What takes the model and the places of its hooks, as another way to ask names them, and is not given the input: `CAM(model,
    "layer4", "fc")`."""
    needed = [role for role in roles.order if role not in roles.optional]

    def rebind(other: Roles, strict: bool) -> Binding:
        rest = replace(other, order=tuple(role for role in other.order if role not in needed))
        inner = bind(rest, parameters, strict)
        fits = inner.complete and not inner.keywords and not inner.omitted and set(needed) < set(other.order)
        return Binding((*inner.positional, *needed), complete=fits)

    def names_all(other: Roles) -> bool:
        return all(other.named(parameter.name, other.order) for parameter in parameters if parameter.required)

    if len(needed) == 1 and any(rebind(other, True).complete and names_all(other) for other in others()):
        target: dict[str, Value] = {"via": "install", "name": name}
        yield Candidate(name, "forward_hook", target, Binding(complete=False), rebind, tuple(parameters))


def offers_of_class(part: Part, name: str, entry: Entry, roles: Roles, others: Others) -> Iterator[Candidate]:
    """A call of the class itself, where that may be the answer and its objects are not called; its methods one after the other,
    its instance called, a method alone, a hook that it registers."""
    called, calls = _called(entry), []
    if entry.answers and not called and "call" in part.styles:
        yield from offers_of_function(part, name, {"via": "name", "name": name}, entry.parameters, roles)
    if "method" in part.styles:
        yield from offers_in_steps(part, name, entry, roles, others)
    if called and "module_class" in part.styles:
        target = _call_of(name, called, entry)
        calls = list(offers_of_method(name, target, "module_class", entry, entry.methods[called], roles))
    yield from _calls_and_methods(part, name, entry, roles, calls, others)
    if not any(method in entry.methods for method in CALLED):
        yield from offers_of_installer(part, name, entry.parameters, roles)


def _calls_and_methods(
    part: Part, name: str, entry: Entry, roles: Roles, calls: list[Candidate], others: Others
) -> Iterator[Candidate]:
    """The calls of an object and its methods: first the methods where one is named like the part, as beside a `forward` that
    runs the network."""
    methods = list(_only_method(part, name, entry, roles, others)) if "method" in part.styles else []
    wanted = {same_name(other) for other in part.names}
    so_named = any(same_name(method) in wanted for method in entry.methods)
    told = all(_tells_more(method, call, roles) for method in methods for call in calls)
    yield from [*methods, *calls] if so_named or (told and methods) else [*calls, *methods]


def _tells_more(one: Candidate, other: Candidate, roles: Roles) -> bool:
    """Whether a method takes all that another's names tell, and more: `generate(image, class_idx)` beside `forward(image)`."""
    mine, its = ({roles.named(p.name, roles.order) for p in each.parameters} - {""} for each in (one, other))
    return mine > its and len(one.parameters) > len(other.parameters)


def _called(entry: Entry) -> str | None:
    """The method by which an object is called; None where a network calls it, as a hook."""
    called = next((method for method in CALLED if method in entry.methods), None)
    return None if called is None or is_hook(entry.methods[called].parameters) else called


def _call_of(name: str, called: str, entry: Entry) -> dict[str, Value]:
    """How an instance is called: one that is no network but has a `forward` cannot be called itself, and of a class whose call
    needs no instance none is made."""
    if entry.methods[called].static or (called == "forward" and entry.kind == "class"):
        return {"via": "method", "name": name, "method": called}
    return {"via": "instance", "name": name}


def offers_of_method(
    name: str, target: dict[str, Value], style: str, entry: Entry, method: Method, roles: Roles
) -> Iterator[Candidate]:
    """An instance of a class that has to be made, and its call or method."""
    constructor = entry.parameters if entry.kind in ("class", "module_class") else ()
    if method.static:
        target = {**target, "via": "static"}
        constructor = ()

    def rebind(other: Roles, strict: bool) -> Binding:
        binding = bind_class(other, constructor, method.parameters, strict)
        looks_on = bool(constructor) and not binding.complete
        return bind_looking_on(other, constructor or (), method.parameters, strict) if looks_on else binding

    yield Candidate(name, style, target, rebind(roles, False), rebind, method.parameters or (), constructor or ())


def offers_in_steps(part: Part, name: str, entry: Entry, roles: Roles, others: Others, last: str = "") -> Iterator[Candidate]:
    """A method of a class that answers after others were given what it is about, the `last` one or whichever."""
    for method, rebind in in_steps(part, entry, (roles, *others()), last):
        is_method = method in entry.methods
        target: dict[str, Value] = {"via": "method" if is_method else "attribute", "name": name, "method": method}
        parameters = entry.methods[method].parameters or () if is_method else ()
        binding = rebind(roles, False)
        yield Candidate(f"{name}.{method}", "method", target, binding, rebind, parameters, entry.parameters or ())


def _only_method(part: Part, name: str, entry: Entry, roles: Roles, others: Others) -> Iterator[Candidate]:
    """The methods of a class that is itself named like the part: those named so too, else its only public one, else of several,
    which may help one another, those that take what the part is given, in its own way or in another: first one that makes a name
    of the part with the class's (`IoU.compute`), then those that give something back, then those whose parameters are named like
    its roles, then what is called a result.
    """
    public = [name for name, method in entry.methods.items() if not name.startswith("_") and not is_hook(method.parameters)]
    wanted = {same_name(other) for other in part.names}
    so_named = [method for method in public if same_name(method) in wanted]
    answering = [method for method in public if method != "forward" and not words_of(method) & (ONLOOKERS | UPKEEP)]
    found: list[Candidate] = []
    for method in so_named or answering:
        target: dict[str, Value] = {"via": "method", "name": name, "method": method}
        found += offers_of_method(f"{name}.{method}", target, "method", entry, entry.methods[method], roles)
    if so_named or len(answering) == 1:
        yield from found
        return

    def rank(one: Candidate) -> tuple[int, bool, bool, bool]:
        method = one.name.rpartition(".")[2]
        named = all(roles.named(p.name, roles.order) for p in one.parameters)
        return _rank(part, one), not entry.methods[method].answers, not named, not words_of(method) & _RESULTS

    yield from sorted([one for one in found if _takes_all(one) or _takes_another_way(one, roles, others)], key=rank)


def _takes_another_way(method: Candidate, roles: Roles, others: Others) -> bool:
    """Whether what a method and its constructor take is named after another way to ask: `CAM(model, image).for_class(k)`."""
    rebind = method.rebind if not method.binding.complete else None
    return rebind is not None and is_made_for(rebind, method.parameters, roles, others)


def _rank(part: Part, method: Candidate) -> int:
    """The place of the part's name that a class and its method make together, in whatever order."""
    one, other = method.name.split(".")[-2:]
    ranks = {same_name(name): rank for rank, name in reversed(list(enumerate(part.names)))}
    return min(ranks.get(same_name(both), len(ranks)) for both in (one + other, other + one))


def _takes_all(method: Candidate) -> bool:
    """Whether a method is given whatever its constructor is not, and of the rest nothing or all: `area(box)` is no overlap."""
    binding = method.binding
    called = {*binding.positional, *(role for _, role in binding.keywords)}
    made = {role for _, role in binding.constructor}
    return binding.complete and (called & made) in (set(), made)


def is_made_for(rebind: Rebind, parameters: Sequence[Parameter] | None, roles: Roles, others: Others) -> bool:
    """Whether what is named only alike takes the part's arguments, or is named after those of another way to ask: a network and
    a picture, say. A name of one or two letters is no reason against the first, and a single argument none for the second."""
    needed = [parameter.name for parameter in parameters or () if parameter.required]
    strict = not needed or any(len(name) > SHORT for name in needed)
    if rebind(roles, strict).complete:
        return True
    for other in others():
        if needed and all(other.named(name, other.order) for name in needed):
            binding = rebind(other, True)
            given = {*binding.positional, *(role for _, role in (*binding.keywords, *binding.constructor))}
            if binding.complete and len(given) > 1:
                return True
    return False
