"""A cell runs nothing in a spreadsheet, and a number is read as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.cell import neutral, written


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "=cmd|' /C calc'!A0", "|x", "%0A=1"]
)
def test_a_formula_is_neutralised(cell: str) -> None:
    """Protects the instructor's spreadsheet from a student's name."""
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["ivanov", "Ольга", "a=b", "", "o'neill"])
def test_an_ordinary_cell_is_left_alone(cell: str) -> None:
    """Protects names from growing apostrophes."""
    assert neutral(cell) == cell


@given(st.text())
def test_no_cell_starts_a_formula(cell: str) -> None:
    """Protects against every prefix at once."""
    assert neutral(cell).lstrip()[:1] not in {"=", "+", "-", "@", "\t", "\r"} or not cell


@pytest.mark.parametrize(("score", "cell"), [(None, ""), (0.0, "0"), (12.5, "12.5"), (100.0, "100"), (33.3333, "33.33")])
def test_a_number(score: float | None, cell: str) -> None:
    """Protects from a zero where there is no score, and from numbers that a spreadsheet takes for text."""
    assert written(score) == cell


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("x;=1+1;y", "x;'=1+1;y"),
        ("a; @SUM(1+1)", "a;' @SUM(1+1)"),
        ("a\t=1", "a\t'=1"),
        ("a\r\n=1", "a\r\n'=1"),
        ("Missing:\n- the sum\n- the bias", "Missing:\n- the sum\n- the bias"),
        ("right; well done", "right; well done"),
    ],
)
def test_where_cells_are_parted_at_semicolons(cell: str, text: str) -> None:
    """Protects the instructor whose decimal sign is a comma: there a file with commas is parted at the semicolons of names."""
    assert neutral(cell) == text
