"""What somebody wrote in a course's folder, by one rule for judging, packing and releasing."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from grader.course.walk import MOST_LEVELS, contents, descend, walk
from grader.sandbox.folders import remove

LEFT = (".git/config", "tests/.vscode/settings.json", ".DS_Store", "tests/__pycache__/a.pyc", "a.pyc", "env/bin/activate")


def make(place: Path, *names: str) -> Path:
    """Files that hold their names."""
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(name)
    return place


def test_what_tools_leave_is_left_out(tmp_path: Path) -> None:
    """Protects packages from an environment of any name, editors' folders at any depth, and what Python compiled."""
    make(tmp_path, *LEFT, "env/pyvenv.cfg", "tests/test_a.py", "tests/environment/pyvenv.txt", "b.yaml")
    assert sorted(contents(walk(tmp_path), tmp_path)) == ["b.yaml", "tests/environment/pyvenv.txt", "tests/test_a.py"]


def test_names_left_out_at_the_top_alone(tmp_path: Path) -> None:
    """Protects `tests/hidden/master/`: that a folder's name is special at the top says nothing of one further down."""
    make(tmp_path, "master/a.py", "tests/hidden/master/helper.py", "survivors.yaml", "tests/survivors.yaml")
    found = contents(walk(tmp_path, {"master", "survivors.yaml"}), tmp_path, "course/x")
    assert found == {f"course/x/{name}": name.encode() for name in ("tests/hidden/master/helper.py", "tests/survivors.yaml")}


def test_no_folder(tmp_path: Path) -> None:
    """Protects an assignment without a starter from an error: there is nothing in it."""
    assert walk(tmp_path / "nowhere") == []


def test_a_thousand_folders_in_one_another(tmp_path: Path) -> None:
    """Protects a class from one who hands in such a folder: Python's recursion ends before it does. What lies high is found."""
    make(tmp_path, "a.py", f"{'d/' * 99}b.py")
    place = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1300):  # a path so long has no name, so from one into the next
        with contextlib.suppress(FileExistsError):
            os.mkdir("d", dir_fd=place)
        inner = os.open("d", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inner
    os.close(place)
    assert [path.name for path in walk(tmp_path)] == ["a.py", "b.py"]
    assert max(len(Path(directory).relative_to(tmp_path).parts) for directory, _, _ in descend(tmp_path)) == MOST_LEVELS
    remove(tmp_path / "d")
