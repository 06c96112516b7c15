"""`grade check`: exit statuses, `--html`, `--watch`, and an ordinary user's machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

RIGHT = """
def mean(values):
    return sum(values) / len(values)


def clamp(value, low, high):
    return max(low, min(high, value))
"""
REST = """

def count_words(text):
    words = text.lower().split()
    return {word: words.count(word) for word in words}
"""

Grade = Callable[..., Any]


@pytest.fixture
def lab(course_copy: Path) -> Path:
    """The lab's folder, with right work in it."""
    folder = course_copy / "assignments" / "tiny"
    (folder / "tiny.py").write_text(RIGHT + REST)
    return folder


def test_right_work(grade: Grade, lab: Path) -> None:
    """Protects the shortest command, in the lab's folder: exit status 0, and the sentence about hidden tests."""
    finished = grade("check", cwd=lab)
    assert (finished.status, finished.stderr, finished.left_behind) == (0, "", [])
    assert "3 of 3 public tests pass." in finished.lines
    assert "This is not the grade yet: hidden tests decide about 69.17 of the 100 points." in finished.lines


def test_wrong_work(grade: Grade, lab: Path) -> None:
    """Protects exit status 1, for scripts and continuous integration."""
    (lab / "tiny.py").write_text(RIGHT)
    finished = grade("check", "tiny.py", "--lang", "ru", cwd=lab)
    assert finished.status == 1
    assert "✗  Подсчёт слов: 0 из 1 теста" in finished.lines


def test_the_line_that_failed_is_shown_as_it_is(grade: Grade, lab: Path) -> None:
    """Protects a slice from rich, which takes `:x:` for the name of a picture."""
    (lab / "tiny.py").write_text("x = 0\ndef mean(values):\n    return sum(values[:x:2]) / 0\n")
    assert "sum(values[:x:2])" in grade("check", "tiny.py", cwd=lab).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing.py"], "there is no file"),
        (["-k", "nothing"], "matches no test"),
        (["--lang", "tlh"], "no language 'tlh'"),
        (["--html", "."], "is a folder"),
        (["-a", "other"], "no assignment 'other'"),
    ],
)
def test_wrong_usage(grade: Grade, lab: Path, arguments: list[str], said: str) -> None:
    """Protects exit status 2, with a sentence and without a traceback."""
    finished = grade("check", *arguments, cwd=lab)
    assert finished.status == 2
    assert said in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.wall
def test_a_files_name_is_only_text(grade: Grade, lab: Path) -> None:
    """Protects the terminal of whoever checks another's work from its names and messages."""
    path = lab / "eve\x1b[2J\u202e.py"
    path.write_text("def mean(values):\n    raise ValueError('\x1b[31m\u2066')\n")
    finished = grade("check", path, cwd=lab)
    assert "eve" in finished.stdout
    assert not set(finished.stdout + finished.stderr) & set("\x1b\u202e\u2066")


def test_the_page_is_written(grade: Grade, lab: Path, tmp_path: Path) -> None:
    """Protects `--html`."""
    assert grade("check", "--html", tmp_path / "new" / "page.html", cwd=lab).status == 0
    assert "This is not the grade yet" in (tmp_path / "new" / "page.html").read_text(encoding="utf-8")


def test_a_reader_that_goes(start_grade: Callable[..., Any], lab: Path) -> None:
    """Protects the exit status of `grade check | head -1`: 1 would say that tests fail."""
    ours, theirs = os.pipe()
    running = start_grade("check", cwd=lab, stdout=theirs)
    os.close(theirs)
    os.close(ours)
    finished = running.finish()
    assert (finished.status, finished.stderr, finished.left_behind) == (0, "", [])


def test_watching(start_grade: Callable[..., Any], lab: Path) -> None:
    """Protects `--watch`: each save is checked, Ctrl-C ends it with the last check's status and leaves nothing."""
    running = start_grade("check", "--watch", cwd=lab)
    running.read_until("3 of 3 public tests pass.")
    running.read_until("Watching")
    (lab / "tiny.py").write_text(RIGHT)
    running.read_until("2 of 3 public tests pass.")
    running.read_until("Watching")
    (lab / "tiny.py").write_text("raise RuntimeError\n")
    running.read_until("0 of 3 public tests pass.")
    running.read_until("Watching")
    running.interrupt()
    finished = running.finish()
    assert (finished.status, finished.left_behind) == (1, [])
    assert "Stopped watching." in finished.lines


def test_watching_a_file_that_goes(start_grade: Callable[..., Any], lab: Path) -> None:
    """Protects who renames the file from hearing that the grader failed; back again, it is checked."""
    running = start_grade("check", "--watch", cwd=lab)
    running.read_until("Watching")
    (lab / "tiny.py").rename(lab / "away")
    running.read_until("tiny.py is gone; it is checked when it is back.")
    running.read_until("Watching")
    (lab / "away").rename(lab / "tiny.py")
    running.read_until("3 of 3 public tests pass.")
    running.read_until("Watching")
    running.interrupt()
    finished = running.finish()
    assert finished.status == 0
    assert "Mean" in "".join(finished.lines)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become someone else")
def test_an_ordinary_user_with_a_desktop(lab: Path, tmp_path: Path) -> None:
    """Protects from a limit on processes that counts the student's browser too: who checks runs many others."""
    home = Path(shutil.copytree(lab.parent.parent, "/tmp/grader-ordinary", dirs_exist_ok=True))
    for path in (home, *home.rglob("*")):
        os.chown(path, 65534, 65534)
    sleepers = [subprocess.Popen(["sleep", "60"], user=65534, group=65534) for _ in range(20)]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GRADER_CACHE": str(home / "cache"),
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "grader", "check"],
            cwd=home / "assignments" / "tiny",
            env=environment,
            user=65534,
            group=65534,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        for sleeper in sleepers:
            sleeper.kill()
            sleeper.wait()
        shutil.rmtree(home)
    assert "3 of 3 public tests pass." in done.stdout, done.stdout + done.stderr
