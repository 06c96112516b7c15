"""Arguments go to parameters by name where a name is known, else in order; a role never lands in a stranger's place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.judge.binding import Binding, Roles, bind, bind_beside, bind_class, bind_looking_on, bind_steps
from grader.judge.naming import Hints
from grader.sandbox.inventory import Parameter

ALIASES = {
    "model": ("net", "resnet"),
    "x": ("img", "inputs"),
    "boxes": ("dets",),
    "scores": ("conf",),
    "threshold": ("thresh", "iou_thr"),
    "y": ("target", "mask"),
    "p": ("pred", "inputs"),
}
MAP = Roles(("model", "x"), ALIASES, frozenset({"model"}))
NMS = Roles(("boxes", "scores", "threshold"), ALIASES, frozenset({"threshold"}), spare=("model",))
HINTED = replace(NMS, hints={"threshold": Hints(frozenset({"iou", "порог"}), frozenset({"score", "eps"}))})
LETTERS = Roles(("boxes", "scores", "t"), {"boxes": ("b", "P"), "scores": ("s", "score"), "t": ("thr", "k")}, frozenset({"t"}))
DICE = Roles(("y", "p"), ALIASES, foreign=frozenset({"model", "net"}))


def parameters(text: str) -> tuple[Parameter, ...]:
    """`a b= b=. *c d! **e`: required, with a default, which is a float, args, keyword-only, kwargs."""
    ways = {"**": "kwargs", "*": "args", "!": "keyword"}
    found = []
    for word in text.split():
        how = next((way for mark, way in ways.items() if word.startswith(mark) or word.endswith(mark)), "positional")
        found.append(Parameter(word.strip("*!=."), "=" not in word and how in ("positional", "keyword"), how, "", "." in word))
    return tuple(found)


@pytest.mark.parametrize(
    ("roles", "text", "positional", "keywords", "omitted"),
    [
        (MAP, "model x", ("model", "x"), (), ()),
        (MAP, "x model", ("x", "model"), (), ()),
        (MAP, "img net=", ("x", "model"), (), ()),
        (MAP, "a b", ("model", "x"), (), ()),
        (MAP, "img", ("x",), (), ("model",)),
        (MAP, "img size=", ("x",), (), ("model",)),
        (MAP, "a", ("x",), (), ("model",)),
        (MAP, "model! x!", (), (("model", "model"), ("x", "x")), ()),
        (MAP, "x layer= net=", ("x",), (("net", "model"),), ()),
        (NMS, "boxes scores", ("boxes", "scores"), (), ("threshold",)),
        (NMS, "conf dets thresh=", ("scores", "boxes", "threshold"), (), ()),
        (NMS, "boxes scores score_thr= iou_thr=", ("boxes", "scores"), (("iou_thr", "threshold"),), ()),
        (DICE, "pred target smooth=", ("p", "y"), (), ()),
        (DICE, "inputs targets_", ("p", "y"), (), ()),
        (DICE, "inputs= y= p=", (), (("y", "y"), ("p", "p")), ()),
    ],
)
def test_complete_bindings(roles: Roles, text: str, positional: tuple, keywords: tuple, omitted: tuple):
    """The usual ways to write a function's parameters, each with what goes where."""
    assert bind(roles, parameters(text)) == Binding(positional, keywords, (), omitted)


@pytest.mark.parametrize(
    ("roles", "text"), [(MAP, "model"), (NMS, "dets thresh"), (NMS, "boxes scores labels thresh"), (DICE, "")]
)
def test_incomplete_bindings(roles: Roles, text: str):
    """A parameter that nothing is for, or a role without a place: then another way to ask comes first."""
    assert not bind(roles, parameters(text)).complete


@pytest.mark.parametrize("text", ["*args", "*args **kwargs", "model *rest"])
def test_unknown_numbers_of_arguments(text: str):
    """A wrapper that hides what it wraps is called in the canonical order."""
    assert bind(MAP, parameters(text)).complete
    assert set(bind(MAP, parameters(text)).positional) == {"model", "x"}


def test_a_keyword_beside_any_number_of_arguments():
    """Protects `boxes, scores = args` beside a threshold that is taken out of `**kwargs` by its name."""
    assert bind(NMS, parameters("*args iou_thr=!")) == Binding(("boxes", "scores"), (("iou_thr", "threshold"),))


def test_unknown_signature():
    """What Python cannot describe is called in the canonical order."""
    assert bind(MAP, None) == Binding(("model", "x"))


def test_keywords_only_through_kwargs():
    """A function that takes any keywords gets the canonical names."""
    assert bind(DICE, parameters("**kwargs")).keywords == (("y", "y"), ("p", "p"))


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("a b tau=.", "tau"),
        ("a b порог=", "порог"),
        ("a b score_min=. eps=. alpha=. beta=.", "alpha"),
        ("a b alpha=. max_iou=.", "max_iou"),
        ("a b eps_iou=.", "eps_iou"),
        ("a b top=", ""),
        ("a b scoreMin=. eps=.", ""),
        ("a b tau=. thresh=.", "thresh"),
    ],
)
def test_an_optional_number_under_a_name_of_its_own(text: str, taken: str):
    """Protects who calls the threshold otherwise, with a default: it was left out, and the default was taken for a fixed one."""
    binding = bind(HINTED, parameters(text))
    names = [name for name, role in zip(text.split(), binding.positional, strict=False) if role == "threshold"]
    assert "".join(names or [name for name, _ in binding.keywords]).strip("=.") == taken
    assert binding.complete
    assert ("threshold" in binding.omitted) is (not taken)


def test_an_optional_number_of_a_constructor():
    """Protects a class whose constructor has the threshold under another name; the call's own name for it comes first."""
    made = bind_class(HINTED, parameters("limit=."), parameters("boxes scores"))
    assert (made.constructor, made.omitted) == ((("limit", "threshold"),), ())
    made = bind_class(HINTED, parameters("iou_thr=."), parameters("boxes scores limit=."))
    assert made == Binding(("boxes", "scores"), (), (("iou_thr", "threshold"),))


@pytest.mark.parametrize("text", ["frames p thr", "a b c", "frames s k", "x b s", "k b limit", "my_boxes p thr"])
def test_letters_do_not_turn_the_order_round(text: str):
    """Protects `(frames, p, limit)`: the probability `p` was taken for boxes, and the frames got the scores that were left."""
    assert bind(LETTERS, parameters(text)) == Binding(LETTERS.order)


@pytest.mark.parametrize(
    ("text", "positional"),
    [
        ("s b t", ("scores", "boxes", "t")),
        ("score frames k", ("scores", "boxes", "t")),
        ("my_score b k", ("scores", "boxes", "t")),
        ("limit b scores", ("t", "boxes", "scores")),
        ("a t thr_2", ("boxes", "t", "scores")),
    ],
)
def test_another_order_that_names_tell(text: str, positional: tuple[str, ...]):
    """Protects another order: all letters are known, a word stands against the task's order, or a letter is a role's own name."""
    assert bind(LETTERS, parameters(text)).positional == positional


def test_letters_taken_at_their_word():
    """Protects the second try, where the order that was asked for has failed: `(a, b, s)` with the threshold in front."""
    assert bind(replace(LETTERS, trusts_letters=True), parameters("a b s")).positional == ("t", "boxes", "scores")


@pytest.mark.parametrize(
    ("constructor", "said", "taken"),
    [("q", "", "q"), ("q", "number", "q"), ("q size=", "", "q"), ("q", "other", ""), ("q r", "", ""), ("min_score", "", "")],
)
def test_an_optional_number_that_a_constructor_must_have(constructor: str, said: str, taken: str):
    """Protects `Suppression(q)(boxes, scores)`: the one thing it must have is the threshold, unless its annotation, its name or
    another parameter tell otherwise.
    """
    own = tuple(replace(parameter, said=said) for parameter in parameters(constructor))
    given = ((taken, "threshold"),) if taken else ()
    assert bind_class(HINTED, own, parameters("boxes scores")).constructor == given
    assert bind_class(HINTED, own, parameters("boxes scores iou_thr=")).constructor == ()


@pytest.mark.parametrize(
    ("said", "positional"),
    [
        (("array", "network"), ("x", "model")),
        (("", "network"), ("x", "model")),
        (("array", ""), ("x", "model")),
        (("", ""), ("model", "x")),
    ],
)
def test_annotations_tell_a_network_from_its_input(said: tuple[str, str], positional: tuple[str, str]):
    """Protects `(photo: Tensor, classifier: nn.Module)`: neither name is known, and the usual order is the other one."""
    written = [Parameter(name, said=each) for name, each in zip("ab", said, strict=True)]
    assert bind(replace(MAP, networks=frozenset({"model"})), written) == Binding(positional)


def test_an_annotated_parameter_with_a_default_is_left_alone():
    """Protects the image's place: statistics to normalise with are tensors too."""
    written = [Parameter("mean", False, said="array"), Parameter("a")]
    assert bind(replace(MAP, networks=frozenset({"model"})), written).keywords == (("a", "x"),)


@pytest.mark.parametrize(
    ("text", "keywords"),
    [
        ("cfg x model", (("x", "x"), ("model", "model"))),
        ("a b cfg", (("a", "model"), ("b", "x"))),
        ("cfg x", (("x", "x"),)),
        ("x model", None),
        ("cfg model", None),
        ("cfg logger model x", None),
        ("cfg *x", None),
    ],
)
def test_a_parameter_that_only_the_submission_has_something_for(text: str, keywords: tuple | None):
    """Protects `iou(cfg, a, b)` beside a `cfg`; what stands in the place of a role is none of these."""
    found = bind_beside(MAP, parameters(text), {name: name for name in ("cfg", "logger", "model")})
    assert (found and found.keywords) == keywords
    assert found is None or (found.filled, found.complete) == ((("cfg", "cfg"),), True)


def test_layers_of_ones_own_are_kept():
    """Protects `features(x, net=backbone)`, where the default ends before fc: a whole network in its place gives scores."""
    roles = Roles(("model", "x"), {}, frozenset({"model"}), networks=frozenset({"model"}))
    kept = Parameter("model", required=False, kept=True)
    assert bind(roles, (Parameter("x"), kept)) == Binding(("x",), omitted=("model",))
    assert bind(roles, (kept, Parameter("x", required=False))) == Binding((), (("x", "x"),), omitted=("model",))
    assert bind(roles, (replace(kept, kept=False), Parameter("x"))) == Binding(("model", "x"))


def test_a_flag_takes_nothing_by_its_place():
    """Protects `dice_loss(input, target, multiclass=False)` from a smoothing term in the flag's place, and its student from words
    about one. By its name a flag may be given something."""
    smoothed = replace(DICE, order=("y", "p", "smooth"))
    flag = (*parameters("pred target"), Parameter("multiclass", required=False, default="false"))
    assert not bind(smoothed, flag).complete
    assert bind(replace(DICE, order=("y", "p", "multiclass")), flag).complete


def test_strictly_no_role_takes_anothers_name():
    """Another way to ask does not squeeze an array into a parameter that is named after a network."""
    assert bind(DICE, parameters("net mask")).complete
    assert not bind(DICE, parameters("net mask"), strict=True).complete


def test_constructor_takes_what_it_must_have():
    """A class gets the model when it is made and the input when it is called."""
    binding = bind_class(MAP, parameters("resnet size="), parameters("img"))
    assert binding == Binding(("x",), (), (("resnet", "model"),))


def test_constructor_takes_what_the_call_has_no_room_for():
    """A threshold with a default in the constructor is set there, not left at its default."""
    binding = bind_class(NMS, parameters("iou_thr="), parameters("boxes scores"))
    assert binding == Binding(("boxes", "scores"), (), (("iou_thr", "threshold"),))


def test_constructor_may_ask_for_a_network():
    """One class for the whole lab takes the network when it is made, whatever its method is about."""
    assert bind_class(NMS, parameters("net"), parameters("boxes scores thresh")).constructor == (("net", "model"),)


def test_constructor_that_wants_what_nobody_has():
    """Fair to a class that needs a path, which the task does not give: its method is called all the same."""
    assert bind_class(NMS, parameters("path"), parameters("boxes scores thresh")) == Binding(("boxes", "scores", "threshold"))
    assert not bind_class(NMS, parameters("path"), parameters("boxes scores thresh top")).complete


def test_what_is_told_before_the_call():
    """Protects `metric.update(p, y)`, then `metric.compute()`: each step gets by name what it must have, the constructor and the
    last call the rest; a step that wants what nobody has is not called."""
    binding = bind_steps(NMS, parameters("iou_thr="), {"update": parameters("boxes scores")}, ())
    told = (("update", (("boxes", "boxes"), ("scores", "scores"))),)
    assert binding == Binding((), (), (("iou_thr", "threshold"),), steps=told)
    binding = bind_steps(MAP, parameters("net"), {"forward": parameters("img")}, ())
    assert binding == Binding(constructor=(("net", "model"),), steps=(("forward", (("img", "x"),)),))
    assert not bind_steps(MAP, parameters("net"), {"forward": parameters("img path")}, ()).complete


def test_a_name_that_stands_for_two_things_in_turn():
    """Protects `fit(X)`, then `transform(X)`, and `fit(X, y)`, then `score(X, y)`: the last call is given what comes later; not
    where another name stands for that, or it is another number of things, comes before, or is a network."""
    roles = Roles(("train", "labels", "test", "answers"), {"train": ("X",), "labels": ("y",)})
    binding = bind_steps(roles, (), {"fit": parameters("X y")}, parameters("y X"))
    assert binding == Binding(("answers", "test"), steps=(("fit", (("X", "train"), ("y", "labels"))),))
    assert not bind_steps(roles, (), {"fit": parameters("X y")}, parameters("X")).complete
    two = replace(roles, order=("train", "test"))
    assert bind_steps(two, (), {"fit": parameters("X")}, parameters("X copy=")).positional == ("test",)
    assert bind_steps(two, (), {"fit": parameters("X")}, parameters("X test=")) == Binding(
        ("train", "test"), steps=(("fit", (("X", "train"),)),)
    )
    assert bind_steps(two, parameters("k="), {"fit": parameters("X")}, parameters("X"), True).complete
    assert not bind_steps(replace(two, order=("test", "train")), (), {"fit": parameters("X")}, parameters("X")).complete
    assert not bind_steps(replace(two, networks=frozenset({"train"})), (), {"fit": parameters("X")}, parameters("X")).complete


def test_an_object_that_looks_on():
    """Protects `keeper = Keeper(net)`, `net(img)`, `keeper.answer()`: whoever makes it runs the network. Nothing is run without
    one in the constructor, or where that wants what nobody has, nor on what some call takes."""
    roles = replace(MAP, networks=frozenset({"model"}))
    binding = bind_looking_on(roles, parameters("net"), ())
    assert binding == Binding(constructor=(("net", "model"),), steps=(("", (("network", "model"), ("batch", "x"))),))
    assert not bind_looking_on(roles, parameters("net path"), ()).complete
    assert not bind_looking_on(roles, parameters("size"), ()).steps
    assert not bind_looking_on(roles, parameters("net"), parameters("img")).steps


def test_model_for_constructor_and_call():
    """A model that both ask for goes to both."""
    binding = bind_class(MAP, parameters("net"), parameters("model x"))
    assert binding == Binding(("model", "x"), (), (("net", "model"),))
