"""The files that a reference has beside it and uses: what it answers depends on them as well.

They are told by their names alone, without running anything: a module, or a package, in the same folder whose name a file
mentions, and what that mentions in turn. Of a reference that is a package, all of it. And what these read: other files in the
folder, or in a folder there that they mention, whose whole names (`classes.json`) stand in one of them. A word too many costs
nobody a point: when such a file is changed, the class is graded again for nothing.
"""

from __future__ import annotations

import functools
import os
import re
from pathlib import Path

from grader.course.code import PACKAGE
from grader.course.walk import walk


def companions(reference: Path) -> list[Path]:
    """The files, sorted, without the reference itself. Raises `OSError` where one cannot be read."""
    if reference.suffix != ".py":  # a student's bundle has answers in its place
        return []
    modules = _files(reference.parent, reference) if reference.name == PACKAGE else _mentioned(reference)
    return sorted({*modules, *_data([reference, *modules], reference.parent)})


def _mentioned(reference: Path) -> list[Path]:
    beside = {path.stem if path.suffix else path.name: path for path in reference.parent.iterdir() if _can_be_imported(path)}
    found: set[Path] = set()
    left = [reference]
    while left:
        mentioned = [beside.pop(name) for name in _read(left.pop())[1] & beside.keys()]
        more = {file for one in mentioned for file in (_files(one, reference) if one.is_dir() else [one])} - {reference}
        found |= more
        left += more
    return sorted(found)


def _data(code: list[Path], folder: Path) -> list[Path]:
    """The files that are no Python, in `folder` or in folders there that are mentioned, whose whole names stand in the code."""
    texts, words = zip(*map(_read, code), strict=True)
    known = frozenset[str]().union(*words)
    places = [path for path in folder.iterdir() if not path.name.startswith(".")]
    files = [path for path in places if path.is_file()]
    files += [file for path in places if path.is_dir() and path.name in known for file in walk(path)]
    return [file for file in files if file.suffix not in {".py", ".pyc"} and any(file.name in text for text in texts)]


def _can_be_imported(path: Path) -> bool:
    return (path.suffix == ".py" and path.is_file()) or (path / PACKAGE).is_file()


def _files(package: Path, without: Path) -> list[Path]:
    return sorted(path for path in package.rglob("*.py") if path != without and path.is_file())


def _read(path: Path) -> tuple[str, frozenset[str]]:
    """The text, and its words."""
    status = os.stat(path)
    return _read_as(path, status.st_size, status.st_mtime_ns, status.st_ino)


@functools.lru_cache(maxsize=256)
def _read_as(path: Path, _size: int, _time: int, _inode: int) -> tuple[str, frozenset[str]]:
    """Of the file as it was with this size and time: it is asked for after every submission."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return text, frozenset(re.findall(r"\w+", text))
