"""The warm template: imports and networks loaded once, then a fork per submission.

Runs as `python -m grader.guest.template <descriptor>` inside the outer wall, single-threaded, and trusted to the extent that no
submission's code ever runs in it. The first message on its control socket configures it, the others are requests:

======== ========================================== ===================================================
`op`     fields                                     answer
======== ========================================== ===================================================
open     limits, work (and a socket's descriptor)   {"pid": number}: a session serves that socket
end      pid, grace                                 {"status": wait status, or None when it had to be killed}
======== ========================================== ===================================================

One session at a time: to end one is to end all that runs below the template.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from typing import Any

from grader.errors import SandboxFault, WireError
from grader.guest import kernel, limits, pages, processes, syscalls
from grader.guest.alone import Alone
from grader.guest.isolation import Confinement, become_session
from grader.guest.session import Session
from grader.guest.warm import Warm
from grader.wire.channel import Channel, Closed
from grader.wire.values import REQUESTS, Bounds

# To collapse takes 0.3 to 1.2 s, and spares each later session some 50 ms: a class gets it back, one student does not.
_SESSIONS_BEFORE_COLLAPSE = 12
_MOST_LENT = 40  # networks, beside its own memory, that a process may be lent: one for each question with numbers of its own


class Template:
    """The imported libraries and warm networks that every submission's process starts from."""

    def __init__(self, channel: Channel, configuration: dict[str, Any]) -> None:
        self.channel = channel
        told = configuration["confinement"]
        self.confinement = Confinement(told["mode"], tuple(told["read"]), told["account"], tuple(told["devices"]))
        syscalls.compile_filter(self.confinement.profile)  # once, for all forks
        self.warm = Warm(configuration)
        self.answer_bytes = configuration["answer_bytes"]
        self.ended = 0
        if threading.active_count() != 1:
            raise SandboxFault(f"the template started threads: {threading.enumerate()}")
        channel.send({"ready": True, "missing": self.warm.missing})

    def serve(self) -> None:
        """Answer requests until the judge closes its end."""
        while True:
            try:
                request, descriptor = self.channel.receive_with_descriptor()
            except Closed:
                return
            self.channel.send(self.answer(request, descriptor))

    def answer(self, request: dict[str, Any], descriptor: int | None) -> dict[str, Any]:
        """What a request is answered with. Raises `WireError` for one that is not in the table."""
        match request["op"]:
            case "open" if descriptor is not None:
                return self.open(descriptor, request["limits"], request["work"])
            case "end":
                return {"status": self.end(request["pid"], request["grace"])}
            case other:
                raise WireError(f"a template is not asked {other!r}")

    def open(self, descriptor: int, bounds: dict[str, int], work: str) -> dict[str, Any]:
        """Fork a session that serves `descriptor`."""
        pid = os.fork()
        if pid == 0:
            self.channel.close()
            bounds |= {"lent_bytes": _MOST_LENT * self.warm.shelf.largest_file()}
            become_session(bounds, work, self.confinement, lambda: self._run_session(descriptor))
        os.close(descriptor)
        return {"pid": pid}

    def _run_session(self, descriptor: int) -> None:
        self.warm.shelf.make_room = limits.allow_more
        self.warm.begin()
        connection = socket.socket(fileno=descriptor)
        channel = Channel(connection, REQUESTS)
        channel.send({"ready": True})  # what goes wrong before this is the grader's fault, after it the submission's
        if self.warm.gpu_mb:  # CUDA does not survive a fork: one process answers all tests
            Alone(channel, Channel(connection, Bounds(array_bytes=self.answer_bytes)), self.warm).serve()
        else:
            Session(channel, self.warm).serve()

    def end(self, pid: int, grace: float) -> int | None:
        """End a session and everything that it started, after waiting `grace` seconds for it to end by itself."""
        last = time.monotonic() + grace
        found: int | None = None
        while True:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                found = status
                break
            if time.monotonic() >= last:
                break
            time.sleep(0.002)
        # Also when it ended by itself: the next submission starts when nothing of this one is left, not a moment sooner.
        processes.end_descendants()
        self.ended += 1
        if self.ended == _SESSIONS_BEFORE_COLLAPSE:
            pages.collapse()  # now that no fork shares the memory: pages that one has are copied, and then there twice
        return found


def main() -> None:
    """Configure from the control socket and serve it."""
    channel = Channel(socket.socket(fileno=int(sys.argv[1])), REQUESTS)
    kernel.die_with_parent()
    kernel.adopt_orphans()
    kernel.set_dumpable(False)  # from below, this process's memory, environment and descriptors cannot be opened
    configuration = channel.receive()
    Template(channel, configuration).serve()


if __name__ == "__main__":
    main()
