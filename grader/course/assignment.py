"""An assignment's folder: its specification, and where the rest of it lies.

::

    assignments/<id>/
    ├── assignment.yaml       the specification
    ├── comparison.py         compare_<part>(answer, expected, call) per part; or a package that has them
    ├── misconceptions.py     wrong variants of the reference, or a package of such files (may be absent)
    ├── figures.py            figure_<part>(answer, expected, call): pictures of wrong answers (may be absent)
    ├── networks.py           networks of its own, for `models:` (may be absent; submissions see it)
    ├── calling.py            other ways in which parts may be asked, or a package of them (may be absent)
    ├── tests/public/         pytest files that students may see
    ├── tests/hidden/         pytest files that they may not
    ├── starter/              what students begin with
    ├── master/               solution and starter in one file, from which `starter/` is made (may be absent)
    ├── styles/               right solutions in other styles, for `grade validate` (may be absent)
    ├── survivors.yaml        mutants of the reference that no test can kill, and why (may be absent)
    └── pictures/             shown to submissions too

A student's bundle (`grade release`) is such a folder as well, whatever it is called, less everything that is hidden. Its
`released/` holds the recorded answers, which `reference` names, and what is known of hidden tests: their number.
"""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.course.bundle import ANSWERS_SUFFIX, RELEASED, Bundle, Starters, read_bundle
from grader.course.code import PACKAGE
from grader.course.companions import companions
from grader.course.reader import read_specification
from grader.course.specification import Assignment
from grader.course.walk import walk
from grader.errors import SpecificationError, UsageError

_UNJUDGED = {"starter", "styles", "master", "survivors.yaml"}  # verdicts do not depend on them


@dataclass(frozen=True)
class AssignmentFolder:
    """An assignment on disk. `path` is absolute."""

    path: Path
    specification: Assignment

    @property
    def reference(self) -> Path:
        """The reference implementation's file."""
        return (self.path / self.specification.reference).resolve()

    @property
    def reference_files(self) -> list[Path]:
        """The reference's file, and those beside it that it uses."""
        return [self.reference, *companions(self.reference)]

    @property
    def is_bundle(self) -> bool:
        """Whether it is a student's: recorded answers in the place of the reference, no hidden test."""
        return self.reference.suffix == ANSWERS_SUFFIX

    @property
    def comparison(self) -> Path:
        """The file with a comparison per part: `comparison.py`, else what makes the folder `comparison` a package."""
        return self._file_or_package("comparison")

    @property
    def locale(self) -> Path:
        """The folder of the assignment's own translations, of the domain `<id>` (may be absent)."""
        return self.path / "locale"

    @property
    def misconceptions(self) -> Path:
        """The catalogue of wrong variants: `misconceptions.py`, else what makes the folder `misconceptions` a package."""
        return self._file_or_package("misconceptions")

    def _file_or_package(self, name: str) -> Path:
        file, package = self.path / f"{name}.py", self.path / name / PACKAGE
        return package if package.is_file() and not file.is_file() else file

    @property
    def figures(self) -> Path:
        """The file that draws wrong answers."""
        return self.path / "figures.py"

    @property
    def networks(self) -> Path | None:
        """The file with the assignment's own networks, when there is one."""
        path = self.path / "networks.py"
        return path if path.is_file() else None

    @property
    def calling(self) -> Path:
        """Other ways to ask (`grader.judge.alternatives`): `calling.py`, else what makes the folder `calling` a package."""
        return self._file_or_package("calling")

    @property
    def pictures(self) -> Path | None:
        """The folder of public pictures, when there is one."""
        return self.path / self.specification.pictures if self.specification.pictures else None

    @property
    def starter(self) -> Path:
        """The folder of what students begin with."""
        return self.path / "starter"

    @property
    def master(self) -> Path:
        """The folder of what the starter is made from (may be absent)."""
        return self.path / "master"

    def is_own(self, path: Path) -> bool:
        """Whether a Python file is the course's: in the folder, or beside the reference; a virtual environment there is not."""
        return "site-packages" not in path.parts and (path.is_relative_to(self.path) or path.parent == self.reference.parent)

    def name_of(self, path: Path) -> str:
        """A short name for a file in a message: its path in the folder; of another file its own folder and name."""
        return (path.relative_to(self.path) if path.is_relative_to(self.path) else Path(path.parent.name, path.name)).as_posix()

    def tests(self, visibility: str) -> Path:
        """The folder of `public` or `hidden` tests."""
        return self.path / "tests" / visibility

    def visibility_of(self, path: Path) -> str:
        """Whether a file is among the `public` or the `hidden` tests, however its path is spelt; empty for any other."""
        real = path.resolve()
        return next((one for one in ("public", "hidden") if real.is_relative_to(self.tests(one))), "")

    def bundle(self) -> Bundle:
        """What a student's bundle knows of hidden tests. Raises `SpecificationError` where there is none."""
        return read_bundle(self.path / RELEASED / "bundle.json")

    def starters(self) -> Starters:
        """What students begin with."""
        if self.is_bundle:
            return Starters(frozenset(self.bundle().starter.values()))
        return Starters.of(sorted(self.starter.iterdir()) if self.starter.is_dir() else ())

    def judged_files(self) -> list[Path]:
        """Every file of the folder that a verdict may depend on, sorted; the reference may lie elsewhere."""
        return walk(self.path, _UNJUDGED)

    def weights_files(self) -> dict[str, Path]:
        """The files of weights that the course's models name, by model, wherever they lie; those of packages are installed."""
        files = {name: model.file for name, model in self.specification.models.items()}
        own = {name: file for name, file in files.items() if file and not file.startswith("package:")}
        return {name: Path(os.path.normpath(self.path / file)) for name, file in own.items()}

    def digested_files(self) -> list[Path]:
        """Every file that a verdict depends on: those of the folder, and the reference's; some may stand twice."""
        return [*self.judged_files(), *self.reference_files]

    def needed_files(self) -> list[Path]:
        """Every file that judging needs on another machine: those of the folder, the reference, weights; some may stand twice."""
        return [*self.digested_files(), *self.weights_files().values()]

    def digest(self, without: Callable[[Path], bool] = lambda _path: False) -> str:
        """SHA-256 over every file that a verdict depends on, the folder's and the reference, `without` some of them."""
        digest = hashlib.sha256()
        for path in self.digested_files():
            if without(path):
                continue
            name = path.relative_to(self.path if path.is_relative_to(self.path) else self.reference.parent)
            content = self._judged() if path.name == "assignment.yaml" and path.parent == self.path else path.read_bytes()
            digest.update(f"{name.as_posix()}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
            digest.update(content)
        return digest.hexdigest()

    def _judged(self) -> bytes:
        """The specification less what changes grades only: a later deadline must not have everything graded again."""
        return self.specification.model_dump_json(exclude={"deadline", "late", "attempts"}).encode()


def open_assignment(path: Path) -> AssignmentFolder:
    """The assignment in folder `path`.

    Raises `SpecificationError` when something that it must have is missing or malformed.
    """
    specification = read_specification(path / "assignment.yaml")
    folder = AssignmentFolder(path.resolve(), specification)
    if specification.id != folder.path.name and not folder.is_bundle:
        raise SpecificationError(f"{path / 'assignment.yaml'}: id: is {specification.id!r}, but its folder is {path.name!r}")
    if not folder.reference.is_file():
        raise SpecificationError(f"{path / 'assignment.yaml'}: reference: there is no file {folder.reference}")
    if not folder.comparison.is_file():
        raise SpecificationError(f"{path}: there is no file {folder.comparison}")
    if folder.pictures is not None and not folder.pictures.is_dir():
        raise SpecificationError(f"{path / 'assignment.yaml'}: pictures: there is no folder {folder.pictures}")
    if not any(folder.tests(visibility).is_dir() for visibility in ("public", "hidden")):
        raise SpecificationError(f"{path}: has neither tests/public nor tests/hidden")
    return folder


def find_course(start: Path) -> Path | None:
    """The nearest folder at or above `start` that holds `assignments/`, and was not handed in to another one.

    Whoever has submissions must not start among them, wherever they lie: a student's folder may be called `assignments`, and a
    course's files are run with all rights.
    """
    above = [folder for folder in (start.resolve(), *start.resolve().parents) if (folder / "assignments").is_dir()]
    return next((folder for folder in above if not is_handed_in(folder, above)), None)


def is_handed_in(folder: Path, courses: list[Path]) -> bool:
    """Whether it lies where one of the courses keeps submissions: what is in there is never a course's or a lab's."""
    return any(folder.is_relative_to(course / "submissions") for course in courses)


def list_assignments(course: Path) -> list[str]:
    """The ids of a course's assignments, sorted."""
    return sorted(path.parent.name for path in (course / "assignments").glob("*/assignment.yaml"))


def named_assignment(name: str, courses: list[Path], submissions: Path | None = None) -> AssignmentFolder:
    """The assignment that `--assignment` names: an id in one of the courses, or a folder's path.

    A mere name is no path where that would lead into the `submissions`, or into a course's: a student's folder may be called as
    the assignment is.

    Raises `UsageError` with the nearest id when there is none, and when two courses have it.
    """
    as_path = Path(name)
    if (as_path / "assignment.yaml").is_file() and not (as_path.name == name and _is_work(as_path, courses, submissions)):
        return open_assignment(as_path)
    found = [course / "assignments" / name for course in courses if (course / "assignments" / name / "assignment.yaml").is_file()]
    if len(found) == 1:
        return open_assignment(found[0])
    if found:
        raise UsageError(f"assignment {name!r} matches two folders: {found[0]} and {found[1]}")
    known = sorted({identifier for course in courses for identifier in list_assignments(course)})
    nearest = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {nearest[0]!r}?" if nearest else f"found: {', '.join(known) or 'none'}"
    where = ", ".join(str(course / "assignments") for course in courses) or "this folder or those above it"
    raise UsageError(f"no assignment {name!r} in {where}; {hint}")


def _is_work(path: Path, courses: list[Path], submissions: Path | None) -> bool:
    place = Path.cwd() / path  # where it stands, not where it leads to: a student's link is a student's too
    return is_handed_in(place, courses) or (submissions is not None and place.is_relative_to(submissions.resolve()))


def courses_here() -> list[Path]:
    """The course that the working folder lies in, if it lies in one."""
    course = find_course(Path.cwd())
    return [course] if course is not None else []


def wanted_assignments(name: str | None, courses: list[Path]) -> list[AssignmentFolder]:
    """The one that is named, else all that the courses have. Raises `UsageError` when there is none."""
    names = [name] if name is not None else [one for course in courses for one in list_assignments(course)]
    if not names:
        raise UsageError("there is no assignment here", remedy="run it in a course's folder, or name an assignment's folder")
    return [named_assignment(one, courses) for one in names]
