"""What a course's own code has said, kept from run to run: with it a judge need not import that code, nor torch for it.

::

    Kept: one entry of the store, by the course's files and the machine's libraries
    ├── mistakes   the catalogue of known mistakes: their words, no code
    └── answers    by question; each a frame, which is read when it is asked for
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, TypeVar

from grader.errors import WireError
from grader.fixtures.store import Store
from grader.judge.plain import plain
from grader.wire.codec import decode_frame, encode
from grader.wire.values import Array, Bounds, Value
from grader.wire.wrapping import wired

_SCHEMA = "grader/kept/1"
_BOUNDS = Bounds(structure_bytes=1_000_000, array_bytes=1_000_000)  # of one answer
_MOST_BYTES = 32 << 20
_MOST_ANSWERS = 16_384
_MOST_ASKED_BYTES = 1_000_000  # of arguments, which are sooner hashed than computed with
_TRIES = 5

_Function = TypeVar("_Function", bound=Callable[..., Any])
_at_hand: ContextVar[Kept | None] = ContextVar("_at_hand", default=None)


class Kept:
    """Answers to small questions: in memory, and with a store also between runs.

    `identity`: whatever they depend on, but for the question itself. `was_there`: a judge has loaded the course's code before.
    """

    def __init__(self, store: Store | None = None, *identity: Value) -> None:
        self._folder = store.folder if store is not None else None
        self._key = store.key(_SCHEMA, *identity) if store is not None else ""
        self._frames: dict[str, bytes] = {}
        self._bytes = 0
        self._read: dict[str, Value] = {}
        there = self._there()
        self.was_there = there is not None
        self.mistakes: list[Any] = there["mistakes"] if there else []
        self._take(there)

    def find(self, question: str) -> tuple[bool, Value]:
        """(whether it was asked before, the answer: whoever changes it takes a copy). Of the empty question nothing is kept."""
        if question not in self._read:
            if question not in self._frames:
                return False, None
            self._read[question] = decode_frame(self._frames[question], _BOUNDS)
        return True, self._read[question]

    def keep(self, question: str, answer: Value) -> None:
        """Remember what was answered, if it is small and there is room."""
        if question:
            with contextlib.suppress(WireError):
                self._put(question, encode(answer, _BOUNDS))

    @contextlib.contextmanager
    def at_hand(self) -> Iterator[None]:
        """In the body functions of the course that are marked `kept` find their answers here."""
        token = _at_hand.set(self)
        try:
            yield
        finally:
            _at_hand.reset(token)

    def save(self, assignment: str) -> None:
        """Write what is new beside what other workers have written meanwhile; nothing where nothing can be written."""
        for _ in range(_TRIES if self._folder is not None else 0):
            there = self._there()
            if there is not None and self._frames.keys() <= there["answers"].keys():
                break
            self._take(there)
            tree = {"mistakes": self.mistakes, "answers": self._frames}
            # Another one may have read before this is written, and write after it: so it is looked at again.
            Store(self._folder).keep(self._key, tree, {"assignment": assignment, "answers": len(self._frames)})

    def _there(self) -> dict[str, Any] | None:
        """The entry on the disk: this object's own store would answer from memory."""
        entry: dict[str, Any] | None = Store(self._folder).find(self._key)[1] if self._folder is not None else None
        return entry

    def _take(self, entry: dict[str, Any] | None) -> None:
        for question, frame in entry["answers"].items() if entry else ():
            self._put(question, frame)

    def _put(self, question: str, frame: bytes) -> None:
        fits = self._bytes + len(frame) <= _MOST_BYTES and len(self._frames) < _MOST_ANSWERS
        if fits and question not in self._frames:
            self._frames[question] = frame
            self._bytes += len(frame)


def question_of(*asked: Value) -> str:
    """What an answer to these is kept by; empty where it is not: for large arrays, and for what cannot be written."""
    if _array_bytes(asked) > _MOST_ASKED_BYTES:
        return ""
    try:
        return Store.key(*asked)
    except WireError:
        return ""


def _array_bytes(value: Any) -> int:
    if isinstance(value, Array):
        return value.data.nbytes
    if isinstance(value, dict):
        return sum(map(_array_bytes, value.values()))
    return sum(map(_array_bytes, value)) if isinstance(value, list | tuple) else 0


def kept(function: _Function) -> _Function:
    """Mark a function of a comparison that takes long: what it answers is kept on this machine, until the course changes.

    Its answer may depend on nothing but its arguments; both are numbers, text, numpy arrays, and lists and dictionaries of such.
    Each call gives a copy.
    """

    @functools.wraps(function)
    def remembering(*arguments: Any) -> Any:
        answers = _at_hand.get() or Kept()
        question = question_of(f"{function.__module__}.{function.__qualname__}", wired(list(arguments)))
        found, answer = answers.find(question)
        if not found:
            answer = wired(function(*arguments))
            answers.keep(question, answer)
        return plain(answer, copied=True)

    return remembering  # type: ignore[return-value]
