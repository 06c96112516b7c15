"""Every command that the documentation shows is run, and says what the documentation says it does.

A page is a script (`page.py`): its commands run one after the other in a scene (`scene.py`), its files are written there. What
cannot run here stands in `ELSEWHERE`, and what nothing runs in `BY_HAND`.
"""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from .page import Step, commands, pages, steps
from .scene import REPOSITORY, Scene, install_programs, set_scene

# Commands that cannot run here (they download, install, or never end): where each is run, and words that stand there for it. Of a
# test, or what it calls, the function is named; of `.ci/run` the words are a line.
_CI, _CHECK = ".ci/run", "tests/cli/test_check_command.py::test_watching"
_INSTALLED = "tests/release/test_installed.py::test_as_a_student_installs_it"
_CLUSTER, _CLUSTERED = "tests/run/test_cluster.py", "tests/run/test_cluster.py::test_one_of_three_is_killed"
ELSEWHERE = {
    "python3 -m venv .venv": (_INSTALLED, "-m venv .venv"),
    "source .venv/bin/activate": (_INSTALLED, ".venv/bin/activate"),
    "pip install -r requirements.txt": (_INSTALLED, "-r requirements.txt"),
    "make .venv/.installed": (_CI, 'make PYTHON="$python" .venv/.installed-dev'),  # which needs it
    "grade check --watch": (_CHECK, '"check", "--watch"'),
    "grade check --lang ru --watch": (_CHECK, '"check", "--watch"'),
    "make grade": (_CI, 'make grade REPORT="$scratch/report"'),
    "make test": (_CI, "make test"),
    "make test TESTS=tests/wire": (_CI, "make test"),
    "make lint types test": (_CI, "make lint types"),
    "sudo make test-as-nobody": (_CI, "make test-as-nobody"),
    "pre-commit install": ("tests/test_pre_commit.py::clone", '"install"'),
    "grade submissions/ --open --watch": ("tests/cli/test_watch_command.py::test_changes_are_graded_until_ctrl_c", '"--watch"'),
    "grade submissions/ --cluster tcp://scheduler:8786": (
        f"{_CLUSTER}::test_one_of_three_is_killed",
        '"--cluster", school.address',
    ),
    "dask scheduler": (f"{_CLUSTER}::school", '_start("scheduler"'),
    "dask worker tcp://scheduler:8786 --nthreads 1 --nworkers 8": (f"{_CLUSTER}::add", '_start("worker"'),
}
# What nothing runs: README names the same.
BY_HAND = {"make validate", "pip install 'lab-grader[cluster]'"}
FIRST_SCENE = {"README.md": "lab15"}
OTHERS = (*REPOSITORY.glob("grader/release/templates/*.j2"), REPOSITORY / "grader" / "init" / "course" / "README.md.tmpl")
pytestmark = pytest.mark.wall


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`grade` and `pytest`, as the reader has installed them."""
    return install_programs(tmp_path_factory.mktemp("programs") / "bin")


def play(script: list[Step], scene: Scene, scratch: Path, programs: Path) -> list[str]:
    """Do what the page says; what was left to other tests. Asserts exit statuses and what is to be seen."""
    left = []
    for step in script:
        if step.kind == "scene":
            scene = set_scene(step.name, scratch, programs)
        elif step.kind == "file":
            scene.write(step.name, step.text, append=step.appended)
        else:
            said, typed = "", list(commands(step.text))
            for number, command in enumerate(typed, start=1):
                if bare(command) in ELSEWHERE.keys() | BY_HAND:
                    left.append(bare(command))
                    continue
                status, said = scene.run(command)
                expected = step.status if number == len(typed) else 0
                assert status == expected, f"line {step.where}: {command}: {status}\n{said}"
            assert_seen(step, said)
    return left


def bare(command: str) -> str:
    """The command without the folder of the virtual environment."""
    return command.removeprefix(".venv/bin/")


def assert_seen(step: Step, said: str) -> None:
    """Every line that the page shows was printed, in that order."""
    lines = iter(" ".join(line.split()) for line in said.splitlines())
    for wanted in step.seen:
        assert any(line == " ".join(wanted.split()) for line in lines), f"line {step.where}: never said {wanted!r}, but:\n{said}"


@pytest.mark.parametrize("page", [path.relative_to(REPOSITORY).as_posix() for path in pages(REPOSITORY)])
def test_a_page(page: str, programs: Path, tmp_path: Path) -> None:
    """Protects readers: each command of the page can be typed as it stands, in the order in which it stands."""
    script = steps((REPOSITORY / page).read_text("utf-8"))
    play(script, set_scene(FIRST_SCENE.get(page, "course"), tmp_path, programs), tmp_path, programs)


def test_the_readme_names_what_is_here() -> None:
    """Protects whoever types README's commands in a clone: its scene stands for the repository, but not for who is in there."""
    script = steps((REPOSITORY / "README.md").read_text("utf-8"))
    typed = [shlex.split(command) for step in script if step.kind == "commands" for command in commands(step.text)]
    folders = [words[1] for words in typed if words[0] == "grade" and words[1].endswith(("/", "/lab15"))]
    patterns = [words[words.index("--student") + 1] for words in typed if "--student" in words]
    assert folders
    assert patterns
    assert [folder for folder in folders if not (REPOSITORY / folder).is_dir()] == []
    assert [one for one in patterns if not list((REPOSITORY / "submissions" / "lab15").glob(one))] == []


@pytest.mark.parametrize("page", ["README.md", "docs/grading.md"])
def test_where_the_program_is_comes_before_it(page: str) -> None:
    """Protects whoever has typed `make grade` from `grade: command not found`: the test's own shell has it on its path."""
    before, typed, _ = re.split(r"^(grade \S)", (REPOSITORY / page).read_text("utf-8"), maxsplit=1, flags=re.MULTILINE)
    assert typed
    assert "source .venv/bin/activate" in before


def test_the_readme_of_a_new_course(programs: Path, tmp_path: Path) -> None:
    """Protects the first page that a new author reads."""
    scene = set_scene("course", tmp_path, programs)
    left = play(steps((scene.folder / "README.md").read_text("utf-8")), scene, tmp_path, programs)
    assert left == []


@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
def test_the_readme_of_a_bundle(name: str, programs: Path, tmp_path: Path) -> None:
    """Protects the first page that a student reads; the virtual environment's programs are those under test."""
    scene = set_scene("finished", tmp_path, programs)
    (scene.folder / ".venv").mkdir()
    (scene.folder / ".venv" / "bin").symlink_to(programs)
    left = play(steps((scene.folder / name).read_text("utf-8")), scene, tmp_path, programs)
    assert left[:2] == ["python3 -m venv .venv", "pip install -r requirements.txt"]
    assert len(left) == 3


def test_what_is_left_to_other_tests() -> None:
    """Protects the lists from growing old: each entry stands on a page, and in what runs it; `make` knows its targets."""
    everything = [*pages(REPOSITORY), *OTHERS]
    script = [step for path in everything for step in steps(path.read_text("utf-8")) if step.kind == "commands"]
    shown = {bare(command) for step in script for command in commands(step.text)}
    assert (ELSEWHERE.keys() | BY_HAND) - shown == set()
    assert [(place, words) for place, words in ELSEWHERE.values() if not stands_in(place, words)] == []
    for command in ELSEWHERE.keys() | BY_HAND:
        if "make " in command:
            done = subprocess.run(
                [*command.removeprefix("sudo ").split(), "--dry-run"], cwd=REPOSITORY, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr


def stands_in(place: str, words: str) -> bool:
    """Whether a line of a script, or a function of a test file, holds the words."""
    path, _, name = place.partition("::")
    text = (REPOSITORY / path).read_text("utf-8")
    if not name:
        return words in {line.strip() for line in text.splitlines()}
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef) and node.name == name]
    return any(words in (ast.get_source_segment(text, node) or "") for node in functions)


def test_what_is_run_by_hand_is_said() -> None:
    """Protects README's word on the commands, and the site's: those that nothing runs are the ones named there, and no other."""
    site = [path for path in pages(REPOSITORY) if path.is_relative_to(REPOSITORY / "docs")]
    shown = {bare(command) for path in site for step in steps(path.read_text("utf-8")) for command in commands(step.text)}
    assert shown & BY_HAND != BY_HAND
    for page, nowhere_run in (("README.md", BY_HAND), ("docs/index.md", BY_HAND & shown)):
        told = (REPOSITORY / page).read_text("utf-8").partition("Run by hand alone:")[2].partition("\n\n")[0]
        assert set(re.findall(r"`(.+?)`", told)) == nowhere_run, page


def test_commands_stand_in_console_blocks() -> None:
    """Protects from commands that this test does not see: no other kind of block shows one."""
    hidden = []
    for path in pages(REPOSITORY):
        for match in re.finditer(r"^ *```(\w*).*?\n(.*?)^ *```$", path.read_text("utf-8"), re.MULTILINE | re.DOTALL):
            typed = re.search(r"^ *(grade|pytest|pip|python3?|make)", match[2], re.MULTILINE)
            reference = path.name == "commands.md"  # where usage lines stand
            if match[1] in ("", "bash", "sh", "shell") or (match[1] == "text" and typed and not reference):
                hidden.append(f"{path.name}: {match[0][:60]}")
    assert hidden == []
