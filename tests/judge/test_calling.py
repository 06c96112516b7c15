"""Which attempts are made for what a submission defines, and in which order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.course.specification import Assignment
from grader.judge.alternatives import Alternative, Probe
from grader.judge.binding import bind_steps
from grader.judge.calling import attempts_in_turn, nearest_first
from grader.judge.candidates import candidates
from grader.judge.delivery import asked_arguments, essence, join, requests_of, served_model
from grader.judge.forms import with_an_axis_more
from grader.judge.naming import functions_for, names_alike
from grader.judge.offers import Candidate
from grader.judge.question import Attempt, Question
from grader.judge.search import Search
from grader.sandbox.exchange import Answer, Failure, LoadReport
from grader.sandbox.inventory import Entry, HookPlace, Method, Parameter
from grader.wire.values import Array, Handle, Model

ASSIGNMENT = Assignment.model_validate(
    {
        "schema": "grader/assignment/1",
        "id": "vision",
        "title": "Vision",
        "points": 5,
        "reference": "reference.py",
        "models": {"big": {"factory": "library.big"}, "small": {"factory": "library.small"}},
        "parts": [
            {
                "id": "maps",
                "title": "Maps",
                "points": 1,
                "names": ["get_maps", "maps", "Maps"],
                "parameters": [{"role": "model", "optional": True, "aliases": ["net"]}, {"role": "x", "aliases": ["img"]}],
                "styles": ["call", "method", "module_class", "forward_hook"],
                "accepts": ["torch", "numpy"],
                "one_by_one": ["x"],
                "variable_model": "big",
                "hook_layer": "last",
                "keywords": ["maps"],
            },
            {
                "id": "matrix",
                "title": "Matrix",
                "points": 1,
                "names": ["get_matrix", "W"],
                "parameters": [{"role": "model", "optional": True}],
                "styles": ["call", "variable"],
                "accepts": ["torch"],
                "variable_model": "big",
                "variable_axes": 2,
            },
            {
                "id": "overlap",
                "title": "Overlap",
                "points": 1,
                "names": ["overlap"],
                "parameters": [{"role": "first"}, {"role": "second"}],
                "settings": [
                    {"names": ["box_format"], "default": "midpoint", "value": "corners"},
                    {"names": ["sized"], "default": True, "value": False},
                ],
                "styles": ["call", "method", "module_class"],
                "accepts": ["torch", "list"],
                "batch_axis": ["first", "second"],
                "keywords": ["overlap"],
            },
            {
                "id": "pick",
                "title": "Pick",
                "points": 1,
                "names": ["pick"],
                "parameters": [{"role": "values", "aliases": ["v"]}, {"role": "index"}],
                "accepts": ["list"],
                "index_forms": ["index"],
            },
            {
                "id": "blend",
                "title": "Blend",
                "points": 1,
                "names": ["blend"],
                "parameters": [{"role": "maps"}, {"role": "rows"}, {"role": "row"}],
                "accepts": ["torch", "numpy"],
                "batch_axis": ["maps"],
                "index_forms": ["row"],
            },
        ],
    }
)


def function(*names: str, own: bool = True, kind: str = "function") -> Entry:
    """A function with these required parameters."""
    return Entry(kind, tuple(Parameter(name) for name in names), own=own)


def report(
    hooks: tuple[HookPlace, ...] = (), networks: tuple[str, ...] = (), evaluated: bool = False, **names: Entry
) -> LoadReport:
    """What the sandbox said."""
    return LoadReport("", "", (), (), names, (), evaluated, hooks, networks)


def attempts(asked: Question) -> list[Attempt]:
    """All of them."""
    return list(attempts_in_turn(asked))


def question(part: str, said: LoadReport, *alternatives: Alternative) -> Question:
    """The question for a part."""
    return Question(ASSIGNMENT, ASSIGNMENT.part(part), said, {one.id: one for one in alternatives})


def styles(part: str, said: LoadReport) -> list[tuple[str, str]]:
    """(style, name) of what is tried, in order."""
    return list(dict.fromkeys((one.candidate.style, one.candidate.name) for one in attempts(question(part, said))))


def candidates_of(part: str, said: LoadReport) -> list[Candidate]:
    """What is tried, in order, each once."""
    return list({one.candidate.name: one.candidate for one in attempts(question(part, said))}.values())


def test_nothing_answers():
    """A submission without anything under the part's names has no attempts, so that it is told so."""
    assert attempts(question("overlap", report(other=function("a", "b")))) == []


def test_the_canonical_call_comes_first():
    """The first attempt changes nothing, and forms come in the part's order."""
    made = attempts(question("overlap", report(overlap=function("first", "second"))))
    assert [(one.form, one.changes) for one in made[:3]] == [
        ("torch", ()),
        ("list", ()),
        ("torch", ("expand:first", "expand:second")),
    ]


def test_own_before_imported():
    """A library's function under the part's name is used only where the student wrote none, under whatever name."""
    said = report(overlap=function("a", "b", own=False), my_overlap=function("first", "second"))
    assert styles("overlap", said) == [("call", "my_overlap"), ("call", "overlap")]


def test_the_tasks_name_for_a_librarys_function():
    """Protects `from library import cover as overlap`: the student says that this is it. Of other names, own ones come first."""
    chosen = Entry("function", (Parameter("a"), Parameter("b")), own=False, chosen=True)
    said = report(overlap=chosen, fast_overlap=function("first", "second"))
    assert styles("overlap", said)[0] == ("call", "overlap")
    said = report(maps=chosen, get_maps_2=function("model", "x"), W=chosen, matrix=function("model"))
    assert [style for style in styles("maps", said) if style[1] == "maps"] == [("call", "maps")]


@pytest.mark.parametrize("other", [function("img_path"), function("net", "img_path"), function("first", "second", "third")])
def test_what_is_named_alike_before_what_takes_something_else(other: Entry):
    """Fair to a helper that has one of the part's names: `maps(img_path)`, which loads, beside `network_maps(net, img)`."""
    called = [style for style in styles("maps", report(maps=other, network_maps=function("net", "img"))) if style[0] == "call"]
    assert called == [("call", "network_maps"), ("call", "maps")]


def test_what_is_named_alike_after_what_gives_no_answer():
    """Fair to `maps(name)`, which makes hooks, beside `network_maps(net, img)`; whose own function raises is told of that."""
    made = attempts(question("maps", report(maps=function("model", "x"), network_maps=function("net", "img"))))
    search, last = Search(), [one for one in made if one.candidate.instead]
    assert {one.candidate.name for one in last} == {"network_maps"}
    search.add(made[0], Answer(Handle(0, "function"), None, ()))
    assert not search.is_idle(last[0])
    search.add(made[0], Answer(None, Failure(("TypeError",), "", 0, 3, "", 3), ()))
    assert search.is_idle(last[0])


def test_own_ones_beside_the_point_after_imported():
    """Protects the library's function under the task's name from `compare_overlap`, which prints, and from another quantity."""
    said = report(overlap=function("a", "b", own=False), soft_overlap=function("a", "b"), compare_overlap=function("a", "b"))
    assert styles("overlap", said)[0] == ("call", "overlap")
    assert len(styles("overlap", said)) == 3
    said = report(soft_overlap=function("first", "second"), overlap_of_mine=function("first", "second"))
    assert styles("overlap", said) == [("call", "overlap_of_mine"), ("call", "soft_overlap")]


def test_letters_that_only_look_latin():
    """Protects a name in which a Cyrillic letter slipped in from the other keyboard layout: nobody sees it."""
    name = "\N{CYRILLIC SMALL LETTER O}ver_l\N{CYRILLIC SMALL LETTER A}p"
    assert styles("overlap", report(**{name: function("first", "second")})) == [("call", name)]


def test_who_asks_for_something_else_comes_last():
    """Protects the right one of two functions under a part's names from one that reads a file, or is about another part."""
    path = Entry("function", (Parameter("path", required=False),))
    assert styles("matrix", report(get_matrix=path, W=function("model"))) == [("call", "W"), ("call", "get_matrix")]
    said = report(get_maps=function("model", "values_2"), maps=function("model", "x"))
    assert styles("maps", said)[:2] == [("call", "maps"), ("call", "get_maps")]


def test_what_may_be_about_another_part_comes_last():
    """Protects `iou(mask, mask)` beside `box_iou`: parameters that are another part's too tell nothing, a name does."""
    parts = [part.model_dump() for part in ASSIGNMENT.parts]
    for part, names, roles in ((2, ["overlap", "box_overlap"], ("box1", "box2")), (3, ["pick"], ("y", "p"))):
        parts[part]["names"] = names
        parts[part]["parameters"] = [{"role": role, "aliases": [f"alias{n}"]} for n, role in enumerate(roles)]
        parts[part]["batch_axis"] = parts[part]["index_forms"] = []
    assignment = Assignment.model_validate({**ASSIGNMENT.model_dump(by_alias=True, exclude_defaults=True), "parts": parts})

    def order(**names: Entry) -> list[str]:
        made = attempts(Question(assignment, assignment.part("overlap"), report(**names)))
        return list(dict.fromkeys(one.candidate.name for one in made))

    either, own = function("alias0", "alias1"), function("a", "b")
    assert order(overlap=either, box_overlap=own) == ["box_overlap", "overlap"]
    assert order(overlap=own, box_overlap=either) == ["overlap", "box_overlap"]
    assert order(overlap=either) == ["overlap"]
    assert order(overlap=either, Box_Overlap=function("boxA", "boxB")) == ["Box_Overlap", "overlap"]
    parts[2]["names"] = ["overlap", "shared_part"]  # a parameter's name does too
    assignment = Assignment.model_validate({**assignment.model_dump(by_alias=True, exclude_defaults=True), "parts": parts})
    assert order(overlap=either, shared_part=function("boxA", "boxB")) == ["shared_part", "overlap"]


def test_the_other_order_of_a_network_and_its_input():
    """Protects `(x, model)` behind a wrapper that hides it; not tried where a name tells which is which."""
    wrapped = Entry("function", (Parameter("args", False, "args"), Parameter("kwargs", False, "kwargs")))
    for entry, tried in ((wrapped, 2), (function("a", "b"), 2), (function("net", "b"), 1)):
        made = attempts(question("maps", report(get_maps=entry), other(model=None, x=None, layer=None)))
        orders = list(dict.fromkeys(one.candidate.binding.positional for one in made if not one.alternative))
        assert orders == [("model", "x"), ("x", "model")][:tried]
        swapped = [place for place, one in enumerate(made) if one.candidate.binding.positional == ("x", "model")]
        assert swapped[-1:] < [place for place, one in enumerate(made) if one.alternative] or entry is not wrapped


def test_letters_after_the_order():
    """Protects `pick(a, v)` in the task's order, and with the index in front: what a letter says is tried after the order."""
    usual, turned = ("values", "index"), ("index", "values")
    for names, tried in ((("a", "v"), [usual, turned]), (("index", "v"), [turned]), (("a", "values"), [turned])):
        made = attempts(question("pick", report(pick=function(*names))))
        assert list(dict.fromkeys(one.candidate.binding.positional for one in made)) == tried


def test_a_letter_does_not_tell_a_network_from_its_input():
    """Protects `get_maps(x, y)`, where x is the network; the order that the letter says comes first, and both known tell."""
    for names, tried in ((("x", "y"), 2), (("x", "net"), 1), (("img", "y"), 1)):
        made = attempts(question("maps", report(get_maps=function(*names))))
        orders = list(dict.fromkeys(one.candidate.binding.positional for one in made))
        assert orders == [("x", "model"), ("model", "x")][:tried]


def test_onlookers_do_not_answer():
    """A function that draws or tests an overlap is not one that computes it."""
    assert styles("overlap", report(plot_overlap=function("first", "second"), test_overlap=function("first", "second"))) == []


def test_who_shows_an_answer_may_give_it_back():
    """Protects `visualize_overlap`, which is the only one that computes it, and draws it too; a test of it is still none."""
    shown = replace(function("first", "second"), answers=True)
    assert styles("overlap", report(plot_overlap=shown, test_overlap=shown)) == [("call", "plot_overlap")]
    assert styles("overlap", report(plot_overlap=shown, overlap=function("first", "second"))) == [("call", "overlap")]
    assert styles("overlap", report(plot_overlap=shown, overlap_of=function("p", "q"))) == [
        ("call", "overlap_of"),
        ("call", "plot_overlap"),
    ]
    assert styles("overlap", report(show_overlap=replace(function("picture"), answers=True))) == []


def test_what_a_function_makes_is_called():
    """Protects `make_overlap(eps)` and Keras's losses: what they make takes the part's arguments; a decorator makes none."""
    pair = (Parameter("first"), Parameter("second"))
    makes = Entry("function", (Parameter("eps", required=False),), gives=pair)
    (made,) = {one.candidate for one in attempts(question("overlap", report(make_overlap=makes)))}
    assert (made.name, made.target["via"], made.binding.positional) == ("make_overlap", "made", ("first", "second"))
    assert styles("overlap", report(overlap=makes))[0] == ("call", "overlap")
    by_first = replace(makes, parameters=(Parameter("first"),), gives=(Parameter("second"),))
    curried = attempts(question("overlap", report(overlap=by_first)))[0].candidate.binding
    assert (curried.constructor, curried.positional) == ((("first", "first"),), ("second",))
    wrapper = replace(makes, parameters=(Parameter("f"),), gives=(Parameter("args", required=False, how="args"),))
    hooks = replace(makes, gives=(Parameter("module"), Parameter("input"), Parameter("output")))
    for other in (wrapper, hooks):
        assert not [
            one for one in attempts(question("overlap", report(my_overlap=other))) if one.candidate.target["via"] == "made"
        ]
    itself = attempts(question("overlap", report(overlap=replace(makes, parameters=pair))))
    assert {one.candidate.target["via"] for one in itself} == {"name"}


def test_functions_before_values_and_values_of_the_right_size_first():
    """W may be a picture's width in one notebook and the matrix in the next."""
    said = report(W=Entry("number"), w=Entry("array", axes=1), _w=Entry("array", axes=2), get_matrix=function("model"))
    assert styles("matrix", said) == [("call", "get_matrix"), ("variable", "_w"), ("variable", "w")]


def test_a_hook_is_never_called():
    """A function with a hook's parameters, or one that was registered, is replayed through the hook instead."""
    said = report(
        hooks=(HookPlace("big", "last"),), get_maps=function("module", "inputs", "output"), maps=function("a", kind="hook")
    )
    assert styles("maps", said) == [("forward_hook", "")]


def test_what_makes_hooks_is_never_called():
    """Protects the message to who registers `get_map(name)` elsewhere: it was asked for a map, and the hook that came told of."""
    hook = tuple(map(Parameter, ("module", "inputs", "output")))
    assert styles("maps", report(get_maps=Entry("function", (Parameter("name"),), gives=hook))) == []
    made = Entry("function", (Parameter("name"),), gives=tuple(map(Parameter, ("model", "x"))))
    assert styles("maps", report(get_maps=made))[0] == ("call", "get_maps")


def test_what_torch_could_not_know_to_give_is_no_hook():
    """Fair to `get_maps(model, x, out=None)`: a hook's parameters have no defaults, for torch gives it all three."""
    parameters = Parameter("model"), Parameter("x"), Parameter("out", required=False)
    assert styles("maps", report(get_maps=Entry("function", parameters))) == [("call", "get_maps")]


def test_an_object_that_serves_as_a_hook_is_never_called():
    """Protects `class Maps` with a hook's `__call__`, and its objects: the hook that stands on a layer answers, or a function."""
    call = {"__call__": Method((Parameter("module"), Parameter("inp"), Parameter("out")))}
    said = report(
        hooks=(HookPlace("big", "last"),), Maps=Entry("class", (), call), get_maps=Entry("instance", methods=call, of="Maps")
    )
    assert styles("maps", said) == [("forward_hook", "")]
    assert styles("maps", report(Maps=Entry("class", (), call), maps=function("model", "x"))) == [("call", "maps")]


def test_the_hook_on_the_right_layer():
    """Of several hooks the last one on the layer that is asked for counts, one on a block of it too."""
    places = (HookPlace("big", "last"), HookPlace("big", "last.2"), HookPlace("big", "pool"), HookPlace("", ""))
    made = attempts(question("maps", report(hooks=places)))[0]
    assert made.candidate.target == {"via": "hook", "number": 1}


def test_a_hook_on_the_layer_comes_before_what_looks_at_its_features():
    """Fair to a hook beside `map_features(img)`, which uses what it has stored; a function of the network comes first."""
    hooks = (HookPlace("big", "last"),)
    assert styles("maps", report(hooks, show_maps=function("x"), maps_of_image=function("x")))[0] == ("forward_hook", "")
    by_function = styles("maps", report(hooks, extract_maps=function("model", "x")))
    assert by_function == [("call", "extract_maps"), ("forward_hook", "")]
    elsewhere = styles("maps", report((HookPlace("big", "pool"),), maps_of_image=function("x")))
    assert elsewhere[0] == ("call", "maps_of_image")


@pytest.mark.parametrize("beside", ["overlay", "show", "remove_hooks", "save_hook"])
def test_the_one_method_of_a_class_that_answers(beside: str):
    """Fair to a class with one method for the answer and others for pictures and hooks."""
    methods = {"generate": Method((Parameter("x"),)), beside: Method((Parameter("img"), Parameter("answer")))}
    said = report(Maps=Entry("class", (Parameter("model"),), methods))
    assert [name for style, name in styles("maps", said) if style == "method"] == ["Maps.generate"]


@pytest.mark.parametrize("kind", ["class", "module_class"])
def test_a_class_that_registers_its_own_method(kind: str):
    """Fair to a class of any name which keeps what its hook is given, and whose call gives what the network answers."""
    save = Method((Parameter("module"), Parameter("inputs"), Parameter("output")))
    methods = {"save": save, "forward": Method((Parameter("x"),))}
    made = attempts(question("maps", report(Activations=Entry(kind, (Parameter("model"),), methods))))
    assert {str(one.candidate.target) for one in made} == {"{'via': 'install', 'name': 'Activations'}"}
    assert not attempts(question("maps", report(Activations=Entry(kind, (Parameter("path"),), methods))))
    assert not attempts(question("maps", report(Activations=Entry(kind, (Parameter("model"),), {"forward": methods["forward"]}))))


def test_a_class_that_registers_a_private_method():
    """Fair to `CAM(model, conv_layer, fc_layer)`, whose call is about another part: it is made as another way to ask names its
    parameters, and the network is run. Of a class that registers nothing none is made."""
    kept = Entry("class", (Parameter("net"), Parameter("block")), hooking=True)
    way = Alternative("block", {"model": Model("big"), "x": np.ones(3), "block": "last"}, "note")
    (made,) = {
        one.candidate.name: one for one in attempts(question("maps", report(Keeper=kept), way)) if one.alternative
    }.values()
    assert made.candidate.target == {"via": "install", "name": "Keeper"}
    assert made.candidate.binding.positional == ("model", "block", "x")
    assert not attempts(question("maps", report(Keeper=replace(kept, hooking=False)), way))
    alone = replace(kept, parameters=(Parameter("net"),))
    assert attempts(question("maps", report(Keeper=alone)))[0].candidate.binding.positional == ("model", "x")
    assert not attempts(question("maps", report(Keeper=replace(alone, parameters=(Parameter("path"),))), way))


def test_a_function_of_too_few_parameters_is_asked_in_no_dress():
    """Protects other ways to ask, with an axis more say: they once came after forty calls that Python itself refuses."""
    way = Alternative("row", {"values": np.ones(3)}, "note")
    made = attempts(question("pick", report(pick=function("v")), way))
    assert {one.changes for one in made if not one.alternative} == {()}
    both = attempts(question("pick", report(pick=function("v", "k"))))
    assert {one.changes for one in both} > {()}


def test_a_letter_with_a_number_may_be_a_count():
    """Fair to `pick(model, x, k=1)` for the best one: ways to ask that a question tells apart come first."""
    roles = {"model": Model("big"), "x": np.ones((1, 3))}
    names = {"index": ("k", "number")}
    ways = (
        Alternative("index", {**roles, "index": 1}, "note", names),
        Alternative("decided", roles, "note", probe=Probe(roles, bool)),
    )

    def first(*parameters: Parameter) -> str:
        said = report(pick=Entry("function", (Parameter("model"), Parameter("x"), *parameters), answers=True))
        return attempts(question("pick", said, *ways))[0].alternative

    assert first(Parameter("k", False, default="1")) == "decided"
    assert first(Parameter("k", False, default="0")) == first(Parameter("k", False)) == "index"
    assert first(Parameter("number", False, default="1")) == "index"


def test_the_very_name_comes_before_other_names():
    """Fair to a method under the name that the task asks for, beside a helper or a class under one of the other names."""
    methods = {"get_maps": Method((Parameter("model"), Parameter("x"))), "forward": Method((Parameter("x"),))}
    said = report(maps=function("x"), Lab=Entry("class", (), {"get_maps": methods["get_maps"]}))
    assert styles("maps", said)[0] == ("method", "Lab.get_maps")
    assert styles("maps", report(Maps=Entry("module_class", (), methods)))[0] == ("method", "Maps.get_maps")
    also = {"maps": Method((Parameter("x"),)), "__call__": Method((Parameter("x"),))}
    assert styles("maps", report(Maps=Entry("class", (Parameter("model"),), also)))[0] == ("method", "Maps.maps")
    assert styles("maps", report(get_maps=function("model", "x"), Lab=Entry("class", (), methods)))[0] == ("call", "get_maps")


def test_a_function_that_only_registers_a_hook():
    """`get_maps(model)` cannot take the input: it is called, and then the network is run."""
    first = attempts(question("maps", report(get_maps=function("model"))))[0]
    assert first.candidate.target == {"via": "install", "name": "get_maps"}
    assert first.candidate.binding.positional == ("model", "x")


def test_hooks_at_top_level_are_offered_to_functions_that_are_given_a_model():
    """A function may count on a hook that was registered at top level on the student's own network."""
    made = attempts(question("maps", report(hooks=(HookPlace("big", "last"),), get_maps=function("model", "x"))))
    assert [one.replay for one in made[:2]] == [True, False]
    own = attempts(question("maps", report(hooks=(HookPlace("big", "last"),), get_maps=function("x"))))
    assert not any(one.replay for one in own)


def test_variables_that_are_named_alike():
    """Fair to `fc_matrix_np = model.fc.weight`: a part that may be a value is found by its keywords, too, after all functions."""
    part = ASSIGNMENT.part("matrix").model_copy(update={"keywords": ("matrix",)})
    known = {"last_matrix": Entry("array", axes=2), "matrix_row": Entry("array", axes=1), "values": Entry("array", axes=2)}
    roles = question("matrix", report()).roles
    assert [one.name for one in candidates(part, report(**known), roles)] == ["last_matrix"]
    asked = report(**known, matrix_of=function("model"))
    assert [one.name for one in candidates(part, asked, roles)] == ["matrix_of", "last_matrix"]
    assert [one.name for one in candidates(part, report(**known, W=Entry("array", axes=2)), roles)] == ["W", "last_matrix"]
    foreign = {"last_matrix": Entry("array", axes=2, own=False)}
    assert [one.name for one in candidates(part, report(**foreign), roles)] == []


def test_methods():
    """A method of an instance that the student made comes before one of a class that has to be made; static ones need none."""
    methods = {"overlap": Method((Parameter("a"), Parameter("b")))}
    static = {"overlap": Method((Parameter("a"), Parameter("b")), static=True)}
    said = report(
        Lab=Entry("class", (Parameter("net"),), methods),
        lab=Entry("instance", None, methods),
        Tools=Entry("class", (Parameter("path"),), static),
    )
    made = {one.candidate.name: one.candidate for one in attempts(question("overlap", said))}
    assert list(made) == ["lab.overlap", "Lab.overlap", "Tools.overlap"]
    assert made["Lab.overlap"].binding.constructor == (("net", "model"),)
    assert made["Tools.overlap"].target["via"] == "static"


@pytest.mark.parametrize(("kind", "via"), [("module_class", "instance"), ("class", "method")])
def test_forward_of_what_is_no_network(kind: str, via: str):
    """Protects `class Overlap: def forward(self, first, second)` without `nn.Module`: its objects cannot be called."""
    methods = {"forward": Method((Parameter("first"), Parameter("second")))}
    (candidate,) = candidates_of("overlap", report(Overlap=Entry(kind, (), methods)))
    assert (candidate.style, candidate.target["via"], candidate.target.get("method", "forward")) == (
        "module_class",
        via,
        "forward",
    )
    (made,) = candidates_of("overlap", report(overlap=Entry("instance", None, methods)))
    assert (made.style, made.target) == ("call", {"via": "method", "name": "overlap", "method": "forward"})


@pytest.mark.parametrize("kind", ["module_class", "class"])
@pytest.mark.parametrize("called", ["forward", "__call__"])
def test_a_call_that_needs_no_instance(kind: str, called: str):
    """Protects `class Overlap(nn.Module)` with `@staticmethod def forward(first, second)`: what is called was not told."""
    methods = {called: Method((Parameter("first"), Parameter("second")), static=True)}
    (candidate,) = candidates_of("overlap", report(Overlap=Entry(kind, (Parameter("weight", required=False),), methods)))
    assert candidate.target == {"via": "static", "name": "Overlap", "method": called}
    assert not candidate.binding.constructor


def test_the_method_of_several_that_takes_what_the_part_is_given():
    """Protects a class that is named like the part and has helpers: they were as many answers, so that there was none."""
    both, one = (Parameter("first"), Parameter("second")), (Parameter("box"),)
    methods = {"area": Method(one), "plot": Method(both), "between": Method((Parameter("u"), Parameter("v"))), "of": Method(both)}
    assert styles("overlap", report(Overlap=Entry("class", (), methods))) == [
        ("method", "Overlap.of"),
        ("method", "Overlap.between"),
    ]
    methods = dict.fromkeys(("inner", "get"), Method((Parameter("net"), Parameter("x"))))
    assert styles("maps", report(Maps=Entry("class", (), methods)))[:2] == [("method", "Maps.get"), ("method", "Maps.inner")]
    methods = {"area": Method((Parameter("first"),)), "compute": Method(())}
    assert styles("overlap", report(Overlap=Entry("class", both, methods))) == [("method", "Overlap.compute")]


def test_the_last_version_of_several():
    """Protects who kept earlier versions: the first of them answered, a draft that is often wrong."""
    said = report(**dict.fromkeys(("old_overlap", "overlap_v1", "overlap_v2", "overlap_v10"), function("first", "second")))
    assert [name for _, name in styles("overlap", said)] == ["overlap_v10", "overlap_v2", "overlap_v1", "old_overlap"]
    said = report(**dict.fromkeys(("overlap_final", "overlap1"), function("first", "second")))
    assert [name for _, name in styles("overlap", said)] == ["overlap_final", "overlap1"]


def test_classes_within_classes():
    """Protects a class that is named like the part, and methods that are, where they stand within another class."""
    pair = (Parameter("first"), Parameter("second"))
    inner = {
        "Lab.Overlap": Entry("class", (), {"__call__": Method(pair)}),
        "Lab.Sums": Entry("class", (), {"overlap": Method(pair)}),
    }
    assert styles("overlap", report(**inner)) == [("module_class", "Lab.Overlap"), ("method", "Lab.Sums.overlap")]


def told(*names: str, **options: bool) -> Method:
    """A method of so many parameters."""
    return Method(tuple(Parameter(name) for name in names), **options)


def test_what_is_told_first_and_asked_then():
    """Protects `update(first, second)`, then `compute()`: what gives no answer is not asked for one, nor are steps taken where
    one call does it all, as `__call__(*args)` may."""
    steps = {"reset": told(), "update": told("first", "second", answers=False), "compute": told()}
    (first, *_) = attempts(question("overlap", report(Overlap=Entry("class", (), steps))))
    assert (first.candidate.name, first.candidate.target["via"]) == ("Overlap.compute", "method")
    assert first.candidate.binding.steps == (("update", (("first", "first"), ("second", "second"))),)
    for whole in (told("a", "b", "first", "second"), Method((Parameter("args", required=False, how="args"),))):
        said = report(Overlap=Entry("class", (), {"__call__": whole, **steps}))
        assert not any(one.binding.steps for one in candidates_of("overlap", said))


def test_what_is_told_and_asked_under_one_name():
    """Protects scikit-learn's `fit(x)`, then `transform(x)`, whatever the order of the methods: `fit_transform` learns from what
    it is asked about. Not where one call does it all."""
    tell, ask = told("first", answers=False), told("first")
    entry = Entry("class", (), {"fit_transform": ask, "fit": tell, "transform": ask, "both": told("first", "x")})
    said = candidates_of("overlap", report(Overlap=entry))
    assert [one.name for one in said if one.binding.steps][:1] == ["Overlap.transform"]
    assert (said[0].binding.steps, said[0].binding.positional) == ((("fit", (("first", "first"),)),), ("second",))
    whole = Entry("class", (), {"fit": tell, "transform": ask, "whole": told("first", "second")})
    assert not any(one.binding.steps for one in candidates_of("overlap", report(Overlap=whole)))


def test_an_unfinished_class_is_asked_as_a_finished_one():
    """Protects whoever has only begun: `fit` and `transform` of the starter raise NotImplementedError, and that is told, not that
    the methods have too few parameters."""
    tell = told("first", answers=False)
    (first, *_) = attempts(question("overlap", report(Sums=Entry("class", (), {"tell": tell, "overlap": tell}))))
    assert (first.candidate.name, first.candidate.binding.steps) == ("Sums.overlap", (("tell", (("first", "first"),)),))


@pytest.mark.parametrize(
    ("told_by", "asked_by", "steps"),
    [
        (("one",), ("other",), ((("one", "first"),), (("other", "second"),))),
        (("one",), ("one",), ((("one", "first"),), (("one", "second"),))),
        (("second",), ("other",), None),
        (("one", "more"), ("other",), None),
        (("rows",), ("row",), ((("rows", "first"),), (("row", "second"),))),
    ],
)
def test_unknown_names_are_told_in_order(told_by: tuple[str, ...], asked_by: tuple[str, ...], steps: Any):
    """Protects `fit(samples)`, then `transform(rows)`, as a function of such names is called in order; not where a name says
    another thing, one more is asked for, or another method takes all."""

    def found(entry: Entry) -> list[tuple[Any, Any]]:
        made = [one.candidate.binding for one in attempts(question("overlap", report(Sums=entry)))]
        return list(dict.fromkeys((binding.steps[0][1], binding.keywords) for binding in made if binding.steps))

    methods = {"learn": told(*told_by, answers=False), "overlap": told(*asked_by)}
    assert found(Entry("class", (), methods)) == ([steps] if steps else [])
    assert not found(Entry("class", (), {**methods, "both": told("a", "b")}))
    assert not found(Entry("class", (), {**methods, "tell": told("c", answers=False)}))
    assert not found(Entry("class", (Parameter("path"),), methods))


def test_who_looks_on_is_asked_after_the_network_was_run():
    """Protects `Maps(net)` whose `maps()` gives what its hook kept: nobody but the one who made it runs the network."""
    said = report(Maps=Entry("class", (Parameter("net"),), {"maps": told()}))
    one = next(one for one in candidates_of("maps", said) if one.name == "Maps.maps")
    assert one.binding.complete
    assert one.binding.steps == (("", (("network", "model"), ("batch", "x"))),)
    taking = report(Maps=Entry("class", (Parameter("net"),), {"maps": told("img")}))
    assert not any(one.binding.steps for one in candidates_of("maps", taking))


@pytest.mark.parametrize("evaluated", [True, False])
def test_a_network_for_a_constructor_or_a_step_is_in_the_mode_that_the_file_expects(evaluated: bool):
    """Fair to `Maps(net)` in a file that calls `.eval()` on its network: a function was given one in eval mode already."""
    called = Entry("class", (Parameter("net"),), {"__call__": told("img")})
    looking_on = Entry("class", (Parameter("net"),), {"maps": told()})
    lent = []
    for entry in (called, looking_on):
        asked = question("maps", report(evaluated=evaluated, Maps=entry))
        (request,) = requests_of(asked, attempts(asked)[0], (Model("big").training(), np.zeros((1, 3))))
        pairs = [request.target.get("constructor", {}), *(given for _, given in request.target.get("steps", ()))]
        lent += [value.in_training for given in pairs for value in given.values() if isinstance(value, Model)]
    assert lent == [not evaluated] * 3


def test_an_answer_that_is_kept_under_the_parts_name():
    """Protects `run(x)` that keeps what it found in `maps`; where `run` answers itself, that is its answer."""
    for answers in (False, True):
        entry = Entry("class", (Parameter("net"),), {"run": told("x", answers=answers)}, attributes=("maps", "net"))
        steps = [one.target["via"] for one in candidates_of("maps", report(Maps=entry)) if one.binding.steps]
        assert steps == ([] if answers else ["attribute"])


def test_what_a_network_keeps_of_its_own_call():
    """Fair to `class Net` whose `forward` gives logits and keeps `self.maps` on the way, where nothing else has the name."""
    net = Entry("module_class", (Parameter("net"),), {"forward": told("img"), "look": told("img")}, attributes=("maps", "net"))
    (one,) = (one for one in candidates_of("maps", report(Net=net)) if one.binding.steps)
    assert (one.name, one.target["via"], one.binding.constructor) == ("Net.maps", "attribute", (("net", "model"),))
    assert one.binding.steps == (("forward", (("img", "x"),)),)
    assert not any(one.binding.steps for one in candidates_of("maps", report(Maps=net)))
    silent = replace(net, methods={"look": told("img")})
    assert not any(one.binding.steps for one in candidates_of("maps", report(Net=silent)))


def test_steps_of_a_class_of_many_methods(monkeypatch):
    """Protects the judge's time from classes in which each of many methods may answer after each of many others."""
    bound = []
    monkeypatch.setattr("grader.judge.steps.bind_steps", lambda *given: bound.append(given) or bind_steps(*given))
    steps = {f"tell{number}": told("first", answers=False) for number in range(25)}
    entry = Entry("class", (), {**steps, **{f"ask{number}": told() for number in range(25)}})
    assert not any(one.binding.steps for one in candidates_of("overlap", report(Overlap=entry)))
    assert 0 < len(bound) < 100


def test_what_may_answer_is_looked_for_once(monkeypatch):
    """Protects the judge's time: what a submission defines is the same for all tests of a part, and may be much."""
    looked = []
    monkeypatch.setattr("grader.judge.question.candidates", lambda *given: looked.append(given) or candidates(*given))
    first = question("overlap", report(overlap=function("first", "second"), iou=function("a", "b")))
    second = replace(first, alternatives={})
    one, some, others = next(attempts_in_turn(first)), attempts_in_turn(first), attempts(second)
    assert next(some) == one == others[0]
    assert (list(some), len(looked)) == (others[1:], 1)


def test_what_answers_before_what_only_takes_note():
    """Protects a class that is made of nothing and asked by one of its methods, beside those that set what it is about."""
    setting = Method((Parameter("first", required=False), Parameter("second", required=False)), answers=False)
    methods = {"set_both": setting, "estimate": Method(setting.parameters)}
    assert candidates_of("overlap", report(Overlap=Entry("class", (), methods)))[0].name == "Overlap.estimate"


def test_a_class_that_is_asked_by_a_call():
    """Protects `class Overlap(float)`, which may have methods of its own; where its objects are called, these calls are asked."""
    pair, area = (Parameter("first"), Parameter("second")), Method((Parameter("box"),))
    asked = Entry("class", pair, {"area": area}, answers=True)
    assert candidates_of("overlap", report(Overlap=asked))[0].target == {"via": "name", "name": "Overlap"}
    assert not any(one.target["via"] == "name" for one in candidates_of("overlap", report(Overlap=replace(asked, answers=False))))
    called = Entry("class", (), {"__call__": Method(pair)}, answers=True)
    assert {one.target["via"] for one in candidates_of("overlap", report(Overlap=called))} == {"instance"}


def test_a_table_of_named_columns():
    """Protects functions of a table of pandas; nobody else is given one."""
    table = Alternative("table", {"table": {"x": np.zeros(2), "y": np.ones(2)}}, "note")
    wanted = Entry("function", (Parameter("found", form="table"),))
    asked = [one for one in attempts(question("overlap", report(overlap=wanted), table)) if one.alternative]
    assert [one.form for one in asked] == ["table"]
    for other in (replace(wanted, parameters=(Parameter("found", form="numpy"),)), function("found")):
        assert not any(one.alternative for one in attempts(question("overlap", report(overlap=other), table)))


def test_a_picture_of_pillow_is_of_no_own_class():
    """Protects the attempts that are left from one in which pixels would be what they are in every other form."""
    picture = Alternative("picture", {"frame": {"pixels": np.zeros((2, 2, 3), dtype=np.uint8)}}, "note")
    asked = [one for one in attempts(question("overlap", report(overlap=function("frame")), picture)) if one.alternative]
    assert asked
    assert "own" not in {one.form for one in asked}


def test_another_way_that_leaves_out_less():
    """Protects `maps(x, config=None)`: where something of the part has no parameter, first comes another way whose roles all have
    one, if it is for names alone."""
    configured = Alternative("configured", {"x": [1.0], "config": {"model": 1}}, "note", named=True)
    for written, first in ((("x", "config"), "configured"), (("x", "other"), ""), (("x", "config", "net"), "")):
        taken = tuple(Parameter(name, required=name == "x") for name in written)
        assert attempts(question("maps", report(maps=Entry("function", taken)), configured))[0].alternative == first
    ordered = replace(configured, named=False)
    taken = Parameter("x"), Parameter("config", required=False)
    assert attempts(question("maps", report(maps=Entry("function", taken)), ordered))[0].alternative == ""


def test_a_result_before_what_it_is_made_of():
    """Protects `Overlap(first, second).value()` beside `shared()` and `whole()`, which take as little."""
    entry = Entry("class", (Parameter("first"), Parameter("second")), dict.fromkeys(("shared", "whole", "value"), told()))
    assert next(one.name for one in candidates_of("overlap", report(Overlap=entry))) == "Overlap.value"


def test_a_word_with_capitals_of_its_own():
    """Protects `IoUMeter` and `calcIoU`, which are no words in camel case; a longer word is another one."""
    part = ASSIGNMENT.part("overlap").model_copy(update={"names": ("overlap",), "keywords": ("iou",)})
    said = report(**dict.fromkeys(("IoUMeter", "calcIoU", "previous", "Ioustream"), function("a", "b")))
    assert set(names_alike(part, said, ("function",))) == {"IoUMeter", "calcIoU"}


def test_a_word_with_a_digit():
    """Protects `stage2_maps`, where the word that tells has a number in it."""
    part = ASSIGNMENT.part("overlap").model_copy(update={"keywords": ("stage2",)})
    said = report(stage2_maps=function("a", "b"), stage_maps=function("a", "b"))
    assert names_alike(part, said, ("function",)) == ["stage2_maps"]


def test_a_method_with_a_word_in_its_name():
    """Protects `Lab.their_overlap`, in a class whose own name tells nothing, and of several the one that was written last; what
    only looks on, is private, or takes something else does not answer."""
    pair, wanted = Method((Parameter("first"), Parameter("second"))), ["their_overlap", "box_overlap"]
    others = {"_box_overlap": pair, "print_overlap": pair, "whole_overlap": Method((Parameter("model"),)), "area": pair}
    said = report(Lab=Entry("class", (), dict.fromkeys(wanted, pair) | others))
    assert styles("overlap", said) == [("method", f"Lab.{name}") for name in reversed(wanted)]
    made = report(Lab=Entry("class", (), {"box_overlap": pair}), lab=Entry("instance", None, {"box_overlap": pair}, of="Lab"))
    assert styles("overlap", made)[0] == ("method", "lab.box_overlap")


def test_a_version_for_other_arguments_comes_last():
    """Protects `overlap_plain` beside `overlap_midpoint`, of which the latter is for boxes that the task does not give, as the
    part's settings have it."""
    said = report(**dict.fromkeys(("overlap_plain", "overlap_midpoint", "overlap_sized"), function("first", "second")))
    assert [name for _, name in styles("overlap", said)] == ["overlap_plain", "overlap_sized", "overlap_midpoint"]
    said = report(**dict.fromkeys(("overlap_corners", "overlap_plain"), function("first", "second")))
    assert [name for _, name in styles("overlap", said)] == ["overlap_plain", "overlap_corners"]


def test_a_longer_name_of_the_part_within_a_name():
    """Protects `build_map_of_class_activation`, of which no word tells enough alone; two words of a name do not tell it, nor do
    all of them but for a number."""
    names = ("overlap", "class_activation_map", "get_layer4_output")
    part = ASSIGNMENT.part("overlap").model_copy(update={"names": names, "keywords": ()})
    names = ("build_map_of_class_activation", "activation_map", "show_class_activation_map", "overlaps", "get_layer3_output")
    said = report(**dict.fromkeys(names, function("a", "b")))
    assert names_alike(part, said, ("function",)) == ["build_map_of_class_activation"]


def test_all_words_of_the_name_before_a_helper():
    """Protects `метрика_overlap` beside `пересечение`, which has fewer words and is but what it is made of."""
    part = ASSIGNMENT.part("overlap").model_copy(update={"names": ("overlap",), "keywords": ("overlap", "пересечение")})
    said = report(**dict.fromkeys(("пересечение", "метрика_overlap"), function("р1", "р2")))
    assert names_alike(part, said, ("function",)) == ["метрика_overlap", "пересечение"]


def test_classes_with_a_word_in_their_names():
    """Protects `MyOverlap`, which functions with such a word, and a class that does not fit, do not keep from answering."""
    fitting = Entry("class", (), {"__call__": Method((Parameter("first"), Parameter("second")))})
    other = Entry("class", (), {"__call__": Method((Parameter("x"),))})
    assert styles("overlap", report(MyOverlap=fitting, OverlapData=other)) == [("module_class", "MyOverlap")]
    said = report(MyOverlap=fitting, box_overlap=function("first", "second"))
    assert styles("overlap", said) == [("call", "box_overlap"), ("module_class", "MyOverlap")]


def test_attributes_stand_last_and_only_where_nothing_else_is():
    """An instance's attribute stands for its own network; of a class one is made with the network that the test is about."""
    made = Entry("class", (Parameter("net"),), attributes=("w", "other"))
    there = Entry("instance", attributes=("W",), of="Cam")
    assert styles("matrix", report(Cam=made, cam=there)) == [("variable", "cam.W"), ("variable", "Cam.w")]
    assert styles("matrix", report(Cam=made, get_matrix=function("model"))) == [("call", "get_matrix")]
    assert styles("overlap", report(Cam=Entry("class", (), attributes=("overlap",)))) == []
    needy = Entry("class", (Parameter("net"),), attributes=("W",))
    (attempt,) = attempts(question("matrix", report(Cam=needy)))
    (request,) = requests_of(question("matrix", report(Cam=needy)), attempt, (Model("small"),))
    assert request.target["constructor"] == {"net": Model("small")}
    (attempt,) = attempts(question("matrix", report(cam=there)))
    assert asked_arguments(question("matrix", report(cam=there)), attempt, (Model("small"),)) == (Model("big"),)


def test_a_setting_of_a_loss_is_no_answer():
    """Protects `DiceLoss(weight=None)` from standing for the matrix, and its student from words about a None. Who is given a
    network, or the matrix itself, may keep it under that name."""
    setting = (Parameter("w", required=False),)
    loss = Entry("class", (*setting, Parameter("smooth", required=False)), attributes=("w", "smooth"))
    assert styles("matrix", report(Loss=loss, loss=Entry("instance", attributes=("w", "smooth"), of="Loss"))) == []
    maker = Entry("class", (Parameter("net"), *setting), attributes=("w",))
    assert styles("matrix", report(Maker=maker)) == [("variable", "Maker.w")]
    given = report(Kept=Entry("class", (Parameter("w"),)), kept=Entry("instance", attributes=("w",), of="Kept"))
    assert styles("matrix", given) == [("variable", "kept.w")]


def test_an_attribute_of_an_object_that_is_made_of_arrays_is_asked_in_every_form():
    """Protects `Overlap(first, second).overlap`, written for lists, where the part's first form is another."""
    part = ASSIGNMENT.part("overlap")
    part = part.model_copy(update={"styles": (*part.styles, "variable")})
    made = Entry("class", (Parameter("first"), Parameter("second")), attributes=("overlap",))
    found = attempts(Question(ASSIGNMENT, part, report(Pair=made), {}))
    assert [(one.candidate.style, one.form) for one in found] == [("variable", "torch"), ("variable", "list")]


def test_a_number_as_list_and_array():
    """An index that is wanted as a list of one, or as something with `.item()`, is given so."""
    made = attempts(question("pick", report(pick=function("values", "index"))))
    assert [one.changes for one in made] == [(), ("list:index",), ("array:index",)]
    roles = [next(requests_of(question("pick", report()), one, ([1, 2], 1))).positional[1] for one in made]
    assert roles[0] == 1
    assert roles[1] == [1]
    assert np.array_equal(roles[2], np.array([1]))


def other(**roles: Any) -> Alternative:
    """Another way to ask."""
    return Alternative("other", roles, "note")


def test_alternatives_come_first_where_the_roles_do_not_fit():
    """A function with one parameter for both is asked with one; what it says to two arguments is the last resort."""
    made = attempts(question("overlap", report(overlap=function("pair")), other(pair=np.array([1, 2]))))
    assert [one.alternative for one in made] == ["other", "other", *[""] * (len(made) - 2)]


def test_alternatives_come_last_where_the_roles_fit():
    """A function that takes the usual arguments is asked with them first; an error in all forms opens other ways."""
    made = attempts(question("overlap", report(overlap=function("first", "second")), other(first=1, second=2)))
    assert made[0].alternative == ""
    assert made[-1].alternative == "other"


PICTURE: dict[str, Any] = {"model": Model("big"), "x": np.ones((1, 3))}
BY_NETWORK = Alternative("network", PICTURE, "note"), Alternative("network and index", {**PICTURE, "index": 1}, "note")


def asked_by(part: str, said: LoadReport) -> set[tuple[str, str]]:
    """(name, alternative) of what is tried where a part may also be asked by a network and a picture."""
    return {(one.candidate.name, one.alternative) for one in attempts(question(part, said, *BY_NETWORK))}


@pytest.mark.parametrize(
    ("names", "way"),
    [(("net", "img"), "network"), (("model", "img", "index"), "network and index"), (("img", "index"), "network and index")],
)
def test_what_is_named_alike_and_after_another_way_to_ask(names: tuple[str, ...], way: str):
    """Protects `net_overlap(net, img)`: its name and its parameters say what it is, though they are not the part's own."""
    assert ("net_overlap", way) in asked_by("overlap", report(net_overlap=function(*names)))


def test_a_class_that_is_named_alike_and_after_another_way_to_ask():
    """Protects `OverlapMaker(net)(img, index=None)`, of which the constructor takes the network."""
    called = {"__call__": Method((Parameter("img"), Parameter("index", required=False)))}
    maker = Entry("class", (Parameter("net"),), called)
    assert ("OverlapMaker", "network and index") in asked_by("overlap", report(OverlapMaker=maker))


@pytest.mark.parametrize("names", [("img",), ("net",), ("net", "path"), ("img", "index", "size")])
def test_helpers_that_are_named_alike_do_not_answer(names: tuple[str, ...]):
    """Who has no such function is told that, and not what a helper made of arguments that it was not written for."""
    assert asked_by("overlap", report(load_overlap=function(*names))) == set()


def test_letters_are_no_reason_against_what_is_named_alike():
    """Protects `box_overlap(x, v)`, whose letters are names of other parts' roles; longer names of those say what is taken."""
    assert styles("overlap", report(box_overlap=function("x", "v"))) == [("call", "box_overlap")]
    assert styles("overlap", report(box_overlap=function("values", "index"))) == []


def test_records_in_a_list_are_also_offered_as_objects_of_an_own_class():
    """A list of boxes with named sides, each alone or with its score, as one such box; a list of numbers has no fields."""
    boxes = [{"x1": 1, "x2": 2}]
    records: list[Any] = [boxes, boxes[0], [(boxes[0], 0.5)]]
    others: list[Any] = [[1, 2], [(1, 2)], np.ones(2)]
    for value, own in [*((one, True) for one in records), *((one, False) for one in others)]:
        made = attempts(question("overlap", report(overlap=function("pair")), other(pair=value)))
        assert ("own" in {one.form for one in made}) is own


def test_lists_are_offered_once():
    """Protects the ways to ask that come after: a list of lists is the same in every form, and only so many attempts are made."""
    for value, several in (([[1, 2]], False), ([(1, [2.0])], False), ([np.ones(2)], True), (np.ones(2), True)):
        made = attempts(question("overlap", report(overlap=function("pair")), other(pair=value)))
        assert (len({one.form for one in made if one.alternative}) > 1) is several


def test_the_attempts_are_bounded():
    """However many functions and forms there are, a failing submission is not called for ever."""
    names = {"overlap" + "_" * number: function("first", "second") for number in range(30)}
    assert len(attempts(question("overlap", report(**names)))) <= 80


def test_a_function_without_a_model_is_asked_about_its_own():
    """Whatever model a test is about: who takes none answers for the network that was built."""
    said = report(networks=("small", "big"), get_maps=function("x"))
    asking = question("maps", said)
    first = attempts(asking)[0]
    assert asked_arguments(asking, first, (Model("small", in_training=True), "picture")) == (Model("big"), "picture")
    only_small = question("maps", report(networks=("small",), get_maps=function("x")))
    assert asked_arguments(only_small, first, (Model("big"), "picture")) == (Model("small"), "picture")


def test_a_function_with_a_model_is_asked_about_that():
    """The test's own arguments, the very same tuple, where nothing is left out."""
    asking = question("maps", report(get_maps=function("model", "x")))
    arguments = (Model("small"), "picture")
    assert asked_arguments(asking, attempts(asking)[0], arguments) is arguments


def test_item_by_item():
    """A function for one picture is called for each, and its answers make a batch again."""
    asking = question("maps", report(get_maps=function("model", "img")))
    attempt = next(one for one in attempts(asking) if one.changes == ("each:x",))
    requests = list(requests_of(asking, attempt, (Model("big"), np.zeros((3, 2, 2)))))
    assert [request.positional[1].shape for request in requests] == [(2, 2)] * 3


@pytest.mark.parametrize("shape", [(1, 4, 2), (4, 2)])
def test_answers_to_items_are_joined(shape: tuple[int, ...]):
    """Whether or not the function kept a batch axis of one."""
    joined = join([Array(np.full(shape, number)) for number in range(3)])
    assert joined.data.shape == (3, 4, 2)
    assert [int(part.flat[0]) for part in joined.data] == [0, 1, 2]


def test_answers_that_do_not_fit_together_stay_a_list():
    """The comparison then says what is wrong with them."""
    assert join([1, 2]) == [1, 2]


def test_attempts_can_be_remembered():
    """What worked once is found again among the next test's attempts, whatever their arguments."""
    said = report(overlap=function("pair"))
    one = attempts(question("overlap", said, other(pair=[1, 2])))[0]
    assert one in attempts(question("overlap", said, other(pair=[3, 4])))
    assert isinstance(one, Attempt)


@pytest.mark.parametrize(("said", "served"), [(("../../etc",), "big"), (("small", "x\0y"), "small"), (("big", "?"), "big")])
def test_a_network_that_is_made_up_counts_for_nothing(said: tuple[str, ...], served: str) -> None:
    """Protects the verdict: a submission that names a network which nobody has was once the grader's fault, without a score."""
    told = report(hooks=(HookPlace("../../etc", "last"),), networks=said)
    asked = question("maps", told)
    by_hook = [one for one in attempts(asked) if one.candidate.style == "forward_hook"]
    assert by_hook
    assert {served_model(ASSIGNMENT, asked.part, told, one).name for one in [None, *by_hook]} == {served}


def test_one_attempt_for_what_can_only_raise():
    """A starter's function that was left as it is costs one call, not one in every form."""
    todo = Entry("function", (Parameter("first"), Parameter("second")), returns=False)
    assert len(attempts(question("overlap", report(overlap=todo)))) == 1
    assert len(attempts(question("overlap", report(overlap=function("first", "second"))))) > 1


def test_the_essence_of_an_attempt():
    """What changes nothing for these arguments makes no other request: an axis that is not there, hooks without a network."""
    asked = question("overlap", report(overlap=function("first", "second"), hooks=(HookPlace("big", "last"),)))
    plain, batch = (np.ones(4), np.ones(4)), (np.ones((1, 4)), np.ones(4))
    by_changes = {(one.form, one.changes, one.replay): one for one in attempts(asked)}
    first, replayed = by_changes["torch", (), False], by_changes["torch", (), True]
    squeezed = by_changes["torch", ("squeeze:first",), False]
    assert essence(asked, replayed, plain) == essence(asked, first, plain)
    assert essence(asked, squeezed, plain) == essence(asked, first, plain)
    assert essence(asked, squeezed, batch) != essence(asked, first, batch)
    expanded = by_changes["torch", ("expand:first",), False]
    assert essence(asked, expanded, plain) != essence(asked, first, plain)


def test_hooks_make_a_difference_where_a_network_is_given():
    """A function that is given a network may count on the hooks that the submission registered on its own."""
    asked = question("maps", report(get_maps=function("model", "x"), hooks=(HookPlace("big", "last"),)))
    replayed, first = attempts(asked)[:2]
    assert (replayed.replay, first.replay) == (True, False)
    arguments = (Model("big"), np.ones((1, 3, 4, 4)))
    assert essence(asked, replayed, arguments) != essence(asked, first, arguments)


def test_attempts_like_the_one_that_worked_come_first():
    """What worked on other arguments tells which form and which numbers a function takes; else the order stays."""
    possible = attempts(question("overlap", report(overlap=function("first", "second"))))
    known = next(one for one in possible if one.form == "list" and one.changes == ("expand:first", "expand:second"))
    ordered = nearest_first(possible, known)
    assert sorted(map(repr, ordered)) == sorted(map(repr, possible))
    forms = [one.form for one in ordered]
    assert forms == sorted(forms)  # "list" before "torch"
    assert [one for one in ordered if one.form == "torch"] == [one for one in possible if one.form == "torch"]


def test_tensors_beside_arrays_come_last():
    """Fair to a pipeline whose steps hand on a tensor and an array of NumPy's; what is no array is neither."""
    asked = question("blend", report(blend=function("maps", "rows", "row")))
    arguments = (np.ones((2, 3, 3)), np.ones((4, 2)), 1)
    mixed = [one for one in attempts(asked) if any(change.startswith("tensor:") for change in one.changes)]
    assert {one.form for one in mixed} == {"mixed"}
    assert mixed == attempts(asked)[-len(mixed) :]
    tensors = {}
    for one in mixed:
        (request,) = requests_of(asked, one, arguments)
        tensors[one.changes] = [getattr(value, "kind", type(value).__name__) for value in request.positional]
    assert tensors["tensor:maps",] == ["tensor", "ndarray", "int"]
    assert tensors["tensor:rows",] == ["ndarray", "tensor", "int"]
    assert ("expand:maps", "tensor:maps", "list:row") in [one.changes for one in mixed], "each class of a list, in a batch"
    expanded = next(one for one in mixed if one.changes == ("expand:maps", "tensor:maps"))
    (request,) = requests_of(asked, expanded, arguments)
    assert request.positional[0].data.shape == (1, 2, 3, 3)
    numbers = essence(asked, mixed[0], (1.0, np.ones((4, 2)), 1))
    assert (numbers.form, numbers.changes) == ("numpy", ()), "the same as NumPy's arrays alone"


def test_a_list_where_the_annotation_says_so():
    """Protects `pick(values, classes: list[int])`, which a bare number makes fail in ways that tell nothing of lists."""
    said = Entry("function", (Parameter("values"), Parameter("index", said="numbers")))
    (first, *_) = attempts(question("pick", report(pick=said)))
    assert first.changes == ("list:index",)
    assert not Search().is_idle(first)
    other = Alternative("table", {"table": [1.0], "index": 0}, "")
    table = Entry("function", (Parameter("table"), Parameter("index", said="numbers")))
    assert attempts(question("pick", report(pick=table), other))[0].changes == ("list:index",)
    plain = attempts(question("pick", report(pick=function("values", "index"))))
    assert plain[0].changes == ()
    assert Search().is_idle(next(one for one in plain if one.changes == ("list:index",)))


def test_a_number_as_a_tensor_beside_arrays():
    """Fair to `weights[class_idx.cpu().numpy()].dot(features)`: the class comes from `topk`, all else is NumPy's. Asked so is
    only who has failed as with a bare number."""
    said = report(blend=function("maps", "rows", "row"))
    asked, arguments = question("blend", said), (np.ones((2, 3, 3)), np.ones((4, 2)), 1)
    singles = [one for one in attempts(asked) if any(change.startswith("single:") for change in one.changes)]
    assert [one.changes for one in singles][:2] == [("single:row",), ("expand:maps", "single:row")]
    (request,) = requests_of(asked, singles[1], arguments)
    assert (request.form, request.positional[0].shape, request.positional[2].kind) == ("mixed", (1, 2, 3, 3), "tensor")
    assert request.positional[2].data.tolist() == [1]
    assert essence(asked, singles[0], arguments) == singles[0]
    search = Search()
    assert search.is_idle(singles[0])
    search.add(attempts(asked)[0], Answer(None, Failure(("AttributeError",), "", 0, 2, ""), ()))
    assert not search.is_idle(singles[0])


def test_an_alternative_that_the_parameters_are_named_after_comes_first():
    """Fair to `overlap(predictions, targets)`, of labels where the part gives other things, and it may answer wrongly."""
    other = Alternative("labels", {"predictions": [1], "targets": [1]}, "", {"predictions": ("preds",)})

    def first(*names: str) -> str:
        return attempts(question("overlap", report(overlap=function(*names)), other))[0].alternative

    assert first("preds", "targets") == "labels"
    assert first("first", "second") == first("a", "b") == first("preds", "b") == first("first", "targets") == ""


def test_alternatives_of_other_names_stay_behind():
    """Protects `overlap(left, right)`, of which one side was once asked for by these names: another alternative, which its two
    places fit, had the first word, and `if len(left) < 4: return 0` was its answer. That of the names goes first alone."""
    sides = Alternative("sides", {"a1": 1, "a2": 2, "b1": 1, "b2": 2}, "", {"a1": ("left",), "a2": ("right",)})
    points = Alternative("points", {"first": [1], "second": [2]}, "")
    made = attempts(question("overlap", report(overlap=function("left", "right")), sides, points))
    assert made[0].alternative == ""
    shares = Alternative("shares", {"share": 1, "second": 2}, "", {"share": ("left",), "second": ("right",)})
    made = attempts(question("overlap", report(overlap=function("left", "right")), points, shares))
    ways = list(dict.fromkeys((one.alternative, bool(one.changes)) for one in made))
    assert ways[:2] == [("shares", False), ("", False)]
    assert ways.index(("shares", True)) < ways.index(("points", False)), "a batch of it is more likely than another question"


@pytest.mark.parametrize(
    ("name", "asked"), [("sigma", ["probed", "pairs", "numbers"]), ("least", ["probed", "numbers", "pairs"])]
)
def test_a_default_is_filled_by_its_place_only_at_last(name: str, asked: list[str]):
    """Protects `overlap(pairs, sigma=0.3)`: it was asked with rows and a threshold first, since something stood in its place."""
    roles, names = {"pairs": [1, 2], "threshold": 0.5}, {"threshold": ("least",)}
    probed = Alternative("probed", roles, "note", names, probe=Probe(roles, bool))
    ways = probed, Alternative("numbers", roles, "note", names), Alternative("pairs", {"pairs": [1, 2]}, "note")
    function = Entry("function", (Parameter("pairs"), Parameter(name, required=False, fraction=True)))
    made = attempts(question("overlap", report(overlap=function), *ways))
    assert list(dict.fromkeys(one.alternative for one in made if one.alternative)) == asked


@pytest.mark.parametrize(("name", "asked"), [("layer", {"", "layer"}), ("block", {"", "layer"}), ("net", {""}), ("first", {""})])
def test_a_way_to_ask_that_is_taken_by_name_alone(name: str, asked: set[str]):
    """Protects from full points for `get_matrix(net)` that reads `net.weight`: whoever is given a layer has to say so."""
    layer = Alternative("layer", {"layer": Model("big", layer="last")}, "note", {"layer": ("block",)}, named=True)
    made = attempts(question("matrix", report(get_matrix=function(name)), layer))
    assert {one.alternative for one in made} == asked


def test_what_only_the_submission_has_comes_before_other_ways_that_the_order_offers():
    """Protects `overlap(cfg, first, second)` beside a `cfg`: another number took its place. One that is named so is that."""
    way = Alternative("other", {"first": 1, "second": 2, "number": 3}, "note", {"number": ("limit",)})
    for name, ways in (("cfg", ["", "other"]), ("limit", ["other", ""])):
        values = {"overlap": function(name, "first", "second"), name: Entry("other")}
        made = attempts(question("overlap", report(**values), way))
        assert list(dict.fromkeys(one.alternative for one in made))[:2] == ways
        own = next(one for one in made if not one.alternative)
        (request,) = requests_of(question("overlap", report(**values)), own, (1, 2))
        assert (request.target["filled"], request.keywords) == ({name: name}, {"first": 1, "second": 2})


def test_a_hook_that_is_not_there_at_the_next_load():
    """Protects the judge from a file that registers hooks at one load and none at the next: what it stands for is as usual."""
    attempt = attempts(question("maps", report(hooks=(HookPlace("big", "last"),))))[0]
    assert attempt.candidate.target["via"] == "hook"
    assert served_model(ASSIGNMENT, ASSIGNMENT.part("maps"), report(), attempt) == served_model(
        ASSIGNMENT, ASSIGNMENT.part("maps"), report()
    )


def test_an_axis_more_for_what_the_way_to_ask_has():
    """Protects the question of axes from roles that another way to ask has not, and from axes that are changed already."""
    other = Alternative("own", {"second": [1], "names": ["a"]}, "")
    asked = question("overlap", report(overlap=function("first", "second")), other)
    usual = Attempt(candidates_of("overlap", asked.report)[0], "torch", ("list:first",))
    added = [[one.changes for one in with_an_axis_more(asked, way)] for way in (usual, replace(usual, alternative="own"))]
    assert added == [
        [("expand:first", "expand:second", "list:first"), ("expand:first", "list:first"), ("expand:second", "list:first")],
        [("expand:second", "list:first")],
    ]
    assert list(with_an_axis_more(asked, replace(usual, changes=("squeeze:first",)))) == []


@pytest.mark.parametrize(
    ("further", "keywords"),
    [
        (Parameter("box_format", required=False, default="midpoint"), {"box_format": "corners"}),
        (Parameter("BoxFormat", required=False, how="keyword", default="midpoint"), {"BoxFormat": "corners"}),
        (Parameter("sized", required=False, default="true"), {"sized": False}),
        (Parameter("box_format", required=False, default="corners"), {}),
        (Parameter("box_format", required=False), {}),
        (Parameter("sized", required=False, default="false"), {}),
        (Parameter("kind", required=False, default="midpoint"), {}),
    ],
)
def test_a_default_that_asks_for_other_arguments(further: Parameter, keywords: dict[str, Any]) -> None:
    """Fair to code that takes boxes in two ways, the task's not by itself; what has another default is left alone."""
    asked = question("overlap", report(overlap=Entry("function", (Parameter("first"), Parameter("second"), further))))
    (request,) = requests_of(asked, attempts(asked)[0], ([0, 0, 1, 1], [0, 0, 2, 2]))
    assert (len(request.positional), request.keywords) == (2, keywords)


def test_a_method_that_takes_more_goes_first() -> None:
    """Protects a class whose `forward` runs the network alone, and whose other method is about the part; no helper goes first."""
    methods = {"forward": Method((Parameter("p"),)), "between": Method((Parameter("p"), Parameter("second")))}
    said = report(Overlap=Entry("class", (), methods=methods))
    assert next(one.name for one in candidates_of("overlap", said)) == "Overlap.between"
    helper = {"forward": Method((Parameter("p"), Parameter("q"))), "area": Method((Parameter("first"),))}
    assert next(one.name for one in candidates_of("overlap", report(Overlap=Entry("class", (), methods=helper)))) == "Overlap"


def test_a_setting_that_must_be_given() -> None:
    """Fair to `overlap(first, box_format, second)` without a default: whatever stood in that place was a fault of the asking."""
    said = report(overlap=function("first", "box_format", "second"))
    made = attempts(question("overlap", said))
    (request,) = requests_of(question("overlap", said), made[0], (1, 2))
    assert (request.positional, request.keywords) == ([], {"first": 1, "second": 2, "box_format": "corners"})
    assert len({one.candidate.binding.told for one in made}) == 2, "as before, where it cannot be that"
    unlike = attempts(question("overlap", report(overlap=function("first", "kind", "second"))))
    assert {one.candidate.binding.told for one in unlike} == {None}
    method = Entry("class", (Parameter("first"),), methods={"overlap": Method((Parameter("second"), Parameter("sized")))})
    first = attempts(question("overlap", report(Boxes=method)))[0]
    (request,) = requests_of(question("overlap", report(Boxes=method)), first, (1, 2))
    assert (request.target["constructor"], request.keywords) == ({"first": 1}, {"second": 2, "sized": False})


def test_a_default_of_what_makes_the_function() -> None:
    """Fair to a loss whose class applies a sigmoid unless told otherwise; what the constructor is given anyway is left alone."""
    pair = (Parameter("first"), Parameter("second"))
    sized = Parameter("sized", required=False, default="true")
    classes = Entry("module_class", (sized,), methods={"forward": Method(pair)})
    makers = Entry("function", (sized,), gives=pair)
    boxes = [0, 0, 1, 1], [0, 0, 2, 2]
    for entry in (classes, makers):
        asked = question("overlap", report(overlap=entry))
        (request,) = requests_of(asked, attempts(asked)[0], boxes)
        assert (request.target["constructor"], request.keywords) == ({"sized": False}, {})
    taken = replace(classes, parameters=(replace(sized, name="first"),))
    asked = question("overlap", report(overlap=taken))
    (request,) = requests_of(asked, attempts(asked)[0], boxes)
    assert "constructor" not in request.target


def test_a_helper_of_an_object_after_its_call() -> None:
    """Protects `Overlap()(first, second, labels)`, asked in another way, from its method `alike(a, b)`, which took all calls."""
    labels = Parameter("model")  # a name of another part
    call = Method((Parameter("first"), Parameter("second"), labels))
    methods = {"alike": Method((Parameter("a"), Parameter("b"))), "__call__": call}
    said = report(Overlap=Entry("class", (), methods))
    assert [one.name for one in candidates_of("overlap", said)][:2] == ["Overlap", "Overlap.alike"]
    telling = {**methods, "alike": Method((Parameter("first"), Parameter("second")))}
    assert next(one.name for one in candidates_of("overlap", report(Overlap=Entry("class", (), telling)))) == "Overlap.alike"


def test_a_switch_that_the_file_alone_explains() -> None:
    """Fair to `measure = Overlap(squashed=False)`, made by the student, where nothing tells what the switch does; not where it is
    a setting of the part, or where the constructor is told something that differs from test to test."""
    call = {"__call__": Method((Parameter("first"), Parameter("second")))}
    cases = [
        ((Parameter("squashed", required=False, default="true"),), ["measure", "Overlap"]),
        ((Parameter("sized", required=False, default="true"),), ["Overlap", "measure"]),
        ((Parameter("eps", required=False, fraction=True),), ["Overlap", "measure"]),
        (
            (Parameter("model", required=False), Parameter("squashed", required=False, default="true")),
            ["Overlap", "measure"],
        ),
    ]
    for parameters, order in cases:
        said = report(Overlap=Entry("class", parameters, call), measure=Entry("instance", methods=call, of="Overlap"))
        assert [one.name for one in candidates_of("overlap", said)] == order


def test_a_setting_that_takes_an_argument() -> None:
    """Protects a parameter that is filled already, in order: given once more, it would be refused."""
    further = Parameter("sized", required=False, default="true")
    asked = question("overlap", report(overlap=Entry("function", (Parameter("first"), further))))
    requests = [one for attempt in attempts(asked) for one in requests_of(asked, attempt, ([0, 0, 1, 1], [0, 0, 2, 2]))]
    assert {(len(request.positional), "sized" in request.keywords) for request in requests} == {(2, False)}


@pytest.mark.parametrize(
    ("kind", "filled"),
    [
        *((kind, (("cfg", "cfg"),)) for kind in ("other", "instance", "mapping", "class")),
        ("array", ()),
        ("sequence", ()),
        ("number", ()),
    ],
)
def test_what_may_be_settings_is_given_from_the_submission(kind: str, filled: tuple[tuple[str, str], ...]) -> None:
    """Fair to `overlap(cfg, first, second)`; an array of that name is what a notebook has tried its function with."""
    asked = question("overlap", report(overlap=function("cfg", "first", "second"), cfg=Entry(kind)))
    assert attempts(asked)[0].candidate.binding.filled == filled


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("measure", ["measure", "get_matrix", "pick"]),
        ("first", ["get_matrix", "pick"]),
        ("with_overlap", ["get_matrix", "pick"]),
    ],
)
def test_a_function_is_given_where_one_is_called(name: str, given: list[str]) -> None:
    """Fair to `overlap(second, measure, third)`: whatever else stands in its place cannot be called. It is the one of that name,
    then one of another part, and a name that a role has tells nothing."""
    written = (Parameter("second"), Parameter(name, called=True), Parameter("third"))
    known = {"overlap": Entry("function", written), "pick": function("v"), "get_matrix": function("model")}
    known |= {"measure": function("a"), "unlike": function("a"), "matrix": Entry("array", axes=2)}
    found = [one.candidate.binding.filled for one in attempts(question("overlap", report(**known)))]
    assert [each for each in dict.fromkeys(found) if each] == [((name, own),) for own in given]


@pytest.mark.parametrize(
    ("made_with", "called_with", "anew"),
    [(("first", "second"), (), True), (("first",), ("second",), False), ((), ("first", "second"), False)],
)
def test_who_is_told_all_when_made_is_made_for_each_question(
    made_with: tuple[str, ...], called_with: tuple[str, ...], anew: bool
) -> None:
    """Protects an object that adds up what it keeps, and stands for one pair; of others what they keep is part of the answer."""
    made, called = (tuple(map(Parameter, names)) for names in (made_with, called_with))
    asked = question("overlap", report(Pair=Entry("class", made, methods={"overlap": Method(called)})))
    (request,) = requests_of(asked, attempts(asked)[0], ([0, 0, 1, 1], [0, 0, 2, 2]))
    assert request.target.get("anew", False) is anew


@pytest.mark.parametrize(
    ("made_with", "called_with", "given"),
    [
        (("data",), ("second",), "first"),
        (("data",), ("first",), "second"),
        (("data",), ("other",), ""),
        (("data", "more"), ("second",), ""),
        (("path",), ("second",), ""),
        (("data",), ("first", "second"), ""),
    ],
)
def test_what_no_name_tells_goes_to_a_constructor_by_elimination(
    made_with: tuple[str, ...], called_with: tuple[str, ...], given: str
) -> None:
    """Fair to `Boxes(data).nms(scores, threshold)`; where the call's names do not tell either, another way to ask may fit."""
    made, called = (tuple(map(Parameter, names)) for names in (made_with, called_with))
    asked = question("overlap", report(Pair=Entry("class", made, methods={"overlap": Method(called)})))
    first = attempts(asked)[0].candidate.binding
    assert first.constructor == ((("data", given),) if given else ())


def test_the_name_of_what_is_called_tells_of_which_part_it_is() -> None:
    """Protects `nms(boxes, scores, iou_fn)` where the file has a Dice loss, too: it answers to two boxes, and wrongly; and who
    has written the very `distance` that is asked for."""
    parts = [ASSIGNMENT.part("matrix"), ASSIGNMENT.part("overlap")]
    said = report(get_matrix=function("model"), fast_overlap=function("a", "b"), overlap=function("a", "b", own=False))
    assert functions_for("overlap_fn", parts, said) == ["fast_overlap", "get_matrix"]
    assert functions_for("fn", parts, said) == ["get_matrix", "fast_overlap"]
    said = replace(said, names={**said.names, "my_distance": function("a", "b"), "other_fn": function("a")})
    assert functions_for("distance_fn", parts, said)[:2] == ["my_distance", "get_matrix"]


def test_a_network_is_called_and_no_function() -> None:
    """Protects `get_matrix(model)`, which calls the network: it is the part's argument."""
    known = {"get_matrix": Entry("function", (Parameter("model", called=True),)), "overlap": function("first", "second")}
    assert {one.candidate.binding.filled for one in attempts(question("matrix", report(**known)))} == {()}
