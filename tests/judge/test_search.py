"""Of the ways to call a function that all failed, the one whose failure tells the student most."""

from __future__ import annotations

from typing import Any

import pytest

from grader.judge.binding import Binding
from grader.judge.offers import Candidate
from grader.judge.question import MIXED, Attempt
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


def test_arrays_beside_tensors_say_nothing_where_either_alone_failed() -> None:
    """Protects who loops over tensors: the true error of the second time round stands above that of arrays in the first."""
    true = failed(entry=43, line=43, kind="IndexError")
    mixed = Attempt(COMPLETE, MIXED, ("tensor:scores",))
    assert furthest((Attempt(COMPLETE, "torch"), true), (mixed, failed(46, 46))) is true


METHOD = Candidate("Features", "method", {"via": "method", "method": "__call__"}, Binding(("x",)))
HELPER = Candidate("Features", "method", {"via": "method", "method": "save"}, Binding(("x",)))
NOTHING = Answer(None, None, ())


def test_none_of_a_helper_does_not_hide_an_error() -> None:
    """Protects the true error of a method from that of another one, which returns nothing because it was never meant."""
    error = failed(entry=20, line=20, kind="RuntimeError")
    search = Search()
    search.add(Attempt(METHOD, "torch"), error)
    search.add(Attempt(HELPER, "torch"), NOTHING)
    assert search.found is None
    assert search.furthest[1] is error


@pytest.mark.parametrize("nothing", [None, [None, None]])
def test_none_for_each_item_is_none(nothing: Any) -> None:
    """Protects the true error from a helper that was asked about one item after the other."""
    search = Search()
    search.add(Attempt(METHOD, "torch"), failed(entry=20, line=20, kind="RuntimeError"))
    search.add(Attempt(HELPER, "torch", ("each:x",)), Answer(nothing, None, ()))
    assert search.found is None


def test_the_error_of_a_constructor_that_was_given_all() -> None:
    """Protects the true error of a class from that of a parameter that only another way to ask fills, and which was None."""
    bound = Binding(("x",), constructor=(("model", "model"),))
    fuller = Binding(("x",), constructor=(("model", "model"), ("target_layers", "layers")))
    poor, rich = (Candidate("Features", "module_class", {}, binding) for binding in (bound, fuller))
    true = failed(entry=21, line=21, kind="RuntimeError")
    of_none = failed(entry=22, line=22)
    assert furthest((Attempt(poor, "torch"), of_none), (Attempt(rich, "torch", alternative="layers"), true)) is true


def test_none_of_the_same_function_is_told() -> None:
    """Protects who forgets `return`, and wrote for arrays, from being told of an error that only tensors give."""
    search = Search()
    search.add(Attempt(METHOD, "torch"), failed(entry=20, line=20, kind="AttributeError"))
    search.add(Attempt(METHOD, "numpy"), NOTHING)
    assert search.found == (Attempt(METHOD, "numpy"), NOTHING)


@pytest.mark.parametrize("alternative", ["", "table"])
def test_a_function_of_other_arguments_is_told_how_far_it_came(alternative: str) -> None:
    """Protects the one error that there is where no call is by the part's own arguments."""
    only = failed(entry=48, line=48)
    assert furthest((Attempt(PARTIAL, alternative=alternative), only), (Attempt(PARTIAL, "torch"), failed(0, 0))) is only


def test_a_name_that_is_nowhere_is_told() -> None:
    """Protects the true reason, an import that failed, from errors of the grader's other ways to ask the same function."""
    unresolved = failed(entry=48, line=48, kind="NameError")
    other = (Attempt(PARTIAL, "torch", alternative="table"), failed(entry=60, line=60))
    first, second = (Attempt(PARTIAL, "torch"), failed(41, 41)), (Attempt(PARTIAL, "list", alternative="rows"), unresolved)
    assert furthest(first, second, other) is unresolved
    search = Search()
    search.add(Attempt(PARTIAL, "torch"), failed(41, 41))
    assert not search.is_idle(Attempt(PARTIAL, "list"))
    search.add(Attempt(PARTIAL, "list", alternative="rows"), unresolved)
    assert search.furthest[1] is unresolved
    assert search.is_idle(Attempt(PARTIAL, "numpy")), "no call helps"


def test_a_function_that_asks_for_the_type_is_asked_in_other_forms() -> None:
    """Fair to `if isinstance(box, list): ... elif isinstance(box, np.ndarray): ...`, which knows no tensors."""
    search = Search()
    search.add(Attempt(COMPLETE, "torch"), failed(entry=41, line=41, kind="UnboundLocalError"))
    assert not search.is_idle(Attempt(COMPLETE, "numpy"))


@pytest.mark.parametrize(("kind", "idle"), [("TypeError", False), ("AttributeError", False), ("RuntimeError", True)])
def test_a_number_is_put_into_a_list_where_one_may_be_wanted(kind: str, idle: bool) -> None:
    """Protects the error of two shapes that do not fit from a list of one index, by which they may broadcast to nonsense."""
    search = Search()
    search.add(Attempt(COMPLETE, "torch"), failed(entry=41, line=41, kind=kind))
    assert search.is_idle(Attempt(COMPLETE, "torch", ("list:index",))) is idle
    assert search.is_idle(Attempt(COMPLETE, "torch", ("expand:x", "array:index"))) is idle
    assert not search.is_idle(Attempt(COMPLETE, "torch", ("expand:x",)))
    known = Attempt(COMPLETE, "torch", ("array:index",))
    assert not Search(known).is_idle(known), "what has worked is tried first"
