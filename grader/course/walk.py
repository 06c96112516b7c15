"""The files of a course's folder: what somebody wrote there, and not what tools left beside it.

Left out are files and folders with a dot in front (`.git`, `.vscode`, `.DS_Store`), what Python compiled, and environments of any
name. One rule for all that is judged by, packed for other machines, and handed to students: they must not differ.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path, PurePosixPath

MOST_LEVELS = 100  # of folders in one another; `os.walk` enters each by a call in a call
_COMPILED = "__pycache__"


def descend(folder: Path, on_error: Callable[[OSError], object] | None = None) -> Iterator[tuple[str, list[str], list[str]]]:
    """What `os.walk` tells of `folder`, but of nothing deeper than 100 folders, and through no link. `on_error`: of `os.walk`.

    Anybody can hand in a thousand folders in one another, and Python's recursion would end there for the whole class.
    """
    for directory, folders, files in os.walk(folder, onerror=on_error, followlinks=False):
        if len(Path(directory).relative_to(folder).parts) >= MOST_LEVELS:
            folders.clear()
        yield directory, folders, files


def walk(folder: Path, without: Collection[str] = ()) -> list[Path]:
    """Every file below `folder`, sorted, but those `without` which are named at its top; none where there is no such folder."""
    # Looked at from within the folder: where the course itself lies must not matter. What is left out is not even walked through:
    # an environment has 30,000 files.
    found = []
    for place, folders, files in descend(folder):
        left = without if Path(place) == folder else ()
        folders[:] = [name for name in folders if name not in left and not _is_a_tools(Path(place, name))]
        found += [Path(place, name) for name in files if name not in left]
    return sorted(path for path in found if not path.name.startswith(".") and path.suffix != ".pyc" and path.is_file())


def is_own(file: Path, folder: Path) -> bool:
    """Whether a file lies below `folder`, and `walk` would find it there: it is no tool's, as an environment's libraries are."""
    return file.is_relative_to(folder) and not any(
        _is_a_tools(parent) for parent in file.parents if parent != folder and parent.is_relative_to(folder)
    )


def contents(files: Collection[Path], folder: Path, name: str = "") -> dict[str, bytes]:
    """What is in files below `folder`, by their paths from there, with `name/` in front where there is one."""
    return {(PurePosixPath(name) / path.relative_to(folder).as_posix()).as_posix(): path.read_bytes() for path in files}


def _is_a_tools(folder: Path) -> bool:
    return folder.name.startswith(".") or folder.name == _COMPILED or (folder / "pyvenv.cfg").is_file()
