"""A submission's file to a namespace, past whatever fails on the way.

A notebook runs cell by cell in IPython's shell, a module statement by statement; each failure is reported with its place and
costs only itself. After a failure inside a cell, the definitions below it in that cell still run.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.guest import notebook
from grader.guest.alarm import Interrupted, interrupt_after
from grader.guest.code import names_defined, remember, rest_after, statements
from grader.guest.failures import describe
from grader.guest.notes import Notes

_MOST_FAILURES = 50


@dataclass
class Loaded:
    """What a submission's file left behind.

    `cells` maps compiled file names to cell numbers (0: the module's own file); `unreadable` is the code of the reason why
    nothing could run at all, else empty.
    """

    namespace: dict[str, Any] = field(default_factory=dict)
    failures: list[dict[str, Any]] = field(default_factory=list)
    cells: dict[str, int] = field(default_factory=dict)
    defined: Counter[str] = field(default_factory=Counter)
    unreadable: str = ""
    detail: str = ""

    def fail(self, error: BaseException, number: int) -> None:
        """Keep a failure that belongs to cell `number`."""
        if len(self.failures) < _MOST_FAILURES:
            failure = describe(error, self.cells)
            self.failures.append({**failure, "cell": failure["cell"] or number})


def load(path: Path, shell: Any, notes: Notes, piece_seconds: float) -> Loaded:
    """Run the file at `path`; one cell (or one module) is interrupted after `piece_seconds`."""
    raw = path.read_bytes()
    if not raw.strip():
        return Loaded(unreadable="empty")
    if path.suffix.lower() == ".ipynb":
        return _load_notebook(raw, shell, piece_seconds)
    return _load_module(raw, path, piece_seconds)


def _load_module(raw: bytes, path: Path, piece_seconds: float) -> Loaded:
    if b"\0" in raw:
        return Loaded(unreadable="binary")
    try:
        tree = ast.parse(raw, str(path))  # bytes: Python itself reads the coding cookie
    except SyntaxError as error:
        text = str(error)
        reason = "not_utf8" if "codec" in text or "encoding" in text or "utf-8" in text.lower() else "syntax"
        return Loaded(unreadable=reason, detail=f"{error.lineno or 0}: {error.msg}")
    except (ValueError, RecursionError, MemoryError):
        return Loaded(unreadable="too_deep")
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    sys.modules[path.stem] = module  # pickling, dataclasses and multiprocessing look a class's module up
    loaded = Loaded(namespace=vars(module), cells={str(path): 0}, defined=Counter(names_defined(tree)))
    try:
        with interrupt_after(piece_seconds):
            _run_statements(tree, str(path), loaded, 0)
    except Interrupted as error:
        loaded.fail(error, 0)
        with interrupt_after(piece_seconds):
            _run_statements(rest_after(tree, loaded.failures[-1]["line"]), str(path), loaded, 0)
    return loaded


def _run_statements(tree: ast.Module, filename: str, loaded: Loaded, number: int) -> None:
    for _node, code in statements(tree, filename):
        try:
            exec(code, loaded.namespace)  # noqa: S102  running the submission is what a sandbox is for
        except Interrupted:
            raise
        except BaseException as error:  # noqa: BLE001  SystemExit and KeyboardInterrupt included: a later line may be right
            loaded.fail(error, number)


def _load_notebook(raw: bytes, shell: Any, piece_seconds: float) -> Loaded:
    try:
        cells = notebook.read_cells(raw)
    except ValueError as error:
        return Loaded(unreadable=str(error))
    loaded = Loaded(namespace=shell.user_ns)
    if not cells:
        return Loaded(unreadable="no_code")
    shell.user_ns["__name__"] = "__main__"
    for cell in cells:
        _run_cell(cell, shell, loaded, piece_seconds)
    return loaded


def _run_cell(cell: notebook.Cell, shell: Any, loaded: Loaded, piece_seconds: float) -> None:
    name = f"<cell {cell.number}>"
    shell.compile.get_code_name = lambda _raw, _transformed, _number: name
    loaded.cells[name] = cell.number
    try:
        tree = notebook.parse(shell, cell.source)
        loaded.defined.update(names_defined(tree))
    except SyntaxError:
        tree = ast.Module([], [])
    try:
        with interrupt_after(piece_seconds):
            result = shell.run_cell(cell.source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
    except Interrupted as late:
        error = late
    if error is None:
        return
    remember(name, shell.transform_cell(cell.source))
    loaded.fail(error, cell.number)
    rest = rest_after(tree, loaded.failures[-1]["line"])
    try:
        with interrupt_after(piece_seconds):
            _run_statements(rest, name, loaded, cell.number)
    except Interrupted as late:
        loaded.fail(late, cell.number)
