"""`torch.compile` without a compiler: the function or the network stays as it is, and gives the same numbers."""

from __future__ import annotations

import sys
from typing import Any

from grader.guest.notes import Notes


def install(notes: Notes) -> None:
    """Let `torch.compile`, as a call and as a decorator, and a network's own `compile` give back what they were given.

    What it compiles to is C++ or Triton, for which the sandbox has no tools: it would look for them for a minute, and fail.
    """
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return

    def compile_nothing(model: Any = None, **_options: Any) -> Any:
        if model is None:
            return compile_nothing
        notes.add("compile_skipped")
        return model

    def stay(_network: Any, *_args: Any, **_options: Any) -> None:
        notes.add("compile_skipped")

    torch.compile = compile_nothing
    torch.nn.Module.compile = stay
