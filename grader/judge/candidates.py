"""What in a submission may answer a part, in the order in which it is tried.

The student's own functions, classes and methods under the very name that the task asks for, and what the student has put under
it; the same under the part's other names; then values, where a value may stand for a function; then, where there was none of the
first, own functions with private names (`_nms`), those that are named only alike, after a hook on the part's layer if they take
no network, and attributes of objects; then imported ones under the names; then, in that case, own ones whose names tell of
something else too (`soft_nms`); then forward hooks, and classes that register one; at last, in that case, functions that show an
answer and give something back (`plot_map`). What is named alike and takes the part's arguments comes before what has one of its
other names and takes something else (`get_heatmap(cam, image)`), and after what gives no answer, such as what makes hooks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from grader.course.specification import Part, same_name
from grader.judge.binding import SHORT, Binding, Rebind, Roles, bind, bind_class, bind_looking_on
from grader.judge.naming import CALLED, ONLOOKERS, UPKEEP, is_hook, names_alike, words_of
from grader.judge.steps import in_steps
from grader.sandbox.exchange import LoadReport
from grader.sandbox.inventory import Entry, Method, Parameter
from grader.wire.values import Value

Others = Callable[[], Iterable[Roles]]

_RESULTS = {"compute", "calculate", "calc", "value", "result", "get", "run", "evaluate", "final"}  # of an object's last method
_PLACES = {"path", "file", "filename", "fname", "url", "folder", "directory"}


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


def candidates(part: Part, report: LoadReport, roles: Roles, others: Others = tuple) -> Iterator[Candidate]:
    """All of them, best first. `others` makes the roles of other ways to ask, where something that is named only alike may be
    written for one of them."""
    named = list(_named(part, report, roles, others))
    theirs = {name for name, _ in named if _is_theirs(part, name, report.names[name])}
    defined = [one for name, one in named if name in theirs and one.style != "variable"]
    private = [one for one in defined if one.name.startswith("_")]
    own = _what_is_meant([one for one in defined if one not in private], roles)
    meant = [one for one in own if _is_asked_for(part, one, roles)]
    yield from meant
    alike = [one for one in _alike(part, report, roles, others) if one.name not in theirs] if own else []
    yield from (replace(one, instead=bool(meant)) for one in alike)
    yield from (one for one in own if one not in meant)
    yield from sorted((one for _, one in named if one.style == "variable"), key=lambda one: not _fits(part, report, one))
    if not own:
        yield from private
        yield from _alike_or_hooked(part, report, roles, others)
        yield from _attributes(part, report, roles)
        yield from _classes_alike(part, report, roles, others)
    yield from (one for name, one in named if name not in theirs)
    if not own:
        yield from _alike(part, report, roles, others, beside=True)
        yield from _classes_alike(part, report, roles, others, beside=True)
    if "forward_hook" in part.styles:
        yield from _hooks(part, report, roles)
        yield from _keepers(part, report, roles)
    if not own:
        yield from _alike(part, report, roles, others, showing=True)


def _alike_or_hooked(part: Part, report: LoadReport, roles: Roles, others: Others) -> Iterator[Candidate]:
    """Functions that are named alike; a hook on the very layer that the part is about before those that take no network: they may
    look at what it has stored."""
    alike = list(_alike(part, report, roles, others))
    hooked = list(_hooks(part, report, roles)) if _hooks_there(part, report) else []
    if hooked and "forward_hook" in part.styles:
        yield from (one for one in alike if one.takes_model)
        yield from hooked
    yield from alike


def _what_is_meant(own: list[Candidate], roles: Roles) -> list[Candidate]:
    """In their order, but last those that ask for something else, and of the others those that may be about another part where a
    name says that it is not: `iou(pred, target)`, of masks perhaps, after `box_iou(a, b)`.
    """
    told = any(roles.is_named_in(name) for one in own for name in (one.name, *(p.name for p in one.parameters)))
    return sorted(own, key=lambda one: (_asks_for_another(one, roles), told and roles.may_be_elsewhere(one.parameters)))


def _is_asked_for(part: Part, one: Candidate, roles: Roles) -> bool:
    """Whether it has the very name that the task asks for, or takes what the part is given."""
    named = same_name(one.name.rpartition(".")[2]) == same_name(part.names[0])
    return named or (one.binding.complete and not _asks_for_another(one, roles))


def _is_theirs(part: Part, name: str, entry: Entry) -> bool:
    """Whether the student wrote it, or has given the very name that the task asks for to something of a library's."""
    return entry.own or (entry.chosen and same_name(name) == same_name(part.names[0]))


def _asks_for_another(one: Candidate, roles: Roles) -> bool:
    """Whether a parameter is named after a file, or what only another part takes: `iou(mask1, mask2)` is no overlap of boxes."""
    for parameter in one.parameters:
        words = words_of(parameter.name)
        if words & _PLACES:
            return True
        others = {word for word in words if len(word) > 2 and same_name(word) in roles.foreign}
        if others and parameter.required and not any(roles.named(name, roles.order) for name in (parameter.name, *words)):
            return True
    return False


def _fits(part: Part, report: LoadReport, variable: Candidate) -> bool:
    entry = report.names.get(variable.name)
    return entry is not None and entry.axes == part.variable_axes


def _named(part: Part, report: LoadReport, roles: Roles, others: Others) -> Iterator[tuple[str, Candidate]]:
    """What stands under the name that the task asks for, then methods under it; then the same with the part's other names."""
    by_name: dict[str, list[str]] = {}
    for name in report.names:
        by_name.setdefault(same_name(name.rpartition(".")[2]), []).append(name)
    seen = set()
    for names in (part.names[:1], part.names[1:]):
        for wanted in names:
            for name in sorted(by_name.get(same_name(wanted), []), key=lambda found: found != wanted):
                if name not in seen:
                    seen.add(name)
                    for found in _with_instances(name, report, roles):
                        yield from ((found, one) for one in _from_entry(part, found, report.names[found], roles, others))
        if "method" in part.styles:
            yield from _methods_by_name(part, names, report, roles, others)


def _with_instances(name: str, report: LoadReport, roles: Roles) -> list[str]:
    """A name and, of a class, those of its instances: these first where the judge could make none like them."""
    entry = report.names[name]
    if entry.kind not in ("class", "module_class"):
        return [name]
    made = [other for other, each in report.names.items() if each.of == name and each.kind in ("instance", "network")]
    needed = [parameter for parameter in entry.parameters or () if parameter.required]
    makeable = all(roles.named(parameter.name, [*roles.order, *roles.spare]) for parameter in needed)
    return [name, *made] if makeable else [*made, name]


def _from_entry(part: Part, name: str, entry: Entry, roles: Roles, others: Others) -> Iterator[Candidate]:
    here: dict[str, Value] = {"via": "name", "name": name}
    if entry.kind in ("function", "network"):
        if "call" in part.styles and not bind(roles, entry.parameters).complete:
            yield from _given(name, entry, roles)
        if "call" in part.styles and not is_hook(entry.parameters):
            yield from _function(part, name, here, entry.parameters, roles)
    elif entry.kind == "instance":
        called, calls = _called(entry), []
        if called and "call" in part.styles:
            target = here if called == "__call__" else {**here, "via": "method", "method": called}
            calls = list(_function(part, name, target, entry.methods[called].parameters, roles))
        yield from _calls_and_methods(part, name, entry, roles, calls, others)
    elif entry.kind in ("class", "module_class"):
        yield from _from_class(part, name, entry, roles, others)
    elif entry.kind in ("array", "sequence") and "variable" in part.styles:
        omitted = tuple(parameter.role for parameter in part.parameters)
        yield Candidate(name, "variable", {"via": "variable", "name": name}, Binding(omitted=omitted))


def _function(
    part: Part, name: str, target: dict[str, Value], parameters: tuple[Parameter, ...] | None, roles: Roles
) -> Iterator[Candidate]:
    binding = bind(roles, parameters)
    if not binding.complete and "forward_hook" in part.styles:
        yield from _installer(part, name, parameters, roles)
    yield Candidate(name, "call", target, binding, lambda other, strict: bind(other, parameters, strict), parameters or ())


def _given(name: str, entry: Entry, roles: Roles) -> Iterator[Candidate]:
    """The function that a function makes (`make_loss(smooth)`): what makes it is given what its parameters are named after."""
    given = entry.gives
    if given is None or is_hook(given) or any(parameter.how in ("args", "kwargs") for parameter in given):
        return

    def rebind(other: Roles, strict: bool) -> Binding:
        return bind_class(other, entry.parameters, given, strict)

    yield Candidate(name, "call", {"via": "made", "name": name}, rebind(roles, False), rebind, given, entry.parameters or ())


def _installer(part: Part, name: str, parameters: tuple[Parameter, ...] | None, roles: Roles) -> Iterator[Candidate]:
    """A function that takes the model alone, or nothing, and registers a hook on it: the network is then run by the caller."""
    needed = tuple(role for role in roles.order if role not in roles.optional)
    models = Roles(tuple(role for role in roles.order if role in roles.optional), roles.aliases, roles.optional)
    binding = bind(models, parameters)
    if binding.complete and not binding.keywords and len(needed) == 1 and "forward_hook" in part.styles:
        whole = Binding((*binding.positional, *needed), omitted=binding.omitted)
        yield Candidate(name, "forward_hook", {"via": "install", "name": name}, whole, parameters=parameters or ())


def _from_class(part: Part, name: str, entry: Entry, roles: Roles, others: Others) -> Iterator[Candidate]:
    if "method" in part.styles:
        yield from _in_steps(part, name, entry, roles, others)
    called, calls = _called(entry), []
    if called and "module_class" in part.styles:
        target = _call_of(name, called, entry)
        calls = list(_made(name, target, "module_class", entry, entry.methods[called], roles))
    yield from _calls_and_methods(part, name, entry, roles, calls, others)
    if not any(method in entry.methods for method in CALLED):
        yield from _installer(part, name, entry.parameters, roles)


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
    """How an instance is called: one that is no network but has a `forward` cannot be called itself."""
    if called == "forward" and entry.kind == "class":
        return {"via": "method", "name": name, "method": called}
    return {"via": "instance", "name": name}


def _made(name: str, target: dict[str, Value], style: str, entry: Entry, method: Method, roles: Roles) -> Iterator[Candidate]:
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


def _in_steps(part: Part, name: str, entry: Entry, roles: Roles, others: Others, last: str = "") -> Iterator[Candidate]:
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
        found += _made(f"{name}.{method}", target, "method", entry, entry.methods[method], roles)
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
    return rebind is not None and _is_made_for(rebind, method.parameters, roles, others)


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


def _methods_by_name(
    part: Part, names: Sequence[str], report: LoadReport, roles: Roles, others: Others
) -> Iterator[tuple[str, Candidate]]:
    """Methods of any class or instance under these names: of instances first, which the submission has made itself."""
    ranks = {same_name(name): rank for rank, name in reversed(list(enumerate(names)))}
    found = [
        (entry.kind not in ("instance", "network"), ranks[same_name(method)], name, method)
        for name, entry in report.names.items()
        for method in entry.methods
        if same_name(method) in ranks and not is_hook(entry.methods[method].parameters)
    ]
    for _, _, name, method in sorted(found):
        target: dict[str, Value] = {"via": "method", "name": name, "method": method}
        entry = report.names[name]
        if entry.kind in ("class", "module_class"):
            yield from ((name, one) for one in _in_steps(part, name, entry, roles, others, method))
        yield from ((name, one) for one in _made(f"{name}.{method}", target, "method", entry, entry.methods[method], roles))


def _attributes(part: Part, report: LoadReport, roles: Roles) -> Iterator[Candidate]:
    """Attributes and properties under the part's names: of instances first, else of one that is made for the arguments."""
    ranks = {same_name(name): rank for rank, name in reversed(list(enumerate(part.names)))}
    found = [
        (entry.kind not in ("instance", "network"), ranks[same_name(attribute)], name, attribute)
        for name, entry in report.names.items()
        for attribute in entry.attributes
        if ("variable" in part.styles or ("method" in part.styles and entry.kind in ("class", "module_class")))
        and same_name(attribute) in ranks
        and entry.own
        and not _is_setting(attribute, entry, report, roles)
    ]
    for is_class, _, name, attribute in sorted(found):
        target: dict[str, Value] = {"via": "attribute", "name": name, "method": attribute}
        if not is_class:
            omitted = tuple(parameter.role for parameter in part.parameters)
            yield Candidate(f"{name}.{attribute}", "variable", target, Binding(omitted=omitted))
        elif (binding := bind_class(roles, report.names[name].parameters, ())).complete:
            yield Candidate(f"{name}.{attribute}", "variable", target, binding)


def _is_setting(attribute: str, entry: Entry, report: LoadReport, roles: Roles) -> bool:
    """Whether an attribute is but what a constructor is told, or not told, under its name: `weight` of a loss's classes. One that
    is given a network may have it from there."""
    made_by = report.names.get(entry.of, entry).parameters or ()
    if any(roles.named(parameter.name, roles.networks) for parameter in made_by):
        return False
    same = [parameter for parameter in made_by if same_name(parameter.name) == same_name(attribute)]
    return any(not parameter.required or entry.kind in ("class", "module_class") for parameter in same)


def _alike(
    part: Part, report: LoadReport, roles: Roles, others: Others, beside: bool = False, showing: bool = False
) -> Iterator[Candidate]:
    """Own functions whose name has one of the part's keywords among its words, and whose parameters fit."""
    for name in names_alike(part, report, ("function",), beside, showing):
        parameters = report.names[name].parameters
        if not is_hook(parameters) and _is_made_for(partial(_bound, parameters), parameters, roles, others):
            yield from _function(part, name, {"via": "name", "name": name}, parameters, roles)
        for one in _given(name, report.names[name], roles):
            if one.rebind is not None and _is_made_for(one.rebind, one.parameters, roles, others):
                yield one


def _bound(parameters: tuple[Parameter, ...] | None, roles: Roles, strict: bool) -> Binding:
    return bind(roles, parameters, strict)


def _classes_alike(part: Part, report: LoadReport, roles: Roles, others: Others, beside: bool = False) -> Iterator[Candidate]:
    """Own classes of such names, where what they are called with fits."""
    for name in names_alike(part, report, ("class", "module_class"), beside):
        for one in _from_class(part, name, report.names[name], roles, others):
            if one.rebind is not None and (one.binding.steps or _is_made_for(one.rebind, one.parameters, roles, others)):
                yield one


def _is_made_for(rebind: Rebind, parameters: Sequence[Parameter] | None, roles: Roles, others: Others) -> bool:
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


def _hooks(part: Part, report: LoadReport, roles: Roles) -> Iterator[Candidate]:
    """The hook on the layer that the part is about (the last one there), else the last hook on a network."""
    numbers = [number for number, place in enumerate(report.hooks) if place.layer or place.network]
    for number in (_hooks_there(part, report) or numbers)[-1:]:
        omitted = tuple(role for role in roles.order if role in roles.optional)
        given = tuple(role for role in roles.order if role not in roles.optional)
        yield Candidate("", "forward_hook", {"via": "hook", "number": number}, Binding(given, omitted=omitted))


def _hooks_there(part: Part, report: LoadReport) -> list[int]:
    """The numbers of the hooks on the layer that the part is about, or within it."""
    layer = part.hook_layer
    return [number for number, place in enumerate(report.hooks) if layer and f"{place.layer}.".startswith(f"{layer}.")]


def _keepers(part: Part, report: LoadReport, roles: Roles) -> Iterator[Candidate]:
    """Own classes with a method that is a hook: whoever makes one has it registered, and runs the network."""
    for name, entry in report.names.items():
        needed = [parameter for parameter in entry.parameters or () if parameter.required]
        takes_model = bool(needed) and all(roles.named(parameter.name, [*roles.networks]) for parameter in needed)
        hooks = [method for method, one in entry.methods.items() if method not in CALLED and is_hook(one.parameters)]
        if entry.kind in ("class", "module_class") and entry.own and takes_model and hooks:
            yield from _installer(part, name, entry.parameters, roles)
