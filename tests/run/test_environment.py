"""Which machine a verdict is of: what it was computed with is part of its key."""

from __future__ import annotations

import importlib.metadata
import platform
from pathlib import Path

import pytest

from grader import __version__
from grader.course.assignment import open_assignment
from grader.run.environment import environment_of


def test_versions_are_named(tiny_course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects from a verdict that another version of a library gave; what is not installed is not named."""
    assignment = open_assignment(tiny_course / "assignments" / "tiny").specification
    said = environment_of(assignment).split(", ")
    assert {f"grader {__version__}", f"Python {platform.python_version()}"} <= set(said)
    assert f"numpy {importlib.metadata.version('numpy')}" in said
    versions = {"numpy": "9.9", "rich": "8.8"}

    def version(name: str) -> str:
        if name not in versions:
            raise importlib.metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert environment_of(assignment).split(", ")[2:] == ["numpy 9.9"]
    with_rich = assignment.model_copy(update={"preload": ("rich.table",)})
    assert environment_of(with_rich).split(", ")[2:] == ["numpy 9.9", "rich 8.8"]


def test_a_module_that_is_called_otherwise_than_its_distribution(tiny_course: Path) -> None:
    """Protects from a verdict of another version: `yaml` comes from PyYAML, and is named by that."""
    assignment = open_assignment(tiny_course / "assignments" / "tiny").specification
    said = environment_of(assignment.model_copy(update={"preload": ("yaml", "json")})).split(", ")
    assert f"PyYAML {importlib.metadata.version('pyyaml')}" in said
    assert not any(one.startswith("json") for one in said)
