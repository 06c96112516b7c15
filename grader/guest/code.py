"""A submission's source in pieces that run one after the other, so that a failing one does not cost those below it."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from types import CodeType

DEFINITIONS = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
    ast.AugAssign,
    ast.If,
    ast.Try,
    ast.With,
)


def remember(filename: str, source: str) -> None:
    """Let tracebacks show lines of a source that is no file."""
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)


def statements(tree: ast.Module, filename: str) -> Iterator[tuple[ast.stmt, CodeType]]:
    """Each top-level statement with its code; `from __future__` imports hold for all that follow.

    `if __name__ == "__main__":` is left to the caller's namespace to decide, as Python does.
    """
    futures = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    for node in tree.body:
        body: list[ast.stmt] = [node] if node in futures else [*futures, node]
        yield node, compile(ast.Module(body, []), filename, "exec", dont_inherit=True)


def names_defined(tree: ast.Module) -> list[str]:
    """Names that top-level `def` and `class` statements bind, in order, with repetitions."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node.name for node in tree.body if isinstance(node, kinds)]


def rest_after(tree: ast.Module, line: int) -> ast.Module:
    """What is worth running of a cell whose statement at `line` failed: the definitions below it."""
    below: list[ast.stmt] = [node for node in tree.body if node.lineno > line and isinstance(node, DEFINITIONS)]
    return ast.Module(below, [])
