"""`check` in a test: the submission's answer, the reference's, the comparison, and what is remembered of them."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.errors import SpecificationError
from grader.judge.check import Check, Comparisons, Ledger
from grader.judge.outcome import Call, Difference, Mismatch
from grader.judge.plugin import Setting
from grader.judge.text import gettext
from grader.wire.values import Handle


class FakeSubmission:
    """Answers every call with one value."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def call(self, part: Any, arguments: tuple[Any, ...]) -> tuple[Call, Any]:
        """The value."""
        return Call(part.id, arguments), self.answer


MakeCheck = Callable[..., tuple[Check, Ledger]]


@pytest.fixture
def make_check(setting: Setting) -> MakeCheck:
    """`make_check(answer)`: a check of a submission that always answers so, and what is written down of it."""

    def make(answer: Any, comparisons: Comparisons = setting.comparisons) -> tuple[Check, Ledger]:
        return checked(FakeSubmission(answer), setting, comparisons)

    return make


def checked(submission: Any, setting: Setting, comparisons: Comparisons | None = None) -> tuple[Check, Ledger]:
    """A check of this submission, and what is written down of it."""
    ledger = Ledger(submission, setting.reference, comparisons or setting.comparisons)
    return Check(ledger), ledger


def test_a_right_answer(make_check: MakeCheck) -> None:
    """Protects tests that go on with the answer, and the diagnosis, which needs right answers too."""
    check, ledger = make_check(3.0)
    assert check.mean([1, 2, 6]) == 3.0
    assert [(item.answer, item.expected, item.difference) for item in ledger.compared] == [(3.0, 3.0, None)]


def test_a_wrong_answer(make_check: MakeCheck) -> None:
    """Protects what a failure carries."""
    check, ledger = make_check(4.0)
    check.mean([1, 2, 6])
    said = mismatch_of(ledger)
    assert (str(said.message), said.expected, said.detail) == ("Your function returned 4.0.", "3.0", "off by 1.0")
    assert ledger.compared[0].difference is not None


def test_nothing_is_not_blamed_on_a_return_alone(make_check: MakeCheck) -> None:
    """Protects who does return a name, which a hook never gave a value, from looking for a missing return."""
    check, ledger = make_check(None)
    check.mean([1, 2, 6])
    assert "what a function or a hook assigns is its own local variable" in str(mismatch_of(ledger).hint)


def test_a_test_goes_on_after_a_wrong_answer(make_check: MakeCheck) -> None:
    """Protects hidden tests: who is asked a second question only after a right answer learns that the first one was right."""
    check, ledger = make_check(4.0)
    assert check.mean([1, 2, 6]) == 3.0, "what a test works with afterwards is the reference's"
    assert check.mean([4]) == 4.0
    assert check.mean([6]) == 6.0
    assert len(ledger.compared) == 3
    assert mismatch_of(ledger).expected == "3.0", "the first is told"


def mismatch_of(ledger: Ledger) -> Mismatch:
    """By what its test fails."""
    assert ledger.mismatch is not None
    return ledger.mismatch


@pytest.mark.parametrize(("first", "second", "wrong"), [(3.0, 9.0, False), (9.0, 3.0, False), (9.0, 8.0, True)])
def test_another_way_to_ask_the_same(setting: Setting, first: float, second: float, wrong: bool) -> None:
    """Protects from telling a submission that its first answer was wrong: the second question comes in any case."""
    answers = iter((first, second))
    asked = FakeSubmission(None)
    asked.call = lambda part, arguments: (Call(part.id, arguments), next(answers))  # type: ignore[method-assign]
    check, ledger = checked(asked, setting)
    assert check.mean([1, 2, 6], otherwise=([6, 2, 1],)) == 3.0
    assert next(answers, None) is None
    assert (ledger.mismatch is not None) is wrong
    assert len(ledger.compared) == 1


class RaisingSubmission(FakeSubmission):
    """Raises at every call."""

    def call(self, part: Any, arguments: tuple[Any, ...]) -> tuple[Call, Any]:
        """Raises."""
        raise Mismatch("raised")


def test_what_is_only_shown_decides_nothing(make_check: MakeCheck, setting: Setting) -> None:
    """Protects a grade from a call that is made for a picture: a wrong answer or an exception in it fails nothing."""
    check, ledger = make_check(4.0)
    assert check.mean([1, 2, 6], judged=False) is None
    assert ledger.compared == []
    assert [item.answer for item in ledger.shown] == [4.0]
    broken, written = checked(RaisingSubmission(None), setting)
    assert broken.mean([1, 2, 6], judged=False) is None
    assert written.shown == []


def test_an_argument_by_its_name(make_check: MakeCheck) -> None:
    """Protects the author from an error that names a function of the grader's: what to write is told."""
    check, _ = make_check(3.0)
    with pytest.raises(SpecificationError, match=r"names values in check\.mean: arguments go by their order, \(values\)"):
        check.mean(values=[1, 2, 6])


def test_an_argument_that_the_function_was_not_given(setting: Setting) -> None:
    """Protects from a hint about what a function makes of an argument that it never got."""
    asked = FakeSubmission(None)
    asked.call = lambda part, arguments: (Call(part.id, arguments, omitted=("limit",)), 9.0)  # type: ignore[method-assign]
    check, ledger = checked(asked, setting)
    check.mean([1, 2, 6], hint="Mind the limit.")
    assert "no parameter" in str(mismatch_of(ledger).hint)


def test_the_tests_hint_comes_first(make_check: MakeCheck) -> None:
    """Protects the author's hint, which knows the input, from the comparison's, which does not."""
    for hint, shown in (("Add them up.", "Add them up."), ("", "One number is wanted.")):
        check, ledger = make_check("text")
        check.mean([1], hint=hint)
        assert str(mismatch_of(ledger).hint) == shown


@pytest.mark.parametrize(
    ("answer", "said"),
    [(None, "Your function returned None."), (Handle(0, "Thing"), "Your function returned an object instead of numbers.")],
)
def test_no_value_never_reaches_the_comparison(setting: Setting, make_check: MakeCheck, answer: Any, said: str) -> None:
    """Protects the assignment's comparison from what is no value at all."""
    module = ModuleType("comparison")
    for part in ("mean", "clamp", "words"):
        setattr(module, f"compare_{part}", lambda *_: pytest.fail("asked"))
    check, ledger = make_check(answer, Comparisons(setting.folder.specification, module))
    check.mean([1], hint="Add them up.")
    assert str(mismatch_of(ledger).message) == said
    assert str(mismatch_of(ledger).hint) != "Add them up.", "there is no value that it could be about"


def test_parts_only(make_check: MakeCheck) -> None:
    """Protects a test's author from a mistyped part."""
    with pytest.raises(AttributeError, match="no part 'average'; it has mean, clamp, words"):
        _ = make_check(1)[0].average


def test_no_part_is_hidden_by_another_name(make_check: MakeCheck) -> None:
    """Protects parts that are called as the judge's own words are, such as `compared`: what the judge needs is the ledger's."""
    check, ledger = make_check(1)
    assert [name for name in dir(check) if not name.startswith("_")] == []
    assert vars(check) == {"_ledger": ledger}


def test_every_part_needs_a_comparison(setting: Setting) -> None:
    """Protects a run from an assignment whose comparison is not whole."""
    module = ModuleType("comparison")
    module.__file__ = "comparison.py"
    module.compare_mean = lambda *_: None
    with pytest.raises(SpecificationError, match=r"comparison.py: there is no function compare_clamp\(answer, expected, call\)"):
        Comparisons(setting.folder.specification, module)


@pytest.mark.parametrize("returned", [True, False, "wrong"])
def test_a_comparison_answers_with_a_difference(setting: Setting, make_check: MakeCheck, returned: Any) -> None:
    """Protects students from a comparison that says whether the answer is right: it would fail right answers, or pass wrong ones.
    The author reads which function it is and what it must return."""
    module = ModuleType("comparison")
    for part in ("mean", "clamp", "words"):
        setattr(module, f"compare_{part}", lambda *_: returned)
    said = (
        rf"test_check.py:\d+: compare_mean must return None for a right answer, else a Difference; .* {type(returned).__name__}$"
    )
    with pytest.raises(SpecificationError, match=said):
        make_check(3.0, Comparisons(setting.folder.specification, module))[0].mean([1, 2, 6])


def test_what_a_comparison_notes_stays_with_its_call(setting: Setting, make_check: MakeCheck) -> None:
    """Protects notes on what was let pass: they belong to the call that a comparison was given."""
    module = ModuleType("comparison")

    def compare(answer: Any, expected: Any, call: Call) -> Difference | None:
        call.notes.append(gettext("An axis of length one was dropped."))
        return None

    for part in ("mean", "clamp", "words"):
        setattr(module, f"compare_{part}", compare)
    check, ledger = make_check(np.zeros((1, 1)), Comparisons(setting.folder.specification, module))
    check.mean([0])
    check.mean([0])
    assert [len(item.call.notes) for item in ledger.compared] == [1, 1]


def test_a_text_that_cannot_be_filled_in(setting: Setting) -> None:
    """Protects an author from a search: the function of the comparison and the text are named, not a line of the grader's."""
    module = ModuleType("comparison")
    for part in ("mean", "clamp", "words"):
        setattr(module, f"compare_{part}", lambda answer, expected, call: Difference(gettext("It is {came}.", cme=answer)))
    check, _ = checked(FakeSubmission(4.0), setting, Comparisons(setting.folder.specification, module))
    said = r"test_check.py:\d+: compare_mean tells 'It is {came}.', but no value for 'came'"
    with pytest.raises(SpecificationError, match=said):
        check.mean([1, 2, 6])


def test_a_comparison_of_two_arguments(setting: Setting) -> None:
    """Protects students from a comparison that can never be called: it is refused with its line before anybody is graded."""
    module = ModuleType("comparison")
    module.__file__ = "lab/comparison.py"
    for part in ("mean", "clamp", "words"):
        setattr(module, f"compare_{part}", lambda answer, expected: None)
    said = r"lab/test_check.py:\d+: compare_mean must take three arguments: \(answer, expected, call\)"
    with pytest.raises(SpecificationError, match=said):
        Comparisons(setting.folder.specification, module)
