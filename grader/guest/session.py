"""One submission's process: pid 1 of its own namespace, loads the file, forks call servers, one while all goes well.

======== ====================================== =============================================================
`op`     fields                                 answer
======== ====================================== =============================================================
load     files, main, seconds, piece_seconds    what the file left behind (see `_report`), or a `fault`
fork     bounds (a socket's descriptor beside)  {"pid": number}; the fork serves calls on that socket
kill     pid, sweep                             {"status": wait status or -1 when unknown}, the process being gone;
                                                with `sweep` every other process of the submission too
files                                           {"files": a digest of what lies in its folders, "" when it cannot be told}
======== ====================================== =============================================================

A call server is forked from the loaded submission, so that models are fresh without being copied, a crash or a hang costs one
test, and where a test leaves something behind the next begins again. When its judge closes the connection, it waits for them.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path, PurePosixPath
from typing import Any

from grader.errors import WireError
from grader.guest import calls, heap
from grader.guest.bounds import MOST_HOOKS
from grader.guest.budget import Budget
from grader.guest.calls import networks_of
from grader.guest.failures import fault_of
from grader.guest.footprint import footprint
from grader.guest.inventory import Inventory
from grader.guest.leftovers import Leftovers
from grader.guest.loading import Loader
from grader.guest.pieces import Loaded
from grader.guest.warm import Warm
from grader.wire.channel import Channel, Closed
from grader.wire.values import REQUESTS, Bounds


class Session:
    """The state of one submission's process."""

    def __init__(self, channel: Channel, warm: Warm) -> None:
        self.channel = self.voice = channel
        self.shelf = warm.shelf
        self.shell = warm.shell
        self.notes = warm.notes
        self.drawings = warm.drawings
        self.draws = warm.draws
        self.last_module = warm.last_module
        self.interpreter = warm.interpreter
        self.loaded = Loaded()
        self.leftovers: Leftovers | None = None  # once it is asked for
        self.serving: set[int] = set()
        self.ended: dict[int, int] = {}
        self.folders: tuple[Path, ...] = ()
        # A submission that forks goes on twice; if both answered, chance would decide which one the judge hears.
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._fall_silent)

    def _fall_silent(self) -> None:
        self.voice.close()

    def serve(self) -> None:
        """Answer requests until the judge closes its end."""
        while True:
            try:
                request, descriptor = self.channel.receive_with_descriptor()
            except Closed:
                self._end_calls()
                return
            self._reap()
            self.channel.send(self.answer(request, descriptor))

    def answer(self, request: dict[str, Any], descriptor: int | None = None) -> dict[str, Any]:
        """What a request is answered with. Raises `WireError` for one that is not in the table."""
        match request["op"]:
            case "load":
                return self.load(request)
            case "fork":
                return self.fork(descriptor, request["bounds"])
            case "kill":
                return self.kill(request["pid"], request["sweep"])
            case "files":
                return {"files": footprint(self.folders)}
            case other:
                raise WireError(f"a session is not asked {other!r}")

    def load(self, request: dict[str, Any]) -> dict[str, Any]:
        """Write the submission's files into the working folder and run the main one.

        A failure of the grader's own code after that is answered with `{"fault": text}`, for which no student pays.
        """
        work = Path.cwd()
        try:
            return self._load(request, work)
        except Exception as error:
            if self.interpreter.is_spoilt(error) or not (fault := fault_of(error, work)):
                raise
            return {"fault": fault}

    def _load(self, request: dict[str, Any], work: Path) -> dict[str, Any]:
        # With a namespace of its own it has its own of these too (`_PRIVATE` in `isolation`); else they are the machine's.
        self.folders = (work, Path("/tmp"), Path("/home/student"), Path("/dev/shm")) if os.getpid() == 1 else (work,)
        for name, data in request["files"].items():
            place = work / PurePosixPath(name)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        main = work / request["main"]
        sys.path.insert(0, str(main.parent))
        os.chdir(main.parent)
        budget = Budget(request["seconds"], request["piece_seconds"])
        loader = Loader(self.shell, self.notes, self.drawings, budget, self.last_module, lambda: bool(self.shelf.hooks.hooks))
        self.loaded = loader.load(main, work)
        drawings = self.drawings.take(budget)  # now: from the first call on, a picture could hold what a test gave
        self.shelf.restore_handed()
        heap.trim()  # the feature maps of a forward pass: each fork would copy their page tables
        hooks = [hook.function for hook in self.shelf.hooks.hooks]
        report = self._report(Inventory(self.loaded.modules, hooks, self.loaded.kept, self.loaded.chosen, self.loaded.given))
        return {**report, "drawings": drawings}

    def _report(self, inventory: Inventory) -> dict[str, Any]:
        """`unreadable` (why nothing ran, or ""), `detail`, `failures`, `notes`, `names` (the inventory), `repeated` (names
        defined more than once), `evaluated` (some model was put into eval mode), `networks` (names of models that it got from
        factories), `hooks` (of each forward hook the network's name and the layer's path), `files` (see `footprint`)."""
        return {
            "unreadable": self.loaded.unreadable,
            "detail": self.loaded.detail,
            "failures": self.loaded.failures,
            "notes": self.notes.take(),
            "names": inventory.describe_all(self.loaded.elsewhere, self.loaded.namespace),
            "repeated": [name for name, count in self.loaded.defined.items() if count > 1],
            "evaluated": self.shelf.evaluated,
            "networks": [name for name, _ in self.shelf.handed],
            "hooks": self._places(),
            "files": footprint(self.folders),
        }

    def _places(self) -> list[dict[str, str]]:
        roots = networks_of(self.shelf, self.loaded)
        places = [self.shelf.hooks.place(hook, roots) for hook in self.shelf.hooks.hooks[:MOST_HOOKS]]
        return [{"network": name, "layer": path} for name, _, path in places]

    def fork(self, descriptor: int | None, answer_bytes: int) -> dict[str, Any]:
        """A process that serves calls on the socket `descriptor`."""
        if descriptor is None:
            return {"pid": -1}
        if self.leftovers is None:
            self.leftovers = Leftovers(self.loaded, self.shelf)
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            connection = socket.socket(fileno=descriptor)
            self.voice = Channel(connection, Bounds(array_bytes=answer_bytes))
            server = calls.Server(self.loaded, self.shelf, self.draws, self.leftovers)
            calls.serve(server, Channel(connection, REQUESTS), self.voice, self.notes)
            os._exit(0)
        os.close(descriptor)
        self.serving.add(pid)
        return {"pid": pid}

    def _end_calls(self) -> None:
        """Wait for the call servers, so that their time counts as this process's; the kernel forgets it when it ends them."""
        for pid in self.serving - self.ended.keys():
            self.kill(pid, sweep=False)

    def kill(self, pid: int, sweep: bool) -> dict[str, Any]:
        """End a call server; one that misbehaved may have left children behind, so that all but this process go."""
        if sweep:
            self._sweep()
        if pid not in self.ended and pid > 1:
            try:
                os.kill(pid, signal.SIGKILL)
                self.ended[pid] = os.waitpid(pid, 0)[1]
            except (ProcessLookupError, ChildProcessError):
                self.ended.setdefault(pid, -1)
        return {"status": self.ended.get(pid, -1)}

    def _sweep(self) -> None:
        """End everything in this namespace but its init, this process; a fork bomb too, which is why it is repeated."""
        if os.getpid() != 1:
            return  # without a namespace of its own, -1 would mean every process of this user
        while True:
            try:
                os.kill(-1, signal.SIGKILL)
            except ProcessLookupError:
                break
            self._reap()
        self._reap()

    def _reap(self) -> None:
        """Collect ended children: this process is its namespace's init."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self.ended[pid] = status
