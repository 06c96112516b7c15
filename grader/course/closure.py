"""Which code of a Python file a function of it depends on, without running it.

A file is cut into its top-level statements. What a function needs is its own definition and whatever module-level names that
mentions, and so on. Whatever does more than give a name a value when the file is imported (a call, a decorator, an `if`) counts
for every function, and a file that looks itself up (`globals`, `exec`, `inspect`, a `global` statement, `import *`) is not cut at
all: when unsure, everything depends on everything. Comments and layout do not count.

Left out on purpose: functions that change a module-level list or dictionary which another one reads. Such a file answers
differently from call to call, and nothing that is graded by it could be repeated anyway.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

_LOOKS_ITSELF_UP = {"globals", "locals", "vars", "eval", "exec", "compile", "__import__", "importlib", "inspect", "sys"}
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class _Piece:
    """A top-level statement: the names that it gives, those that it mentions, and whether it counts for every function."""

    code: str
    gives: frozenset[str]
    mentions: frozenset[str]
    for_all: bool


def closure_digests(source: str, functions: Mapping[str, str]) -> dict[str, str]:
    """A SHA-256 per key over the code that the function of that name depends on; over the whole file when unsure."""
    whole = _digest([source])
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return dict.fromkeys(functions, whole)
    if any(_looks_itself_up(node) for node in ast.walk(tree)):
        return dict.fromkeys(functions, whole)
    pieces = [_piece(statement) for statement in tree.body if not _is_text(statement)]
    known = {name for piece in pieces for name in piece.gives}
    return {key: _closure(pieces, name) if name in known else whole for key, name in functions.items()}


def _closure(pieces: list[_Piece], name: str) -> str:
    wanted = {name}.union(*(piece.gives | piece.mentions for piece in pieces if piece.for_all))
    chosen: set[int] = set()
    while True:
        more = {number for number, piece in enumerate(pieces) if piece.for_all or piece.gives & wanted} - chosen
        if not more:
            return _digest([pieces[number].code for number in sorted(chosen)])
        chosen |= more
        wanted |= {mentioned for number in more for mentioned in pieces[number].mentions}


def _piece(statement: ast.stmt) -> _Piece:
    gives = _given(statement)
    mentions = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    for_all = not gives or _acts(statement)
    return _Piece(ast.unparse(statement), frozenset(gives), frozenset(mentions), for_all)


def _given(statement: ast.stmt) -> set[str]:
    """The names that a plain definition, import or assignment gives; nothing for any other statement."""
    if isinstance(statement, _Definition):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    return {target.id for target in targets if isinstance(target, ast.Name)} if _all_names(targets) else set()


def _all_names(targets: list[ast.expr]) -> bool:
    return all(isinstance(target, ast.Name) for target in targets)


def _acts(statement: ast.stmt) -> bool:
    """Whether it calls something when the file is imported: who knows what that changes."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        when_defined = [*statement.decorator_list, *statement.args.defaults, *filter(None, statement.args.kw_defaults)]
        return bool(statement.decorator_list) or any(_calls(node) for node in when_defined)
    if isinstance(statement, ast.ClassDef):
        return bool(statement.decorator_list or statement.keywords) or any(
            _acts(inner) if _given(inner) else not _is_text(inner) and not isinstance(inner, ast.Pass) for inner in statement.body
        )
    return not isinstance(statement, ast.Import | ast.ImportFrom) and _calls(statement)


def _calls(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Call | ast.Await | ast.NamedExpr) for inner in ast.walk(node))


def _looks_itself_up(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return node.id in _LOOKS_ITSELF_UP
    if isinstance(node, ast.Import):
        return any(alias.name.partition(".")[0] in _LOOKS_ITSELF_UP for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] in _LOOKS_ITSELF_UP or any(alias.name == "*" for alias in node.names)
    return isinstance(node, ast.Global)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _digest(codes: list[str]) -> str:
    digest = hashlib.sha256()
    for code in codes:
        raw = code.encode("utf-8", "surrogatepass")
        digest.update(f"{len(raw)}:".encode() + raw)
    return digest.hexdigest()
