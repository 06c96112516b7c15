"""The words for a submission whose process ended while its file ran."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from grader.course.specification import Limits
from grader.course.submission import Submission
from grader.errors import SubmissionCrashed
from grader.i18n import translator
from grader.judge.ending import while_loading, without_file
from grader.judge.text import render
from grader.sandbox.session import stopped


@pytest.mark.parametrize("status", [None, 3 << 8, signal.SIGSEGV, signal.SIGRTMIN + 5])
def test_the_reason_is_translated(status: int | None) -> None:
    """Protects a student who reads Russian from an English half of a sentence."""
    ending = while_loading(stopped(status), Limits())
    assert str(ending.text).startswith("The process that ran the file ended: its process ")
    words = render(ending.text, translator("ru").gettext)
    assert "process" not in words
    assert words.startswith("Процесс, выполнявший файл, завершился: ")


def test_the_number_stays() -> None:
    """Protects the status that tells what a program meant by its end."""
    assert "3" in render(while_loading(stopped(3 << 8), Limits()).text, translator("ru").gettext)


def test_another_reason_is_told_as_it_is() -> None:
    """Protects a reason for which there are no words yet."""
    assert str(while_loading(SubmissionCrashed("a new one {x}"), Limits()).text).endswith("ended: a new one {x}.")


def test_of_many_files_ten_are_named() -> None:
    """Protects a student's page and the class's list from thousands of names, and who has some files from a number instead."""
    names = tuple(f"{number}.py" for number in range(13))
    said = [str(without_file(Submission("ann", Path(), None, "several_files", names[:count])).text) for count in (10, 13)]
    ten = "Several files could be the submission: 0.py, 1.py, 2.py, 3.py, 4.py, 5.py, 6.py, 7.py, 8.py, 9.py"
    assert said == [f"{ten}.", f"{ten} and 3 more."]


def test_what_is_not_looked_at_is_not_an_empty_folder() -> None:
    """Protects whoever reads it from a false statement about a folder that holds a link, or a hidden file."""
    said = [str(without_file(Submission("ann", Path(), None, problem)).text) for problem in ("no_file", "out_of_sight")]
    assert "The folder is empty." in said[0]
    assert "Hidden files, and links that lead out of the folder, are not looked at." in said[1]
