"""The sample submissions get the grades that stand beside them in `tests/samples/<assignment>/<student>/expect.yaml`.

An expectation is a mapping::

    status: graded  # the submission's verdict
    score: 88  # points in all, or [lowest, highest]
    parts: {iou: 4, nms: [13, 14]}  # points of these parts; of all others the full ones, where the status is graded
    misconceptions: [iou.pixel_added]  # the mistakes that are named, no more and no fewer
    messages: ["GPU"]  # words that stand in the messages about the whole file
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.fixtures.cache import cache_folder
from grader.results import Results, SubmissionResult, read_results

pytestmark = [pytest.mark.torch, pytest.mark.wall]

SAMPLES = Path(__file__).resolve().parent
KEYS = {"status", "score", "parts", "misconceptions", "messages"}
EXPECTATIONS = {
    f"{path.parent.parent.name}/{path.parent.name}": yaml.safe_load(path.read_text("utf-8"))
    for path in sorted(SAMPLES.glob("*/*/expect.yaml"))
}


@pytest.fixture(scope="session")
def graded(grade: Callable[..., Any], repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, SubmissionResult]:
    """Every sample's result, from one run by two workers.

    The answers of networks come from this user's own cache: found by content, and minutes of computing where it is empty.
    """
    out = tmp_path_factory.mktemp("samples") / "report"
    cache = {"GRADER_CACHE": str(cache_folder())}
    finished = grade(repository / "submissions", "-o", out, "-j", 2, cwd=repository, env=cache)
    assert (finished.status, finished.left_behind) == (0, []), finished.stderr
    found: list[Results] = [read_results(path) for path in sorted(out.rglob("results.json"))]
    return {f"{results.assignment.id}/{one.student}": one for results in found for one in results.submissions}


def test_every_sample_has_an_expectation(graded: dict[str, SubmissionResult]) -> None:
    """Protects samples from being held to nothing, and expectations from outliving their sample."""
    assert sorted(graded) == sorted(EXPECTATIONS)


@pytest.mark.parametrize("sample", EXPECTATIONS)
def test_a_sample(graded: dict[str, SubmissionResult], sample: str) -> None:
    """Protects the grades of real submissions: verdict, points, named mistakes, words."""
    expected, result = EXPECTATIONS[sample], graded[sample]
    assert set(expected) <= KEYS
    assert result.status == expected["status"], result.messages
    points = {part.id: part.score for part in result.parts}
    whole = {part.id: part.max_score for part in result.parts} if result.status == "graded" else dict.fromkeys(points, 0)
    told = [f"{test.id}: {test.status}: {test.message} {test.detail}" for test in result.tests if test.status != "passed"]
    wanted = {**whole, **expected.get("parts", {})}
    assert {name: held(points[name], wanted[name]) for name in points} == points, told
    assert held(result.score, expected["score"]) == result.score, told
    named = {test.misconception.id for test in result.tests if test.misconception is not None}
    assert named == set(expected.get("misconceptions", []))
    said = "\n".join(result.messages)
    assert [words for words in expected.get("messages", []) if words not in said] == []


def held(came: float | None, expected: float | list[float]) -> Any:
    """What came, where it is what was expected or within its range; else the expectation, to be shown."""
    if isinstance(expected, list):
        low, high = expected
        return came if came is not None and low <= came <= high else expected
    return came if came is not None and abs(came - expected) < 0.005 else expected


def test_graded_again(grade: Callable[..., Any], graded: dict[str, SubmissionResult], repository: Path, tmp_path: Path) -> None:
    """Protects a grade from chance: graded anew, by one worker and in another order, a submission gets the same."""
    finished = grade(
        repository / "submissions",
        "-o",
        tmp_path,
        "-j",
        1,
        "--student",
        "[ИТt]*",
        cwd=repository,
        env={"GRADER_CACHE": str(cache_folder())},
    )
    assert finished.status == 0, finished.stderr
    again = read_results(tmp_path / "results.json").submissions
    assert len(again) == 3
    for one in again:
        before = graded[f"lab15/{one.student}"]
        assert one.model_dump_json(exclude={"seconds"}) == before.model_dump_json(exclude={"seconds"})
