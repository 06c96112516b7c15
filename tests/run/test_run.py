"""A run whose course changes under its hands."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader.cli.observing import Silence
from grader.course.specification import Assignment
from grader.fixtures.store import Store
from grader.run.dispatch import Crew, Task
from grader.run.plan import AssignmentRun, plan_run
from grader.run.run import RunOptions, journal_keys, run_assignment
from grader.run.workers import ThisMachine
from grader.sandbox.choice import choose_wall

MODELS = "models:\n  net: {factory: torchvision.models.resnet18}\n"
RIGHT = "def mean(values):\n    return sum(values) / len(values)\n"


@dataclass(frozen=True)
class Corrected(ThisMachine):
    """This machine, in whose course somebody saves another file when the run has begun and no judge is made yet."""

    path: Path = Path()
    text: str = ""

    def crew(self, task: Task, jobs: int) -> Crew:
        """Save it, and go on."""
        self.path.write_text(self.text)
        return super().crew(task, jobs)


@pytest.fixture
def run(course_copy: Path) -> AssignmentRun:
    """A run of one student who has the mean right."""
    place = course_copy / "submissions" / "tiny" / "ann"
    place.mkdir(parents=True)
    (place / "tiny.py").write_text(RIGHT)
    (found,) = plan_run(course_copy / "submissions", None)
    return found


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("tests/hidden/test_mean.py", "check.mean([-7.25])", "check.clamp(7, 8, 9)"),
        ("comparison.py", "return _compare_number(answer, expected)", "return _compare_number(answer, 1 + expected)"),
        ("../../reference/tiny.py", "return sum(values)", "return 1 + sum(values)"),
    ],
    ids=["test", "comparison", "reference"],
)
def test_a_file_that_is_changed_before_it_is_read(run: AssignmentRun, tmp_path: Path, name: str, old: str, new: str) -> None:
    """Protects whoever changes it back from the verdict by the other file, which lay in the journal under this one's key."""
    path, told = run.folder.path / name, list[str]()
    before = path.read_text()
    assert old in before
    machine = ThisMachine(choose_wall("none"))
    options = RunOptions(Corrected(machine.built, 1, path, before.replace(old, new)), tmp_path / "out", warn=told.append)
    results, complete = run_assignment(run, options, Silence())
    assert (results.submissions[0].parts[0].score, complete) == (26.67 if "hidden" in name else 0, True)
    path.write_text(before)
    results, _ = run_assignment(run, replace(options, machines=machine), Silence())
    assert results.submissions[0].parts[0].score == 40
    assert len(told) == 1
    assert "changed while it was graded by" in told[0]
    assert "on 1 of 1 submissions" in told[0]


def test_a_module_of_the_reference(run: AssignmentRun, tmp_path: Path) -> None:
    """Protects whoever splits a reference into modules from verdicts by what one of them was before."""
    package = run.folder.reference.with_suffix("")
    package.mkdir()
    run.folder.reference.rename(package / "__init__.py")
    part = package / "part.py"
    part.write_text("def mean(values):\n    return 0\n")
    with (package / "__init__.py").open("a") as stream:
        stream.write("\n\nfrom .part import mean\n")
    specification = run.folder.path / "assignment.yaml"
    specification.write_text(specification.read_text().replace("reference/tiny.py", "reference/tiny/__init__.py"))
    options = RunOptions(ThisMachine(choose_wall("none")), tmp_path / "out")
    scores = []
    for text in (part.read_text(), RIGHT, RIGHT):
        part.write_text(text)
        (again,) = plan_run(run.folder.path.parent.parent / "submissions", None)
        results, _ = run_assignment(again, options, Silence())
        scores.append(results.submissions[0].parts[0].score)
    assert scores == [0, 40, 40]


def test_a_second_run_imports_no_reference(run: AssignmentRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects whoever grades one file from what the reference imports, whose answers are known from the class;
    and `--fresh`, which doubts them."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    log = tmp_path / "imported"
    with run.folder.reference.open("a") as stream:
        stream.write(f"\n\nwith open({str(log)!r}, 'a') as stream:\n    stream.write('x')\n")
    (again,) = plan_run(run.folder.path.parent.parent / "submissions", None)
    tested = []
    for number, fresh in enumerate((False, False, True)):
        options = RunOptions(ThisMachine(choose_wall("none")), tmp_path / f"out {number}", fresh=fresh)
        results, _ = run_assignment(again, options, Silence())
        tested.append((len(log.read_text()), results.submissions[0].tests))
    assert tested == [(1, tested[0][1]), (1, tested[0][1]), (2, tested[0][1])]


def test_a_test_that_uses_more_of_the_reference(run: AssignmentRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a course whose tests call a helper of the reference's from a fault for everybody in each run but the first."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    test = run.folder.tests("hidden") / "test_mean.py"
    test.write_text(test.read_text().replace("(check)", "(check, reference)").replace("-7.25", "reference.module.mean([-7.25])"))
    (again,) = plan_run(run.folder.path.parent.parent / "submissions", None)
    scores = []
    for number in range(2):
        options = RunOptions(ThisMachine(choose_wall("none")), tmp_path / f"out {number}")
        results, _ = run_assignment(again, options, Silence())
        scores.append(results.submissions[0].score)
    assert scores == [40, 40]


def test_fresh_where_another_users_answers_stay(run: AssignmentRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects who doubts what is remembered in a cache that is shared: of it nothing can be removed, and nothing is used."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    wrong = run.folder.reference.with_name("wrong")
    with run.folder.reference.open("a") as stream:
        stream.write(f"\n\nimport os\nif os.path.exists({str(wrong)!r}):\n    mean = lambda values: 7e9\n")
    (again,) = plan_run(run.folder.path.parent.parent / "submissions", None)
    options = RunOptions(ThisMachine(choose_wall("none")), tmp_path / "out", fresh=True)

    def score() -> float | None:
        results, _ = run_assignment(again, options, Silence())
        return results.submissions[0].parts[0].score

    def refuse(_store: Store, _key: str) -> None:
        raise PermissionError

    wrong.touch()
    assert score() == 0
    wrong.unlink()
    monkeypatch.setattr(Store, "drop", refuse)
    assert score() == 40


@dataclass
class Changing:
    """A cluster, as it were, whose workers are looked over whenever they are asked what they compute with."""

    machine: ThisMachine
    wall: str = "none"
    asked: int = 0

    def environment(self, assignment: Assignment) -> str:
        """Another one each time."""
        self.asked += 1
        return f"{self.machine.environment(assignment)}, look {self.asked}"

    def crew(self, task: Task, jobs: int) -> Crew:
        """This machine's."""
        return self.machine.crew(task, jobs)


@pytest.mark.parametrize("fresh", [False, True])
def test_what_machines_compute_with_is_asked_once(run: AssignmentRun, tmp_path: Path, fresh: bool) -> None:
    """Protects the journal from verdicts by other workers than those whose libraries and wall stand in their key."""
    machines = Changing(ThisMachine(choose_wall("none")))
    run_assignment(run, RunOptions(machines, tmp_path / "out", fresh=fresh), Silence())
    assert machines.asked == 1


@pytest.mark.parametrize("models", ["", MODELS], ids=["no network", "a network"])
def test_the_device_where_networks_are_asked(run: AssignmentRun, tmp_path: Path, models: str) -> None:
    """Protects verdicts from standing on another device's tolerance, and a class without networks from being graded again."""
    specification = run.folder.path / "assignment.yaml"
    specification.write_text(specification.read_text() + models)
    (again,) = plan_run(run.folder.path.parent.parent / "submissions", None)
    options = RunOptions(ThisMachine(choose_wall("none")), tmp_path / "out")
    keys = [journal_keys(again, "en", replace(options, device=device), "these")["ann"] for device in ("cpu", "cuda", "cuda:1")]
    assert keys[1] == keys[2]
    assert (keys[0] == keys[1]) == (not models)


@pytest.mark.parametrize(
    ("name", "old", "new", "seconds"),
    [
        ("tests/hidden/test_mean.py", "check.mean([-7.25])", "check.mean([-7.5])", 400),
        ("../../reference/tiny.py", "def mean", "# a remark\n\n\ndef mean", 7),
    ],
    ids=["a part", "nothing"],
)
def test_what_kept_parts_took(run: AssignmentRun, tmp_path: Path, name: str, old: str, new: str, seconds: int) -> None:
    """Protects the next run's order, the longest first: whose mended part took a moment is not therefore quick."""
    options = RunOptions(ThisMachine(choose_wall("none")), tmp_path / "out")
    run_assignment(run, options, Silence())
    journal = tmp_path / "out" / ".journal" / "journal.jsonl"
    entry = json.loads(journal.read_text())
    entry["result"]["seconds"] = 7
    for trace in entry["trace"]["tests"].values():
        assert trace["seconds"] > 0
        trace["seconds"] = 100
    journal.write_text(json.dumps(entry) + "\n")
    path = run.folder.path / name
    path.write_text(path.read_text().replace(old, new))
    results, _ = run_assignment(run, options, Silence())
    assert results.submissions[0].seconds >= seconds


def test_a_fault_does_not_take_the_place_of_a_grade(run: AssignmentRun, tmp_path: Path) -> None:
    """Protects a grade from `--fresh` on a day on which the machine fails: the next run has the verdict that there was."""
    test, fault = run.folder.tests("hidden") / "test_mean.py", tmp_path / "fault"
    source = test.read_text().replace("check.mean([-7.25])", f"check.mean([-7.25]), Path({str(fault)!r}).stat()")
    test.write_text(f"from pathlib import Path\n{source}")
    fault.touch()
    options = RunOptions(ThisMachine(choose_wall("none")), tmp_path / "out")

    def score(options: RunOptions) -> float | None:
        results, _ = run_assignment(run, options, Silence())
        return results.submissions[0].score

    assert score(options) == 40
    fault.unlink()
    assert score(replace(options, fresh=True)) is None
    assert score(options) == 40
