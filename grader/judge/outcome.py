"""How a call or a comparison ends, as exceptions that carry data for the student.

::

    TestOutcome (AssertionError)   base: pytest shows it, the plugin reads it
    ├── Mismatch                   the answer is not the expected one      -> failed
    ├── CodeRaised                 student code raised                     -> error
    ├── NotFound                   nothing to call under any name          -> not_found
    └── Stopped                    the process ended                       -> timed_out | crashed
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from grader.judge.text import AnyText, Text, gettext
from grader.results import TestStatus
from grader.sandbox.exchange import Failure

_STANDARD = [
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "EOFError",
    "FileNotFoundError",
    "FloatingPointError",
    "ImportError",
    "IndexError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "ModuleNotFoundError",
    "NameError",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PermissionError",
    "RecursionError",
    "RuntimeError",
    "StopIteration",
    "SyntaxError",
    "SystemExit",
    "TypeError",
    "UnboundLocalError",
    "UnicodeError",
    "ValueError",
    "ZeroDivisionError",
    "Interrupted",
    "NotStored",
    "Unsendable",
]


@dataclass(frozen=True)
class Difference:
    """How an answer differs from the expected one.

    `came` (what the student returned) and `expected` are shown for public tests; of a hidden test the student reads `hint`
    alone, and only when it is a fixed text, because whatever follows a submission's values could carry hidden inputs
    out. `detail` is the instructor's. `form`: the answer has the wrong type or shape, so the test's own hint is not
    shown.
    """

    came: AnyText
    expected: AnyText = ""
    hint: AnyText = ""
    detail: AnyText = ""
    form: bool = False


@dataclass
class Call:
    """One call of a part as a test made it: its arguments, and how the submission was adapted to answer.

    `kinds` names what came ("tensor float32", "ndarray float64", "list", ...); a comparison may append to `notes` what it
    accepted beyond the letter of the task, and set `meant` to what it took the answer for, for figures. `photo` names the
    assignment's picture that the arguments were made of, for figures too.
    `tolerance` is what was derived for the expected value, relative to its largest number: how far honest float32 arithmetic may
    be off; 0 where no network was run. `omitted` are roles that the function was not given: no parameter was known as theirs.
    """

    part: str
    arguments: tuple[Any, ...]
    style: str = "call"
    kinds: str = ""
    notes: list[AnyText] = field(default_factory=list)
    photo: str = ""
    tolerance: float = 0.0
    omitted: tuple[str, ...] = ()
    meant: Any = None


class TestOutcome(AssertionError):
    """Base; `status`, `message`, `hint`, `expected` and `detail` go into the result."""

    __test__ = False
    status = TestStatus.FAILED

    def __init__(self, message: AnyText, *, hint: AnyText = "", expected: AnyText = "", detail: AnyText = "") -> None:
        super().__init__(str(message))
        self.message = message
        self.hint = hint
        self.expected = expected
        self.detail = detail


class Mismatch(TestOutcome):
    """The answer differs from the expected one."""


class CodeRaised(TestOutcome):
    """The submission's code raised an exception. What `failure` says of the place is not trusted until the judge confirmed it.

    With `withheld` the place is for the instructor alone: it goes into `detail`, and out of everything else. `because` is a
    sentence that follows on the place. `call` is what was asked, as far as it was a part's question.
    """

    status = TestStatus.ERROR
    call: Call | None = None

    def __init__(self, failure: Failure, *, hint: AnyText = "", withheld: bool = False, because: AnyText = "") -> None:
        told = replace(failure, cell=0, line=0, code="") if withheld else failure
        said = Text("{said} {because}", {"said": place_words(told), "because": because}) if because else place_words(told)
        super().__init__(said, hint=hint, detail=_error_words(failure, withheld))
        self.failure = told


class NotFound(TestOutcome):
    """The submission defines nothing under any of the part's names."""

    status = TestStatus.NOT_FOUND


class Stopped(TestOutcome):
    """The submission's process ended before it answered."""

    def __init__(self, status: TestStatus, message: AnyText) -> None:
        super().__init__(message)
        self.status = status


def known_type(failure: Failure) -> str:
    """The exception's type, or its nearest standard base: a made-up class name could carry a message."""
    return next((name for name in failure.types if name in _STANDARD), "Exception")


def with_message(kind: str, message: str) -> str:
    """An exception's type and text; the type alone when it has no text."""
    return f"{kind}: {message}" if message else kind


def _error_words(failure: Failure, placed: bool) -> AnyText:
    """The exception's type and text, and, where that is to be `placed`, the line of code."""
    error = with_message(failure.type_name, failure.message)
    if not placed or not failure.line:
        return error
    fields = {"error": error, "line": failure.line, "code": failure.code}
    if failure.cell:
        return gettext("{error} (cell {cell}, line {line}: {code})", cell=failure.cell, **fields)
    return gettext("{error} (line {line}: {code})", **fields)


def place_words(failure: Failure) -> Text:
    """Where the exception came from, without its message."""
    kind = known_type(failure)
    if kind == "Unsendable":
        return gettext("Your function returned something too large or too strange to be compared.")
    if kind == "MemoryError":
        return gettext("Your code asked for more memory than it may use.")
    if kind == "NotStored":
        return gettext(
            "The hook ran, but what it stored cannot be found: inside a hook `features = output` makes a local variable. "
            "Use `global features` or a list."
        )
    if failure.line and failure.cell:
        return gettext("Your code raised {kind} in cell {cell}, line {line}.", kind=kind, cell=failure.cell, line=failure.line)
    if failure.line:
        return gettext("Your code raised {kind} in line {line}.", kind=kind, line=failure.line)
    return gettext("Your code raised {kind}.", kind=kind)
