"""Of the ways to call a function that all failed, the one whose failure tells the student most."""

from __future__ import annotations

import pytest

from grader.judge.binding import Binding
from grader.judge.calling import Attempt
from grader.judge.candidates import Candidate
from grader.judge.search import Search
from grader.sandbox.exchange import Answer, Failure

COMPLETE = Candidate("nms", "call", {}, Binding(("boxes", "scores")))
PARTIAL = Candidate("nms", "call", {}, Binding(("boxes",), complete=False))


def failed(entry: int, line: int, kind: str = "TypeError") -> Answer:
    """A call that came to line `entry` of the function, and to `line` of what that called."""
    return Answer(None, Failure((kind, "Exception"), "", 0, line, "", entry), ())


def furthest(*tried: tuple[Attempt, Answer]) -> Answer:
    """What is told after these."""
    search = Search()
    for attempt, answer in tried:
        search.add(attempt, answer)
    return search.furthest[1]


def test_a_helper_above_the_function_is_further_down() -> None:
    """Protects the true error from that of lists, which came to a line below the helper's but less far into the function."""
    in_helper = failed(entry=45, line=25, kind="IndexError")
    assert furthest((Attempt(COMPLETE, "torch"), in_helper), (Attempt(COMPLETE, "list"), failed(41, 41))) is in_helper
    assert furthest((Attempt(COMPLETE, "list"), failed(41, 41)), (Attempt(COMPLETE, "torch"), in_helper)) is in_helper


def test_other_ways_to_ask_say_nothing_about_a_function_of_the_usual_arguments() -> None:
    """Protects the student from an error that comes of the grader's guesses alone."""
    own = failed(entry=41, line=41, kind="ValueError")
    assert furthest((Attempt(COMPLETE, "torch"), own), (Attempt(PARTIAL, "torch", alternative="table"), failed(48, 48))) is own


@pytest.mark.parametrize("alternative", ["", "table"])
def test_a_function_of_other_arguments_is_told_how_far_it_came(alternative: str) -> None:
    """Protects the one error that there is where no call is by the part's own arguments."""
    only = failed(entry=48, line=48)
    assert furthest((Attempt(PARTIAL, alternative=alternative), only), (Attempt(PARTIAL, "torch"), failed(0, 0))) is only
