"""The warm template: imports and networks loaded once, then a fork per submission.

Runs as `python -m grader.guest.template <descriptor>` inside the outer wall, single-threaded, and trusted to the extent that no
submission's code ever runs in it. The first message on its control socket configures it, the others are requests:

======== ========================================== ===================================================
`op`     fields                                     answer
======== ========================================== ===================================================
open     limits, work (and a socket's descriptor)   {"pid": number}: a session serves that socket
end      pid, grace                                 {"status": wait status, or None when it had to be killed}
======== ========================================== ===================================================
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import random
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

from grader.errors import SandboxFault
from grader.guest import isolation, kernel, syscalls
from grader.guest.adaptations import colab, console, devices, pictures, windows
from grader.guest.models import Shelf, serve_torch_hub
from grader.guest.notebook import make_shell
from grader.guest.notes import Notes
from grader.guest.session import Session
from grader.wire.channel import Channel, Closed
from grader.wire.values import Bounds

# From the judge come inputs and whole submissions; it is trusted, so its frames may be large.
INBOUND = Bounds(structure_bytes=64 << 20, array_bytes=1 << 30)


class Template:
    """The imported libraries and warm networks that every submission's process starts from."""

    def __init__(self, channel: Channel, configuration: dict[str, Any]) -> None:
        self.channel = channel
        self.notes = Notes()
        missing = [name for name in configuration["preload"] if not _try_import(name)]
        self._quieten()
        _import_networks(configuration["networks"])
        self.shelf = Shelf(configuration["models"])
        serve_torch_hub(Path(configuration["hub"]))
        self.shell = make_shell(self.notes)
        console.install(self.notes)
        windows.install(self.notes)
        colab.install(self.notes)
        devices.install(self.notes)
        pictures.install(Path(configuration["pictures"]), self.notes)
        syscalls.compile_filter()  # once, for all forks
        gc.collect()
        gc.freeze()  # the collector then leaves the shared pages alone
        if threading.active_count() != 1:
            raise SandboxFault(f"the template started threads: {threading.enumerate()}")
        channel.send({"ready": True, "missing": missing})

    def _quieten(self) -> None:
        torch = sys.modules.get("torch")
        if torch is not None:
            torch.set_num_threads(1)  # a parallel region would start threads, and a fork is safe without them only

    def serve(self) -> None:
        """Answer requests until the judge closes its end."""
        while True:
            try:
                request, descriptor = self.channel.receive_with_descriptor()
            except Closed:
                return
            if request["op"] == "open" and descriptor is not None:
                answer = self.open(descriptor, request["limits"], request["work"])
            else:
                answer = {"status": self.end(request["pid"], request["grace"])}
            self.channel.send(answer)

    def open(self, descriptor: int, limits: dict[str, int], work: str) -> dict[str, Any]:
        """Fork a session that serves `descriptor`."""
        pid = os.fork()
        if pid == 0:
            self.channel.close()
            isolation.become_session(limits, work, lambda: self._run_session(descriptor))
        os.close(descriptor)
        return {"pid": pid}

    def _run_session(self, descriptor: int) -> None:
        console.silence(1 << 20)
        random.seed(0)
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed(0)
        if "torch" in sys.modules:
            sys.modules["torch"].manual_seed(0)
        channel = Channel(socket.socket(fileno=descriptor), INBOUND)
        channel.send({"ready": True})  # what goes wrong before this is the grader's fault, after it the submission's
        Session(channel, self.shelf, self.shell, self.notes).serve()

    def end(self, pid: int, grace: float) -> int | None:
        """End a session and everything that it started, after waiting `grace` seconds for it to end by itself."""
        last = time.monotonic() + grace
        while True:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return status
            if time.monotonic() >= last:
                break
            time.sleep(0.002)
        os.killpg(pid, signal.SIGKILL)  # the parent-death signal takes the inner namespace with it
        os.waitpid(pid, 0)
        return None


def _import_networks(path: str) -> None:
    """The assignment's own networks, as the module `networks` that factories are named in."""
    if path:
        spec = importlib.util.spec_from_file_location("networks", path)
        if spec is None or spec.loader is None:
            raise SandboxFault(f"{path} is not a Python file")
        sys.modules["networks"] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)


def _try_import(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def main() -> None:
    """Configure from the control socket and serve it."""
    channel = Channel(socket.socket(fileno=int(sys.argv[1])), INBOUND)
    kernel.die_with_parent()
    kernel.set_dumpable(False)  # from below, this process's memory, environment and descriptors cannot be opened
    configuration = channel.receive()
    Template(channel, configuration).serve()


if __name__ == "__main__":
    main()
