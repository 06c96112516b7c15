"""The folders that the documentation's commands run in, and the programs that they find there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.course.assignment import open_assignment
from grader.init.course import write_course
from grader.release.archive import write_files
from grader.release.bundle import build_bundle

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass
class Scene:
    """A folder, where in it the reader is, and the environment of what is typed."""

    folder: Path
    programs: Path
    cache: Path

    def write(self, name: str, text: str, *, append: bool) -> None:
        """A file that the reader writes."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text("utf-8") if append else "") + text, encoding="utf-8")

    def run(self, command: str) -> tuple[int, str]:
        """Type a command: its exit status, and what it said. `cd` holds for the next one."""
        environment = {
            "PATH": f"{self.programs}:/usr/bin:/bin",
            "HOME": str(self.programs),
            "GRADER_CACHE": str(self.cache),
            "LANG": "C.UTF-8",
            "COLUMNS": "100",
            "PYTHONPATH": str(REPOSITORY),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        script = f"{command}\nstatus=$?\npwd > {self.programs}/here\nexit $status"
        arguments = ["bash", "--noprofile", "--norc", "-c", script]
        done = subprocess.run(arguments, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        self.folder = Path((self.programs / "here").read_text().strip())
        return done.returncode, done.stdout + done.stderr


def install_programs(folder: Path) -> Path:
    """`grade` and `pytest` of the package under test, in a folder for PATH."""
    folder.mkdir()
    for name, words in {"grade": "-m grader", "pytest": "-m pytest -p grader.pytest_plugin"}.items():
        (folder / name).write_text(f'#!/bin/sh\nexec {sys.executable} {words} "$@"\n')
        (folder / name).chmod(0o755)
    return folder


def empty(folder: Path) -> Path:
    """Nothing."""
    folder.mkdir()
    return folder


def course(folder: Path) -> Path:
    """What `grade init` writes."""
    write_course(folder)
    return folder


def bundle(folder: Path) -> Path:
    """What students are given of that course's lab."""
    lab = course(folder.with_name("its course")) / "assignments" / "signals"
    write_files(build_bundle(open_assignment(lab)), folder, "signals")
    return folder


def finished(folder: Path) -> Path:
    """The same with the solution in the notebook."""
    bundle(folder)
    shutil.copy(folder.with_name("its course") / "assignments" / "signals" / "master" / "signals.ipynb", folder)
    return folder


def lab15(folder: Path) -> Path:
    """This repository with a small lab in the place of lab 15, which needs torch: the same commands, in seconds."""
    write_course(folder)
    for place in ("assignments", "submissions"):
        (folder / place / "signals").rename(folder / place / "lab15")
    specification = folder / "assignments" / "lab15" / "assignment.yaml"
    specification.write_text(specification.read_text("utf-8").replace("id: signals", "id: lab15"), encoding="utf-8")
    shutil.copytree(folder / "submissions" / "lab15" / "ada", folder / "submissions" / "lab15" / "kim")
    return folder


def moodle(folder: Path) -> Path:
    """A course with what an instructor has downloaded: submissions and grading worksheet from Moodle, a gradebook from Canvas."""
    course(folder)
    with zipfile.ZipFile(folder / "submissions.zip", "w") as archive:
        for number, name in ((101, "ada"), (102, "ben")):
            (work,) = (folder / "submissions" / "signals" / name).iterdir()
            archive.write(work, f"{name.title()} Smith_{number}_assignsubmission_file/{work.name}")
    head = "Identifier,Full name,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade),Feedback comments\n"
    rows = "".join(f"Participant {n},{name} Smith,Submitted,,100.00,Yes,-,\n" for n, name in ((101, "Ada"), (102, "Ben")))
    (folder / "worksheet.csv").write_text(head + rows, encoding="utf-8")
    head = "Student,ID,SIS User ID,SIS Login ID,Section,Lab 3 (7)\n    Points Possible,,,,,100.00\n"
    rows = "".join(f'"Smith, {name}",{number},,,Group A,\n' for number, name in ((101, "Ada"), (102, "Ben")))
    (folder / "gradebook.csv").write_text(head + rows, encoding="utf-8")
    return folder


def roster(folder: Path) -> Path:
    """A course with a list of its students."""
    course(folder)
    rows = "id,last_name,first_name,email,login\nada,Smith,Ada,ada@example.org,ada\nben,Smith,Ben,ben@example.org,ben\n"
    (folder / "students.csv").write_text(rows, encoding="utf-8")
    return folder


_KINDS: tuple[Callable[[Path], Path], ...] = (empty, course, bundle, finished, lab15, moodle, roster)
SCENES = {make.__name__: make for make in _KINDS}


def set_scene(kind: str, scratch: Path, programs: Path) -> Scene:
    """A new scene in the folder `scratch`, which each page has for itself."""
    number = len(list(scratch.iterdir()))
    place = scratch / str(number)
    place.mkdir()
    (place / "bin").mkdir()
    for program in programs.iterdir():
        os.symlink(program, place / "bin" / program.name)
    return Scene(SCENES[kind](place / kind), place / "bin", scratch.parent / "cache")
