"""A notebook's code cells, and IPython's own shell in this process to read their magics.

The shell is made once, in the template; a fork runs a submission's cells in its namespace, so that magics, `display` and
`get_ipython` mean what they mean in Jupyter, without a kernel, its threads, its sockets or its half second of start-up.
"""

from __future__ import annotations

import ast
import io
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import nbformat

from grader.guest.drawings import Drawings
from grader.guest.notes import Notes

_SHELL_MAGICS = {"pip", "conda", "mamba", "uv", "system", "sx", "bash", "sh", "script", "cmd", "shell"}
_LOOK_MAGICS = {"matplotlib", "config", "load_ext", "reload_ext", "autoreload", "gui", "precision", "xmode"}  # change no result
_OTHER_LANGUAGES = {"html", "HTML", "javascript", "js", "latex", "markdown", "svg", "SVG", "R", "perl", "ruby", "python2", "sql"}
_WRITES = {"writefile", "file"}
# Magics around a cell that is Python nevertheless: the cell is run as it is.
_WRAPPERS = {"time", "timeit", "capture", "prun", "python", "python3", "pypy"}
# What `display` need not encode first.
_SHOWN_AS_THEY_ARE = (("matplotlib.figure", "Figure"), ("PIL.Image", "Image"))
_TIMEIT_OPTIONS = re.compile(r"(?:\s*-(?:[nrp]\s*\d+|[tcqov]+)(?=\s|$))+\s*")
_CAPTURED_NAME = re.compile(r"^\s*%%capture(?:\s+--\S+)*\s+([^\W\d]\w*)")
MOST_CELLS = 2_000  # of a notebook that somebody wrote; nbformat takes a kilobyte for each, however empty
_FIRST_LINE = re.compile(r"^\s*%%(\w+)[^\n]*")


class Cell:
    """A code cell: its number among all cells of the notebook (from 1) and its source."""

    def __init__(self, number: int, source: str) -> None:
        self.number = number
        self.source = source


class Unreadable(ValueError):
    """A file that holds no code that can be read; `code` says why, for those who have words for it (`grader.judge.words`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_cells(text: str) -> list[Cell]:
    """The code cells of an `.ipynb` of any nbformat version.

    Raises `Unreadable` when the text is not a notebook.
    """
    try:
        # Not `nbformat.reads`: it would validate too, only to log what it finds, and compile the schema anew in each fork.
        whole = _bare(json.loads(text))
        major, minor = nbformat.reader.get_version(whole)
        notebook = nbformat.convert(nbformat.versions[major].to_notebook_json(whole, minor=minor), 4)
    except Unreadable:
        raise
    except RecursionError as error:
        raise Unreadable("too_deep") from error
    except Exception as error:  # nbformat raises a dozen kinds for files that are not notebooks
        raise Unreadable("not_a_notebook") from error
    try:
        return [
            Cell(number, "".join(cell.source))
            for number, cell in enumerate(notebook.cells, start=1)
            if cell.cell_type == "code" and "".join(cell.source).strip()
        ]
    except (AttributeError, KeyError, TypeError) as error:
        raise Unreadable("not_a_notebook") from error


def _bare(notebook: Any) -> Any:
    """The notebook less what is not code, with what nbformat does not read a file without.

    nbformat makes objects of all that is there, so that 9 MB of `{}`, in cells, outputs or metadata, would take 3 GB; and other
    programs leave out what says nothing. Raises `Unreadable` where there are too many cells.
    """
    inner = notebook.get("worksheets", [])  # up to nbformat 3 cells are in these
    if len(inner) + sum(len(sheet.get("cells", [])) for sheet in (notebook, *inner)) > MOST_CELLS:
        raise Unreadable("too_many_cells")
    return _bare_sheet(notebook) | ({"worksheets": [_bare_sheet(sheet) for sheet in inner]} if inner else {})


def _bare_sheet(sheet: Any) -> dict[str, Any]:
    return _plain(sheet) | ({"cells": [_bare_cell(cell) for cell in sheet["cells"]]} if "cells" in sheet else {})


def _bare_cell(cell: Any) -> dict[str, Any]:
    return _plain(cell) | ({"outputs": []} if cell.get("cell_type") == "code" else {})


def _plain(part: Any) -> dict[str, Any]:
    """What is text, lines of text, or a number, and no metadata."""
    plain = {
        key: value
        for key, value in part.items()
        if not isinstance(value, dict | list) or (isinstance(value, list) and all(isinstance(line, str) for line in value))
    }
    return plain | {"metadata": {}}


def make_shell(notes: Notes, drawings: Drawings) -> Any:
    """IPython's interactive shell: no history file, no colours, no terminal; shell lines are noted and skipped, pictures kept."""
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.core.magics.execution import TimeitResult
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.cache_size = 0
    config.InteractiveShell.banner1 = ""

    class Shell(InteractiveShell):  # type: ignore[misc]
        """The shell with the machine's own commands switched off."""

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
            from IPython.utils.capture import CapturedIO

            return CapturedIO(*(io.StringIO("".join(kept[start:])) for kept, start in zip(_printed(), before, strict=True)))

        def system(self, cmd: str) -> None:
            notes.add("shell_line_skipped", command=cmd)
            self.user_ns["_exit_code"] = 0

        system_piped = system_raw = system

        def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
            notes.add("shell_line_skipped", command=cmd)
            from IPython.utils.text import SList

            return SList([]) if split else ""

        def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
            if magic_name in _SHELL_MAGICS:
                notes.add("shell_line_skipped", command=f"%{magic_name} {line}")
                return None
            if magic_name in _LOOK_MAGICS:
                return None  # figures go to the Agg backend whatever the cell asks for
            if magic_name == "timeit":
                return self._run_once(line, _stack_depth + 1)
            if self.find_line_magic(magic_name) is None:
                notes.add("magic_skipped", command=f"%{magic_name} {line}", reason="unknown")
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
            if magic_name in _SHELL_MAGICS | _OTHER_LANGUAGES:
                code = "shell_line_skipped" if magic_name in _SHELL_MAGICS else "language_skipped"
                notes.add(code, command=f"%%{magic_name} {line}".strip())
                return None
            line = _with_a_place(line) if magic_name in _WRITES else line
            return super().run_cell_magic(magic_name, line, cell)

        def enable_gui(self, gui: Any = None) -> None:
            """No windows here."""

    class Silent(DisplayPublisher):  # type: ignore[misc]
        """Of rich output pictures alone are kept: nobody reads the rest while grading."""

        def publish(self, data: Any, *_args: Any, **_kwargs: Any) -> None:
            drawings.show_encoded(data)

        def clear_output(self, *_args: Any, **_kwargs: Any) -> None:
            drawings.clear()

    shell = Shell.instance(config=config)
    shell.display_pub = Silent(parent=shell)
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


def exported(node: ast.stmt) -> str:
    """The cell that nbconvert wrote as this call, `get_ipython().run_cell_magic("time", "", "...")`; else "".

    Raises nothing, whatever the arguments are.
    """
    called = node.value if isinstance(node, ast.Expr) else None
    if not (isinstance(called, ast.Call) and isinstance(called.func, ast.Attribute) and called.func.attr == "run_cell_magic"):
        return ""
    given = [argument.value for argument in called.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
    return f"%%{given[0]} {given[1]}\n{given[2]}" if len(given) == len(called.args) == 3 else ""


def without_wrapper(source: str, shell: Any, notes: Notes) -> str:
    """The cell without a first line that only measures it, catches its output, or is unknown here; lines keep their numbers.

    The name that the output was to be caught under is given what was printed meanwhile.
    """
    first = _FIRST_LINE.match(source)
    if first is None or first[1] in _SHELL_MAGICS | _OTHER_LANGUAGES:
        return source
    if first[1] not in _WRAPPERS:
        if shell.find_cell_magic(first[1]) is not None:
            return source
        notes.add("magic_skipped", command=first[0].strip(), reason="unknown")
    begun, ended = "", ""
    if captured := _CAPTURED_NAME.match(first[0]):
        begun = f"{captured[1]} = get_ipython().streams_now()"
        ended = f"\n{captured[1]} = get_ipython().captured_since({captured[1]})"
    return source[: first.start()] + "\n" * first[0].count("\n") + begun + source[first.end() :] + ended
