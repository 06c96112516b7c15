"""A call server: the calls of tests one after the other, answered in a fork of the loaded submission.

Requests and answers are plain mappings over a `Channel`; objects that cannot travel stay here under a handle.

======== ================================================= =======================================
`op`     fields                                            answer
======== ================================================= =======================================
call     target, arguments, keywords, form, first, apart   {"value": ...} or {"failure": {...}}
state    model, inputs, first, apart                       {"digest": str, "training": bool, "output": ...}
======== ================================================= =======================================

The `first` call of a test is given fresh networks, and finds what the submission remembers as it was when it was loaded, put back
if need be. Where that cannot be done (`grader.guest.leftovers`), networks were spoilt, or threads are left that take the test's
room, it is not answered but with {"changed": True}. `apart` asks for a thorough look: the test belongs to another part than the
one before, or a call failed.

With a value stands `wrote`: whether the call changed an array that it was given.

A target says what to call by `via`, and by further fields:

* `name`: the object `name`; `instance`: one of the class `name`; `method`: the `method` of either; `static`: of the class
* `made`: what the function `name` makes
* `attribute`: nothing is called, the value of the attribute `method` of an instance is the answer
* `variable`: nothing is called, the value of `name` is the answer
* `hook`: what the forward hook `number` stores while its own network runs on the argument
* `install`: the function or class `name` registers a hook; then the network runs on the last argument
* `handle`: the object that was answered under `number`

With them may stand `constructor` (keyword arguments of the class, or of what makes a function), `anew` (the object is made for
this question alone), `steps` (methods with their keyword arguments that are called before on an instance of its own; without a
name, a network that is run on a batch), `replay` (the submission's own hooks look on at the network that is given), `stand_in`
(what the submission's own networks stand for meanwhile), `shown` (a batch that these are run on before, for what looks at what
hooks have stored), `stored` (where nothing is returned, what hooks stored is the answer), `globals` (networks to lend under names
that the submission could not define), and `filled` (parameters that are given something of the submission's own, with its name
there).
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
from types import ModuleType
from typing import Any

from grader.errors import WireError
from grader.guest.chance import Draws
from grader.guest.failures import describe
from grader.guest.glance import is_a, names_of, torch_types
from grader.guest.hooks import run, run_and_find
from grader.guest.instances import make, truer, without_dropout
from grader.guest.leftovers import Leftovers, threads
from grader.guest.models import Shelf
from grader.guest.notes import Notes
from grader.guest.parameters import with_members
from grader.guest.pieces import Loaded
from grader.guest.reach import Snapshot, holders, is_network, likeliest
from grader.guest.records import build
from grader.guest.standins import standing_in
from grader.guest.values import Registry, are_as_given, from_wire, to_wire
from grader.wire.channel import Channel, Closed
from grader.wire.codec import encode
from grader.wire.digest import answer_of, in_training, state_digest
from grader.wire.values import REQUESTS


def serve(server: Server, requests: Channel, channel: Channel, notes: Notes) -> None:
    """Answer `requests` over `channel`, the same socket with the bounds of answers, until the judge closes its end."""
    while True:
        try:
            request = requests.receive()
        except Closed:
            return
        answer = server.answer(request)
        answer["notes"] = notes.take()
        try:
            channel.send(answer)
        except WireError as error:
            if isinstance(error, Closed):
                return
            channel.send(unsendable(error))


def unsendable(error: WireError) -> dict[str, Any]:
    """The answer in the place of one that was too large or too strange to travel; nothing of it was sent."""
    return {"failure": {"types": ["Unsendable"], "message": str(error), "cell": 0, "line": 0, "code": ""}}


class HookedArgument(TypeError):
    """What registers its hook on the very thing that it is given was given a network, and takes a layer."""


class Server:
    """Answers one process's calls of a loaded submission; keeps the objects that stay here.

    `before` is how the submission was when it was loaded.
    """

    def __init__(self, loaded: Loaded, shelf: Shelf, draws: Draws, before: Leftovers | None = None) -> None:
        self.loaded = loaded
        self.shelf = shelf
        self.draws = draws
        draws.note()
        self.before = before
        self.used = False
        self.hooks_before = len(shelf.hooks.hooks)  # when the present test began
        self.ran_own = False  # whether it ran a network of the submission's own, for what hooks store
        self.threads = threads()
        self.registry = Registry()
        self.wrote = False  # whether the last call changed what it was given
        self.instances: dict[Any, Any] = {}
        self.bare: list[tuple[Any, list[str]]] = []  # of these, those without their constructor, and what that was not given
        self.borrowed: dict[str, Any] = {}  # networks that were lent under names of the submission
        self.returning: set[Any] = set()  # what has returned something: what hooks stored meanwhile need not be looked for
        self.were_training = [network.training for _, network in shelf.handed]

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """What a call or a question about a model's state is answered with; a failure is an answer.

        Raises `WireError` for what is neither: whoever asks that has failed, not the submission.
        """
        if request["op"] not in ("call", "state"):
            raise WireError(f"a call server is not asked {request['op']!r}")
        try:
            if request.get("first") and not self.begin(bool(request.get("apart"))):
                return {"changed": True}
            if request["op"] == "state":
                return self.state(request["model"], request["inputs"])
            return {"value": to_wire(self.call(request), self.registry), "wrote": self.wrote}
        except BaseException as error:  # noqa: BLE001  SystemExit and KeyboardInterrupt are the submission's too
            return {"failure": describe(truer(error, self.bare), self.loaded.cells)}

    def begin(self, apart: bool) -> bool:
        """A test begins: what an earlier one made or was lent is not there for it. False where it cannot begin here."""
        try:
            if self.used and not self.is_as_loaded(apart):
                return False
            self.draws.restore()
        except BaseException:  # of what the submission put in the place of something
            if self.before is None or not self.used:
                raise
            return False
        self.used = True
        self.hooks_before = len(self.shelf.hooks.hooks)
        self.ran_own = False
        self.instances.clear()
        self.bare.clear()
        for name, network in self.borrowed.items():
            if self.loaded.namespace.get(name) is network:
                del self.loaded.namespace[name]
        self.borrowed.clear()
        return True

    def is_as_loaded(self, apart: bool) -> bool:
        """Whether nothing of earlier tests is left, where need be after it was put back; taken for granted where nobody noted how
        the submission was."""
        del self.shelf.handed[len(self.were_training) :]  # what calls made is theirs
        unharmed = self.shelf.put_back()
        if self.before is None:
            return True
        return unharmed and threads() <= self.threads and self.before.are_gone(thoroughly=apart or self.ran_own)

    def state(self, model: Any, inputs: list[Any]) -> dict[str, Any]:
        """Of the model that was lent and of those that the submission made itself: a function may use either.

        What the lent one answers to `inputs` tells of layers that were replaced and of hooks that change what they see.
        """
        lent = self.shelf.lend(model)
        own = self.shelf.handed[: len(self.were_training)]
        switched = any(now.training and not before for (_, now), before in zip(own, self.were_training, strict=True))
        digests = [state_digest(lent) if model.layer else self.shelf.digest(model.name, lent)]
        digests += [self.shelf.digest(name, network) for name, network in own[:2]]
        return {
            "digest": " ".join(digest[:20] for digest in digests),
            "training": bool(in_training(lent) or switched),
            "output": to_wire(answer_of(lent, [self.give(value, "torch") for value in inputs]), self.registry),
        }

    def call(self, request: dict[str, Any]) -> Any:
        """What the submission's own code answers. Raises whatever it raises."""
        target, self.wrote = request["target"], False
        arguments = [self.give(value, request["form"]) for value in request["arguments"]]
        keywords = {name: self.give(value, request["form"]) for name, value in request["keywords"].items()}
        if target["via"] == "variable":
            return self.loaded.find(target["name"])
        if target["via"] == "hook":
            self.ran_own = True
            return self.shelf.hooks.run(target["number"], arguments[-1], self.roots(), self.loaded.namespace)
        if target["via"] == "install":
            return self.install(target, arguments)
        own = [network for _, network in self.shelf.handed]
        shown = self.give(target["shown"], "torch") if "shown" in target else None
        with (
            standing_in(own, self.loaded.namespace, target.get("stand_in"), shown) as include,
            self.shelf.telling(include),  # a function may make its network itself
        ):
            result = self.ask(request, arguments, {**keywords, **self.own_values(target)})
        values = [*request["arguments"], *request["keywords"].values()]
        self.wrote = not are_as_given(values, [*arguments, *keywords.values()])
        return result

    def own_values(self, target: dict[str, Any]) -> dict[str, Any]:
        """What parameters are given that only the submission itself has something for. Raises `KeyError` where it has not."""
        return {name: self.loaded.find(own) for name, own in target.get("filled", {}).items()}

    def ask(self, request: dict[str, Any], arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """Call a function or a method, or an object that can be called.

        Hooks of the file are for code that registers none, in this call or, as a constructor does, in an earlier one of the test.
        """
        book = self.shelf.hooks
        given = [value for value in [*arguments, *keywords.values()] if is_network(value)]
        if not given or not request["target"].get("replay") or len(book.hooks) > self.hooks_before:
            return self.run(request, arguments, keywords)
        with book.replayed(given, self.roots()):
            return self.run(request, arguments, keywords)

    def run(self, request: dict[str, Any], arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """Call, and where nothing comes back look at what hooks stored meanwhile."""
        target, form = request["target"], request["form"]
        book, namespace = self.shelf.hooks, self.loaded.namespace
        places = [namespace, *(place for hook in book.hooks for place in holders(hook.function))]
        called = target.get("name"), target.get("method")
        before = Snapshot(places) if target.get("stored") and called not in self.returning else None
        known = len(book.hooks)
        try:
            function = self.find(target, form)
            keywords = with_members(function, keywords)
            result = self.settle(function(*arguments, **keywords))
        except NameError as error:
            lent = target.get("globals", {})
            if error.name not in lent or error.name in namespace:
                raise
            namespace[str(error.name)] = self.borrowed[str(error.name)] = self.shelf.lend(lent[error.name])
            result = self.settle(self.find(target, form)(*arguments, **keywords))
        if not (result is None or type(result).__name__ == "RemovableHandle"):
            self.returning.add(called)
            return result
        if before is None:
            return result
        # Only what outlives the call: an array in a variable of the function itself is lost to whoever called it.
        layers = [hook.module for hook in book.hooks[known:]]
        fresh = [(name, value) for name, value in before.fresh(*layers) if not any(value is one for one in arguments)]
        return likeliest(fresh) if fresh else result

    def install(self, target: dict[str, Any], arguments: list[Any]) -> Any:
        """Let a function register its hook on the network that it is given, or on its own, and run that network."""
        *given, batch = arguments
        book = self.shelf.hooks
        known = len(book.hooks)
        made = self.loaded.find(target["name"])(*given)
        new = book.hooks[known:]
        if not new:
            raise TypeError("it does not take the input, and registers no hook")
        if given and new[-1].module is given[0]:
            raise HookedArgument("it hooks what it is given, as one that takes a layer does")  # whose own hook is asked then
        network = given[0] if given else book.place(new[-1], self.roots())[1]
        return run_and_find(network, batch, new, [self.loaded.namespace, made])

    def find(self, target: dict[str, Any], form: str) -> Any:
        """What to call; where it has to be made first, its constructor is given arrays of this form."""
        if target["via"] == "handle":
            return self.registry.objects[target["number"]]
        found = self.loaded.find(target["name"])
        if target.get("steps"):
            found = self.after_steps(found, target, form)
        elif target["via"] == "made" or (target["via"] in ("instance", "method", "attribute") and is_a(found, type)):
            make = self.make if target.get("anew") else self.instance
            found = make(found, target.get("constructor", {}), form)
        if target["via"] == "attribute":
            return lambda: getattr(found, target["method"])
        return getattr(found, target["method"]) if target["via"] in ("method", "static") else found

    def after_steps(self, kind: Any, target: dict[str, Any], form: str) -> Any:
        """A fresh instance, since it adds up what it is told, after the calls that tell it."""
        made = self.make(kind, target.get("constructor", {}), form)
        for method, given in target["steps"]:
            values = {name: self.give(value, form) for name, value in given.items()}
            self.settle(getattr(made, method)(**values) if method else run(**values))
        return made

    def instance(self, kind: Any, constructor: dict[str, Any], form: str) -> Any:
        """An instance, the same one for the same arguments: what it remembers from call to call is part of its answer."""
        key = id(kind), form, hashlib.sha256(encode(constructor, REQUESTS)).digest()
        if key not in self.instances:
            self.instances[key] = self.make(kind, constructor, form)
        return self.instances[key]

    def make(self, kind: Any, constructor: dict[str, Any], form: str) -> Any:
        """A new instance. Its own dropout is off, since nobody but the grader could have switched it off and its answer is to be
        compared; in a network that it was given, or that the file has made, that is the submission's task."""
        given = {name: self.give(value, form) for name, value in constructor.items()}
        made = make(kind, with_members(kind, given), self.bare)
        without_dropout(made, [*given.values(), *(network for _, network in self.roots())])
        return made

    def give(self, value: Any, form: str) -> Any:
        """What a submission gets for a value from the wire."""
        return from_wire(value, form, self.shelf.lend, lambda fields: build(fields, form, self.loaded.namespace))

    def roots(self) -> list[tuple[str, Any]]:
        """The networks of the submission."""
        return networks_of(self.shelf, self.loaded)

    def settle(self, result: Any) -> Any:
        """A coroutine's result, when a function turns out to be `async`."""
        return asyncio.run(result) if inspect.iscoroutine(result) else result


def networks_of(shelf: Shelf, loaded: Loaded) -> list[tuple[str, Any]]:
    """The networks of a submission: those that came from factories by name, then others in its namespace."""
    values, networks = list(loaded.namespace.values()), torch_types("nn.Module")
    own = {id(module) for module in loaded.modules}  # of a library's modules every network is somebody else's
    holding = [value for value in values if not is_a(value, type) and (id(value) in own or not is_a(value, ModuleType))]
    inner = [item for value in holding for item in names_of(value).values()]
    return [*reversed(shelf.handed), *(("", value) for value in [*values, *inner] if is_a(value, *networks))]
