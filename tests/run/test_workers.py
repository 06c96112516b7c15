"""Workers that die: their submissions are graded by others, and what was finished is kept."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.course.submission import Submission
from grader.errors import SandboxFault
from grader.judge.regrading import Verdict
from grader.results import SubmissionResult, SubmissionStatus, read_results
from grader.run.dispatch import Job
from grader.run.workers import Processes, ThisProcess, shares_of_cores
from grader.sandbox.cgroup_place import find_place
from grader.sandbox.cgroups import ControlGroup, available

pytestmark = pytest.mark.wall

# A comparison runs in the judge: this one takes its worker with it when it sees the answer 666.
DEADLY = """

_compare_mean = compare_mean


def compare_mean(answer, expected, call):
    import os, pathlib

    if answer == 666 and not ({once} and pathlib.Path({flag!r}).exists()):
        pathlib.Path({flag!r}).touch()
        os._exit(9)
    return _compare_mean(answer, expected, call)
"""


@pytest.fixture
def run(grade: Callable[..., Any], course_copy: Path, tmp_path: Path) -> Callable[..., Any]:
    """`run(once=...)`: grade five students, of whom one is deadly for the worker that judges them."""

    def grade_class(once: bool) -> Any:
        comparison = course_copy / "assignments" / "tiny" / "comparison.py"
        comparison.write_text(comparison.read_text() + DEADLY.format(once=once, flag=str(tmp_path / "flag")))
        for student in ("ann", "bob", "carl", "deadly", "emil"):
            place = course_copy / "submissions" / "tiny" / student
            place.mkdir(parents=True)
            answer = "666" if student == "deadly" else "sum(values) / len(values)"
            (place / "tiny.py").write_text(f"def mean(values):\n    return {answer}\n")
        return grade(course_copy / "submissions", "-o", tmp_path / "out", "-j", 2)

    return grade_class


def test_a_worker_that_dies_once(run: Callable[..., Any], tmp_path: Path) -> None:
    """Protects a class from a worker that was killed (memory, a bug in a library): everyone is graded all the same."""
    finished = run(once=True)
    assert (finished.status, finished.left_behind) == (0, []), finished.stderr
    results = read_results(tmp_path / "out" / "results.json")
    scores = {one.student: one.score for one in results.submissions}
    assert scores == {"ann": 40, "bob": 40, "carl": 40, "deadly": 0, "emil": 40}


def test_a_worker_that_dies_again(run: Callable[..., Any], tmp_path: Path) -> None:
    """Protects the class from one work that kills every worker: it alone is left ungraded, and no zero; exit status 1."""
    finished = run(once=False)
    assert (finished.status, finished.left_behind) == (1, []), finished.stderr
    results = read_results(tmp_path / "out" / "results.json")
    scores = {one.student: (one.score, str(one.status)) for one in results.submissions}
    assert scores.pop("deadly") == (None, "grader_error")
    assert set(scores.values()) == {(40, "graded")}
    assert "tried twice: the worker that graded it died" in finished.stderr
    kept = (tmp_path / "out" / ".journal" / "journal.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["result"]["student"] for line in kept) == ["ann", "bob", "carl", "emil"]


def test_a_worker_that_fails_takes_no_verdict_along() -> None:
    """Protects what was finished at the same moment: it is handed over, and kept, before the run ends by another's error."""
    crew = Processes.__new__(Processes)  # without cores and processes
    crew.running, crew.deaths = {}, 0
    result = SubmissionResult(student="ann", path="", digest="", status=SubmissionStatus.GRADED, score=1, max_score=1)
    for number in range(20):  # which of two comes first is a set's to say
        finished, failed = Future[Verdict](), Future[Verdict]()
        finished.set_result(Verdict(result=result))
        failed.set_exception(SandboxFault("the disk is full"))
        jobs = [Job(Submission(f"{student}{number}", Path(student), None)) for student in ("ann", "bob")]
        crew.running = {finished: ("1", jobs[0]), failed: ("2", jobs[1])}
        assert crew.collect() == [(jobs[0], Verdict(result=result))]
        with pytest.raises(SandboxFault, match="disk is full"):
            crew.collect()


def test_workers_that_never_live(grade: Callable[..., Any], course_copy: Path, tmp_path: Path) -> None:
    """Protects the run from going round for ever where no worker survives its start: the reason, and exit status 1."""
    comparison = course_copy / "assignments" / "tiny" / "comparison.py"
    comparison.write_text(comparison.read_text() + "\n\nimport os\n\nos._exit(9)\n")
    for student in ("ann", "bob", "carl"):
        place = course_copy / "submissions" / "tiny" / student
        place.mkdir(parents=True)
        (place / "tiny.py").write_text("pass\n")
    finished = grade(course_copy / "submissions", "-o", tmp_path / "out", "-j", 2)
    assert (finished.status, finished.left_behind) == (1, []), finished.stderr
    assert "die one after the other" in finished.stderr


MANY = {
    "ann": "def mean(values):\n    return sum(values) / len(values)\n",
    "bob": "def average(numbers):\n    return sum(numbers) // len(numbers)\n",
    "carl": "def (\n",
    "dora": "def clamp(value, low, high):\n    return open('x').read()\n",
    "emil": "print('nothing')\n",
    "fred": "def count_words(text):\n    import os\n    os._exit(1)\n",
    "slow": "def mean(values):\n    while True:\n        pass\n",
}


def test_neither_workers_nor_order_matter(grade: Callable[..., Any], course_copy: Path, tmp_path: Path) -> None:
    """Protects the promise that a verdict depends on the work alone: one worker or three, in any order, the same results.

    The last run knows how long each took, and begins with the slow one: whoever waited for it would come after it.
    """
    for student, source in MANY.items():
        place = course_copy / "submissions" / "tiny" / student
        place.mkdir(parents=True)
        (place / "tiny.py").write_text(source)
    found, orders = [], []
    for jobs in (1, 3, 3):
        finished = grade(course_copy / "submissions", "-o", tmp_path / f"out{jobs}", "-j", jobs, "--fresh")
        assert (finished.status, finished.left_behind) == (0, []), finished.stderr
        results = read_results(tmp_path / f"out{jobs}" / "results.json")
        found.append([one.model_copy(update={"seconds": 0}) for one in results.submissions])
        orders.append([line.split(":")[2].strip() for line in finished.lines if line.startswith("tiny: ")])
    assert found[0] == found[1] == found[2]
    assert orders[0] == sorted(MANY)
    assert orders[2][0] != "slow"


def test_each_worker_has_cores_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects honest work from a neighbour that keeps every core busy: it can only slow its own worker."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1, 2, 4, 5})
    assert shares_of_cores(2) == [{0, 2, 5}, {1, 4}]
    assert shares_of_cores(5) == [{0}, {1}, {2}, {4}, {5}]
    assert shares_of_cores(6) == [set()] * 6
    monkeypatch.delattr(os, "sched_getaffinity")
    assert shares_of_cores(2) == [set()] * 2


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="this machine has one core")
def test_a_submission_stays_on_its_workers_cores(grade: Callable[..., Any], course_copy: Path, tmp_path: Path) -> None:
    """Protects the same in the sandbox, where a submission may ask for other cores and is told that it has them."""
    for student in ("ann", "bob"):
        place = course_copy / "submissions" / "tiny" / student
        place.mkdir(parents=True)
        (place / "tiny.py").write_text(
            "import os\nos.sched_setaffinity(0, range(64))\ndef mean(values):\n    raise ValueError(os.sched_getaffinity(0))\n"
        )
    grade(course_copy / "submissions", "-o", tmp_path / "out", "-j", 2)
    results = read_results(tmp_path / "out" / "results.json")
    told = {test.message for one in results.submissions for test in one.tests if test.part == "mean" and "{" in test.message}
    assert len(told) == 2, told


def test_a_process_that_grades_looks_for_garbage_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects who calls the grader as a library: collection is as it was afterwards, and what was kept can be freed again."""
    monkeypatch.setattr("grader.run.workers.Judge.begin", lambda _plan: SimpleNamespace(start=bool, close=bool))
    unfrozen = gc.get_freeze_count()
    with ThisProcess(SimpleNamespace()):  # type: ignore[arg-type]
        assert gc.get_freeze_count() > unfrozen + 10_000
        assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    gc.disable()
    try:
        ThisProcess(SimpleNamespace()).__exit__(None)  # type: ignore[arg-type]
        assert not gc.isenabled()
    finally:
        gc.enable()


KIND = available()


@pytest.mark.skipif(KIND.startswith("none"), reason=f"no control groups here: {KIND}")
def test_a_group_that_was_just_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a machine from groups of a run in one process that was stopped while it made one, which nobody held yet."""
    judge = SimpleNamespace(start=lambda: None, close=lambda: None)
    monkeypatch.setattr("grader.run.workers.Judge.begin", lambda _plan: judge)

    def left() -> list[Path]:
        return [group for place in find_place().folders() for group in place.glob(f"grade-*-{os.getpid()}-half")]

    def interrupted() -> None:
        with ThisProcess(SimpleNamespace()):  # type: ignore[arg-type]
            ControlGroup.create("half", 64 << 20, 10)
            assert left()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert left() == []
