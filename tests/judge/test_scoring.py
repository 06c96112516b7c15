"""Points are exact until they are shown, a grader's fault is never a zero, and hidden tests tell nothing that answers chose."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.specification import Assignment, Part, Text
from grader.judge.outcome import CodeRaised, Mismatch, NotFound, Stopped, TestOutcome
from grader.judge.planned import PlannedTest
from grader.judge.plugin import Ran
from grader.judge.scoring import exact, part_results, result_of, shares, shown, stopped_result, total_score, untested_parts
from grader.judge.text import gettext
from grader.results import TestStatus
from grader.sandbox.exchange import Failure

MARK = "40961"  # stands for whatever a submission could spell out


def english(text: str) -> str:
    """No translation."""
    return text


def assignment(*points: float) -> Assignment:
    """Parts p0, p1, ... with these points."""
    parts = tuple(Part(id=f"p{n}", title=Text(), points=each, names=(f"f{n}",)) for n, each in enumerate(points))
    return Assignment(schema="grader/assignment/1", id="a", title=Text(), points=sum(points), reference="r.py", parts=parts)


def planned(part: str, weights: Sequence[float], visibility: str = "hidden") -> list[PlannedTest]:
    """Tests of a part with these weights."""
    return [PlannedTest(f"{part}-{n}", part, visibility, f"Test {n}", weight) for n, weight in enumerate(weights)]


def judged(tests: Sequence[PlannedTest], share: dict[str, Fraction], failed: set[str] = frozenset(), fault: str = ""):
    """Results of tests of which some failed and one is the grader's fault."""
    return [
        result_of(
            Ran(test, Mismatch("wrong") if test.id in failed else None, "bug" if test.id == fault else ""),
            share[test.id],
            english,
            None,
        )
        for test in tests
    ]


_POINTS = st.integers(1, 100) | st.sampled_from([0.1, 0.3, 33.3, 12.5])
_WEIGHTS = st.lists(st.integers(1, 9) | st.sampled_from([0.1, 0.3, 1.5]), min_size=1, max_size=40)


@given(st.lists(st.tuples(_POINTS, _WEIGHTS), min_size=1, max_size=6))
def test_all_passed_is_exactly_the_full_score(parts: list[tuple[float, list[float]]]) -> None:
    """Protects a perfect submission from 99.99, whatever the weights: shares are fractions and add up to the points."""
    given_assignment = assignment(*(points for points, _ in parts))
    tests = [test for n, (_, weights) in enumerate(parts) for test in planned(f"p{n}", weights)]
    share = shares(given_assignment, tests)
    results = judged(tests, share)
    assert total_score(results, share) == shown(given_assignment.points)
    for part, result in zip(given_assignment.parts, part_results(given_assignment, results, share), strict=True):
        assert sum((share[test.id] for test in tests if test.part == part.id), Fraction(0)) == exact(part.points)
        assert result.score == result.max_score == shown(part.points)


@given(_POINTS, _WEIGHTS, st.data())
def test_some_passed_is_the_sum_of_their_shares(points: float, weights: list[float], data: st.DataObject) -> None:
    """Protects partial credit from rounding each test: only the sum is rounded."""
    given_assignment, tests = assignment(points), planned("p0", weights)
    failed = data.draw(st.sets(st.sampled_from([test.id for test in tests])))
    share = shares(given_assignment, tests)
    total = sum(exact(test.weight) for test in tests)
    earned = sum(exact(test.weight) for test in tests if test.id not in failed)
    assert total_score(judged(tests, share, failed), share) == shown(exact(points) * earned / total)


def test_points_in_decimals_add_up() -> None:
    """Protects what an author wrote from binary fractions: 33.3, 33.3 and 33.4 points are a hundred."""
    tests = [*planned("p0", [0.1, 0.2]), *planned("p1", [1]), *planned("p2", [1])]
    share = shares(assignment(33.3, 33.3, 33.4), tests)
    assert sum(share.values()) == 100
    assert share["p0-0"] == Fraction(111, 10)


def test_thirds() -> None:
    """Protects the plain case that floats get wrong: three tests of 40 points, one failed."""
    given_assignment, tests = assignment(40), planned("p0", [1, 1, 1])
    share = shares(given_assignment, tests)
    results = judged(tests, share, {"p0-1"})
    assert [result.score for result in results] == [13.33, 0, 13.33]
    assert total_score(results, share) == 26.67
    assert [result.max_score for result in results] == [13.33] * 3


def test_weights_share_the_points() -> None:
    """Protects the meaning of a weight."""
    given_assignment = assignment(30, 7)
    tests = [*planned("p0", [1, 2, 3]), *planned("p1", [5])]
    assert [shown(points) for points in shares(given_assignment, tests).values()] == [5, 10, 15, 7]


def test_a_fault_of_the_grader_has_no_score() -> None:
    """Protects students from a zero for the grader's bug: test, part and total have none; other parts keep theirs."""
    given_assignment = assignment(30, 7)
    tests = [*planned("p0", [1, 1]), *planned("p1", [1])]
    share = shares(given_assignment, tests)
    results = judged(tests, share, fault="p0-1")
    assert [(result.status, result.score) for result in results] == [("passed", 15), ("grader_error", None), ("passed", 7)]
    assert (results[1].message, results[1].detail) == ("The grader could not run this test.", "bug")
    assert [part.score for part in part_results(given_assignment, results, share)] == [None, 7]
    assert total_score(results, share) is None


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (None, "passed"),
        (Mismatch("wrong"), "failed"),
        (CodeRaised(Failure(("ValueError",), "", 0, 0, "")), "error"),
        (NotFound("nothing"), "not_found"),
        (Stopped(TestStatus.TIMED_OUT, "late"), "timed_out"),
        (Stopped(TestStatus.CRASHED, "gone"), "crashed"),
    ],
)
def test_each_outcome_has_its_verdict(outcome: TestOutcome | None, status: str) -> None:
    """Protects the verdicts from being mixed up; only a pass has points."""
    result = result_of(Ran(planned("p0", [1])[0], outcome), Fraction(5), english, None)
    assert (result.status, result.score, result.max_score) == (status, 5 if status == "passed" else 0, 5)


def test_a_submission_that_could_not_run() -> None:
    """Protects the verdicts of a whole submission: zero for its own fault, none for the grader's."""
    test = planned("p0", [1])[0]
    assert stopped_result(test, Fraction(5), TestStatus.TIMED_OUT, english).score == 0
    assert stopped_result(test, Fraction(5), TestStatus.GRADER_ERROR, english).score is None


@pytest.mark.parametrize("visibility", ["public", "hidden"])
def test_a_test_that_could_not_run_stays_as_hidden_as_it_is(visibility: str) -> None:
    """Protects hidden tests of a submission that could not be run from being shown as public ones."""
    (test,) = planned("p0", [1], visibility)
    assert stopped_result(test, Fraction(5), TestStatus.CRASHED, english).visibility == visibility


def test_a_part_without_tests_is_found() -> None:
    """Protects students from points that nobody can earn."""
    assert untested_parts(assignment(1, 2, 3), planned("p1", [1])) == ["p0", "p2"]


# -- what a student reads ---------------------------------------------------------------------------------------------

_CAME = st.sampled_from([MARK, gettext("returned {came}", came=MARK), gettext("{x}", x=gettext("{y}", y=MARK))])
_SAID = st.just("") | _CAME
_RAISED = st.lists(st.sampled_from([MARK, f"E{MARK}", "ValueError", "Unsendable", "MemoryError"]), max_size=3).map(tuple)
_OUTCOMES = st.one_of(
    st.builds(Mismatch, _CAME, hint=_SAID, expected=_SAID, detail=_SAID),
    st.builds(CodeRaised, st.builds(Failure, _RAISED, st.just(MARK), st.just(0), st.just(0), st.just(MARK)), hint=_SAID),
)


@given(_OUTCOMES)
def test_a_hidden_test_tells_nothing_that_the_answer_chose(outcome: TestOutcome) -> None:
    """Protects hidden inputs, which a submission could spell into its answer, its exception's message or its class's name."""
    result = result_of(Ran(planned("p0", [1])[0], outcome), Fraction(5), english, None)
    assert MARK not in result.message + result.hint + result.expected
    assert result.message
    assert result.score == 0


def test_a_hidden_test_tells_the_instructor_everything() -> None:
    """Protects the instructor's edition: what came, what was expected, and more."""
    outcome = Mismatch(gettext("returned {came}", came=1), expected=gettext("{e}", e=2), detail="seed 3", hint=gettext("Think."))
    result = result_of(Ran(planned("p0", [1])[0], outcome), Fraction(5), english, None)
    assert result.detail == "returned 1 · expected: 2 · seed 3"
    assert (result.message, result.hint, result.expected) == ("The answer is not the expected one.", "Think.", "")


def test_the_instructor_reads_one_language() -> None:
    """Protects an instructor's page in Russian from an English word before what was expected."""
    outcome = Mismatch(gettext("returned {came}", came=1), expected=gettext("shape {wanted}", wanted=(3, 2)))
    words = {
        "returned {came}": "вернулось {came}",
        "expected: {expected}": "ожидалось: {expected}",
        "shape {wanted}": "форма {wanted}",
    }
    result = result_of(Ran(planned("p0", [1])[0], outcome), Fraction(5), lambda text: words.get(text, text), None)
    assert result.detail == "вернулось 1 · ожидалось: форма (3, 2)"


def test_a_fixed_message_is_shown_for_a_hidden_test_too() -> None:
    """Protects useful words that carry no value."""
    outcome = Mismatch(gettext("Your function returned None."), hint=gettext("Does it return its result?"))
    result = result_of(Ran(planned("p0", [1])[0], outcome), Fraction(5), english, None)
    assert (result.message, result.hint) == ("Your function returned None.", "Does it return its result?")


def test_a_public_test_tells_everything() -> None:
    """Protects what a student learns from a public test: what came and what was expected, an exception with its message."""
    public = planned("p0", [1], "public")[0]
    wrong = Mismatch(gettext("returned {came}", came=1), expected="2", detail="off by -1", hint="Think.")
    result = result_of(Ran(public, wrong), Fraction(5), english, None)
    assert (result.message, result.expected, result.hint, result.detail) == ("returned 1", "2", "Think.", "off by -1")
    raised = CodeRaised(Failure(("ValueError", "Exception"), "too large", 0, 7, ""))
    assert result_of(Ran(public, raised), Fraction(5), english, None).message == (
        "Your code raised ValueError in line 7. ValueError: too large"
    )


@pytest.mark.parametrize(
    ("types", "message"),
    [
        (("NotImplementedError",), "Your code raised NotImplementedError in line 7."),
        (("NotYet", "NotImplementedError"), "Your code raised NotImplementedError in line 7. NotYet"),
    ],
)
def test_an_exception_without_a_text(types: tuple[str, ...], message: str) -> None:
    """Protects the student from a colon after which nothing comes, and from the same name twice."""
    raised = CodeRaised(Failure(types, "", 0, 7, ""))
    assert result_of(Ran(planned("p0", [1], "public")[0], raised), Fraction(5), english, None).message == message
    assert result_of(Ran(planned("p0", [1])[0], raised), Fraction(5), english, None).detail.endswith(types[0])


def test_points_are_rounded_as_they_are_written() -> None:
    """Protects 2.675 from 2.67: the fraction is exact, and only its nearest binary number lies below."""
    assert shown(exact(10.7) / 4) == 2.68
    assert shown(exact(33.3)) == 33.3
    assert shown(12.345678) == 12.35
