"""A submission's source as statements that run one after the other, so that a failing one does not cost those below it.

What a statement can be reduced to when it fails (`weaker_forms`) keeps the definition and drops what stands around it: a
decorator, an annotation or a default value that needs a package which is not here.
"""

from __future__ import annotations

import ast
import copy
import linecache
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

HOOKS = ("register_forward_hook", "register_forward_pre_hook")  # methods of a layer
DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_JOINING = ("overload", "register", "getter", "setter", "deleter")
_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


@dataclass(frozen=True)
class Source:
    """One piece of a submission, a module or a cell: its tree, the file name that tracebacks show, its cell's number."""

    tree: ast.Module
    filename: str
    number: int = 0


def remember(filename: str, source: str) -> None:
    """Let tracebacks and `inspect` show lines of a source that is no file."""
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)


def statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements to run one by one.

    An import of several names becomes several imports, and what stands under `if __name__ == "__main__":` is run too: a
    script is graded as if it had been started.
    """
    for node in tree.body:
        if is_main_block(node):
            yield from statements(ast.Module(node.body, []))  # type: ignore[attr-defined]
        elif isinstance(node, ast.Import):
            yield from (ast.copy_location(ast.Import([alias]), node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (ast.copy_location(ast.ImportFrom(node.module, [a], node.level), node) for a in node.names)
        else:
            yield node


def placed_at(node: ast.stmt, place: ast.stmt) -> ast.stmt:
    """The statement with all that is in it at the lines of another one."""
    for inner in ast.walk(node):
        if hasattr(inner, "lineno"):
            ast.copy_location(inner, place)
    return node


def futures_of(tree: ast.Module) -> list[ast.stmt]:
    """The imports from `__future__`, which hold for all statements of a module, and in a notebook for all cells below too."""
    return [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]


def compiled(node: ast.stmt, source: Source, futures: Iterable[ast.stmt] = ()) -> CodeType:
    """The statement's code, for which `futures` hold; top-level `await` is allowed.

    In a cell, what stands in the last line is given to `sys.displayhook`, as a notebook shows it.

    Raises `SyntaxError`, for a `return` outside a function too.
    """
    body = [node] if node in futures_of(source.tree) else [*futures, node]
    if source.number and isinstance(node, ast.Expr) and node is source.tree.body[-1]:
        shown: CodeType = compile(ast.Interactive(body), source.filename, "single", _FLAGS, dont_inherit=True)
        return shown
    code: CodeType = compile(ast.Module(body, []), source.filename, "exec", _FLAGS, dont_inherit=True)
    return code


def is_main_block(node: ast.stmt) -> bool:
    """Whether it is `if __name__ == "__main__":`."""
    if not (isinstance(node, ast.If) and isinstance(node.test, ast.Compare) and len(node.test.ops) == 1):
        return False
    sides = [node.test.left, *node.test.comparators]
    names = {side.id for side in sides if isinstance(side, ast.Name)}
    texts = {side.value for side in sides if isinstance(side, ast.Constant)}
    return isinstance(node.test.ops[0], ast.Eq) and names == {"__name__"} and texts == {"__main__"}


def names_defined(tree: ast.Module) -> list[str]:
    """Names that top-level `def` and `class` statements bind, in order, with repetitions.

    Without those that a decorator makes a part of another definition (`@overload`, `@area.setter`, `@iou.register`), and `_`.
    """
    found = (node for node in statements(tree) if isinstance(node, (*_FUNCTIONS, ast.ClassDef)))
    return [node.name for node in found if node.name != "_" and not any(map(_joins, node.decorator_list))]


def _joins(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return name in _JOINING


def function_given(node: ast.stmt) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None:
    """The function made within a function, where that gives back nothing else, as `make_loss(smooth)` does."""
    inner: dict[str, Any] = {}
    given: list[Any] = []
    for each in _within(node) if isinstance(node, ast.FunctionDef) else ():
        if isinstance(each, _FUNCTIONS):
            inner[each.name] = each
        elif isinstance(each, ast.Return):
            value = each.value
            given.append(value if isinstance(value, ast.Lambda) else inner.get(value.id) if isinstance(value, ast.Name) else None)
    return given[-1] if given and None not in given else None


def _within(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function, but not in those within it."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, (*_FUNCTIONS, ast.Lambda, ast.ClassDef)):
            yield from _within(child)


def likeness(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, namespace: dict[str, Any]) -> Any:
    """A function with the parameters and the code of one that is not made yet, to be described and never called: of its default
    values constants are left, of its annotations the words. Nothing of the submission runs.
    """
    bare = copy.deepcopy(node)
    bare.args.defaults = [one if isinstance(one, ast.Constant) else ast.Constant(None) for one in bare.args.defaults]
    bare.args.kw_defaults = [
        one if one is None or isinstance(one, ast.Constant) else ast.Constant(None) for one in bare.args.kw_defaults
    ]
    made: ast.stmt = ast.Assign([ast.Name("given", ast.Store())], bare) if isinstance(bare, ast.Lambda) else bare
    if not isinstance(bare, ast.Lambda):
        bare.name, bare.decorator_list = "given", []
    for each in ast.walk(bare):
        if isinstance(inner := getattr(each, "body", None), list):  # a name of the function around it is none there
            each.body = [ast.Pass() if isinstance(one, ast.Nonlocal) else one for one in inner]  # type: ignore[attr-defined]
    words = ast.ImportFrom("__future__", [ast.alias("annotations")], 0)
    module = ast.fix_missing_locations(ast.Module([words, ast.copy_location(made, node)], []))
    scratch = dict(namespace)
    exec(compile(module, "<given>", "exec", dont_inherit=True), scratch)  # noqa: S102  it defines a function, of constants
    return scratch["given"]


def names_bound(node: ast.stmt) -> set[str]:
    """The plain names that a definition or an assignment binds."""
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        stored = (part for target in targets for part in ast.walk(target))
        return {part.id for part in stored if isinstance(part, ast.Name)}
    return set()


def uses_in_functions(tree: ast.AST) -> set[tuple[str, str]]:
    """What functions in it use of names: (name, attribute) for `name.attribute`, (name, "") for `name(...)`."""
    functions = (node for node in ast.walk(tree) if isinstance(node, (*_FUNCTIONS, ast.Lambda)))
    found = set()
    for node in (inner for function in functions for inner in ast.walk(function)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.add((node.value.id, node.attr))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add((node.func.id, ""))
    return found


def names_chosen(node: ast.stmt) -> set[str]:
    """The names that an assignment binds, or an import to what is called otherwise there."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname for alias in node.names if alias.asname and alias.asname != alias.name}
    return set() if isinstance(node, DEFINITIONS) else names_bound(node)


def main_bodies(tree: ast.Module) -> Iterator[ast.stmt]:
    """What stands inside a top-level `main()` that takes nothing, as if at top level: definitions, assignments, and what prepares
    a network (`HOOKS`, `eval`)."""
    for node in statements(tree):
        if isinstance(node, ast.FunctionDef) and node.name.strip("_").lower() in ("main", "run") and _takes_nothing(node):
            inner = statements(ast.Module(node.body, []))
            yield from (each for each in inner if names_bound(each) or method_called(each) in (*HOOKS, "eval"))


def method_called(node: ast.stmt) -> str:
    """Which one, of a statement that is nothing but the call of a method; else empty."""
    function = node.value.func if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
    return function.attr if isinstance(function, ast.Attribute) else ""


def _takes_nothing(node: ast.FunctionDef) -> bool:
    given = node.args
    required = len(given.posonlyargs) + len(given.args) - len(given.defaults)
    return required <= 0 and all(default is not None for default in given.kw_defaults)


def weaker_forms(node: ast.stmt) -> Iterator[tuple[ast.stmt, str]]:
    """The definition without decorators and annotations; then without its default values or bases too. With each the code of the
    note that says so (see `grader.judge.words`)."""
    if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        return
    bare: Any = _Bare().visit(copy.deepcopy(node))
    yield ast.fix_missing_locations(bare), "definition_reduced"
    if isinstance(bare, ast.ClassDef):
        left_out = "bases_left_out"
        bare.bases, bare.keywords = [], []
    else:
        left_out = "defaults_left_out"
        nothing = ast.Constant(None)
        bare.args.defaults = [default if isinstance(default, ast.Constant) else nothing for default in bare.args.defaults]
        bare.args.kw_defaults = [
            None if d is None else d if isinstance(d, ast.Constant) else nothing for d in bare.args.kw_defaults
        ]
    yield ast.fix_missing_locations(bare), left_out


class _Bare(ast.NodeTransformer):
    """Drops decorators and annotations, save for those that make a class what it is: of a field's the words stay, for whoever
    counts fields."""

    _KEPT = ("staticmethod", "classmethod", "property", "dataclass")

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        return self._bare(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> Any:
        return self._bare(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        node.decorator_list = [one for one in node.decorator_list if self._is_kept(one)]
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> Any:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        node.annotation = ast.Constant(ast.unparse(node.annotation))
        return self.generic_visit(node)

    def _bare(self, node: Any) -> Any:
        node.decorator_list = [one for one in node.decorator_list if self._is_kept(one)]
        node.returns = None
        return self.generic_visit(node)

    def _is_kept(self, decorator: ast.expr) -> bool:
        return isinstance(decorator, ast.Name) and decorator.id in self._KEPT
