"""`grade override`, `comment`, `extend`, `grades`, `history`: what is kept of a class."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

Book = Annotated[str, Parameter(("--gradebook", "-g"), env_var="GRADER_GRADEBOOK")]
Assignment = Annotated[str | None, Parameter(("--assignment", "-a"))]
Flag = Parameter(negative="")


def override(
    student: str,
    part: str,
    score: float | None = None,
    *,
    why: str,
    withdraw: Annotated[bool, Flag] = False,
    assignment: Assignment = None,
    gradebook: Book = "gradebook.db",
) -> int:
    """Set a student's score for a part, whatever graders find now or later.

    Parameters
    ----------
    student
        The student, as in the table of `grade grades`.
    part
        The part's id.
    score
        Points, from 0 to those of the part.
    why
        The reason; it stays in the history.
    withdraw
        Take an earlier override back: what graders find counts again.
    assignment
        The assignment, where the gradebook holds several.
    gradebook
        A file, or the URL of a database.
    """
    from grader.cli.gradebooking import DecisionRequest, override_command

    request = DecisionRequest(gradebook=gradebook, assignment=assignment, student=student, why=why, withdraw=withdraw)
    return override_command(request, part, score)


def comment(
    student: str,
    part: str,
    words: str = "",
    *,
    why: str = "said to the student",
    withdraw: Annotated[bool, Flag] = False,
    assignment: Assignment = None,
    gradebook: Book = "gradebook.db",
) -> int:
    """Say something to a student on a part, in the place of what was said before; it goes out with the grade to Moodle and CSV.

    Parameters
    ----------
    student
        The student.
    part
        The part's id.
    words
        What to say.
    why
        The reason, for the history alone.
    withdraw
        Take an earlier comment back.
    assignment
        The assignment, where the gradebook holds several.
    gradebook
        A file, or the URL of a database.
    """
    from grader.cli.gradebooking import DecisionRequest, comment_command

    request = DecisionRequest(gradebook=gradebook, assignment=assignment, student=student, why=why, withdraw=withdraw)
    return comment_command(request, part, words)


def extend(
    student: str,
    until: str = "",
    *,
    why: str,
    withdraw: Annotated[bool, Flag] = False,
    assignment: Assignment = None,
    gradebook: Book = "gradebook.db",
) -> int:
    """Give a student a deadline of their own.

    Parameters
    ----------
    student
        The student.
    until
        A time with its offset from UTC, as in 2026-12-01T23:59:00+03:00.
    why
        The reason; it stays in the history.
    withdraw
        Take an earlier extension back.
    assignment
        The assignment, where the gradebook holds several.
    gradebook
        A file, or the URL of a database.
    """
    from grader.cli.gradebooking import DecisionRequest, extend_command

    request = DecisionRequest(gradebook=gradebook, assignment=assignment, student=student, why=why, withdraw=withdraw)
    return extend_command(request, until)


def grades(
    *,
    csv: Path | None = None,
    json: Path | None = None,
    assignment: Assignment = None,
    gradebook: Book = "gradebook.db",
) -> int:
    """Show every student's grade: the attempt that counts, overrides, lateness.

    Parameters
    ----------
    csv
        Also write the table to this file.
    json
        Also write everything about each grade to this file.
    assignment
        The assignment, where the gradebook holds several.
    gradebook
        A file, or the URL of a database.
    """
    from grader.cli.gradebooking import grades_command

    return grades_command(gradebook, assignment, csv, json)


def history(student: str = "", *, assignment: Assignment = None, gradebook: Book = "gradebook.db") -> int:
    """Show what was ever written into the gradebook: who, when, what, and why.

    Parameters
    ----------
    student
        Only what concerns this student; everybody by default.
    assignment
        The assignment, where the gradebook holds several.
    gradebook
        A file, or the URL of a database.
    """
    from grader.cli.gradebooking import history_command

    return history_command(gradebook, assignment, student)
