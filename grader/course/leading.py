"""Of several files that could be the one to grade: those that count.

Files with the same bytes count once, what is named as a copy of another does not count beside it, nor do tests beside what they
test, and a module that another file imports is its helper. This is looked at before any wall or limit: so a huge file is never
read, one content is held at a time, and hundreds of files, or hundreds of megabytes, are several files, whatever is in them.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from pathlib import Path

from grader.course.bundle import MOST_BYTES

_MOST_LOOKED_INTO = 200
_MOST_TOGETHER = 128 << 20  # bytes of all files that are looked into
_TESTS = re.compile(r"test_.*|.*_tests?|conftest", re.IGNORECASE)
# As Finder, Windows, VS Code and Jupyter name a copy that stays behind. Not ` (1)`, a later download; nor Colab's `Copy of`, in
# which one works.
_COPY = re.compile(r"(?:\s+|\s*[-\u2013\u2014]\s*)(?:copy|копия)\s*(?:\d+|\(\d+\))?$", re.IGNORECASE)
_NAME = rb"[\w.\x80-\xff]+"
# At the beginning of a line of a module, or of a line of a notebook's cell, which is a text in JSON.
_IMPORTS = re.compile(
    rb"(?:^|\"|\\n)[ \t]*(?:from[ \t]+\.?([\w\x80-\xff]+)(?![\w.\x80-\xff])"
    rb"|(?:from[ \t]+\.[ \t]+)?import[ \t]+(%s(?:[ \t]*,[ \t]*%s)*))" % (_NAME, _NAME),
    re.MULTILINE,
)


def leading(files: list[Path]) -> list[Path]:
    """Those of `files` that lead: of the same bytes the one with the shortest name (not `lab (1).py`), no `lab copy.py` beside
    `lab.py`, no tests beside others, and no helpers.

    All different ones, where each is imported by another; all, where they are too many or too large to look into.
    """
    files = [path for path in files if not _is_a_test(path)] or files
    if not 1 < len(files) <= _MOST_LOOKED_INTO or sum(size for size in map(_size, files) if size <= MOST_BYTES) > _MOST_TOGETHER:
        return files
    return _without_helpers(_without_copies(_distinct(files)))


def _is_a_test(path: Path) -> bool:
    """Whether pytest would collect it, or read it first: it imports what it tests, and may help itself with the lab's names."""
    return path.suffix.lower() == ".py" and _TESTS.fullmatch(path.stem) is not None


def _distinct(files: list[Path]) -> list[Path]:
    sizes = {path: _size(path) for path in files}
    counted = Counter(sizes.values())
    ordered = sorted(files, key=lambda path: (len(path.name), path.name))
    # Of the same content the first stays: it is set last.
    kept = {(_digest(path, sizes[path]) if counted[sizes[path]] > 1 else sizes[path]): path for path in reversed(ordered)}
    return [path for path in files if path in kept.values()]


def _without_copies(files: list[Path]) -> list[Path]:
    originals = {path: path.with_name(_COPY.sub("", path.stem) + path.suffix) for path in files}
    return [path for path, original in originals.items() if original == path or original not in originals]


def _without_helpers(files: list[Path]) -> list[Path]:
    imported = {path: _imported(path) for path in files} if len(files) > 1 else {}
    counted = Counter(name for names in imported.values() for name in names)
    return [path for path, names in imported.items() if not _is_helper(path, names, counted)] or files


def _is_helper(path: Path, own: set[bytes], counted: Counter[bytes]) -> bool:
    """Whether another file than itself imports it."""
    name = os.fsencode(path.stem)
    return path.suffix.lower() == ".py" and counted[name] > (name in own)


def _size(path: Path) -> int:
    """In bytes; -1 for a file that cannot be read, which is told when it is graded."""
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _digest(path: Path, size: int) -> bytes:
    """Of its content; of its path when it is not to be read, or cannot be: then it is the same as no other."""
    raw = _content(path, size)
    return os.fsencode(path) if raw is None else hashlib.sha256(raw).digest()


def _imported(path: Path) -> set[bytes]:
    """What its lines import from beside it, by their first names; nothing for a file that is not to be read, or cannot be."""
    names: set[bytes] = set()
    for package, modules in _IMPORTS.findall(_content(path, _size(path)) or b""):
        names.update([package] if package else [name.strip() for name in modules.split(b",")])
    return names


def _content(path: Path, size: int) -> bytes | None:
    try:
        return path.read_bytes() if 0 <= size <= MOST_BYTES else None
    except OSError:
        return None
