"""What is installed is what the code needs, and says of itself what is true."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import grader
from grader.i18n import languages

PACKAGE = Path(grader.__file__).resolve().parent
DEVELOPERS = {"babel"}  # `course/titles.py` is run by babel itself


@pytest.fixture
def project(repository: Path) -> dict[str, Any]:
    """pyproject.toml's `[project]`."""
    document = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))
    return dict(document["project"])


def test_whatever_is_imported_is_declared(project: dict[str, Any]) -> None:
    """Protects an installation from a package that only came along with another one."""
    extras = [line for name, lines in project["optional-dependencies"].items() if name != "dev" for line in lines]
    declared = {re.split(r"[^\w.-]", line)[0].lower() for line in [*project["dependencies"], *extras]}
    packages = importlib.metadata.packages_distributions()
    missing = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            for top in {name.partition(".")[0] for name in names} - {"grader", *DEVELOPERS, *sys.stdlib_module_names}:
                if not declared & {one.lower() for one in packages.get(top, [top])}:
                    missing[top] = path.relative_to(PACKAGE).as_posix()
    assert missing == {}


def test_the_types_are_said_to_be_there() -> None:
    """Protects who checks an assignment's own files with mypy: without the marker (PEP 561) every name of the grader is `Any`."""
    assert (PACKAGE / "py.typed").is_file()


def test_who_can_use_it_is_said_once(project: dict[str, Any]) -> None:
    """Protects who chooses by an index's page: its Pythons and languages are those that pip admits and the catalogues have."""
    lines = project["classifiers"]
    low, high = re.findall(r"3\.(\d+)", project["requires-python"])
    versions = {line.rpartition(" :: ")[2] for line in lines if line.startswith("Programming Language :: Python :: 3.")}
    assert versions == {f"3.{minor}" for minor in range(int(low), int(high))}
    spoken = {line.rpartition(" :: ")[2] for line in lines if line.startswith("Natural Language :: ")}
    assert spoken == {{"en": "English", "ru": "Russian"}[language] for language in languages()}


def test_developers_get_the_extras_themselves(project: dict[str, Any]) -> None:
    """Protects the extras' bounds from being said twice: who works on the grader installs them by their names."""
    extras = dict(project["optional-dependencies"])
    (own,) = [line for line in extras.pop("dev") if line.startswith(project["name"])]
    assert own == f"{project['name']}[cluster,postgresql,similar]"
    assert {"cluster", "postgresql", "similar"} <= set(extras)
    repeated = {line for name, lines in extras.items() if name != "bench" for line in lines}
    assert repeated & set(project["optional-dependencies"]["dev"]) == set()


def test_no_grades_are_committed(repository: Path) -> None:
    """Protects students from an instructor who grades in a clone: what commands write is no part of it, as in a course."""
    course = (PACKAGE / "init" / "course" / ".gitignore.tmpl").read_text("utf-8").splitlines()
    own = (repository / ".gitignore").read_text("utf-8").splitlines()
    assert {"/report/", "/export/", "gradebook.db*"} <= {*course} & {*own}
