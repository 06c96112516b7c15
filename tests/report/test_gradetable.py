"""The table of the class is complete and exact."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from grader.report.gradetable import grade_table
from grader.results import Results


def test_a_row_per_student_and_a_column_per_part(make_class: Callable[..., Results]) -> None:
    """Protects the layout that other programs read."""
    results = make_class()
    rows = list(csv.DictReader(io.StringIO(grade_table(results.assignment, results.submissions))))
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
    assert "/srv/" not in grade_table(results.assignment, results.submissions)


def test_no_score_is_an_empty_cell(make_class: Callable[..., Results]) -> None:
    """Protects from a zero where the grader failed."""
    results = make_class(60)
    rows = list(csv.DictReader(io.StringIO(grade_table(results.assignment, results.submissions))))
    failed = [row for row in rows if row["status"] == "grader_error"]
    assert failed
    assert all(row["score"] == "" and row["mean"] == "" for row in failed)
