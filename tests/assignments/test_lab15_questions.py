"""What the tests of lab 15 ask a submission."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.course.assignment import open_assignment
from grader.course.specification import Part
from grader.judge.judge import Judge, JudgePlan
from grader.judge.outcome import Call
from grader.judge.planned import PlannedTest
from grader.judge.plugin import JudgePlugin
from grader.judge.running import run_tests
from grader.sandbox.wall import NoWall

pytestmark = pytest.mark.torch

ASSIGNMENT = Path(__file__).resolve().parents[2] / "assignments" / "lab15"
Answer = Callable[[str, tuple[Any, ...]], Any]


@pytest.fixture(scope="module")
def judge() -> Judge:
    """Of lab 15, without a template."""
    return Judge(JudgePlan(open_assignment(ASSIGNMENT), NoWall(), (), "en"))


class FakeSubmission:
    """Writes down what it is asked."""

    def __init__(self, answer: Answer, questions: list[str]) -> None:
        self.answer = answer
        self.questions = questions

    def __getattr__(self, part: str) -> Callable[..., Any]:
        return lambda *arguments: self._asked(part, arguments)

    def call(self, part: Part, arguments: tuple[Any, ...]) -> tuple[Call, Any]:
        """As `check` asks."""
        return Call(part.id, arguments), self._asked(part.id, arguments)

    def state(self, *_: Any) -> dict[str, Any]:
        """As a test asks that looks after a model."""
        self.questions.append("state")
        return {"digest": "", "training": False, "output": np.zeros(1)}

    def release(self) -> None:
        """Nothing to end."""

    def start_afresh(self) -> bool:
        """Never."""
        return False

    def _asked(self, part: str, arguments: tuple[Any, ...]) -> Any:
        self.questions.append(part)
        return self.answer(part, arguments)


def questions(judge: Judge, answer: Answer) -> dict[str, list[str]]:
    """What each test asks a submission that answers so, as it is graded."""
    asked: dict[str, list[str]] = {}
    plugin = JudgePlugin(
        judge.material.setting, lambda test: FakeSubmission(answer, asked.setdefault(test.id, [])), at_once=False
    )
    run_tests(plugin)
    assert not [ran.fault for ran in plugin.ran if ran.fault]
    return asked


def test_what_is_asked_does_not_depend_on_the_answers(judge: Judge) -> None:
    """Protects from a submission with two guesses: a question that comes only after a right answer tells which was right."""
    right = questions(judge, lambda part, arguments: judge.material.setting.reference.expect(part, arguments).value)
    assert len(right) == len(judge.material.planned)
    assert questions(judge, lambda *_: None) == right
    assert questions(judge, lambda *_: np.eye(8, 9)[::-1]) == right


def test_a_made_up_output_takes_no_memory(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the judge from a network that is said to answer with 64 MB of booleans, which took a gigabyte to compare."""
    made_up = np.broadcast_to(np.True_, (60_000_000,))
    monkeypatch.setattr(FakeSubmission, "state", lambda *_: {"digest": "", "training": False, "output": made_up})
    reference = judge.material.setting.reference
    plugin = JudgePlugin(
        judge.material.setting,
        lambda _test: FakeSubmission(lambda part, arguments: reference.expect(part, arguments).value, []),
        only_parts=frozenset({"features_map"}),
        at_once=False,
    )
    tracemalloc.start()
    try:
        run_tests(plugin)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 256 << 20
    wrong = [ran.test.id for ran in plugin.ran if ran.outcome is not None]
    assert [name.rpartition("::")[2] for name in wrong] == ["test_model_stays_as_it_was"]


def test_remembered_answers_and_zeros_are_worth_little(judge: Judge) -> None:
    """Protects from code that knows the answers to the public tests, which everybody may read, and says zero to all else."""
    reference = judge.material.setting.reference
    public: dict[tuple[str, bytes], Any] = {}

    def key(part: str, arguments: tuple[Any, ...]) -> tuple[str, bytes]:
        return part, repr([value.tolist() if isinstance(value, np.ndarray) else value for value in arguments]).encode()

    def asked(test: PlannedTest, part: str, arguments: tuple[Any, ...]) -> Any:
        if test.visibility == "public":
            public[key(part, arguments)] = reference.expect(part, arguments).value
        return public.get(key(part, arguments), 0.0)

    plugin = JudgePlugin(
        judge.material.setting,
        lambda test: FakeSubmission(lambda part, arguments: asked(test, part, arguments), []),
        only_parts=frozenset({"iou", "dice", "nms"}),
        at_once=False,
    )
    run_tests(plugin)
    plugin.settle()
    assert not [ran.fault for ran in plugin.ran if ran.fault]
    for part in ("iou", "dice", "nms"):
        tests = [ran for ran in plugin.ran if ran.test.part == part]
        assert all(ran.outcome is None for ran in tests if ran.test.visibility == "public")
        hidden = [ran for ran in tests if ran.test.visibility == "hidden"]
        earned = sum(judge.material.share[ran.test.id] for ran in hidden if ran.outcome is None)
        assert earned <= sum(judge.material.share[ran.test.id] for ran in hidden) / 5, part
