"""Workflow templates and the action: valid by the published schemas, and their steps do what they say in a clean folder."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.ci.workflows import TEMPLATES
from grader.course.assignment import open_assignment
from grader.init.course import write_course
from grader.release.archive import write_files
from grader.release.bundle import build_bundle

REPOSITORY = Path(__file__).parents[2]
ACTION = REPOSITORY / "action.yml"
pytestmark = pytest.mark.skipif(os.name != "posix", reason="the steps are bash scripts")


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.github-workflows", TEMPLATES / "student.yml"),
        ("vendor.github-workflows", TEMPLATES / "course.yml"),
        ("vendor.github-actions", ACTION),
        ("vendor.gitlab-ci", TEMPLATES / "gitlab-course.yml"),
        ("vendor.gitlab-ci", TEMPLATES / "gitlab-student.yml"),
    ],
)
def test_the_published_schemas(schema: str, file: Path, tmp_path: Path) -> None:
    """Protects from a workflow that GitHub or GitLab refuses; and the test itself from passing whatever it is given."""
    pytest.importorskip("check_jsonschema", reason="needs check-jsonschema, which brings the published schemas")
    transform = ["--data-transform", "gitlab-ci"] if "gitlab" in schema else []
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *transform]
    done = subprocess.run([*command, file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    broken = yaml.safe_load(file.read_text("utf-8"))
    next(iter(broken.get("jobs", {}).values()), broken)["runs" if "action" in schema else "script"] = {"nonsense": 1}
    (tmp_path / file.name).write_text(yaml.safe_dump(broken))
    assert subprocess.run([*command, tmp_path / file.name], capture_output=True, check=False).returncode != 0


def test_every_template_is_tested() -> None:
    """Protects from a template that nobody runs."""
    assert {path.name for path in TEMPLATES.iterdir()} == {"student.yml", "course.yml", "gitlab-course.yml", "gitlab-student.yml"}


@dataclass(frozen=True)
class Runner:
    """Runs the scripts of a workflow the way a runner does; installing packages and becoming root are only written down."""

    folder: Path
    scratch: Path

    @classmethod
    def make(cls, folder: Path, scratch: Path) -> Runner:
        """A runner whose `grade` is the one under test."""
        log = scratch / "log"
        python = f'case "$1 $2" in "-m pip") echo pip "$@" >> {log};; *) exec {sys.executable} "$@";; esac'
        for name, script in {
            "python": python,
            "grade": f'exec {sys.executable} -m grader "$@"',
            "pytest": f'exec {sys.executable} -m pytest -p grader.pytest_plugin "$@"',
            "sudo": f'echo sudo "$@" >> {log}',
        }.items():
            path = scratch / "bin" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"#!/bin/sh\n{script}\n")
            path.chmod(0o755)
        return cls(folder, scratch)

    def run(self, script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """One step: `bash -e -o pipefail`, as both services do."""
        plain = {
            "PATH": f"{self.scratch}/bin:/usr/bin:/bin",
            "HOME": str(self.scratch),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(REPOSITORY),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
        return subprocess.run(command, cwd=self.folder, env=plain | environment, capture_output=True, text=True, check=False)

    @property
    def log(self) -> str:
        """What was written down instead of being done."""
        return (self.scratch / "log").read_text()

    def github(self, **more: str) -> dict[str, str]:
        """What GitHub's runner sets."""
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.folder),
            "GITHUB_STEP_SUMMARY": str(self.scratch / "summary"),
            "GITHUB_OUTPUT": str(self.scratch / "output"),
            **more,
        }


def load(path: Path) -> Any:
    """A YAML file."""
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A clean clone of a new course."""
    origin = tmp_path / "origin"
    write_course(origin)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "A course"]):
        subprocess.run([*git, *arguments], cwd=origin, check=True, capture_output=True)
    subprocess.run([*git, "clone", "-q", str(origin), str(tmp_path / "clone")], check=True, capture_output=True)
    return tmp_path / "clone"


@pytest.fixture
def bundle(tmp_path: Path, tiny_course: Path) -> Path:
    """A student's repository, with right work in it."""
    lab = open_assignment(tiny_course / "assignments" / "tiny")
    write_files(build_bundle(lab), tmp_path / "student", "tiny")
    shutil.copy(tiny_course / "submissions" / "tiny" / "anna" / "tiny.py", tmp_path / "student" / "tiny.py")
    return tmp_path / "student"


def scratch(tmp_path: Path) -> Path:
    """The runner's own folder."""
    (tmp_path / "runner").mkdir()
    return tmp_path / "runner"


@pytest.mark.wall
def test_a_course_repository_on_github(course: Path, tmp_path: Path) -> None:
    """Protects the course's workflow: validated, graded, released, and a front page of students' pages alone."""
    runner, steps = Runner.make(course, scratch(tmp_path)), load(TEMPLATES / "course.yml")["jobs"]["course"]["steps"]
    for step in steps:
        if "run" in step:
            done = runner.run(step["run"], runner.github())
            assert done.returncode == 0, f"{step['name']}: {done.stdout}{done.stderr}"
    assert "pip -m pip install -r requirements.txt" in runner.log
    assert (course / "report" / "index.html").is_file()
    assert (course / "bundles" / "signals.zip").is_file()
    front = (course / "report" / "students" / "index.html").read_text()
    assert '<a href="ada/">ada</a>' in front
    kept = {step["with"]["path"] for step in steps if "upload-artifact@" in step.get("uses", "")}
    assert kept == {"report", "bundles"}
    assert [step["with"]["path"] for step in steps if "upload-pages" in step.get("uses", "")] == ["report/students"]


def test_a_course_repository_with_a_wrong_test(course: Path, tmp_path: Path) -> None:
    """Protects from a green workflow of a broken course."""
    test = course / "assignments" / "signals" / "tests" / "hidden" / "test_peaks.py"
    test.write_text(test.read_text().replace("check.peaks(", "check.peeks("))
    runner = Runner.make(course, scratch(tmp_path))
    (validate,) = [s for s in load(TEMPLATES / "course.yml")["jobs"]["course"]["steps"] if "validate" in s.get("run", "")]
    assert runner.run(validate["run"], runner.github()).returncode == 1


def test_a_course_repository_on_gitlab(course: Path, tmp_path: Path) -> None:
    """Protects the same on GitLab, whose runners have no namespaces; the JUnit file is where the merge request looks for it."""
    job = load(TEMPLATES / "gitlab-course.yml")["course"]
    runner = Runner.make(course, scratch(tmp_path))
    done = runner.run("\n".join(job["script"]), {})
    assert done.returncode == 0, done.stdout + done.stderr
    found = [path for pattern in job["artifacts"]["reports"]["junit"] for path in course.glob(pattern)]
    assert [suite.get("name") for path in found for suite in ET.parse(path).getroot()] == ["ada", "ben"]


@pytest.mark.parametrize(("work", "status"), [("right", 0), ("wrong", 1)])
def test_a_students_repository_on_github(bundle: Path, tmp_path: Path, work: str, status: int) -> None:
    """Protects the student's workflow, which the bundle brings: green or red by the tests, with Classroom's result either way."""
    workflow = load(bundle / ".github" / "workflows" / "check.yml")
    assert workflow == load(TEMPLATES / "student.yml")
    (job,) = workflow["jobs"].items()
    assert job[0] == "run-autograding-tests", "GitHub Classroom looks for this name"
    if work == "wrong":
        (bundle / "tiny.py").write_text("def mean(values):\n    return 1\n")
    runner = Runner.make(bundle, scratch(tmp_path))
    statuses = [runner.run(step["run"], runner.github()) for step in job[1]["steps"] if "run" in step]
    assert [done.returncode for done in statuses] == [0, status], statuses[-1].stdout + statuses[-1].stderr
    output = (tmp_path / "runner" / "output").read_text()
    result = json.loads(base64.b64decode(output.removeprefix("result=")))
    assert result["status"] == ("pass" if status == 0 else "fail")
    (reporter,) = [step for step in job[1]["steps"] if "grading-reporter" in step.get("uses", "")]
    runners = reporter["with"]["runners"].split(",")
    assert [f"{name.upper()}_RESULTS" for name in runners] == list(reporter["env"])
    assert {step.get("id") for step in job[1]["steps"]} >= set(runners)


def test_a_students_repository_on_gitlab(bundle: Path, tmp_path: Path) -> None:
    """Protects GitLab's JUnit: one case per public test, found without naming the file."""
    job = load(bundle / ".gitlab-ci.yml")["check"]
    runner = Runner.make(bundle, scratch(tmp_path))
    done = runner.run("\n".join(job["script"]), {})
    assert done.returncode == 0, done.stdout + done.stderr
    cases = ET.parse(bundle / job["artifacts"]["reports"]["junit"]).getroot().findall(".//testcase")
    assert len(cases) == 3


@pytest.mark.parametrize(
    ("command", "status"), [("check", 0), ("check --lang ru\n-k mean", 0), ("check gone.py", 2), ("check t*.py", 2)]
)
def test_the_action(bundle: Path, tmp_path: Path, command: str, status: int) -> None:
    """Protects the action: it installs itself, runs the command's words as they stand, hands on its status and its result."""
    action = load(ACTION)
    values = {name: one["default"] for name, one in action["inputs"].items()} | {"command": command}
    runner = Runner.make(bundle, scratch(tmp_path))
    last = None
    for step in action["runs"]["steps"]:
        if "run" not in step:
            continue
        given = {name: _expanded(value, values, tmp_path) for name, value in step.get("env", {}).items()}
        last = runner.run(step["run"], runner.github(**given))
        assert last.returncode == (status if step.get("id") == "grade" else 0), last.stdout + last.stderr
    assert f"pip -m pip install --quiet {tmp_path}/action" in runner.log
    assert (tmp_path / "runner" / "output").is_file() is (status == 0)
    assert action["outputs"]["result"]["value"] == "${{ steps.grade.outputs.result }}"


def _expanded(value: str, values: dict[str, str], tmp_path: Path) -> str:
    """The expressions that the action uses, as GitHub expands them."""
    known = {
        "inputs.command": values["command"],
        "inputs.install || github.action_path": values["install"] or f"{tmp_path}/action",
    }
    for expression, text in known.items():
        value = value.replace(f"${{{{ {expression} }}}}", text)
    assert "${{" not in value
    return value


def test_no_input_is_pasted_into_a_script() -> None:
    """Protects from a branch name or a title that becomes a command: expressions stand in `env` and `with`, never in `run`."""
    documents = [load(ACTION), *(load(path) for path in TEMPLATES.iterdir())]
    scripts = [step["run"] for document in documents for step in _steps(document) if "run" in step]
    assert len(scripts) >= 8
    assert not [script for script in scripts if "${{" in script]


def _steps(document: Any) -> list[dict[str, Any]]:
    found = list(document.get("runs", {}).get("steps", []))
    for job in (document.get("jobs") or {}).values():
        found += job["steps"]
    return found
