"""What `grade override`, `comment`, `extend`, `grades` and `history` do."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from grader.cli.markup import escape, plain
from grader.cli.options import check_file
from grader.cli.output import standard_error, standard_output
from grader.cli.recording import actor, read_moment
from grader.cli.status import OK
from grader.cli.titled import print_table
from grader.errors import UsageError
from grader.gradebook.book import open_gradebook
from grader.gradebook.decisions import Decision, comment, extend, override, require_student
from grader.gradebook.grades import Grade, Grades, PartGrade, grades
from grader.gradebook.lateness import Timeliness
from grader.gradebook.rules import named_rules
from grader.gradebook.trail import trail
from grader.report.cell import neutral, written
from grader.wholefile import write_json_whole, write_text_whole


@dataclass(frozen=True, kw_only=True)
class DecisionRequest:
    """The options that `override`, `comment` and `extend` share, as they were given."""

    gradebook: str
    assignment: str | None
    student: str
    why: str
    withdraw: bool

    def decision(self) -> Decision:
        """Whom it is about, who decides, and why."""
        return Decision(self.student, self.assignment, actor(), self.why)


def override_command(request: DecisionRequest, part: str, score: float | None) -> int:
    """Set a score or withdraw one; the exit status."""
    if (score is None) is not request.withdraw:
        raise UsageError("give a score, or --withdraw to take an earlier one back")
    with open_gradebook(request.gradebook) as book:
        name = override(book, request.decision(), part, score)
    print(plain(f"{name}: {request.student}: {part}: {'withdrawn' if score is None else written(score)}"))
    return OK


def comment_command(request: DecisionRequest, part: str, words: str) -> int:
    """Say something or withdraw it; the exit status."""
    words = words.strip()
    if bool(words) is request.withdraw:
        raise UsageError("say something, or --withdraw to take an earlier comment back")
    with open_gradebook(request.gradebook) as book:
        name = comment(book, request.decision(), part, words)
    print(plain(f"{name}: {request.student}: {part}: {words or 'withdrawn'}"))
    return OK


def extend_command(request: DecisionRequest, until: str) -> int:
    """Give a deadline or withdraw one; the exit status."""
    if bool(until) is request.withdraw:
        raise UsageError("give a time, or --withdraw to take an earlier one back")
    deadline = None if request.withdraw else read_moment(until, "until")
    with open_gradebook(request.gradebook) as book:
        name, known = extend(book, request.decision(), deadline)
    print(plain(f"{name}: {request.student}: {'withdrawn' if deadline is None else f'due {deadline.isoformat()}'}"))
    if not known:
        standard_error().print(f"Warning: {escape(request.student)} has not handed in anything yet.")
    return OK


def grades_command(where: str, assignment: str | None, csv_file: Path | None, json_file: Path | None) -> int:
    """Show the table, write the files; the exit status."""
    check_file(csv_file, "--csv")
    check_file(json_file, "--json")
    with open_gradebook(where) as book:
        found = book.read(lambda connection: grades(connection, assignment))
    if csv_file is not None:
        write_text_whole(csv_file, grades_table(found))
    if json_file is not None:
        document = {
            "assignment": found.assignment,
            "rules": found.rules.model_dump(mode="json"),
            "grades": [asdict(grade) for grade in found.grades],
        }
        write_json_whole(json_file, document)
    _show(found)
    return OK


def _show(found: Grades) -> None:
    console = standard_output()
    table = Table()
    for name in ("Student", "Grade", "Attempt", "Handed in", "Overridden"):
        table.add_column(name, justify="right" if name in ("Grade", "Attempt") else "left")
    for grade in found.grades:
        overridden = ", ".join(_overridden(part) for part in grade.parts if part.overridden)
        score = "–" if grade.score is None else f"{grade.score:g}"
        refused = "".join(f"; attempt {number} too late" for number in grade.refused)
        attempt = f"{grade.attempt} of {grade.attempts}"
        table.add_row(escape(grade.student), score, attempt, in_time(grade) + refused, escape(overridden))
    print_table(console, escape(found.rules.title), table)


def _overridden(part: PartGrade) -> str:
    if part.decided is None or part.decided <= part.max_score:
        return part.id
    return f"{part.id} ({part.decided:g}, more than its {part.max_score:g} points)"


def in_time(grade: Grade) -> str:
    """When it came, and what that cost."""
    late = grade.late
    if late.timeliness in (Timeliness.LATE, Timeliness.REFUSED):
        return f"{late.timeliness}, {late.hours:.1f} h, -{late.lost:.0%}"
    return str(late.timeliness)


def grades_table(found: Grades) -> str:
    """The table as CSV: a row per student, a column per part; empty where there is no score."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    parts = [part.id for part in found.rules.parts]
    writer.writerow(["student", "status", "score", "max", *parts, "earned", "attempt", "attempts", "handed_in", "overridden"])
    for grade in found.grades:
        scores = [written(part.score) for part in grade.parts]
        numbers = [written(score) for score in (grade.score, grade.max_score)]
        earned = written(grade.earned)
        overridden = " ".join(part.id for part in grade.parts if part.overridden)
        attempts = [str(grade.attempt), str(grade.attempts)]
        row = [grade.student, grade.status, *numbers, *scores, earned, *attempts, in_time(grade), overridden]
        writer.writerow([neutral(cell) for cell in row])
    return stream.getvalue()


def history_command(where: str, assignment: str | None, student: str) -> int:
    """Print the trail; the exit status."""
    with open_gradebook(where) as book:
        events = book.read(lambda connection: trail(connection, assignment, student))
        if student and not any(event.student for event in events):  # who has handed in nothing may have a deadline
            name, _ = book.read(lambda connection: named_rules(connection, assignment))
            book.read(lambda connection: require_student(connection, name, student))
    for event in events:
        when = event.at.isoformat(timespec="seconds")
        whom = f"{event.student}: " if event.student else ""
        print(plain(f"{when}  {event.by}  {event.kind}  {whom}{event.words}"))
    return OK
