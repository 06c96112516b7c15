"""IPython's magics, as far as the grader reads them itself: which are skipped, and which stand around a cell that is Python."""

from __future__ import annotations

import ast
import re
from typing import Any

from grader.guest.notes import Notes

SHELL_MAGICS = {"pip", "conda", "mamba", "uv", "system", "sx", "bash", "sh", "script", "cmd", "shell"}
OTHER_LANGUAGES = {"html", "HTML", "javascript", "js", "latex", "markdown", "svg", "SVG", "R", "perl", "ruby", "python2", "sql"}
# Magics around a cell that is Python nevertheless: the cell is run as it is.
_WRAPPERS = {"time", "timeit", "capture", "prun", "python", "python3", "pypy"}
_CAPTURED_NAME = re.compile(r"^\s*%%capture(?:\s+--\S+)*\s+([^\W\d]\w*)")
_FIRST_LINE = re.compile(r"^\s*%%(\w+)[^\n]*")


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
    if first is None or first[1] in SHELL_MAGICS | OTHER_LANGUAGES:
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
