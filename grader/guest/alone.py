"""A submission's process where nothing can be forked (Windows; macOS, whose system libraries do not survive a fork; with CUDA).

Runs as `python -m grader.guest.alone <port>`, with a word in the environment that it says first, so that nobody else is taken for
it. It serves the requests of `grader.guest.session` and of `grader.guest.calls` on one connection:

======== ================================================= ==================================================
`op`     fields                                            answer
======== ================================================= ==================================================
load     files, main, seconds, piece_seconds               what the file left behind
files                                                      {"files": a digest of what lies in its folder}
fresh                                                      {}: networks are as they were loaded
call     target, arguments, keywords, form, first, apart   {"value": ...} or {"failure": {...}}
state    model, inputs, first, apart                       {"digest": str, "training": bool, "output": ...}
======== ================================================= ==================================================

All tests share the process: what a call does to the submission's own global values stays for the next test. Nothing bounds its
memory. It is for one's own work; grading forks.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

from grader.errors import WireError
from grader.guest import calls
from grader.guest.session import Session
from grader.guest.warm import Warm
from grader.wire.channel import Channel, Closed
from grader.wire.values import REQUESTS, Bounds

WORD = "GRADER_WORD"


class Alone(Session):
    """A session that answers calls itself. What it is asked may be large, what it answers keeps the assignment's limit."""

    def __init__(self, channel: Channel, outbound: Channel, warm: Warm) -> None:
        super().__init__(channel, warm)
        self.outbound = outbound
        self.server = calls.Server(self.loaded, self.shelf, self.draws)

    def serve(self) -> None:
        """Answer requests until the judge closes its end."""
        while True:
            try:
                self.reply(self.answer(self.channel.receive()))
            except Closed:
                return

    def answer(self, request: dict[str, Any], _descriptor: int | None = None) -> dict[str, Any]:
        """What a request is answered with. Raises `WireError` for one that is not in the table."""
        match request["op"]:
            case "load":
                report = self.load(request)
                self.server = calls.Server(self.loaded, self.shelf, self.draws)
                return report
            case "files":
                return super().answer(request)
            case "fresh":
                self.shelf.take_back()
                self.draws.restore()
                self.server = calls.Server(self.loaded, self.shelf, self.draws)
                return {}
            case _:
                return {**self.server.answer(request), "notes": self.notes.take()}

    def reply(self, answer: dict[str, Any]) -> None:
        """Send it, or say that it cannot be sent."""
        try:
            self.outbound.send(answer)
        except Closed:
            raise
        except WireError as error:
            self.outbound.send(calls.unsendable(error))


def main() -> None:
    """Connect to the judge, get warm, become the submission's process."""
    connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    channel = Channel(connection, REQUESTS)
    channel.send({"word": os.environ.pop(WORD)})
    configuration = channel.receive()
    warm = Warm(configuration)
    channel.send({"ready": True, "missing": warm.missing})
    os.chdir(configuration["work"])
    warm.begin()
    Alone(channel, Channel(connection, Bounds(array_bytes=configuration["answer_bytes"])), warm).serve()


if __name__ == "__main__":
    main()
