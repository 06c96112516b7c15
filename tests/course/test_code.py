"""Python files of a course, imported by path: one file, and a package of several."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from grader.course.code import files_of, forget_code, load_files
from grader.errors import SpecificationError


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """`__init__.py` of a package whose module `squares` uses its module `numbers`."""
    folder = tmp_path / "known"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""Known."""\n')
    (folder / "numbers.py").write_text("TWO = 2\n")
    (folder / "squares.py").write_text("from .numbers import TWO\n\nFOUR = TWO * TWO\n")
    (folder / "notes.txt").write_text("no Python file")
    return folder / "__init__.py"


def test_modules_of_a_package(package: Path) -> None:
    """Protects the order, and imports from one another, which need the package to be known by its name."""
    whole, numbers, squares = load_files(package)
    assert (whole.__doc__, numbers.TWO, squares.FOUR) == ("Known.", 2, 4)
    assert [path.name for path in files_of(package)] == ["__init__.py", "numbers.py", "squares.py"]


def test_one_file(package: Path) -> None:
    """Protects a file that happens to lie beside others: they are none of its."""
    path = package.parent / "numbers.py"
    assert files_of(path) == [path]
    assert [module.TWO for module in load_files(path)] == [2]


def test_no_file(tmp_path: Path) -> None:
    """Protects an assignment without known mistakes."""
    assert files_of(tmp_path / "misconceptions.py") == []


def test_a_module_that_does_not_import(package: Path) -> None:
    """Protects the author, who must learn which of the files it is, and in which line."""
    (package.parent / "squares.py").write_text("ONE = 1\nONE / 0\n")
    with pytest.raises(SpecificationError, match=r"squares\.py:2: does not import: ZeroDivisionError"):
        load_files(package)


def test_a_package_that_was_corrected(package: Path, tmp_path: Path) -> None:
    """Protects a run after a correction in the same process: no module of the package stays as it was."""
    names = [module.__name__ for module in load_files(package)]
    (package.parent / "numbers.py").write_text("TWO = 2.0\n")
    forget_code(tmp_path)
    assert not set(names) & set(sys.modules)
    assert type(load_files(package)[2].FOUR) is float


def test_libraries_in_the_folder_of_a_lab_stay(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects who makes the environment in the unpacked lab, as the guide says: NumPy does not let itself be imported again."""
    (tmp_path / "environment").mkdir()
    (tmp_path / "environment" / "pyvenv.cfg").touch()
    (own,) = load_files(package.parent / "numbers.py")
    for name in ("environment/lib/library.py", ".venv/lib/library.py", "helper.py"):
        library = ModuleType("library")
        library.__file__ = str(tmp_path / name)
        monkeypatch.setitem(sys.modules, name, library)
    forget_code(tmp_path)
    assert {"environment/lib/library.py", ".venv/lib/library.py"} <= set(sys.modules)
    assert not {"helper.py", own.__name__} & set(sys.modules)
