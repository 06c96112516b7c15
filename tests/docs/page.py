"""A page of the documentation as a script: what its reader types, writes into files and sees.

::

    <!-- scene: course -->           what follows happens in a new folder of this kind (`scene.py`)
    ```console                      commands, one a line, each with a comment maybe
    ```text                         right after commands: lines that the last block printed, in this order; `…` leaves some out
    ```python title="a/b.py"        a file that is written; "a/b.py, at the end" adds to it
    <!-- status: 1 -->              the exit status of the next block's last command, where it is not 0
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_PIECE = re.compile(
    r"<!-- scene: (?P<scene>[\w-]+) -->|<!-- status: (?P<status>\d+) -->"
    r'|^(?P<indent> *)```(?P<language>\w+)(?: title="(?P<title>[^"\n]+)")?\n(?P<body>.*?)^(?P=indent)```$',
    re.MULTILINE | re.DOTALL,
)
_AT_THE_END = ", at the end"


@dataclass
class Step:
    """One thing that the reader does: `kind` is scene, file or commands; `where` the line it stands in."""

    kind: str
    where: int
    name: str = ""
    text: str = ""
    appended: bool = False
    status: int = 0
    seen: list[str] = field(default_factory=list)


def steps(text: str) -> list[Step]:
    """What a page makes its reader do, in order."""
    found: list[Step] = []
    status, end = 0, -1
    for match in _PIECE.finditer(text):
        where = text.count("\n", 0, match.start()) + 1
        body = _unindented(match)
        if match["scene"]:
            found.append(Step("scene", where, match["scene"]))
        elif match["status"]:
            status = int(match["status"])
        elif match["language"] == "console":
            found.append(Step("commands", where, text=body, status=status))
            status = 0
        elif match["language"] == "text" and found and not text[end : match.start()].strip():
            found[-1].seen = [line.strip() for line in body.splitlines() if line.strip() not in ("", "…")]
        elif match["title"]:
            name, mark, _ = match["title"].partition(_AT_THE_END)
            found.append(Step("file", where, name, body, appended=bool(mark)))
        end = match.end() if match["language"] == "console" else -1
    return found


def commands(block: str) -> Iterator[str]:
    """The commands of a block without their comments; a line that ends with a backslash goes on."""
    for line in re.sub(r"\s*\\\n\s*", " ", block).splitlines():
        command = re.sub(r"(^|\s)#.*", "", line).strip()
        if command:
            yield command


def pages(repository: Path) -> list[Path]:
    """All that is written for readers."""
    return [repository / "README.md", repository / "CONTRIBUTING.md", *sorted((repository / "docs").rglob("*.md"))]


def _unindented(match: re.Match[str]) -> str:
    body, width = match["body"] or "", len(match["indent"] or "")
    return "".join(line[width:] if line.strip() else line.lstrip(" ") for line in body.splitlines(keepends=True))
