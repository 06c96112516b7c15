"""Generic mistakes: small changes of the reference's syntax tree, one at a time.

Operators, after the usual sets of mutation testing (DeMillo, Lipton, Sayward: "Hints on test data selection", 1978): a comparison
flipped, an arithmetic operator or a boolean one exchanged, a constant off by one (an axis too), a term dropped, `min` for
`max`, a condition negated, a statement left out.
"""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.MatMult: ast.Mult,
}
_PAIRS = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "argmax": "argmin",
    "sum": "mean",
    "mean": "sum",
}


_WHOLE = (ast.Expr, ast.AugAssign, ast.Assign, ast.AnnAssign)  # statements that may be left out


@dataclass(frozen=True)
class Mutant:
    """One changed reference function. `change` reads `line text -> line text`; `id` is the part with it."""

    part: str
    change: str
    function: Callable[..., Any]

    @property
    def id(self) -> str:
        """Stable as long as the line stands as it does."""
        return f"{self.part}: {self.change}"


def mutants_of(part: str, name: str, module: ModuleType) -> Iterator[Mutant]:
    """Every mutant of the function `name` of a loaded reference module, each compiled in a copy of its namespace.

    None of what has no source in Python: a partial, a function of C.
    """
    function = inspect.unwrap(getattr(module, name))
    if not inspect.isfunction(function):
        return
    source = textwrap.dedent(inspect.getsource(function))
    tree = ast.parse(source)
    seen = set()
    for site, variant in _variants(tree):
        mutated = ast.unparse(variant)
        if mutated in seen or mutated == ast.unparse(tree):
            continue
        seen.add(mutated)
        namespace = dict(vars(module))
        exec(compile(ast.fix_missing_locations(variant), f"<mutant of {name}>", "exec"), namespace)  # noqa: S102  the course's own code
        yield Mutant(part, site, namespace[name])


def _variants(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    nodes = list(ast.walk(tree))
    skipped = _annotations(tree)
    for index, node in enumerate(nodes):
        if id(node) in skipped or isinstance(node, ast.Module | ast.FunctionDef):
            continue
        for number in range(_count(node)):
            clone = copy.deepcopy(tree)
            target = list(ast.walk(clone))[index]
            statement = _statement_of(clone, target)
            before = _first_line(statement)
            _change(clone, target, number)
            after = "(left out)" if statement is target and isinstance(target, _WHOLE) else _first_line(statement)
            yield f"{before} -> {after}", clone


def _annotations(tree: ast.Module) -> set[int]:
    """Nodes that are not computed with: annotations, docstrings, decorators."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.FunctionDef):
            parts += [node.returns, *node.decorator_list, *(argument.annotation for argument in node.args.args)]
            if ast.get_docstring(node) is not None:
                parts.append(node.body[0])
        if isinstance(node, ast.AnnAssign):
            parts.append(node.annotation)
        if isinstance(node, ast.Raise):
            parts.append(node)
        for part in parts:
            skipped |= {id(inner) for inner in ast.walk(part)} if part is not None else set()
    return skipped


def _count(node: ast.AST) -> int:
    """How many changes there are of a node."""
    if isinstance(node, ast.Compare):
        return len([op for op in node.ops if type(op) in _COMPARISONS])
    if isinstance(node, ast.BinOp):
        return 3 if type(node.op) in _OPERATORS else 2  # exchanged, left term only, right term only
    if isinstance(node, ast.BoolOp):
        return 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        return 1
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return 2
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        return 1
    if isinstance(node, ast.Attribute) and node.attr in _PAIRS:
        return 1
    if isinstance(node, ast.Name) and node.id in _PAIRS:
        return 1
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        return 1
    if isinstance(node, _WHOLE):
        return 1
    return 0


def _change(tree: ast.Module, node: ast.AST, number: int) -> None:
    if isinstance(node, ast.Compare):
        place = [index for index, op in enumerate(node.ops) if type(op) in _COMPARISONS][number]
        node.ops[place] = _COMPARISONS[type(node.ops[place])]()
    elif isinstance(node, ast.BinOp):
        options: list[ast.AST] = [node.left, node.right]
        if type(node.op) in _OPERATORS:
            options.insert(0, ast.BinOp(node.left, _OPERATORS[type(node.op)](), node.right))
        _replace(tree, node, options[number])
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.UnaryOp):
        _replace(tree, node, node.operand)
    elif isinstance(node, ast.Constant):
        node.value = not node.value if type(node.value) is bool else node.value + (1, -1)[number]  # type: ignore[operator]
    elif isinstance(node, ast.Attribute):
        node.attr = _PAIRS[node.attr]
    elif isinstance(node, ast.Name):
        node.id = _PAIRS[node.id]
    elif isinstance(node, ast.If | ast.While | ast.IfExp):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    else:
        _replace(tree, node, ast.Pass())


def _replace(tree: ast.Module, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
                return
            if isinstance(value, list) and any(item is old for item in value):
                value[[item is old for item in value].index(True)] = new
                return


def _statement_of(tree: ast.Module, node: ast.AST) -> ast.stmt:
    """The innermost statement that holds `node`."""
    holders = [item for item in ast.walk(tree) if isinstance(item, ast.stmt) and any(inner is node for inner in ast.walk(item))]
    return holders[-1]


def _first_line(statement: ast.stmt) -> str:
    return ast.unparse(statement).splitlines()[0]
