"""Commands are declared and done where the package's docstring says."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import re
from pathlib import Path

import pytest

import grader.cli
from grader.cli.main import app

PACKAGE = Path(grader.cli.__file__).parent
ROWS = re.findall(r"^    (\S.*?)  +(\w+)  +(\S.*)$", grader.cli.__doc__ or "", re.MULTILINE)
PLACES = {name: (declared, set(done.split(", "))) for names, declared, done in ROWS for name in names.split(", ")}


def test_every_command_has_a_row() -> None:
    """Protects the drawing: a new command must be given its place."""
    assert set(PLACES) == {name for name in app if not name.startswith("-")}


@pytest.mark.parametrize("name", PLACES)
def test_where_a_command_is(name: str) -> None:
    """Protects who looks for a command from a drawing that has grown old: which module declares it, and what that imports to do
    it.
    """
    declared, done = PLACES[name]
    tree = ast.parse((PACKAGE / f"{declared}.py").read_text("utf-8"))
    (function,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    imported = {node.module for node in ast.walk(function) if isinstance(node, ast.ImportFrom)}
    used = {(module or "").rpartition(".")[2] for module in imported if (module or "").startswith("grader.cli.")}
    assert (used or {declared}) == done


@pytest.mark.parametrize("name", sorted({module for _, done in PLACES.values() for module in done}))
def test_options_are_handed_on_by_name(name: str) -> None:
    """Protects from two options of one type that change places on the way: what holds them is built by keywords."""
    for held in vars(importlib.import_module(f"grader.cli.{name}")).values():
        if dataclasses.is_dataclass(held) and isinstance(held, type) and held.__name__.endswith("Request"):
            assert all(field.kw_only for field in dataclasses.fields(held)), held
