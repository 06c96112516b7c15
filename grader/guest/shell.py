"""IPython's own shell in this process, to read the magics of cells. Whoever imports this imports IPython.

The shell is made once, in the template; a fork runs a submission's cells in its namespace, so that magics, `display` and
`get_ipython` mean what they mean in Jupyter, without a kernel, its threads, its sockets or its half second of start-up.
"""

from __future__ import annotations

import io
import re
import sys
import time
from pathlib import Path
from typing import Any

from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magics.execution import TimeitResult
from IPython.utils.capture import CapturedIO
from IPython.utils.text import SList
from traitlets import Instance
from traitlets.config import Config

from grader.guest.drawings import Drawings
from grader.guest.magics import OTHER_LANGUAGES, SHELL_MAGICS
from grader.guest.notes import Notes

_LOOK_MAGICS = {"matplotlib", "config", "load_ext", "reload_ext", "autoreload", "gui", "precision", "xmode"}  # change no result
_WRITES = {"writefile", "file"}
# What `display` need not encode first.
_SHOWN_AS_THEY_ARE = (("matplotlib.figure", "Figure"), ("PIL.Image", "Image"))
_TIMEIT_OPTIONS = re.compile(r"(?:\s*-(?:[nrp]\s*\d+|[tcqov]+)(?=\s|$))+\s*")


class Shell(InteractiveShell):  # type: ignore[misc]
    """The shell with the machine's own commands switched off: they are noted in `notes`, where others look for them."""

    notes = Instance(Notes)

    def showtraceback(self, *_args: Any, **_kwargs: Any) -> None:
        """Nothing: the failure is read from the cell's result."""

    showsyntaxerror = showindentationerror = showtraceback

    def init_user_ns(self) -> None:
        """With Python's own `exit` and `quit`, which end in a `SystemExit`: IPython's ask a terminal to close."""
        super().init_user_ns()
        for name in ("exit", "quit"):
            self.user_ns.pop(name, None)

    def streams_now(self) -> list[int]:
        """How much was printed until now, for `captured_since`."""
        return [len(printed) for printed in _printed()]

    def captured_since(self, before: list[int]) -> Any:
        """What `%%capture` would have kept, but for pictures."""
        return CapturedIO(*(io.StringIO("".join(kept[start:])) for kept, start in zip(_printed(), before, strict=True)))

    def system(self, cmd: str) -> None:
        """`!command`: skipped, as if it had gone well."""
        self.notes.add("shell_line_skipped", command=cmd)
        self.user_ns["_exit_code"] = 0

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """`files = !command`: skipped, it printed nothing."""
        self.notes.add("shell_line_skipped", command=cmd)
        return SList([]) if split else ""

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """`%magic`: less those that ask the machine for something; what is to be timed is run once."""
        if magic_name in SHELL_MAGICS:
            self.notes.add("shell_line_skipped", command=f"%{magic_name} {line}")
            return None
        if magic_name in _LOOK_MAGICS:
            return None  # figures go to the Agg backend whatever the cell asks for
        if magic_name == "timeit":
            return self._run_once(line, _stack_depth + 1)
        if self.find_line_magic(magic_name) is None:
            self.notes.add("magic_skipped", command=f"%{magic_name} {line}", reason="unknown")
            return None
        return super().run_line_magic(magic_name, line, _stack_depth + 1)

    def _run_once(self, line: str, depth: int) -> Any:
        options = _TIMEIT_OPTIONS.match(line)
        text = line[options.end() :] if options else line
        begun = time.perf_counter()
        super().run_line_magic("time", text, depth + 1)
        seconds = time.perf_counter() - begun
        wanted = options is not None and "o" in options[0]
        return TimeitResult(1, 1, seconds, seconds, [seconds], 0.0, 3) if wanted else None

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """`%%magic`: less those whose cell is no Python."""
        if magic_name in SHELL_MAGICS | OTHER_LANGUAGES:
            code = "shell_line_skipped" if magic_name in SHELL_MAGICS else "language_skipped"
            self.notes.add(code, command=f"%%{magic_name} {line}".strip())
            return None
        line = _with_a_place(line) if magic_name in _WRITES else line
        return super().run_cell_magic(magic_name, line, cell)

    def enable_gui(self, gui: Any = None) -> None:
        """No windows here."""


class Silent(DisplayPublisher):  # type: ignore[misc]
    """Of rich output pictures alone are kept, in `drawings`: nobody reads the rest while grading."""

    drawings = Instance(Drawings)

    def publish(self, data: Any, *_args: Any, **_kwargs: Any) -> None:
        """Keep it, where it is a picture."""
        self.drawings.show_encoded(data)

    def clear_output(self, *_args: Any, **_kwargs: Any) -> None:
        """Drop what the cell has shown until now."""
        self.drawings.clear()


def make_shell(notes: Notes, drawings: Drawings) -> Shell:
    """The shell of this process: no history file, no colours, no terminal; shell lines are noted and skipped, pictures kept."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.cache_size = 0
    config.InteractiveShell.banner1 = ""
    shell: Shell = Shell.instance(config=config, notes=notes)
    shell.display_pub = Silent(parent=shell, drawings=drawings)
    for module, name in _SHOWN_AS_THEY_ARE:
        shell.display_formatter.ipython_display_formatter.for_type_by_name(module, name, drawings.show)
    return shell


def _with_a_place(line: str) -> str:
    """The arguments of `%%writefile`, whose folder is made, as a shell line was to do that was skipped; in a place where nothing
    can be written (`/content`) the file comes into the working folder, which is on the path too."""
    options, _, name = line.strip().rpartition(" ")
    place = Path(name.strip("'\"")).expanduser()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return f"{options} {place.name}"
    return line


def _printed() -> list[list[str]]:
    """What was written to both streams: lists that grow (`BoundedText`), empty for a stream of the submission's own."""
    return [getattr(stream, "kept", []) for stream in (sys.stdout, sys.stderr)]
