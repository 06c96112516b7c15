"""How a submission ended before any test of it could run: its verdict, that of its tests, and the words for the student."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from grader.course.specification import Limits
from grader.course.submission import MOST_NAMED, Submission
from grader.errors import SubmissionOutOfMemory, SubmissionStopped, SubmissionTimedOut
from grader.judge.text import Text, gettext
from grader.judge.words import one_line, unreadable_words
from grader.results import SubmissionStatus, TestStatus
from grader.sandbox.exchange import LoadReport

# What `grader.sandbox` says, the first that fits counts.
_REASONS = (
    gettext("its process ended without an answer"),
    gettext("its process was ended by signal {number}"),
    gettext("its process was ended by {signal}"),
    gettext("its process ended itself with status {status}"),
    gettext("its process ended with status {status}"),
    gettext("its process answered with something that is no answer"),
    gettext("its process described itself with something that is no description"),
    gettext("it reached its limit of disc space"),
    gettext("it reached its limit of processes and threads"),
)


@dataclass(frozen=True)
class Ending:
    """An end without a test."""

    status: SubmissionStatus
    test_status: TestStatus
    text: Text


def without_file(submission: Submission) -> Ending:
    """Nothing to grade was found, or several things were."""
    names = ", ".join(one_line(name) for name in submission.candidates[:MOST_NAMED])
    left_out = len(submission.candidates) - MOST_NAMED
    if submission.problem == "several_files":
        text = (
            gettext("Several files could be the submission: {names} and {count} more.", names=names, count=left_out)
            if left_out > 0
            else gettext("Several files could be the submission: {names}.", names=names)
        )
        return Ending(SubmissionStatus.NOT_LOADABLE, TestStatus.NOT_FOUND, text)
    status = SubmissionStatus.MISSING
    if submission.problem == "not_unpacked":
        status = SubmissionStatus.NOT_LOADABLE
        found = gettext("Too large to be unpacked, one of too many files, or with too long a name: {names}.", names=names)
    elif submission.problem == "out_of_sight":
        found = gettext("Hidden files, and links that lead out of the folder, are not looked at.")
    else:
        found = gettext("Found: {names}.", names=names) if names else gettext("The folder is empty.")
    text = gettext("There is no notebook and no module to grade. {found}", found=found)
    return Ending(status, TestStatus.NOT_FOUND, text)


def too_large(main: Path, limits: Limits) -> Ending:
    """The file alone is beyond the limit; of a notebook that is mostly its pictures, which are not needed here."""
    if main.suffix.lower() == ".ipynb":
        text = gettext(
            "The notebook is larger than {limit} MB. Clear the outputs of all cells, save it and hand it in again.",
            limit=limits.submission_mb,
        )
    else:
        text = gettext("The file is larger than {limit} MB.", limit=limits.submission_mb)
    return Ending(SubmissionStatus.NOT_LOADABLE, TestStatus.NOT_FOUND, text)


def unreadable(report: LoadReport) -> Ending:
    """Nothing of the file could run."""
    return Ending(SubmissionStatus.NOT_LOADABLE, TestStatus.NOT_FOUND, unreadable_words(report))


def while_loading(error: SubmissionStopped, limits: Limits) -> Ending:
    """Its process ended before the file had run."""
    if isinstance(error, SubmissionTimedOut):
        text = gettext("The file did not finish in the {seconds} s that it has.", seconds=f"{limits.load_seconds:g}")
        return Ending(SubmissionStatus.TIMED_OUT, TestStatus.TIMED_OUT, text)
    if isinstance(error, SubmissionOutOfMemory):
        text = gettext("The file used up the {size} MB of memory that it has.", size=limits.memory_mb)
        return Ending(SubmissionStatus.OUT_OF_MEMORY, TestStatus.CRASHED, text)
    text = gettext("The process that ran the file ended: {reason}.", reason=_reason(error))
    return Ending(SubmissionStatus.CRASHED, TestStatus.CRASHED, text)


def _reason(error: SubmissionStopped) -> Text | str:
    """Why a process ended, as a text that is translated; the sandbox says it in English."""
    said = str(error)
    for reason in _REASONS:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(reason.template))
        found = re.fullmatch(pattern, said)
        if found is not None:
            return gettext(reason.template, **found.groupdict())
    return said
