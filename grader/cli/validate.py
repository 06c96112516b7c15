"""`grade validate`: a table of what was checked, JSON beside it, exit status 1 when anything falls short."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from grader.cli.markup import escape
from grader.course.assignment import AssignmentFolder, find_course, list_assignments, named_assignment
from grader.errors import UsageError
from grader.judge.judge import Judge, JudgePlan
from grader.results import write_text_whole
from grader.sandbox.choice import choose_wall
from grader.validate.check import Validation
from grader.validate.validation import Validator

_MOST_SHORTFALLS = 20


def validate_command(assignment: str | None, json_path: Path | None, sandbox: str) -> int:
    """Validate one assignment, or all of the course; the exit status."""
    course = find_course(Path.cwd())
    courses = [course] if course is not None else []
    names = [assignment] if assignment is not None else [name for one in courses for name in list_assignments(one)]
    if not names:
        raise UsageError("there is no assignment here", remedy="run it in a course's folder, or name an assignment's folder")
    validations = [validate(named_assignment(name, courses), sandbox, courses) for name in names]
    if json_path is not None:
        document = [validation.to_plain() for validation in validations]
        write_text_whole(json_path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return 0 if all(validation.holds for validation in validations) else 1


def validate(folder: AssignmentFolder, sandbox: str, courses: list[Path]) -> Validation:
    """Run the checks of one assignment and print them as they come."""
    console = Console(highlight=False)
    plan = JudgePlan(folder, choose_wall(sandbox), (folder.path, *courses), folder.specification.language)
    validation = Validation(folder.specification.id)
    table = Table(title=f"{folder.specification.id}: are the tests themselves right?", title_justify="left")
    for heading in ("", "Check", "Found"):
        table.add_column(heading)
    with Judge(plan) as judge:
        validator = Validator(judge, lambda seed: Judge(replace(plan, seed=seed)))
        for check in validator.run():
            validation.checks.append(check)
            if not console.is_terminal:
                print(f"{'ok' if check.holds else 'no'}  {check.name}: {check.summary}", file=sys.stderr, flush=True)
            table.add_row("[green]ok[/green]" if check.holds else "[red]no[/red]", check.name, escape(check.summary))
    console.print(table)
    for check in validation.checks:
        for shortfall in check.shortfalls[:_MOST_SHORTFALLS]:
            console.print(f"  {escape(check.name)}: {escape(shortfall)}", soft_wrap=True)
    return validation
