"""Whose doing it is that the grader's own code cannot run in a submission's process any more."""

from __future__ import annotations

import builtins
import sys
from types import ModuleType
from typing import Any

import pytest

from grader.guest.interpreter import Interpreter


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [(sys, "modules", dict(sys.modules)), (builtins, "list", int), (builtins, "isinstance", None)],
    ids=["table", "type", "function"],
)
def test_a_spoilt_interpreter(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, value: Any) -> None:
    """Protects the verdict `crashed`: such a submission made itself one that the grader had failed at."""
    interpreter = Interpreter()
    assert not interpreter.is_spoilt()
    with monkeypatch.context() as patch:
        patch.setattr(place, name, value)
        spoilt = interpreter.is_spoilt()
    assert spoilt


@pytest.mark.parametrize("value", [None, 5, ModuleType("collections")], ids=["none", "number", "module"])
def test_a_spoilt_module(monkeypatch: pytest.MonkeyPatch, value: Any) -> None:
    """Protects the same from what stands in the place of a module that the grader's own code imports."""
    interpreter = Interpreter()
    monkeypatch.setitem(sys.modules, "collections", value)
    assert interpreter.is_spoilt()


def test_what_honest_submissions_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects students from a bug of the grader: what they may well do is no excuse for it."""
    interpreter = Interpreter()
    monkeypatch.setattr(builtins, "print", lambda *_: None)
    monkeypatch.setattr(builtins, "display", print, raising=False)
    monkeypatch.setitem(sys.modules, "mine", ModuleType("mine"))
    monkeypatch.delitem(sys.modules, "pytest")
    assert not interpreter.is_spoilt()
