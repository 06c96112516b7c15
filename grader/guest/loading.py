"""A submission's file to a namespace, past whatever fails on the way.

A notebook runs cell by cell, a module whole, both statement by statement; each failure is reported with its place and costs
only itself. What is not Python (shell lines, magics, one broken statement among whole ones) is set aside before.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.guest import code, conflict, endings, magics, notebook, repair, starred
from grader.guest.budget import Budget
from grader.guest.drawings import Drawings
from grader.guest.encoding import decode, is_binary
from grader.guest.glance import attribute, names_of
from grader.guest.inventory import modules_in
from grader.guest.notes import Notes
from grader.guest.pieces import Loaded, Runner

_Piece = tuple[code.Source, repair.Reading]
_HISTORY = "_ih", "_oh", "_dh"  # of inputs, outputs, directories: magics look there


class Loader:
    """Loads one file, within the budget's time; the submission's modules are imported after the module `since`.

    `is_hooked`: whether a forward hook was registered.
    """

    def __init__(
        self,
        shell: Any,
        notes: Notes,
        drawings: Drawings,
        budget: Budget,
        since: str = "",
        is_hooked: Callable[[], bool] = lambda: False,
    ) -> None:
        self.shell = shell
        self.notes = notes
        self.drawings = drawings
        self.budget = budget
        self.since = since
        self.is_hooked = is_hooked

    def load(self, path: Path, folder: Path) -> Loaded:
        """Run the file at `path`; other modules in `folder` are the submission's too."""
        raw = path.read_bytes()
        if not raw.strip():
            return Loaded(unreadable="empty")
        loaded = self._load_notebook(raw) if path.suffix.lower() == ".ipynb" else self._load_module(raw, path)
        loaded.modules = modules_in(folder, self.since)
        for module in loaded.modules:
            if starred.give_back(vars(module)):
                self.notes.add("python_names_given_back")
            loaded.elsewhere.update(
                {name: value for name, value in names_of(module).items() if _is_made_in(value, module.__name__)}
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
            if line := conflict.first_line(text):
                return Loaded(unreadable="conflict", detail=str(line))
            return Loaded(unreadable="syntax", detail=f"{error.lineno or 0}: {error.msg}")
        except (ValueError, RecursionError, MemoryError):
            return Loaded(unreadable="too_deep")
        module = ModuleType(path.stem if _is_free(path.stem) and not _hides_package(path) else f"submitted_{path.stem}")
        module.__file__ = str(path)
        module.__package__ = _package_of(path.parent)
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
            cell = magics.exported(node)
            text = magics.without_wrapper(cell, self.shell, self.notes)
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
            text, guessed = decode(raw)
            cells = notebook.read_cells(text)
        except UnicodeError:
            return Loaded(unreadable="not_utf8")
        except notebook.Unreadable as error:
            return Loaded(unreadable=error.code, detail=error.detail)
        if guessed:
            self.notes.add("encoding_guessed", encoding=guessed)
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
                text = magics.without_wrapper(cell.source, self.shell, self.notes)
                reading = repair.read(text, name, self.shell.transform_cell)
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                loaded.fail(error, cell.number)
                continue
            code.remember(name, reading.source)
            yield code.Source(reading.tree, name, cell.number), reading

    def _run(self, loaded: Loaded, pieces: Iterable[_Piece]) -> None:
        self.drawings.listen()
        runner = Runner(loaded, self.budget, self.notes, self.is_hooked)
        sources = []
        for source, reading in pieces:
            sources.append(source)
            for line in reading.installs:
                self.notes.add("shell_line_skipped", command=line)
            if reading.is_newer:
                self.notes.add("newer_syntax_read")
            if reading.old_prints:
                self.notes.add("old_print_read")
            for error in reading.errors:
                loaded.fail(error, source.number)
            loaded.defined.update(code.names_defined(source.tree))
            self.drawings.cell = source.number
            with endings.as_exceptions():
                runner.run(source)
            self.drawings.show_figures()  # as Jupyter does at the end of a cell
        for source in sources:
            with endings.as_exceptions():
                runner.run_bodies_of_main(source)
        runner.restore_overwritten()


def _package_of(folder: Path) -> str:
    """The name of a package whose modules are those in `folder`: for `from .utils import iou`, of a lab that is a package."""
    package = ModuleType("submitted")
    package.__path__ = [str(folder)]
    sys.modules[package.__name__] = package
    return package.__name__


def _is_made_in(value: Any, module: str) -> bool:
    """Whether a function or a class (or an object, by its class) was defined in a module, as it says itself."""
    said = attribute(value, "__module__")
    return type(said) is str and said == module


def _hides_package(path: Path) -> bool:
    """Whether a package of the submission has the name of its file, which as a script would not be in its way."""
    return any((folder / path.stem).is_dir() for folder in (path.parent, path.parent / "src"))


def _is_free(name: str) -> bool:
    """Whether a module may take this name without hiding one that libraries import."""
    return name not in sys.modules and name not in sys.stdlib_module_names
