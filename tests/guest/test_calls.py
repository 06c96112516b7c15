"""How a submission's own objects are found, made and called."""

from __future__ import annotations

import contextlib
from enum import Enum
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.errors import WireError
from grader.guest.calls import Server
from grader.guest.chance import Draws
from grader.guest.hooks import HookBook
from grader.guest.pieces import Loaded
from grader.wire.values import Array, Model

VALUES = Array(np.arange(6.0).reshape(2, 3), "ndarray", "float64")
OTHERS = Array(np.ones((2, 3)), "ndarray", "float64")


class Cam:
    """Takes its arrays when it is made, and counts its calls."""

    def __init__(self, features: Any) -> None:
        self.features = features
        self.calls = 0

    def kind(self) -> str:
        """Of what the constructor got."""
        return type(self.features).__name__

    def count(self) -> int:
        """How often it was called."""
        self.calls += 1
        return self.calls

    def add(self, number: int) -> None:
        """Take note of a number."""
        self.calls += number


@pytest.fixture
def server() -> Server:
    """Of a submission that has this class, and no network."""
    shelf: Any = SimpleNamespace(
        handed=[],
        hooks=HookBook(),
        lend=None,
        put_back=lambda: True,
        telling=lambda _listener: contextlib.nullcontext(),
    )
    return Server(Loaded(namespace={"Cam": Cam, "draw": lambda: float(np.random.rand())}), shelf, Draws())


def ask(server: Server, method: str, features: Any, form: str = "numpy") -> Any:
    """What the method of an instance that was made with these arrays answers."""
    target = {"via": "method", "name": "Cam", "method": method, "constructor": {"features": features}}
    return server.answer({"op": "call", "target": target, "arguments": [], "keywords": {}, "form": form})["value"]


def test_what_is_no_question_has_no_answer(server: Server) -> None:
    """Protects a student from a mistake of the judge's that would be told as a failure of the submission's code."""
    with pytest.raises(WireError, match="'files'"):
        server.answer({"op": "files"})


def test_what_is_told_in_steps_is_told_to_a_fresh_object(server: Server) -> None:
    """Protects a metric that adds up what it is told: the second question has nothing of the first."""
    steps = [["add", {"number": 2}], ["add", {"number": 3}]]
    target = {"via": "method", "name": "Cam", "method": "count", "constructor": {"features": VALUES}, "steps": steps}
    question = {"op": "call", "target": target, "arguments": [], "keywords": {}, "form": "numpy"}
    assert [server.answer(question)["value"] for _question in range(2)] == [6, 6]


def test_an_object_that_stands_for_one_question_is_made_for_each(server: Server) -> None:
    """Protects `NMS(boxes, scores).run(threshold)`, which adds up what it keeps: nobody runs it twice. What is told only a part
    is the same object from call to call."""
    target = {"via": "method", "name": "Cam", "method": "count", "constructor": {"features": VALUES}}
    for anew, answers in ((True, [1, 1]), (False, [1, 2])):
        question = {"op": "call", "target": {**target, "anew": anew}, "arguments": [], "keywords": {}, "form": "numpy"}
        assert [server.answer(question)["value"] for _question in range(2)] == answers


@pytest.mark.torch
def test_the_network_is_run_before_who_looks_on_is_asked(server: Server) -> None:
    """Protects `Keeper(model)` that hooks a layer: it keeps what that answered when whoever made it ran the network."""
    import torch

    class Keeper:
        def __init__(self, model: Any) -> None:
            self.kept: Any = None
            model.register_forward_hook(self.keep)

        def keep(self, _module: Any, _inputs: Any, output: Any) -> None:
            self.kept = output

        def answer(self) -> list[Any]:
            return [float(self.kept.sum()), self.kept.requires_grad]

    network = torch.nn.Linear(3, 1)
    server.shelf.lend = lambda _model: network  # type: ignore[method-assign]
    server.loaded.namespace["Keeper"] = Keeper
    model = Model("big")
    steps = [["", {"network": model, "batch": Array(np.ones((2, 3), np.float32), "tensor", "float32")}]]
    target = {"via": "method", "name": "Keeper", "method": "answer", "constructor": {"model": model}, "steps": steps}
    found = server.answer({"op": "call", "target": target, "arguments": [], "keywords": {}, "form": "torch"})
    assert found["value"] == [float(network(torch.ones(2, 3)).detach().sum()), False]


@pytest.mark.parametrize(("form", "kind"), [("numpy", "ndarray"), ("list", "list"), ("tuple", "tuple")])
def test_a_constructor_gets_arrays_in_the_form_of_the_call(server: Server, form: str, kind: str) -> None:
    """Protects `CAM(features, weights).get_cam(c)`, which computes with arrays: lists have no shape."""
    assert ask(server, "kind", VALUES, form) == kind


def test_who_was_not_made_is_not_blamed(server: Server) -> None:
    """Fair to a class whose constructor could not be given all that it asks for: that its attributes are missing is no error of
    its own. An attribute that is missing elsewhere is."""

    class Loader:
        def __init__(self, path: str) -> None:
            self.rows = path.upper()

        def first(self) -> Any:
            return self.rows[0]

        def other(self) -> Any:
            return server.rows  # type: ignore[attr-defined]

    server.loaded.namespace["Loader"] = Loader
    told = []
    for method in ("first", "other"):
        target = {"via": "method", "name": "Loader", "method": method}
        answer = server.answer({"op": "call", "target": target, "arguments": [], "keywords": {}, "form": "numpy"})
        told.append((answer["failure"]["types"][0], answer["failure"]["message"], answer["failure"]["line"]))
    assert told[0] == ("NotMade", "Loader() was not given path", 0)
    assert told[1][0] == "AttributeError"


def test_a_word_is_given_as_the_member_that_it_names(server: Server) -> None:
    """Protects `iou(a, b, fmt=Format.XYWH)`: a setting is a member of its enumeration, by its name or by its value."""

    class Format(Enum):
        XYXY = 1
        SIZED = "xywh"

    def told(fmt: Format = Format.SIZED, *, way: Format, name: str = "") -> str:
        return f"{fmt.name} {way.name} {name}"

    told.__annotations__["way"] = Format  # as without the import at the top of this file
    server.loaded.namespace["told"] = told
    given = {"fmt": "xyxy", "way": "xywh", "name": "xyxy"}
    target = {"via": "name", "name": "told"}
    answer = server.answer({"op": "call", "target": target, "arguments": [], "keywords": given, "form": "numpy"})
    assert answer["value"] == "XYXY SIZED xyxy"


def test_a_setting_is_given_to_a_constructor_in_the_form_that_it_takes(server: Server) -> None:
    """Protects `Loss(activation=torch.sigmoid)`, which would call the word, and `Loss(activation=Act.SIGMOID)`."""

    class Act(Enum):
        SIGMOID = 1
        IDENTITY = 2

    class ByFunction:
        def __init__(self, activation: Any = np.tanh, name: str = "") -> None:
            self.activation, self.name = activation, name

        def __call__(self, value: float) -> str:
            return f"{self.activation(value)} {self.name}"

    class ByMember:
        def __init__(self, activation: Act = Act.SIGMOID) -> None:
            self.activation = activation

        def __call__(self, value: float) -> str:
            return self.activation.name

    found = []
    for kind, more in ((ByFunction, {"name": "identity"}), (ByMember, {})):
        server.loaded.namespace["Loss"] = kind
        target = {"via": "instance", "name": "Loss", "constructor": {"activation": "identity", **more}}
        call = {"op": "call", "target": target, "arguments": [2.0], "keywords": {}, "form": "numpy"}
        found.append(server.answer(call)["value"])
    assert found == ["2.0 identity", "IDENTITY"]


def test_a_parameter_is_given_what_the_submission_has(server: Server) -> None:
    """Protects functions that are given settings, or a function; what is not there is told as any other failure of the
    submission's."""
    server.loaded.namespace.update(scale=lambda x, cfg: cfg["factor"] * x, options={"factor": 2.0})
    found = []
    for name in ("options", "settings"):
        target = {"via": "name", "name": "scale", "filled": {"cfg": name}}
        found.append(server.answer({"op": "call", "target": target, "arguments": [3.0], "keywords": {}, "form": "numpy"}))
    assert found[0] == {"value": 6.0, "wrote": False}
    assert found[1]["failure"]["types"][0] == "KeyError"


def test_one_instance_for_the_same_arguments(server: Server) -> None:
    """Protects answers that depend on earlier calls: the same object is asked again, another one for other values or forms."""
    same = Array(VALUES.data.copy(), "ndarray", "float64")
    found = [ask(server, "count", features) for features in (VALUES, same, OTHERS)]
    assert [*found, ask(server, "count", VALUES, "list"), ask(server, "count", VALUES)] == [1, 2, 1, 1, 3]


def test_every_test_draws_the_same_numbers(server: Server) -> None:
    """Protects a part's verdict from the parts before it: where a test begins, the generators stand where they stood."""
    call = {"op": "call", "target": {"via": "name", "name": "draw"}, "arguments": [], "keywords": {}, "form": "numpy"}
    found = [server.answer({**call, "first": first})["value"] for first in (True, False, True, False)]
    assert found[0] != found[1]
    assert found[2:] == found[:2]


@pytest.mark.torch
def test_an_object_with_a_hook_of_its_own_is_not_replayed_to(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the second answer of an object that registered its hook when it was made, in one list with a demonstration."""
    torch = pytest.importorskip("torch", reason="needs torch")
    for name in ("register_forward_hook", "register_forward_pre_hook"):
        monkeypatch.setattr(torch.nn.Module, name, getattr(torch.nn.Module, name))
    server.shelf.hooks.start()
    demo, given = (torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 1)) for _ in range(2))
    found: list[Any] = []

    def keep(_module: Any, _inputs: Any, output: Any) -> None:
        found.append(output.shape[1])

    class Extractor:
        def __init__(self, model: Any) -> None:
            model[1].register_forward_hook(keep)

        def extract(self, model: Any) -> list[int]:
            found.clear()
            model(torch.ones(1, 2))
            return list(found)

    for layer in demo:
        layer.register_forward_hook(keep)
    server.loaded.namespace.update(demo=demo, Extractor=Extractor)
    server.shelf.lend = lambda _model: given
    model = Model("given")
    target = {"via": "method", "name": "Extractor", "method": "extract", "constructor": {"model": model}, "replay": True}
    call = {"op": "call", "target": target, "arguments": [model], "keywords": {}, "form": "torch"}
    assert [server.answer({**call, "first": first})["value"] for first in (True, False)] == [[1], [1]]


def test_a_hook_on_the_very_thing_that_was_given(server: Server) -> None:
    """Protects `SaveFeatures(layer)` from being called with a network as if that were what it takes: it is told apart."""
    hooks = server.shelf.hooks.hooks
    server.loaded.namespace["keep"] = lambda m: hooks.append(SimpleNamespace(module=m, function=print))
    target = {"via": "install", "name": "keep"}
    failure = server.answer({"op": "call", "target": target, "arguments": [VALUES, VALUES], "keywords": {}, "form": "numpy"})[
        "failure"
    ]
    assert failure["types"][:2] == ["HookedArgument", "TypeError"]


@pytest.mark.torch
def test_dropout_of_what_the_grader_makes_is_off(server: Server) -> None:
    """Protects a right layer with a dropout in it, which nobody but the grader could put into evaluation mode. A batch norm keeps
    its mode, and so does the network that the constructor is given: to switch that is the task."""
    import torch

    class Layer(torch.nn.Module):
        def __init__(self, inner: Any) -> None:
            super().__init__()
            self.inner, self.own, self.norm = inner, torch.nn.Dropout(0.5), torch.nn.BatchNorm1d(3)

        def forward(self) -> list[bool]:
            return [self.training, self.own.training, self.norm.training, self.inner.training, self.inner[0].training]

    server.shelf.lend = lambda _model: torch.nn.Sequential(torch.nn.Dropout(0.5))  # type: ignore[method-assign]
    server.loaded.namespace["Layer"] = Layer
    target = {"via": "instance", "name": "Layer", "constructor": {"inner": Model("big")}}
    found = server.answer({"op": "call", "target": target, "arguments": [], "keywords": {}, "form": "torch"})
    assert found["value"] == [True, False, True, True, True]

    class Dropping(Layer):
        def forward(self) -> list[bool]:
            torch.nn.functional.dropout(torch.ones(3), 0.5, self.training)
            return super().forward()

    server.loaded.namespace["Layer"] = Dropping
    found = server.answer({"op": "call", "first": True, "target": target, "arguments": [], "keywords": {}, "form": "torch"})
    assert found["value"] == [False, False, True, True, True], "what asks for its mode beside F.dropout"
