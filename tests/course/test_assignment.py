"""An assignment's folder: what must be in it, how it is found by name, and its digest."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course.assignment import find_course, list_assignments, named_assignment, open_assignment
from grader.course.code import load_file
from grader.errors import SpecificationError, UsageError
from grader.judge.check import Comparisons
from grader.judge.outcome import Call


@pytest.fixture
def folder(course_copy: Path) -> Path:
    """The tiny assignment, to be changed."""
    return course_copy / "assignments" / "tiny"


def test_where_things_lie(folder: Path, course_copy: Path) -> None:
    """Protects the layout that the documentation draws."""
    assignment = open_assignment(folder)
    assert assignment.reference == course_copy / "reference" / "tiny.py"
    assert assignment.comparison == folder / "comparison.py"
    assert assignment.misconceptions == folder / "misconceptions.py"
    assert assignment.tests("hidden") == folder / "tests" / "hidden"
    assert assignment.pictures is None


def test_a_comparison_in_several_files(course_copy: Path, folder: Path) -> None:
    """Protects the author of a large one, who parts it: it is found, it judges, and what changes in any of its files counts."""
    package = folder / "comparison"
    package.mkdir()
    (folder / "comparison.py").rename(package / "judging.py")
    (package / "__init__.py").write_text("from .judging import compare_clamp, compare_mean, compare_words\n")
    assignment = open_assignment(folder)
    assert assignment.comparison == package / "__init__.py"
    comparisons = Comparisons(assignment.specification, load_file(assignment.comparison))
    call = Call("mean", ([1.0, 3.0],))
    assert comparisons.compare(2.0, 2.0, call) is None
    assert comparisons.compare(3.0, 2.0, call) is not None
    assert {path.name for path in assignment.judged_files() if path.parent == package} == {"__init__.py", "judging.py"}


def test_other_ways_to_ask_in_several_files(folder: Path) -> None:
    """Protects the author of many, who parts them: the package is found, and all of it is judged by."""
    assert open_assignment(folder).calling == folder / "calling.py"
    package = folder / "calling"
    package.mkdir()
    (package / "__init__.py").write_text("from .numbers import alternatives_mean\n")
    (package / "numbers.py").write_text("def alternatives_mean(arguments, situation):\n    return []\n")
    assignment = open_assignment(folder)
    assert assignment.calling == package / "__init__.py"
    assert load_file(assignment.calling).alternatives_mean((), None) == []
    assert {path.name for path in assignment.judged_files() if path.parent == package} == {"__init__.py", "numbers.py"}


def test_whose_a_file_is(folder: Path, course_copy: Path) -> None:
    """Protects the place that a message names: of a course's own files, not of a library that lies beside them."""
    assignment = open_assignment(folder)
    own = [folder / "tests" / "conftest.py", folder / "comparison.py", course_copy / "reference" / "tiny.py"]
    assert [assignment.name_of(path) for path in own] == ["tests/conftest.py", "comparison.py", "reference/tiny.py"]
    assert all(assignment.is_own(path) for path in own)
    library = Path("lib", "python3", "site-packages", "numpy", "core.py")
    others = [folder / ".venv" / library, course_copy / "reference" / ".venv" / library, Path("/usr") / library]
    assert not any(assignment.is_own(path) for path in others)


def test_a_relative_path_becomes_absolute(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects workers, which may have another working folder."""
    monkeypatch.chdir(folder.parent)
    assert open_assignment(Path("tiny")).path == folder


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda folder: (folder / "comparison.py").unlink(), "comparison.py"),
        (lambda folder: (folder.parent.parent / "reference" / "tiny.py").unlink(), "reference: there is no file .*tiny.py"),
        (lambda folder: shutil.rmtree(folder / "tests"), "has neither tests/public nor tests/hidden"),
        (lambda folder: folder.rename(folder.parent / "other"), "id: is 'tiny', but its folder is 'other'"),
        (lambda folder: (folder / "assignment.yaml").unlink(), "cannot be read"),
        (
            lambda folder: (folder / "assignment.yaml").write_text(
                (folder / "assignment.yaml").read_text() + "pictures: photos\n"
            ),
            "pictures: there is no folder",
        ),
    ],
    ids=["comparison", "reference", "tests", "folder's name", "specification", "pictures"],
)
def test_something_is_missing(folder: Path, break_it: Callable[[Path], None], said: str) -> None:
    """Protects a run from an assignment that is not whole: it is told before anything is graded."""
    break_it(folder)
    place = folder if folder.exists() else folder.parent / "other"
    with pytest.raises(SpecificationError, match=said):
        open_assignment(place)


def test_the_digest_changes_with_every_file_that_counts(folder: Path, course_copy: Path) -> None:
    """Protects grades from being reused after a test, a comparison or the reference has changed."""
    seen = {open_assignment(folder).digest()}
    places = [
        folder / "comparison.py",
        folder / "misconceptions.py",
        folder / "tests" / "hidden" / "test_mean.py",
        folder / "tests" / "public" / "test_mean.py",
        folder / "assignment.yaml",
        course_copy / "reference" / "tiny.py",
    ]
    for path in places:
        text = path.read_text("utf-8").replace("call_seconds: 3", "call_seconds: 4")
        path.write_text(text + "\n# changed\n", "utf-8")
        seen.add(open_assignment(folder).digest())
    (folder / "tests" / "conftest.py").write_text("")
    seen.add(open_assignment(folder).digest())
    (folder / "tests" / "hidden" / "starter").mkdir()
    (folder / "tests" / "hidden" / "starter" / "test_more.py").write_text("")
    seen.add(open_assignment(folder).digest())
    assert len(seen) == len(places) + 3


def test_the_digest_ignores_what_does_not_count(folder: Path) -> None:
    """Protects a class from being graded again because Python wrote a cache, the starter got a comment, an environment was made
    in the folder, or the deadline was moved."""
    before = open_assignment(folder).digest()
    (folder / "env" / "lib").mkdir(parents=True)
    (folder / "env" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (folder / "env" / "lib" / "module.py").write_text("1\n")
    (folder / "starter" / "tiny.py").write_text("# changed\n")
    (folder / "tests" / "__pycache__").mkdir()
    (folder / "tests" / "__pycache__" / "x.pyc").write_bytes(b"1")
    (folder / "tests" / ".pytest_cache").mkdir()
    (folder / "tests" / ".pytest_cache" / "v").write_text("1")
    rules = "deadline: 2026-12-01T23:59:00+03:00\nlate: {penalty_percent: 10}\nattempts: best\n"
    (folder / "assignment.yaml").write_text((folder / "assignment.yaml").read_text("utf-8") + rules, "utf-8")
    assert open_assignment(folder).digest() == before


@pytest.mark.parametrize("place", ["starter", "__pycache__", "moved"])
def test_the_digest_does_not_depend_on_the_place(folder: Path, course_copy: Path, tmp_path: Path, place: str) -> None:
    """Protects a course that lies beneath a folder with a name of its own, from its tests not being counted at all."""
    moved = Path(shutil.copytree(course_copy, tmp_path / place / "course")) / "assignments" / "tiny"
    assert open_assignment(moved).digest() == open_assignment(folder).digest()
    test = moved / "tests" / "hidden" / "test_mean.py"
    test.write_text(test.read_text() + "\n")
    assert open_assignment(moved).digest() != open_assignment(folder).digest()


def test_the_course_above(course_copy: Path, tmp_path: Path) -> None:
    """Protects `grade submissions/` from anywhere in a course, and the answer where there is none."""
    deep = course_copy / "submissions" / "tiny" / "ann"
    deep.mkdir(parents=True)
    assert find_course(deep) == course_copy
    assert find_course(course_copy) == course_copy
    (tmp_path / "elsewhere").mkdir()
    assert find_course(tmp_path / "elsewhere") != course_copy
    assert list_assignments(course_copy) == ["tiny"]


def test_what_was_handed_in_is_no_course(course_copy: Path) -> None:
    """Protects `grade validate`, typed among the submissions, from running a student's folder `assignments`."""
    deep = course_copy / "submissions" / "tiny" / "ann" / "more"
    (deep / "assignments").mkdir(parents=True)
    (course_copy / "submissions" / "tiny" / "assignments").mkdir()
    for place in (deep, deep.parent, deep.parent.parent):
        assert find_course(place) == course_copy


def test_named_by_its_id_or_its_folder(folder: Path, course_copy: Path) -> None:
    """Protects both ways to say `--assignment`."""
    assert named_assignment("tiny", [course_copy]).path == folder
    assert named_assignment(str(folder), []).path == folder


def test_no_such_assignment(course_copy: Path) -> None:
    """Protects the words of the usage error: what was looked for, where, and what was found or meant."""
    with pytest.raises(UsageError, match=r"no assignment 'tinny' in .*assignments; did you mean 'tiny'\?"):
        named_assignment("tinny", [course_copy])
    with pytest.raises(UsageError, match=r"no assignment 'lecture' in .*; found: tiny"):
        named_assignment("lecture", [course_copy])
    with pytest.raises(UsageError, match="in this folder or those above it; found: none"):
        named_assignment("lecture", [])


def test_two_assignments_match(course_copy: Path, tiny_course: Path) -> None:
    """Protects against grading by the wrong one of two courses."""
    with pytest.raises(UsageError, match="assignment 'tiny' matches two folders: ") as raised:
        named_assignment("tiny", [course_copy, tiny_course])
    assert str(course_copy) in str(raised.value)
    assert str(tiny_course) in str(raised.value)
