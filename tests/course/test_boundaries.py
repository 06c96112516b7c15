"""`pass_score` and `boundaries` of assignment.yaml: from the file into the results."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.assignment import open_assignment
from grader.course.reader import read_specification
from grader.course.specification import Assignment
from grader.errors import SpecificationError
from grader.run.plan import AssignmentRun
from grader.run.run import make_results


def specification(course: Path, lines: str) -> Assignment:
    """The tiny assignment with these lines more."""
    path = course / "assignments" / "tiny" / "assignment.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("points: 100\n", f"points: 100\n{lines}\n", 1), encoding="utf-8")
    return read_specification(path)


def test_they_may_be_left_out(tiny_course: Path) -> None:
    """Protects assignments without grades: no line, no boundary, none in the results either."""
    folder = open_assignment(tiny_course / "assignments" / "tiny")
    assert (folder.specification.pass_score, folder.specification.boundaries) == (None, ())
    summary = make_results(AssignmentRun(folder, (), ()), {}, "en").assignment
    assert (summary.pass_score, summary.boundaries) == (None, ())


def test_they_go_into_the_results(course_copy: Path) -> None:
    """Protects the way from the file to the report."""
    specification(course_copy, "pass_score: 50\nboundaries: [50, 70, 85.5]")
    folder = open_assignment(course_copy / "assignments" / "tiny")
    summary = make_results(AssignmentRun(folder, (), ()), {}, "ru").assignment
    assert (summary.pass_score, summary.boundaries) == (50.0, (50.0, 70.0, 85.5))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("pass_score: 101", "pass_score: 101 is more than the 100 points that there are"),
        ("pass_score: 0", "pass_score"),
        ("pass_score: half", "pass_score"),
        ("boundaries: [50, 50]", "boundaries: must rise from one to the next, but 50 follows 50"),
        ("boundaries: [70, 50]", "boundaries: must rise from one to the next, but 50 follows 70"),
        ("boundaries: [50, 120]", "boundaries: 120 is more than the 100 points that there are"),
        ("boundaries: 50", "boundaries"),
        ("boundaries: [.nan]", "boundaries"),
        ("boundries: [50]", "did you mean 'boundaries'?"),
    ],
)
def test_what_cannot_be_is_refused(course_copy: Path, lines: str, said: str) -> None:
    """Protects grades from a line that nobody can reach and from boundaries in a mess: file and key are named."""
    with pytest.raises(SpecificationError) as caught:
        specification(course_copy, lines)
    assert said in str(caught.value)
    assert str(course_copy / "assignments" / "tiny" / "assignment.yaml") in str(caught.value)
