"""What a process has ready before a submission comes: libraries imported, networks built, IPython's shell, the adaptations.

Whoever holds it forks (`grader.guest.template`) or, where nothing can be forked, becomes the submission's process itself
(`grader.guest.alone`). It starts no thread.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import random
import sys
from pathlib import Path
from typing import Any

from grader.errors import SandboxFault
from grader.guest import adaptations, compiler, drawings, gpu
from grader.guest.adaptations import Places, console, devices
from grader.guest.chance import Draws
from grader.guest.drawings import Drawings
from grader.guest.interpreter import Interpreter
from grader.guest.models import Shelf, serve_torch_hub
from grader.guest.notes import Notes

# Parts of libraries that these load by themselves when they are first used: every fork would do so anew.
_LOADED_LATER = {
    "numpy": ("numpy.random",),
    "PIL.Image": ("PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.JpegImagePlugin", "PIL.PngImagePlugin", "PIL.PpmImagePlugin"),
    "json": ("encodings.utf_8_sig",),  # notebooks are read as such
}


class Warm:
    """Made from the configuration that the judge sends: preload, models, hub, pictures, networks."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        gc.disable()  # libraries make a million objects and hardly any garbage, which is not worth a look: it stays
        self.notes = Notes()
        self.drawings = Drawings()
        with compiler.deferred():
            self.missing = [name for name in configuration["preload"] if not _try_import(name)]
        for name, others in _LOADED_LATER.items():
            for each in others if name in sys.modules else ():
                importlib.import_module(each)
        _quieten()
        _import_networks(configuration["networks"])
        self.shelf = Shelf(configuration["models"])
        serve_torch_hub(Path(configuration["hub"]))
        from grader.guest.shell import make_shell  # IPython comes after what an assignment preloads, as it always did

        self.shell = make_shell(self.notes, self.drawings)
        self.gpu_mb = int(configuration["gpu_mb"])
        places = Places(Path(configuration["pictures"]), Path(configuration["hub"]))
        adaptations.install(places, self.notes, self.drawings)
        drawings.rehearse()
        if not self.gpu_mb:
            devices.install(self.notes)
        self.draws = Draws()
        self.last_module = next(reversed(sys.modules))
        self.interpreter = Interpreter()
        gc.freeze()  # the collector then leaves the shared pages alone
        gc.enable()

    def begin(self) -> None:
        """In the submission's own process, before its file: silent streams, and the same random numbers every time."""
        console.silence(1 << 20)
        if self.gpu_mb and not gpu.claim(self.gpu_mb):
            devices.install(self.notes)
        random.seed(0)
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed(0)
        if "torch" in sys.modules:
            # `torch.manual_seed` leaves a note, with a traceback, for every device that there might be: 9 ms.
            torch: Any = sys.modules["torch"]
            (torch if self.gpu_mb else torch.default_generator).manual_seed(0)


def _quieten() -> None:
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)  # a parallel region would start threads, and a fork is safe without them only


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
