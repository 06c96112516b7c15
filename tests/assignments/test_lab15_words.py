"""The Russian words of lab 15 are complete and compiled."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("babel", reason="needs Babel")

from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

LAB = Path(__file__).parents[2] / "assignments" / "lab15"
CATALOGUE = LAB / "locale" / "ru" / "LC_MESSAGES" / "lab15.po"


def catalogue() -> Any:
    """The Russian catalogue."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="ru")


def texts() -> Iterator[str]:
    """Every text that a student may read: what stands in `_()`, and the titles of tests."""
    for path in [
        *(LAB / "comparison").glob("*.py"),
        LAB / "figures.py",
        *(LAB / "calling").glob("*.py"),
        LAB / "tests" / "conftest.py",
        *(LAB / "tests").glob("*/test_*.py"),
    ]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                assert isinstance(node.args[0], ast.Constant), f"{path.name}: a text must stand as it is"
                yield node.args[0].value
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield (ast.get_docstring(node) or "").splitlines()[0]


def test_every_text_is_translated_and_none_is_left_over() -> None:
    """Protects Russian readers from English islands, and the catalogue from dead words."""
    translated = {message.id for message in catalogue() if message.id and message.string}
    assert set(texts()) == translated


def test_translations_keep_the_fields() -> None:
    """Protects from a message that fails in one language only."""
    for message in catalogue():
        if message.id:
            assert sorted(re.findall(r"\{\w+\}", message.id)) == sorted(re.findall(r"\{\w+\}", message.string)), message.id


def test_the_compiled_catalogue_is_the_source_compiled() -> None:
    """Protects from a translation that is in the .po file and not on the page."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue())
    buffer.seek(0)
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = [(message.id, message.string) for message in read_mo(file)]
    assert compiled == [(message.id, message.string) for message in read_mo(buffer)]
