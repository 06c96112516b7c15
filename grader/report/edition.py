"""The two editions of a student's page, as a subset of the record made *before* any page is rendered.

The student's edition is cut here, not in a template: a template cannot leak what it never gets. Of a hidden test it
keeps title, points, status, message, hint, misconception and the place in the student's own file (code, cell, line); of a public
one the expected answer and pictures too. Inputs, values
and tracebacks (`detail`), test ids, timings, paths and the submission's digest are the instructor's; so is every message about
a submission that the grader failed on, as an exception in the judge may spell out what hidden inputs a submission saw. Pictures
that the submission itself showed stay: it drew them before any test had begun.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from grader.results import SubmissionResult, SubmissionStatus, TestResult


def published(submission: SubmissionResult) -> SubmissionResult:
    """What the student may see of a submission."""
    place = _Place(submission.path)
    told = () if submission.status is SubmissionStatus.GRADER_ERROR else submission.messages
    return submission.model_copy(
        update={
            "path": "",
            "digest": "",
            "seconds": 0.0,
            "messages": tuple(place.out_of(message) for message in told),
            "tests": tuple(_published_test(test, place) for test in submission.tests),
            "own_figures": tuple(
                figure.model_copy(update={"title": place.out_of(figure.title)}) for figure in submission.own_figures
            ),
        }
    )


def _published_test(test: TestResult, place: _Place) -> TestResult:
    return test.model_copy(
        update={
            "id": "",
            "message": place.out_of(test.message),
            "hint": place.out_of(test.hint),
            "expected": place.out_of(test.expected) if test.visibility == "public" else "",
            "detail": "",
            "figures": test.figures if test.visibility == "public" else (),
        }
    )


class _Place:
    """Where a submission's file lies on the instructor's disk, to be taken out of what the student reads.

    Whole names alone, and of the folders above it none of one name: `/s` stands in `his/she`, and `/tmp` is anybody's.
    """

    def __init__(self, path: str) -> None:
        self.file = PurePath(path)
        places = [self.file, *self.file.parents]  # the longest first
        told = [re.escape(str(place)) for place in places if len(place.parts) - bool(place.anchor) > 1]
        before = r"(?<!\w)" if self.file.anchor else r"(?<![\w/\\])"
        self.pattern = re.compile(rf"{before}({'|'.join(told)})([/\\]|(?!\w))") if told else None

    def out_of(self, text: str) -> str:
        """The text with the file's bare name for the file, and what is below a folder without the folder."""
        return text if self.pattern is None else self.pattern.sub(self._bare, text)

    def _bare(self, found: re.Match[str]) -> str:
        if found[1] == str(self.file):
            return f"{self.file.name}{found[2]}"
        return "" if found[2] else "…"
