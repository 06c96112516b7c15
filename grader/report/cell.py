"""A cell of a table that a spreadsheet or another system reads: a text that runs nothing, a number."""

from __future__ import annotations

# What makes a spreadsheet read a cell as a formula (OWASP, "CSV Injection"), the full-width forms too; leading white
# space is passed over, because some spreadsheets trim it.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "|", "%")


def neutral(cell: str) -> str:
    """The cell's text, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) or cell[:1] in {"\t", "\n", "\r"} else cell


def written(score: float | None) -> str:
    """A number as every spreadsheet and system reads it: a point, at most two decimals; empty where there is none."""
    return "" if score is None else f"{score:.2f}".rstrip("0").rstrip(".")
