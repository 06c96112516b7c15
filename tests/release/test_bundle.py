"""The students' bundle: works as a student uses it, holds nothing hidden, and is the same bytes twice."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.check.checking import Checker
from grader.check.lab import find_lab
from grader.check.work import find_work
from grader.course.assignment import open_assignment
from grader.course.submission import collect
from grader.errors import SpecificationError
from grader.judge.judge import Judge, JudgePlan
from grader.judge.material import load_material
from grader.origin import came_from_this_machine
from grader.release.bundle import ANSWERS, build_bundle
from grader.sandbox.wall import NoWall

REPOSITORY = Path(__file__).parents[2]
# What only hidden tests hold: names, titles, inputs, answers.
SECRETS = (
    "test_outside",
    "test_fractions",
    "test_one_number",
    "test_case",
    "40961",
    "13654",
    "7.25",
    "31337",
    "20000",
    "Zanzibar",
)
SECRETS += ("A value outside", "The fraction of a mean", "its own mean", "Case does not matter", "one word or two")
FILES = {
    ".github/workflows/check.yml",
    ".gitlab-ci.yml",
    "README.md",
    "README.ru.md",
    "assignment.yaml",
    "comparison.py",
    "released/bundle.json",
    "released/recorded.answers",
    "requirements.txt",
    "tests/public/test_clamp.py",
    "tests/public/test_mean.py",
    "tests/public/test_words.py",
    "tiny.py",
}


@pytest.fixture(scope="module")
def files(tiny_course: Path) -> dict[str, bytes]:
    """The tiny assignment's bundle."""
    return build_bundle(open_assignment(tiny_course / "assignments" / "tiny"))


def unpack(files: dict[str, bytes], folder: Path) -> Path:
    """The bundle as a student has it."""
    for name, raw in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(raw)
    return folder


def test_what_is_in_it(files: dict[str, bytes]) -> None:
    """Protects the list of files: what is added to an assignment's folder does not get into the bundle unasked."""
    assert set(files) == FILES


def test_a_comparison_in_several_files_is_in_it_whole(course_copy: Path) -> None:
    """Protects students of a lab whose comparison is a package: the public tests cannot judge without all of it."""
    assignment = course_copy / "assignments" / "tiny"
    (assignment / "comparison").mkdir()
    (assignment / "comparison.py").rename(assignment / "comparison" / "judging.py")
    (assignment / "comparison" / "__init__.py").write_text("from .judging import compare_clamp, compare_mean, compare_words\n")
    files = build_bundle(open_assignment(assignment))
    assert set(files) == FILES - {"comparison.py"} | {"comparison/__init__.py", "comparison/judging.py"}
    assert "`comparison/`" in files["README.md"].decode()


def test_other_ways_to_ask_in_several_files_are_in_it_whole(course_copy: Path) -> None:
    """Protects students of a lab whose other ways to ask are a package: without them honest code would fail on their machine."""
    assignment = course_copy / "assignments" / "tiny"
    (assignment / "calling").mkdir()
    (assignment / "calling" / "numbers.py").write_text("def alternatives_mean(arguments, situation):\n    return []\n")
    (assignment / "calling" / "__init__.py").write_text("from .numbers import alternatives_mean\n")
    files = build_bundle(open_assignment(assignment))
    assert set(files) == FILES | {"calling/__init__.py", "calling/numbers.py"}


def test_what_tools_left_in_the_starter_is_not_in_it(course_copy: Path) -> None:
    """Protects students from the instructor's environment and editor: nothing below a folder of theirs is released."""
    assignment = course_copy / "assignments" / "tiny"
    for name in (".venv/lib/x.py", ".vscode/settings.json", "env/pyvenv.cfg", "env/lib/x.py"):
        (assignment / "starter" / name).parent.mkdir(parents=True, exist_ok=True)
        (assignment / "starter" / name).write_text("")
    assert set(build_bundle(open_assignment(assignment))) == FILES


def test_nothing_hidden_is_in_it(files: dict[str, bytes], tiny_course: Path) -> None:
    """Protects hidden tests and the reference: neither their names nor their inputs stand anywhere, packed or not."""
    texts = {name: raw.decode("utf-8", "replace") for name, raw in files.items()}
    texts["answers, unpacked"] = zlib.decompress(files[ANSWERS][32:]).decode("utf-8", "replace")
    found = [(secret, name) for name, text in texts.items() for secret in SECRETS if secret in text]
    assert found == []
    reference = (tiny_course / "reference" / "tiny.py").read_text()
    code = [line.strip() for line in reference.splitlines() if line.strip().startswith("return")]
    assert len(code) == 3
    assert [(line, name) for name, text in texts.items() for line in code if line in text] == []
    assert "reference/tiny.py" not in "".join(texts.values())


def test_hidden_tests_are_known_by_number(files: dict[str, bytes]) -> None:
    """Protects "all passed is not the grade": numbers and weights are there, and nothing else."""
    known = json.loads(files["released/bundle.json"])
    assert known["hidden"] == {"clamp": [2.0], "mean": [1.0, 1.0], "words": [3.0]}
    assert set(known) == {"schema", "assignment", "grader", "hidden", "starter"}


@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
def test_the_readme_says_what_decides(files: dict[str, bytes], name: str) -> None:
    """Protects the table of points, in both languages, and the two commands."""
    text = files[name].decode()
    assert "grade check" in text
    assert "pytest --submission tiny.py" in text
    assert ("| Mean | 40 | 13.33 points, 1 test | 26.67 points, 2 tests |" in text) is (name == "README.md")
    assert ("| Среднее | 40 | баллов: 13,33, тестов: 1 | баллов: 26,67, тестов: 2 |" in text) is (name == "README.ru.md")


def test_the_readme_names_the_code_of_a_starter_with_data(course_copy: Path) -> None:
    """Protects a student from `pytest --submission data.csv`: what a starter brings along is nothing to test."""
    folder = course_copy / "assignments" / "tiny"
    (folder / "starter" / "data.csv").write_text("1,2\n")
    files = build_bundle(open_assignment(folder))
    for name in ("README.md", "README.ru.md"):
        assert "pytest --submission tiny.py" in files[name].decode()


def test_the_same_bytes_twice(course_copy: Path, tmp_path: Path) -> None:
    """Protects a release that is made again: another process, another hash seed, other times of change, the same zip."""
    archives = []
    for seed in ("1", "2"):
        for path in course_copy.rglob("*"):
            os.utime(path, (int(seed) * 10**9, int(seed) * 10**9))
        out = tmp_path / seed / "tiny.zip"
        run(["release", "tiny", "-o", out], course_copy, seed)
        archives.append(out.read_bytes())
    assert archives[0] == archives[1]
    assert zipfile.ZipFile(out).namelist() == sorted(f"tiny/{name}" for name in FILES)


def run(arguments: list[Any], folder: Path, seed: str = "0", module: str = "grader") -> subprocess.CompletedProcess[str]:
    """A command in a student's folder, with the installed package and nothing else of this repository."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GRADER_CACHE": str(folder / ".cache"),
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONHASHSEED": seed,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "LANG": "C.UTF-8",
    }
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("student", "status"), [("anna", 0), ("dina_misconception", 1)])
def test_as_a_student_uses_it(files: dict[str, bytes], tiny_course: Path, tmp_path: Path, student: str, status: int) -> None:
    """Protects the whole way: unpacked into an empty folder of another name, a right and a wrong solution, both commands."""
    folder = unpack(files, tmp_path / "my copy of the lab")
    shutil.copy(tiny_course / "submissions" / "tiny" / student / "tiny.py", folder / "tiny.py")
    checked = run(["check"], folder)
    assert checked.returncode == status, checked.stdout + checked.stderr
    tested = run(["-p", "grader.pytest_plugin", "--submission", "tiny.py"], folder, module="pytest")
    assert tested.returncode == status, tested.stdout + tested.stderr
    for done in (checked, tested):
        assert "This is not the grade yet: hidden tests decide about 69.17 of the 100 points." in done.stdout
        assert ("The divisor is n - 1." in done.stdout) is (status == 1)
    assert ("3 of 3 public tests pass." in checked.stdout) is (status == 0)


def test_verdicts_and_words_are_the_courses(files: dict[str, bytes], tiny_course: Path, tmp_path: Path) -> None:
    """Protects the student's view from differing from grading's: every sample, tests, words, named mistakes and points."""
    course = find_lab(None, tiny_course / "assignments" / "tiny")
    bundle = find_lab(None, unpack(files, tmp_path / "bundle"))
    samples = [one for one in collect(tiny_course / "submissions" / "tiny", course.specification) if one.main is not None]
    with Checker(course, "en") as one, Checker(bundle, "en") as other:
        for sample in samples:
            if sample.student.startswith(("slow", "inga", "jan", "karl")):
                continue
            found = [checker.check(find_work(sample.main, checker.lab)) for checker in (one, other)]
            first, second = ({**each.submission.model_dump(), "seconds": 0} for each in found)
            assert first == second, sample.student
            assert found[0].withheld == found[1].withheld


def test_a_mistake_that_only_hidden_tests_tell_is_not_in_it(files: dict[str, bytes]) -> None:
    """Protects hidden tests from being guessed by a list of the mistakes that they catch."""
    texts = zlib.decompress(files[ANSWERS][32:]).decode("utf-8", "replace")
    assert "mean.divides_by_n_minus_1" in texts
    assert "mean.floors" not in texts
    assert "words.case" not in texts


def test_the_seed_stays_with_the_course(course_copy: Path) -> None:
    """Protects hidden inputs: students are given neither the seed that they are drawn from nor what it draws."""
    assignment = course_copy / "assignments" / "tiny"
    plain = build_bundle(open_assignment(assignment), "")
    (assignment / "tests" / "public" / "test_drawn.py").write_text(
        'import pytest\n\n\n@pytest.mark.part("mean")\ndef test_drawn(check, seed):\n'
        '    """Drawn."""\n    check.mean([seed + 1.0])\n'
    )
    specification = assignment / "assignment.yaml"
    specification.write_text(specification.read_text() + "seed: 4711\n")
    folder = open_assignment(assignment)
    assert load_material(folder, "en").setting.seed == 4711
    assert load_material(folder, "en", seed=3).setting.seed == 3
    files = build_bundle(folder, "")
    assert files["assignment.yaml"] == plain["assignment.yaml"]
    assert not any(b"4711" in data or b"4712" in data for data in files.values())


def test_a_changed_test_is_told(files: dict[str, bytes], tiny_course: Path, tmp_path: Path) -> None:
    """Protects a student who tries other numbers in a public test: that no answer is known is said; it is not wrong."""
    folder = unpack(files, tmp_path / "bundle")
    shutil.copy(tiny_course / "submissions" / "tiny" / "anna" / "tiny.py", folder / "tiny.py")
    test = folder / "tests" / "public" / "test_mean.py"
    test.write_text(test.read_text().replace("6.0]", "7.0]"))
    done = run(["check"], folder)
    assert done.returncode == 1
    assert "this test asks what it did not ask when the lab was released" in done.stdout
    assert "2 of 3 public tests pass." in done.stdout


def test_inputs_that_differ_in_their_last_digits(files: dict[str, bytes], tiny_course: Path, tmp_path: Path) -> None:
    """Protects a machine whose libraries decode a picture a little differently: the answer is found by test and call."""
    folder = unpack(files, tmp_path / "bundle")
    shutil.copy(tiny_course / "submissions" / "tiny" / "anna" / "tiny.py", folder / "tiny.py")
    test = folder / "tests" / "public" / "test_mean.py"
    test.write_text(test.read_text().replace("6.0]", "6.000000000001]"))
    assert run(["check"], folder).returncode == 0


def test_a_damaged_bundle_says_so(files: dict[str, bytes], tmp_path: Path) -> None:
    """Protects from a wrong verdict by half a file (an interrupted download, git's line ends): exit status 2 and what to do."""
    folder = unpack(files, tmp_path / "bundle")
    (folder / ANSWERS).write_bytes(files[ANSWERS][:-10])
    done = run(["check"], folder)
    assert done.returncode == 2
    assert "recorded.answers: cannot be used" in done.stderr
    assert "unpack the bundle again" in done.stderr


def test_a_bundle_does_not_grade(files: dict[str, bytes], tmp_path: Path) -> None:
    """Protects grades from being made of public tests alone by a mistaken path."""
    folder = open_assignment(unpack(files, tmp_path / "bundle"))
    with pytest.raises(SpecificationError, match="nothing in it to grade by"):
        Judge(JudgePlan(folder, NoWall(), (), "en"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lab: shutil.rmtree(lab / "starter"), "no starter to release"),
        (lambda lab: shutil.rmtree(lab / "tests" / "public"), "no public test to release"),
        (
            lambda lab: _append(lab / "starter" / "tiny.py", "# as in test_fractions\n"),
            "the hidden test test_fractions stands in tiny.py",
        ),
        (lambda lab: _append(lab / "assignment.yaml", "pass_score: 5.0\npictures: starter\n"), None),
        (lambda lab: _append(lab.parents[1] / "reference" / "tiny.py", "\n\ndef mean(values):\n    return 0\n"), None),
        (
            lambda lab: _append(lab / "tests" / "public" / "test_mean.py", _IMPOSSIBLE),
            "the reference fails public/test_mean.py::test_impossible",
        ),
    ],
)
def test_what_is_not_released(course_copy: Path, change: Callable[[Path], Any], said: str | None) -> None:
    """Protects from a bundle with something hidden in it, without a starter, or with a test that no solution passes."""
    change(course_copy / "assignments" / "tiny")
    lab = open_assignment(course_copy / "assignments" / "tiny")
    if said is None:
        assert build_bundle(lab)
    else:
        with pytest.raises(SpecificationError, match=said):
            build_bundle(lab)


_IMPOSSIBLE = """

@pytest.mark.part("mean")
def test_impossible(submission):
    \"\"\"Asks too much.\"\"\"
    assert submission.mean([1]) == 2
"""


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def test_helpers_and_words_of_hidden_tests_stay(course_copy: Path) -> None:
    """Protects from what surrounds hidden tests: fixtures that only they use, and translations of their titles."""
    lab = course_copy / "assignments" / "tiny"
    (lab / "tests" / "conftest.py").write_text(
        "import pytest\n\n\n@pytest.fixture\ndef numbers():\n    return [1.0, 2.0, 6.0]\n\n\n"
        "@pytest.fixture\ndef secret_numbers():\n    return [40961]\n"
    )
    test = lab / "tests" / "public" / "test_mean.py"
    test.write_text(test.read_text().replace("(check)", "(check, numbers)").replace("[1.0, 2.0, 6.0]", "numbers"))
    shared = build_bundle(open_assignment(lab))["tests/conftest.py"].decode()
    assert "def numbers" in shared
    assert "secret_numbers" not in shared


def test_files_in_another_encoding(course_copy: Path) -> None:
    """Protects an author whose editor writes Windows-1251 from a traceback: a test that says so is read as Python reads it."""
    lab = course_copy / "assignments" / "tiny"
    test, shared = lab / "tests" / "public" / "test_mean.py", lab / "tests" / "conftest.py"
    test.write_bytes(f"# -*- coding: cp1251 -*-\n# среднее\n{test.read_text()}".encode("cp1251"))
    assert "tests/public/test_mean.py" in build_bundle(open_assignment(lab))
    shared.write_bytes("# -*- coding: cp1251 -*-\n# общее\n".encode("cp1251"))
    with pytest.raises(SpecificationError, match=r"conftest\.py: is no text in UTF-8"):
        build_bundle(open_assignment(lab))


def test_what_is_preloaded_is_installed(course_copy: Path) -> None:
    """Protects students of a lab that needs a package which does not come with the grader."""
    assignment = course_copy / "assignments" / "tiny"
    specification = assignment / "assignment.yaml"
    specification.write_text(f"{specification.read_text()}preload: [numpy, pluggy]\n")
    lines = build_bundle(open_assignment(assignment), "lab-grader==1")["requirements.txt"].decode().splitlines()
    assert lines == ["lab-grader==1", "pluggy"]


def test_the_grader_can_come_from_elsewhere(course_copy: Path, tmp_path: Path) -> None:
    """Protects `--install`: a course's own index, wheel or repository."""
    done = run(
        ["release", "tiny", "-o", tmp_path / "out", "--install", "lab-grader @ git+https://example.org/grader"], course_copy
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    assert (tmp_path / "out" / "requirements.txt").read_text() == "lab-grader @ git+https://example.org/grader\n"


def test_students_cannot_reach_a_folder_of_the_instructor(course_copy: Path, tmp_path: Path) -> None:
    """Protects a class whose pip would look for the grader where it is not: the instructor is told before they are."""
    done = run(["release", "tiny", "-o", tmp_path / "out"], course_copy)
    assert done.returncode == 0, done.stderr
    assert ("installed from this machine" in done.stderr) is came_from_this_machine()


def test_nobodys_work_is_written_over(course_copy: Path, tmp_path: Path) -> None:
    """Protects a folder that holds something already."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.py").write_text("")
    done = run(["release", "tiny", "-o", tmp_path / "out"], course_copy)
    assert done.returncode == 2
    assert "is not empty" in done.stderr


def test_a_bundle_handed_in_whole(files: dict[str, bytes], tiny_course: Path, tmp_path: Path) -> None:
    """Protects who hands in the whole folder: neither the lab's files nor an untouched starter are candidates."""
    lab = open_assignment(tiny_course / "assignments" / "tiny")
    folder = unpack(files, tmp_path / "submissions" / "ann")
    (folder / "tiny_mine.py").write_text("def mean(values):\n    return 1\n")
    (found,) = collect(tmp_path / "submissions", lab.specification, lab.starters())
    assert found.main == folder / "tiny_mine.py"


def add_weights(course: Path, name: str) -> tuple[Path, Path]:
    """A model with weights in the file `name` of the course; (the assignment's folder, the file)."""
    torch = pytest.importorskip("torch", reason="needs torch")
    lab, path = course / "assignments" / "tiny", course / name
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({}, path)
    digest, file = hashlib.sha256(path.read_bytes()).hexdigest(), os.path.relpath(path, lab)
    model = f"{{factory: torch.nn.Identity, weights: file, file: {file}, sha256: {digest}}}"
    _append(lab / "assignment.yaml", f"models:\n  net: {model}\n")
    return lab, path


@pytest.mark.torch
@pytest.mark.parametrize("name", ["assignments/tiny/weights/net.pth", "weights/net.pth"])
def test_weights_come_along(course_copy: Path, tmp_path: Path, name: str) -> None:
    """Protects students from a bundle that names weights which only the course has, in the lab's folder or outside of it."""
    lab, weights = add_weights(course_copy, name)
    bundle = open_assignment(unpack(build_bundle(open_assignment(lab)), tmp_path / "bundle"))
    assert bundle.weights_files() == {"net": tmp_path / "bundle" / "released" / "net.pth"}
    assert bundle.weights_files()["net"].read_bytes() == weights.read_bytes()


@pytest.mark.torch
def test_weights_that_are_not_released(course_copy: Path) -> None:
    """Protects what lies among hidden tests from leaving as weights, and students from weights that no check would take."""
    lab, weights = add_weights(course_copy, "assignments/tiny/tests/hidden/net.pth")
    with pytest.raises(SpecificationError, match="the weights of net lie among the hidden tests"):
        build_bundle(open_assignment(lab))
    shutil.move(weights, lab / "net.pth")
    specification = lab / "assignment.yaml"
    specification.write_text(specification.read_text().replace("tests/hidden/net.pth", "net.pth"))
    assert "released/net.pth" in build_bundle(open_assignment(lab))
    (lab / "net.pth").write_bytes(b"others, while the cache still knows those")
    with pytest.raises(SpecificationError, match="has another SHA-256 than the specification"):
        build_bundle(open_assignment(lab))


@pytest.mark.torch
def test_the_labs_of_this_repository(repository: Path, tmp_path: Path) -> None:
    """Protects the real labs: small enough to clone, the same words as in the course, with networks and pictures."""
    for specification in sorted((repository / "assignments").glob("*/assignment.yaml")):
        course = open_assignment(specification.parent)
        files = build_bundle(course)
        assert sum(map(len, files.values())) < 5 << 20
        bundle = open_assignment(unpack(files, tmp_path / course.specification.id))
        place = repository / "submissions" / course.specification.id
        samples = [one for one in collect(place, course.specification) if one.main is not None][:3]
        # Every twelfth: a check takes a second or two, and each is made twice.
        samples += [one for one in collect(course.path / "styles", course.specification) if one.main is not None][::12]
        with Checker(course, "en") as one, Checker(bundle, "en") as other:
            for sample in samples:
                found = [checker.check(find_work(sample.main, checker.lab)).submission for checker in (one, other)]
                verdicts = [
                    [(test.id, test.status, test.message, test.hint, test.expected) for test in each.tests] for each in found
                ]
                assert verdicts[0] == verdicts[1], sample.student
