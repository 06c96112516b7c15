"""The spreadsheet is complete, exact, and runs nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.gradebook import gradebook, neutral
from grader.results import Results


def test_a_row_per_student_and_a_column_per_part(make_class: Callable[..., Results]) -> None:
    """Protects the layout that other programs read."""
    results = make_class()
    rows = list(csv.DictReader(io.StringIO(gradebook(results.assignment, results.submissions))))
    assert list(rows[0]) == [
        "student",
        "status",
        "score",
        "max",
        "mean",
        "median",
        "histogram",
        "regression",
        "bootstrap",
        "permutation",
    ]
    assert [row["student"] for row in rows] == [submission.student for submission in results.submissions]
    assert [float(row["score"]) for row in rows] == [submission.score for submission in results.submissions]
    assert "/srv/" not in gradebook(results.assignment, results.submissions)


def test_no_score_is_an_empty_cell(make_class: Callable[..., Results]) -> None:
    """Protects from a zero where the grader failed."""
    results = make_class(60)
    rows = list(csv.DictReader(io.StringIO(gradebook(results.assignment, results.submissions))))
    failed = [row for row in rows if row["status"] == "grader_error"]
    assert failed
    assert all(row["score"] == "" and row["mean"] == "" for row in failed)


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
