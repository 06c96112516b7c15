"""What came of asking a submission's function for an answer in one way after the other.

- The first answer ends the search.
- An empty answer (None, an empty list) may hide an error that the code caught itself: it counts only when the same function
  gives no more to arguments in another form. A None from another function than the one that has raised an error of its own is
  ignored: a helper was called that was not meant.
- Of several failures the furthest is reported: arguments that the function does not take say less than an error inside it, and
  that less than an error further down. Where a function has the part's own parameters, failures of other ways to ask are
  ignored, unless only these fill its constructor.
- A name that is defined nowhere is reported before all else, and ends the search in that function.
- A number comes in a list only where a list may be wanted, as an annotation or a failure says.
"""

from __future__ import annotations

from dataclasses import replace

from grader.judge.offers import Candidate
from grader.judge.question import MIXED, Attempt
from grader.sandbox.exchange import Answer
from grader.wire.values import Array, Handle, Value

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
    "UnboundLocalError",  # no branch was taken: the function asks for the type of what it is given
}
_OF_NUMBERS = {"TypeError", "AttributeError"}  # `for index in 3`, `3 .item()`
Tried = tuple[Attempt, Answer]


class Search:
    """One search; `known` is the attempt that has worked before, if one has."""

    def __init__(self, known: Attempt | None = None) -> None:
        self.found: Tried | None = None
        self.is_over = False
        self._known = known
        self._failed: list[Tried] = []
        self._hopeless: set[Candidate] = set()
        self._unresolved: set[tuple[str, Value, Value]] = set()  # functions that use a name which is nowhere: no call helps

    def is_idle(self, attempt: Attempt) -> bool:
        """Whether nothing can come of an attempt any more."""
        if self.found is not None:
            return _but_for_its_form(attempt) != _but_for_its_form(self.found[0])
        if attempt.candidate in self._hopeless or _function(attempt) in self._unresolved:
            return True
        if attempt.candidate.instead and self._has_what_is_meant_raised():
            return True
        return _changes_a_number(attempt) and not self._may_want_it(attempt)

    def _may_want_it(self, attempt: Attempt) -> bool:
        """Whether the function has failed, or has answered before, as one does that wants a list: in a list a number may also
        broadcast, and hide the true error."""
        if self._known is not None and _changes_a_number(self._known):
            return True
        if any(change.startswith("list:") and attempt.candidate.says_list(change[5:]) for change in attempt.changes):
            return True
        failures = [answer.failure for one, answer in self._failed if _function(one) == _function(attempt) and answer.failure]
        return any(_OF_NUMBERS & set(failure.types) for failure in failures)

    def add(self, attempt: Attempt, answer: Answer) -> None:
        """Take note of an answer."""
        if answer.failure is not None or isinstance(answer.value, Handle):
            self._failed.append((attempt, answer))
            if _is_unresolved(answer):
                self._unresolved.add(_function(attempt))
            if answer.failure is not None and not _ADAPTABLE & set(answer.failure.types):
                self._hopeless.add(attempt.candidate)
            return
        if _is_none(answer.value) and attempt != self._known and self._has_raised_elsewhere(attempt):
            return
        nothing = is_nothing(answer.value)
        if self.found is None or not nothing:
            self.found = attempt, answer
        self.is_over = not nothing or attempt == self._known

    def _has_raised_elsewhere(self, attempt: Attempt) -> bool:
        function = _function(attempt)
        return any(answer.failure and answer.failure.line and _function(one) != function for one, answer in self._failed)

    def _has_what_is_meant_raised(self) -> bool:
        """Whether a function that is tried in the first place has raised an error of its own: that is the one to mend."""
        return any(answer.failure and answer.failure.line and not one.candidate.instead for one, answer in self._failed)

    @property
    def ways_failed(self) -> int:
        """How many ways to ask came to nothing."""
        return len(self._failed)

    @property
    def furthest(self) -> Tried:
        """The attempt that tells most of those that failed; there must be one."""
        inside = [(attempt, answer) for attempt, answer in self._failed if answer.failure is None or answer.failure.line]
        if not inside:
            return self._failed[0]
        complete = [tried for tried in inside if tried[0].candidate.binding.complete]
        own = [tried for tried in complete if not tried[0].alternative] or inside
        # What only another way to ask gives to a constructor was None in the part's own, and so may be the error's cause.
        own = [tried for tried in complete if _is_fuller(tried[0].candidate, own[0][0].candidate)] or own
        # In a loop a line further up can be later; and nobody has to be ready for arrays beside tensors.
        own = [tried for tried in own if tried[0].form != MIXED] or own
        if own[0][1].failure is None:
            return own[0]
        name = own[0][0].candidate.name
        unresolved = [tried for tried in inside if tried[0].candidate.name == name and _is_unresolved(tried[1])]
        return max((tried for tried in unresolved or own if tried[0].candidate.name == name), key=_progress)


def _changes_a_number(attempt: Attempt) -> bool:
    return any(change.startswith(("list:", "array:", "single:")) for change in attempt.changes)


def _is_unresolved(answer: Answer) -> bool:
    """Whether the function uses a name that is nowhere, as of an import that failed."""
    return answer.failure is not None and answer.failure.type_name == "NameError" and answer.failure.line > 0


def _progress(tried: Tried) -> tuple[int, int]:
    """How far a function got: by its own line, then by the line in what it called, which may stand above it."""
    failure = tried[1].failure
    return (failure.entry, failure.line) if failure is not None else (0, 0)


def _is_fuller(one: Candidate, other: Candidate) -> bool:
    return one.name == other.name and len(one.binding.constructor) > len(other.binding.constructor)


def _is_none(value: Value) -> bool:
    """Whether an answer is None, or None for each item."""
    return value is None or (isinstance(value, list) and bool(value) and all(item is None for item in value))


def _function(attempt: Attempt) -> tuple[str, Value, Value]:
    candidate = attempt.candidate
    return candidate.name, candidate.target.get("via"), candidate.target.get("method")


def _but_for_its_form(attempt: Attempt) -> Attempt:
    return replace(attempt, form="")


def is_nothing(value: Value) -> bool:
    """Whether an answer is None, or empty."""
    if isinstance(value, Array):
        return value.data.size == 0
    return value is None or (isinstance(value, list | tuple | dict) and not value)
