"""The two editions of a student's page, as a subset of the record made *before* any page is rendered.

The student's edition is cut here, not in a template: a template cannot leak what it never gets. Of a hidden test it
keeps title, points, status, message, hint, misconception and the place in the student's own file (code, cell, line); of a public
one the expected answer and pictures too. Inputs, values
and tracebacks (`detail`), test ids, timings, paths and the submission's digest are the instructor's; so is every message about
a submission that the grader failed on, as an exception in the judge may spell out what hidden inputs a submission saw. Pictures
that the submission itself showed stay: it drew them before any test had begun.
"""

from __future__ import annotations

from pathlib import PurePath

from grader.results import SubmissionResult, SubmissionStatus, TestResult


def published(submission: SubmissionResult) -> SubmissionResult:
    """What the student may see of a submission."""
    paths = _paths(submission.path)
    told = () if submission.status is SubmissionStatus.GRADER_ERROR else submission.messages
    return submission.model_copy(
        update={
            "path": "",
            "digest": "",
            "seconds": 0.0,
            "messages": tuple(_without_paths(message, paths) for message in told),
            "tests": tuple(_published_test(test, paths) for test in submission.tests),
            "own_figures": tuple(
                figure.model_copy(update={"title": _without_paths(figure.title, paths)}) for figure in submission.own_figures
            ),
        }
    )


def _published_test(test: TestResult, paths: dict[str, str]) -> TestResult:
    return test.model_copy(
        update={
            "id": "",
            "message": _without_paths(test.message, paths),
            "hint": _without_paths(test.hint, paths),
            "expected": _without_paths(test.expected, paths) if test.visibility == "public" else "",
            "detail": "",
            "figures": test.figures if test.visibility == "public" else (),
        }
    )


def _paths(path: str) -> dict[str, str]:
    """Where the file lies on the instructor's disk, and what a message may call it instead; the longest first."""
    file = PurePath(path)
    if len(file.parts) < 2:
        return {}
    folders = [folder for folder in file.parents if len(folder.parts) > 1]
    return {str(file): file.name} | {f"{folder}/": "" for folder in folders} | {str(folder): "…" for folder in folders}


def _without_paths(text: str, paths: dict[str, str]) -> str:
    for path, name in paths.items():
        text = text.replace(path, name)
    return text
