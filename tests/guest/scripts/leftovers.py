"""What `tests/guest/test_leftovers.py` checks, each in a process of its own: `python leftovers.py FUNCTION [SOURCE ...]`."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import torch

from grader.guest.leftovers import Leftovers
from grader.guest.models import Shelf
from grader.guest.pieces import Loaded

names: dict[str, Any] = {"__name__": "__main__", "torch": torch, "np": np}


def load(source: str) -> Leftovers:
    """A submission of these statements, and what it was like when it was loaded."""
    exec(source, names)
    return Leftovers(Loaded(namespace=names), Shelf({}))


def nothing_is_left() -> None:
    """Nothing was touched; then what can be put back was."""
    before = load("count, maps = 0, []")
    assert before.are_gone(thoroughly=False)
    assert before.are_gone(thoroughly=True)
    exec("count += 1; maps.append(torch.ones(2))", names)
    assert before.are_gone(thoroughly=False)
    assert names["count"] == 0
    assert names["maps"] == []


def what_is_left_unseen(loaded: str, called: str) -> None:
    """A thorough look finds what was called, and then nothing is put back beside it."""
    before = load(f"{loaded}; count = 0")
    exec(called, names)
    assert not before.are_gone(thoroughly=True)
    exec("count += 1", names)
    assert not before.are_gone(thoroughly=False)


def settings(code: str) -> None:
    """Any look finds it."""
    before = load("")
    exec(code, names)
    assert not before.are_gone(thoroughly=False)


globals()[sys.argv[1]](*sys.argv[2:])
