"""`submission` in a test: attribute access becomes a call in the sandbox.

A part's id finds the student's implementation in whatever style it was written (`grader.judge.calling`); any other name is called
as it stands. What worked once is tried first the next time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from grader.course.specification import Assignment, Part
from grader.errors import SubmissionCrashed, SubmissionOutOfMemory, SubmissionStopped, SubmissionTimedOut
from grader.judge.calling import Attempt, attempts
from grader.judge.outcome import Call, CodeRaised, NotFound, Stopped
from grader.judge.plain import kinds, plain
from grader.judge.text import AnyText, gettext
from grader.results import TestStatus
from grader.sandbox.session import Answer, CallProcess, Failure, LoadReport, Session
from grader.wire.values import Array, Handle, Model, Value

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
_PATIENT_TIMEOUTS = 2  # a part that hung so often gets a tenth of the time: the class must be graded today
_Result = TypeVar("_Result")


@dataclass
class Workplace:
    """One submission being judged: its session, opened again when it was lost, and what was learnt about it."""

    assignment: Assignment
    open_session: Callable[[], tuple[Session, LoadReport]]
    session: Session
    report: LoadReport
    known: dict[str, Attempt] = field(default_factory=dict)
    notes: list[AnyText] = field(default_factory=list)
    reopened: int = 0
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
        """The part's process from an earlier test, else a fresh one."""
        kept = self.kept.get(part)
        usable = kept is not None and not kept.over and not self.session.closed
        process = self.kept.pop(part) if usable else self.fork()
        if self.timeouts.get(part, 0) >= _PATIENT_TIMEOUTS:
            process.seconds = self.assignment.limits.call_seconds / 10
        return process

    def misbehaved(self, part: str, error: SubmissionStopped) -> None:
        """A process of this part did not end well; with it went all others of the submission but its first."""
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
        """End the session and let go of the processes that were kept in it."""
        self.session.close()
        self._let_go()

    def _let_go(self) -> None:
        for process in self.kept.values():
            process.over = True
            process.channel.close()
        self.kept.clear()

    def note(self, text: AnyText) -> None:
        """Tell the student once about an adaptation."""
        if text not in self.notes:
            self.notes.append(text)


class SubmissionProxy:
    """The fixture `submission` of one test. Methods raise the outcomes of `grader.judge.outcome`.

    The tests of a part follow one another in one process, as calls in a notebook do, until one fails or is given a model: the
    next then starts from the loaded submission again, with fresh models.
    """

    def __init__(self, workplace: Workplace, part: str) -> None:
        self._workplace = workplace
        self._part = part
        self._spent = False
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
        """The call as it was made, and the answer."""
        report = self._workplace.report
        possible = attempts(part, report)
        if not possible:
            raise NotFound(
                gettext("Nothing was found under the name {name} (or a usual variant of it).", name=part.names[0]),
                hint=gettext("Define a function named {name}.", name=part.names[0]),
            )
        known = self._workplace.known.get(part.id)
        if known is not None:
            possible = [known, *(attempt for attempt in possible if attempt != known)]
        first_failure: Failure | None = None
        for attempt in possible:
            answer = self._attempt(part, attempt, arguments)
            if answer.failure is None and not _is_unfit(answer.value):
                self._workplace.known.setdefault(part.id, attempt)
                return self._finish(part, attempt, arguments, answer)
            failure = answer.failure or Failure(("TypeError",), "the answer is an object, not a value", 0, 0, "")
            first_failure = first_failure or failure
            if not _ADAPTABLE & set(failure.types):
                break
            self.discard()  # a failed call may have left anything behind
        assert first_failure is not None
        raise CodeRaised(first_failure)

    def _attempt(self, part: Part, attempt: Attempt, arguments: tuple[Any, ...]) -> Answer:
        roles = {parameter.role: value for parameter, value in zip(part.parameters, arguments, strict=False)}
        for change in attempt.changes:
            kind, _, role = change.partition(":")
            roles[role] = _change(kind, roles[role])
        candidate = attempt.candidate
        target = dict(candidate.target)
        if candidate.constructor:
            self._spent = True
            target["constructor"] = [_wire(roles[role]) for role in candidate.constructor]
        network = self._implied_network(part, attempt, roles)
        if network is not None:
            target["network"] = network
        if candidate.style == "variable":
            return self._ask(target, [], {}, attempt.form)
        positional = [roles[role] for role in candidate.binding.positional]
        keywords = {name: roles[role] for name, role in candidate.binding.keywords}
        return self._ask(target, positional, keywords, attempt.form)

    def _implied_network(self, part: Part, attempt: Attempt, roles: dict[str, Any]) -> Model | None:
        omitted = [roles[role] for role in attempt.candidate.binding.omitted]
        return next((self._in_mode(value) for value in omitted if isinstance(value, Model)), None)

    def _in_mode(self, value: Any) -> Any:
        # A notebook that calls `.eval()` on its network at top level rightly expects functions to be given one in eval mode.
        if isinstance(value, Model) and value.in_training and self._workplace.report.evaluated:
            return replace(value, in_training=False)
        return value

    def _finish(self, part: Part, attempt: Attempt, arguments: tuple[Any, ...], answer: Answer) -> tuple[Call, Any]:
        for text in adaptation_notes(part, attempt):
            self._workplace.note(text)
        call = Call(part.id, arguments, {}, attempt.candidate.style, kinds(answer.value))
        self._calls.append(call)
        return call, plain(answer.value)

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
        digest, training = self._guard(lambda: process.state(self._in_mode(model)))
        return {"digest": digest, "training": training}

    def _ask(self, target: dict[str, Value], positional: list[Any], keywords: dict[str, Any], form: str) -> Answer:
        process = self._open()
        self._spent = self._spent or "network" in target or any(isinstance(v, Model) for v in (*positional, *keywords.values()))
        arguments = [self._in_mode(value) for value in positional]
        named = {name: self._in_mode(value) for name, value in keywords.items()}
        return self._guard(lambda: process.call(target, arguments, named, form))

    def _open(self) -> CallProcess:
        if self._process is None or self._process.over:
            self._process = self._guard(lambda: self._workplace.take(self._part))
        return self._process

    def _guard(self, action: Callable[[], _Result]) -> _Result:
        try:
            return self._watch(action)
        except SubmissionTimedOut as error:
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
            self._workplace.kept[self._part] = self._process
            self._process = None
        self.discard()

    def discard(self) -> None:
        """End this test's process; the next call starts from the loaded submission again."""
        if self._process is not None:
            self._process.close()
            self._process = None
        self._spent = False


def _is_unfit(value: Value) -> bool:
    """Whether an answer is an object that stayed behind: another way of calling may give numbers."""
    return isinstance(value, Handle)


def _wire(value: Any) -> Value:
    return Array(value) if type(value).__module__ == "numpy" else value


def _change(kind: str, value: Any) -> Any:
    if kind == "list":
        return [value]
    if kind == "expand":
        return value[None] if hasattr(value, "shape") else [value]
    shape = getattr(value, "shape", None)
    return value[0] if shape and shape[0] == 1 else value


def adaptation_notes(part: Part, attempt: Attempt) -> list[AnyText]:
    """What was adapted, in words for the student."""
    candidate, texts = attempt.candidate, []
    canonical = part.names[0]
    if candidate.style == "forward_hook":
        texts.append(gettext("No function {name} was found; your forward hook was used instead.", name=canonical))
    elif candidate.style == "variable":
        texts.append(
            gettext("No function {name} was found; your variable {found} was used.", name=canonical, found=candidate.name)
        )
    elif candidate.name != canonical:
        texts.append(gettext("{found} was taken for {name}.", name=canonical, found=candidate.name))
    if attempt.form != part.accepts[0] and candidate.style not in ("variable", "forward_hook"):
        texts.append(gettext("{name} was called with {form} arguments.", name=canonical, form=attempt.form))
    for change in attempt.changes:
        kind, _, role = change.partition(":")
        if kind == "list":
            texts.append(gettext("{name}: {role} was passed as a list of one.", name=canonical, role=role))
        else:
            texts.append(gettext("{name}: the batch axis of {role} was adapted.", name=canonical, role=role))
    return list(texts)
