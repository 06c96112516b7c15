"""A cell of a table that a spreadsheet or another system reads: a text that runs nothing, a number."""

from __future__ import annotations

import re

# What makes a spreadsheet read a cell as a formula (OWASP, "CSV Injection"), the full-width forms too; leading white
# space is passed over, because some spreadsheets trim it.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "|", "%")
# Where the decimal sign is a comma, spreadsheets part cells at semicolons, and a quoted cell in the middle of a line is not one
# to them: then what follows a separator, or a line's end, begins a cell. A line that begins with a dash is a list's.
_BEGINS = re.compile(rf"(?<=[;\t\r\n])(?=[^\S\r\n]*[{re.escape(''.join(_FORMULA))}])(?!(?<=[\r\n])[-+*] )")


def neutral(cell: str) -> str:
    """The cell's text, with an apostrophe before what a spreadsheet would take for a formula, whatever it parts cells at."""
    bare = cell.lstrip()
    text = cell[: len(cell) - len(bare)] + _BEGINS.sub("'", bare)
    return f"'{text}" if bare.startswith(_FORMULA) or cell[:1] in {"\t", "\n", "\r"} else text


def written(score: float | None) -> str:
    """A number as every spreadsheet and system reads it: a point, at most two decimals; empty where there is none."""
    return "" if score is None else f"{score:.2f}".rstrip("0").rstrip(".")
