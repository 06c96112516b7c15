"""A new course works as it is: valid, graded, released, in seconds and without torch."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.cli.main import run_main
from grader.course.code import load_file
from grader.init.course import write_course
from grader.results import read_results
from grader.testing import Call

pytestmark = pytest.mark.wall
Grade = Callable[..., Any]


@pytest.fixture(scope="module")
def course(grade: Grade, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course that `grade init` has written."""
    folder = tmp_path_factory.mktemp("new") / "my course"
    finished = grade("init", folder)
    assert finished.status == 0, finished.stderr
    assert f"  cd {shlex.quote(str(folder))}" in finished.lines  # the name has a blank in it
    return folder


def test_it_is_valid(grade: Grade, course: Path, tmp_path: Path) -> None:
    """Protects the first command that a new author runs: every check holds, and nothing had to import torch."""
    finished = grade("validate", "--json", tmp_path / "found.json", cwd=course)
    assert finished.status == 0, finished.stdout
    (found,) = json.loads((tmp_path / "found.json").read_text())
    assert [check["name"] for check in found["checks"] if not check["holds"]] == []
    assert len(found["checks"]) >= 10
    assert not any("torch" in path.read_text() for path in course.rglob("*.py"))


def test_its_samples_are_graded(grade: Grade, course: Path, tmp_path: Path) -> None:
    """Protects the second: the right sample has all points, the wrong one's mistakes are named."""
    assert grade("run", "submissions", "-o", tmp_path / "report", cwd=course).status == 0
    ada, ben = read_results(tmp_path / "report" / "results.json").submissions
    assert (ada.score, ben.score) == (100, 10)
    named = {test.misconception.id for test in ben.tests if test.misconception is not None}
    assert named == {"moving_average.last_window", "peaks.plateaus", "normalise.sample_deviation"}


@pytest.mark.parametrize(
    "answer", [[10**400] * 2, [1.0, -(10**4000)], [float("nan"), 1], np.zeros((0, 5)), [np.zeros(2), 1j], {1: 2}]
)
def test_its_comparison_never_raises(course: Path, answer: Any) -> None:
    """Protects what authors start from: an integer that no float can hold is a wrong answer, and no fault of the grader."""
    comparison = load_file(course / "assignments" / "signals" / "comparison.py")
    for part, expected in (("moving_average", [1.0, 2.0]), ("peaks", [1, 2]), ("normalise", [-1.0, 1.0])):
        assert getattr(comparison, f"compare_{part}")(answer, expected, Call(part, ())) is not None


def test_it_is_released(grade: Grade, course: Path, tmp_path: Path) -> None:
    """Protects the third: the bundle leaves with nothing hidden in it, and its starter is checked."""
    assert grade("release", "signals", "-o", tmp_path / "bundle", cwd=course).status == 0
    checked = grade("check", cwd=tmp_path / "bundle")
    assert checked.status == 1
    assert "0 of 3 public tests pass." in checked.lines


def test_both_languages(grade: Grade, course: Path) -> None:
    """Protects a Russian-speaking class: titles and known mistakes are there in both languages."""
    finished = grade("check", "submissions/signals/ben/signals.ipynb", "--lang", "ru", cwd=course)
    assert "Нет последнего окна." in finished.stdout


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects a folder that holds something; one that holds a new git repository alone is as good as empty."""
    (tmp_path / "new" / ".git").mkdir(parents=True)
    assert write_course(tmp_path / "new")
    assert run_main(["init", str(tmp_path / "new")]) == 2
    assert "is not empty" in capsys.readouterr().err


def test_no_placeholder_is_left(course: Path) -> None:
    """Protects from a template's braces and endings in what is written."""
    files = [path for path in course.rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix == ".tmpl" or "{requirement}" in path.read_text()]
    assert (course / ".github" / "workflows" / "course.yml").is_file()
    assert (course / ".gitlab-ci.yml").is_file()


def test_a_part_has_its_own_test_modules(course: Path) -> None:
    """Protects a class from being graded again as a whole when one test of a course like this is mended: modules decide."""
    modules = sorted(course.glob("assignments/*/tests/*/test_*.py"))
    parts = {path.relative_to(course): set(re.findall(r'mark\.part\("(\w+)"', path.read_text("utf-8"))) for path in modules}
    assert modules
    assert {path: found for path, found in parts.items() if len(found) != 1} == {}


def test_its_words_can_be_translated(grade: Grade, course: Path, tmp_path: Path) -> None:
    """Protects the commands in `assignments/babel.cfg`: by them a test's title gets into a catalogue, and is shown in it."""
    place = shutil.copytree(course, tmp_path / "course")
    lines = (place / "assignments" / "babel.cfg").read_text(encoding="utf-8").splitlines()
    extract, init, compile_, update = [shlex.split(line[1:]) for line in lines if line.startswith("#   pybabel")]
    test = place / "assignments" / "signals" / "tests" / "public" / "test_moving_average.py"
    (title, *_) = re.findall(r'"""(.+?)\.?"""', test.read_text(encoding="utf-8"))
    catalogue = place / "assignments" / "signals" / "locale" / "ru" / "LC_MESSAGES" / "signals.po"

    def run(command: list[str]) -> None:
        finished = subprocess.run([sys.executable, "-m", "babel.messages.frontend", *command[1:]], cwd=place, capture_output=True)
        assert finished.returncode == 0, finished.stderr

    run(extract)
    run(init)
    text = catalogue.read_text(encoding="utf-8")
    assert title in text
    catalogue.write_text(re.sub(rf'(msgid "{re.escape(title)}\.?"\nmsgstr) ""', r'\1 "Переведено"', text), encoding="utf-8")
    run(extract)
    run(update)
    run(compile_)
    finished = grade("check", "submissions/signals/ada/signals.py", "--lang", "ru", "-v", cwd=place)
    assert "✓ Переведено" in finished.stdout, finished.stdout


def test_what_git_leaves_out(course: Path) -> None:
    """Protects students' names and grades from being committed: the gradebook, and tables for other systems."""
    git = ["git", "-c", "core.excludesFile=", "-C", str(course)]
    subprocess.run([*git[:-2], "init", "-q", str(course)], check=True)
    wanted = ["gradebook.db", "gradebook.db-wal", "export/signals.csv", "report/grades.csv", "signals.pot"]
    said = subprocess.run([*git, "check-ignore", *wanted], capture_output=True, text=True, check=False).stdout
    shutil.rmtree(course / ".git")
    assert said.split() == wanted
