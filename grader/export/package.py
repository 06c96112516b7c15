"""The autograder package for Gradescope: a zip with the assignment, the grader, and the two scripts that Gradescope runs."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import grader
from grader.course.assignment import AssignmentFolder
from grader.errors import SpecificationError
from grader.release.archive import zipped

SCRIPTS = ("setup.sh", "run_autograder")
_TEMPLATES = Path(__file__).parent / "templates"
_PACKAGE = Path(grader.__file__).parent
_LEFT = {"__pycache__", ".pytest_cache", ".ipynb_checkpoints", "starter", "styles", "master"}


def gradescope_package(folder: AssignmentFolder, hidden_tests: str) -> bytes:
    """The zip, the same bytes for the same course and grader.

    Raises `SpecificationError` when the reference lies outside of the course, where it cannot come along.
    """
    files: dict[str, bytes] = {name: (_TEMPLATES / name).read_bytes() for name in SCRIPTS}
    files["requirements.txt"] = "".join(f"{line}\n" for line in requirements()).encode()
    files["visibility"] = f"{hidden_tests}\n".encode()
    course = folder.path.parents[1]
    if not folder.reference.is_relative_to(course):
        raise SpecificationError(f"{folder.reference} lies outside of the course {course}")
    files[f"course/{folder.reference.relative_to(course).as_posix()}"] = folder.reference.read_bytes()
    files |= _files(folder.path, f"course/assignments/{folder.specification.id}")
    files |= _starters(folder)
    files |= _files(_PACKAGE, "lib/grader")
    return zipped(files, frozenset(SCRIPTS))


def requirements() -> list[str]:
    """What the grader needs, as pip takes it: from its own metadata. Raises `SpecificationError` when it is not installed."""
    try:
        found = importlib.metadata.requires("lab-grader") or []
    except importlib.metadata.PackageNotFoundError as error:
        raise SpecificationError(
            "the grader is not installed, so its requirements are not known", remedy="pip install ."
        ) from error
    return sorted(line for line in found if not re.search(r";.*\bextra\b", line))


def _starters(folder: AssignmentFolder) -> dict[str, bytes]:
    """The starter goes along: a file that nobody worked in is not taken for a submission."""
    place = f"course/assignments/{folder.specification.id}/starter"
    return _files(folder.starter, place) if folder.starter.is_dir() else {}


def _files(folder: Path, name: str) -> dict[str, bytes]:
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not _LEFT & set(parts) and path.suffix != ".pyc":
            found["/".join((name, *parts))] = path.read_bytes()
    return found
