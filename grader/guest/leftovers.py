"""What tests leave behind in a loaded submission: seen where the next one begins, and put back where that can be done.

Cheap to look at, and so looked at for every test, is what the submission keeps in containers, objects and closures, how many
hooks its networks have, and the process's settings. Its networks and its larger arrays are looked at where something else has
changed, which is put back only if these are as they were, and where a test must not meet anything of the one before, as
one of another part.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

import numpy as np

from grader.guest.glance import torch_types
from grader.guest.memory import Remembered
from grader.guest.models import Shelf
from grader.guest.pieces import Loaded


class Leftovers:
    """Made when the submission is loaded, and before the first test's calls."""

    def __init__(self, loaded: Loaded, shelf: Shelf) -> None:
        self._loaded = loaded
        self._shelf = shelf
        self._remembered, self._around = self._walk(), self._look_around()
        self._numbers: list[bytes] = []
        self._is_opaque = self._remembered.is_opaque
        try:
            self._numbers = self._remembered.numbers()
            shelf.note_own(self._remembered.networks)
        except Exception:  # noqa: BLE001  of a tensor or a network of the submission's own kind
            self._is_opaque = True

    def _walk(self) -> Remembered:
        return Remembered([self._loaded.namespace, self._loaded.elsewhere, *(vars(module) for module in self._loaded.modules)])

    def _look_around(self) -> tuple[Any, ...]:
        return self._shelf.hooks.active_on([network for _, network in self._shelf.handed]), _settings()

    def are_gone(self, *, thoroughly: bool) -> bool:
        """Whether nothing is left, if need be after it was put back; `thoroughly`: nor in networks and larger arrays."""
        if self._look_around() != self._around:
            return False
        changed = not self._remembered.is_as_it_was() and self._walk() != self._remembered
        if not changed and not thoroughly:
            return True
        if self._is_opaque or not self._shelf.put_own_back() or self._remembered.numbers() != self._numbers:
            return False
        if not changed:
            return True
        self._remembered.put_back()
        return self._walk() == self._remembered


def _settings() -> tuple[Any, ...]:
    """What holds for a whole process and changes later calls' results."""
    found = (_folder(), sys.getrecursionlimit(), tuple(sorted(np.geterr().items())))
    if not torch_types("nn.Module"):
        return found
    torch: Any = sys.modules["torch"]
    modules = torch.nn.modules.module
    hooks = tuple(modules._global_forward_hooks), tuple(modules._global_forward_pre_hooks)
    cast = torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu"), torch.get_default_dtype()
    modes = torch.is_grad_enabled(), torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    return (*found, *hooks, *cast, *modes)


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it has been removed
        return ""


def threads() -> int:
    """How many threads this process has, native ones too where the system tells."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()
