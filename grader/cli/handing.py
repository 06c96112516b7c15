"""What `grade export` does for systems that take a table of grades. Exit status: 1 when a student could not be handed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console

from grader.cli.markup import escape
from grader.cli.report import read_to_hand_on, results_files
from grader.errors import UsageError
from grader.export.canvas import Wanted, fill_gradebook
from grader.export.filled import Filled
from grader.export.marks import Mark, marks_of_gradebook, marks_of_results
from grader.export.moodle import feedback_names, feedback_zip, fill_worksheet
from grader.export.roster import Table, read_table
from grader.export.tables import filled_roster, nbgrader_table, plain_table
from grader.gradebook.book import open_gradebook
from grader.gradebook.grades import Grades, grades
from grader.i18n import spoken
from grader.report.roster import roster as entries_of
from grader.report.studentpage import published_page
from grader.results import Results, write_text_whole

OK, INCOMPLETE = 0, 1
_MOST_LINES = 50
_WHENCE = {
    "moodle": "in Moodle: the assignment, View all submissions, Download grading worksheet",
    "canvas": "in Canvas: Grades, Export",
}


@dataclass(frozen=True)
class Handing:
    """The options of `grade export` as they were given."""

    system: Literal["moodle", "canvas", "csv", "nbgrader"]
    out: Path
    roster: Path | None
    gradebook: str
    column: str
    key: str
    scale: bool


def hand_on_command(paths: Sequence[Path], handing: Handing) -> int:
    """Write the files, tell who is missing; the exit status."""
    results = _the_results(paths)
    if handing.roster is None and handing.system in _WHENCE:
        raise UsageError(f"--to {handing.system} fills in a table: name it with --roster", remedy=_WHENCE[handing.system])
    table = None if handing.roster is None else read_table(handing.roster)
    kept = _kept(handing.gradebook, results.assignment.id)
    marks = marks_of_results(results) if kept is None else marks_of_gradebook(kept)
    done = _fill(handing, results, table, marks, kept)
    path = handing.out / f"{results.assignment.id}-{handing.system}.csv"
    write_text_whole(path, done.text)
    print(f"{path}: {done.filled} of {len(marks)} students")
    if handing.system == "moodle":
        _write_feedback(results, table, handing.out / f"{results.assignment.id}-feedback.zip")
    _tell(done)
    return INCOMPLETE if done.unmatched else OK


def _the_results(paths: Sequence[Path]) -> Results:
    files = [file for path in paths for file in ([path] if path.is_file() else results_files(path))]
    if len(files) != 1:
        raise UsageError(f"a table holds one assignment's grades, but there are {', '.join(map(str, files))}")
    return read_to_hand_on(files[0])


def _kept(gradebook: str, assignment: str) -> Grades | None:
    if not gradebook:
        return None
    with open_gradebook(gradebook) as book:
        return book.read(lambda connection: grades(connection, assignment))


def _fill(handing: Handing, results: Results, table: Table | None, marks: list[Mark], kept: Grades | None) -> Filled:
    if handing.system == "nbgrader":
        due = kept.rules.deadline.isoformat() if kept is not None and kept.rules.deadline is not None else ""
        return nbgrader_table(results.assignment.id, due, marks, table)
    if table is None:
        return plain_table(marks)
    if handing.system == "moodle":
        return fill_worksheet(table, marks, handing.scale)
    if handing.system == "canvas":
        titles = (results.assignment.title, results.assignment.id)
        return fill_gradebook(table, marks, Wanted(handing.column, titles, handing.scale))
    return filled_roster(table, marks, handing.key)


def _write_feedback(results: Results, table: Table | None, path: Path) -> None:
    cleaned, entries = entries_of(results)
    language = spoken(results.language)
    ids = [one.student for one in results.submissions]  # as they came; the page's own is cleaned
    names, _ = feedback_names(ids, table)
    pages = {
        student: published_page(cleaned, entry.submission, language)
        for student, entry in zip(ids, entries, strict=True)
        if student in names
    }
    path.write_bytes(feedback_zip(pages, names))
    print(f"{path}: {len(pages)} of {len(ids)} students")


def _tell(done: Filled) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for title, people in (("Not handed on", done.unmatched), ("Left as they were", done.left)):
        if people:
            console.print(f"{title}: {len(people)}", markup=False)
        for who, why in people[:_MOST_LINES]:
            console.print(f"  {escape(who)}: {escape(why)}")
        if len(people) > _MOST_LINES:
            console.print(f"  … and {len(people) - _MOST_LINES} more", markup=False)
