"""What of an assignment the verdict on a part depends on, so that a change of one test has one part graded again.

Three kinds of files. *Test modules* (`test_*.py` below `tests/`) belong to the parts whose tests they hold; one without tests, or
whose name another file mentions, belongs to whoever mentions it, else to all. The *reference* is cut into functions
(`grader.course.closure`). Everything else (specification, comparisons, `conftest.py`, helpers, pictures, what the reference has
beside it, ...) is *shared*: a change there has everything graded again.
"""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.course.assignment import AssignmentFolder
from grader.course.closure import closure_digests
from grader.record import Record

_TEST_MODULES = ("test_*.py", "*_test.py")  # pytest's own `python_files`
_ASKED = re.compile(r"\breference\.(\w+)")
_ASKED_BY_NAME = re.compile(r"\bgetattr\s*\(\s*(?:\w+\.)*reference\b")
_INSIDES = {"module", "source", "networks", "store", "answer", "answers", "give"}  # of `grader.judge.reference.Reference`
# Whatever keeps an answer from one test to the next: the second asks the reference nothing that could be seen.
_KEEPS = re.compile(r"cache|scope|global|nonlocal", re.IGNORECASE)


class PartDigests(Record):
    """By part: over its tests, and over the reference's code for it."""

    tests: dict[str, str]
    reference: dict[str, str]


@dataclass(frozen=True)
class _Text:
    stem: str
    raw: bytes
    text: str


def shared_digest(folder: AssignmentFolder) -> str:
    """SHA-256 over what every part depends on: all that is judged by but test modules and the reference."""
    modules = set(_modules(folder).values())
    return folder.digest(lambda path: path in modules or path == folder.reference)


def part_digests(folder: AssignmentFolder, tests: Iterable[tuple[str, str]]) -> PartDigests:
    """The digests now. `tests`: (test id, part) of all tests that there are."""
    parts = {part.id: part.names[0] for part in folder.specification.parts}
    raw = folder.reference.read_bytes()
    whole = hashlib.sha256(raw).hexdigest()
    reference = dict.fromkeys(parts, whole) if folder.is_bundle else closure_digests(raw.decode("utf-8", "replace"), parts)
    places = _modules(folder)
    modules = {name: _read(path) for name, path in places.items()}
    shared = [_read(path) for path in folder.judged_files() if path.suffix == ".py" and path not in places.values()]
    holders: dict[str, set[str]] = {name: set() for name in modules}
    for identifier, part in tests:
        holders.setdefault(identifier.partition("::")[0], set()).add(part)
    for_all = {name for name, module in modules.items() if not holders[name] or any(_names(one, module) for one in shared)}
    found = {}
    for part in parts:
        own = _with_mentioned({name for name, held in holders.items() if part in held} | for_all, modules)
        texts = [*shared, *(modules[name] for name in sorted(own) if name in modules)]
        asked = [reference[other] for other in sorted(_kept_answers(texts, parts))]
        looked_into = [whole] if any(_looks_into(one) for one in texts) else []
        contents = [f"{name}\0{hashlib.sha256(modules[name].raw).hexdigest()}" for name in sorted(own) if name in modules]
        found[part] = hashlib.sha256("\0".join([*contents, *asked, *looked_into]).encode("utf-8", "replace")).hexdigest()
    return PartDigests(tests=found, reference=reference)


def _modules(folder: AssignmentFolder) -> dict[str, Path]:
    """Test modules by `<visibility>/<path>`, as test ids begin."""
    found = {}
    files = folder.judged_files()
    for visibility in ("public", "hidden"):
        place = folder.tests(visibility)
        for path in files:
            if path.is_relative_to(place) and any(fnmatch.fnmatch(path.name, pattern) for pattern in _TEST_MODULES):
                found[f"{visibility}/{path.relative_to(place).as_posix()}"] = path
    return found


def _read(path: Path) -> _Text:
    raw = path.read_bytes()
    return _Text(path.stem, raw, raw.decode("utf-8", "replace"))


def _names(text: _Text, module: _Text) -> bool:
    return re.search(rf"(?<!\w){re.escape(module.stem)}(?!\w)", text.text) is not None


def _with_mentioned(own: set[str], modules: Mapping[str, _Text]) -> set[str]:
    """The modules, those that they mention by name, and so on."""
    found = set(own)
    left = [name for name in own if name in modules]
    while left:
        text = modules[left.pop()]
        more = {name for name, module in modules.items() if name not in found and _names(text, module)}
        found |= more
        left += more
    return found


def _kept_answers(texts: Iterable[_Text], parts: Iterable[str]) -> set[str]:
    """The parts that a file asks the reference for which might keep the answers."""
    asked = {name for one in texts if _KEEPS.search(one.text) for name in _ASKED.findall(one.text)}
    return asked & set(parts)


def _looks_into(text: _Text) -> bool:
    """Whether a file may use more of the reference than what a judge can see it ask."""
    by_name = bool(_ASKED_BY_NAME.search(text.text)) and bool(_KEEPS.search(text.text))
    return by_name or bool(_INSIDES & set(_ASKED.findall(text.text)))
