"""What a cluster's worker does: it says what it can, takes a course, grades, and lets go of the course again.

These functions run in the worker's process, by name: the grader must be installed there. All of them work in one thread of their
own, whatever thread they are called from: a judge is no place for two, and the wall's processes end with the thread that
started them. One judge at a time is kept, with its warm template; the fixture store is the worker's own, on its disk.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TypeVar

from grader import __version__
from grader.course.specification import Assignment
from grader.errors import GraderError, WallError
from grader.fixtures.cache import cache_folder
from grader.judge.judge import Judge, JudgePlan
from grader.judge.regrading import Verdict
from grader.run.dispatch import Job
from grader.run.environment import environment_of
from grader.run.parcel import CourseParcel
from grader.run.sizing import pick_device
from grader.sandbox.choice import choose_wall
from grader.sandbox.folders import remove

_Result = TypeVar("_Result")
_thread = ThreadPoolExecutor(1, thread_name_prefix="grader")
_bench: Bench | None = None


@dataclass(frozen=True)
class Ability:
    """What a worker is: its grader, what it computes with, its wall, or why it has none, and what that wall does not do there.

    The last is its machine's own, and does not make it another than the others.
    """

    version: str
    environment: str
    wall: str
    problem: str = ""
    weakness: str = field(default="", compare=False)


@dataclass(frozen=True)
class Order:
    """How a course is to be judged: its parcel's key tells courses apart, `sandbox` names the wall."""

    course: CourseParcel
    key: str
    sandbox: str
    language: str
    device: str


class NoCourse(GraderError):
    """The worker does not have the course: it was started again since it was given it."""


@dataclass
class Bench:
    """A course on this worker, unpacked, and its judge."""

    order: Order
    place: Path
    judge: Judge

    @classmethod
    def make(cls, order: Order) -> Bench:
        """Unpack, and start the template. Raises what `Judge` raises, and `WallError`."""
        wall = choose_wall(order.sandbox)
        if not wall.confines:
            raise WallError("a cluster's worker grades behind a wall only")
        place = Path(tempfile.mkdtemp(prefix="grader-course-"))
        try:
            folder = order.course.unpack(place)
            plan = JudgePlan(folder, wall, (place, cache_folder()), order.language, pick_device(order.device))
            judge = Judge(plan)
            judge.start()
        except BaseException:
            remove(place)
            raise
        return cls(order, place, judge)

    def __post_init__(self) -> None:
        # A worker that is told to end leaves nothing behind; by then no thread can be asked any more.
        self.finalizer = Finalize(None, self._clear, exitpriority=100)

    def clear(self) -> None:
        """End the template, remove the course."""
        self.finalizer()

    def _clear(self) -> None:
        self.judge.close()
        remove(self.place)


def look(sandbox: str, assignment: Assignment) -> Ability:
    """What this worker can do for an assignment."""
    return _alone(lambda: _look(sandbox, assignment))


def enlist(order: Order) -> None:
    """Take the course, and get warm. Raises what `Bench.make` raises."""
    _alone(lambda: _enlist(order))


def grade(key: str, job: Job) -> Verdict:
    """Grade a submission by the course of this key. Raises `NoCourse`; never for what a submission does."""
    return _alone(lambda: _grade(key, job))


def dismiss(key: str) -> None:
    """Let go of the course of this key, if it is here."""
    _alone(lambda: _dismiss(key))


def _alone(action: Callable[[], _Result]) -> _Result:
    return _thread.submit(action).result()


def _look(sandbox: str, assignment: Assignment) -> Ability:
    environment = environment_of(assignment)
    try:
        wall = choose_wall(sandbox)
    except WallError as error:
        return Ability(__version__, environment, "", str(error))
    problem = "" if wall.confines else "it has no wall"
    return Ability(__version__, environment, wall.name, problem, wall.weakness())


def _enlist(order: Order) -> None:
    global _bench
    if _bench is not None and _bench.order == order:
        return
    _dismiss("")
    _bench = Bench.make(order)


def _grade(key: str, job: Job) -> Verdict:
    if _bench is None or _bench.order.key != key:
        raise NoCourse("this worker does not have the course")
    return _bench.judge.verdict(job.submission, job.kept)


def _dismiss(key: str) -> None:
    global _bench
    if _bench is not None and key in ("", _bench.order.key):
        _bench.clear()
        _bench = None
