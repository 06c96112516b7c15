"""Which file of which student is graded: found by rules that never follow a link out, and never guess between two."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course.assignment import open_assignment
from grader.course.bundle import Starters
from grader.course.specification import Assignment
from grader.course.submission import Submission, collect, links_out
from grader.errors import UsageError
from grader.report.text import clean

Make = Callable[..., Path]
LIMIT = 1 << 20  # bytes of a submission


@pytest.fixture
def assignment(tiny_course: Path) -> Assignment:
    """The tiny assignment: its own name first, then any notebook, then any module."""
    return open_assignment(tiny_course / "assignments" / "tiny").specification


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """`make("ann/tiny.py", ...)`: files in the folder of submissions; their path."""
    place = tmp_path / "submissions"
    place.mkdir()

    def make_files(*names: str, content: bytes = b"pass\n") -> Path:
        for name in names:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(content)
        return place

    return make_files


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read from now on."""
    names: list[str] = []
    read_bytes = Path.read_bytes

    def note(path: Path) -> bytes:
        names.append(path.name)
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", note)
    return names


def found(place: Path, assignment: Assignment) -> dict[str, str]:
    """Student -> the file to grade, or the problem."""
    return {
        one.student: one.main.relative_to(place).as_posix() if one.main is not None else one.problem
        for one in collect(place, assignment)
    }


def only(place: Path, assignment: Assignment) -> Submission:
    """The one submission that there is."""
    (submission,) = collect(place, assignment)
    return submission


def test_folders_and_plain_files(make: Make, assignment: Assignment) -> None:
    """Protects both ways to hand in, sorted by student; what is neither is passed over."""
    place = make("zoe/anything.py", "bob.ipynb", "carl.PY", "ann/work.ipynb", "grades.csv", "README", "notes.txt")
    (place / "fifo.py").unlink(missing_ok=True)
    os.mkfifo(place / "fifo.py")
    expected = {"ann": "ann/work.ipynb", "bob": "bob.ipynb", "carl": "carl.PY", "zoe": "zoe/anything.py"}
    assert found(place, assignment) == expected
    assert list(found(place, assignment)) == sorted(expected)


@pytest.mark.parametrize(
    ("files", "graded"),
    [
        (["my_tiny_v2.ipynb", "other.ipynb"], "my_tiny_v2.ipynb"),
        (["TINY.ipynb", "tiny.py"], "TINY.ipynb"),
        (["notes.py", "work.ipynb"], "work.ipynb"),
        (["helper.py", "tiny.py"], "tiny.py"),
        (["a.py", "b.py"], "several_files"),
        (["tiny1.ipynb", "tiny2.ipynb", "tiny.py"], "several_files"),
        (["tiny.py", "old/tiny.py"], "tiny.py"),
        (["deep/er/tiny.py"], "deep/er/tiny.py"),
        (["deep/a.py", "deeper/b.py"], "several_files"),
        (["readme.txt"], "no_file"),
        ([".tiny.py", "__pycache__/tiny.py", ".ipynb_checkpoints/tiny-checkpoint.ipynb"], "out_of_sight"),
        (["work.ipynb", ".ipynb_checkpoints/work-checkpoint.ipynb", "__MACOSX/work.ipynb"], "work.ipynb"),
        (["tiny.py.txt", "tiny.pyc"], "no_file"),
        (["__init__.py"], "__init__.py"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, list) else None,
)
def test_which_file_of_a_folder(make: Make, assignment: Assignment, files: list[str], graded: str) -> None:
    """Protects the order of the assignment's patterns: the first that matches decides, and two matches are told, not chosen."""
    for number, name in enumerate(files):
        place = make(f"ann/{name}", content=b"x = %d\n" % number)
    assert found(place, assignment)["ann"] in (graded, f"ann/{graded}")


@pytest.mark.parametrize(
    "copy", ["tiny copy", "tiny copy 2", "tiny - Copy", "tiny - Copy (2)", "tiny-Copy1", "tiny \u2014 копия"]
)
def test_what_is_named_as_a_copy(make: Make, assignment: Assignment, copy: str) -> None:
    """Protects a student whose editor left a copy of an earlier state. Where there is no original, it is the work."""
    place = make("ann/tiny.py", "bob/other.py")
    make(f"ann/{copy}.py", f"bob/{copy}.py", content=b"earlier\n")
    assert found(place, assignment) == {"ann": "ann/tiny.py", "bob": f"bob/{copy}.py"}


@pytest.mark.parametrize("other", ["tiny (1)", "tiny_final", "Copy of tiny", "tinycopy"])
def test_what_may_be_the_later_one(make: Make, assignment: Assignment, other: str) -> None:
    """Protects a student from the grade of the wrong file: a second download may be the newer one, so two stay two."""
    make("ann/tiny.py")
    assert found(make(f"ann/{other}.py", content=b"later\n"), assignment) == {"ann": "several_files"}


def test_the_same_file_twice(make: Make, assignment: Assignment) -> None:
    """Protects a student whose browser saved the file a second time: the same bytes are one file, others are still two."""
    place = make("ann/tiny.ipynb", "ann/tiny (1).ipynb", "bob/tiny.ipynb")
    make("bob/tiny (1).ipynb", content=b"other\n")
    assert found(place, assignment) == {"ann": "ann/tiny.ipynb", "bob": "several_files"}


@pytest.mark.parametrize(
    ("line", "graded"),
    [
        ("from utils import *", "main.py"),
        ("x = 1\n    import json, utils as u", "main.py"),
        ("from .utils import iou", "main.py"),
        ("from . import utils", "main.py"),
        ('"source": ["import torch\\n", "from utils import iou"]', "main.py"),
        ('"source": "import torch\\nimport utils"', "main.py"),
        ("# instead of: import utils", "several_files"),
        ("import utils_of_others", "several_files"),
        ("from utils.boxes import iou", "several_files"),
    ],
)
def test_a_module_that_another_imports(make: Make, assignment: Assignment, line: str, graded: str) -> None:
    """Protects a lab in two modules: the one that the other imports is its helper; what only looks like that decides nothing."""
    make("ann/utils.py")
    place = make("ann/main.py", content=line.encode())
    assert found(place, assignment)["ann"] in (graded, f"ann/{graded}")


def test_modules_that_import_each_other(make: Make, assignment: Assignment) -> None:
    """Protects the rule that the grader does not guess: of two modules in a circle none leads."""
    make("ann/a.py", content=b"import b\n")
    place = make("ann/b.py", content=b"import a\n")
    assert found(place, assignment) == {"ann": "several_files"}


def test_a_verdict_names_what_was_found(make: Make, assignment: Assignment) -> None:
    """Protects the student's way to a repair: the candidates of several, and what lay there where there was none."""
    make("ann/a.py", content=b"a = 1\n")
    assert only(make("ann/b.py", "ann/c.txt"), assignment).candidates == ("a.py", "b.py")
    (only(make(), assignment).root / "a.py").unlink()
    (only(make(), assignment).root / "b.py").unlink()
    assert only(make(), assignment).candidates == ("c.txt",)


def test_an_empty_folder(make: Make, assignment: Assignment) -> None:
    """Protects a student who handed in nothing from being left out of the results."""
    (make() / "ann" / "folder").mkdir(parents=True)
    assert only(make(), assignment).problem == "no_file"


@pytest.mark.parametrize("name", [".tiny.py", ".ipynb_checkpoints/tiny.py", "__pycache__/tiny.py"])
def test_a_folder_of_what_is_not_looked_at(make: Make, assignment: Assignment, name: str) -> None:
    """Protects a student who did hand something in from being told that the folder is empty."""
    assert only(make(f"ann/{name}"), assignment).problem == "out_of_sight"


def test_a_folder_of_links_out(make: Make, assignment: Assignment, tmp_path: Path) -> None:
    """Protects the same where a whole class was linked together, by files or by folders."""
    (make() / "ann").mkdir()
    (make() / "bob").mkdir()
    (make() / "ann" / "tiny.py").symlink_to(tmp_path / "tiny.py")
    (make() / "bob" / "work").symlink_to(tmp_path)
    assert found(make(), assignment) == {"ann": "out_of_sight", "bob": "out_of_sight"}


def test_folder_and_files_of_the_same_name(make: Make, assignment: Assignment) -> None:
    """Protects three students from becoming one: the folder keeps the name, files get theirs in full."""
    place = make("ann/tiny.py", "ann.py", "ann.ipynb")
    assert found(place, assignment) == {"ann": "ann/tiny.py", "ann.ipynb": "ann.ipynb", "ann.py": "ann.py"}


@pytest.mark.parametrize("name", ["Вера Словарёва", "李小龍", "O'Brien, Séamus", "a b  c", "%s{x}[y]", "🦆", "-rf"])
def test_any_name(make: Make, assignment: Assignment, name: str) -> None:
    """Protects students whose names are not ASCII."""
    place = make(f"{name}/tiny.py", f"{name} 2.py", f".{name}/tiny.py", f".{name}.py")
    assert found(place, assignment) == {name: f"{name}/tiny.py", f"{name} 2": f"{name} 2.py"}, "hidden ones are nobody's"


def test_a_name_that_only_a_terminal_sequence_tells_apart(make: Make, assignment: Assignment) -> None:
    """Protects a student from another who is called the same where control characters are taken out, as in tables of grades."""
    make("ann\x1b[31m/tiny.py")
    place = make("ann/tiny.py")
    names = [one.student for one in collect(place, assignment)]
    assert names == ["ann", "ann\\x1b[31m"]
    assert [clean(name) for name in names] == names


def test_a_name_that_is_not_utf8(make: Make, assignment: Assignment) -> None:
    """Protects a run from an archive of another system, whose Cyrillic names are bytes: they can be written, and stay apart."""
    place = make()
    for raw in (b"\x88\xa2\xa0\xad", b"\x8f\xa5\xe2\xe0"):
        os.mkdir(os.path.join(os.fsencode(place), raw))
        with open(os.path.join(os.fsencode(place), raw, b"\x93.py"), "wb") as stream:
            stream.write(b"pass\n")
    students = collect(place, assignment)
    assert [one.student for one in students] == [r"\x88\xa2\xa0\xad", r"\x8f\xa5\xe2\xe0"]
    for one in students:
        assert one.place.encode("utf-8")
        assert one.digest(LIMIT).startswith("sha256:")
        assert list(one.files(1000).values()) == [b"pass\n"]


# -- links ----------------------------------------------------------------------------------------------------------


def test_links_out_are_not_followed(make: Make, assignment: Assignment, tmp_path: Path) -> None:
    """Protects the grader's machine and other students' work: a link to them is not there, as file, folder or student."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "tiny.py").write_text("SECRET")
    place = make("ann/tiny.py", "bob/readme.txt", "carl/work.py")
    (place / "bob" / "tiny.py").symlink_to(tmp_path / "secret" / "tiny.py")
    (place / "bob" / "work.py").symlink_to(place / "ann" / "tiny.py")
    (place / "carl" / "data.txt").symlink_to(tmp_path / "secret" / "tiny.py")
    (place / "carl" / "more").symlink_to(tmp_path / "secret")
    (place / "dora").symlink_to(tmp_path / "secret")
    (place / "emil.py").symlink_to(tmp_path / "secret" / "tiny.py")
    (place / "lost.py").symlink_to(tmp_path / "nowhere.py")
    (place / "circle").symlink_to("circle")
    (place / "one.py").symlink_to("other.py")
    (place / "other.py").symlink_to("one.py")
    assert found(place, assignment) == {"ann": "ann/tiny.py", "bob": "no_file", "carl": "carl/work.py"}
    carl = collect(place, assignment)[2]
    assert list(carl.files(10_000)) == ["work.py"]
    (place / "notes.txt").symlink_to(tmp_path / "secret" / "tiny.py")
    assert {"dora", "emil.py", "lost.py"} <= set(links_out(place)) <= {"dora", "emil.py", "lost.py", "one.py", "other.py"}


def test_links_within_are_followed(make: Make, assignment: Assignment) -> None:
    """Protects a student whose own file is a link to another of their files, circles included."""
    place = make("ann/data/original.txt")
    (place / "ann" / "tiny.py").symlink_to("data/original.txt")
    (place / "ann" / "circle").symlink_to(".")
    (place / "ann" / "self.py").symlink_to("self.py")
    assert found(place, assignment) == {"ann": "ann/tiny.py"}


# -- contents -------------------------------------------------------------------------------------------------------


def test_files_go_along_while_they_fit(make: Make, assignment: Assignment) -> None:
    """Protects helper modules and data beside the file; beyond the limit they stay, the file itself does not."""
    make("ann/tiny.py", content=b"1" * 60)
    make("ann/helper.py", "ann/data/a.csv", content=b"2" * 20)
    place = make("ann/data/large.csv", content=b"3" * 30)
    ann = only(place, assignment)
    assert list(ann.files(1000)) == ["tiny.py", "helper.py", "data/a.csv", "data/large.csv"]
    assert list(ann.files(100)) == ["tiny.py", "helper.py", "data/a.csv"]
    assert list(ann.files(60)) == ["tiny.py"]
    with pytest.raises(ValueError, match="60 bytes"):
        ann.files(59)


def test_thousands_of_files(make: Make, assignment: Assignment) -> None:
    """Protects the run from a submission with a data set in it."""
    place = make("ann/tiny.py", *(f"ann/data/{number}.txt" for number in range(600)))
    assert len(only(place, assignment).files(10**6)) == 500


def test_a_plain_file_goes_alone(make: Make, assignment: Assignment) -> None:
    """Protects the neighbours of a submission that is a file: they are other students."""
    bob = collect(make("ann.py", "bob.py"), assignment)[1]
    assert list(bob.files(1000)) == ["bob.py"]


def test_nothing_to_grade_has_no_files(make: Make, assignment: Assignment) -> None:
    """Protects the judge from asking for the files of a submission that has none."""
    with pytest.raises(ValueError, match="no file to grade"):
        only(make("ann/a.txt"), assignment).files(1000)


def test_the_digest(make: Make, assignment: Assignment) -> None:
    """Protects the identity of a submission: names and contents of all its files count, times and places do not."""
    place = make("ann/tiny.py", "bob/tiny.py", "carl/other.py", "dora/tiny.py")
    make("dora/tiny.py", content=b"other\n")
    ann, bob, carl, dora = (one.digest(LIMIT) for one in collect(place, assignment))
    assert ann == bob
    assert len({ann, carl, dora}) == 3
    make("ann/data.csv")
    assert collect(place, assignment)[0].digest(LIMIT) != ann
    os.utime(place / "bob" / "tiny.py", (1, 1))
    assert collect(place, assignment)[1].digest(LIMIT) == bob


def test_the_digest_tells_names_from_contents(make: Make, assignment: Assignment) -> None:
    """Protects against two submissions of the same bytes in another arrangement."""
    make("ann/a.py", content=b"xy")
    make("ann/b.txt", content=b"z")
    make("bob/a.py", content=b"x")
    place = make("bob/b.txt", content=b"yz")
    ann, bob = collect(place, assignment)
    assert ann.digest(LIMIT) != bob.digest(LIMIT)


def test_a_file_that_no_memory_holds(make: Make, assignment: Assignment) -> None:
    """Protects the class from one student's disk image or endless log, which is neither read whole nor waited for."""
    place = make("ann/tiny.py", "bob/tiny.py")
    for student, size in (("ann", 300 << 30), ("bob", (300 << 30) + 1)):
        os.truncate(place / student / "tiny.py", size)
    starters = Starters(frozenset({"0" * 64}))
    ann, bob = collect(place, assignment, starters)
    assert ann.main is not None
    assert not starters.has(ann.main)
    assert ann.digest(LIMIT) != bob.digest(LIMIT)


def test_a_huge_notebook_is_no_starter(make: Make, read: list[str]) -> None:
    """Protects the class's time and memory: JSON of 64 MB takes a minute and 2 GB, and a starter that was run is small."""
    place = make("ann/tiny.ipynb", "ann/other.ipynb")
    os.truncate(place / "ann" / "tiny.ipynb", 9 << 20)
    starters = Starters(frozenset({"0" * 64}))
    assert not starters.has(place / "ann" / "tiny.ipynb")
    assert not starters.has(place / "ann" / "other.ipynb")
    assert read == ["other.ipynb"]


def test_what_is_never_sent_is_never_read(make: Make, assignment: Assignment, read: list[str]) -> None:
    """Protects the class's time from a data set that somebody hands in: beyond the limit names and sizes count alone, and what
    goes to the sandbox counts byte for byte."""
    place = make("ann/tiny.py", "ann/small.csv", *(f"ann/data{number}.bin" for number in range(3)))
    for number in range(3):
        os.truncate(place / "ann" / f"data{number}.bin", 300 << 30)
    (ann,) = collect(place, assignment)
    read.clear()
    before = ann.digest(LIMIT)
    assert sorted(read) == ["small.csv", "tiny.py"]
    make("ann/small.csv", content=b"changed\n")
    assert ann.digest(LIMIT) != before
    read.clear()
    assert ann.digest(3).startswith("sha256:")
    assert read == []


def refuse(path: Path, *_how: object) -> bytes:
    """What the system says to who may not read."""
    raise PermissionError(13, "Permission denied", str(path))


def test_a_file_that_cannot_be_read(make: Make, assignment: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the class from one student's file without permissions (root would be given it, so that it is refused here)."""
    place = make("ann/tiny.py")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    (ann,) = collect(place, assignment, Starters(frozenset({"0" * 64})))
    assert ann.main == place / "ann" / "tiny.py"


def test_a_folder_that_cannot_be_looked_into(make: Make, assignment: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a student from a zero, or from the grade of an older file, where the grader may not enter a folder (root would be
    given it, so that it is refused here)."""
    place = make("ann/tiny.py", "ann/work/tiny.py", "bob/tiny.py")
    scandir = os.scandir

    def refuse_one(path: str) -> object:
        if str(path).endswith("work"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse_one)
    ann, bob = collect(place, assignment)
    assert (ann.main, ann.problem) == (None, "unreadable")
    assert ann.candidates == (f"{place / 'ann' / 'work'}: Permission denied",)
    assert bob.main == place / "bob" / "tiny.py"


@pytest.mark.parametrize("inmost", ["", "tiny.py"])
def test_folders_deeper_than_a_path_is_long(
    make: Make, assignment: Assignment, monkeypatch: pytest.MonkeyPatch, inmost: str
) -> None:
    """Protects from a fault of the grader, and a class without grades, that anybody could bring about: what no path leads to is
    passed over, and what lies beside it is graded."""
    place = make("ann/tiny.py", "bob/data.txt", "cid/tiny.py")
    (place / "bob" / "data.txt").unlink()
    for student in ("ann", "bob"):
        monkeypatch.chdir(place / student)
        for _level in range(25):
            os.mkdir("d" * 200)
            monkeypatch.chdir("d" * 200)
            if inmost:
                Path(inmost).touch()
    monkeypatch.chdir(place)
    ann, bob, cid = collect(place, assignment)
    assert (ann.main, cid.main) == (place / "ann" / "tiny.py", place / "cid" / "tiny.py")
    assert ann.digest(LIMIT) != cid.digest(LIMIT) if inmost else ann.files(LIMIT) == cid.files(LIMIT)
    assert bob.problem == ("" if inmost else "no_file")


def test_what_cannot_be_read_is_not_the_same(make: Make, assignment: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects two students whose files the grader could not read from being told to have handed in the same."""
    ann, bob = collect(make("ann.py", "bob.py"), assignment)
    assert ann.digest_if_readable(LIMIT) == ann.digest(LIMIT)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert (ann.digest_if_readable(LIMIT), bob.digest_if_readable(LIMIT)) == ("", "")


def test_no_such_folder(assignment: Assignment, tmp_path: Path) -> None:
    """Protects the words of the usage error."""
    with pytest.raises(UsageError, match="there is no folder"):
        collect(tmp_path / "nowhere", assignment)


def test_names_as_macos_spells_them(make: Make, assignment: Assignment) -> None:
    """Protects a name of two spellings from being two students elsewhere, and two folders from being one student's here."""
    composed, decomposed = "Алексей", unicodedata.normalize("NFD", "Алексей")
    assert found(make(f"{decomposed}/tiny.py"), assignment) == {composed: f"{decomposed}/tiny.py"}
    place = make(f"{composed}/tiny.py")
    assert found(place, assignment) == {composed: f"{composed}/tiny.py", f"{composed} (2)": f"{decomposed}/tiny.py"}
