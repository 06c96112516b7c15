"""A trusted stand-in for a submission: functions of the course itself, called in this process.

It offers what `grader.judge.proxy.SubmissionProxy` offers to tests. Only the reference, variants of it and odd answers are ever
run so.
"""

from __future__ import annotations

import inspect
import signal
import traceback
from collections.abc import Callable
from types import FrameType
from typing import Any

from grader.course.specification import Assignment, Part
from grader.judge.misconception import for_one_test
from grader.judge.outcome import Call, CodeRaised, Stopped
from grader.judge.plain import kinds, plain
from grader.judge.reference import Reference
from grader.judge.text import gettext
from grader.results import TestStatus
from grader.sandbox.exchange import Failure
from grader.wire.digest import answer_of, in_training, state_digest
from grader.wire.values import Model
from grader.wire.wrapping import wired_answer

Function = Callable[..., Any]


class Overtime(BaseException):
    """A variant did not finish in time."""


class LocalSubmission:
    """The fixture `submission` of one test, answered by `functions[part id]`; calls are cut off after `seconds`."""

    def __init__(self, assignment: Assignment, functions: dict[str, Function], reference: Reference, seconds: float) -> None:
        self._assignment = assignment
        self._functions = {part: for_one_test(function) for part, function in functions.items()}
        self._reference = reference
        self._seconds = seconds
        self._lent: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        parts = {part.id: part for part in self._assignment.parts}
        if name not in parts:
            raise AttributeError(
                f"the reference and wrong variants answer to parts alone, and {name!r} is none of {', '.join(parts)}"
            )
        return lambda *arguments: self.call(parts[name], arguments)[1]

    def call(self, part: Part, arguments: tuple[Any, ...]) -> tuple[Call, Any]:
        """The call, and the answer in plain numbers. Raises the outcomes `Stopped`, where time is up, and `CodeRaised`."""
        part.check_count(arguments)
        given = [self._give(value) for value in arguments]
        try:
            value = wired_answer(_within(self._seconds, lambda: self._functions[part.id](*given)))
        except Overtime as error:
            raise Stopped(TestStatus.TIMED_OUT, gettext("Your code did not finish in the time that it has.")) from error
        except Exception as error:  # a variant may fail in any way
            types = tuple(kind.__name__ for kind in type(error).__mro__)
            raise CodeRaised(Failure(types, str(error), 0, _line(error, self._functions[part.id]), "")) from error
        return Call(part.id, arguments, "call", kinds(value)), plain(value)

    def state(self, model: Model, *inputs: Any) -> dict[str, Any]:
        """Digest and training flag of the model as this test's calls left it, and what it answers to `inputs`."""
        network = self._give(model)
        output = answer_of(network, [self._give(value) for value in inputs])
        told = {"digest": state_digest(network), "training": in_training(network)}
        return {**told, "output": plain(wired_answer(output))}

    def start_afresh(self) -> bool:
        """Never: its functions stay in this process."""
        return False

    def release(self) -> None:
        """Nothing to end: the next test makes another."""

    def _give(self, value: Any) -> Any:
        if not isinstance(value, Model):
            return self._reference.give(value)
        key = self._reference.store.key(value)
        if key not in self._lent:
            self._lent[key] = self._reference.give(value)
        return self._lent[key]


def _line(error: Exception, function: Function) -> int:
    """The deepest line in the function's own file; 0 when the error came from none, as with arguments that do not fit."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    places = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    lines = [line for file, line in places if code is not None and file == code.co_filename]
    return lines[-1] if lines else 0


def _within(seconds: float, action: Callable[[], Any]) -> Any:
    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise Overtime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return action()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
