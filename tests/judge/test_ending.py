"""The words for a submission whose process ended while its file ran."""

from __future__ import annotations

import signal

import pytest

from grader.course.specification import Limits
from grader.errors import SubmissionCrashed
from grader.i18n import translator
from grader.judge.ending import while_loading
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
