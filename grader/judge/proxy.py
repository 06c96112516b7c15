"""`submission` in a test: attribute access becomes a call in the sandbox.

A part's id finds the student's implementation in whatever style it was written (`grader.judge.calling`); any other name is called
as it stands. What worked once is tried first the next time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from grader.course.specification import Assignment, Part
from grader.errors import SubmissionCrashed, SubmissionOutOfMemory, SubmissionStopped, SubmissionTimedOut
from grader.judge.alternatives import Alternatives, Reading
from grader.judge.binding import Roles
from grader.judge.calling import Attempt, Question, attempts, nearest_first
from grader.judge.delivery import asked_arguments, essence, in_mode, join, requests_of, served_model
from grader.judge.outcome import Call, CodeRaised, Mismatch, NotFound, Stopped
from grader.judge.plain import kinds, plain
from grader.judge.text import AnyText, gettext
from grader.judge.words import adaptation_notes
from grader.results import TestStatus
from grader.sandbox.exchange import Answer, LoadReport
from grader.sandbox.session import CallProcess, Session
from grader.wire.values import Handle, Model, Value

# After these a call in another form may still succeed; anything else is the student's bug.
_ADAPTABLE = {
    "TypeError",
    "AttributeError",
    "ValueError",
    "IndexError",
    "RuntimeError",
    "AssertionError",
    "KeyError",
    "error",
    "LookupError",
}
_MOST_REOPENED = 5
_MOST_LOST_BEFORE_ANOTHER_TRY = 2
_GRACE_SECONDS = 1.0  # for a session to end by itself
_PATIENT_TIMEOUTS = 2  # a part that hung so often gets a tenth of the time: the class must be graded today
_PATIENT_SEARCHES = 2  # tests of a part in which nothing worked; then only the first ways are tried
_Result = TypeVar("_Result")


@dataclass
class Learnt:
    """What came up in one test: notes on how the submission was adapted, and the parts that were called."""

    notes: list[AnyText] = field(default_factory=list)
    called: set[str] = field(default_factory=set)


@dataclass
class Workplace:
    """One submission being judged: its session, opened again when it was lost, and what was learnt about it."""

    assignment: Assignment
    open_session: Callable[[], tuple[Session, LoadReport]]
    session: Session
    report: LoadReport
    alternatives: Alternatives | None = None
    known: dict[str, Attempt] = field(default_factory=dict)
    roles: dict[tuple[str, ...], Roles] = field(default_factory=dict)
    fruitless: dict[str, int] = field(default_factory=dict)
    learnt: dict[str, Learnt] = field(default_factory=dict)
    reopened: int = 0
    disturbed: bool = False
    kept: dict[str, CallProcess] = field(default_factory=dict)
    timeouts: dict[str, int] = field(default_factory=dict)
    ends: float = field(init=False)

    def __post_init__(self) -> None:
        self.ends = self.session.ends

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
        """The part's process from an earlier test, else a fresh one.

        Public tests come first, so a process is kept until the hidden ones of its part, if several can be.
        """
        for other in () if self.session.holds_many else self.kept.keys() - {part}:
            self.kept.pop(other).close()
        kept = self.kept.get(part)
        usable = kept is not None and not kept.over and not self.session.closed
        process = self.kept.pop(part) if usable else self.fork()
        if self.timeouts.get(part, 0) >= _PATIENT_TIMEOUTS:
            process.seconds = self.assignment.limits.call_seconds / 10
        return process

    def misbehaved(self, part: str, error: SubmissionStopped) -> None:
        """A process of this part did not end well; with it went all others of the submission but its first."""
        self.disturbed = True
        if isinstance(error, SubmissionTimedOut):
            self.timeouts[part] = self.timeouts.get(part, 0) + 1
        self._let_go()

    def _reopen(self) -> None:
        if time.monotonic() >= self.ends:
            raise SubmissionTimedOut("the time of the whole submission is used up")
        if self.reopened >= _MOST_REOPENED:
            raise SubmissionCrashed("its process was lost too often")
        self.reopened += 1
        self.close()
        self.session, self.report = self.open_session()
        self.session.ends = self.ends

    def close(self) -> None:
        """Let go of the processes that were kept, so that they end by themselves, and end the session."""
        self._let_go()
        self.session.close(_GRACE_SECONDS)

    def clear_for_another_try(self) -> bool:
        """End the processes that wait, so that a test can be tried alone, with all memory; whether it may be.

        Not when time is short or the session was lost often. Nor when files were written: in them a submission could note what it
        was asked and that its answer was wrong.
        """
        scarce = self.ends - time.monotonic() < self.assignment.limits.total_seconds / 2
        if scarce or self.reopened >= _MOST_LOST_BEFORE_ANOTHER_TRY:
            return False
        try:
            if not self.session.closed and self.session.footprint() != self.report.files:
                return False
        except SubmissionStopped:
            return False
        for part in list(self.kept):
            self.kept.pop(part).close()
        return True

    def _let_go(self) -> None:
        for process in self.kept.values():
            process.over = True
            process.channel.close()
        self.kept.clear()

    def kept_apart(self) -> bool:
        """Whether no part's tests can have left anything that those of others could notice: to be asked before it is closed.

        Memory they do not share, as each works in a fork of the loaded submission; but a lost process may have taken something
        along, and files stay.
        """
        if self.reopened or self.disturbed or self.session.closed or not self.session.forks or not self.report.files:
            return False
        try:
            return self.session.footprint() == self.report.files
        except SubmissionStopped:
            return False


def _outcome(answer: Answer) -> CodeRaised | Mismatch:
    """How a call ended that gave no value to compare."""
    if answer.failure is not None:
        return CodeRaised(answer.failure)
    message = gettext("Your function returned an object instead of numbers.")
    return Mismatch(message, hint=gettext("Return a tensor, an array, a list or a number."))


def _values(target: dict[str, Value], name: str) -> list[Value]:
    """The values of a mapping in a target, if it has one."""
    found = target.get(name)
    return list(found.values()) if isinstance(found, dict) else []


class SubmissionProxy:
    """The fixture `submission` of one test. Methods raise the outcomes of `grader.judge.outcome`.

    The tests of a part follow one another in one process, as calls in a notebook do, until one fails or does not leave a model
    as it was given: the next then starts from the loaded submission again. Each test is given fresh models.
    """

    def __init__(self, workplace: Workplace, part: str, test: str = "") -> None:
        self._workplace = workplace
        self._part = part
        self._learnt = workplace.learnt.setdefault(test, Learnt())
        self._test = test
        self._spent = False
        self._used = False  # whether it had a process that earlier tests used, or such ones waited beside it
        self._hung = False
        self._process: CallProcess | None = None
        self._calls: list[Call] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        parts = {part.id: part for part in self._workplace.assignment.parts}
        if name in parts:
            return lambda *arguments, **keywords: self.answer(parts[name], arguments)
        return lambda *arguments, **keywords: self._call_by_name(name, arguments, keywords)

    def answer(self, part: Part, arguments: tuple[Any, ...]) -> Any:
        """The student's answer to a part, in plain numbers."""
        return self.call(part, arguments)[1]

    def call(self, part: Part, arguments: tuple[Any, ...]) -> tuple[Call, Any]:
        """The call as it was made, and the answer. The call's arguments are those that the answer belongs to."""
        place = self._workplace
        self._learnt.called.add(part.id)
        model = served_model(place.assignment, part, place.report)
        alternatives = place.alternatives.of(part, arguments, model) if place.alternatives is not None else {}
        question = Question(place.assignment, part, place.report, alternatives, place.roles)
        outcomes: list[CodeRaised | Mismatch] = []
        tried: set[Attempt] = set()
        for attempt in self._worth_trying(question):
            same = essence(question, attempt, arguments)
            if same in tried:
                continue
            tried.add(same)
            answer = self._attempt(question, attempt, arguments)
            if answer.failure is None and not isinstance(answer.value, Handle):
                place.known.setdefault(part.id, attempt)
                return self._finish(question, attempt, arguments, answer)
            outcomes.append(_outcome(answer))
            if answer.failure is not None and not _ADAPTABLE & set(answer.failure.types):
                break
            self.discard()  # a failed call may have left anything behind
        place.fruitless[part.id] = place.fruitless.get(part.id, 0) + 1
        # What a call by other arguments than the function takes says is less than what stopped it inside, or came out of it.
        raise next((one for one in outcomes if isinstance(one, Mismatch) or one.failure.line), outcomes[0])

    def _worth_trying(self, question: Question) -> Iterator[Attempt]:
        """What worked before, then whatever else might: looked for only where it is needed."""
        part, place = question.part, self._workplace
        known = place.known.get(part.id)
        if known is not None:
            yield known
        possible = attempts(question)
        if not possible:
            raise NotFound(
                gettext("Nothing was found under the name {name} (or a usual variant of it).", name=part.names[0]),
                hint=gettext("Define a function named {name}.", name=part.names[0]),
            )
        if known is None and place.fruitless.get(part.id, 0) >= _PATIENT_SEARCHES:
            possible = possible[: len(part.accepts)]
        if known is not None:
            possible = nearest_first(possible, known)
        yield from (attempt for attempt in possible if attempt != known)

    def _attempt(self, question: Question, attempt: Attempt, arguments: tuple[Any, ...]) -> Answer:
        answers = []
        for request in requests_of(question, attempt, arguments):
            answer = self._ask(request.target, request.positional, request.keywords, request.form)
            if answer.failure is not None:
                return answer
            answers.append(answer)
        return answers[0] if len(answers) == 1 else Answer(join([answer.value for answer in answers]), None, ())

    def _finish(self, question: Question, attempt: Attempt, arguments: tuple[Any, ...], answer: Answer) -> tuple[Call, Any]:
        part, alternative = question.part, question.alternatives.get(attempt.alternative)
        for text in adaptation_notes(part, attempt, alternative):
            self._learnt.notes.append(text)
        asked, value = asked_arguments(question, attempt, arguments), plain(answer.value)
        if alternative is not None and alternative.read is not None:
            value = alternative.read(value)
            if isinstance(value, Reading):
                value, asked = value.answer, value.asked
        call = Call(part.id, asked, {}, attempt.candidate.style, kinds(answer.value))
        self._calls.append(call)
        return call, value

    def _call_by_name(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        if name not in self._workplace.report.names:
            raise NotFound(gettext("Nothing was found under the name {name}.", name=name))
        form = "torch" if "torch" in self._workplace.assignment.preload else "numpy"
        answer = self._ask({"via": "name", "name": name}, list(arguments), keywords, form)
        if answer.failure is not None:
            raise CodeRaised(answer.failure)
        return plain(answer.value)

    def state(self, model: Model) -> dict[str, Any]:
        """`digest` of parameters and buffers, and `training` flag, of a model as this test's calls left it."""
        process = self._open()
        digest, training = self._guard(lambda: process.state(in_mode(model, self._workplace.report)))
        return {"digest": digest, "training": training}

    def _ask(self, target: dict[str, Value], positional: list[Any], keywords: dict[str, Any], form: str) -> Answer:
        process = self._open()
        installed = target["via"] == "install"  # a hook, on the submission's own network perhaps, where the next would meet it
        networks = (*positional, *keywords.values(), *_values(target, "constructor"), *_values(target, "globals"))
        lent = target["via"] == "hook" or any(isinstance(value, Model) for value in networks)
        report = self._workplace.report
        arguments = [in_mode(value, report) for value in positional]
        named = {name: in_mode(value, report) for name, value in keywords.items()}
        answer = self._guard(lambda: process.call(target, arguments, named, form))
        self._spent = self._spent or installed or (lent and not answer.clean)
        return answer

    def _open(self) -> CallProcess:
        if self._process is None or self._process.over:
            self._used = self._used or bool(self._workplace.kept)
            self._process = self._guard(lambda: self._workplace.take(self._part))
        return self._process

    def _guard(self, action: Callable[[], _Result]) -> _Result:
        try:
            return self._watch(action)
        except SubmissionTimedOut as error:
            self._hung = True
            raise Stopped(TestStatus.TIMED_OUT, gettext("Your code did not finish in the time that it has.")) from error
        except SubmissionOutOfMemory as error:
            raise Stopped(TestStatus.CRASHED, gettext("Your code's process was ended because memory ran out.")) from error
        except SubmissionStopped as error:
            raise Stopped(TestStatus.CRASHED, gettext("Your code's process ended before it answered.")) from error

    def _watch(self, action: Callable[[], _Result]) -> _Result:
        try:
            return action()
        except SubmissionStopped as error:
            self._workplace.misbehaved(self._part, error)
            raise

    def release(self, passed: bool) -> None:
        """After the test: keep the process for the part's next one, or end it."""
        if self._process is not None and passed and not self._spent and not self._process.over:
            self._process.first = True
            self._workplace.kept[self._part] = self._process
            self._process = None
        self.discard()

    def start_afresh(self) -> bool:
        """Whether the test, which has failed, may fare better in a process of its own: then there is no other any more.

        Not after a hang, which would take as long again.
        """
        if not self._used or self._hung or not self._workplace.clear_for_another_try():
            return False
        self._workplace.learnt.pop(self._test, None)
        return True

    def discard(self) -> None:
        """End this test's process; the next call starts from the loaded submission again."""
        if self._process is not None:
            self._process.close()
            self._process = None
        self._spent = False
