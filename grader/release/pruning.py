"""Helpers that hidden tests alone use, taken out of a `conftest.py`: they tell what is tested.

What public tests use is found by name: parameters are fixtures, and whatever a kept definition mentions is kept too. Rather
too much than too little: a string that is a name counts as a mention.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def prune(source: str, users: Iterable[str | bytes]) -> str:
    """The source without top-level definitions that neither `users` (sources of tests) nor what is kept of it mention."""
    tree = ast.parse(source)
    definitions = {name: node for node in tree.body for name in _defined(node)}
    wanted = {name for text in users for name in _mentioned(ast.parse(text))}
    for node in tree.body:
        if not _defined(node) or _acts_unasked(node):
            wanted |= _mentioned(node)
            wanted |= set(_defined(node)) if _acts_unasked(node) else set()
    kept: set[str] = set()
    while new := (wanted & set(definitions)) - kept:
        kept |= new
        wanted |= {name for one in new for name in _mentioned(definitions[one])}
    # Not splitlines: to Python a form feed between two functions, or U+2028 in a string, ends no line.
    lines = re.findall(r".*\n|.+", source)
    for node in reversed(tree.body):
        if _defined(node) and not kept & set(_defined(node)):
            first, last = _span(node, lines)
            del lines[first:last]
    return "".join(lines)


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, _Definition):
        return [node.name]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        return names if len(names) == len(targets) else []
    return []


def _acts_unasked(node: ast.stmt) -> bool:
    """Hooks, and fixtures that every test gets."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return node.name.startswith("pytest_") or any("autouse" in ast.unparse(one) for one in node.decorator_list)


def _mentioned(node: ast.AST) -> set[str]:
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    names |= {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
    strings = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return names | {text for text in strings if text.isidentifier()}  # usefixtures("photo"), getfixturevalue("photo")


def _span(node: ast.stmt, lines: list[str]) -> tuple[int, int]:
    """The lines of a definition: from its comment or decorator to the blank lines behind it."""
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))]) - 1
    while first > 0 and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    last = node.end_lineno or node.lineno
    while last < len(lines) and not lines[last].strip():
        last += 1
    return first, last
