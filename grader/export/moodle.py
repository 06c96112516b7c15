"""Moodle: the grading worksheet filled in, and a zip of feedback files.

The worksheet is that of an assignment with "Offline grading worksheet" switched on. Its header is in the language of the site;
English and Russian are known. Only grade and comment are written; the time of the last change stays, by which Moodle sees whether
somebody has graded in the meantime. Source: mod/assign/feedback/offline/importgradeslib.php.

Feedback files are called `{Full name}_{N}_assignfeedback_file_{name}`: Moodle splits that at underscores, so a name has none.
Source: mod/assign/feedback/file/importziplib.php.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence

from grader.errors import UsageError
from grader.export.filled import Filled
from grader.export.marks import Mark, scaled
from grader.export.roster import Person, match
from grader.export.table import Table
from grader.release.archive import zipped
from grader.report.cell import written

_IDENTIFIER = ("Identifier", "Идентификатор")
_NAME = ("Full name", "Полное имя", "ФИО", "Фамилия, имя", "Имя / Фамилия")
_GRADE = ("Grade", "Оценка")
_MAXIMUM = ("Maximum Grade", "Максимальная оценка")
_OPEN = ("Grade can be changed", "Оценка может быть изменена", "Оценку можно изменить")
_COMMENT = ("Feedback comments", "Отзыв в виде комментария", "Комментарии к отзыву", "Комментарии")
_CLOSED = ("no", "нет")
_NOT_IN_NAMES = re.compile(r"[_/\\:*?<>|]")


def fill_worksheet(table: Table, marks: Sequence[Mark], scale: bool = False) -> Filled:
    """The worksheet with the marks. Raises `UsageError` for a table that is none, and for other points without `scale`."""
    identifier = table.column(*_IDENTIFIER) or 0
    grade = table.needed("Grade (Оценка)", *_GRADE)
    maximum, closed, comment = table.column(*_MAXIMUM), table.column(*_OPEN), table.column(*_COMMENT)
    people = worksheet_people(table)
    found = match(marks, people)
    done = Filled(unmatched=found.unmatched)
    rows = [list(row) for row in table.rows]
    for place, row in enumerate(rows):
        mark = found.rows.get(place)
        who = people[place].name or row[identifier]
        if mark is None:
            done.left.append((who, "nothing to hand on"))
        elif closed is not None and row[closed].strip().casefold() in _CLOSED:
            done.left.append((who, "Moodle says that the grade cannot be changed"))
        elif (score := _score(table, mark, place, maximum, scale)) is None:
            done.unmatched.append((mark.student, "has no score"))
        else:
            row[grade] = written(score)
            if comment is not None and mark.comment:
                row[comment] = html.escape(mark.comment, quote=False).replace("\n", "<br>")
            done.filled += 1
    done.text = table.text([table.header, *rows])
    return done


def worksheet_people(table: Table) -> list[Person]:
    """Whom each row is about. Raises `UsageError` where the first column holds no numbers of participants."""
    identifier, name = table.column(*_IDENTIFIER) or 0, table.column(*_NAME)
    numbers = [re.search(r"(\d+)\s*$", row[identifier]) for row in table.rows]
    if table.rows and not any(numbers):
        raise UsageError(
            f"{table.path}: is no grading worksheet: its column {table.header[identifier]!r} holds no 'Participant N'"
        )
    limit = table.column(*_GRADE) or len(table.header)
    return [
        Person(
            row=place,
            number=number[1] if number else "",
            name=row[name] if name is not None else "",
            others=tuple(cell for column, cell in enumerate(row[:limit]) if column not in (identifier, name)),
        )
        for place, (row, number) in enumerate(zip(table.rows, numbers, strict=True))
    ]


def _score(table: Table, mark: Mark, row: int, maximum: int | None, scale: bool) -> float | None:
    said = maximum is not None and table.rows[row][maximum].strip()
    points = table.number(row, maximum) if maximum is not None and said else mark.max_score
    try:
        return scaled(mark, points, scale)
    except ValueError as error:
        raise UsageError(f"{table.path}: {mark.student}: {error}", remedy="set the maximum in Moodle, or use --scale") from error


def feedback_names(students: Sequence[str], table: Table) -> dict[str, str]:
    """`{Full name}_{N}` of each student who stands in the worksheet."""
    people = worksheet_people(table)
    matched = match([Mark(student, None, None, 0.0) for student in students], people)
    return {mark.student: _prefix(people[row].name or "Participant", people[row].number) for row, mark in matched.rows.items()}


def _prefix(name: str, number: str) -> str:
    spaced = _NOT_IN_NAMES.sub(" ", name)
    return f"{' '.join(spaced.split())}_{number}"


def feedback_zip(pages: Mapping[str, str], names: Mapping[str, str]) -> bytes:
    """An archive with each named student's page; the same bytes for the same pages."""
    known = names.keys() & pages.keys()
    return zipped({f"{names[student]}_assignfeedback_file_feedback.html": pages[student].encode() for student in known})
