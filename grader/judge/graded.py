"""A submission on its way through a judge: loaded, then judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.course.dependencies import PartDigests
from grader.course.specification import Assignment
from grader.figures import OwnFigure
from grader.judge.regrading import Trace, Verdict
from grader.judge.source import Source
from grader.judge.text import AnyText, gettext
from grader.judge.words import failure_words, note_words
from grader.judge.workplace import Workplace
from grader.results import SubmissionStatus, TestResult
from grader.sandbox.exchange import LoadReport


@dataclass(frozen=True)
class Opened:
    """A submission that was loaded: where its calls are made, what its file left behind, and the file."""

    workplace: Workplace
    report: LoadReport
    source: Source


@dataclass(frozen=True)
class Graded:
    """What is known of a submission in the end; `kept_seconds` is what those tests took whose verdicts were kept."""

    status: SubmissionStatus
    score: float | None
    tests: tuple[TestResult, ...]
    messages: Sequence[AnyText]
    trace: Trace | None = None
    own_figures: tuple[OwnFigure, ...] = ()
    own_figures_left_out: int = 0
    kept_seconds: float = 0.0

    @classmethod
    def again(cls, kept: Verdict, digests: PartDigests) -> Graded:
        """A kept verdict that stands although something was changed that it does not depend on."""
        result, trace = kept.result, kept.trace
        now = trace.model_copy(update={"digests": digests}) if trace is not None else None
        shown = result.own_figures, result.own_figures_left_out
        return cls(result.status, result.score, result.tests, result.messages, now, *shown, result.seconds)


def fixed_texts(texts: list[AnyText]) -> list[AnyText]:
    """Texts that say the same whatever the submission answered: others could carry hidden inputs out."""
    return [text for text in texts if not isinstance(text, str) and text.is_fixed]


def why_nothing(report: LoadReport) -> SubmissionStatus | None:
    """The status of a submission in which no function was found because loading it was cut short; None if it was not."""
    kinds = {name for failure in report.failures for name in failure.types}
    if "Interrupted" in kinds:
        return SubmissionStatus.TIMED_OUT
    return SubmissionStatus.OUT_OF_MEMORY if "MemoryError" in kinds else None


def loading_messages(assignment: Assignment, report: LoadReport, source: Source) -> list[AnyText]:
    """What the student is told of how the file was run."""
    messages: list[AnyText] = [failure_words(source.confirmed(failure)) for failure in report.failures]
    messages += [text for note in report.notes if (text := note_words(note)) is not None]
    graded_names = {name for part in assignment.parts for name in part.names}
    for name in report.repeated:
        if name in graded_names:
            messages.append(gettext("{name} is defined more than once; the last definition counts.", name=name))
    return messages
