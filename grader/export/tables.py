"""Tables for everything else: CSV, with a roster filled in or without; and the CSV that nbgrader's exporter writes."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from grader.course.names import composed
from grader.export.filled import Filled
from grader.export.marks import Mark
from grader.export.roster import Person, match
from grader.export.table import Table
from grader.report.cell import neutral, written

_NBGRADER = "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,max_score"


def plain_table(marks: Sequence[Mark]) -> Filled:
    """A row per mark: student, score, max_score, a column per part, comment; empty where there is no score."""
    parts = list(dict.fromkeys(part for mark in marks for part, _ in mark.parts))
    rows = [["student", "score", "max_score", *parts, "comment"]]
    for mark in marks:
        scores = dict(mark.parts)
        cells = [written(mark.score), written(mark.max_score), *(written(scores.get(part)) for part in parts)]
        rows.append([neutral(mark.student), *cells, neutral(mark.comment)])
    return Filled(_text(rows), _with_score(marks), _without_score(marks))


def filled_roster(table: Table, marks: Sequence[Mark], key: str) -> Filled:
    """The roster with the columns score, max_score and comment added; its own cells stay as they are.

    Raises `UsageError` where there is no column `key`.
    """
    column = table.needed(repr(key), key, remedy="name the column that holds the students' ids with --key")
    found = match(marks, [Person(place, "", row[column]) for place, row in enumerate(table.rows)])
    rows = [[*table.header, "score", "max_score", "comment"]]
    done = Filled(unmatched=found.unmatched + _without_score(list(found.rows.values())))
    for place, row in enumerate(table.rows):
        mark = found.rows.get(place)
        if mark is None:
            done.left.append((row[column], "nothing to hand on"))
            rows.append([*row, "", "", ""])
        else:
            rows.append([*row, written(mark.score), written(mark.max_score), neutral(mark.comment)])
            done.filled += mark.score is not None
    done.text = table.text(rows)
    return done


def nbgrader_table(assignment: str, duedate: str, marks: Sequence[Mark], roster: Table | None) -> Filled:
    """What `nbgrader export` writes. `roster`: students as `nbgrader db student list` or its import knows them, for the names.

    Raises `UsageError` where the roster has no column `id`.
    """
    names: dict[str, list[str]] = {}
    if roster is not None:
        key = roster.needed("id", "id", "student_id")
        places = [roster.column(name) for name in ("last_name", "first_name", "email")]
        names = {composed(row[key]): ["" if place is None else row[place] for place in places] for row in roster.rows}
    rows = [_NBGRADER.split(",")]
    for mark in marks:
        who = [neutral(cell) for cell in names.get(composed(mark.student), ["", "", ""])]
        lost = "" if mark.score is None or mark.earned is None else written(mark.earned - mark.score)
        scores = [written(mark.earned), lost, written(mark.score), written(mark.max_score)]
        rows.append([assignment, duedate, "", neutral(mark.student), *who, *scores])
    strangers = [mark.student for mark in marks if roster is not None and composed(mark.student) not in names]
    unmatched = [(student, "is not in the roster") for student in strangers]
    return Filled(_text(rows), _with_score(marks), unmatched + _without_score(marks))


def _with_score(marks: Sequence[Mark]) -> int:
    return sum(mark.score is not None for mark in marks)


def _without_score(marks: Sequence[Mark]) -> list[tuple[str, str]]:
    return [(mark.student, "has no score") for mark in marks if mark.score is None]


def _text(rows: list[list[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()
