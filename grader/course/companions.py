"""The Python files that a reference has beside it and uses: what it answers depends on them as well.

They are told by their names alone, without running anything: a module, or a package, in the same folder whose name a file
mentions, and what that mentions in turn. Of a reference that is a package, all of it. A word too many costs nobody a point: when
such a file is changed, the class is graded again for nothing.
"""

from __future__ import annotations

import functools
import os
import re
from pathlib import Path

from grader.course.code import PACKAGE


def companions(reference: Path) -> list[Path]:
    """The files, sorted, without the reference itself. Raises `OSError` where one cannot be read."""
    if reference.suffix != ".py":  # a student's bundle has answers in its place
        return []
    if reference.name == PACKAGE:
        return _files(reference.parent, reference)
    beside = {path.stem if path.suffix else path.name: path for path in reference.parent.iterdir() if _can_be_imported(path)}
    found: set[Path] = set()
    left = [reference]
    while left:
        mentioned = [beside.pop(name) for name in _words(left.pop()) & beside.keys()]
        more = {file for one in mentioned for file in (_files(one, reference) if one.is_dir() else [one])} - {reference}
        found |= more
        left += more
    return sorted(found)


def _can_be_imported(path: Path) -> bool:
    return (path.suffix == ".py" and path.is_file()) or (path / PACKAGE).is_file()


def _files(package: Path, without: Path) -> list[Path]:
    return sorted(path for path in package.rglob("*.py") if path != without and path.is_file())


def _words(path: Path) -> frozenset[str]:
    status = os.stat(path)
    return _words_of(path, status.st_size, status.st_mtime_ns, status.st_ino)


@functools.lru_cache(maxsize=256)
def _words_of(path: Path, _size: int, _time: int, _inode: int) -> frozenset[str]:
    """Of the file as it was with this size and time: it is asked for after every submission."""
    return frozenset(re.findall(r"\w+", path.read_text(encoding="utf-8", errors="replace")))
