"""What `grade export` and `grade package` do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.check.lab import find_lab
from grader.cli.console import size_text
from grader.cli.markup import escape
from grader.cli.options import check_file
from grader.cli.output import standard_error, standard_output
from grader.cli.people import tell_untested
from grader.cli.report import one_of_each, results_at
from grader.cli.status import FAULT, OK
from grader.errors import UsageError
from grader.export.gradescope import gradable, gradescope_document
from grader.export.marks import untested
from grader.export.package import gradescope_package
from grader.export.visibility import Visibility
from grader.report.slug import unique_slugs
from grader.results import Results
from grader.wholefile import write_bytes_whole, write_json_whole


def export_command(paths: Sequence[Path], system: str, out: Path, hidden_tests: Visibility) -> int:
    """Write a document per submission; 1 when the grader failed on one, which then has none."""
    console = standard_error()
    found = list(one_of_each(results_at(paths)).values())
    pairs = [(results, one) for results in found for one in results.submissions]
    if out.suffix == ".json" and len(pairs) != 1:
        raise UsageError(f"{out} is one file, but there are {len(pairs)} submissions; name a folder")
    status = OK
    for (results, one), path in zip(pairs, _paths(found, out), strict=True):
        if gradable(one):
            write_json_whole(path, gradescope_document(results, one, hidden_tests))
        else:
            console.print(f"{escape(one.student)}: not graded, nothing is written")
            status = FAULT
    tell_untested([(one.student, untested(one.status.value, one.messages)) for _, one in pairs])
    print(f"{out}: {sum(gradable(one) for _, one in pairs)} of {len(pairs)} submissions for {system}")
    return status


def _paths(found: list[Results], out: Path) -> list[Path]:
    if out.suffix == ".json":
        return [out]
    paths = []
    for results in found:
        folder = out if len(found) == 1 else out / results.assignment.id
        paths += [folder / slug / "results.json" for slug in unique_slugs([one.student for one in results.submissions])]
    return paths


def package_command(assignment: str, out: Path | None, hidden_tests: Visibility) -> int:
    """Write the package; the exit status."""
    folder = find_lab(assignment, Path.cwd())
    if folder.is_bundle:
        raise UsageError(f"{folder.path} is a student's bundle; package the assignment in its course")
    out = out or Path(f"{folder.specification.id}-autograder.zip")
    check_file(out, "--out")
    raw = gradescope_package(folder, hidden_tests)
    write_bytes_whole(out, raw)
    standard_output().print(f"{out}: {size_text(len(raw))}", markup=False)
    return OK
