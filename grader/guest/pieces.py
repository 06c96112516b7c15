"""Running a piece of a submission, a module or a cell, statement by statement, and keeping what it left behind."""

from __future__ import annotations

import ast
import asyncio
import builtins
import inspect
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

from grader.guest import code, starred
from grader.guest.alarm import Interrupted, interrupt_after
from grader.guest.budget import Budget
from grader.guest.failures import describe
from grader.guest.glance import has, is_a, names_of
from grader.guest.notes import Notes

_MOST_FAILURES = 50


@dataclass
class Loaded:
    """What a submission's file left behind.

    `cells` maps compiled file names to cell numbers (0: the module's own file); `kept` holds functions and classes of the file
    by name, lambdas too, so that one which was later overwritten by its own result (`iou = iou(a, b)`) can still be called;
    `given` has likenesses of what functions give back that only make others, by their names;
    `chosen` are the names that an assignment or a renaming import bound last; `modules` are the submission's own, `elsewhere` is
    what those define; `unreadable` is the code of the reason why nothing could run at all, else empty.
    """

    namespace: dict[str, Any] = field(default_factory=dict)
    failures: list[dict[str, Any]] = field(default_factory=list)
    cells: dict[str, int] = field(default_factory=dict)
    defined: Counter[str] = field(default_factory=Counter)
    kept: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
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
        """What a name means, one that is dotted within a class too. Raises `KeyError`."""
        outer, *inner = name.split(".")
        found = self.namespace[outer] if outer in self.namespace else self.elsewhere[outer]
        for one in inner:
            found = names_of(found)[one]
        return found


class Runner:
    """Runs pieces into one `Loaded`; no failure of a statement ends it. `is_hooked`: whether a forward hook was registered."""

    def __init__(self, loaded: Loaded, budget: Budget, notes: Notes, is_hooked: Callable[[], bool] = lambda: False) -> None:
        self.loaded = loaded
        self.budget = budget
        self.notes = notes
        self._is_hooked = is_hooked
        self._running: ast.stmt | None = None
        self._futures: list[ast.stmt] = []  # of the pieces until now
        self._imported: dict[str, Any] = {}
        self._uses: set[tuple[str, str]] = set()

    def run(self, source: code.Source) -> None:
        """Run a piece. Once it was interrupted, what is left of it has less time; the second time, only definitions run."""
        self._futures += code.futures_of(source.tree)
        nodes = list(code.statements(source.tree))
        seconds = self.budget.next_piece()
        for attempt in range(3):
            left = [node for node in nodes if attempt < 2 or isinstance(node, code.DEFINITIONS)]
            try:
                with interrupt_after(seconds, self.budget.ends):
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
            for form, note in code.weaker_forms(node):
                try:
                    self._execute(form, source)
                except Interrupted:
                    raise
                except Exception:  # noqa: BLE001, S112  then the next form, and at last the error as it was
                    continue
                self.notes.add(note, name=str(getattr(node, "name", "")), reason=type(error).__name__)
                return
            raise

    def _execute(self, node: ast.stmt, source: code.Source) -> None:
        compiled = code.compiled(node, source, self._futures)
        if compiled.co_flags & inspect.CO_COROUTINE:
            asyncio.run(eval(compiled, self.loaded.namespace))  # noqa: S307
        else:
            exec(compiled, self.loaded.namespace)  # noqa: S102  running the submission is what a sandbox is for
        if starred.give_back(self.loaded.namespace):
            self.notes.add("python_names_given_back")

    def _keep(self, node: ast.stmt) -> None:
        # A name that was a value already, as `float` is after `from torch import *`, fails wherever the file is run.
        self._uses |= {use for use in code.uses_in_functions(node) if not self._is_overwritten(use[0])}
        self.loaded.chosen -= code.names_bound(node)
        self.loaded.chosen |= code.names_chosen(node)
        for name in code.names_bound(node):
            value = self.loaded.namespace.get(name)
            if isinstance(node, code.DEFINITIONS[:2]):
                self._imported[name] = value
            elif self._is_own_function(value) or (isinstance(node, code.DEFINITIONS) and callable(value)):
                self.loaded.kept[name] = value
                self._keep_what_it_gives(node, name, value)

    def _keep_what_it_gives(self, node: ast.stmt, name: str, value: Any) -> None:
        given = code.function_given(node) if type(value) is FunctionType else None
        self.loaded.given.pop(name, None)
        if given is not None:
            with suppress(Exception):  # what cannot be made here is described by nothing
                self.loaded.given[name] = code.likeness(given, self.loaded.namespace)

    def _is_own_function(self, value: Any) -> bool:
        return type(value) is FunctionType and value.__globals__ is self.loaded.namespace

    def run_bodies_of_main(self, source: code.Source) -> None:
        """What stands in a `main()` and nowhere else, as if it stood at top level (see `code.main_bodies`); hooks, where none was
        registered: nobody has called it, or it has failed before."""
        namespace, was_hooked = self.loaded.namespace, self._is_hooked()
        bodies = [node for node in code.main_bodies(source.tree) if not code.names_bound(node) & namespace.keys()]
        wanted = [node for node in bodies if not (was_hooked and code.method_called(node) in code.HOOKS)]
        if not wanted or self.budget.is_over:
            return
        defined = set(namespace)
        try:
            with interrupt_after(self.budget.next_piece(), self.budget.ends):
                self._run_in_order(wanted, source, told=False)
        except Interrupted:
            pass  # what was defined until then counts
        if self._is_hooked() > was_hooked or any(callable(namespace[name]) for name in namespace.keys() - defined):
            self.notes.add("main_unfolded")

    def restore_overwritten(self) -> None:
        """Let names that were overwritten by values mean again what the file's functions call them for.

        That is the file's own functions and classes; what was imported and Python's own functions only where functions that were
        defined before use them: else the value may be what those need.
        """
        namespace, kept = self.loaded.namespace, self.loaded.kept
        builtin = {name: value for name, value in vars(builtins).items() if callable(value) and not str(name).startswith("_")}
        for name, value in {**builtin, **self._imported, **kept}.items():
            if self._is_overwritten(name) and (name in kept or self._is_used(name, value)):
                namespace[name] = value
                self.notes.add("overwritten_restored", name=name)

    def _is_overwritten(self, name: str) -> bool:
        namespace = self.loaded.namespace
        return name in namespace and not callable(namespace[name]) and not is_a(namespace[name], ModuleType)

    def _is_used(self, name: str, value: Any) -> bool:
        """Whether a function calls what it was, or takes something of it that it has."""
        return any(used == name and (has(value, of) if of else callable(value)) for used, of in self._uses)
