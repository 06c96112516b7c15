"""`check` in a test: call the submission and the reference, compare, and remember for naming misconceptions.

`Check` is what a test holds. Its public names are the parts', so what the judge does with it is the `Ledger`'s.
"""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType, ModuleType, TracebackType
from typing import Any

from grader.course.specification import Assignment, Part
from grader.errors import SpecificationError
from grader.judge.answers import Answers
from grader.judge.outcome import Call, Difference, Mismatch, TestOutcome
from grader.judge.proxy import SubmissionProxy
from grader.judge.remembered import Remembered
from grader.judge.text import AnyText, Text, gettext
from grader.wire.values import Handle

# None comes of a missing return, or of a name that only a hook, or another function, was to give a value.
_NONE = gettext(
    "Does it return its result, in every branch? If it does, that name still held None: what a function or a hook assigns is its "
    "own local variable; put it in a list, or use nonlocal or global."
)
# Fixed, without the role, so that it is told of hidden tests too.
_OMITTED = gettext("The task gives one more argument, for which your function has no parameter under a usual name.")

Compare = Callable[[Any, Any, Call], Any]  # of a course: None or a `Difference`, if it is right


@dataclass(frozen=True)
class Compared:
    """One comparison that a test made; `test` says which."""

    call: Call
    answer: Any
    expected: Any
    difference: Difference | None
    test: str = ""


class Comparisons:
    """The assignment's `comparison.py`: one function `compare_<part>(answer, expected, call)` per part; a package likewise.

    `remembered`: where those of its functions that are marked `remembered` find their answers.
    """

    def __init__(self, assignment: Assignment, module: ModuleType, remembered: Remembered | None = None) -> None:
        self.remembered = remembered or Remembered()
        self.functions: dict[str, Compare] = {}
        for part in assignment.parts:
            function = getattr(module, f"compare_{part.id}", None)
            if not callable(function):
                raise SpecificationError(f"{module.__file__}: there is no function compare_{part.id}(answer, expected, call)")
            if not _takes_three(function):
                place = Path(str(module.__file__)).with_name(_place(function))
                raise SpecificationError(f"{place}: compare_{part.id} must take three arguments: (answer, expected, call)")
            self.functions[part.id] = function

    def compare(self, answer: Any, expected: Any, call: Call) -> Difference | None:
        """None when the answer is right. Answers that are objects or nothing at all never reach the assignment's code.

        Raises `SpecificationError` when that returns what is neither None nor a `Difference`.
        """
        if answer is None:
            return Difference(gettext("Your function returned None."), hint=_NONE, form=True)
        if isinstance(answer, Handle):
            return Difference(gettext("Your function returned an object instead of numbers."), form=True)
        with self.remembered.at_hand():
            found = self.functions[call.part](answer, expected, call)
        if found is not None and not isinstance(found, Difference):
            place = _place(self.functions[call.part])
            raise SpecificationError(
                f"{place}: compare_{call.part} must return None for a right answer, else a Difference; "
                f"it returned a value of type {type(found).__name__}"
            )
        return found

    def check_texts(self, difference: Difference, part: str) -> None:
        """Raises `SpecificationError` for a text that cannot be filled in, which would fail far from the course's own lines."""
        for text in (difference.came, difference.expected, difference.hint, difference.detail):
            try:
                str(text)
            except Exception as error:
                template = text.template if isinstance(text, Text) else text
                why = f"no value for {error}" if isinstance(error, KeyError) else f"{type(error).__name__}: {error}"
                place = _place(self.functions[part])
                raise SpecificationError(f"{place}: compare_{part} tells {template!r}, but {why}") from error


def _takes_three(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind(None, None, None)
    except ValueError:  # a function in C does not tell
        return True
    except TypeError:
        return False
    return True


def _place(function: Callable[..., Any]) -> str:
    """Where a function of the course begins, `comparison.py:12`; `comparison` where that cannot be told, as of a class."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{Path(code.co_filename).name}:{code.co_firstlineno}" if code is not None else "comparison"


@dataclass(frozen=True)
class Asked:
    """What was asked, what came, and what should have come."""

    call: Call
    answer: Any
    expected: Any


@dataclass(frozen=True)
class LedgerEntry:
    """A call of `check` that is to be compared: `other` asks the same by other arguments, `place` is where it stands."""

    first: Asked
    other: Asked | None
    hint: AnyText
    place: FrameType | None


class Ledger:
    """What a test asked, and how the answers compare.

    Attributes:
        parts: the assignment's, by id.
        at_once: whether each answer is compared when it comes.
        mismatch: the first wrong answer, by which the test is to fail.
        compared: the judged comparisons that were made.
        shown: those that were made for a picture only.
    """

    def __init__(
        self, submission: SubmissionProxy, reference: Answers, comparisons: Comparisons, test: str = "", *, at_once: bool = True
    ) -> None:
        """`at_once`: only the course's own functions may notice that their answers are compared."""
        self.parts = {part.id: part for part in reference.assignment.specification.parts}
        self.at_once = at_once
        self.mismatch: Mismatch | None = None
        self.compared: list[Compared] = []
        self.shown: list[Compared] = []
        self._submission = submission
        self._reference = reference
        self._comparisons = comparisons
        self._test = test
        self._waiting: list[LedgerEntry] = []
        self._drawn: list[Asked] = []

    def ask(self, part: Part, arguments: tuple[Any, ...], photo: str) -> Asked:
        """Ask both. Raises a `TestOutcome` when the submission's code does not answer."""
        call, answer = self._submission.call(part, arguments)
        call.photo = photo if call.arguments is arguments else ""  # another way to ask may be about another photo
        found = self._reference.expect(part.id, call.arguments)
        return Asked(replace(call, tolerance=found.tolerance), answer, found.value)

    def enter(self, entry: LedgerEntry) -> None:
        """Have it compared. Raises as `settle` does, if that is at once."""
        self._waiting.append(entry)
        if self.at_once:
            self.settle()

    def enter_drawn(self, asked: Asked) -> None:
        """Have it compared for a picture only. Raises as `settle` does, if that is at once."""
        self._drawn.append(asked)
        if self.at_once:
            self.settle()

    def settle(self) -> None:
        """Compare what waits for it. Raises what the assignment's comparison raises."""
        while self._waiting:
            entry = self._waiting.pop(0)
            compared = self._compare(entry.first)
            if compared.difference is not None and entry.other is not None:
                compared = self._compare(entry.other)
            self.compared.append(compared)
            if compared.difference is not None and self.mismatch is None:
                told = _OMITTED if compared.call.omitted else entry.hint
                self.mismatch = _mismatch(compared.difference, told, entry.place)
        while self._drawn:
            self.shown.append(self._compare(self._drawn.pop(0)))

    def _compare(self, asked: Asked) -> Compared:
        difference = self._comparisons.compare(asked.answer, asked.expected, asked.call)
        if difference is not None:
            self._comparisons.check_texts(difference, asked.call.part)
        return Compared(asked.call, asked.answer, asked.expected, difference, self._test)


_OPTIONS = frozenset({"hint", "photo", "judged", "otherwise"})


class Check:
    """`check.<part>(*arguments)` asks the submission and the reference; `compare_<part>` compares what they answer.

    Returns the reference's answer, whatever came; the test continues and fails at its end. A submission that is asked a test's
    second question only after a right answer to the first would learn that it was right. Nor is anything compared while the
    submission lives: that takes longer for some answers than for others, which tells whoever has a clock. The first mismatch is
    the one that is told.

    `hint` is told instead of the comparison's where the answer has the form that was asked for (a comparison's
    `Difference(..., form=True)` keeps its own). `photo` names the picture that the arguments were made of: a figure of the
    answer lies over it. With `judged=False` the answer is only drawn for the student's page, if the test passes, and None is
    returned; nothing that it is or does decides anything. With `otherwise`, other arguments that ask the same, it is right
    where either answer is.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def __getattr__(self, name: str) -> Callable[..., Any]:
        parts = self._ledger.parts
        if name.startswith("_") or name not in parts:
            raise AttributeError(f"the assignment has no part {name!r}; it has {', '.join(parts)}")

        def check(*arguments: Any, **options: Any) -> Any:
            if unknown := sorted(options.keys() - _OPTIONS):
                roles = ", ".join(parameter.role for parameter in parts[name].parameters)
                named = ", ".join(unknown)
                raise SpecificationError(f"a test names {named} in check.{name}: arguments go by their order, ({roles})")
            return self._check(parts[name], *arguments, **options)

        return check

    def _check(
        self,
        part: Part,
        /,
        *arguments: Any,
        hint: AnyText = "",
        photo: str = "",
        judged: bool = True,
        otherwise: tuple[Any, ...] | None = None,
    ) -> Any:
        ledger = self._ledger
        if not judged:
            with contextlib.suppress(TestOutcome):  # there is no picture then; a judged call of the same function says why
                ledger.enter_drawn(ledger.ask(part, arguments, photo))
            return None
        first = ledger.ask(part, arguments, photo)
        # Asked whatever came of the first, which else would be known to have been wrong.
        other = None if otherwise is None else ledger.ask(part, otherwise, photo)
        # The test's own frame, which calls the function that calls this one.
        ledger.enter(LedgerEntry(first, other, hint, sys._getframe(2) if ledger.at_once else None))
        return first.expected


def _mismatch(difference: Difference, hint: AnyText, asked: FrameType | None) -> Mismatch:
    """What a test is to fail by at its end, with the place where it asked for who looks at its traceback."""
    told = difference.hint if difference.form else hint or difference.hint
    error = Mismatch(difference.came, expected=difference.expected, hint=told, detail=difference.detail)
    return error if asked is None else error.with_traceback(TracebackType(None, asked, asked.f_lasti, asked.f_lineno))
