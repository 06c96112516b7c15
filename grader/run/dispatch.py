"""Jobs and who does them: a crew of workers, each with one job at a time.

A worker that is lost (killed, out of reach) takes its job along. That job is done once more, by whoever is free and after all
others, so that work that kills its worker holds nobody up; lost again it is reported as the grader's own fault. Which worker does
what, and when, changes nothing about a verdict.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Protocol

from grader.course.assignment import AssignmentFolder
from grader.course.specification import Assignment
from grader.course.submission import Submission
from grader.judge.regrading import Verdict
from grader.judge.text import gettext, render, translate_with
from grader.results import PartResult, SubmissionResult, SubmissionStatus

OnStart = Callable[[str, Submission], None]


@dataclass(frozen=True)
class Job:
    """A submission to grade, and the verdict that was kept of it, of which some parts may stand."""

    submission: Submission
    kept: Verdict | None = None


@dataclass(frozen=True)
class Lost:
    """In the place of a verdict: the worker was lost, and why."""

    reason: str


@dataclass(frozen=True)
class Task:
    """What all jobs of a run share; `hidden` are folders of this machine that no submission may see.

    `remembers`: what the course's code has answered in earlier runs counts; else it is asked again.
    """

    folder: AssignmentFolder
    hidden: tuple[Path, ...]
    language: str
    device: str
    remembers: bool = True


class Crew(AbstractContextManager["Crew"], Protocol):
    """Workers, by name. At the end of the context they and all that they started are gone, at once where it ends by an error."""

    def size(self) -> int:
        """How many there are, or may soon be."""

    def free(self) -> Sequence[str]:
        """Those that wait for a job."""

    def give(self, worker: str, job: Job) -> None:
        """Give a free worker a job, and do not wait for it."""

    def collect(self) -> list[tuple[Job, Verdict | Lost]]:
        """Wait until some job is over, or the crew has changed; what is over.

        Raises what `Judge` raises when it cannot be made, `SandboxFault` when no worker is left and none comes.
        """


class Machines(Protocol):
    """Where a run's workers are: this machine, or a cluster."""

    @property
    def wall(self) -> str:
        """The name of the wall that they build."""

    def environment(self, assignment: Assignment) -> str:
        """What they compute with; see `grader.run.environment`."""

    def crew(self, task: Task, jobs: int) -> Crew:
        """Workers for so many jobs."""


def grade_all(task: Task, todo: Sequence[Job], crew: Crew, on_start: OnStart) -> Iterator[tuple[Submission, Verdict]]:
    """Have the jobs done, in their order as far as workers are free; verdicts as they come. Raises what `Crew.collect` raises."""
    waiting, running = deque(todo), 0
    lost: set[str] = set()
    while waiting or running:
        for worker in crew.free():
            if waiting:
                job = waiting.popleft()
                on_start(worker, job.submission)
                crew.give(worker, job)
                running += 1
        for job, outcome in crew.collect():
            running -= 1
            if isinstance(outcome, Verdict):
                yield job.submission, outcome
            elif job.submission.student in lost:
                yield job.submission, _given_up(task, job.submission, f"tried twice: {outcome.reason}")
            else:
                lost.add(job.submission.student)
                waiting.append(job)


def longest_first(todo: Sequence[Job], seconds: Mapping[str, float]) -> list[Job]:
    """The jobs by what they took last time, the longest first: one that begins last would keep everybody waiting.

    Those of whom nothing is known stand in the middle; without any history the order stays.
    """
    if not seconds:
        return list(todo)
    unknown = median(seconds.values())
    return sorted(todo, key=lambda job: -seconds.get(job.submission.student, unknown))


def _given_up(task: Task, submission: Submission, reason: str) -> Verdict:
    assignment = task.folder.specification
    text = gettext("The grader failed; this is not the submission's fault: {reason}", reason=reason)
    result = SubmissionResult(
        student=submission.student,
        path=submission.place,
        digest=submission.digest_if_readable(assignment.limits.submission_bytes),
        status=SubmissionStatus.GRADER_ERROR,
        score=None,
        max_score=float(assignment.points),
        messages=(render(text, translate_with(task.language, task.folder.locale, assignment.id)),),
        parts=tuple(PartResult(id=part.id, score=None, max_score=float(part.points)) for part in assignment.parts),
    )
    return Verdict(result=result)
