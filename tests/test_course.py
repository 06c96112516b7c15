"""The whole grader, end to end, on a course without torch: verdicts, repeatability, resumption, isolation between parts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.cli.main import run_main
from grader.results import Results, SubmissionResult, TestStatus, read_results

pytestmark = pytest.mark.wall

FULL = (40, 30, 30)
NOT_SLOW = "[!s]*"


@dataclass(frozen=True)
class Expected:
    """What a student of the tiny course gets."""

    parts: tuple[float, float, float]
    status: str = "graded"
    messages: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()  # verdicts of mean, mean, mean, clamp, clamp, words, words where not all of a part are the same


EXPECTED = {
    "anna": Expected(FULL),
    "boris": Expected(FULL, messages=("The shell line pip install statistics was skipped.",)),
    "carl_wrong": Expected((40, 10, 0), messages=("average was used as mean.",)),
    "dina_misconception": Expected((13.33, 0, 7.5)),
    "egor_two_files": Expected((0, 0, 0), "not_loadable", ("first.py, second.py",)),
    "frida_missing": Expected((0, 0, 0), "missing", ("README.txt",)),
    "gleb_crash": Expected((40, 0, 0)),
    "hugo_crash_at_load": Expected((0, 0, 0), "crashed", ("The process that ran the file ended",)),
    "inga_hungry": Expected((0, 30, 30)),
    "jan_hungry_at_load": Expected((0, 0, 0), "out_of_memory", ("Line 1 failed: MemoryError", "Line 3 failed: NameError")),
    "karl_prints": Expected(FULL),
    "lena_types": Expected((0, 0, 0)),
    "mark": Expected(FULL, messages=("word_count was used as count_words.",)),
    "nadia_forgets": Expected((40, 0, 30)),
    "oleg_broken": Expected((0, 0, 0), "not_loadable", ("The file is not a Jupyter notebook.",)),
    "pavel_failing_cell": Expected((40, 30, 0), messages=("Cell 1", "FileNotFoundError", "Cell 3", "Cell 4", "SyntaxError")),
    "slow_call": Expected((40, 0, 30)),
    "slow_load": Expected(FULL, messages=("The file took too long and was interrupted in line 4",)),
    "slow_stubborn": Expected((0, 0, 0), "timed_out", ("The file took too long and was interrupted in line",)),
    "Вера Словарёва": Expected(FULL),
}


@dataclass(frozen=True)
class Run:
    """A finished run of the tiny course."""

    finished: Any
    out: Path
    results: Results

    def __getitem__(self, student: str) -> SubmissionResult:
        return next(one for one in self.results.submissions if one.student == student)

    def verdicts(self, student: str, part: str) -> set[str]:
        """The different verdicts of a student's tests of a part."""
        return {str(test.status) for test in self[student].tests if test.part == part}


@pytest.fixture(scope="session")
def run(grade: Callable[..., Any], tiny_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The tiny course graded once by two workers, everyone in it."""
    out = tmp_path_factory.mktemp("tiny") / "report"
    finished = grade(tiny_course / "submissions", "-o", out, "-j", 2)
    assert finished.status == 0, finished.stderr
    return Run(finished, out, read_results(out / "results.json"))


def test_everyone_is_in_the_results(run: Run) -> None:
    """Protects students from being lost, and the table above from being incomplete: files lying about are nobody's."""
    assert [one.student for one in run.results.submissions] == sorted(EXPECTED)


@pytest.mark.parametrize("student", EXPECTED)
def test_verdict_and_points(run: Run, student: str) -> None:
    """Protects each kind of submission's verdict, points and words."""
    expected, result = EXPECTED[student], run[student]
    assert (result.status, tuple(part.score for part in result.parts)) == (expected.status, expected.parts)
    assert result.score == pytest.approx(sum(expected.parts), abs=0.01)
    said = " ".join(result.messages)
    assert all(words in said for words in expected.messages)
    assert len(result.messages) <= len(expected.messages) + 1


@pytest.mark.parametrize(
    ("student", "part", "verdict"),
    [
        ("slow_call", "clamp", "timed_out"),
        ("gleb_crash", "clamp", "crashed"),
        ("gleb_crash", "words", "crashed"),
        ("inga_hungry", "mean", "error"),
        ("nadia_forgets", "clamp", "not_found"),
        ("pavel_failing_cell", "words", "not_found"),
        ("lena_types", "mean", "failed"),
        ("lena_types", "clamp", "error"),
        ("lena_types", "words", "failed"),
        ("hugo_crash_at_load", "mean", "crashed"),
        ("slow_stubborn", "words", "not_found"),
    ],
)
def test_a_part_that_goes_wrong_costs_itself(run: Run, student: str, part: str, verdict: str) -> None:
    """Protects the other parts from a hang, a crash, a memory hog or a missing function in one; each has its own verdict."""
    assert run.verdicts(student, part) == {verdict}
    for other in run[student].parts:
        if other.score == other.max_score:
            assert run.verdicts(student, other.id) == {"passed"}


@pytest.mark.parametrize(
    ("title", "message"),
    [
        ("The mean of three numbers is their sum over three.", "Your function returned None."),
        ("A value inside the interval stays.", "too large or too strange to be compared"),
        ("A word that occurs twice is counted twice.", "an object instead of numbers"),
    ],
)
def test_a_wrong_type_is_told(run: Run, title: str, message: str) -> None:
    """Protects the words for None, for an array beyond the limit, and for an object where a value is wanted."""
    assert [message in test.message for test in run["lena_types"].tests if test.title == title] == [True]


def test_misconceptions_are_named(run: Run) -> None:
    """Protects the name of the mistake, on the failed tests of its part and for this student alone."""
    named = {
        (one.student, test.part): test.misconception.id
        for one in run.results.submissions
        for test in one.tests
        if test.misconception is not None
    }
    assert named == {
        ("dina_misconception", "mean"): "mean.divides_by_n_minus_1",
        ("dina_misconception", "clamp"): "clamp.swaps_bounds",
        ("dina_misconception", "words"): "words.case",
    }
    passed = [test for test in run["dina_misconception"].tests if test.status is TestStatus.PASSED]
    assert all(test.misconception is None for test in passed)


def test_a_hidden_test_shows_no_value(run: Run) -> None:
    """Protects hidden inputs and expected values, all of which hold unusual numbers and words, from the student's feedback."""
    secrets = ("40961", "13654", "7.25", "31337", "20000", "99", "Zanzibar", "zanzibar")
    for one in run.results.submissions:
        for test in one.tests:
            if test.visibility == "hidden":
                shown = f"{test.title} {test.message} {test.hint} {test.expected}"
                assert [secret for secret in secrets if secret in shown] == [], (one.student, test.id)
        assert [secret for secret in secrets if secret in " ".join(one.messages)] == []


def test_all_files_are_written(run: Run) -> None:
    """Protects the outputs that are promised beside results.json."""
    assert [name for name in ("grades.csv", "index.html") if not (run.out / name).is_file()] == []
    assert json.loads((run.out / "results.json").read_text())["schema"] == "grader/results/1"


def test_no_process_is_left(run: Run) -> None:
    """Protects the machine from what hangs, crashes and ignores signals."""
    assert run.finished.left_behind == []


def test_paths_are_where_the_files_lie(run: Run, tiny_course: Path) -> None:
    """Protects the instructor's way from a result to the file, and the digest that names its content."""
    for one in run.results.submissions:
        assert Path(one.path).exists()
        assert one.digest.startswith("sha256:")
    assert len({one.digest for one in run.results.submissions}) == len(EXPECTED)


def without_times(results: Results) -> list[dict[str, Any]]:
    """What must not change between runs, of the students who are not slow."""
    return [{**one.model_dump(mode="json"), "seconds": 0} for one in results.submissions if not one.student.startswith("slow")]


def test_one_worker_gives_the_same_results(run: Run, tiny_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects invariant 4: neither the number of workers nor their order is in the results. In this process, for coverage."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing_at_all -p no:terminal")  # nor the user's own options for pytest
    arguments = ["run", str(tiny_course / "submissions"), "-o", str(tmp_path / "out"), "-j", "1", "-q", "--student", NOT_SLOW]
    assert run_main(arguments) == 0
    assert without_times(read_results(tmp_path / "out" / "results.json")) == without_times(run.results)


def test_grading_again_gives_the_same_results(run: Run, grade: Callable[..., Any], tiny_course: Path, tmp_path: Path) -> None:
    """Protects invariant 4 in time, and the report: the second run is a fresh one, from another folder, into the same place."""
    for _ in range(2):
        place = tiny_course / "submissions" / "tiny"
        finished = grade(place, "-a", "tiny", "-o", tmp_path, "-j", 2, "--student", NOT_SLOW, "--fresh", cwd=tiny_course)
        assert finished.status == 0, finished.stderr
        assert without_times(read_results(tmp_path / "results.json")) == without_times(run.results)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_killed_run_goes_on(
    start_grade: Callable[..., Any], grade: Callable[..., Any], tiny_course: Path, tmp_path: Path, jobs: int
) -> None:
    """Protects invariant 5: what was graded before the grader was killed is not graded again; and nothing survives it."""
    arguments = [tiny_course / "submissions", "-o", tmp_path, "-j", jobs, "--student", NOT_SLOW]
    running = start_grade(*arguments)
    running.read_until("tiny: 3 of 17")
    running.kill()
    killed = running.finish()
    assert (killed.status, killed.left_behind) == (-9, [])
    journal = [json.loads(line)["result"] for line in (tmp_path / ".journal" / "journal.jsonl").read_text().splitlines()]
    kept = {one["student"]: one["seconds"] for one in journal}
    assert len(kept) >= 3

    finished = grade(*arguments)
    assert finished.status == 0, finished.stderr
    told = [line for line in finished.lines if line.startswith("tiny: ")]
    assert len(told) == 17 - len(kept)
    results = read_results(tmp_path / "results.json")
    assert len(results.submissions) == 17
    assert {one.student: one.seconds for one in results.submissions if one.student in kept} == kept

    assert [line for line in grade(*arguments).lines if line.startswith("tiny: ")] == []


def _ann_and_bob(course: Path) -> Path:
    """The folder of submissions, with two of them, both wrong."""
    for student in ("ann", "bob"):
        work = course / "submissions" / "tiny" / student / "tiny.py"
        work.parent.mkdir(parents=True)
        work.write_text("def mean(values):\n    return 0\n")
    return course / "submissions"


def test_a_changed_submission_is_graded_again(grade: Callable[..., Any], course_copy: Path, tmp_path: Path) -> None:
    """Protects a resubmission from yesterday's grade, and an unchanged one from being graded twice."""
    arguments = [_ann_and_bob(course_copy), "-o", tmp_path / "out", "-j", 1]
    assert len(_told(grade(*arguments))) == 2
    bob = course_copy / "submissions" / "tiny" / "bob" / "tiny.py"
    bob.write_text("def mean(values):\n    return sum(values) / len(values)\n")
    assert [line.split(": ")[2:4] for line in _told(grade(*arguments))] == [["bob", "40 of 100 (graded)"]]
    hidden_test = course_copy / "assignments" / "tiny" / "tests" / "hidden" / "test_mean.py"
    hidden_test.write_text(hidden_test.read_text() + "\n")
    assert len(_told(grade(*arguments))) == 2, "a changed test must be asked"


def test_a_submission_that_changes_while_it_is_graded(grade: Callable[..., Any], course_copy: Path, tmp_path: Path) -> None:
    """Protects a work from the verdict on another that lay in its place for a while: the journal kept it under its key."""
    bob = _ann_and_bob(course_copy) / "tiny" / "bob" / "tiny.py"
    right, flag = "def mean(values):\n    return sum(values) / len(values)\n", tmp_path / "flag"
    change = f"import os, pathlib\nif os.path.exists({str(flag)!r}):\n    pathlib.Path({str(bob)!r}).write_text('mean = 7')\n"
    with (course_copy / "assignments" / "tiny" / "comparison.py").open("a") as comparison:
        comparison.write(f"\n\n{change}")  # it is read when the run knows what is to be graded, and nobody is graded yet
    arguments = [course_copy / "submissions", "-o", tmp_path / "out", "-j", 1, "--student", "bob"]
    bob.write_text(right)
    flag.touch()
    assert [line.split(": ")[3] for line in _told(grade(*arguments))] == ["0 of 100 (graded)"]
    assert bob.read_text() == "mean = 7"
    flag.unlink()
    bob.write_text(right)
    assert [line.split(": ")[3] for line in _told(grade(*arguments))] == ["40 of 100 (graded)"]


def test_grading_one_again_keeps_the_others(grade: Callable[..., Any], course_copy: Path, tmp_path: Path) -> None:
    """Protects invariant 5 from `--fresh`: who was not asked for keeps the grade, and who was has one line again."""
    arguments = [_ann_and_bob(course_copy), "-o", tmp_path / "out", "-j", 1]
    assert len(_told(grade(*arguments))) == 2
    assert len(_told(grade(*arguments, "--fresh", "--student", "bob"))) == 1
    assert _told(grade(*arguments)) == []
    assert [one.student for one in read_results(tmp_path / "out" / "results.json").submissions] == ["ann", "bob"]
    assert len((tmp_path / "out" / ".journal" / "journal.jsonl").read_text().splitlines()) == 2


def _told(finished: Any) -> list[str]:
    assert finished.status == 0, finished.stderr
    return [line for line in finished.lines if line.startswith("tiny: ")]


def test_two_assignments_do_not_mix(grade: Callable[..., Any], course_copy: Path, tmp_path: Path) -> None:
    """Protects each assignment of one run from the other's tests and conftest, which have the same file names.

    The report of the time when there was one assignment is told.
    """
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "results.json").write_text("{}")
    _add_second_assignment(course_copy)
    for assignment in ("tiny", "other"):
        place = course_copy / "submissions" / assignment / "ann"
        place.mkdir(parents=True)
        (place / "tiny.py").write_text(
            "def mean(values):\n    return sum(values) / len(values)\n\n"
            "def clamp(value, low, high):\n    return max(low, min(high, value))\n"
        )
    finished = grade(course_copy / "submissions", "-o", tmp_path / "out", "-j", 1)
    assert finished.status == 0, finished.stderr
    assert f"{tmp_path / 'out'} holds an older report of one assignment" in finished.stderr
    found = {name: read_results(tmp_path / "out" / name / "results.json") for name in ("tiny", "other")}
    titles = {name: {test.title for test in results.submissions[0].tests} for name, results in found.items()}
    assert "The mean of three numbers is their sum over three." in titles["tiny"]
    assert "The other mean." in titles["other"]
    assert not titles["tiny"] & titles["other"]
    assert {name: results.submissions[0].score for name, results in found.items()} == {"tiny": 70, "other": 100}


def _add_second_assignment(course: Path) -> None:
    folder = Path(shutil.copytree(course / "assignments" / "tiny", course / "assignments" / "other"))
    head, _, tail = (folder / "assignment.yaml").read_text().partition("parts:\n")
    first_part = tail.partition("  - id: clamp")[0].replace("points: 40", "points: 100")
    (folder / "assignment.yaml").write_text(head.replace("id: tiny", "id: other") + "parts:\n" + first_part)
    shutil.rmtree(folder / "tests")
    (folder / "misconceptions.py").unlink()
    for place, text in (("tests/public/test_mean.py", "numbers"), ("tests/hidden/test_mean.py", "numbers")):
        (folder / place).parent.mkdir(parents=True)
        (folder / place).write_text(
            f'import pytest\n\n\n@pytest.mark.part("mean")\ndef test_three_{text}(check, {text}):\n'
            f'    """The other mean."""\n    check.mean({text})\n'
        )
    conftest = "import pytest\n\n\n@pytest.fixture\ndef {name}():\n    return [1, 2]\n"
    (folder / "tests" / "conftest.py").write_text(conftest.format(name="numbers"))
    (course / "assignments" / "tiny" / "tests" / "conftest.py").write_text(conftest.format(name="letters"))


def test_a_conftest_above_the_assignment_is_not_run(grade: Callable[..., Any], course_copy: Path, tmp_path: Path) -> None:
    """Protects the judge from running a `conftest.py` that anyone left above the course, in /tmp say."""
    (course_copy / "conftest.py").write_text("raise SystemExit('must not be imported')\n")
    (course_copy / "submissions" / "tiny").mkdir(parents=True)
    (course_copy / "submissions" / "tiny" / "ann.py").write_text("def mean(values):\n    return sum(values) / len(values)\n")
    finished = grade(course_copy / "submissions", "-o", tmp_path / "out", "-j", 1)
    assert finished.status == 0, finished.stderr
    assert read_results(tmp_path / "out" / "results.json").submissions[0].score == 40


WALKER = """
import os

MARK = "-".join(["SECRET", "MARK"])
FOUND = {}


def look(path, read):
    try:
        if MARK in read(path):
            FOUND[path] = 1
    except OSError:
        pass


def read_file(path):
    return open(path, errors="replace").read(100_000)


def read_link(path):
    return MARK + os.readlink(path)  # that it can be read at all is too much


for top in ("/opt", "/home", "/tmp", "/work", "/root", "/mnt", "/srv", "/var", "/run", "/dev/shm", os.getcwd()):
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if name not in ("site-packages", "dist-packages", "__pycache__")]
        for name in files:
            look(os.path.join(folder, name), read_file)
for process in os.listdir("/proc"):
    if process.isdigit() and process != os.readlink("/proc/self"):
        for kind in ("environ", "cmdline", "maps", "mem"):
            look(f"/proc/{process}/{kind}", read_file)
        for kind in ("cwd", "root", "exe"):
            look(f"/proc/{process}/{kind}", read_link)
        for number in range(64):
            look(f"/proc/{process}/fd/{number}", read_link)
look("/proc/self/cmdline", read_file)
FOUND.update({name: 1 for name, value in os.environ.items() if MARK in value})


def count_words(text):
    return dict(FOUND) or {"nothing": 1}
"""


def test_a_walk_from_within_finds_nothing(grade: Callable[..., Any], course_copy: Path, tmp_path: Path) -> None:
    """Protects hidden tests, the reference, other submissions, and the environment from a submission that looks around."""
    for path in course_copy.rglob("*.py"):
        path.write_text(f"{path.read_text()}\n# SECRET-MARK\n")
    place = course_copy / "submissions" / "tiny"
    (place / "other").mkdir(parents=True)
    (place / "other" / "tiny.py").write_text("# SECRET-MARK\n")
    (place / "walker").mkdir()
    (place / "walker" / "tiny.py").write_text(WALKER)
    specification = course_copy / "assignments" / "tiny" / "assignment.yaml"
    text = specification.read_text().replace("cell_seconds: 3", "cell_seconds: 60").replace("load_seconds: 8", "load_seconds: 60")
    specification.write_text(text)
    finished = grade(course_copy / "submissions", "-o", tmp_path / "out", env={"WORD": "SECRET-MARK"})
    assert finished.status == 0, finished.stderr
    walker = next(one for one in read_results(tmp_path / "out" / "results.json").submissions if one.student == "walker")
    assert walker.messages == ()
    public = [test.message for test in walker.tests if test.part == "words" and test.visibility == "public"]
    assert public == ["Your function returned {'nothing': 1}."]
