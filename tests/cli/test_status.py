"""Exit statuses stand in one place; `tests/docs` compares them with README's table."""

from __future__ import annotations

import re
from pathlib import Path

from grader.cli import status

NAMES = "|".join(name for name in vars(status) if name.isupper())
OWN = re.compile(rf"^(?:(?:{NAMES})\b.* = .*| +return (?:\d+|\d+ if .*|.* else \d+))$", re.MULTILINE)


def test_no_command_has_statuses_of_its_own() -> None:
    """Protects scripts: what a number means is the same for all commands, because no command but `status` writes one."""
    modules = set(Path(status.__file__).parent.glob("*.py")) - {Path(status.__file__)}
    found = {path.name: OWN.findall(path.read_text("utf-8")) for path in modules}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_status_of_its_own_would_be_found() -> None:
    """Protects the test above from passing because it finds nothing at all."""
    for line in ("OK, WRONG = 0, 1", "    return 1", "    return 0 if held else 1", "    return OK if held else 1"):
        assert OWN.findall(f"x = 3\n{line}\n") == [line]
