"""Which of several files count: by what is in them, read once each and only while that is cheap."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.course import leading as leading_module
from grader.course.leading import leading


def files(place: Path, **contents: str) -> list[Path]:
    """Modules by name, with these contents; their paths."""
    found = [place / f"{name}.py" for name in contents]
    for path, content in zip(found, contents.values(), strict=True):
        path.write_text(content, "utf-8")
    return found


def names(paths: list[Path]) -> list[str]:
    """Without folders and suffixes."""
    return [path.stem for path in paths]


def test_a_disk_image_named_as_a_module(tmp_path: Path) -> None:
    """Protects the class from one student's huge files of the same size, which end a run that reads them."""
    huge = files(tmp_path, image="", copy="")
    for path in huge:
        os.truncate(path, 300 << 30)
    assert leading(huge) == huge


def test_a_disk_image_beside_a_lab(tmp_path: Path) -> None:
    """Protects the lab that is small from what lies beside it: of the two, the one that can be read is looked into."""
    image, _lab = found = files(tmp_path, image="", lab="from image import *\n")
    os.truncate(image, 300 << 30)
    assert names(leading(found)) == ["lab"]


def test_each_file_is_read_once_for_its_bytes_and_once_for_its_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the planning from work that grows with the square of the files."""
    found = files(tmp_path, **{f"m{number:03}": f"x = {number:03}\n" for number in range(100)})
    read: list[Path] = []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or real(path))
    searched: list[bytes] = []
    monkeypatch.setattr(leading_module, "_IMPORTS", _Counting(searched))
    assert leading(found) == found
    assert len(read) == 200
    assert len(searched) == 100


class _Counting:
    """A pattern that finds nothing, and says what it was asked to search."""

    def __init__(self, searched: list[bytes]) -> None:
        self.searched = searched

    def findall(self, raw: bytes) -> list[tuple[bytes, bytes]]:
        self.searched.append(raw)
        return []


def test_thousands_are_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the class from waiting for a folder of thousands of modules: nobody looks into them."""
    found = files(tmp_path, **{f"m{number}": "import m0\n" for number in range(300)})
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
    assert leading(found) == found


def test_many_large_files_are_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the class's time: sixty files of 60 MB take two minutes to look into, before anybody is graded."""
    large = files(tmp_path, a="", b="", c="")
    for path in large:
        os.truncate(path, 60 << 20)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
    assert leading(large) == large


@pytest.mark.parametrize("test", ["test_lab", "lab_test", "conftest"])
def test_what_tests_a_lab_is_not_the_lab(tmp_path: Path, test: str) -> None:
    """Protects a student who hands in own tests: what they import is no helper of theirs. Alone such a file is the lab."""
    found = files(tmp_path, lab="def iou(a, b): ...\n", **{test: "import lab\n\ndef iou(b): ...\n"})
    assert names(leading(found)) == ["lab"]
    assert leading(found[1:]) == found[1:]


def test_a_helper_with_a_name_of_one_s_own(tmp_path: Path) -> None:
    """Protects a helper whose name is Cyrillic, in a list of imports with and without spaces."""
    found = files(tmp_path, помощник="a = 1\n", boxes="b = 1\n", lab="import json,помощник , boxes\n")
    assert names(leading(found)) == ["lab"]


def test_a_module_that_imports_itself(tmp_path: Path) -> None:
    """Protects a lab that names itself in an import: only another file makes it a helper."""
    found = files(tmp_path, lab="import lab\n", other="x = 1\n")
    assert names(leading(found)) == ["lab", "other"]
