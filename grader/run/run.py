"""A run of one assignment: plan, grade what is not known yet, write what came out.

Known is a verdict whose key is the same: submission, tests, reference, specification, pictures, networks, language, wall, the
device where networks are asked, and the versions of grader, Python and libraries. Where only tests or the reference differ, the
parts that do not depend on them stand (`grader.judge.regrading`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from grader import __version__
from grader.course.assignment import AssignmentFolder
from grader.course.dependencies import shared_digest
from grader.course.submission import Submission
from grader.fixtures.cache import cache_folder
from grader.judge.material import open_remembered
from grader.judge.regrading import Verdict
from grader.results import (
    AssignmentSummary,
    GraderSummary,
    PartSummary,
    Results,
    SubmissionResult,
    SubmissionStatus,
)
from grader.run.dispatch import Job, Machines, Task, grade_all, longest_first
from grader.run.journal import Journal, Kept, compact, result_key
from grader.run.pictures import shown_pictures
from grader.run.plan import AssignmentRun
from grader.wholefile import remove_halves, write_text_whole


@dataclass(frozen=True)
class RunOptions:
    """How to run. `fresh`: grade again what the journal knows, and ask the course's code again, too. `warn`
    is told what the instructor should know.
    """

    machines: Machines
    out: Path
    device: str = "cpu"
    language: str = ""
    fresh: bool = False
    warn: Callable[[str], None] = lambda _text: None


@dataclass(frozen=True)
class Key:
    """What the journal keeps a verdict under, and what that is about: `course` and `work` are digests of the assignment's files
    and of the submission's, the latter empty where it cannot be read."""

    whole: str
    base: str
    course: str
    work: str

    def is_by(self, verdict: Verdict) -> bool:
        """Whether a verdict is by these files; a fault, which nobody uses again, may be by any."""
        return verdict.course == self.course or verdict.result.status is SubmissionStatus.GRADER_ERROR

    def is_to_be_kept(self, verdict: Verdict) -> bool:
        """Whether the journal takes it: a grade, which a fault must not hide, by this work and these files, unchanged since."""
        is_fault = verdict.result.status is SubmissionStatus.GRADER_ERROR
        return not is_fault and self.is_by(verdict) and verdict.result.digest == self.work


@dataclass
class Progress:
    """What a run has come to: told to its observer after each submission."""

    total: int
    known: int = 0
    results: dict[str, SubmissionResult] = field(default_factory=dict)


class Observer(Protocol):
    """Who watches a run."""

    def started(self, worker: str, submission: Submission) -> None:
        """A worker, by name, has been given a submission."""

    def finished(self, progress: Progress, result: SubmissionResult) -> None:
        """A submission is graded, and its result is kept."""


def run_assignment(run: AssignmentRun, options: RunOptions, observer: Observer) -> tuple[Results, bool]:
    """Grade a run's submissions; (results, whether all were reached).

    Ctrl-C stops at once; what was graded until then is in the journal and in the results. Results are in the order of the
    students' names whatever the order in which workers finished.
    """
    language = options.language or run.folder.specification.language
    folder = options.out / ".journal"
    # Asked once: a cluster's may be another the next time, and verdicts by it would lie under this one's keys.
    environment = options.machines.environment(run.folder.specification)
    keys = journal_keys(run, language, options, environment)
    progress = Progress(len(run.submissions))
    complete, outdated = True, 0
    with Journal(folder) as journal:
        kept = journal.find({key.whole for key in keys.values()}, {key.base for key in keys.values()})
        if options.fresh:
            kept = Kept(seconds=kept.seconds)  # the journal keeps its lines: those of whom `--student` or Ctrl-C leaves out count
        todo = _take_known(run, keys, kept, progress)
        task = _task(run, language, options, environment)
        try:
            for one, verdict in _graded(task, todo, kept.seconds, options.machines, observer):
                key = keys[one.student]
                outdated += not key.is_by(verdict)
                if key.is_to_be_kept(verdict):
                    journal.append(key.whole, verdict.result, key.base, verdict.trace)
                progress.results[one.student] = verdict.result
                observer.finished(progress, verdict.result)
        except KeyboardInterrupt:
            complete = False
    if outdated:
        options.warn(
            f"{run.folder.specification.id}: its tests, reference or other files were changed while it was graded by. The "
            f"verdicts on {outdated} of {len(todo)} submissions may be by either, and are not kept: grade again."
        )
    if options.fresh and complete:
        with contextlib.suppress(OSError):  # it only takes less room
            compact(folder)
    return make_results(run, progress.results, language), complete


def _take_known(run: AssignmentRun, keys: Mapping[str, Key], kept: Kept, progress: Progress) -> list[Job]:
    """Put what is known into the results; what is left to grade."""
    todo = []
    for one in run.submissions:
        key = keys[one.student]
        result = kept.results.get(key.whole)
        if result is None or result.status is SubmissionStatus.GRADER_ERROR:
            todo.append(Job(one, kept.verdicts.get(key.base)))
        else:
            progress.results[one.student] = _placed(result, one)
    progress.known = len(progress.results)
    return todo


def _task(run: AssignmentRun, language: str, options: RunOptions, environment: str) -> Task:
    hidden = (*run.hidden, options.out.resolve(), cache_folder())  # results and expected answers, wherever they lie
    remembers = not options.fresh or _forget(run.folder, environment)
    return Task(run.folder, hidden, language, options.device, remembers)


def _forget(folder: AssignmentFolder, environment: str) -> bool:
    """Forget what the course's code has answered; False where that stays, as another user's does in a cache that is shared."""
    try:
        open_remembered(folder, folder.digest(), environment).forget()
    except OSError:
        return False
    return True


def _graded(
    task: Task, todo: list[Job], seconds: Mapping[str, float], machines: Machines, observer: Observer
) -> Iterator[tuple[Submission, Verdict]]:
    if not todo:
        return
    with machines.crew(task, len(todo)) as crew:
        if crew.size() > 1:
            todo = longest_first(todo, seconds)
        yield from grade_all(task, todo, crew, observer.started)


def _placed(result: SubmissionResult, submission: Submission) -> SubmissionResult:
    """A kept result, where the submission lies now."""
    return result.model_copy(update={"student": submission.student, "path": submission.place})


def journal_keys(run: AssignmentRun, language: str, options: RunOptions, environment: str) -> dict[str, Key]:
    """What the journal keeps a class's results under, by student; `environment` is what the machines compute with."""
    folder = run.folder
    whole, shared = folder.digest(), shared_digest(folder)
    device = options.device.partition(":")[0] if folder.specification.models else ""  # all of a kind compute alike
    keys, limit = {}, folder.specification.limits.submission_bytes
    for one in run.submissions:
        digest = one.digest_if_readable(limit)
        handed_in = f"{one.main.name if one.main is not None else ' '.join((one.problem, *one.candidates))}\0{digest}"
        common = (environment, language, options.machines.wall, device, one.student, handed_in)
        keys[one.student] = Key(result_key("whole", whole, *common), result_key("base", shared, *common), whole, digest)
    return keys


def make_results(run: AssignmentRun, results: dict[str, SubmissionResult], language: str) -> Results:
    """The document `results.json`, sorted by student."""
    specification = run.folder.specification
    parts = tuple(
        PartSummary(id=part.id, title=part.title.in_language(language), max_score=float(part.points))
        for part in specification.parts
    )
    return Results(
        grader=GraderSummary(version=__version__),
        language=language,
        assignment=AssignmentSummary(
            id=specification.id,
            title=specification.title.in_language(language),
            max_score=float(specification.points),
            pass_score=specification.pass_score,
            boundaries=specification.boundaries,
            parts=parts,
            pictures=shown_pictures(run.folder.pictures, results.values()),
        ),
        submissions=tuple(results[student] for student in sorted(results)),
        left_out=run.left_out + len(run.submissions) - len(results),
    )


def write_results(results: Results, out: Path) -> Path:
    """Write `results.json` whole, and wait until it is on the disk; its path."""
    path = out / "results.json"
    write_text_whole(path, results.to_json(), durable=True)
    remove_halves(out)
    return path
