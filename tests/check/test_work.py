"""Which file is checked, and what goes with it into its process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import grader
from grader.check.work import beside, find_work
from grader.course.assignment import AssignmentFolder, open_assignment
from grader.errors import UsageError


def write(folder: Path, *names: str) -> Path:
    """Files with some content."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"# {name}\n")
    return folder


def test_the_file_that_grading_would_take(tmp_path: Path, tiny: AssignmentFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a student from checking one file and being graded by another: the specification's patterns decide here too."""
    write(tmp_path, "helpers.py", "tiny_final.ipynb", "notes.txt")
    monkeypatch.chdir(tmp_path)
    assert find_work(None, tiny).main == tmp_path / "tiny_final.ipynb"
    assert find_work(tmp_path / "helpers.py", tiny).main == tmp_path / "helpers.py"


def test_an_untouched_starter_is_not_the_work(tmp_path: Path, tiny: AssignmentFolder) -> None:
    """Protects who works in another file than the starter that lies beside it, also where git has rewritten its line ends."""
    shutil.copy(tiny.path / "starter" / "tiny.py", tmp_path / "tiny_starter.py")
    assert find_work(tmp_path, tiny).main == tmp_path / "tiny_starter.py"
    write(tmp_path, "tiny.py")
    assert find_work(tmp_path, tiny).main == tmp_path / "tiny.py"
    raw = (tmp_path / "tiny_starter.py").read_bytes()
    (tmp_path / "tiny_starter.py").write_bytes(raw.replace(b"\n", b"\r\n"))
    assert find_work(tmp_path, tiny).main == tmp_path / "tiny.py"


def test_a_starter_that_was_only_run_is_not_the_work(tmp_path: Path, course_copy: Path) -> None:
    """Protects who opened the notebook, ran it, and then wrote the module: Jupyter's outputs and empty cell are nobody's work."""
    folder = course_copy / "assignments" / "tiny"
    source = ["def mean(values):\n", "    raise NotImplementedError"]
    cell = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
    (folder / "starter" / "tiny.ipynb").write_text(
        json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    )
    tiny = open_assignment(folder)
    write(tmp_path, "tiny.py")
    ran = {**cell, "id": "a1", "execution_count": 3, "outputs": [{"output_type": "stream", "name": "stdout", "text": ["1\n"]}]}
    empty = {**cell, "source": []}
    notebook = tmp_path / "tiny.ipynb"
    notebook.write_text(
        json.dumps({"cells": [ran, empty], "metadata": {"kernelspec": {}}, "nbformat": 4, "nbformat_minor": 5}, indent=2)
    )
    assert find_work(tmp_path, tiny).main == tmp_path / "tiny.py"
    for cells in (
        [{**ran, "source": ["def mean(values):\n", "    return 1"]}],
        [{**ran, "cell_type": "markdown"}],
        [ran, ran],
        [],
    ):
        notebook.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        assert find_work(tmp_path, tiny).main == notebook
    for damaged in ("", "[]", '{"cells": 1}', '{"cells": [{"source": 3}]}', "[" * 100_000):
        notebook.write_text(damaged)
        assert find_work(tmp_path, tiny).main == notebook


@pytest.mark.parametrize(
    ("names", "asked", "said"),
    [
        (("tiny_1.py", "tiny_2.py"), "", "could be your work: tiny_1.py, tiny_2.py$"),
        (tuple(f"tiny_{number}.py" for number in range(10, 23)), "", "your work: tiny_10.py, .*, tiny_19.py and 3 more$"),
        (("notes.txt",), "", "no notebook and no module"),
        (("notes.txt",), "notes.txt", "neither a notebook"),
        ((), "gone.py", "there is no file"),
    ],
)
def test_what_cannot_be_told_is_asked(
    tmp_path: Path, tiny: AssignmentFolder, names: tuple[str, ...], asked: str, said: str
) -> None:
    """Protects from a guess between two files, and from a traceback for none."""
    write(tmp_path, *names)
    for name in names:  # of the same bytes twice one is taken
        (tmp_path / name).write_text(f"name = {name!r}\n")
    with pytest.raises(UsageError, match=said):
        find_work(tmp_path / asked, tiny)


def test_what_goes_along(tmp_path: Path, tiny: AssignmentFolder) -> None:
    """Protects a helper module and a data file; environments, hidden files and links stay where they are."""
    write(
        tmp_path, "tiny.py", "helpers.py", "data/table.csv", ".git/config", "venv/pyvenv.cfg", "venv/lib/x.py", "__pycache__/x.py"
    )
    (tmp_path / "link.py").symlink_to(tmp_path / "helpers.py")
    work = find_work(tmp_path / "tiny.py", tiny)
    assert list(work.files(1 << 20)) == ["tiny.py", "helpers.py", "data/table.csv"]
    assert work.digest(1 << 20).startswith("sha256:")


def test_a_home_folder_is_not_read_whole(tmp_path: Path, tiny: AssignmentFolder) -> None:
    """Protects who keeps the work in a folder with thousands of files: so many and so much go along, and no more."""
    write(tmp_path, "tiny.py", *(f"photos/{number:04}.txt" for number in range(600)))
    assert len(list(beside(tmp_path / "tiny.py"))) == 500
    (tmp_path / "big.bin").write_bytes(b"x" * 2000)
    files = find_work(tmp_path / "tiny.py", tiny).files(1000)
    assert "big.bin" not in files
    assert sum(map(len, files.values())) <= 1000


def test_what_is_somebody_elses(tmp_path: Path, ordinary_user: dict[str, Any], tiny: AssignmentFolder) -> None:
    """Protects who works in a home folder from what lies there and cannot be read: it is not theirs, and not their work's."""
    write(tmp_path, "tiny.py", "closed.csv", "listed/data.csv")
    (tmp_path / "closed.csv").chmod(0)
    (tmp_path / "listed").chmod(0o444)
    code = (
        "import sys; from pathlib import Path; from grader.check.work import find_work; from grader.course.assignment import *; "
        "print(sorted(find_work(Path(sys.argv[1]), open_assignment(Path(sys.argv[2]))).files(10**6)))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(tmp_path / "tiny.py"), str(tiny.path)],
        env=os.environ | {"PYTHONPATH": str(Path(grader.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
        **ordinary_user,
    )
    (tmp_path / "listed").chmod(0o700)
    assert done.stdout == "['tiny.py']\n", done.stderr


def test_a_file_that_is_too_large(tmp_path: Path, tiny: AssignmentFolder) -> None:
    """Protects the limit that grading has: it is met here first."""
    with pytest.raises(ValueError, match="bytes"):
        find_work(write(tmp_path, "tiny.py") / "tiny.py", tiny).files(3)
