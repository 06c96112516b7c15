"""Adapting a library at the moment when it is imported, so that the template need not import what few submissions use."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Sequence
from types import ModuleType

Adapt = Callable[[ModuleType], None]


class Watch(importlib.abc.MetaPathFinder):
    """A finder that finds nothing itself: it wraps the loaders of the modules that it waits for."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[Adapt]] = {}
        sys.meta_path.insert(0, self)

    def when_imported(self, name: str, adapt: Adapt) -> None:
        """Call `adapt` with the module `name`: now, when it is there already, else right after its import."""
        if name in sys.modules:
            adapt(sys.modules[name])
        else:
            self.waiting.setdefault(name, []).append(adapt)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The usual specification with a wrapped loader for a module that is waited for; None for all others."""
        adapts = self.waiting.pop(fullname, None)  # popped first: a package may import itself again (OpenCV does)
        if adapts is None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            self.waiting[fullname] = adapts
            return None
        _adapt_after(spec.loader, adapts)
        return spec


def _adapt_after(loader: importlib.abc.Loader, adapts: list[Adapt]) -> None:
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        execute(module)
        for adapt in adapts:
            adapt(module)

    loader.exec_module = exec_module  # type: ignore[method-assign]
