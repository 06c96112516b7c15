"""Who does what, and what becomes of jobs whose worker is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.assignment import open_assignment
from grader.course.submission import Submission
from grader.errors import SandboxFault
from grader.judge.regrading import Verdict
from grader.results import SubmissionResult, SubmissionStatus
from grader.run.dispatch import Job, Lost, Task, grade_all, longest_first


def job(student: str) -> Job:
    """A job."""
    return Job(Submission(student, Path("/nowhere"), None, "no_file"))


def verdict(student: str) -> Verdict:
    """A verdict on it."""
    result = SubmissionResult(student=student, path="", digest="", status=SubmissionStatus.GRADED, score=1, max_score=1)
    return Verdict(result=result)


class Crew:
    """Workers that finish in the order in which they were given something; `losing` says how often a student's is lost."""

    def __init__(self, workers: int, **losing: int) -> None:
        self.idle = [str(number) for number in range(workers)]
        self.losing = losing
        self.running: list[tuple[str, Job]] = []
        self.given: list[tuple[str, str]] = []
        self.most = 0

    def free(self) -> list[str]:
        """Those without a job."""
        return list(self.idle)

    def give(self, worker: str, job: Job) -> None:
        """Take the job."""
        self.idle.remove(worker)
        self.running.append((worker, job))
        self.given.append((worker, job.submission.student))
        self.most = max(self.most, len(self.running))

    def collect(self) -> list[tuple[Job, Verdict | Lost]]:
        """The oldest job is over."""
        if not self.running:
            raise SandboxFault("nobody is left")
        worker, job = self.running.pop(0)
        self.idle.append(worker)
        student = job.submission.student
        if self.losing.get(student, 0):
            self.losing[student] -= 1
            return [(job, Lost("the worker was lost"))]
        return [(job, verdict(student))]

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_exception: object) -> None: ...


@pytest.fixture
def task(tiny_course: Path) -> Task:
    """A run of the tiny course."""
    return Task(open_assignment(tiny_course / "assignments" / "tiny"), (), "en", "cpu")


def run(task: Task, crew: Crew, *students: str) -> dict[str, SubmissionResult]:
    """Results by student, in the order in which they came."""
    started: list[tuple[str, str]] = []
    todo = [job(student) for student in students]
    done = grade_all(task, todo, crew, lambda worker, submission: started.append((worker, submission.student)))
    found = {submission.student: found.result for submission, found in done}
    assert started == crew.given
    return found


def test_every_worker_has_one_job_at_a_time(task: Task) -> None:
    """Protects what is told of who is at work, and a submission from being taken along by another one's worker."""
    crew = Crew(2)
    assert list(run(task, crew, *"abcde")) == list("abcde")
    assert crew.most == 2


def test_a_lost_job_is_done_again_after_the_others(task: Task) -> None:
    """Protects the class from work that kills its worker, and the work of an honest student from somebody else's machine."""
    crew = Crew(1, a=1)
    found = run(task, crew, *"abc")
    assert list(found) == ["b", "c", "a"]
    assert all(one.score == 1 for one in found.values())


def test_a_job_that_is_lost_twice_is_given_up(task: Task) -> None:
    """Protects the run from going round for ever, and the student from a zero."""
    crew = Crew(2, a=5, c=2)
    found = run(task, crew, *"abcd")
    assert {student: (one.status, one.score) for student, one in found.items()} == {
        "a": ("grader_error", None),
        "b": ("graded", 1),
        "c": ("grader_error", None),
        "d": ("graded", 1),
    }
    assert len(crew.given) == 6
    assert found["a"].messages == ("The grader failed; this is not the submission's fault: tried twice: the worker was lost",)
    assert [(part.id, part.score) for part in found["a"].parts] == [("mean", None), ("clamp", None), ("words", None)]
    assert found["a"].max_score == 100


def test_nobody_is_left(task: Task) -> None:
    """Protects the caller from waiting for workers that do not come."""
    with pytest.raises(SandboxFault, match="nobody is left"):
        run(task, Crew(0), "a")


def test_the_longest_comes_first() -> None:
    """Protects the end of a run from one slow submission that began last; newcomers stand in the middle, ties as they were."""
    todo = [job(student) for student in "abcde"]
    order = [one.submission.student for one in longest_first(todo, {"a": 1, "b": 9, "d": 30, "x": 2})]
    assert order == ["d", "b", "c", "e", "a"]
    assert longest_first(todo, {}) == todo
