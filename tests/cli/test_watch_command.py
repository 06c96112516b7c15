"""`grade run --watch`: what changes is graded again, until Ctrl-C."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.cli.run import Round
from grader.cli.watch import changes
from grader.results import AssignmentSummary, GraderSummary, Results, SubmissionResult, SubmissionStatus, read_results

RIGHT = "def mean(values):\n    return sum(values) / len(values)\n"
UNFAIR = """

@pytest.mark.part("mean", weight=1e9)
def test_that_nobody_passes(check):
    from grader.testing import fail

    fail("no")
"""
WRONG = "def mean(values):\n    return 0\n"


def results(**scores: float | None) -> Results:
    """Results with these scores by student."""
    submissions = [
        SubmissionResult(
            student=student, path="", digest="", status=SubmissionStatus.GRADED, score=score, max_score=10.0, seconds=0.5
        )
        for student, score in scores.items()
    ]
    assignment = AssignmentSummary(id="tiny", title="", max_score=10.0)
    return Results(grader=GraderSummary(version="0"), assignment=assignment, submissions=tuple(submissions))


def test_only_what_changed_is_told() -> None:
    """Protects a demonstration from a table of the whole class after every save."""
    out = Path("report")
    before = Round(0, {out: results(ann=1, bob=2, eve=3)})
    after = Round(0, {out: results(ann=1, bob=9, zoe=None)})
    assert changes(before, after) == ["tiny: bob: 9 of 10 (graded)", "tiny: zoe: not graded (graded)", "tiny: eve: gone"]
    assert changes(before, before) == []


@pytest.mark.wall
def test_changes_are_graded_until_ctrl_c(start_grade: Callable[..., Any], course_copy: Path, tmp_path: Path) -> None:
    """Protects the loop: a changed, a new and a removed submission, a mistake in between, and an end that leaves nothing."""
    place, out = course_copy / "submissions" / "tiny", course_copy / "submissions" / "report"
    place.mkdir(parents=True)
    for student in ("ann", "bob"):
        (place / f"{student}.py").write_text(WRONG)
    running = start_grade(course_copy / "submissions", "-a", "tiny", "-o", out, "-j", 1, "--watch")
    running.read_until("Watching")
    first = {one.student: one.seconds for one in read_results(out / "results.json").submissions}

    (place / "bob.py").write_text(RIGHT)
    running.read_until("tiny: bob: 40 of 100 (graded)")
    running.read_until("Watching")
    now = read_results(out / "results.json").submissions
    assert [(one.student, one.score) for one in now] == [("ann", 0.0), ("bob", 40.0)]
    assert now[0].seconds == first["ann"], "what did not change must not be graded again"
    assert ">40<" in (out / "students" / "bob" / "index.html").read_text(encoding="utf-8")

    (place / "ann.py").unlink()
    running.read_until("tiny: ann: gone")
    running.read_until("Watching")
    assert not (out / "students" / "ann").exists()

    shutil.move(place / "bob.py", tmp_path / "bob.py")  # nothing is left to grade, and that is said, not fatal
    running.read_until("Watching")
    shutil.move(tmp_path / "bob.py", place / "zoe.py")
    running.read_until("tiny: zoe: 40 of 100 (graded)")
    running.read_until("Watching")
    running.interrupt()
    finished = running.finish()
    assert (finished.status, finished.left_behind) == (0, [])
    assert "Stopped watching." in finished.lines
    assert "no submission" in finished.stderr


@pytest.mark.wall
def test_a_changed_test_and_reference_are_graded_by(start_grade: Callable[..., Any], course_copy: Path) -> None:
    """Protects an author who mends the lab while it runs from looking at old grades; a half-saved file ends nothing."""
    place, reference = course_copy / "submissions" / "tiny", course_copy / "reference" / "tiny.py"
    place.mkdir(parents=True)
    (place / "ann.py").write_text(RIGHT)
    running = start_grade(course_copy / "submissions", "-a", "tiny", "-o", course_copy / "report", "-j", 1, "--watch")
    running.read_until("Watching")

    right = reference.read_text()
    reference.write_text(right.replace("sum(values) / len(values)", "sum(values) / len(values) + 1"))
    running.read_until("tiny: ann: 0 of 100 (graded)")
    running.read_until("Watching")
    reference.unlink()
    running.read_until("Watching")
    reference.write_text(right)
    running.read_until("tiny: ann: 40 of 100 (graded)")
    running.read_until("Watching")

    for test in course_copy.glob("assignments/tiny/tests/*/test_mean.py"):
        test.write_text(test.read_text().replace("def test_", "def test_no_more_") + UNFAIR)
    running.read_until("tiny: ann: 0 of 100 (graded)")
    running.read_until("Watching")
    running.interrupt()
    assert running.finish().status == 0
