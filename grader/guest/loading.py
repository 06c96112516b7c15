"""A submission's file to a namespace, past whatever fails on the way.

A notebook runs cell by cell, a module whole, both statement by statement; each failure is reported with its place and costs
only itself. What is not Python (shell lines, magics, one broken statement among whole ones) is set aside before.
"""

from __future__ import annotations

import ast
import codecs
import contextlib
import io
import sys
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.guest import code, notebook, repair
from grader.guest.budget import Budget
from grader.guest.drawings import Drawings
from grader.guest.inventory import modules_in
from grader.guest.notes import Notes
from grader.guest.pieces import Loaded, Runner

_Piece = tuple[code.Source, repair.Reading]
_CONTROLS = {*range(1, 32)} - {*b"\t\n\v\f\r\x1a\x1b"}  # DOS ended files by 0x1A; 0x1B begins colours
_HISTORY = "_ih", "_oh", "_dh"  # of inputs, outputs, directories: magics look there
_UTF16 = codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE


class Loader:
    """Loads one file, within the budget's time; the submission's modules are imported after the module `since`."""

    def __init__(self, shell: Any, notes: Notes, drawings: Drawings, budget: Budget, since: str = "") -> None:
        self.shell = shell
        self.notes = notes
        self.drawings = drawings
        self.budget = budget
        self.since = since

    def load(self, path: Path, folder: Path) -> Loaded:
        """Run the file at `path`; other modules in `folder` are the submission's too."""
        raw = path.read_bytes()
        if not raw.strip():
            return Loaded(unreadable="empty")
        loaded = self._load_notebook(raw) if path.suffix.lower() == ".ipynb" else self._load_module(raw, path)
        loaded.modules = modules_in(folder, self.since)
        for module in loaded.modules:
            loaded.elsewhere.update(
                {name: value for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}
            )
        return loaded

    def _load_module(self, raw: bytes, path: Path) -> Loaded:
        if is_binary(raw):
            return Loaded(unreadable="binary")
        try:
            text, guessed = decode(raw)
            reading = repair.read(text, str(path), self.shell.transform_cell)
        except UnicodeError:
            return Loaded(unreadable="not_utf8")
        except SyntaxError as error:
            return Loaded(unreadable="syntax", detail=f"{error.lineno or 0}: {error.msg}")
        except (ValueError, RecursionError, MemoryError):
            return Loaded(unreadable="too_deep")
        module = ModuleType(path.stem if _is_free(path.stem) else f"submitted_{path.stem}")
        module.__file__ = str(path)
        vars(module).update({name: self.shell.user_ns[name] for name in _HISTORY})
        self.shell.user_module, self.shell.user_ns = module, vars(module)  # where magics run what they are given
        sys.modules[module.__name__] = module  # pickling, dataclasses and multiprocessing look a class's module up
        sys.argv = [str(path)]
        vars(module)["get_ipython"] = lambda: self.shell  # a notebook saved as a module calls it
        if guessed:
            self.notes.add("encoding_guessed", encoding=guessed)
            code.remember(str(path), text)  # `inspect` and tracebacks would read the file as UTF-8
        loaded = Loaded(namespace=vars(module), cells={str(path): 0})
        reading.tree.body = list(self._unfolded(reading))
        self._run(loaded, [(code.Source(reading.tree, str(path)), reading)])
        return loaded

    def _unfolded(self, reading: repair.Reading) -> Iterator[ast.stmt]:
        """The module's statements; a cell that nbconvert wrote as one call of a magic gives its own, at the line of the call."""
        for node in reading.tree.body:
            cell = notebook.exported(node)
            text = notebook.without_wrapper(cell, self.shell, self.notes)
            if text == cell:
                yield node
                continue
            try:
                inner = repair.read(text, "", self.shell.transform_cell)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                yield node  # fails when it runs, and is told then
                continue
            reading.installs += inner.installs
            reading.errors += [SyntaxError(error.msg, ("", node.lineno, 0, "")) for error in inner.errors]
            yield from (code.placed_at(statement, node) for statement in inner.tree.body)

    def _load_notebook(self, raw: bytes) -> Loaded:
        try:
            cells = notebook.read_cells(raw)
        except ValueError as error:
            return Loaded(unreadable=str(error))
        if not cells:
            return Loaded(unreadable="no_code")
        loaded = Loaded(namespace=self.shell.user_ns)
        self.shell.user_ns["__name__"] = "__main__"
        self._run(loaded, self._read_in_turn(cells, loaded))
        return loaded

    def _read_in_turn(self, cells: list[notebook.Cell], loaded: Loaded) -> Iterator[_Piece]:
        for cell in cells:
            name = f"<cell {cell.number}>"
            loaded.cells[name] = cell.number
            try:
                text = notebook.without_wrapper(cell.source, self.shell, self.notes)
                reading = repair.read(text, name, self.shell.transform_cell)
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                loaded.fail(error, cell.number)
                continue
            code.remember(name, reading.source)
            yield code.Source(reading.tree, name, cell.number), reading

    def _run(self, loaded: Loaded, pieces: Iterable[_Piece]) -> None:
        self.drawings.listen()
        runner = Runner(loaded, self.budget, self.notes)
        sources = []
        for source, reading in pieces:
            sources.append(source)
            for line in reading.installs:
                self.notes.add("shell_line_skipped", command=line)
            if reading.old_prints:
                self.notes.add("old_print_read")
            for error in reading.errors:
                loaded.fail(error, source.number)
            loaded.defined.update(code.names_defined(source.tree))
            self.drawings.cell = source.number
            runner.run(source)
            self.drawings.show_figures()  # as Jupyter does at the end of a cell
        for source in sources:
            runner.run_bodies_of_main(source)
        runner.restore_overwritten()


def is_binary(raw: bytes) -> bool:
    """Whether bytes are no text at all: they hold a zero (only UTF-16 does) or are not UTF-8 and hold what no editor writes."""
    if raw.startswith(_UTF16):
        return False
    if b"\0" in raw:
        return True
    try:
        raw.decode()
    except UnicodeDecodeError:
        return not _CONTROLS.isdisjoint(raw)
    return False


def decode(raw: bytes) -> tuple[str, str]:
    """The text of a module, and the encoding where it had to be guessed, else "".

    In the encoding that its coding cookie names, else UTF-8. Python reads no other; old editors and shells of Windows write them.
    As code is ASCII, only what names and strings look like hangs on the guess. Raises `UnicodeError`.
    """
    if raw.startswith(_UTF16):
        return _universal(raw, "utf-16"), "UTF-16"
    with contextlib.suppress(UnicodeError, SyntaxError):
        return _universal(raw, tokenize.detect_encoding(io.BytesIO(raw).readline)[0]), ""
    with contextlib.suppress(UnicodeError):
        return _decode_but_for_comments(raw), ""
    return _universal(raw, "cp1251"), "Windows-1251"


def _universal(raw: bytes, encoding: str) -> str:
    return io.TextIOWrapper(io.BytesIO(raw), encoding, newline=None).read()


def _decode_but_for_comments(raw: bytes) -> str:
    """The text of a module whose comments alone are in another encoding. Raises `UnicodeError` when more of it is."""
    text = io.TextIOWrapper(io.BytesIO(raw), "utf-8", errors="surrogateescape", newline=None).read()
    lines = io.StringIO(text).readlines()
    with contextlib.suppress(tokenize.TokenError):  # what stands after the token that it cannot read is checked below
        for token in tokenize.generate_tokens(iter(lines).__next__):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                lines[row - 1] = lines[row - 1][:column] + _readable(token.string) + lines[row - 1][token.end[1] :]
    text = "".join(lines)
    text.encode("utf-8")
    return text


def _readable(text: str) -> str:
    """The text with a mark in place of each byte that is of another encoding."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _is_free(name: str) -> bool:
    """Whether a module may take this name without hiding one that libraries import."""
    return name not in sys.modules and name not in sys.stdlib_module_names
