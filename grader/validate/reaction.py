"""How the tests of a part take a wrong function in the place of its reference."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.judge.outcome import CodeRaised, TestOutcome
from grader.judge.plugin import Ran
from grader.judge.text import AnyText, render

Function = Callable[..., Any]
Translate = Callable[[str], str]


@dataclass(frozen=True)
class Reaction:
    """`failed` are the ids of the tests that it fails by what it answers; `faults` says what the course's own code did wrong
    with that, which is no verdict; `raises` says what it raises where it answers none of its calls."""

    failed: frozenset[str]
    faults: tuple[str, ...] = ()
    raises: str = ""

    @property
    def is_caught(self) -> bool:
        """Whether some test fails it."""
        return bool(self.failed)


class Watched:
    """A function, the name of the file that it stands in, if known, and whether it has answered any call."""

    def __init__(self, function: Function) -> None:
        self.answered = False
        code = getattr(inspect.unwrap(function), "__code__", None)  # of which a `functools.partial` has none
        self.file = Path(code.co_filename).name if code is not None else ""

        @functools.wraps(function)
        def watched(*arguments: Any, **named: Any) -> Any:
            answer = function(*arguments, **named)
            self.answered = True
            return answer

        self.function: Function = watched


def reaction(ran: Sequence[Ran], watched: Watched) -> Reaction:
    """What a run with a wrong function says of it."""
    failed = frozenset(item.test.id for item in ran if item.outcome is not None and not item.fault)
    faults = tuple(dict.fromkeys(item.fault for item in ran if item.fault))
    raised = [item.outcome for item in ran if isinstance(item.outcome, CodeRaised)]
    always = bool(raised) and len(raised) == len(ran) and not watched.answered
    return Reaction(failed, faults, _raised_words(raised[0], watched.file) if always else "")


def _raised_words(outcome: CodeRaised, file: str) -> str:
    """What the course's own function raised, and where, for its author."""
    line = outcome.failure.line
    return f"{outcome.detail} ({file}:{line})" if line else str(outcome.detail)


def fault_of_texts(item: Ran, languages: Mapping[str, Translate]) -> str:
    """Why a text that a test told cannot be shown in one of the languages, or nothing."""
    texts = [note for compared in item.compared for note in compared.call.notes]
    if item.outcome is not None:
        texts += _texts(item.outcome)
    for text in texts:
        for language, translate in languages.items():
            try:
                render(text, translate)
            except Exception as error:  # noqa: BLE001  whatever a field's own `__format__` raises
                return f"the text {_template(text)!r} cannot be shown in {language}: {type(error).__name__}: {error}"
    return ""


def _texts(outcome: TestOutcome) -> list[AnyText]:
    return [outcome.message, outcome.hint, outcome.expected, outcome.detail]


def _template(text: AnyText) -> str:
    return text if isinstance(text, str) else text.template
