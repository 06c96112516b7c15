"""A call server: one test's calls, answered in a fork of the loaded submission.

Requests and answers are plain mappings over a `Channel`; objects that cannot travel stay here under a handle.

======== ================================================= =======================================
`op`     fields                                            answer
======== ================================================= =======================================
call     target, arguments, form                           {"value": ...} or {"failure": {...}}
state    model                                             {"digest": str, "training": bool}
======== ================================================= =======================================

A target is `{"via": "name" | "instance" | "method" | "variable" | "hook" | "handle", ...}`; see `Server.find`.
"""

from __future__ import annotations

from typing import Any

from grader.errors import WireError
from grader.guest import hooks
from grader.guest.failures import describe
from grader.guest.loading import Loaded
from grader.guest.models import Shelf
from grader.guest.notes import Notes
from grader.guest.values import Registry, from_wire, to_wire
from grader.wire.channel import Channel, Closed
from grader.wire.digest import state_digest


def serve(requests: Channel, channel: Channel, loaded: Loaded, shelf: Shelf, notes: Notes) -> None:
    """Answer `requests` over `channel`, the same socket with the bounds of answers, until the judge closes its end."""
    server = Server(loaded, shelf)
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


class Server:
    """Answers one process's calls of a loaded submission; keeps the objects that stay here."""

    def __init__(self, loaded: Loaded, shelf: Shelf) -> None:
        self.loaded = loaded
        self.shelf = shelf
        self.registry = Registry()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """What a call or a question about a model's state is answered with; a failure is an answer."""
        try:
            if request["op"] == "state":
                module = self.shelf.lend(request["model"])
                return {"digest": state_digest(module), "training": bool(module.training)}
            return {"value": to_wire(self.call(request), self.registry)}
        except BaseException as error:  # noqa: BLE001  SystemExit and KeyboardInterrupt are the submission's too
            return {"failure": describe(error, self.loaded.cells)}

    def call(self, request: dict[str, Any]) -> Any:
        """What the submission's own code answers. Raises whatever it raises."""
        target, form = request["target"], request["form"]
        arguments = [from_wire(value, form, self.shelf.lend) for value in request["arguments"]]
        if target["via"] == "variable":
            return self.loaded.namespace[target["name"]]
        if target["via"] == "hook":
            fixture, batch = arguments
            return hooks.run_and_find(self.shelf.recorded_hooks, self.loaded.namespace, fixture, batch)
        if "network" in target:
            # The function takes no model: it uses the submission's own, which must have the fixture's weights.
            fixture = self.shelf.lend(target["network"])
            hooks.substitute_networks(self.shelf.recorded_hooks, self.loaded.namespace, fixture)
        keywords = {name: from_wire(value, form, self.shelf.lend) for name, value in request["keywords"].items()}
        result = self.find(target, form)(*arguments, **keywords)
        return self._settle(result)

    def find(self, target: dict[str, Any], form: str) -> Any:
        """What to call: an object by `name`; an `instance` of the class `name`; a `method` of an instance (or of the
        object) called `name`; an object kept under a handle `number`."""
        if target["via"] == "handle":
            return self.registry.objects[target["number"]]
        found = self.loaded.namespace[target["name"]]
        if target["via"] in ("instance", "method") and isinstance(found, type):
            found = found(*[from_wire(value, form, self.shelf.lend) for value in target.get("constructor", [])])
        return getattr(found, target["method"]) if target["via"] == "method" else found

    def _settle(self, result: Any) -> Any:
        """A coroutine's result, when a function turns out to be `async`."""
        if hasattr(result, "__await__") and type(result).__name__ == "coroutine":
            import asyncio

            return asyncio.run(result)
        return result
