"""What went wrong in a submission's code, as plain data: type, message, and where in the student's own file."""

from __future__ import annotations

import linecache
import os
import sysconfig
import traceback
from pathlib import PurePath, PureWindowsPath
from types import TracebackType
from typing import Any

_LONGEST = 500
_INSTALLED = [f"{sysconfig.get_path(name)}{os.sep}" for name in ("purelib", "platlib", "stdlib")]
_USED_UP = (MemoryError, OSError, RecursionError)


def describe(error: BaseException, cells: dict[str, int]) -> dict[str, Any]:
    """The failure as data.

    `cells` maps the file names under which a notebook's cells were compiled to their numbers (from 1); a module's own file
    has number 0. Keys: `types` (names of the class and its bases), `message`, `cell`, `line`, `code` (the deepest line of
    the student's own code; 0 and "" when there is none), `entry` (the outermost line: how far the function that was called got).
    """
    cell, line, code, entry = _where(error.__traceback__, cells)
    if isinstance(error, SyntaxError) and line == 0:
        cell, line = cells.get(error.filename or "", 0), error.lineno or 0
        code = (error.text or "").strip()
    return {
        "types": [kind.__name__ for kind in type(error).__mro__][:10],
        "message": _message(error),
        "cell": cell,
        "line": line,
        "code": code[:_LONGEST],
        "entry": entry,
    }


def fault_of(error: Exception, folder: PurePath) -> str:
    """What failed in the grader's own code while it looked at a submission, whose modules lie in `folder`, in one line.

    Empty where that was the submission's doing: code of its own was running, or it has used up what a process may have.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = ("<cell ", str(folder / "_")[:-1])  # with the separator of the folder's system
    if isinstance(error, _USED_UP) or not frames or any(frame.filename.startswith(own) for frame in frames):
        return ""
    name = PureWindowsPath(frames[-1].filename).name  # which knows both separators
    return f"{type(error).__name__}: {_message(error)} ({name}:{frames[-1].lineno})"


def _message(error: BaseException) -> str:
    """Its words, in which a library's file is named from the library on: where it is installed is nobody's business."""
    try:
        text = str(error)[: 2 * _LONGEST]
        for folder in _INSTALLED:
            text = text.replace(folder, "")
        return text[:_LONGEST]
    except Exception as second:  # noqa: BLE001  a student's __str__ may raise anything
        return f"(its message could not be made: {type(second).__name__})"


def _where(tb: TracebackType | None, cells: dict[str, int]) -> tuple[int, int, str, int]:
    found = (0, 0, "", 0)
    for frame in traceback.extract_tb(tb, limit=200) if tb is not None else []:
        if frame.filename in cells:
            text = linecache.getline(frame.filename, frame.lineno or 0).strip() or (frame.line or "")
            found = (cells[frame.filename], frame.lineno or 0, text, found[3] or frame.lineno or 0)
    return found
