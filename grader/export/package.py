"""The autograder package for Gradescope: a zip with the assignment, the grader, and the two scripts that Gradescope runs."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import grader
from grader.course.assignment import AssignmentFolder
from grader.course.walk import contents, walk
from grader.errors import SpecificationError
from grader.export.visibility import Visibility
from grader.release.archive import zipped

SCRIPTS = ("setup.sh", "run_autograder")
_TEMPLATES = Path(__file__).parent / "templates"
_PACKAGE = Path(grader.__file__).parent


def gradescope_package(folder: AssignmentFolder, hidden_tests: Visibility) -> bytes:
    """The zip, the same bytes for the same course and grader.

    Raises `SpecificationError` when the reference or weights lie outside of the course, where they cannot come along, and when
    a file cannot be read.
    """
    files: dict[str, bytes] = {name: (_TEMPLATES / name).read_bytes() for name in SCRIPTS}
    files["requirements.txt"] = "".join(f"{line}\n" for line in requirements()).encode()
    files["visibility"] = f"{hidden_tests}\n".encode()
    course = folder.path.parents[1]
    place = f"course/assignments/{folder.specification.id}"
    for path in folder.needed_files():
        if not path.is_relative_to(course):
            raise SpecificationError(f"{path} lies outside of the course {course}")
        try:
            files |= contents([path], *((folder.path, place) if path.is_relative_to(folder.path) else (course, "course")))
        except OSError as error:
            raise SpecificationError(f"{path}: cannot be packed: {error.strerror}") from error
    # The starter goes along: a file that nobody worked in is not taken for a submission.
    files |= contents(walk(folder.starter), folder.starter, f"{place}/starter")
    files |= contents(_own(), _PACKAGE, "lib/grader")
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


def _own() -> list[Path]:
    """The grader's own files, each of them."""
    return [path for path in sorted(_PACKAGE.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
