"""What a course's own code has answered, remembered from run to run: a judge that is asked nothing else need not import it.

::

    Remembered: one entry of the store, by the course's files and the machine's libraries
    ├── mistakes   the catalogue of known mistakes: their words, no code
    └── answers    by question; each a frame, which is read when it is asked for
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

from grader.errors import CourseNeeded, SpecificationError, WireError
from grader.fixtures.store import Store
from grader.judge.plain import plain
from grader.wire.codec import decode_frame, encode
from grader.wire.values import Array, Bounds, Value
from grader.wire.wrapping import wired

_SCHEMA = "grader/remembered/1"  # raised where an answer is derived, or a mistake told of, in another way
_BOUNDS = Bounds(structure_bytes=1_000_000, array_bytes=1_000_000)  # of one answer
_MOST_BYTES = 8 << 20
_MOST_ANSWERS = 16_384
_MOST_ASKED_BYTES = 1_000_000  # of arguments, which are sooner hashed than computed with

_Function = TypeVar("_Function", bound=Callable[..., Any])
_at_hand: ContextVar[Remembered | None] = ContextVar("_at_hand", default=None)


class Remembered:
    """Answers to small questions: in memory, and with a store also between runs. Where there is no room the oldest go.

    `identity`: whatever they depend on, but for the question itself. `knows_course`: a judge has loaded all of the course's code
    before. `lacks`: whether something was asked since that only the code itself can answer.
    """

    def __init__(self, store: Store | None = None, *identity: Value) -> None:
        self._folder = store.folder if store is not None else None
        self._key = store.key(_SCHEMA, *identity) if store is not None else ""
        self._frames: dict[str, bytes] = {}
        self._bytes = 0
        self._read: dict[str, Value] = {}
        there = self._there()
        self.knows_course = there is not None
        self.lacks = False
        self.mistakes: list[Any] = there["mistakes"] if there else []
        for question, frame in there["answers"].items() if there else ():
            self._put(question, frame)

    def find(self, question: str) -> tuple[bool, Value]:
        """(whether it was asked before, the answer: whoever changes it takes a copy). The empty question never was."""
        if question not in self._read and question in self._frames:
            with contextlib.suppress(WireError):
                self._read[question] = decode_frame(self._frames[question], _BOUNDS)
        return question in self._read, self._read.get(question)

    def remember(self, question: str, answer: Value) -> Value:
        """Remember what was answered, if it is small; the answer as `find` gives it from now on."""
        try:
            frame = encode(answer, _BOUNDS) if question else b""
            read = decode_frame(frame, _BOUNDS)  # which refuses some of what could be written
        except WireError:
            return answer
        self._put(question, frame)
        self._read[question] = read
        return read

    def need_course(self) -> CourseNeeded:
        """What is to be raised where something is asked that is not remembered, and nobody can answer it."""
        self.lacks = True
        return CourseNeeded("the course's code is not loaded, and was asked what it never was before")

    @contextlib.contextmanager
    def at_hand(self) -> Iterator[None]:
        """In the body functions of the course that are marked `remembered` find their answers here."""
        token = _at_hand.set(self)
        try:
            yield
        finally:
            _at_hand.reset(token)

    def save(self, assignment: str) -> None:
        """Write what is new beside what other workers have written meanwhile; nothing where nothing can be written."""
        if self._folder is None:
            return
        with _alone_in(self._folder):
            there = self._there()
            if there is not None and self._frames.keys() <= there["answers"].keys():
                return
            own, self._frames, self._bytes = self._frames, {}, 0
            for question, frame in {**(there["answers"] if there else {}), **own}.items():
                self._put(question, frame)
            tree = {"mistakes": self.mistakes, "answers": self._frames}
            with contextlib.suppress(WireError):  # words that are none
                Store(self._folder).keep(self._key, tree, {"assignment": assignment, "answers": len(self._frames)})

    def forget(self) -> None:
        """Remove the entry. Raises `OSError` where it cannot be removed."""
        if self._folder is not None:
            Store(self._folder).drop(self._key)

    def _there(self) -> dict[str, Any] | None:
        """The entry on the disk, if it is one: this object's own store would answer from memory."""
        entry: Any = Store(self._folder).find(self._key)[1] if self._folder is not None else None
        fits = isinstance(entry, dict) and isinstance(entry.get("mistakes"), list) and isinstance(entry.get("answers"), dict)
        return entry if fits and all(isinstance(frame, bytes) for frame in entry["answers"].values()) else None

    def _put(self, question: str, frame: bytes) -> None:
        self._bytes += len(frame) - len(self._frames.pop(question, b""))
        self._frames[question] = frame
        while self._bytes > _MOST_BYTES or len(self._frames) > _MOST_ANSWERS:
            oldest = next(iter(self._frames))
            self._bytes -= len(self._frames.pop(oldest))
            self._read.pop(oldest, None)


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One writer at a time in the body, where there are locks; elsewhere what the last one wrote stays."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(ImportError, OSError):  # Windows has none of these, some file systems none at all
            import fcntl

            folder.mkdir(parents=True, exist_ok=True)
            stream = stack.enter_context((folder / ".writing").open("a"))
            fcntl.flock(stream, fcntl.LOCK_EX)  # released with the file
        yield


def question_of(*asked: Value) -> str:
    """What an answer to these is remembered by; empty where it is not: for large arrays, and for what cannot be written."""
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


def remembered(function: _Function) -> _Function:
    """Mark a function that takes long: what it answers to a comparison is remembered on this machine, until the course changes.

    Its answer may depend on nothing but its arguments; both are numbers, text, numpy arrays, and lists and dictionaries of such.
    Each call gives a copy. Called by anybody else than a comparison it computes.
    """
    if "<" in function.__qualname__:  # two of one name would have one answer
        raise SpecificationError(f"{function.__qualname__}: only a function with a name of its own can be remembered")
    signature = inspect.signature(function)
    place = "/".join(Path(function.__code__.co_filename).parts[-2:])  # the course may lie elsewhere the next time

    @functools.wraps(function)
    def remembering(*arguments: Any, **named: Any) -> Any:
        answers = _at_hand.get() or Remembered()
        bound = signature.bind(*arguments, **named)
        question = question_of(place, function.__qualname__, wired([bound.args, bound.kwargs]))
        found, answer = answers.find(question)
        if not found:
            answer = answers.remember(question, wired(function(*arguments, **named)))
        return plain(answer, copied=True)

    return remembering  # type: ignore[return-value]
