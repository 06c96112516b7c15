"""Workers on this machine: processes that grade, each with a judge and a warm template of its own.

One worker is this process itself; more are processes of their own, started afresh so that nothing is inherited. When the caller
stops (Ctrl-C, an error), every worker and all that it started ends. A worker that dies is replaced.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.util import Finalize

from grader.course.specification import Assignment
from grader.errors import GraderError, SandboxFault
from grader.judge.judge import Judge, JudgePlan
from grader.judge.regrading import Verdict
from grader.run.dispatch import Crew, Job, Lost, Task
from grader.run.environment import environment_of
from grader.sandbox.cgroups import remove_own
from grader.sandbox.folders import remove
from grader.sandbox.wall import Wall

_SAFE_PATH = "PYTHONSAFEPATH"  # see "Command line and environment" in Python's documentation
_FROM_TERMINAL = (signal.SIGINT, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))
_MOST_DEATHS = 5  # of workers in a row, without anything graded in between
# Of a worker process: made once by its initializer, used by every task; or the error that kept it from being made.
_worker: Judge | GraderError | OSError | None = None


@dataclass(frozen=True)
class ThisMachine:
    """The machine that `grade` runs on, with at most `most` workers; see `grader.run.dispatch.Machines`."""

    built: Wall
    most: int = 1

    @property
    def wall(self) -> str:
        """The wall's name."""
        return self.built.name

    def environment(self, assignment: Assignment) -> str:
        """This process's own."""
        return environment_of(assignment)

    def crew(self, task: Task, jobs: int) -> Crew:
        """One worker for one job, else as many as may be and are needed."""
        environment = self.environment(task.folder.specification) if task.remembers else ""
        plan = JudgePlan(task.folder, self.built, task.hidden, task.language, task.device, environment=environment)
        workers = min(self.most, jobs)
        return Processes(plan, workers) if workers > 1 else ThisProcess(plan)


class ThisProcess:
    """A crew of one, which is this process: nothing to start, and nothing to see of what it does meanwhile."""

    def __init__(self, plan: JudgePlan) -> None:
        with _kept_objects():
            self.judge = Judge.begin(plan)
        self.job: Job | None = None

    def size(self) -> int:
        """One."""
        return 1

    def free(self) -> Sequence[str]:
        """Itself."""
        return () if self.job else ("1",)

    def give(self, worker: str, job: Job) -> None:
        """Remember the job."""
        self.job = job

    def collect(self) -> list[tuple[Job, Verdict | Lost]]:
        """Do it."""
        job, self.job = self.job, None
        return [(job, self.judge.verdict(job.submission, job.kept))] if job else []

    def __enter__(self) -> Crew:
        self.judge.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.judge.close()
        gc.unfreeze()
        if exception[0] is not None:  # Ctrl-C may come while a group is made, before anybody holds it who would end it
            remove_own()


@contextmanager
def _kept_objects() -> Iterator[None]:
    """What is made in the body stays, and nobody looks through it for garbage: of torch alone that takes 0.25 s while it is
    imported, and 0.1 s each time later."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if enabled:
            gc.enable()


@dataclass
class _Desk:
    """A worker's place: its cores, and the pool of one process that works there, once there is something to do."""

    share: set[int]
    pool: ProcessPoolExecutor | None = None


@dataclass
class Processes:
    """A crew of processes."""

    plan: JudgePlan
    count: int
    desks: dict[str, _Desk] = field(init=False)
    running: dict[Future[Verdict], tuple[str, Job]] = field(default_factory=dict)
    deaths: int = 0

    def __post_init__(self) -> None:
        self.desks = {str(number): _Desk(share) for number, share in enumerate(shares_of_cores(self.count), start=1)}

    def size(self) -> int:
        """All of them, started or not."""
        return self.count

    def free(self) -> Sequence[str]:
        """Those without a job."""
        busy = {worker for worker, _ in self.running.values()}
        return [worker for worker in self.desks if worker not in busy]

    def give(self, worker: str, job: Job) -> None:
        """Start the worker where it does not run yet."""
        try:
            future = self._submit(worker, job)
        except BrokenProcessPool:  # it died while it waited
            self._clear(worker)
            future = self._submit(worker, job)
        self.running[future] = (worker, job)

    def _submit(self, worker: str, job: Job) -> Future[Verdict]:
        desk = self.desks[worker]
        # Workers are born here; a Ctrl-C before they are set up would print their tracebacks.
        with _deaf_to_interrupts(), _blind_to_current_folder():
            if desk.pool is None:
                told = (self.plan, os.getpid(), desk.share)
                desk.pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=_start_worker, initargs=told)
            return desk.pool.submit(_grade, job)

    def collect(self) -> list[tuple[Job, Verdict | Lost]]:
        """Verdicts, and what workers that died had before them. An error of one worker waits until no verdict is left."""
        done, _ = wait(self.running, return_when=FIRST_COMPLETED)
        over: list[tuple[Job, Verdict | Lost]] = []
        errors = []
        for future in done:
            error = future.exception()
            if error is not None and not isinstance(error, BrokenProcessPool):
                errors.append(error)  # its worker stays busy: the next call meets it again
                continue
            worker, job = self.running.pop(future)
            if error is None:
                over.append((job, future.result()))
                self.deaths = 0
            else:
                self._clear(worker)
                self.deaths += 1
                over.append((job, Lost("the worker that graded it died")))
        if any(isinstance(outcome, Verdict) for _, outcome in over):
            return over
        if errors:
            raise errors[0]
        if self.deaths >= _MOST_DEATHS:
            raise SandboxFault("worker processes of the grader die one after the other; what was finished is kept")
        return over

    def _clear(self, worker: str) -> None:
        pool, self.desks[worker].pool = self.desks[worker].pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *exception: object) -> None:
        pools = [desk.pool for desk in self.desks.values() if desk.pool is not None]
        if exception[0] is not None:
            for pool in pools:
                _end_processes(pool)
        for wait_for_it in (False, True):  # all are told before any is waited for
            for pool in pools:
                pool.shutdown(wait=wait_for_it, cancel_futures=True)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C and a hang-up for a moment; what is started meanwhile ignores them for good, across `exec` too."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _FROM_TERMINAL}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _blind_to_current_folder() -> Iterator[None]:
    """What is started meanwhile imports nothing from the current folder.

    `multiprocessing` starts workers, and its tracker of resources, as `python -c`, which looks there first: in a folder of
    submissions a student's `signal.py` would become the judge's.
    """
    before = os.environ.get(_SAFE_PATH)
    os.environ[_SAFE_PATH] = "1"
    try:
        yield
    finally:
        del os.environ[_SAFE_PATH]
        if before is not None:
            os.environ[_SAFE_PATH] = before


def _end_processes(pool: ProcessPoolExecutor) -> None:
    for process in list((pool._processes or {}).values()):
        process.terminate()


def shares_of_cores(jobs: int) -> list[set[int]]:
    """The cores of each worker, none in two shares; empty sets where there are not enough, or where none can be chosen.

    Without it a submission that keeps many processes busy would take a core from the next worker's, whose honest code would
    run out of time.
    """
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return [set(cores[number::jobs]) if len(cores) >= jobs else set() for number in range(jobs)]


def _start_worker(plan: JudgePlan, parent: int, share: set[int]) -> None:
    global _worker
    if share:
        os.sched_setaffinity(0, share)  # the template and the submissions inherit it, and the filter keeps it
    for number in _FROM_TERMINAL:
        signal.signal(number, signal.SIG_IGN)  # what the terminal tells all is the parent's to handle
    if sys.platform == "linux":
        from grader.guest.kernel import die_with_parent  # other systems have none of what it imports

        die_with_parent(signal.SIGTERM)  # a killed parent leaves no worker behind
        if os.getppid() != parent:
            os._exit(1)
    asked_to_end: list[int] = []
    Finalize(None, _close_worker, exitpriority=100)  # a worker's end runs no `atexit`, and its template's files would stay
    try:
        with _kept_objects():
            judge = Judge(plan)  # the course's own code runs here, as long as it likes: until it is done SIGTERM ends the worker
            signal.signal(signal.SIGTERM, lambda number, _frame: asked_to_end.append(number))
            judge.start()
        _worker = judge
    except (GraderError, OSError) as error:
        _worker = error  # raised here it would be a broken pool to the parent; raised by the first task it keeps its words
    signal.signal(signal.SIGTERM, lambda *_: _end_worker())
    if asked_to_end:  # not before: half a start would leave its folder behind
        _end_worker()


def _close_worker() -> None:
    if isinstance(_worker, Judge):
        _worker.close()


def _end_worker() -> None:
    if isinstance(_worker, Judge) and _worker.template is not None:
        _worker.template.kill()
        remove_own()
        remove(_worker.template.scratch)
    os._exit(1)


def _grade(job: Job) -> Verdict:
    if _worker is None:
        raise SandboxFault("a worker was asked before it was started")
    if isinstance(_worker, GraderError | OSError):
        raise _worker
    return _worker.verdict(job.submission, job.kept)
