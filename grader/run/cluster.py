"""Workers of a Dask cluster as a crew: the same judge, behind a wall, on other machines.

Who is taken: workers with this grader's version, with a wall, and alike in wall and libraries, so that it does not matter which
of them grades what. The course goes to each of them once, submissions go as bytes, one at a time. A worker that disappears is
lost (`grader.run.dispatch` says what becomes of its job); one that comes later is looked at and taken like the others, while
those work on. One that was left out is looked at again after a while: it may have been mended, or busy. Dask's workers do not
come back from a lost connection: they end, so that what they had in hand is lost indeed.
"""

from __future__ import annotations

import contextlib
import queue
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any

import dask
from distributed import Client, Future, fire_and_forget, wait
from distributed.client import ClosedClientError

from grader import __version__
from grader.course.specification import Assignment
from grader.errors import SandboxFault, UsageError, WallError
from grader.judge.regrading import Verdict
from grader.run import remote
from grader.run.dispatch import Crew, Job, Lost, Task
from grader.run.parcel import carry, pack_course
from grader.run.remote import Ability, NoCourse, Order
from grader.sandbox.choice import WALLS

_CONNECT_SECONDS = 10
_ASK_SECONDS = 180  # to look a worker over, or to give it the course: it imports torch, and warms a template
_PATIENCE_SECONDS = 120.0  # for a first worker, or for another where none is left
_FETCH_SECONDS = 60.0  # for an answer that a worker says it has
_LOOK_SECONDS = 1.0
_AGAIN_SECONDS = 60.0  # until one that was left out is looked at again; twice as long each time
_GONE = "the cluster's scheduler is gone; what was finished is kept"


class Cluster:
    """A scheduler's workers; see `grader.run.dispatch.Machines`. A context manager.

    `warn` is told who is left out, and why, and what walls do not do. Raises `UsageError` when no scheduler answers.
    """

    def __init__(self, address: str, sandbox: str, warn: Callable[[str], None]) -> None:
        self.sandbox = sandbox
        self.warn = warn
        self.left_out: set[str] = set()
        self.told_weakness = False
        self.known: set[str] = set()
        self.abilities: dict[str, Ability] = {}
        self.chosen: Ability | None = None
        try:
            self.client = Client(address, timeout=_CONNECT_SECONDS, name="grade")
        except (OSError, ValueError) as error:
            raise UsageError(
                f"--cluster: no scheduler answers at {address}: {error}", remedy="start one with: dask scheduler"
            ) from error

    @property
    def wall(self) -> str:
        """The wall that all of its workers have."""
        return self._choice().wall

    def environment(self, assignment: Assignment) -> str:
        """What all of its workers compute with; they are looked over first.

        Raises `WallError` when none can be used, `SandboxFault` when none comes.
        """
        self.abilities, self.chosen = {}, None
        until = time.monotonic() + _PATIENCE_SECONDS
        while not self.addresses():
            if time.monotonic() > until:
                raise SandboxFault("the cluster has no worker", remedy="start one with: dask worker --nthreads 1 SCHEDULER")
            time.sleep(_LOOK_SECONDS)
        self.look_over(self.addresses(), assignment)
        usable = [one for one in self.abilities.values() if not _problem(one)]
        if not usable:
            reasons = "; ".join(sorted({_problem(one) for one in self.abilities.values()}))
            raise WallError(f"the cluster has no worker that can be used: {reasons}", remedy="grade doctor, on its machine")
        best = min((one.wall for one in usable), key=WALLS.index)
        counted = Counter(one for one in usable if one.wall == best)
        self.chosen = max(counted, key=lambda one: (counted[one], one.environment))
        if self.wall not in (self.sandbox, WALLS[0]):
            self.warn(f"The weaker wall is used: {self.wall}. `grade doctor` says why on a worker's machine, and what helps.")
        self.tell()
        return self.chosen.environment

    @property
    def is_closed(self) -> bool:
        """Whether the client has given the scheduler up, after some seconds without it."""
        return self.client.status in ("closing", "closed")

    def addresses(self) -> set[str]:
        """Those of all workers that the scheduler knows now; where it does not answer, those that it knew last.

        Raises `SandboxFault` when the client has given it up.
        """
        scheduler = self.client.scheduler
        if self.is_closed or scheduler is None:
            raise SandboxFault(_GONE)
        # Not the client's `scheduler_info`, which returns what the client itself renews in the background, every other second and
        # without workers: read a moment too late it would have all of them lost.
        with contextlib.suppress(OSError):
            self.known = set(self.client.sync(scheduler.identity, n_workers=-1)["workers"])
        return self.known

    def look_over(self, addresses: set[str], assignment: Assignment) -> None:
        """Ask workers what they can do; one that does not say is remembered as one that can do nothing."""
        asked = {address: self.on(address, remote.look, self.sandbox, assignment) for address in sorted(addresses)}
        self.wait_for(asked)
        for address, future in asked.items():
            self.abilities[address] = _answer(future)

    def usable(self, address: str) -> bool:
        """Whether the worker is like the others."""
        return self.abilities.get(address) == self._choice()

    def tell(self) -> None:
        """Warn of workers that are left out, of each once; and, once, of a wall that does less than it could."""
        weak = [address for address, ability in self.abilities.items() if self.usable(address) and ability.weakness]
        if weak and not self.told_weakness:
            self.told_weakness = True
            others = f" (and of {len(weak) - 1} more)" if len(weak) > 1 else ""
            self.warn(f"Wall of the worker {weak[0]}{others}: {self.wall}, but {self.abilities[weak[0]].weakness}.")
        for address, ability in self.abilities.items():
            if not self.usable(address) and address not in self.left_out:
                self.left_out.add(address)
                problem = _problem(ability) or f"it is not like the others: {ability.wall}, {ability.environment}"
                self.warn(f"The worker {address} is left out: {problem}")

    def crew(self, task: Task, jobs: int) -> Crew:
        """All of the workers that can be used."""
        return ClusterCrew(self, task)

    def on(self, address: str, function: Callable[..., Any], *arguments: Any) -> Future:
        """Have a worker, and no other, call a function. Raises `SandboxFault` when the client has given the scheduler up."""
        only = {"workers": [address], "allow_other_workers": False, "retries": 0, "pure": False}
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GiB"}):  # a course has pictures
            try:
                return self.client.submit(function, *arguments, **only)
            except ClosedClientError as error:
                raise SandboxFault(_GONE) from error

    def wait_for(self, asked: Mapping[str, Future]) -> None:
        """Until all are done that were asked of workers which are still there, or the time is up; see their status then."""
        until = time.monotonic() + _ASK_SECONDS
        left = dict(asked)
        while left and time.monotonic() < until:
            with contextlib.suppress(TimeoutError, CancelledError):
                wait(list(left.values()), timeout=_LOOK_SECONDS)
            there = self.addresses()
            left = {address: future for address, future in left.items() if not future.done() and address in there}

    def _choice(self) -> Ability:
        if self.chosen is None:
            raise SandboxFault("the cluster's workers have not been looked over")
        return self.chosen

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.client.close(timeout=5)


@dataclass(frozen=True)
class _Asked:
    """What a worker that is not taken yet was asked, and until when it is waited for: what it can do, or to take the course."""

    future: Future
    until: float
    takes_course: bool


class ClusterCrew:
    """The workers of one run; see `grader.run.dispatch.Crew`."""

    def __init__(self, cluster: Cluster, task: Task) -> None:
        self.cluster = cluster
        self.task = task
        course = pack_course(task.folder)
        self.order = Order(course, course.key, cluster.wall, task.language, task.device)
        self.members: set[str] = set()
        self.asked: dict[str, _Asked] = {}
        self.left_out = Counter[str]()  # how often
        self.again: dict[str, float] = {}  # when they are looked at again
        self.running: dict[str, tuple[Job, Future]] = {}
        self.over: queue.SimpleQueue[tuple[str, Future]] = queue.SimpleQueue()
        self.looked = 0.0
        self.alone_since = time.monotonic()

    def size(self) -> int:
        """Members, and those that may soon be."""
        return len(self.members | self.asked.keys())

    def free(self) -> Sequence[str]:
        """Members without a job."""
        return sorted(self.members - self.running.keys())

    def give(self, worker: str, job: Job) -> None:
        """Send the submission's files."""
        limit = self.task.folder.specification.limits.submission_bytes
        carried = Job(carry(job.submission, limit), job.kept)
        future = self.cluster.on(worker, remote.grade, self.order.key, carried)
        self.running[worker] = (job, future)
        future.add_done_callback(lambda done: self.over.put((worker, done)))

    def collect(self) -> list[tuple[Job, Verdict | Lost]]:
        """Verdicts, or the jobs of workers that are no longer there; nothing, when only the crew has changed."""
        try:
            worker, future = self.over.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            return self._look_around()
        found = self._outcome(worker, future)
        return found if time.monotonic() - self.looked < _LOOK_SECONDS else [*found, *self._look_around()]

    def _outcome(self, worker: str, future: Future) -> list[tuple[Job, Verdict | Lost]]:
        if worker in self.asked and self.asked[worker].future is future:
            self._answered(worker)
        if worker not in self.running or self.running[worker][1] is not future:
            return []  # it was given up before
        job, _ = self.running.pop(worker)
        error: BaseException | None = None
        if future.status == "finished":
            try:
                verdict: Verdict = _fetch(future)
                return [(job, verdict)]
            except OSError as lost:
                error = lost
                if isinstance(lost, TimeoutError):
                    future.cancel()
                    self._leave_out(worker, "it does not hand over what it has graded")
        elif future.status == "error":
            error = future.exception()
        if isinstance(error, UsageError):  # the course's own fault
            raise error
        if isinstance(error, NoCourse):  # it was started again, under its old address
            self.members.discard(worker)
        return [(job, Lost(f"the worker {worker} was lost: {error or future.status}"))]

    def _look_around(self) -> list[tuple[Job, Verdict | Lost]]:
        self.looked = time.monotonic()
        there = self.cluster.addresses()
        lost: list[tuple[Job, Verdict | Lost]] = []
        for worker in (self.members | self.asked.keys() | self.cluster.abilities.keys()) - there:
            lost += self._gone(worker)
        for worker, asked in list(self.asked.items()):
            if self.looked > asked.until:
                self._answered(worker)
        for worker in sorted(there - self.members - self.asked.keys()):
            if self.looked >= self.again.get(worker, 0.0):
                self._ask(worker)
        if self.members:
            self.alone_since = time.monotonic()
        elif not self.asked and time.monotonic() - self.alone_since > _PATIENCE_SECONDS:
            raise SandboxFault("the cluster has no worker left; what was finished is kept")
        return lost

    def _gone(self, worker: str) -> list[tuple[Job, Verdict | Lost]]:
        """Forget a worker; its job, which is lost. Whoever has its address later is another."""
        self.members.discard(worker)
        self.cluster.abilities.pop(worker, None)
        self.again.pop(worker, None)
        if worker in self.asked:
            self.asked.pop(worker).future.cancel()
        if worker not in self.running:
            return []
        job, future = self.running.pop(worker)
        future.cancel()
        return [(job, Lost(f"the worker {worker} was lost"))]

    def _ask(self, worker: str) -> None:
        """Ask one that is not taken what it can do; one of which that is known, to take the course. Its answer is waited for in
        `collect`, as verdicts are."""
        if worker in self.again:
            self.again.pop(worker)
            self.cluster.abilities.pop(worker, None)
        takes_course = worker in self.cluster.abilities
        if takes_course and not self.cluster.usable(worker):
            self._put_off(worker)
            return
        future = (
            self.cluster.on(worker, remote.enlist, self.order)
            if takes_course
            else self.cluster.on(worker, remote.look, self.cluster.sandbox, self.task.folder.specification)
        )
        self.asked[worker] = _Asked(future, time.monotonic() + _ASK_SECONDS, takes_course)
        future.add_done_callback(lambda done: self.over.put((worker, done)))

    def _answered(self, worker: str) -> None:
        """A worker has answered, or its time is up. Raises `UsageError` where the course is at fault."""
        asked = self.asked.pop(worker)
        future = asked.future
        if not asked.takes_course:
            self.cluster.abilities[worker] = _answer(future)
            self.cluster.tell()
            self._ask(worker)
        elif future.status == "finished":
            self.members.add(worker)
            self.cluster.left_out.discard(worker)
        else:
            error = future.exception() if future.status == "error" else None
            if isinstance(error, UsageError):
                raise error
            future.cancel()
            self._leave_out(worker, f"it did not take the course: {error or 'no answer'}")

    def _leave_out(self, worker: str, problem: str) -> None:
        self.members.discard(worker)
        self.cluster.abilities[worker] = Ability("", "", self.cluster.abilities[worker].wall, problem)
        self.cluster.tell()
        self._put_off(worker)

    def _put_off(self, worker: str) -> None:
        self.again[worker] = time.monotonic() + _AGAIN_SECONDS * 2 ** self.left_out[worker]
        self.left_out[worker] += 1

    def __enter__(self) -> Crew:
        self._look_around()
        while self.asked and not self.members:
            self.collect()
        return self

    def __exit__(self, *exception: object) -> None:
        if self.cluster.is_closed:
            return  # nobody can be told any more
        for future in (*(future for _, future in self.running.values()), *(one.future for one in self.asked.values())):
            future.cancel()
        # Not while something else still runs: what a worker has begun it ends first.
        told = sorted(self.members | self.asked.keys())
        farewells = {worker: self.cluster.on(worker, remote.dismiss, self.order.key) for worker in told}
        if exception[0] is None:
            self.cluster.wait_for({worker: farewells.pop(worker) for worker in sorted(self.members)})
        if farewells:
            fire_and_forget(list(farewells.values()))


def _problem(ability: Ability) -> str:
    if not ability.problem and ability.version != __version__:
        return f"it has version {ability.version} of the grader, this is {__version__}"
    return ability.problem


def _answer(future: Future) -> Ability:
    """What a worker says of itself; that it says nothing, where that is so."""
    if future.status == "finished":
        with contextlib.suppress(OSError):
            ability: Ability = _fetch(future)
            return ability
    error = future.exception() if future.status == "error" else None
    future.cancel()
    return Ability("", "", "", f"{type(error).__name__}: {error}" if error else "it does not answer")


def _fetch(future: Future) -> Any:
    """The answer that a worker says it has. Raises `TimeoutError` where it does not hand it over, `OSError` where it is lost.

    Never without a limit: once the worker is gone Dask has the task done again, by the same worker and no other, and waits.
    """
    try:
        return future.result(timeout=_FETCH_SECONDS)
    except CancelledError as error:
        raise ConnectionError(str(error)) from error
