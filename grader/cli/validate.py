"""`grade validate`: a table of what was checked, JSON beside it, exit status 1 when anything falls short."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.table import Table

from grader.cli.markup import escape
from grader.cli.options import check_file
from grader.cli.output import standard_output
from grader.cli.status import FOUND, OK
from grader.cli.titled import print_table
from grader.course.assignment import AssignmentFolder, courses_here, wanted_assignments
from grader.judge.judge import Judge, JudgePlan
from grader.judge.material import load_material
from grader.sandbox.choice import choose_wall
from grader.validate.check import Validation
from grader.validate.validation import Validator
from grader.wholefile import write_json_whole

_MOST_SHORTFALLS = 20


def validate_command(assignment: str | None, json_path: Path | None, sandbox: str) -> int:
    """Validate one assignment, or all of the course; the exit status."""
    check_file(json_path, "--json")  # not after twenty minutes
    courses = courses_here()
    validations = [validate(folder, sandbox, courses) for folder in wanted_assignments(assignment, courses)]
    if json_path is not None:
        document = [validation.to_plain() for validation in validations]
        write_json_whole(json_path, document)
    return OK if all(validation.holds for validation in validations) else FOUND


def validate(folder: AssignmentFolder, sandbox: str, courses: list[Path]) -> Validation:
    """Run the checks of one assignment and print them as they come."""
    console = standard_output()
    plan = JudgePlan(folder, choose_wall(sandbox), (folder.path, *courses), folder.specification.language)
    validation = Validation(folder.specification.id)
    table = Table()
    for heading in ("", "Check", "Found"):
        table.add_column(heading)
    with Judge(plan) as judge:
        validator = Validator(judge, lambda seed: load_material(folder, plan.language, seed=seed))
        for check in validator.run():
            validation.checks.append(check)
            if not console.is_terminal:
                print(f"{'ok' if check.holds else 'no'}  {check.name}: {check.summary}", file=sys.stderr, flush=True)
            table.add_row("[green]ok[/green]" if check.holds else "[red]no[/red]", check.name, escape(check.summary))
    print_table(console, f"{folder.specification.id}: are the tests themselves right?", table)
    for check in validation.checks:
        for shortfall in check.shortfalls[:_MOST_SHORTFALLS]:
            console.print(f"  {escape(check.name)}: {escape(shortfall)}")
    return validation
