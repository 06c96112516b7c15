"""The package that Gradescope runs: unpacked as Gradescope unpacks it, its scripts executed."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import grader
from grader.cli.autograder import autograder_command
from grader.course.assignment import open_assignment
from grader.errors import SpecificationError, UsageError, WallError
from grader.export import autograder
from grader.export.package import gradescope_package, requirements
from grader.export.visibility import visibility_named
from grader.sandbox.wall import NoWall

jsonschema = pytest.importorskip("jsonschema", reason="needs jsonschema")

SCHEMA = json.loads((Path(grader.__file__).parent / "schemas" / "gradescope-results.schema.json").read_text("utf-8"))
pytestmark = pytest.mark.skipif(os.name != "posix", reason="Gradescope runs Linux")


@pytest.fixture(scope="module")
def package(tiny_course: Path) -> bytes:
    """The tiny assignment's package."""
    return gradescope_package(open_assignment(tiny_course / "assignments" / "tiny"), "after_published")


@pytest.fixture
def root(package: bytes, tiny_course: Path, tmp_path: Path) -> Path:
    """`/autograder` of a container, with a submission; the environment is this one's."""
    root = tmp_path / "autograder"
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        for entry in archive.infolist():
            path = Path(archive.extract(entry, root / "source"))
            path.chmod(entry.external_attr >> 16 & 0o777)
    (root / "grader-env" / "bin").mkdir(parents=True)
    _script(root / "grader-env" / "bin" / "python", f'exec {sys.executable} "$@"')
    shutil.copytree(tiny_course / "submissions" / "tiny" / "boris", root / "submission")
    (root / "submission_metadata.json").write_text(json.dumps({"users": [{"name": "Boris Б."}, {"name": "Anna"}]}))
    return root


def _script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def run(root: Path, script: str, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    """Run one of the package's scripts with nothing of this repository at hand."""
    environment = {"PATH": path, "HOME": str(root), "AUTOGRADER_ROOT": str(root), "LANG": "C.UTF-8"}
    return subprocess.run([root / "source" / script], cwd="/", env=environment, capture_output=True, text=True, check=False)


def results(root: Path) -> dict[str, object]:
    """What came out, which must keep Gradescope's schema."""
    document: dict[str, object] = json.loads((root / "results" / "results.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


def test_what_is_in_it(package: bytes) -> None:
    """Protects the two scripts at the top, which must be executable, the assignment with its reference, and the grader itself."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        names = set(archive.namelist())
        for script in ("setup.sh", "run_autograder"):
            assert archive.getinfo(script).external_attr >> 16 & stat.S_IXUSR
    assert {
        "requirements.txt",
        "course/assignments/tiny/assignment.yaml",
        "course/assignments/tiny/tests/hidden/test_mean.py",
        "course/assignments/tiny/starter/tiny.py",
        "course/reference/tiny.py",
        "lib/grader/__init__.py",
        "lib/grader/locale/ru/LC_MESSAGES/grader.mo",
    } <= names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_what_is_judged_by_is_packed_and_no_more(course_copy: Path) -> None:
    """Protects the container from other tests than the course's (a helper in `tests/hidden/master/`) and from an environment."""
    assignment = course_copy / "assignments" / "tiny"
    for name in ("tests/hidden/master/helper.py", "master/tiny.py", "env/pyvenv.cfg", "env/lib/big.so", "starter/.venv/x.py"):
        (assignment / name).parent.mkdir(parents=True, exist_ok=True)
        (assignment / name).write_text("")
    folder = open_assignment(assignment)
    place = "course/assignments/tiny"
    with zipfile.ZipFile(io.BytesIO(gradescope_package(folder, "after_published"))) as archive:
        packed = {name for name in archive.namelist() if name.startswith(place)}
    judged = {f"{place}/{path.relative_to(assignment).as_posix()}" for path in folder.judged_files()}
    assert packed == judged | {f"{place}/starter/{path.name}" for path in (assignment / "starter").glob("*.*") if path.is_file()}
    assert f"{place}/tests/hidden/master/helper.py" in packed


def test_the_same_bytes_twice(package: bytes, tiny_course: Path) -> None:
    """Protects from a new image at every export."""
    assert gradescope_package(open_assignment(tiny_course / "assignments" / "tiny"), "after_published") == package


def test_requirements() -> None:
    """Protects the container from the tools of developers, and from a missing library."""
    lines = requirements()
    assert any(line.startswith("pydantic") for line in lines)
    assert not any("extra ==" in line or line.startswith(("ruff", "mypy")) for line in lines)


def test_a_submission_is_graded(root: Path) -> None:
    """Protects the way through the container: script, grading, results, the students' names; and a second run."""
    for _ in range(2):
        done = run(root, "run_autograder")
        assert done.returncode == 0, done.stdout + done.stderr
        found = results(root)
        assert found["score"] == 100
        assert "The shell line pip install statistics was skipped." in str(found["output"])


def test_without_a_wall(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects grading in a container without namespaces: it goes on, and the instructor alone is told."""

    def choose(kind: str) -> NoWall:
        if kind == "auto":
            raise WallError("no namespaces here")
        return NoWall()

    monkeypatch.setattr(autograder, "choose_wall", choose)
    autograder.grade_there(root, "visible")
    found = results(root)
    lines = [test for test in found["tests"] if "no namespaces here" in test["output"]]  # type: ignore[attr-defined]
    assert [line["visibility"] for line in lines] == ["hidden"]
    assert "namespaces" not in str(found["output"])
    assert found["score"] == 100


def test_nothing_handed_in(root: Path) -> None:
    """Protects an empty submission: a zero with the reason, not a crash."""
    shutil.rmtree(root / "submission")
    (root / "submission").mkdir()
    (root / "submission_metadata.json").unlink()
    assert run(root, "run_autograder").returncode == 0
    found = results(root)
    assert found["score"] == 0
    assert "There is no notebook and no module to grade." in str(found["output"])


def test_a_broken_course_writes_nothing(root: Path) -> None:
    """Protects students from a zero by a broken package: Gradescope then says that the autograder failed."""
    (root / "source" / "course" / "reference" / "tiny.py").write_text("raise ValueError\n")
    done = run(root, "run_autograder")
    assert done.returncode == 2
    assert "does not import" in done.stderr
    assert not (root / "results" / "results.json").exists()


def test_what_cannot_be_written_is_told_in_words(root: Path) -> None:
    """Protects who reads Gradescope's log from a traceback where the container's folder of results is not what it should be."""
    (root / "results").write_text("")
    done = run(root, "run_autograder")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert done.stderr.startswith(f"grade: {root}/results cannot be used: ")


@pytest.mark.parametrize("words", [[], ["a", "visible", "more"], ["a", "never"]])
def test_a_script_that_calls_it_wrongly(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Protects who has changed `run_autograder` from a traceback."""
    assert autograder_command(words) == 2
    assert capsys.readouterr().err.startswith("grade: ")


def test_names_and_visibilities(tmp_path: Path) -> None:
    """Protects from metadata of another form, and from a visibility that Gradescope does not know."""
    (tmp_path / "metadata.json").write_text('{"users": [{"name": "Ann"}, {"name": "Bob"}]}')
    assert autograder.student_name(tmp_path / "metadata.json") == "Ann, Bob"
    for text in ("{}", "[]", "", '{"users": [{}]}'):
        (tmp_path / "metadata.json").write_text(text)
        assert autograder.student_name(tmp_path / "metadata.json") == "submission"
    assert visibility_named() == "after_published"
    with pytest.raises(UsageError, match="no visibility 'never'"):
        visibility_named("never")


@pytest.mark.parametrize(("version", "status"), [("python3.12", 0), ("python3.10", 1)])
def test_setting_up(root: Path, tmp_path: Path, version: str, status: int) -> None:
    """Protects the image: system packages, a virtual environment of a Python that fits, the requirements, and warm fixtures.

    What the script calls is replaced by programs that write down how they were called.
    """
    stubs, log = tmp_path / "stubs", tmp_path / "log"
    minor = version.removeprefix("python3.")
    fits = "exit 0" if 11 <= int(minor) <= 13 else "exit 1"
    for program in ("apt-get", "id"):
        _script(stubs / program, f'echo {program} "$@" >> {log}; echo 0')
    env = root / "grader-env" / "bin"
    make = f"cp {stubs}/pip {env}/pip; cp {stubs}/inner {env}/python"
    _script(stubs / "pip", f'echo pip "$@" >> {log}')
    _script(stubs / "inner", f'echo python "$@" in "$PWD" >> {log}')
    for name in (version, "python3"):
        _script(stubs / name, f'case "$1" in -c) {fits};; -m) echo venv "$@" >> {log}; {make};; esac')
    done = run(root, "setup.sh", f"{stubs}:/usr/bin:/bin" if status == 0 else f"{stubs}:{_coreutils(tmp_path)}")
    assert done.returncode == status, done.stdout + done.stderr
    said = log.read_text()
    assert "apt-get install -y -q --no-install-recommends python3 python3-venv bubblewrap" in said
    if status:
        assert "no Python 3.11 to 3.13" in done.stderr
        return
    assert f"venv -m venv {root}/grader-env" in said
    assert f"-r {root}/source/requirements.txt" in said
    assert f"python -m grader fixtures in {root}/source/course" in said


def _coreutils(folder: Path) -> Path:
    """A PATH without any Python."""
    place = folder / "bin"
    place.mkdir()
    for name in ("bash", "sh", "env", "cat", "cp"):
        (place / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    return place


MODEL = "models:\n  a: {{factory: x.y, weights: file, file: {}, sha256: {}}}\n"


def test_weights_beside_the_assignment(course_copy: Path) -> None:
    """Protects from a package that lacks weights which the assignment names, in the course or out of it."""
    specification = course_copy / "assignments" / "tiny" / "assignment.yaml"
    text = specification.read_text()
    (course_copy / "net.pth").write_bytes(b"weights")
    specification.write_text(text + MODEL.format("../../net.pth", "a" * 64))
    with zipfile.ZipFile(io.BytesIO(gradescope_package(open_assignment(specification.parent), "hidden"))) as archive:
        assert archive.read("course/net.pth") == b"weights"
    for file, said in (("../../../net.pth", "lies outside of the course"), ("../../gone.pth", "cannot be packed")):
        specification.write_text(text + MODEL.format(file, "a" * 64))
        with pytest.raises(SpecificationError, match=said):
            gradescope_package(open_assignment(specification.parent), "hidden")


def test_a_reference_outside_of_the_course(course_copy: Path, tmp_path: Path) -> None:
    """Protects from a package that lacks its reference."""
    shutil.move(course_copy / "reference" / "tiny.py", tmp_path / "elsewhere.py")
    specification = course_copy / "assignments" / "tiny" / "assignment.yaml"
    specification.write_text(specification.read_text().replace("../../reference/tiny.py", str(tmp_path / "elsewhere.py")))
    with pytest.raises(SpecificationError, match="lies outside of the course"):
        gradescope_package(open_assignment(course_copy / "assignments" / "tiny"), "hidden")
