"""A mistake is named only if its variant explains every answer, and at least one of them is wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from grader.course.code import load_file
from grader.errors import SpecificationError
from grader.judge import diagnosis as diagnosis_module
from grader.judge.check import Compared
from grader.judge.diagnosis import Diagnosis
from grader.judge.misconception import Variant, catalogue, misconception
from grader.judge.outcome import Call
from grader.judge.plugin import Setting

Name = Callable[..., str | None]


@pytest.fixture
def diagnosis(setting: Setting) -> Diagnosis:
    """The tiny course's catalogue."""
    path = setting.folder.misconceptions
    return Diagnosis(catalogue([load_file(path)]), path.read_bytes(), setting.reference, setting.comparisons)


@pytest.fixture
def name(diagnosis: Diagnosis, setting: Setting) -> Name:
    """`name(part, function, inputs)`: which mistake a student's function makes on these inputs."""

    def named(part: str, function: Callable[..., Any], inputs: Sequence[tuple[Any, ...]]) -> str | None:
        compared = []
        for arguments in inputs:
            answer, expected = function(*arguments), getattr(setting.reference, part)(*arguments)
            call = Call(part, arguments)
            compared.append(Compared(call, answer, expected, setting.comparisons.compare(answer, expected, call)))
        variant = diagnosis.name(part, compared)
        return variant.id if variant is not None else None

    return named


MEANS = [([1.0, 2.0, 6.0],), ([1, 2, 40961],), ([-7.25],)]


@pytest.mark.parametrize(
    ("part", "function", "inputs", "expected"),
    [
        ("mean", lambda v: sum(v) / max(1, len(v) - 1), MEANS, "mean.divides_by_n_minus_1"),
        ("mean", lambda v: sum(v) // len(v), [*MEANS, ([1, 2],)], "mean.floors"),
        ("clamp", lambda v, low, high: min(low, max(high, v)), [(3, 0, 10), (99, 0, 10)], "clamp.swaps_bounds"),
        ("words", lambda text: {w: text.split().count(w) for w in text.split()}, [("A a",)], "words.case"),
    ],
)
def test_the_right_one_is_named(name: Name, part: str, function: Callable[..., Any], inputs: Any, expected: str) -> None:
    """Protects the name of the mistake."""
    assert name(part, function, inputs) == expected


def test_answers_to_what_nobody_asks_again_are_forgotten(
    diagnosis: Diagnosis, name: Name, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects a large class from a worker that grows with it: a submission may be asked with arguments of its own."""
    monkeypatch.setattr(diagnosis_module, "_MOST_REMEMBERED", 3)
    for number in range(5):
        assert name("mean", lambda v: sum(v) // len(v), [([1, 2 + 2 * number],)]) == "mean.floors"
    assert len(diagnosis.memory) == 3


def test_an_answer_too_large_for_all_variants_is_not_named(name: Name, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a class's time: each variant would be compared with it, when the submission and its limits are gone."""
    assert name("mean", lambda v: sum(v) // len(v), MEANS) == "mean.floors"
    monkeypatch.setattr(diagnosis_module, "_MOST_ANSWER_BYTES", -1)
    assert name("mean", lambda v: sum(v) // len(v), MEANS) is None


def test_a_right_submission_has_no_mistake(name: Name, setting: Setting) -> None:
    """Protects right answers from being named wrong, even where a variant agrees with them."""
    assert name("mean", setting.reference.module.mean, MEANS) is None
    assert name("mean", setting.reference.module.mean, [([-7.0],)]) is None


def test_an_argument_that_was_not_given_is_not_ignored(setting: Setting) -> None:
    """Protects from being told that a function takes no notice of what no parameter of it was known to take."""

    def no_low(value: float, low: float, high: float) -> float:
        return min(value, high)

    variant = Variant("clamp.no_low", "clamp", "", "", False, no_low, ignores="low")
    asked = Diagnosis([variant], b"", setting.reference, setting.comparisons)
    expected = setting.reference.clamp(-1, 0, 10)
    given, omitted = Call("clamp", (-1, 0, 10)), Call("clamp", (-1, 0, 10), omitted=("low",))
    wrong = setting.comparisons.compare(-1, expected, given)
    found = asked.name("clamp", [Compared(given, -1, expected, wrong)])
    assert found is not None
    assert found.id == "clamp.no_low"
    assert asked.name("clamp", [Compared(omitted, -1, expected, wrong)]) is None


def test_a_partial_match_is_no_match(name: Name) -> None:
    """Protects students from being told of a mistake that explains only some of their answers."""

    def sometimes(values: list[float]) -> float:
        return sum(values) / (len(values) - 1) if len(values) > 2 and values[-1] < 100 else 0.0

    assert name("mean", sometimes, MEANS) is None
    assert name("mean", sometimes, MEANS[:1]) == "mean.divides_by_n_minus_1"


def test_a_wrong_answer_that_no_variant_gives(name: Name) -> None:
    """Protects against naming the nearest mistake: none is better than a wrong one."""
    assert name("mean", lambda values: 41.0, MEANS) is None


def test_a_variant_of_another_part_is_not_asked(name: Name) -> None:
    """Protects parts whose answers are alike from each other's mistakes."""
    assert name("clamp", lambda v, low, high: sum([v]) // 1, [(3.5, 0, 10)]) is None


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "text",
        10**400,
        -(10**400),
        float("nan"),
        1 + 2j,
        [1, [2, 3]],
        {"a": 1},
        [[]],
        b"bytes",
        np.zeros((3, 1)),
        np.array(["a"]),
        np.array([10**400], dtype=object),
        [10**400, 1.5],
    ],
    ids=lambda value: type(value).__name__,
)
def test_strange_answers(name: Name, answer: Any) -> None:
    """Protects the submission's other points: an answer that cannot be a number is no variant's, and no fault of the grader."""
    assert name("mean", lambda values: answer, MEANS) is None
    assert name("words", lambda text: answer, [("A a",)]) is None


_SOURCES = (str(number).encode() for number in itertools.count())  # each catalogue's own: answers are kept by it


def diagnosis_of(setting: Setting, *functions: Callable[..., Any]) -> Diagnosis:
    """A catalogue of one part's variants, v0, v1, ..."""
    variants = [Variant(f"v{n}", "mean", "", "", False, function) for n, function in enumerate(functions)]
    return Diagnosis(variants, next(_SOURCES), setting.reference, setting.comparisons)


def compare(setting: Setting, answer: Any, values: list[float]) -> Compared:
    """One comparison of an answer to the mean."""
    call, expected = Call("mean", (values,)), setting.reference.mean(values)
    return Compared(call, answer, expected, setting.comparisons.compare(answer, expected, call))


def test_a_variant_that_fails_explains_nothing(setting: Setting) -> None:
    """Protects the diagnosis from a variant that cannot take an input: the next is asked."""
    diagnosis = diagnosis_of(setting, lambda values: values[7], lambda values: 0.0)
    found = diagnosis.name("mean", [compare(setting, 0.0, [1.0])])
    assert found is not None
    assert found.id == "v1"


def test_the_first_of_two_is_named(setting: Setting) -> None:
    """Protects repeatability: the catalogue's order decides between variants that agree."""
    diagnosis = diagnosis_of(setting, lambda values: 0.0, lambda values: 0)
    found = diagnosis.name("mean", [compare(setting, 0.0, [1.0])])
    assert found is not None
    assert found.id == "v0"


def test_each_variant_runs_once_per_input(setting: Setting) -> None:
    """Protects a class's speed: students share their wrong answers."""
    calls = []
    diagnosis = diagnosis_of(setting, lambda values: calls.append(values) or 0.0)
    for _ in range(3):
        assert diagnosis.name("mean", [compare(setting, 0.0, [1.0])]) is not None
    assert len(calls) == 1


def test_the_comparison_decides_what_is_equal(setting: Setting) -> None:
    """Protects answers in another form than the variant's: equal is what the assignment's comparison lets pass."""
    diagnosis = diagnosis_of(setting, lambda values: 7.0)
    assert diagnosis.name("mean", [compare(setting, 7.0000001, [1.0])]) is not None
    assert diagnosis.name("mean", [compare(setting, 7.1, [1.0])]) is None


def test_several_arrays_of_different_shapes_are_told_apart(setting: Setting) -> None:
    """Protects the name of a mistake whose answer is several arrays, which make no one array."""
    answer = [np.ones((2, 3)), np.ones(2)]
    for other, is_named in ((answer, True), ([np.ones((2, 3)), np.zeros(2)], False), (answer[:1], False)):
        diagnosis = diagnosis_of(setting, lambda values, other=other: other)
        assert (diagnosis.name("mean", [compare(setting, answer, [1.0])]) is not None) is is_named


def test_an_axis_of_length_1_is_no_other_mistake(setting: Setting) -> None:
    """Protects the name of a mistake from whether the student flattens what it gives."""
    diagnosis = diagnosis_of(setting, lambda values: np.ones((2, 3, 1, 1)))
    assert diagnosis.name("mean", [compare(setting, np.ones((2, 3)), [1.0])]) is not None
    assert diagnosis.name("mean", [compare(setting, np.ones((3, 2)), [1.0])]) is None


def test_nothing_in_one_form_is_nothing_in_another(setting: Setting) -> None:
    """Protects the name of a mistake that now and then leaves nothing: no boxes, (0, 4), are as much as no indices."""
    diagnosis = diagnosis_of(setting, lambda values: [])
    assert diagnosis.name("mean", [compare(setting, np.empty((0, 4)), [1.0])]) is not None
    assert diagnosis.name("mean", [compare(setting, np.empty((1, 4)), [1.0])]) is None
    assert diagnosis.name("mean", [compare(setting, None, [1.0])]) is None


def test_rounding_is_a_share_of_the_largest_number(setting: Setting) -> None:
    """Protects the name of a mistake from the rounding of small numbers beside large ones; tiny numbers are not all alike."""
    large = np.array([1000.0, 1e-4])
    for variant, answer, is_named in (
        (large, large + 1e-3, True),
        (large, large + 1, False),
        (large * 1e-9, large * 1e-9 + 1e-12, True),
        (large * 1e-12, large[::-1] * 1e-12, False),
    ):
        diagnosis = diagnosis_of(setting, lambda values, variant=variant: variant)
        assert (diagnosis.name("mean", [compare(setting, answer, [1.0])]) is not None) is is_named


def test_an_axis_of_length_1_is_none_for_the_comparison(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the name of a mistake that a student flattens, where only the assignment's tolerance takes both for equal."""
    monkeypatch.setattr(diagnosis_module, "_nearly_equal", lambda one, other: False)
    shapes = []

    class Shapes:
        """A comparison that lets pass what has the expected shape."""

        def compare(self, answer: Any, expected: Any, call: Call) -> Any:
            shapes.append((np.shape(answer), np.shape(expected)))
            return None if np.shape(answer) == np.shape(expected) else "different"

    diagnosis = diagnosis_of(setting, lambda values: np.ones((2, 3, 1, 1)))
    diagnosis.comparisons = Shapes()  # type: ignore[assignment]
    assert diagnosis.name("mean", [compare(setting, np.ones((2, 3)), [1.0])]) is not None
    assert diagnosis.name("mean", [compare(setting, np.ones((3, 2)), [1.0])]) is None


def test_who_mostly_fails_is_named_only_by_what_fails_there(setting: Setting) -> None:
    """Protects whose code raises nearly everywhere from the name of a mistake that its one answer happens to look like."""

    def first(values: list[float]) -> float:
        return values[0]

    diagnosis = diagnosis_of(setting, lambda values: 7.0, first)
    answered = [compare(setting, 7.0, [7.0, 1.0])]
    assert [diagnosis.name("mean", answered, calls).id for calls in ((), [Call("mean", ([],))])] == ["v0", "v1"]
    assert diagnosis.name("mean", answered, [Call("mean", ([1.0],))]) is None


def test_the_marker_keeps_the_words() -> None:
    """Protects explanations in both languages, and the catalogue's order."""

    @misconception("m.first", part="mean", en="English.", ru="По-русски.", accepted=True)
    def wrong(values: list[float]) -> float:
        return 0.0

    variant = wrong.misconception  # type: ignore[attr-defined]
    assert (variant.id, variant.part, variant.accepted, variant.function is wrong) == ("m.first", "mean", True, True)
    assert [variant.explanation(language) for language in ("ru", "en", "xx")] == ["По-русски.", "English.", "English."]


def test_what_a_variant_remembers_ends_with_the_test(setting: Setting) -> None:
    """Protects the name of a mistake that shows in a second call from what was asked of the variant in another test."""

    @misconception("mean.first_again", part="mean", en="The first.", ru="Первое.")
    def first_again(values: Any, memory: dict[str, Any]) -> Any:
        return memory.setdefault("mean", sum(values) / len(values))

    variant = first_again.misconception  # type: ignore[attr-defined]
    diagnosis = Diagnosis([variant], b"", setting.reference, setting.comparisons)
    calls = [Call("mean", ([1.0, 3.0],)), Call("mean", ([5.0],))]
    assert diagnosis.answers(variant, calls) == [2.0, 2.0]
    assert diagnosis.answers(variant, calls[1:]) == [5.0]


def test_words_in_one_language() -> None:
    """Protects a course in one language: its words stand for both, as everywhere in a course; without any there is no mistake to
    name."""
    english = misconception("mean.half", part="mean", en="Half of it.")(lambda values: sum(values) / 2)
    russian = misconception("mean.third", part="mean", ru="Треть.")(lambda values: sum(values) / 3)
    told = [vars(one)["misconception"].explanation(language) for one in (english, russian) for language in ("en", "ru")]
    assert told == ["Half of it.", "Half of it.", "Треть.", "Треть."]
    with pytest.raises(SpecificationError, match=r"the misconception 'mean\.none' has no words for the student"):
        misconception("mean.none", part="mean")
