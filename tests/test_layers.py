"""Imports point one way, the package knows no assignment, and `grade --help` stays light.

The layers, from the ground up; a module imports from layers below its own only, or within its own::

    errors, i18n, origin, record, wholefile
    figures
    results, wire
    guest                        (what runs in the sandbox: errors, wire and itself, nothing else)
    course
    sandbox, fixtures, intake
    judge
    testing                      (what an assignment's own files may use)
    run, validate, report, gradebook
    check, similar
    ci
    release, init
    export
    cli, pytest_plugin
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import grader

PACKAGE = Path(grader.__file__).resolve().parent

LAYERS = [
    {"errors", "i18n", "origin", "record", "wholefile"},
    {"figures"},
    {"results", "wire"},
    {"guest"},
    {"course"},
    {"sandbox", "fixtures", "intake"},
    {"judge"},
    {"testing"},
    {"run", "validate", "report", "gradebook"},
    {"check", "similar"},
    {"ci"},
    {"release", "init"},
    {"export"},
    {"cli", "pytest_plugin"},
    {"__main__"},
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
# What a layer may use, where that is less than all that lies below it.
ONLY = {
    "guest": {"errors", "wire"},
    "wire": {"errors"},
    "report": {"results", "figures", "record", "i18n", "origin", "errors", "wholefile"},
    "results": {"errors", "figures", "record"},
    "intake": {"course", "errors"},
    "gradebook": {"course", "results", "record", "errors"},
    "similar": {"course", "guest", "report", "results", "errors"},
}
HEAVY = {
    "torch",
    "torchvision",
    "numpy",
    "pydantic",
    "pytest",
    "yaml",
    "IPython",
    "nbformat",
    "PIL",
    "matplotlib",
    "jinja2",
    "sqlalchemy",
    "alembic",
    "dask",
    "distributed",
}


def module_name(path: Path) -> str:
    """`grader.wire.codec` for its file."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(name: str, *, local: bool) -> set[str]:
    """The package's modules that module `name` imports: at module level, `if TYPE_CHECKING` included, or anywhere at all."""
    tree = ast.parse(MODULES[name].read_text("utf-8"))
    found: set[str] = set()
    for node in _nodes(tree, local):
        if isinstance(node, ast.Import):
            found.update(_module(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(name, node)
            found.update(_module(f"{base}.{alias.name}") for alias in node.names)
    return {module for module in found if module in MODULES and module != name}


def _nodes(tree: ast.AST, local: bool):
    for node in ast.iter_child_nodes(tree):
        yield node
        if local or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _nodes(node, local)


def _absolute(name: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = name.split(".") if MODULES[name].name == "__init__.py" else name.split(".")[:-1]
    base = parts[: len(parts) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def _module(dotted: str) -> str:
    """The module that a dotted name lies in: of `grader.errors.UsageError` it is `grader.errors`."""
    while dotted and dotted not in MODULES:
        dotted = dotted.rpartition(".")[0]
    return dotted


def layer(name: str) -> str:
    """`wire` of `grader.wire.codec`; empty for `grader` itself."""
    return name.split(".")[1] if "." in name else ""


def test_every_module_has_a_layer() -> None:
    """Protects the drawing above: a new package must be given its place."""
    assert {layer(name) for name in MODULES} - {""} == set(RANK)


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_down(name: str) -> None:
    """Protects the direction of imports, those within functions included: what is below never knows what is above."""
    own = layer(name)
    for imported in imports(name, local=True):
        other = layer(imported)
        if other in ("", own):
            continue
        assert own, f"{name} is imported by everything and imports {imported}"
        assert RANK[other] < RANK[own], f"{name} imports {imported}, which is not below it"
        assert other in ONLY.get(own, {other}), f"{name} may import {sorted(ONLY[own])} only, not {imported}"


LAYERED = ["judge", "guest", "sandbox", "report", "export", "release", "course", "run", "wire", "validate", "check"]
_LARGER = {package for package, modules in Counter(map(layer, MODULES)).items() if package and modules > 6}  # with `__init__`
MAPPED = sorted({*_LARGER, *LAYERED, "similar", "guest.adaptations"})


def drawn(package: str) -> list[str]:
    """The lines of the drawings in a package's docstring; where it draws layers, of those."""
    text = ast.get_docstring(ast.parse(MODULES[f"grader.{package}"].read_text("utf-8"))) or ""
    return re.findall(r"^    (\S.*)", text.partition("Layers, top to bottom")[2] or text, re.MULTILINE)


def rows_of(package: str) -> dict[str, int]:
    """Each module that a layer names, with the layer's number from the top."""
    columns = [re.split(r"\s{2,}", line)[0] for line in drawn(package)]
    return {name: rank for rank, column in enumerate(columns) for name in re.split(r" · |, ", column)}


def modules_of(package: str) -> dict[str, set[str]]:
    """Each module of a package, a package within it as one, with those of the same package that it imports."""

    def within(names: set[str]) -> set[str]:
        start = f"grader.{package}."
        return {name.removeprefix(start).split(".")[0] for name in names if name.startswith(start)}

    found: dict[str, set[str]] = {}
    for name in MODULES:
        for own in within({name}):
            found.setdefault(own, set()).update(within(imports(name, local=True)) - {own})
    return found


@pytest.mark.parametrize("package", MAPPED)
def test_a_package_s_map_has_every_module(package: str) -> None:
    """Protects a newcomer's way: whoever opens a package finds each of its modules in a few words, and none that has gone."""
    told = "\n".join(drawn(package))
    assert [name for name in modules_of(package) if not re.search(rf"\b{name}\b", told)] == []
    if package in LAYERED:
        assert set(rows_of(package)) == set(modules_of(package))


@pytest.mark.parametrize("package", LAYERED)
def test_a_package_s_layers_are_as_drawn(package: str) -> None:
    """Protects the drawings: each module imports from rows below its own."""
    rows = rows_of(package)
    for module, imported in modules_of(package).items():
        assert [other for other in imported if rows[other] <= rows[module]] == [], module


def test_only_the_command_line_prints_and_exits() -> None:
    """Protects who uses the grader's parts from their words and their ends: libraries return and raise."""
    found = set()
    for name, path in MODULES.items():
        called = {ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)}
        if {"print", "sys.exit", "exit"} & called and layer(name) not in ("cli", "__main__"):
            found.add(name)
    assert found == {"grader.ci.github"}, "it prints GitHub's workflow commands, which are read from standard output"


def test_no_import_cycle() -> None:
    """Protects against knots within a layer, where every direction is allowed."""
    graph = {name: sorted(imports(name, local=False)) for name in MODULES}
    assert _cycle(graph) == []


def _cycle(graph: dict[str, list[str]]) -> list[str]:
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for other in graph[name]:
            if found := walk(other, [*path, name]):
                return found
        done.add(name)
        return []

    return next((found for name in graph if (found := walk(name, []))), [])


def test_a_cycle_would_be_found() -> None:
    """Protects the test above from passing because it finds nothing at all."""
    assert _cycle({"a": ["b"], "b": ["c"], "c": ["b"]}) == ["b", "c", "b"]
    assert imports("grader.guest.template", local=False) >= {"grader.errors", "grader.wire.channel", "grader.guest.kernel"}


def test_the_package_names_no_assignment(repository: Path) -> None:
    """Protects `grader/` from knowing a lab: everything of one lies in `assignments/` and `reference/`."""
    names = sorted(path.parent.name for path in (repository / "assignments").glob("*/assignment.yaml"))
    assert names, "there is no assignment to look for"
    # "lab15" and "lab_15" and "lab 15" alike.
    pattern = re.compile("|".join(r"[\W_]?".join(re.findall(r"[A-Za-z]+|\d+", name)) for name in names), re.IGNORECASE)
    said = {path.name: pattern.findall(path.read_text("utf-8")) for path in MODULES.values()}
    assert {name: found for name, found in said.items() if found} == {}


def loaded_by(statement: str) -> set[str]:
    """The top packages that a fresh interpreter has loaded after a statement."""
    program = f"import sys, json; {statement}; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": "."},
    )
    return {name.partition(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}


@pytest.mark.parametrize("statement", ["import grader.cli.checking", "import grader.check.plugin"])
def test_a_check_draws_nothing(statement: str) -> None:
    """Protects who checks often from waiting for what only a page needs."""
    assert {"matplotlib", "torch", "sqlalchemy"} & loaded_by(statement) == set()


@pytest.mark.parametrize("statement", ["import grader.cli.main", "from grader.cli.main import run_main; run_main(['--help'])"])
def test_help_imports_nothing_heavy(statement: str) -> None:
    """Protects the third of a second that `grade --help` may take: what it imports, not how long that took today."""
    assert HEAVY & loaded_by(statement) == set()
