"""`grades.csv`: one row per student for a spreadsheet or a program (RFC 4180 but for LF; UTF-8; decimal point)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from grader.report.cell import neutral, written
from grader.results import AssignmentSummary, SubmissionResult


def grade_table(assignment: AssignmentSummary, submissions: Sequence[SubmissionResult]) -> str:
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
