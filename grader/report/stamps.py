"""Which files of a report stand as they are, so that a class in which nothing changed is not rendered again.

`.pages.json` in the report's folder says of every file what it was made from and what was written::

    {"schema": "grader/pages/1", "files": {"students/anna/index.html": {"made_from": sha256, "content": sha256}, ...}}

It is a memory of pure functions: "made from this, that file holds that" stays true whatever happens to the folder. A file is left
alone only where it would be made from the same again **and** still holds, byte for byte, what was written then: one that was
edited, deleted, cut off or replaced by a link is written anew, and so is everything where the stamps are lost or cannot be read.

`made_from` is over all that a file is a function of: the records and words that went in (`digest`, the caller's part), and the
code that makes pages of them (`CODE`).
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from grader.origin import installed
from grader.record import Record
from grader.wholefile import write_text_whole

FILE = ".pages.json"
# All that the report is made by: its own layer and those that it may import (tests/test_layers.py), words and version.
_CODE = ("__init__.py", "errors.py", "figures.py", "i18n.py", "locale", "origin.py", "record.py", "report", "results.py")
# The distributions whose version may show in a page.
_LIBRARIES = ("jinja2", "markupsafe", "matplotlib", "numpy", "pillow", "pydantic")


class Stamp(Record):
    """What one file was made from and what it held, as SHA-256 in hexadecimal."""

    made_from: str
    content: str


class _Document(Record):
    schema_: Literal["grader/pages/1"] = Field(default="grader/pages/1", alias="schema")
    files: dict[str, Stamp]


class Stamps:
    """The stamps of the report in `out`; what is written through them is written where it has to be."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._before = _read(out / FILE)
        self._now: dict[str, Stamp] = {}

    def write(self, path: Path, made_from: str, make: Callable[[], str]) -> None:
        """Have the file `path` (relative to the report) hold what `make` makes of `made_from`. Raises `OSError`."""
        name, place = path.as_posix(), self._out / path
        stamp = self._before.get(name)
        if stamp is None or stamp.made_from != made_from or _content(place) != stamp.content:
            text = make()
            write_text_whole(place, text)
            stamp = Stamp(made_from=made_from, content=hashlib.sha256(text.encode()).hexdigest())
        self._now[name] = stamp

    def save(self) -> None:
        """Write down what was written, and forget files that this report no longer has. Raises `OSError`."""
        if self._now != self._before:
            document = {"schema": "grader/pages/1", "files": {name: one.model_dump() for name, one in self._now.items()}}
            write_text_whole(self._out / FILE, json.dumps(document, indent=0) + "\n")


def _read(path: Path) -> dict[str, Stamp]:
    try:
        return _Document.model_validate_json(path.read_bytes()).files
    except (FileNotFoundError, ValidationError):
        return {}  # none yet, torn, or another version's: every file is written, which is right whatever it said


def _content(path: Path) -> str:
    """The file's digest; nothing for what is no plain file."""
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest(*parts: BaseModel | str) -> str:
    """A digest over records and words, each whole: two lists of parts that differ anywhere differ in it."""
    total = hashlib.sha256()
    for part in parts:
        # ASCII, because what came from a file's name may hold lone surrogates, which have no UTF-8.
        data = json.dumps(part if isinstance(part, str) else part.model_dump(by_alias=True)).encode("ascii")
        total.update(b"%d:" % len(data))
        total.update(data)
    return total.hexdigest()


def code_digest(package: Path) -> str:
    """A digest over every file of the package that has a part in a page, the libraries' versions and Python's.

    Over the files, not the grader's version: a template that was edited where it is installed is another template.
    """
    parts = [platform.python_version(), *(f"{name} {installed(name)}" for name in _LIBRARIES)]
    total = hashlib.sha256(digest(*parts).encode("ascii"))
    for path in _files(package):
        data = path.read_bytes()
        total.update(f"{path.relative_to(package).as_posix()}\0{len(data)}\0".encode())
        total.update(data)
    return total.hexdigest()


def _files(package: Path) -> Iterable[Path]:
    for name in _CODE:
        place = package / name
        found = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (path for path in found if path.is_file() and path.suffix != ".pyc")


# Taken while the code is loaded, not when a report is written: who edits it while a class is graded must not have the old code's
# pages stamped as the new one's.
CODE = code_digest(Path(__file__).resolve().parent.parent)
