"""Draws begin anew where they stood, whatever a submission has done to the generators and to the functions that read them."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from grader.guest.chance import Draws


def drawn() -> tuple[float, float, float]:
    """The next number of each generator."""
    return random.random(), float(np.random.rand()), float(torch.rand(1))


def test_draws_are_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fair to functions that draw: the same numbers in every test, also where the submission has its own `setstate`."""
    draws = Draws()
    draws.note()
    first = drawn()
    assert drawn() != first
    random.seed(5)
    np.random.seed(5)
    torch.manual_seed(5)
    monkeypatch.setattr(random, "setstate", None)
    monkeypatch.setattr(np.random, "set_state", None)
    monkeypatch.setattr(torch, "default_generator", None)
    draws.restore()
    assert drawn() == first
    draws.restore()
    assert drawn() == first
