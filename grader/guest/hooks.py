"""Forward hooks that a submission registered, noted while its file runs and used where it has no function to call.

Many labs have none: a hook stores a layer's output, the network is run, and the result lies in a global. Each registration is
noted with its network and layer, so that the judge can ask for what the hook on a certain layer stores for a certain input.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from grader.guest.imprint import modules_of
from grader.guest.reach import Snapshot, holders, likeliest


@dataclass
class Hook:
    """One registration: on which module, before or after its forward pass, torch's handle of it, and with which `options`
    (`with_kwargs`, `prepend`, `always_call`)."""

    module: Any
    function: Any
    handle: Any
    before: bool
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def is_active(self) -> bool:
        """Whether it has not been removed."""
        registered = self.handle.hooks_dict_ref()
        return registered is not None and self.handle.id in registered

    def register(self, module: Any) -> Any:
        """Register the same function on another module (or again on its own); torch's handle."""
        return _register(module, self.before, self.function, self.options)


class HookBook:
    """All hooks in the order of their registration.

    `roots`, which methods take, are (name, network) pairs to look in, likely ones first.
    """

    def __init__(self) -> None:
        self.hooks: list[Hook] = []
        self._replayed: list[Any] = []  # torch's handles

    def start(self) -> None:
        """Note every registration from now on, by replacing the methods of `torch.nn.Module` that make it."""
        import torch

        base: Any = torch.nn.Module
        for name, before in (("register_forward_hook", False), ("register_forward_pre_hook", True)):
            setattr(base, name, self._noting(getattr(base, name), before))

    def _noting(self, original: Callable[..., Any], before: bool) -> Callable[..., Any]:
        @functools.wraps(original)
        def register(module: Any, hook: Any, **options: Any) -> Any:
            handle = original(module, hook, **options)
            self.hooks.append(Hook(module, hook, handle, before, options))
            self._end_replay()
            return handle

        return register

    def active_on(self, networks: Iterable[Any]) -> int:
        """How many hooks are registered on these networks."""
        active = [hook for hook in self.hooks if hook.is_active]
        own = {id(module) for network in networks for module in modules_of(network)} if active else set()
        return sum(id(hook.module) in own for hook in active)

    def place(self, hook: Hook, roots: list[tuple[str, Any]]) -> tuple[str, Any, str]:
        """(name of the network, the network, dotted path of the layer) for a hook; ("", None, "") when it is in none."""
        for name, root in roots:
            for path, child in _named_modules(root):
                if child is hook.module and (path or name):
                    return name, root, path
        return "", None, ""

    @contextmanager
    def replayed(self, fixtures: Iterable[Any], roots: list[tuple[str, Any]]) -> Iterator[None]:
        """Meanwhile the active hooks look on at the same places of `fixtures`, for functions that count on them.

        They change nothing there, and go as soon as the submission registers another: then they were left by a demonstration.
        """
        try:
            for fixture in fixtures:
                for hook in [hook for hook in self.hooks if hook.is_active]:
                    _, root, path = self.place(hook, roots)
                    layer = _same_layer(root, fixture, path) if root is not None and root is not fixture else None
                    if layer is not None:
                        self._replayed.append(_register(layer, hook.before, _looking_on(hook.function), hook.options))
            yield
        finally:
            self._end_replay()

    def _end_replay(self) -> None:
        while self._replayed:
            self._replayed.pop().remove()

    def run(self, number: int, batch: Any, roots: list[tuple[str, Any]], namespace: dict[str, Any]) -> Any:
        """What hook `number` stores while its own network runs on `batch`. Raises `NotStored` when that is nothing."""
        hook = self.hooks[number]
        _, root, _ = self.place(hook, roots)
        if root is None:
            raise LookupError("the network that the hook was registered on is gone")
        with self._alone(hook):
            return run_and_find(root, batch, [hook], [namespace])

    @contextmanager
    def _alone(self, hook: Hook) -> Iterator[None]:
        """Let `hook` be active and those on other layers rest: a second one may store under the same name."""
        if not hook.is_active:
            hook.handle = hook.register(hook.module)
        others = [other for other in self.hooks if other.module is not hook.module and other.is_active]
        for other in others:
            other.handle.remove()
        try:
            yield
        finally:
            for other in others:
                other.handle = other.register(other.module)


def run(network: Any, batch: Any) -> Any:
    """What a network answers, without gradients."""
    import torch

    with torch.no_grad():
        return network(batch)


def run_and_find(network: Any, batch: Any, hooks: list[Hook], places: list[Any]) -> Any:
    """Run `network` on `batch` without gradients; what `hooks` left within reach of `places` or of themselves."""
    seen: list[tuple[tuple[Any, ...], Any]] = []

    def look(_module: Any, inputs: tuple[Any, ...], output: Any) -> None:
        seen.append((inputs, output))

    probes = [_register(hook.module, False, look, {}) for hook in hooks[-1:]]
    own = [place for hook in hooks for place in [hook.module, *holders(hook.function)]]
    snapshot = Snapshot([*places, *own])
    try:
        run(network, batch)
    finally:
        for probe in probes:
            probe.remove()
    inputs, output = seen[-1] if seen else ((), None)
    fresh = [(name, value) for name, value in snapshot.fresh() if value is not batch]
    return likeliest(fresh, inputs, output)


def _named_modules(root: Any) -> list[tuple[str, Any]]:
    try:
        return list(root.named_modules())
    except Exception:  # noqa: BLE001  of a network whose parts are not as torch's are
        return []


def _looking_on(function: Callable[..., Any]) -> Callable[..., None]:
    """A hook whose answer is not heard: one that switches off channels of the student's network is not about another."""

    @functools.wraps(function)
    def look(*arguments: Any, **keywords: Any) -> None:
        function(*arguments, **keywords)

    return look


def _same_layer(root: Any, fixture: Any, path: str) -> Any:
    """The layer of `fixture` at the place of `path` in `root`; a last block stays the last one. None when there is none."""
    here, there = root, fixture
    for name in path.split(".") if path else []:
        children = dict(there.named_children())
        is_last = name == list(dict(here.named_children()))[-1]
        numbered = name.isdigit() and bool(children) and all(key.isdigit() for key in children)
        name_there = list(children)[-1] if numbered and is_last else name
        if name_there not in children:
            return None
        here, there = here.get_submodule(name), children[name_there]
    return there


def _register(module: Any, before: bool, function: Any, options: dict[str, Any]) -> Any:
    """Register as torch itself does, without a note; torch's handle."""
    noting = type(module).register_forward_pre_hook if before else type(module).register_forward_hook
    return getattr(noting, "__wrapped__", noting)(module, function, **options)
