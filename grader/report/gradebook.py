"""`grades.csv`: one row per student for a spreadsheet or a program (RFC 4180 but for LF; UTF-8; decimal point)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from grader.results import AssignmentSummary, SubmissionResult

# What makes a spreadsheet read a cell as a formula (OWASP, "CSV Injection"), the full-width forms too; leading white
# space is passed over, because some spreadsheets trim it.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "|", "%")


def gradebook(assignment: AssignmentSummary, submissions: Sequence[SubmissionResult]) -> str:
    """The table's text: student, status, score, max, then one column per part; empty where the grader failed."""
    parts = [part.id for part in assignment.parts]
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow([neutral(cell) for cell in ("student", "status", "score", "max", *parts)])
    for submission in submissions:
        scores = {part.id: part.score for part in submission.parts}
        writer.writerow(
            [
                neutral(submission.student),
                submission.status.value,
                written(submission.score),
                written(submission.max_score),
                *(written(scores.get(part)) for part in parts),
            ]
        )
    return output.getvalue()


def neutral(cell: str) -> str:
    """The cell's text, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) or cell[:1] in {"\t", "\n", "\r"} else cell


def written(score: float | None) -> str:
    """A number as every spreadsheet and system reads it: a point, at most two decimals; empty where there is none."""
    return "" if score is None else f"{score:.2f}".rstrip("0").rstrip(".")
