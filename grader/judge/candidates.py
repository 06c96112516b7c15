"""What in a submission may answer a part, in the order in which it is tried.

The student's own functions, classes and methods under the very name that the task asks for, and what the student has put under
it; the same under the part's other names; then values, where a value may stand for a function; then, where there was none of
the first, own functions with private names (`_nms`), those that are named only alike, after a hook on the part's layer if they
take no network, arrays that are named alike, attributes of objects, and classes and methods that are named alike; then imported
ones under the names; then, in that case, own ones whose names tell of something else too (`soft_nms`); then forward hooks, and
classes that register one; at last, in that case, functions that show an answer and give something back (`plot_map`). What is
named alike and takes the part's arguments comes before what has one of its other names and takes something else
(`get_heatmap(cam, image)`), and after what gives no answer, such as what makes hooks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from grader.course.specification import Part, same_name
from grader.judge.binding import FLAGS, SHORT, Binding, Roles, bind, bind_class
from grader.judge.naming import CALLED, FILE_WORDS, is_hook, methods_alike, names_alike, words_of
from grader.judge.offers import (
    Candidate,
    Others,
    is_made_for,
    makes_hooks,
    offers,
    offers_in_steps,
    offers_of_class,
    offers_of_function,
    offers_of_installer,
    offers_of_layered_installer,
    offers_of_maker,
    offers_of_method,
)
from grader.sandbox.exchange import LoadReport
from grader.sandbox.inventory import Entry, Parameter
from grader.wire.values import Value


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
        yield from _variables_alike(part, report)
        yield from _attributes(part, report, roles)
        yield from _classes_alike(part, report, roles, others)
        yield from _methods_alike(part, report, roles, others)
    yield from (one for name, one in named if name not in theirs)
    if not own:
        yield from _alike(part, report, roles, others, beside=True)
        yield from _classes_alike(part, report, roles, others, beside=True)
        yield from _methods_alike(part, report, roles, others, beside=True)
    if "forward_hook" in part.styles:
        yield from _hooks(part, report, roles)
        yield from _keepers(part, report, roles, others)
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


def _variables_alike(part: Part, report: LoadReport) -> Iterator[Candidate]:
    """Own arrays that have as many axes as the part's, and a name that tells: `fc_weights_np`."""
    omitted = tuple(parameter.role for parameter in part.parameters)
    for name in names_alike(part, report, ("array",)) if "variable" in part.styles else []:
        if report.names[name].axes == part.variable_axes:
            yield Candidate(name, "variable", {"via": "variable", "name": name}, Binding(omitted=omitted))


def _what_is_meant(own: list[Candidate], roles: Roles) -> list[Candidate]:
    """In their order, but last those that ask for something else, and of the others those that may be about another part where a
    name says that it is not: `iou(pred, target)`, of masks perhaps, after `box_iou(a, b)`. A helper of an object, whose
    parameters tell nothing, never goes before the object's own call.
    """
    told = any(roles.is_named_in(name) for one in own for name in (one.name, *(p.name for p in one.parameters)))

    def rank(one: Candidate) -> tuple[bool, bool]:
        return _asks_for_another(one, roles), told and roles.may_be_elsewhere(one.parameters)

    ranks = {one.name: rank(one) for one in own}

    def rank_with_its_object(one: Candidate) -> tuple[bool, bool]:
        known = any(len(p.name) > SHORT and roles.named(p.name, roles.order) for p in one.parameters)
        return rank(one) if known else max(rank(one), ranks.get(one.name.rpartition(".")[0], rank(one)))

    return sorted(own, key=rank_with_its_object)


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
        if words & FILE_WORDS:
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
                    for found in _with_instances(part, name, report, roles):
                        yield from ((found, one) for one in offers(part, found, report.names[found], roles, others))
        if "method" in part.styles:
            yield from _methods_by_name(part, names, report, roles, others)


def _with_instances(part: Part, name: str, report: LoadReport, roles: Roles) -> list[str]:
    """A name and, of a class, those of its instances: these first where the judge could make none like them, or where the file
    alone says how a switch of the constructor is meant, which is told nothing else."""
    entry = report.names[name]
    if entry.kind not in ("class", "module_class"):
        return [name]
    made = [other for other, each in report.names.items() if each.of == name and each.kind in ("instance", "network")]
    needed = [parameter for parameter in entry.parameters or () if parameter.required]
    told = [parameter for parameter in entry.parameters or () if roles.named(parameter.name, [*roles.order, *roles.spare])]
    makeable = all(parameter in told for parameter in needed)
    switches = [parameter for parameter in entry.parameters or () if parameter.default in FLAGS]
    known = any(setting.is_of(p.name, p.default) for p in entry.parameters or () for setting in part.settings)
    return [*made, name] if not makeable or (switches and not told and not known) else [name, *made]


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
            yield from ((name, one) for one in offers_in_steps(part, name, entry, roles, others, method))
        yield from (
            (name, one) for one in offers_of_method(f"{name}.{method}", target, "method", entry, entry.methods[method], roles)
        )


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
        else:
            yield from offers_in_steps(part, name, report.names[name], roles, tuple, attribute)


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
        hooks = is_hook(parameters) or makes_hooks(report.names[name])
        if not hooks and is_made_for(partial(_bound, parameters), parameters, roles, others):
            yield from offers_of_function(part, name, {"via": "name", "name": name}, parameters, roles)
        for one in offers_of_maker(name, report.names[name], roles):
            if one.rebind is not None and is_made_for(one.rebind, one.parameters, roles, others):
                yield one


def _bound(parameters: tuple[Parameter, ...] | None, roles: Roles, strict: bool) -> Binding:
    return bind(roles, parameters, strict)


def _classes_alike(part: Part, report: LoadReport, roles: Roles, others: Others, beside: bool = False) -> Iterator[Candidate]:
    """Own classes of such names, where what they are called with fits."""
    for name in names_alike(part, report, ("class", "module_class"), beside):
        for one in offers_of_class(part, name, report.names[name], roles, others):
            if one.rebind is not None and (one.binding.steps or is_made_for(one.rebind, one.parameters, roles, others)):
                yield one


def _methods_alike(part: Part, report: LoadReport, roles: Roles, others: Others, beside: bool = False) -> Iterator[Candidate]:
    """Methods of such names, of own objects and classes, where what they are given fits."""
    for name, method in methods_alike(part, report, beside) if "method" in part.styles else []:
        entry = report.names[name]
        target: dict[str, Value] = {"via": "method", "name": name, "method": method}
        in_steps = offers_in_steps(part, name, entry, roles, others, method) if entry.kind in ("class", "module_class") else ()
        for one in (*in_steps, *offers_of_method(f"{name}.{method}", target, "method", entry, entry.methods[method], roles)):
            if one.rebind is not None and (one.binding.steps or is_made_for(one.rebind, one.parameters, roles, others)):
                yield one


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


def _keepers(part: Part, report: LoadReport, roles: Roles, others: Others) -> Iterator[Candidate]:
    """Own classes that register a hook, or have a method that is one: whoever makes one has it registered, and runs the
    network."""
    for name, entry in report.names.items():
        needed = [parameter for parameter in entry.parameters or () if parameter.required]
        hooks = [method for method, one in entry.methods.items() if method not in CALLED and is_hook(one.parameters)]
        if entry.kind in ("class", "module_class") and entry.own and needed and (hooks or entry.hooking):
            if all(roles.named(parameter.name, [*roles.networks]) for parameter in needed):
                yield from offers_of_installer(part, name, entry.parameters, roles)
            else:
                yield from offers_of_layered_installer(name, entry.parameters or (), roles, others)
