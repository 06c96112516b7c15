"""A public test has one verdict: under `grade check`, under `pytest --submission`, and in grading."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.check.checking import Checker
from grader.check.lab import find_lab
from grader.check.work import find_work
from grader.course.submission import collect
from grader.results import read_results

pytestmark = pytest.mark.wall
REPOSITORY = Path(__file__).parents[2]

# Writes down what the plugin has found out, in the grader's own terms.
_WRITER = """
import json, os

def pytest_sessionfinish(session):
    plugin = session.config.pluginmanager.get_plugin("grader-submission")
    status = lambda ran: "grader_error" if ran.fault else str(ran.outcome.status) if ran.outcome else "passed"
    found = {ran.test.id: status(ran) for ran in plugin.ran}
    with open(os.environ["VERDICTS"], "w") as stream:
        json.dump(found, stream)
"""

# Memory is bounded by the sandbox alike; what takes long or everything is left to tests/test_course.py.
STUDENTS = (
    "anna",
    "boris",
    "carl_wrong",
    "dina_misconception",
    "gleb_crash",
    "hugo_crash_at_load",
    "inga_hungry",
    "jan_hungry_at_load",
    "karl_prints",
    "lena_types",
    "mark",
    "nadia_forgets",
    "oleg_broken",
    "pavel_failing_cell",
    "slow_call",
    "slow_load",
    "Вера Словарёва",
)
LAB_SAMPLES = ("rossi_marco", "schmidt_lena", "kowalski_ewa")

Verdicts = dict[str, str]


def by_pytest(lab: Path, work: Path, scratch: Path) -> Verdicts:
    """Verdicts of `pytest --submission`, in the folder of a copy that pytest may collect from."""
    (scratch / "writer.py").write_text(_WRITER)
    paths = os.pathsep.join([str(REPOSITORY), str(scratch)])
    environment = {
        **os.environ,
        "PYTHONPATH": paths,
        "VERDICTS": str(scratch / "verdicts.json"),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "grader.pytest_plugin", "-p", "writer"]
    done = subprocess.run(
        [*command, "--submission", str(work)], cwd=lab, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found: Verdicts = json.loads((scratch / "verdicts.json").read_text())
    return found


def graded(grade: Callable[..., Any], submissions: Path, assignment: Path, pattern: str, out: Path) -> dict[str, Verdicts]:
    """Verdicts of public tests in grading, by student."""
    finished = grade(submissions, "-a", assignment, "--student", pattern, "-o", out, "-j", 1, env={"GRADER_CACHE": None})
    assert finished.status == 0, finished.stderr
    return {
        one.student: {test.id: str(test.status) for test in one.tests if test.visibility == "public"}
        for one in read_results(out / "results.json").submissions
    }


@pytest.fixture(scope="module")
def grading(grade: Callable[..., Any], tiny_course: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdicts]:
    """The tiny course, graded behind the wall."""
    out = tmp_path_factory.mktemp("graded")
    return graded(grade, tiny_course / "submissions", tiny_course / "assignments" / "tiny", "*", out)


@pytest.mark.parametrize("student", STUDENTS)
def test_one_verdict_in_three_places(
    student: str, grading: dict[str, Verdicts], tiny_course: Path, course_copy: Path, tmp_path: Path
) -> None:
    """Protects a student from "it passed on my machine": every public test of every sample, three ways."""
    lab = find_lab(None, course_copy / "assignments" / "tiny")
    submissions = {one.student: one for one in collect(tiny_course / "submissions" / "tiny", lab.specification)}
    main = submissions[student].main
    assert main is not None
    with Checker(lab, "en") as checker:
        checked = checker.check(find_work(main, lab))
    assert {test.id: str(test.status) for test in checked.submission.tests} == grading[student]
    assert by_pytest(lab.path, main, tmp_path) == grading[student]


@pytest.mark.torch
def test_samples_of_the_labs(grade: Callable[..., Any], repository: Path, tmp_path: Path) -> None:
    """Protects the same for a lab with networks and pictures, on right and wrong samples."""
    (assignment,) = (repository / "assignments").glob("*/assignment.yaml")
    place = repository / "submissions" / assignment.parent.name
    lab = find_lab(None, assignment.parent)
    wanted = [one for one in collect(place, lab.specification) if one.student in LAB_SAMPLES]
    assert len(wanted) == len(LAB_SAMPLES)
    found = graded(grade, place, assignment.parent, f"[{''.join(sorted({name[0] for name in LAB_SAMPLES}))}]*", tmp_path / "out")
    with Checker(lab, "en") as checker:
        for one in wanted:
            assert one.main is not None
            checked = checker.check(find_work(one.main, lab))
            assert {test.id: str(test.status) for test in checked.submission.tests} == found[one.student], one.student
            assert by_pytest(lab.path, one.main, tmp_path) == found[one.student], one.student
