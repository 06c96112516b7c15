"""What Moodle, Canvas and nbgrader hand out becomes a work per student."""

from __future__ import annotations

import os
import shlex
import shutil
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.cli.main import run_main
from grader.course.submission import Work
from grader.errors import UsageError
from grader.intake.intake import Intake, take_in
from grader.intake.names import canvas_name, moodle_name
from grader.results import read_results

Pack = Callable[..., Path]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """`pack(*names, **contents)`: an archive with these files."""

    def make(*names: str, content: str = "def mean(values):\n    return sum(values) / len(values)\n") -> Path:
        path = tmp_path / "submissions.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, content)
        return path

    return make


def works(found: Intake) -> dict[str, list[str]]:
    """Student -> files."""
    return {
        work.student: sorted(path.relative_to(work.root).as_posix() for path in work.root.rglob("*") if path.is_file())
        for work in found.works
    }


def test_moodle(pack: Pack, tmp_path: Path) -> None:
    """Protects each of Moodle's ways to name things: folders with and without the last underscore, flat, blind, online text."""
    found = take_in(
        pack(
            "Ёлкина Ольга_101_assignsubmission_file/работа 1.ipynb",
            "Ёлкина Ольга_101_assignsubmission_file/data/signal.csv",
            "Ёлкина Ольга_101_assignsubmission_onlinetext/onlinetext.html",
            "O'Neill Ann_102_assignsubmission_file_/tiny.py",
            "Петров Иван_103_assignsubmission_file_my_tiny.py",
            "Петров Иван_103_assignsubmission_file_utils.py",
            "Participant_104_assignsubmission_file_/tiny.py",
            "Group A-Ли Сяо_105_assignsubmission_file/tiny.py",
            "readme.txt",
        ),
        tmp_path / "place",
    )
    assert (found.kind, found.passed_over) == ("moodle", ("readme.txt",))
    assert works(found) == {
        "Ёлкина Ольга_101": ["data/signal.csv", "onlinetext.html", "работа 1.ipynb"],
        "O'Neill Ann_102": ["tiny.py"],
        "Петров Иван_103": ["my_tiny.py", "utils.py"],
        "Participant_104": ["tiny.py"],
        "Group A-Ли Сяо_105": ["tiny.py"],
    }


def test_canvas(pack: Pack, tmp_path: Path) -> None:
    """Protects Canvas's flat names: late marks, several files, two of one name, blind ones, online text, underscores."""
    found = take_in(
        pack(
            "adalovelace_11_501_tiny.py",
            "adalovelace_11_502_my_data_v2.csv",
            "adalovelace_11_503_tiny.py",
            "ёлкинаольга_LATE_12_504_tiny.ipynb",
            "ben_k_13_505_1_2_tiny.py",
            "carl_LATE_14_text.html",
            "anon_x7Yz1_506_tiny.py",
            "anon_q8_LATE_507_tiny.py",
            "notes.txt",
        ),
        tmp_path / "place",
    )
    assert (found.kind, found.passed_over) == ("canvas", ("notes.txt",))
    assert works(found) == {
        "adalovelace_11": ["503_tiny.py", "my_data_v2.csv", "tiny.py"],
        "ёлкинаольга_12": ["tiny.ipynb"],
        "ben_k_13": ["1_2_tiny.py"],
        "carl_14": ["text.html"],
        "anon_x7Yz1": ["tiny.py"],
        "anon_q8": ["tiny.py"],
    }
    assert [work.student for work in found.works if work.marked_late] == ["anon_q8", "carl_14", "ёлкинаольга_12"]


@pytest.mark.parametrize("name", ["ann_tiny.py", "ann_1.py", "lab_15_tiny", "_12_13_", "Ann_assignsubmission_file_x.py"])
def test_ordinary_names_are_nobodys(name: str) -> None:
    """Protects a folder of plain files from being taken for a platform's."""
    assert (moodle_name(name), canvas_name(name)) == (None, None)


@pytest.mark.parametrize(
    ("names", "kind", "expected"),
    [
        (["ann_1_5_tiny.py", "bob_2_6_tiny.py", "eve_3_7_x_9_assignsubmission_file_y.py"], "canvas", ["ann_1", "bob_2", "eve_3"]),
        (["ann_1_5_tiny.py", "x/y.py", "bob_2_6_tiny.py"], "canvas", ["ann_1", "bob_2"]),
        (["Ann A_1_assignsubmission_file_tiny.py", "Eve E_2_assignsubmission_file_x_3_4_y.py"], "moodle", ["Ann A_1", "Eve E_2"]),
        (["ann/tiny.py", "bob/tiny.py", "x_1_2_tiny.py"], "", ["ann", "bob", "x_1_2_tiny.py"]),
        (["ann.py", "bob.py", "lab_15_2_tiny.py"], "", ["ann.py", "bob.py", "lab_15_2_tiny.py"]),
        (
            ["ann/tiny.py", "bob/tiny.py", "eve_1_assignsubmission_file_/tiny.py"],
            "",
            ["ann", "bob", "eve_1_assignsubmission_file_"],
        ),
        (["ann/tiny.py", "bob/tiny.py", "submitted/x/tiny/tiny.py"], "", ["ann", "bob", "submitted"]),
    ],
)
def test_one_students_name_does_not_remove_the_class(
    pack: Pack, tmp_path: Path, names: list[str], kind: str, expected: list[str]
) -> None:
    """Protects a class from one file or folder that is named as another platform would: what most works fit is the kind."""
    found = take_in(pack(*names), tmp_path / "place")
    assert found.kind == kind
    assert sorted(works(found) or (path.name for path in found.folder.iterdir())) == expected


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (
            ["Eve_2_assignsubmission_onlinetext_/onlinetext.html", "Eve_2_assignsubmission_file_/onlinetext.html/x.py"],
            ["onlinetext.html"],
        ),
        (["Eve_2_assignsubmission_file_/" + "a/" * 3000 + "x.py", "Eve_2_assignsubmission_file_/y.py"], ["y.py"]),
        (["Eve_2_assignsubmission_file_/" + ("a" * 150 + "/") * 50 + "x.py", "Eve_2_assignsubmission_file_/y.py"], ["y.py"]),
    ],
)
def test_paths_that_cannot_be_made(pack: Pack, tmp_path: Path, names: list[str], kept: list[str]) -> None:
    """Protects the class from a student's file that no folder takes: it is passed over, and told."""
    found = take_in(pack("Ann_1_assignsubmission_file_/tiny.py", *names), tmp_path / "place")
    assert works(found) == {"Ann_1": ["tiny.py"], "Eve_2": kept}
    assert [told.endswith("(its path is too long, or another file's)") for told in found.passed_over] == [True]
    assert max(map(len, found.passed_over)) < 300


def test_three_files_of_one_name(pack: Pack, tmp_path: Path) -> None:
    """Protects each of three files that Moodle gives the same place in a student's folder."""
    ways = ("file_/tiny.py", "file_tiny.py", "onlinetext_/tiny.py")
    found = take_in(pack(*(f"Eve_2_assignsubmission_{way}" for way in ways)), tmp_path / "place")
    assert (works(found), found.passed_over) == ({"Eve_2": ["__tiny.py", "_tiny.py", "tiny.py"]}, ())


def test_a_plain_archive_with_a_path_too_long(pack: Pack, tmp_path: Path) -> None:
    """Protects the rest of a packed folder from one path that cannot be made."""
    found = take_in(pack("ann/tiny.py", "eve/" + "a/" * 3000 + "tiny.py"), tmp_path / "place")
    assert [path.name for path in found.folder.iterdir()] == ["ann"]
    assert len(found.passed_over) == 1


def test_a_plain_archive_of_which_nothing_can_be_made(pack: Pack, tmp_path: Path) -> None:
    """Protects from a traceback: the path that could not be made is told."""
    with pytest.raises(UsageError, match=r"holds nothing that could be unpacked: eve/a/.*its path is too long"):
        take_in(pack("eve/" + "a/" * 120 + "tiny.py"), tmp_path / "place")


@pytest.mark.parametrize("inside", [True, False])
def test_nbgrader(tmp_path: Path, inside: bool) -> None:
    """Protects nbgrader's layout, its times with the names of their zones, and a time that cannot be read from being guessed."""
    root = tmp_path / "course" / "submitted"
    times = {
        "ann": "2026-11-24 12:00:00.123456 UTC",
        "bob": "2026-11-24 15:00:00 Europe/Moscow",
        "carl": "2026-11-24 12:00:00 +0000",
        "dora": "yesterday",
    }
    for student, time in times.items():
        (root / student / "tiny").mkdir(parents=True)
        (root / student / "tiny" / "timestamp.txt").write_text(time)
    (root / "ann" / "other").mkdir()
    found = take_in(root.parent if inside else root, tmp_path / "place")
    assert found.kind == "nbgrader"
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert {work.student: work.submitted for work in found.works if work.assignment == "tiny"} == {
        "ann": noon.replace(microsecond=123456),
        "bob": noon,
        "carl": noon,
        "dora": None,
    }
    assert [work.student for work in found.works if work.assignment == "other"] == ["ann"]


@pytest.mark.parametrize("zone", ["Europe", "../UTC", "Z" * 400, "a/" * 300, "\0", "+9999", "UTC" * 10_000])
def test_a_time_in_no_zone(tmp_path: Path, zone: str) -> None:
    """Protects a class from one timestamp.txt whose zone is a folder of zones, a name too long for a file, or nothing at all."""
    (tmp_path / "submitted" / "ann" / "tiny").mkdir(parents=True)
    (tmp_path / "submitted" / "ann" / "tiny" / "timestamp.txt").write_text(f"2026-11-24 12:00:00 {zone}")
    assert [work.submitted for work in take_in(tmp_path, tmp_path / "place").works] == [None]


@pytest.mark.parametrize("time", ["0001-01-01 00:00:00 +1400", "0001-01-01 00:00:00 Asia/Tokyo", "9999-12-31 23:59:59 -1200"])
def test_a_time_outside_of_the_calendar(tmp_path: Path, time: str) -> None:
    """Protects a class's gradebook from one timestamp.txt with a time that is none in UTC: nobody's grade was written down."""
    (tmp_path / "submitted" / "ann" / "tiny").mkdir(parents=True)
    (tmp_path / "submitted" / "ann" / "tiny" / "timestamp.txt").write_text(time)
    assert [work.submitted for work in take_in(tmp_path, tmp_path / "place").works] == [None]


def test_a_pipe_in_the_place_of_a_time(tmp_path: Path) -> None:
    """Protects a run from waiting for ever for somebody who writes into it."""
    (tmp_path / "submitted" / "ann" / "tiny").mkdir(parents=True)
    os.mkfifo(tmp_path / "submitted" / "ann" / "tiny" / "timestamp.txt")
    assert [work.submitted for work in take_in(tmp_path, tmp_path / "place").works] == [None]


def test_a_students_timestamp_does_not_turn_the_folders_around(tmp_path: Path) -> None:
    """Protects a class from a student who hands in a file as nbgrader writes it."""
    (tmp_path / "submissions" / "tiny" / "eve").mkdir(parents=True)
    (tmp_path / "submissions" / "tiny" / "eve" / "timestamp.txt").write_text("2026-11-24 12:00:00 UTC")
    assert take_in(tmp_path / "submissions", tmp_path / "place").works == ()


@pytest.mark.parametrize(
    "name",
    [
        "Ann_101_assignsubmission_file_x_102_assignsubmission_file_y.py",
        "Ann_101_assignsubmission_file_x_555_assignsubmission_file/y.py",
        "Ann_101_assignsubmission_onlinetext_1_assignsubmission_file_/y.py",
    ],
)
def test_a_name_that_holds_the_pattern_twice(pack: Pack, tmp_path: Path, name: str) -> None:
    """Protects Ann from a classmate whose displayed name begins as her folder does, and Bob from a file of hers that is called as
    his: it is nobody's, and told; unpacked by hand as well."""
    told = f"{name} (it could be of two students: Moodle's mark is in it twice)"
    names = ("Ann_101_assignsubmission_file/tiny.py", "Bob_102_assignsubmission_file/tiny.py")
    found = take_in(pack(*names, name), tmp_path / "place")
    assert works(found) == {"Ann_101": ["tiny.py"], "Bob_102": ["tiny.py"]}
    assert found.passed_over == (told,)
    for one in (*names, name):
        (tmp_path / "homework" / one).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "homework" / one).touch()
    found = take_in(tmp_path / "homework", tmp_path / "place")
    assert works(found) == {"Ann_101": ["tiny.py"], "Bob_102": ["tiny.py"]}
    assert found.passed_over == ((told.replace("/y.py", ""),) if "/" in name else ())


def test_an_unpacked_moodle_archive(tmp_path: Path) -> None:
    """Protects whoever unpacked it by hand: the same students, from where the files lie."""
    for name in ("Ann B_1_assignsubmission_file_", "Ann B_1_assignsubmission_onlinetext_", "notes"):
        (tmp_path / "homework" / name).mkdir(parents=True)
    found = take_in(tmp_path / "homework", tmp_path / "place")
    assert found.works == (Work("Ann B_1", tmp_path / "homework" / "Ann B_1_assignsubmission_file_"),)
    assert found.passed_over == ("notes",)


def test_a_plain_archive(pack: Pack, tmp_path: Path) -> None:
    """Protects an archive of the folder that would have been graded, with or without the folder itself."""
    for names in (
        ("submissions/tiny/ann/tiny.py", "submissions/tiny/bob/tiny.py"),
        ("tiny/ann/tiny.py", "tiny/bob.py", "x/y.py"),
    ):
        found = take_in(pack(*names), tmp_path / "place")
        assert (found.kind, found.works) == ("", ())
        assert (found.folder / "tiny" / "ann" / "tiny.py").is_file()


def test_yesterdays_files_that_cannot_be_removed(pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects students from a grade for what an earlier archive held: it would be taken for this one's."""

    def refused(_place: Path) -> None:
        raise PermissionError(13, "Permission denied")

    archive = pack("ann/lab.py")
    monkeypatch.setattr(shutil, "rmtree", refused)
    with pytest.raises(UsageError, match="what was unpacked there before cannot be removed: Permission denied"):
        take_in(archive, tmp_path / "place")


def test_yesterdays_files_do_not_stay(pack: Pack, tmp_path: Path) -> None:
    """Protects a grade from a file that is no longer in the archive."""
    take_in(pack("Ann_1_assignsubmission_file/old.py"), tmp_path / "place")
    assert works(take_in(pack("Ann_1_assignsubmission_file/new.py"), tmp_path / "place")) == {"Ann_1": ["new.py"]}


@pytest.mark.wall
@pytest.mark.parametrize("named", [True, False])
def test_a_moodle_archive_is_graded(
    pack: Pack, course_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    """Protects `grade submissions.zip`: the course's only assignment need not be named; resumed, nothing is graded again."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(course_copy)
    archive = pack("Ёлкина Ольга_101_assignsubmission_file/работа.py", "Bob_102_assignsubmission_file/data.csv")
    arguments = [str(archive), "-o", str(tmp_path / "out"), "-j", "1", *(["-a", "tiny"] if named else [])]
    assert run_main(arguments) == 0
    found = read_results(tmp_path / "out" / "results.json").submissions
    assert [(one.student, one.status, one.score) for one in found] == [
        ("Bob_102", "missing", 0),
        ("Ёлкина Ольга_101", "graded", 40),
    ]
    assert Path(found[1].path).is_file()


@pytest.mark.wall
@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("Eve_103_assignsubmission_file/lab.ipynb", 66 << 20),
        ("Eve_103_assignsubmission_file/" + "a" * 150 + ("/" + "a" * 150) * 50 + "/lab.ipynb", 1),
    ],
    ids=["too large", "too long"],
)
def test_whose_only_file_is_not_unpacked(
    pack: Pack, course_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, size: int
) -> None:
    """Protects somebody from being nobody, or being told that nothing came, because a file was not unpacked."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(course_copy)
    archive = pack("Ann_101_assignsubmission_file/tiny.py", "Bob_102_assignsubmission_file/tiny.py")
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as more:
        more.writestr(name, bytes(size))
    assert run_main([str(archive), "-o", str(tmp_path / "out"), "-j", "1"]) == 0
    found = {one.student: one for one in read_results(tmp_path / "out" / "results.json").submissions}
    assert {name: str(one.status) for name, one in found.items()} == {
        "Ann_101": "graded",
        "Bob_102": "graded",
        "Eve_103": "not_loadable",
    }
    (message,) = found["Eve_103"].messages
    assert message.startswith("There is no notebook and no module to grade. Too large to be unpacked, one of too many files, or")
    assert "lab.ipynb" in message or "aaaa" in message


def test_canvas_tells_whose_it_was(tmp_path: Path) -> None:
    """Protects the same where names are flat, with the mark of a late one; whoever has another file is graded by that."""
    archive = tmp_path / "submissions.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(3):
            file.writestr(f"ann{number}_{number}_9_lab.py", b"x = 1")
        file.writestr("eve_LATE_7_8_lab.ipynb", bytes(80 << 20))
        file.writestr("ann1_1_8_data.bin", bytes(80 << 20))
    found = {work.student: work for work in take_in(archive, tmp_path / "place").works}
    assert sorted(found) == ["ann0_0", "ann1_1", "ann2_2", "eve_7"]
    assert {name: work.not_unpacked for name, work in found.items() if work.not_unpacked} == {
        "ann1_1": ("data.bin",),
        "eve_7": ("lab.ipynb",),
    }
    assert found["eve_7"].marked_late


def test_an_archive_of_nothing(pack: Pack, course_copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects from an error that names a folder of the grader's own."""
    for archive in (pack(), pack("__MACOSX/._x")):
        assert run_main([str(archive), "-a", "tiny"]) == 2
        said = capsys.readouterr().err
        assert f"{archive}: holds no works" in said
        assert ".submissions" not in said


@pytest.mark.wall
@pytest.mark.parametrize("named", [True, False])
def test_works_of_other_assignments(
    course_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], named: bool
) -> None:
    """Protects from three works that are taken in, one that is graded, and not a word on the others."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(course_copy)
    for place in ("ann/tiny", "ann/tyni", "bob/lab2", "carl/lab2"):
        (tmp_path / "submitted" / place).mkdir(parents=True)
    arguments = [str(tmp_path / "submitted"), "-o", str(tmp_path / "out"), *(["-a", "tiny"] if named else [])]
    assert run_main(arguments) == 0
    said = capsys.readouterr().out
    assert "4 works, as nbgrader hands them out" in said
    assert "works of other assignments are passed over: 2 of lab2, 1 of tyni" in said


def test_an_archive_is_not_watched(pack: Pack, course_copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects from waiting for ever for a change that is not seen."""
    assert run_main([str(pack("a_1_assignsubmission_file/x.py")), "--watch"]) == 2
    assert "is a file" in capsys.readouterr().err


def test_several_assignments_and_no_name(
    pack: Pack, course_copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Protects from grading one assignment's works by another's tests."""
    other = course_copy / "assignments" / "other"
    other.mkdir()
    (other / "assignment.yaml").write_text("id: other\n")
    monkeypatch.chdir(course_copy)
    assert run_main([str(pack("Ann_1_assignsubmission_file/x.py"))]) == 2
    said = capsys.readouterr().err
    assert "holds one assignment's works; the course has the assignments other, tiny" in said
    assert "--assignment" in said


def test_names_as_macos_spells_them(tmp_path: Path) -> None:
    """Protects a name of two spellings from being two students elsewhere; of two folders none is passed over in silence."""
    composed, decomposed = "Алексей", unicodedata.normalize("NFD", "Алексей")
    for name in (composed, decomposed):
        (tmp_path / "moodle" / f"{name}_7_assignsubmission_file").mkdir(parents=True)
        (tmp_path / "nbgrader" / "submitted" / name / "tiny").mkdir(parents=True)
    found = take_in(tmp_path / "moodle", tmp_path / "place")
    assert [work.student for work in found.works] == [f"{composed}_7"]
    assert found.passed_over == (f"{decomposed}_7_assignsubmission_file",)
    assert {work.student: work.root.parent.name for work in take_in(tmp_path / "nbgrader", tmp_path / "place").works} == {
        composed: composed,
        f"{composed} (2)": decomposed,
    }


@pytest.mark.parametrize("name", ["lab.py", "Lab.IPYNB", "lab of Ann.py"])
def test_one_file_is_not_a_class(tmp_path: Path, name: str) -> None:
    """Protects whoever names one student's file, or their own, from words about archives: what to type is said."""
    (tmp_path / name).write_text("{}")
    with pytest.raises(UsageError, match="is one submission's file") as caught:
        take_in(tmp_path / name, tmp_path / "place")
    assert f"grade check {shlex.quote(str(tmp_path / name))}" in caught.value.remedy
