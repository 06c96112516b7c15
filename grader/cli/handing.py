"""What `grade export` does for systems that take a table of grades. Exit status: 1 when a student could not be handed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader.cli.people import tell_people, tell_untested
from grader.cli.report import read_to_hand_on, results_at
from grader.cli.status import FOUND, OK
from grader.course.names import composed
from grader.errors import UsageError
from grader.export.canvas import Wanted, fill_gradebook
from grader.export.filled import Filled
from grader.export.marks import Mark, marks_of_gradebook, marks_of_results
from grader.export.moodle import feedback_names, feedback_zip, fill_worksheet
from grader.export.standing import counting_page, is_its_grade
from grader.export.table import Table, read_table
from grader.export.tables import filled_roster, nbgrader_table, plain_table
from grader.gradebook.book import open_gradebook
from grader.gradebook.grades import Grades, grades
from grader.i18n import spoken
from grader.report.roster import roster as entries_of
from grader.report.studentpage import published_page
from grader.results import Results
from grader.wholefile import write_bytes_whole, write_text_whole

_WITHOUT_COMMENTS = ("canvas", "nbgrader")
_WHENCE = {
    "moodle": "in Moodle: the assignment, View all submissions, Download grading worksheet",
    "canvas": "in Canvas: Grades, Export",
}


@dataclass(frozen=True, kw_only=True)
class HandingRequest:
    """The options of `grade export` as they were given, for a system that takes a table."""

    system: Literal["moodle", "canvas", "csv", "nbgrader"]
    out: Path
    roster: Path | None
    gradebook: str
    column: str
    key: str
    scale: bool


def hand_on_command(paths: Sequence[Path], request: HandingRequest) -> int:
    """Write the files, tell who is missing; the exit status."""
    results = _the_results(paths)
    if request.roster is None and request.system in _WHENCE:
        raise UsageError(f"--to {request.system} fills in a table: name it with --roster", remedy=_WHENCE[request.system])
    table = None if request.roster is None else read_table(request.roster)
    kept = _kept(request.gradebook, results.assignment.id)
    marks = marks_of_results(results) if kept is None else marks_of_gradebook(kept)
    if request.system == "moodle" and kept is not None:
        _check_pages(paths, results, kept)
    done = _fill(request, results, table, marks, kept)
    path = request.out / f"{results.assignment.id}-{request.system}.csv"
    write_text_whole(path, done.text)
    print(f"{path}: {done.filled} of {len(marks)} students")
    if request.system == "moodle" and table is not None:
        _write_feedback(results, table, kept, request.out / f"{results.assignment.id}-feedback.zip")
    _tell(done)
    if request.system in _WITHOUT_COMMENTS:
        silent = [(mark.student, mark.comment) for mark in marks if mark.comment]
        tell_people("Comments that stay here: this table has no room for them", silent)
    tell_untested([(mark.student, mark.untested) for mark in marks])
    return FOUND if done.unmatched else OK


def _the_results(paths: Sequence[Path]) -> Results:
    files = results_at(paths)
    if len(files) != 1:
        found = ", ".join(map(str, files))
        remedy = f"name one, as in grade export {files[0].parent}"
        raise UsageError(f"a table holds one assignment's grades, but there are {found}", remedy=remedy)
    return read_to_hand_on(files[0])


def _kept(gradebook: str, assignment: str) -> Grades | None:
    if not gradebook:
        return None
    with open_gradebook(gradebook) as book:
        return book.read(lambda connection: grades(connection, assignment))


def _fill(request: HandingRequest, results: Results, table: Table | None, marks: list[Mark], kept: Grades | None) -> Filled:
    if request.system == "nbgrader":
        due = kept.rules.deadline.isoformat() if kept is not None and kept.rules.deadline is not None else ""
        return nbgrader_table(results.assignment.id, due, marks, table)
    if table is None:
        return plain_table(marks)
    if request.system == "moodle":
        return fill_worksheet(table, marks, request.scale)
    if request.system == "canvas":
        titles = (results.assignment.title, results.assignment.id)
        return fill_gradebook(table, marks, Wanted(request.column, titles, request.scale))
    return filled_roster(table, marks, request.key)


def _check_pages(paths: Sequence[Path], results: Results, kept: Grades) -> None:
    """Raises `UsageError` where the results are of nobody whom the gradebook knows: the zip would be empty."""
    if not {composed(one.student) for one in results.submissions} & {grade.student for grade in kept.grades}:
        raise UsageError(
            f"{', '.join(map(str, paths))}: holds nobody of the gradebook's {len(kept.grades)} students; pages are made of it",
            remedy="name the report of the run that wrote into the gradebook: grade export REPORT --to moodle ...",
        )


def _write_feedback(results: Results, table: Table, kept: Grades | None, path: Path) -> None:
    cleaned, entries = entries_of(results)
    language = spoken(results.language)
    ids = [one.student for one in results.submissions]  # as they came; the page's own is cleaned
    names = feedback_names(ids, table)
    pages: dict[str, str] = {}
    if kept is None:
        for student, entry in zip(ids, entries, strict=True):
            if student in names:
                pages[student] = published_page(cleaned, entry.submission, language)
    else:
        counting = {grade.student: grade for grade in kept.grades}
        others = []
        for student, entry in zip(ids, entries, strict=True):
            if student in names and (grade := counting.get(composed(student))) is not None:
                pages[student] = counting_page(cleaned, entry.submission, grade, language)
                if not is_its_grade(entry.submission, grade):
                    others.append((student, "the grade is of another attempt or grading; the page says so"))
        without = counting.keys() - {composed(student) for student in ids}
        tell_people("Grades without a page", [(student, "is not in these results") for student in sorted(without)])
        tell_people("Pages from other results than the grade", others)
    write_bytes_whole(path, feedback_zip(pages, names))
    print(f"{path}: {len(pages)} of {len(ids)} students")


def _tell(done: Filled) -> None:
    tell_people("Not handed on", done.unmatched)
    tell_people("Left as they were", done.left)
