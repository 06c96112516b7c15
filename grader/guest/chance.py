"""The generators of random numbers that a process shares: every test begins with the draws that the first one began with.

Else what one test's function draws would depend on the tests before it, and a part's verdict on the other parts.
"""

from __future__ import annotations

import functools
import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np


class Draws:
    """Python's generator, numpy's and torch's for the CPU; made before the submission, which may put its own functions there."""

    def __init__(self) -> None:
        self._generators: list[tuple[Callable[[], Any], Callable[[Any], None]]] = [
            (random.getstate, random.setstate),
            (functools.partial(np.random.get_state, legacy=False), np.random.set_state),
        ]
        torch: Any = sys.modules.get("torch")
        if torch is not None:
            self._generators.append((torch.default_generator.get_state, torch.default_generator.set_state))
        self._noted: list[Any] = []

    def note(self) -> None:
        """Keep where the generators stand."""
        self._noted = [read() for read, _ in self._generators]

    def restore(self) -> None:
        """Put them back where they stood when that was noted."""
        for (_, write), state in zip(self._generators, self._noted, strict=True):
            write(state)
