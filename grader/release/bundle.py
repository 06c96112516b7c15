"""The files of a student's bundle, from an assignment's folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader import __version__
from grader.ci.workflows import workflow
from grader.course.assignment import AssignmentFolder
from grader.course.bundle import ANSWERS_SUFFIX, RELEASED, Bundle, content_digest
from grader.course.code import files_of
from grader.course.master import stale
from grader.course.walk import contents, walk
from grader.errors import SpecificationError
from grader.i18n import counted
from grader.judge.material import Material, load_material
from grader.origin import further, requirement
from grader.release.catalogue import reduced, texts_of
from grader.release.pruning import prune
from grader.release.recorder import record
from grader.report.number import format_number
from grader.validate.leaks import leaks

ANSWERS = f"{RELEASED}/recorded{ANSWERS_SUFFIX}"
_CODE = ("figures.py", "networks.py")
_MOST_LEAKS = 10


def build_bundle(folder: AssignmentFolder, install: str = "", device: str = "cpu") -> dict[str, bytes]:
    """Contents by name, the starter beside the lab's own files.

    `install`: what the students' pip installs the grader from; where this one came from by default (`grader.origin`).

    Raises `SpecificationError` when there is no public test or no starter, when the reference fails a public test, when weights
    cannot be read or are others than the specification names, and when anything hidden would get into the bundle.
    """
    starters = _files(folder.starter)
    if not starters:
        raise SpecificationError(f"{folder.starter}: there is no starter to release")
    old = stale(folder.master, folder.starter)
    if old:
        raise SpecificationError(f"{folder.starter / old[0]}: is not what the master makes it", remedy="run grade starter")
    material = load_material(folder, folder.specification.language, ("public",), device=device, seed=0)
    if not material.planned:
        raise SpecificationError(f"{folder.tests('public')}: there is no public test to release")
    files = {**starters, **_tests(folder), **_code(folder)}
    if folder.pictures is not None:
        files |= _files(folder.pictures, folder.specification.pictures)
    files |= _catalogues(folder, files)
    weights = {name: f"{RELEASED}/{name}{path.suffix}" for name, path in folder.weights_files().items()}
    files |= {place: _weights(folder, name) for name, place in weights.items()}
    files["assignment.yaml"] = _specification(folder, weights)
    files[ANSWERS] = record(material).to_bytes()
    files[f"{RELEASED}/bundle.json"] = _knowledge(folder, material, starters).to_json().encode()
    needed = [install or requirement(), *further(folder.specification.preload)]
    files["requirements.txt"] = "".join(f"{line}\n" for line in needed).encode()
    files[".github/workflows/check.yml"] = workflow("student.yml").encode()
    files[".gitlab-ci.yml"] = workflow("gitlab-student.yml").encode()
    files |= _readmes(folder, material, sorted(starters))
    found = leaks(folder, files)
    if found:
        more = f"\nand {len(found) - _MOST_LEAKS} more" if len(found) > _MOST_LEAKS else ""
        raise SpecificationError("something hidden would be released:\n" + "\n".join(found[:_MOST_LEAKS]) + more)
    return files


def _files(folder: Path, name: str = "") -> dict[str, bytes]:
    return contents(walk(folder), folder, name)


def _tests(folder: AssignmentFolder) -> dict[str, bytes]:
    tests = _files(folder.tests("public"), "tests/public")
    users = [raw for name, raw in tests.items() if name.endswith(".py")]
    shared = folder.path / "tests" / "conftest.py"
    if shared.is_file():
        tests["tests/conftest.py"] = prune(_text(shared), users).encode()
    return tests


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise SpecificationError(f"{path}: is no text in UTF-8", remedy="save it as UTF-8") from error


def _code(folder: AssignmentFolder) -> dict[str, bytes]:
    files = [*files_of(folder.comparison), *files_of(folder.calling), *(folder.path / name for name in _CODE)]
    return {path.relative_to(folder.path).as_posix(): path.read_bytes() for path in files if path.is_file()}


def _weights(folder: AssignmentFolder, name: str) -> bytes:
    path = folder.weights_files()[name]
    if path.resolve().is_relative_to(folder.tests("hidden").resolve()):
        raise SpecificationError(f"{path}: the weights of {name} lie among the hidden tests", remedy="put them elsewhere")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SpecificationError(f"{path}: cannot be released: {error.strerror}") from error
    digest = hashlib.sha256(raw).hexdigest()
    if digest != folder.specification.models[name].sha256:  # here the cache may answer for the file; a student has none
        raise SpecificationError(f"models: file: {path} has another SHA-256 than the specification: {digest}")
    return raw


def _catalogues(folder: AssignmentFolder, files: dict[str, bytes]) -> dict[str, bytes]:
    texts = texts_of(raw for name, raw in files.items() if name.endswith(".py"))
    name = f"{folder.specification.id}.mo"
    return {
        path.relative_to(folder.path).as_posix(): reduced(path.read_bytes(), texts)
        for path in sorted(folder.locale.glob(f"*/LC_MESSAGES/{name}"))
    }


def _specification(folder: AssignmentFolder, weights: dict[str, str]) -> bytes:
    """The specification without its author's comments and the seed of hidden inputs.

    It points at the recorded answers, and at `weights` (place in the bundle, by model), which may lie outside of the folder.
    """
    tree = yaml.safe_load((folder.path / "assignment.yaml").read_text("utf-8"))
    tree.pop("seed", None)
    tree["reference"] = ANSWERS
    for name, place in weights.items():
        tree["models"][name]["file"] = place
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False, width=120).encode()


def _knowledge(folder: AssignmentFolder, material: Material, starters: dict[str, bytes]) -> Bundle:
    hidden: dict[str, list[float]] = {}
    for test in material.withheld:
        hidden.setdefault(test.part, []).append(test.weight)
    return Bundle(
        assignment=folder.specification.id,
        grader=__version__,
        hidden={part: tuple(weights) for part, weights in hidden.items()},
        starter={name: content_digest(folder.starter / name) for name in starters},
    )


def _readmes(folder: AssignmentFolder, material: Material, starters: list[str]) -> dict[str, bytes]:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  Markdown for the course's own words
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    names = {"en": "README.md", "ru": "README.ru.md"}
    return {
        name: environment.get_template(f"{name}.j2").render(**_words(folder, material, starters, language)).encode()
        for language, name in names.items()
    }


def _words(folder: AssignmentFolder, material: Material, starters: list[str], language: str) -> dict[str, Any]:
    conjunction = {"en": " or ", "ru": " или "}[language]
    code = [name for name in starters if name.endswith((".ipynb", ".py"))]
    notebooks = [name for name in code if name.endswith(".ipynb")]
    return {
        "title": folder.specification.title.in_language(language),
        "starter": conjunction.join(f"`{name}`" for name in code),
        "main": (notebooks or code or starters)[0],
        "pictures": folder.specification.pictures,
        "comparison": folder.comparison.name if folder.comparison.parent == folder.path else "comparison/",
        "hidden": len(material.withheld),
        "parts": [_part(material, part.id, part.title.in_language(language), language) for part in material.assignment.parts],
    }


def _part(material: Material, part: str, title: str, language: str) -> dict[str, Any]:
    public = [test for test in material.planned if test.part == part]
    hidden = [test for test in material.withheld if test.part == part]
    points = {name: sum(material.share[test.id] for test in tests) for name, tests in (("public", public), ("hidden", hidden))}
    return {
        "title": title,
        "points": format_number(float(points["public"] + points["hidden"]), language),
        **{name: format_number(float(value), language) for name, value in points.items()},
        "public_tests": _tests_word(len(public), language),
        "hidden_tests": _tests_word(len(hidden), language),
    }


def _tests_word(count: int, language: str) -> str:
    return str(count) if language == "ru" else counted(count, "test")
