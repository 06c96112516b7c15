"""Sources that Python cannot read as they stand: what is not Python is set aside, line by line, and the rest is read.

Four things honest files hold: shell lines and magics (a notebook saved as a module), `print` as Python 2 had it, what only newer
releases read, and one broken statement among whole ones. Line numbers stay as they were.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from grader.guest import conflict, newer

_INSTALL = re.compile(r"^(\s*)(?:pip3?|conda|mamba|apt|apt-get|sudo)\s+(?:-\S+\s+)*(?:install|get|update|upgrade)\b.*$", re.M)
_COMMAND = re.compile(r"^()(?:cd|ls|mkdir|cp|mv|rm|wget|curl|unzip|tar|git|nvidia-smi)\s+[^=(\n]+$", re.M)
_ELSEWHERE = re.compile(r" on line (\d+)$")  # an empty block is told at the line after it
_OLD_PRINT = re.compile(r"^(\s*(?:[^#\n]*[:;])?\s*)print\s+(?!\()(.*?)\s*$")
_LINE_OF_OLD_PRINT = re.compile(r"^(\s*)print\s+(?!\()(.*?)\s*$")
_CONTINUATION = re.compile(r"^(?:[)\]}]|(?:else|elif|except|finally)\b)")
_MOST_REPAIRS = 40


@dataclass
class Reading:
    """A tree and what it took to get it: `installs` are the lines set aside, `errors` what was left out as broken."""

    tree: ast.Module
    source: str
    installs: list[str] = field(default_factory=list)
    old_prints: int = 0
    is_newer: bool = False
    errors: list[SyntaxError] = field(default_factory=list)


def read(source: str, filename: str, transform: Callable[[str], str]) -> Reading:
    """Read `source`; `transform` turns shell lines and magics into Python and is used only where that is needed.

    Raises `SyntaxError`, the first one, when nothing that defines or does anything is left; `ValueError`, `RecursionError` and
    `MemoryError` as `ast.parse` does.
    """
    try:
        return Reading(ast.parse(source, filename), source)
    except SyntaxError:
        pass
    older = newer.as_older(source)
    source = older.source if older is not None else source
    installs, without = ([], source) if source.lstrip().startswith("%%") else _without_shell_lines(source)
    with contextlib.suppress(SyntaxError):  # a broken statement may keep IPython from telling lines apart
        without = transform(without)
    reading = Reading(ast.Module([], []), without, installs, is_newer=older is not None)
    for _ in range(_MOST_REPAIRS):
        try:
            reading.tree = ast.parse(reading.source, filename)
        except SyntaxError as error:
            if not _mend(reading, error):
                break
        else:
            break
    else:
        try:
            reading.tree = ast.parse(reading.source, filename)
        except SyntaxError as error:
            reading.errors.append(error)
    if conflict.first_line(source):
        for broken in reading.errors:
            if conflict.is_marker(broken.text or ""):
                broken.msg = "this is a marker of a conflict in git"
    if reading.errors and not reading.tree.body:
        raise reading.errors[0]
    if older is not None:
        older.strip(reading.tree)
    return reading


def _without_shell_lines(source: str) -> tuple[list[str], str]:
    """The lines that only a shell understands, and the source with others in their place."""
    found = [match.group(0).strip() for kind in (_INSTALL, _COMMAND) for match in kind.finditer(source)]
    return found, _COMMAND.sub("pass", _INSTALL.sub(r"\1pass", source))


def _mend(reading: Reading, error: SyntaxError) -> bool:
    """Change the source where it is broken; False when that is nowhere."""
    lines = reading.source.split("\n")
    elsewhere = _ELSEWHERE.search(str(error.msg))
    at = min(int(elsewhere[1]) if elsewhere else error.lineno or 0, len(lines)) - 1
    if at < 0:
        reading.errors.append(error)
        return False
    modern = _OLD_PRINT.sub(r"\1print(\2)", lines[at])
    if "print" in str(error.msg) and modern != lines[at]:
        # With all below it: a module written for Python 2 has more of them than repairs are made one by one.
        lines[at] = modern
        within = _lines_within_strings(reading.source)
        for number in range(at + 1, len(lines)):
            if number not in within:
                lines[number] = _LINE_OF_OLD_PRINT.sub(r"\1print(\2)", lines[number])
        reading.old_prints += 1
    else:
        reading.errors.append(error)
        for number in _statement_around(lines, at):
            lines[number] = ""
    reading.source = "\n".join(lines)
    return True


def _lines_within_strings(source: str) -> set[int]:
    """The lines that begin within a string, from 0."""
    found: set[int] = set()
    line = 0
    for kind, text in newer.pieces(source):
        breaks = text.count("\n")
        if kind != "code":
            found.update(range(line + 1, line + breaks + 1))
        line += breaks
    return found


def _statement_around(lines: list[str], at: int) -> range:
    """The lines of the top-level statement that line `at` belongs to, as indentation tells."""
    first = at
    while first > 0 and not _begins(lines[first]):
        first -= 1
    while first > 0 and lines[first - 1].startswith("@"):
        first -= 1
    last = at + 1
    while last < len(lines) and not _begins(lines[last]):
        last += 1
    return range(first, last)


def _begins(line: str) -> bool:
    return bool(line) and not line[0].isspace() and line[0] != "#" and not _CONTINUATION.match(line)
