"""What is installed is what was tested: the wheel, in a fresh virtual environment, as a student installs and uses it.

Nothing is downloaded: pip is given the wheel, and the environment sees this one's libraries, but nothing of this repository.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import numpy
import pytest

from grader.course.assignment import open_assignment
from grader.init.course import write_course
from grader.release.archive import write_files
from grader.release.bundle import build_bundle

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = ("grader", "pyproject.toml", "README.md", "LICENSE")
pytest.importorskip("setuptools", minversion="77", reason="needs setuptools, which builds the wheel")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: a build leaves folders behind."""
    sources, out = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        if (REPOSITORY / name).is_dir():
            shutil.copytree(REPOSITORY / name, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(REPOSITORY / name, sources)
    options = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", out]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, sources], check=True, capture_output=True)
    return next(out.glob("*.whl"))


def test_nothing_is_missing(wheel: Path) -> None:
    """Protects from a template, a schema or a catalogue that is in the repository and not in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("grader/")}
    files = [path for path in (REPOSITORY / "grader").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    wanted = {path.relative_to(REPOSITORY).as_posix() for path in files if path.suffix not in (".po", ".pot")}
    assert wanted - packed == set()


def test_as_a_student_installs_it(wheel: Path, tmp_path: Path) -> None:
    """Protects the three commands of the guide for students, both ways to check, and a course made by what was installed."""
    write_course(tmp_path / "course")
    lab = open_assignment(tmp_path / "course" / "assignments" / "signals")
    bundle = tmp_path / "bundle"
    write_files(build_bundle(lab, install=f"lab-grader @ {wheel.as_uri()}"), bundle, "signals")
    shutil.copy(lab.master / "signals.ipynb", bundle)

    def typed(script: str, status: int = 0) -> str:
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "GRADER_CACHE": str(tmp_path / "cache"), "LANG": "C.UTF-8"}
        command = ["bash", "--noprofile", "--norc", "-e", "-c", script]
        done = subprocess.run(command, cwd=bundle, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    typed(f"{sys.executable} -m venv .venv")
    (packages,) = (bundle / ".venv" / "lib").glob("python3.*/site-packages")
    (packages / "libraries.pth").write_text("".join(f"{sysconfig.get_path(kind)}\n" for kind in ("purelib", "platlib")))
    activated = f"source {bundle}/.venv/bin/activate\n"
    # In the environment itself, in the lab's folder, where a student's pip puts all of them; the others are used from here.
    for folder in Path(numpy.__file__).parent.parent.glob("numpy*"):
        shutil.copytree(folder, packages / folder.name)
    typed(f"{activated}pip install --quiet --no-index --no-deps -r requirements.txt")
    pytest_there = bundle / ".venv" / "bin" / "pytest"  # pip would have installed it among the libraries
    pytest_there.write_text(f"#!{bundle}/.venv/bin/python\nimport sys, pytest\nsys.exit(pytest.console_main())\n")
    pytest_there.chmod(0o755)
    assert str(packages) in typed(f"{activated}python -c 'import grader; print(grader.__file__)'")
    assert "3 of 3 public tests pass." in typed(f"{activated}grade check")
    assert "3 of 3 public tests pass." in typed(f"{activated}pytest --submission signals.ipynb")
    typed(f"{activated}cd ..; grade init mine; cd mine; grade starter --check; grade release signals")
