"""Running a piece of a submission, a module or a cell, statement by statement, and keeping what it left behind."""

from __future__ import annotations

import ast
import asyncio
import inspect
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from grader.guest import code
from grader.guest.alarm import Interrupted, interrupt_after
from grader.guest.budget import Budget
from grader.guest.failures import describe
from grader.guest.notes import Notes

_MOST_FAILURES = 50


@dataclass
class Loaded:
    """What a submission's file left behind.

    `cells` maps compiled file names to cell numbers (0: the module's own file); `kept` holds functions and classes of the file
    by name, so that one which was later overwritten by its own result (`iou = iou(a, b)`) can still be called; `chosen` are the
    names that an assignment or a renaming import bound last; `modules` are the submission's own, `elsewhere` is what those
    define; `unreadable` is the code of the reason why nothing could run at all, else empty.
    """

    namespace: dict[str, Any] = field(default_factory=dict)
    failures: list[dict[str, Any]] = field(default_factory=list)
    cells: dict[str, int] = field(default_factory=dict)
    defined: Counter[str] = field(default_factory=Counter)
    kept: dict[str, Any] = field(default_factory=dict)
    chosen: set[str] = field(default_factory=set)
    elsewhere: dict[str, Any] = field(default_factory=dict)
    modules: list[ModuleType] = field(default_factory=list)
    unreadable: str = ""
    detail: str = ""

    def fail(self, error: BaseException, number: int) -> None:
        """Keep a failure that belongs to cell `number`, once: an import fails for each of the names that it brings."""
        described = describe(error, self.cells)
        failure = {**described, "cell": described["cell"] or number}
        if failure not in self.failures and len(self.failures) < _MOST_FAILURES:
            self.failures.append(failure)

    def find(self, name: str) -> Any:
        """What a name means. Raises `KeyError`."""
        return self.namespace[name] if name in self.namespace else self.elsewhere[name]


class Runner:
    """Runs pieces into one `Loaded`; no failure of a statement ends it."""

    def __init__(self, loaded: Loaded, budget: Budget, notes: Notes) -> None:
        self.loaded = loaded
        self.budget = budget
        self.notes = notes
        self._running: ast.stmt | None = None

    def run(self, source: code.Source) -> None:
        """Run a piece. Once it was interrupted, what is left of it has less time; the second time, only definitions run."""
        nodes = list(code.statements(source.tree))
        seconds = self.budget.next_piece()
        for attempt in range(3):
            left = [node for node in nodes if attempt < 2 or isinstance(node, code.DEFINITIONS)]
            try:
                with interrupt_after(seconds):
                    self._run_in_order(left, source, told=attempt == 0)
            except Interrupted as late:
                if attempt == 0:
                    self.loaded.fail(late, source.number)
                nodes = left[left.index(self._running) + 1 :] if self._running in left else []
                seconds = min(self.budget.next_piece(), self.budget.piece / 4)
            else:
                return

    def _run_in_order(self, nodes: Iterable[ast.stmt], source: code.Source, told: bool) -> None:
        """Statement by statement; of a cell's failures the first is told, because the others mostly follow from it."""
        for node in nodes:
            self._running = node
            try:
                self._run_one(node, source)
            except Interrupted:
                raise
            except BaseException as error:  # noqa: BLE001  SystemExit and KeyboardInterrupt too: a later line may be right
                if told:
                    self.loaded.fail(error, source.number)
                told = told and source.number == 0
            self._keep(node)

    def _run_one(self, node: ast.stmt, source: code.Source) -> None:
        try:
            self._execute(node, source)
        except Interrupted:
            raise
        except BaseException as error:
            for form in code.weaker_forms(node):
                try:
                    self._execute(form, source)
                except Interrupted:
                    raise
                except Exception:  # noqa: BLE001, S112  then the next form, and at last the error as it was
                    continue
                self.notes.add("definition_reduced", name=str(getattr(node, "name", "")), reason=type(error).__name__)
                return
            raise

    def _execute(self, node: ast.stmt, source: code.Source) -> None:
        compiled = code.compiled(node, source.tree, source.filename, source.number)
        if compiled.co_flags & inspect.CO_COROUTINE:
            asyncio.run(eval(compiled, self.loaded.namespace))  # noqa: S307
        else:
            exec(compiled, self.loaded.namespace)  # noqa: S102  running the submission is what a sandbox is for

    def _keep(self, node: ast.stmt) -> None:
        self.loaded.chosen -= code.names_bound(node)
        self.loaded.chosen |= code.names_chosen(node)
        for name in code.names_bound(node):
            value = self.loaded.namespace.get(name)
            if isinstance(node, code.DEFINITIONS[2:]) and callable(value):
                self.loaded.kept[name] = value

    def run_bodies_of_main(self, source: code.Source) -> None:
        """Definitions and assignments that stand in a `main()` and nowhere else, as if they stood at top level."""
        namespace = self.loaded.namespace
        wanted = [node for node in code.main_bodies(source.tree) if not code.names_bound(node) & namespace.keys()]
        if not wanted or self.budget.is_over:
            return
        defined = set(namespace)
        try:
            with interrupt_after(self.budget.next_piece()):
                self._run_in_order(wanted, source, told=False)
        except Interrupted:
            pass  # what was defined until then counts
        if any(callable(namespace[name]) for name in namespace.keys() - defined):
            self.notes.add("main_unfolded")

    def restore_overwritten(self) -> None:
        """Let names of functions that were overwritten by values mean the functions again."""
        for name, value in self.loaded.kept.items():
            if name in self.loaded.namespace and not callable(self.loaded.namespace[name]):
                self.loaded.namespace[name] = value
                self.notes.add("overwritten_restored", name=name)
