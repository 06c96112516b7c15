"""`pytest --submission` as a user runs it: through the entry point, with pytest's own options, beside other tests."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

REPOSITORY = Path(__file__).parents[2]
_SET_CHILD_SUBREAPER = 36  # of prctl(2)
ENTRY_POINTS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]["pytest11"]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an installation leaves in site-packages for pytest to find, made from pyproject.toml."""
    site = tmp_path_factory.mktemp("site")
    info = site / "lab_grader-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lab-grader\nVersion: 0\n")
    lines = [f"{name} = {module}" for name, module in ENTRY_POINTS.items()]
    (info / "entry_points.txt").write_text("[pytest11]\n" + "\n".join(lines) + "\n")
    return site


@pytest.fixture
def lab(course_copy: Path, right: Path, wrong: Path) -> Path:
    """The lab's folder with right and wrong work in it."""
    folder = course_copy / "assignments" / "tiny"
    (folder / "right.py").write_text(right.read_text())
    (folder / "wrong.py").write_text(wrong.read_text())
    return folder


class Pytest:
    """`pytest(...)` in a folder: a process of its own that finds the plugin as an installed one."""

    def __init__(self, site: Path) -> None:
        self.site = site

    def __call__(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run it."""
        environment = {**os.environ, "PYTHONPATH": f"{self.site}{os.pathsep}{REPOSITORY}", "COLUMNS": "200"}
        for name in ("PYTEST_ADDOPTS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
            environment.pop(name, None)
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session", name="run")
def make_run(installed: Path) -> Pytest:
    """Runs pytest."""
    return Pytest(installed)


def test_right_work(run: Pytest, lab: Path) -> None:
    """Protects the command that students are told: public tests alone, and what hidden ones still decide about."""
    done = run(lab, "--submission", "right.py", "--strict-markers")
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout
    assert "This is not the grade yet: hidden tests decide about 69.17 of the 100 points." in done.stdout
    assert "(Numbers and words)" in done.stdout


def test_tests_under_another_name(run: Pytest, lab: Path, tmp_path: Path) -> None:
    """Protects who names the tests through a link from a KeyError for each, and hidden tests from running there."""
    link = tmp_path / "link"
    link.symlink_to(lab, target_is_directory=True)
    done = run(lab, "--submission", "right.py", str(link / "tests" / "public"))
    assert (done.returncode, "3 passed" in done.stdout) == (0, True), done.stdout
    hidden = run(lab, "--submission", "right.py", str(link / "tests"))
    assert (hidden.returncode, "3 passed" in hidden.stdout) == (0, True), hidden.stdout


def test_wrong_work(run: Pytest, lab: Path) -> None:
    """Protects the words of the feedback in the place of the judge's own traceback."""
    done = run(lab, "--submission", "wrong.py")
    assert done.returncode == 1
    assert "2 failed, 1 passed" in done.stdout
    for words in ("Your function returned 4.5.", "Expected: 3.0", "Hint: 1 + 2 + 6 is 9.", "The divisor is n - 1."):
        assert words in done.stdout
    assert "test_words.py::test_repeated_word - Nothing was found under the name count_words" in done.stdout
    assert "proxy.py" not in done.stdout


def test_a_traceback_for_who_asks(run: Pytest, lab: Path) -> None:
    """Protects the author of a test, who wants pytest's own view of it."""
    assert 'check.mean([1.0, 2.0, 6.0], hint="1 + 2 + 6 is 9.")' in run(lab, "--submission", "wrong.py", "--tb=long").stdout


def test_options_of_pytest(run: Pytest, lab: Path, tmp_path: Path) -> None:
    """Protects `-k`, `-x`, `--junitxml` and one test by its name, from within the folder and from above it."""
    assert "1 passed, 2 deselected" in run(lab, "--submission", "wrong.py", "-k", "clamp").stdout
    assert "1 failed in" in run(lab, "--submission", "wrong.py", "-x").stdout
    above = run(lab.parent, "--submission", "tiny/right.py", "tiny/tests/public/test_mean.py::test_three_numbers")
    assert "1 passed" in above.stdout, above.stdout
    run(lab, "--submission", "wrong.py", f"--junitxml={tmp_path / 'out.xml'}")
    failures = ET.parse(tmp_path / "out.xml").getroot().findall(".//failure")
    assert [one.get("message") for one in failures] == [
        "Your function returned 4.5.",
        "Nothing was found under the name count_words (or a usual variant of it).",
    ]


def test_russian(run: Pytest, lab: Path) -> None:
    """Protects `--submission-lang`."""
    assert "Проходят 3 из 3 открытых тестов." in run(lab, "--submission", "right.py", "--submission-lang", "ru").stdout


def test_a_file_that_does_not_load(run: Pytest, lab: Path) -> None:
    """Protects from a cause that is told nowhere: every test fails, the reason stands at the end."""
    (lab / "broken.py").write_text("def mean(:\n")
    done = run(lab, "--submission", "broken.py")
    assert "3 failed" in done.stdout
    assert "The file is not valid Python: line 1" in done.stdout


def test_workers_of_xdist(run: Pytest, lab: Path) -> None:
    """Protects `-n`: each worker loads the work for itself; failures keep their words on the way."""
    pytest.importorskip("xdist", reason="needs pytest-xdist")
    done = run(lab, "-n", "2", "--submission", "wrong.py")
    assert "2 failed, 1 passed" in done.stdout
    assert "Your function returned 4.5." in done.stdout


def test_other_tests_are_left_alone(run: Pytest, lab: Path) -> None:
    """Protects a student's own tests, which lie beside the lab's and may be parametrised, fail, or use the same fixture names."""
    (lab / "test_mine.py").write_text(
        "import pytest\n\n\n@pytest.fixture\ndef check():\n    return 1\n\n\n"
        "@pytest.mark.parametrize('n', [1, 2])\ndef test_mine(check, n):\n    assert check == n\n"
    )
    done = run(lab, "--submission", "right.py")
    assert "1 failed, 4 passed" in done.stdout
    assert "assert 1 == 2" in done.stdout
    assert "3 of 3 public tests pass." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "the tests of the lab tiny need to know whose work to test: pytest --submission FILE"),
        (("tests/public/test_mean.py",), "the tests of the lab tiny need"),
        (("--submission", "gone.py"), "there is no file"),
        (("--submission", "right.py", "--submission-lang", "tlh"), "no language 'tlh'"),
        (("--submission", "right.py", "tests/hidden"), "hidden tests run in grading alone"),
    ],
)
def test_wrong_usage(run: Pytest, lab: Path, arguments: tuple[str, ...], said: str) -> None:
    """Protects from a page of "fixture not found": pytest's own exit status, and one sentence. Hidden tests do not run."""
    done = run(lab, *arguments)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout
    assert said in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_two_labs_and_one_submission(run: Pytest, lab: Path) -> None:
    """Protects from one lab's tests asking another lab's reference."""
    other = lab.parent / "other" / "tests" / "public"
    other.mkdir(parents=True)
    (lab.parent / "other" / "assignment.yaml").write_text("")
    (other / "test_other.py").write_text("def test_it(check):\n    pass\n")
    done = run(lab.parent, "--submission", "tiny/right.py", "tiny", "other")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "these are tests of several (other, tiny)" in done.stderr


def test_without_the_option_it_is_not_there(run: Pytest, tmp_path: Path) -> None:
    """Protects every other project in the environment: of the grader nothing but the entry point is imported."""
    (tmp_path / "tests" / "public").mkdir(parents=True)
    (tmp_path / "tests" / "public" / "test_it.py").write_text(
        "import json, sys\n\n\ndef test_it():\n"
        "    heavy = {'torch', 'numpy', 'pydantic', 'yaml', 'rich', 'IPython', 'msgpack'}\n"
        "    found = sorted(name for name in sys.modules if name.startswith('grader') or name in heavy)\n"
        "    print(json.dumps(found))\n"
    )
    done = run(tmp_path, "-s", "-q", "--strict-markers", "-W", "error")
    assert "1 passed" in done.stdout
    assert json.loads(done.stdout.splitlines()[0]) == ["grader", "grader.pytest_plugin"]


def test_work_that_is_gone_leaves_no_folder(run: Pytest, lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects /tmp from a folder for each try: the process was started, and nothing could be loaded into it."""
    (temporary := tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    with (lab / "tests" / "public" / "test_mean.py").open("a") as stream:
        stream.write("\n\nimport os\n\nif os.path.exists('right.py'):\n    os.unlink('right.py')\n")
    done = run(lab, "--submission", "right.py")
    assert done.returncode == 1, done.stdout
    assert "right.py: No such file or directory" in done.stdout
    assert [path.name for path in temporary.iterdir() if path.name.startswith("grader-")] == []


@pytest.fixture
def adopting() -> Iterator[None]:
    """What processes leave behind becomes this one's while the test runs."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    assert prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    yield
    prctl(_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone gives a process what others leave behind")
@pytest.mark.usefixtures("adopting")
def test_nothing_is_left_running(run: Pytest, lab: Path) -> None:
    """Protects the student's machine: with pytest ends the work's process, also one that hangs."""
    (lab / "hangs.py").write_text("def mean(values):\n    while True:\n        pass\n")
    before = set(psutil.Process().children(recursive=True))
    done = run(lab, "--submission", "hangs.py", "-k", "mean")
    assert "ran out of time" in done.stdout
    _, left = psutil.wait_procs(set(psutil.Process().children(recursive=True)) - before, timeout=15)
    for process in left:
        process.kill()
    assert [process.pid for process in left] == []
