"""One submission while it is judged: its session, the process that waits for the next test, what was learnt about it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from grader.course.specification import Assignment
from grader.errors import SubmissionCrashed, SubmissionStopped, SubmissionTimedOut
from grader.judge.alternatives import Alternatives
from grader.judge.binding import Roles
from grader.judge.question import Attempt, LookedUp
from grader.judge.text import AnyText
from grader.sandbox.exchange import LoadReport
from grader.sandbox.session import CallProcess, Session

_MOST_REOPENED = 5
_MOST_LOST_BEFORE_ANOTHER_TRY = 2
_GRACE_SECONDS = 1.0  # for a session to end by itself
_PATIENT_TIMEOUTS = 2  # a part that hung so often gets a tenth of the time: the class must be graded today


@dataclass
class Learnt:
    """What came up in one test: notes on how the submission was adapted, and the parts that were called."""

    notes: list[AnyText] = field(default_factory=list)
    called: set[str] = field(default_factory=set)


@dataclass
class PartMemory:
    """What earlier tests taught about asking a part.

    Attributes:
        known: the way that answered first.
        known_axes: of the arguments to which it did.
        fruitless: tests in which no way answered.
        furthest: of those that did not, the way that told most in the last such test.
        probed: whether a function reads its arguments in this way.
        meant: the way with an axis more, of one that is written for it; else the same way.
        failures_alone: what failed in a test that began in a process of its own, by its place, its type and its message.
        timeouts: how often a call did not end in time.
    """

    known: Attempt | None = None
    known_axes: tuple[int, ...] = ()
    fruitless: int = 0
    furthest: Attempt | None = None
    probed: dict[Attempt, bool] = field(default_factory=dict)
    meant: dict[Attempt, Attempt] = field(default_factory=dict)
    failures_alone: set[tuple[str, ...]] = field(default_factory=set)
    timeouts: int = 0

    def worked(self, attempt: Attempt, axes: tuple[int, ...]) -> None:
        """A way answered; the first that did stays."""
        if self.known is None:
            self.known, self.known_axes = attempt, axes

    def came_to_nothing(self, furthest: Attempt | None) -> None:
        """No way answered in a test; `furthest` where every way was tried."""
        self.fruitless += 1
        self.furthest = furthest or self.furthest


@dataclass
class Workplace:
    """One submission being judged: its session, opened again when it was lost, and what was learnt about it."""

    assignment: Assignment
    open_session: Callable[[], tuple[Session, LoadReport]]
    session: Session
    report: LoadReport
    alternatives: Alternatives | None = None
    memory: defaultdict[str, PartMemory] = field(default_factory=lambda: defaultdict(PartMemory))  # by part
    learnt: dict[str, Learnt] = field(default_factory=dict)  # by test
    roles: dict[tuple[str, ...], Roles] = field(default_factory=dict)  # reckoned once for all tests
    looked_up: dict[str, LookedUp] = field(default_factory=dict)  # by part, of this report
    reopened: int = 0
    disturbed: bool = False
    answer_bytes: int = 0  # of its answers, which the judge keeps until all are there
    kept: CallProcess | None = None  # of earlier tests, for the next one
    ends: float = field(init=False)
    first: LoadReport = field(init=False)  # of the file as it was loaded before any test

    def __post_init__(self) -> None:
        self.ends = self.session.ends
        self.first = self.report

    @property
    def may_be_quoted(self) -> bool:
        """Whether the submission's names may be told: those that it had before any test. A file that is loaded again can know
        hidden inputs (by the clock, or by which files were read) and be called after them."""
        return self.report.names == self.first.names

    def fork(self) -> CallProcess:
        """A fresh process for calls. Raises `SubmissionStopped` when the session cannot be opened any more."""
        if self.session.closed:
            self._reopen()
        try:
            return self.session.fork()
        except SubmissionCrashed:
            self._reopen()
            return self.session.fork()

    def take(self, part: str) -> CallProcess:
        """The process of earlier tests, of this part or another, else a fresh one."""
        kept, self.kept = self.kept, None
        usable = kept is not None and not kept.over and not self.session.closed
        process = kept if kept is not None and usable else self.fork()
        hurried = self.memory[part].timeouts >= _PATIENT_TIMEOUTS
        patience = self.assignment.part(part).call_seconds or self.assignment.limits.call_seconds
        process.begin(part)
        process.seconds = patience / 10 if hurried else float(patience)
        return process

    def misbehaved(self, part: str, error: SubmissionStopped) -> None:
        """A process did not end well in a test of this part; with it went all others of the submission but its first."""
        self.disturbed = True
        if isinstance(error, SubmissionTimedOut):
            self.memory[part].timeouts += 1
        self._let_go()

    def _reopen(self) -> None:
        if time.monotonic() >= self.ends:
            raise SubmissionTimedOut("the time of the whole submission is used up")
        if self.reopened >= _MOST_REOPENED:
            raise SubmissionCrashed("its process was lost too often")
        self.reopened += 1
        self.close()
        self.session, self.report = self.open_session()
        self.looked_up.clear()
        self.session.ends = self.ends

    def close(self) -> None:
        """Let go of the process that was kept, so that it ends by itself, and end the session."""
        self._let_go()
        self.session.close(_GRACE_SECONDS)

    def clear_for_another_try(self) -> bool:
        """End the process that waits, so that a test can be tried alone, with all memory; whether it may be.

        Not when time is short or the session was lost often. Nor when files were written, which the first try may have done; nor
        where a session lives whose tests share its process, since none of them is ever alone there.
        """
        scarce = self.ends - time.monotonic() < self.assignment.limits.total_seconds / 2
        if scarce or self.reopened >= _MOST_LOST_BEFORE_ANOTHER_TRY:
            return False
        try:
            lives = not self.session.closed
            if lives and (not self.session.forks or self.session.footprint() != self.report.footprint):
                return False
        except SubmissionStopped:
            return False
        if self.kept is not None:
            self.kept.close()
            self.kept = None
        return True

    def _let_go(self) -> None:
        if self.kept is not None:
            self.kept.over = True
            self.kept.channel.close()
            self.kept = None

    def kept_apart(self) -> bool:
        """Whether no part's tests can have left anything that those of others could notice: to be asked before it is closed.

        Each begins where nothing is left behind in what the submission remembers (`grader.guest.leftovers`); but a lost process
        may have taken something along, and files stay. What a submission hides on purpose, in the environment or in pages and
        pipes that its forks share, is not seen: whoever does that keeps verdicts that its tests have given it.
        """
        if self.reopened or self.disturbed or self.session.closed or not self.session.forks or not self.report.footprint:
            return False
        try:
            return self.session.footprint() == self.report.footprint
        except SubmissionStopped:
            return False
