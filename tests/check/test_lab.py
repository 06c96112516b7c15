"""The lab that a check is about is found as a student expects, or asked for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.check.lab import find_lab
from grader.errors import UsageError


def test_the_lab_whose_folder_we_are_in(tiny_course: Path) -> None:
    """Protects a student in the lab's folder or below it from having to name the lab."""
    folder = tiny_course / "assignments" / "tiny"
    assert find_lab(None, folder).path == folder.resolve()
    assert find_lab(None, folder / "starter").path == folder.resolve()


def test_a_submission_in_the_course(tiny_course: Path, course_copy: Path) -> None:
    """Protects an instructor who looks at one submission: its folder's name says which lab it is of."""
    shutil.copytree(course_copy / "assignments" / "tiny", course_copy / "assignments" / "other")
    place = course_copy / "submissions" / "tiny" / "ann"
    place.mkdir(parents=True)
    assert find_lab(None, place).specification.id == "tiny"


def test_a_bundle_that_was_handed_in(course_copy: Path) -> None:
    """Protects an instructor from running the lab that a student handed in with the work, or a folder `assignments` beside it."""
    place = course_copy / "submissions" / "tiny" / "ann"
    shutil.copytree(course_copy / "assignments" / "tiny", place)
    shutil.copytree(course_copy / "assignments" / "tiny", place.parent / "assignments" / "tiny")
    assert find_lab(None, place).path == course_copy / "assignments" / "tiny"
    assert find_lab("tiny", place).path == course_copy / "assignments" / "tiny"


def test_the_only_lab_of_a_course(course_copy: Path) -> None:
    """Protects a course repository with one lab from a question with one answer."""
    assert find_lab(None, course_copy).specification.id == "tiny"


def test_the_working_folder_counts_too(course_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a check of a file elsewhere, made from within the course."""
    monkeypatch.chdir(course_copy / "reference")
    assert find_lab(None, tmp_path).specification.id == "tiny"
    assert find_lab("tiny", tmp_path).specification.id == "tiny"


def test_a_file_elsewhere_from_within_the_lab(course_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a student in the lab's folder who names a file in another one, where a browser saves it; what the file's own
    folder says goes first."""
    place, lab = tmp_path / "downloads", course_copy / "assignments" / "tiny"
    place.mkdir()
    shutil.copytree(lab, lab.with_name("other"))  # one lab alone would be told without the working folder
    shutil.copytree(course_copy, tmp_path / "second")
    monkeypatch.chdir(lab / "tests")
    assert find_lab(None, place).path == lab
    elsewhere = tmp_path / "second" / "assignments" / "tiny"
    assert find_lab(None, elsewhere).path == elsewhere


def test_a_name_goes_first(tiny_course: Path, tmp_path: Path) -> None:
    """Protects `--assignment`, as an id and as a folder."""
    folder = tiny_course / "assignments" / "tiny"
    assert find_lab(str(folder), tmp_path).path == folder.resolve()
    with pytest.raises(UsageError, match="did you mean 'tiny'"):
        find_lab("tiney", folder)


def test_no_lab_is_a_question(tmp_path: Path, course_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects from a guess: what to do is said, with a name where there is one."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    with pytest.raises(UsageError, match="which lab is this") as nothing:
        find_lab(None, tmp_path / "empty")
    assert "--assignment FOLDER" in nothing.value.remedy
    shutil.copytree(course_copy / "assignments" / "tiny", course_copy / "assignments" / "other")
    with pytest.raises(UsageError) as several:
        find_lab(None, course_copy)
    assert several.value.remedy == "name it: --assignment other"
