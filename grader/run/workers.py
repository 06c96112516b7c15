"""Processes that grade, each with a judge and a warm template of its own.

`grade_all` yields results as they come. One worker runs in this process; more run in processes of their own, started afresh so
that nothing is inherited. When the caller stops (Ctrl-C, an error), every worker and all that it started ends.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from multiprocessing.util import Finalize

from grader.course.submission import Submission
from grader.errors import GraderError, SandboxFault
from grader.judge.judge import Judge, JudgePlan
from grader.judge.regrading import Verdict
from grader.sandbox.folders import remove

_PR_SET_PDEATHSIG = 1
# Of a worker process: made once by its initializer, used by every task; or the error that kept it from being made.
_worker: Judge | GraderError | OSError | None = None


@dataclass(frozen=True)
class Job:
    """A submission to grade, and the verdict that was kept of it, of which some parts may stand."""

    submission: Submission
    kept: Verdict | None = None


def grade_all(plan: JudgePlan, todo: Sequence[Job], jobs: int) -> Iterator[tuple[Submission, Verdict]]:
    """Grade with `jobs` workers; verdicts in the order in which they are finished.

    Raises what `Judge` raises when it cannot be made, `SandboxFault` when a worker process dies twice in a row.
    """
    if jobs <= 1 or len(todo) <= 1:
        with Judge(plan) as judge:
            for job in todo:
                yield job.submission, judge.verdict(job.submission, job.kept)
        return
    left = list(todo)
    for _attempt in range(2):
        finished = set()
        try:
            for submission, verdict in _in_processes(plan, left, min(jobs, len(left))):
                finished.add(submission.student)
                yield submission, verdict
        except BrokenProcessPool:
            left = [job for job in left if job.submission.student not in finished]
            continue
        return
    raise SandboxFault("a worker process of the grader died twice; the submissions that were finished are kept")


def _in_processes(plan: JudgePlan, todo: list[Job], jobs: int) -> Iterator[tuple[Submission, Verdict]]:
    context = get_context("spawn")
    shares = context.SimpleQueue()
    for share in shares_of_cores(jobs):
        shares.put(share)
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_start_worker, initargs=(plan, os.getpid(), shares))
    try:
        with _deaf_to_interrupts():  # workers are born here; a Ctrl-C before they are set up would print their tracebacks
            waiting: dict[Future[Verdict], Submission] = {pool.submit(_grade, job): job.submission for job in todo}
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield waiting.pop(future), future.result()
    except BaseException:
        _end_processes(pool)
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C for a moment; what is started meanwhile ignores it for good, across `exec` too."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


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


def _start_worker(plan: JudgePlan, parent: int, shares: SimpleQueue[set[int]]) -> None:
    global _worker
    if share := shares.get():
        os.sched_setaffinity(0, share)  # the template and the submissions inherit it, and the filter keeps it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the terminal is the parent's to handle
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)  # a killed parent leaves no worker behind
        if os.getppid() != parent:
            os._exit(1)
    asked_to_end: list[int] = []
    Finalize(None, _close_worker, exitpriority=100)  # a worker's end runs no `atexit`, and its template's files would stay
    try:
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
    if isinstance(_worker, Judge) and _worker.template is not None:
        _worker.template.close()


def _end_worker() -> None:
    if isinstance(_worker, Judge) and _worker.template is not None:
        _worker.template.kill()
        remove(_worker.template.scratch)
    os._exit(1)


def _grade(job: Job) -> Verdict:
    if _worker is None:
        raise SandboxFault("a worker was asked before it was started")
    if isinstance(_worker, GraderError | OSError):
        raise _worker
    return _worker.verdict(job.submission, job.kept)
