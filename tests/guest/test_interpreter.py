"""Whose doing it is that the grader's own code cannot run in a submission's process any more."""

from __future__ import annotations

import _frozen_importlib
import ast
import asyncio
import builtins
import hashlib
import json
import ssl
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import grader.guest.session  # as in a template, where all of the guest is there before a submission
from grader.guest.footprint import footprint
from grader.guest.interpreter import Interpreter
from grader.guest.inventory import Inventory

FAULT = KeyError("a")


def failure(call: Callable[[], Any]) -> Exception:
    """What a call raises."""
    with pytest.raises(Exception) as caught:
        call()
    return caught.value


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        (sys, "modules", dict(sys.modules)),
        (builtins, "list", int),
        (builtins, "isinstance", None),
        (builtins, "__import__", None),
        (_frozen_importlib, "_find_and_load", None),
        (Inventory, "describe_all", None),
        (grader.guest.session, "footprint", len),
    ],
    ids=["table", "type", "function", "import", "machinery", "method of the grader's", "function of the grader's"],
)
def test_a_spoilt_interpreter(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, value: Any) -> None:
    """Protects the verdict `crashed`: such a submission made itself one that the grader had failed at."""
    interpreter = Interpreter()
    assert not interpreter.is_spoilt(FAULT)
    with monkeypatch.context() as patch:
        patch.setattr(place, name, value)
        spoilt = interpreter.is_spoilt(FAULT)
    assert spoilt


@pytest.mark.parametrize("value", [None, 5, ModuleType("collections")], ids=["none", "number", "module"])
def test_a_spoilt_module(monkeypatch: pytest.MonkeyPatch, value: Any) -> None:
    """Protects the same from what stands in the place of a module that the grader's own code imports."""
    interpreter = Interpreter()
    monkeypatch.setitem(sys.modules, "collections", value)
    assert interpreter.is_spoilt(FAULT)


def test_a_function_that_the_grader_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the same from what a module of Python's has lost, if it is this that failed."""
    interpreter = Interpreter()
    monkeypatch.setattr(hashlib, "sha256", None)
    assert interpreter.is_spoilt(failure(lambda: footprint([Path("nowhere")])))
    assert not interpreter.is_spoilt(FAULT)


def test_a_method_that_the_grader_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the same from what a class of Python's has lost, which no name in the code that failed leads to."""
    interpreter = Interpreter()
    monkeypatch.setattr(ast.NodeVisitor, "visit", None)
    assert interpreter.is_spoilt(failure(lambda: ast.NodeVisitor().generic_visit(ast.parse("a"))))
    assert not interpreter.is_spoilt(FAULT)


def test_what_honest_submissions_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects students from a bug of the grader: what they may well do is no excuse for it."""
    interpreter = Interpreter()
    monkeypatch.setattr(builtins, "print", lambda *_: None)
    monkeypatch.setattr(builtins, "display", print, raising=False)
    monkeypatch.setitem(sys.modules, "mine", ModuleType("mine"))
    monkeypatch.delitem(sys.modules, "pytest")
    monkeypatch.setattr(ssl, "_create_default_https_context", ssl._create_unverified_context)
    monkeypatch.setattr(asyncio, "run", print)
    monkeypatch.setattr(time, "sleep", print)
    monkeypatch.setattr(json.JSONEncoder, "default", print)
    monkeypatch.setattr(Path, "owner", print)
    assert not interpreter.is_spoilt(FAULT)
    assert not interpreter.is_spoilt(failure(lambda: Inventory([None])))  # type: ignore[list-item]
