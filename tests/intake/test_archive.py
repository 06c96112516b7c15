"""Archives that strangers filled: what no learning platform makes is refused before anything is written."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.intake.archive import read_archive
from grader.intake.intake import take_in


def entry(name: str, *, mode: int = 0, utf8: bool = True) -> zipfile.ZipInfo:
    """An entry's head."""
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    if utf8:
        info.flag_bits |= 0x800
    return info


def packed(*files: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    """An archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for info, content in files:
            archive.writestr(info, content)
    return stream.getvalue()


def bomb() -> bytes:
    """A small archive of much."""
    return packed((entry("ann/x.py"), bytes(80 << 20)))


def lying() -> bytes:
    """An entry that holds more than its head says."""
    raw = bytearray(packed((entry("ann/x.py"), b"x" * 1000)))
    directory = raw.rindex(b"PK\x01\x02")
    raw[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    return bytes(raw)


def encrypted() -> bytes:
    """An entry that says it needs a password."""
    raw = bytearray(packed((entry("ann/x.py"), b"x")))
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


def damaged(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An entry whose data is not what was packed."""
    info = entry("ann/x.py")
    info.compress_type = method
    raw = bytearray(packed((info, bytes(range(256)) * 4)))
    raw[60] ^= 0xFF
    return bytes(raw)


def nameless() -> bytes:
    """An entry without a name: what was its one letter is a comment."""
    raw = bytearray(packed((entry("x"), b"")))
    lengths = raw.rindex(b"PK\x01\x02") + 28
    raw[lengths : lengths + 6] = bytes([0, 0, 0, 0, 1, 0])
    return bytes(raw)


def misplaced() -> bytes:
    """A wrong byte in its end: the directory, and all that it names, would begin 64 KB before the archive."""
    raw = bytearray(packed((entry("ann/x.py"), b"1")))
    raw[raw.rindex(b"PK\x05\x06") + 18] = 1
    return bytes(raw)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: packed((entry("../../etc/cron.d/x"), b"")), "leads out of the archive's folder"),
        (lambda: packed((entry("/etc/passwd"), b"")), "leads out of the archive's folder"),
        (lambda: packed((entry("ann\\..\\..\\x.py"), b"")), "leads out of the archive's folder"),
        (lambda: packed((entry("C:/x.py"), b"")), "leads out of the archive's folder"),
        (lambda: packed((entry("ann/x.py", mode=stat.S_IFLNK | 0o777), b"/etc/passwd")), "is a link, which could lead anywhere"),
        (lambda: packed((entry("ann/x.py"), b"1"), (entry("ann/./x.py"), b"2")), "is there twice"),
        (lambda: packed((entry("ann/x"), b"1"), (entry("ann/x/y.py"), b"2")), "is a file and a folder at once"),
        (bomb, "MB, as zip bombs do; at most 67 MB are taken from it"),
        (lying, "is damaged"),
        (encrypted, "is encrypted"),
        (damaged, "is damaged"),
        (misplaced, "ann/x.py: is damaged"),
        (lambda: damaged(zipfile.ZIP_BZIP2), "is damaged"),
        (lambda: damaged(zipfile.ZIP_LZMA), "is damaged"),
        (nameless, "is no name of a file"),
        (lambda: b"no zip at all", "is no zip archive that can be read"),
        (lambda: b"", "is no zip archive that can be read"),
    ],
    ids=[
        "up",
        "absolute",
        "backslashes",
        "drive",
        "link",
        "twice",
        "both",
        "bomb",
        "lying",
        "encrypted",
        "damaged",
        "misplaced",
        "damaged-bzip2",
        "damaged-lzma",
        "nameless",
        "text",
        "empty",
    ],
)
def test_what_is_refused(tmp_path: Path, make: Callable[[], bytes], said: str) -> None:
    """Protects the instructor's disk: the message names the archive, and nothing is outside of the folder."""
    source = tmp_path / "submissions.zip"
    source.write_bytes(make())
    place = tmp_path / "deep" / "place"
    with pytest.raises(UsageError) as raised:
        take_in(source, place)
    assert said in str(raised.value)
    assert str(raised.value).startswith(str(source))
    assert [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(place)] == [source]


@pytest.mark.parametrize("encoding", ["utf-8", "cp866"])
def test_cyrillic_names_of_any_age(tmp_path: Path, encoding: str) -> None:
    """Protects names from an archive without the UTF-8 mark, by Windows's own packer or by an old Moodle."""
    source = tmp_path / "a.zip"
    name = "Ёлкина Ольга/работа.py"
    stand_in = "q" * len(name.encode(encoding))
    raw = packed((entry(stand_in, utf8=False), b"x = 1\n")).replace(stand_in.encode(), name.encode(encoding))
    source.write_bytes(raw)
    with read_archive(source) as archive:
        assert [str(one.path) for one in archive.entries] == [name]


def test_a_name_that_stands_there_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects archives of packers that write a Cyrillic name once more, in UTF-8, in a field of Info-ZIP's.

    From Python 3.13 on `zipfile` takes that one, which no code page of old can hold: it is done here for those before.
    """
    name = "Ёлкина Ольга/работа.py"
    stand_in = "q" * len(name)
    source = tmp_path / "a.zip"
    source.write_bytes(packed((entry(stand_in, utf8=False), b"x = 1\n")).replace(stand_in.encode(), name.encode("cp866")))
    monkeypatch.setattr(zipfile.ZipInfo, "_decodeExtra", lambda info, *_checksum: setattr(info, "filename", name))
    with read_archive(source) as archive:
        assert [str(one.path) for one in archive.entries] == [name]


def test_names_that_a_disk_does_not_take(tmp_path: Path) -> None:
    """Protects from a crash on a name that is too long or holds what Windows forbids: it is made to fit, its suffix stays."""
    source = tmp_path / "a.zip"
    source.write_bytes(
        packed((entry("ann/" + "щ" * 300 + ".ipynb"), b"{}"), (entry('ann/a:b?"*.py'), b""), (entry("__MACOSX/x"), b""))
    )
    found = take_in(source, tmp_path / "place")
    made = sorted(path.name for path in found.folder.rglob("*") if path.is_file())
    assert made[0] == "a_b___.py"
    assert made[1].endswith(".ipynb")
    assert len(made) == 2


def unpacked(tmp_path: Path, raw: bytes) -> dict[str, list[str]]:
    """Student -> files, of Moodle's archive; what was passed over under "".

    A real archive: what unpacks to more than it may is never unpacked.
    """
    source = tmp_path / "submissions.zip"
    source.write_bytes(raw)
    found = take_in(source, tmp_path / "place")
    assert found.kind == "moodle"
    files = {
        work.student: sorted(path.relative_to(work.root).as_posix() for path in work.root.rglob("*") if path.is_file())
        for work in found.works
    }
    return {**files, "": list(found.passed_over)}


CLASSMATES = [(entry(f"Ann_{number}_assignsubmission_file/lab.py"), b"x = 1") for number in (1, 2, 3)]
OTHERS = {f"Ann_{number}": ["lab.py"] for number in (1, 2, 3)}


@pytest.mark.parametrize(
    ("names", "made"),
    [
        (["lab?.py", "lab*.py", "lab_.py"], ["lab_.py", "lab__2.py", "lab__3.py"]),
        (["lab*/a.py", "lab?"], ["lab_/a.py", "lab__2"]),
        (["lab?", "lab*/a.py", "lab*/b.py", "lab|/a.py"], ["lab_", "lab__2/a.py", "lab__2/b.py", "lab__3/a.py"]),
        (["\u0439.py", "\u0438\u0306.py"], ["\u0439.py", "\u0439_2.py"]),
        (["lab?.py", "lab*.py", "lab__2.py"], ["lab_.py", "lab__2.py", "lab__2_2.py"]),
    ],
    ids=["sanitised", "folder and file", "file and folders", "composed and decomposed", "a name with the number"],
)
def test_names_that_become_one(tmp_path: Path, names: list[str], made: list[str]) -> None:
    """Protects a class from two files of one student whose names are one on this disk: both are kept, and nobody waits."""
    own = [(entry(f"Eve_9_assignsubmission_file/{name}"), b"x = 1") for name in names]
    assert unpacked(tmp_path, packed(*CLASSMATES, *own)) == {**OTHERS, "Eve_9": made, "": []}


def test_a_students_folders_in_two_spellings(tmp_path: Path) -> None:
    """Protects one student from being two where Moodle's folders spell the name in two ways."""
    spellings = ("Dr. \u0439_9", "Dr. \u0438\u0306_9")
    own = [(entry(f"{name}_assignsubmission_file/{file}"), b"") for name, file in zip(spellings, ("a.py", "b.py"), strict=True)]
    assert unpacked(tmp_path, packed(*CLASSMATES, *own)) == {**OTHERS, "Dr. \u0439_9": ["a.py", "b.py"], "": []}


def test_a_file_that_shrinks_like_a_bomb(tmp_path: Path) -> None:
    """Protects a class from one student's file of zeros: it is left out by name, and everything else is graded."""
    own = [(entry(f"Eve_9_assignsubmission_file/{name}"), bytes(size)) for name, size in (("lab.py", 5), ("data.bin", 66 << 20))]
    told = "Eve_9_assignsubmission_file/data.bin (there is no room for it: too large, or one of too many)"
    assert unpacked(tmp_path, packed(*CLASSMATES, *own)) == {**OTHERS, "Eve_9": ["lab.py"], "": [told]}


def test_whose_files_are_left_out(tmp_path: Path) -> None:
    """Protects a file that shrinks well by itself from the many small ones of somebody else, who takes all of the room."""
    honest = (entry("Ann_1_assignsubmission_file/table.csv"), b"0,0\n" * (1 << 20))
    own = [(entry(f"Eve_9_assignsubmission_file/{number}.bin"), bytes(1 << 20)) for number in range(70)]
    found = unpacked(tmp_path, packed(*CLASSMATES, *own[:40], honest, *own[40:]))
    assert found["Ann_1"] == ["lab.py", "table.csv"]
    assert all(told.startswith("Eve_9") for told in found[""])
    assert len(found["Eve_9"]) + len(found[""]) == 70
    assert sum(path.stat().st_size for path in (tmp_path / "place").rglob("*") if path.is_file()) <= 64 << 20


def test_too_many_files_of_one_student(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a class from a student with more files than are taken: that student's are left out; nothing of one's own stays."""
    monkeypatch.setattr("grader.intake.archive.MOST_ENTRIES", 5)
    own = [(entry(f"Eve_9_assignsubmission_file/{number}.py"), b"") for number in range(4)]
    found = unpacked(tmp_path, packed(*CLASSMATES, *own))
    assert {student: found[student] for student in found if student} == {**OTHERS, "Eve_9": []}
    assert len(found[""]) == 4
