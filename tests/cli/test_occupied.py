"""Two commands with one `--out`: the second is refused in words, and the first ends as if it had been alone."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.cli.occupied import LOCK, occupied
from grader.results import read_results

MakeClass = Callable[..., Path]


@pytest.mark.parametrize("end", ["let go", "killed"])
def test_a_second_grade_does_not_empty_the_first_one_s_folder(
    start_grade: Callable[..., Any], grade: Callable[..., Any], make_class: MakeClass, right: str, tmp_path: Path, end: str
) -> None:
    """Protects a class that is being graded from an archive, whose unpacked works the second command would remove."""
    place, out = make_class(ann=right, bob=right), tmp_path / "out"
    archive = shutil.make_archive(str(place.parent / "class"), "zip", place / "tiny")
    told, go = tmp_path / "it runs", tmp_path / "go"
    os.mkfifo(told)
    os.mkfifo(go)
    comparison = place.parent / "assignments" / "tiny" / "comparison.py"
    original = comparison.read_text()
    waits = f"with open({str(told)!r}, 'w') as stream:\n    stream.write('x')\nopen({str(go)!r}).read()\n"
    comparison.write_text(f"{original}\n{waits}")
    reader = os.open(told, os.O_RDONLY | os.O_NONBLOCK)
    arguments = [archive, "-a", "tiny", "-o", out, "-j", 1, "--sandbox", "none"]
    running = start_grade(*arguments, cwd=place.parent)
    assert select.select([reader], [], [], 60)[0], "the judge was never made"
    comparison.write_text(original)
    unpacked = sorted(path.name for path in (out / ".submissions").iterdir())
    for command in (arguments, ["similar", archive, "-a", "tiny", "-o", out]):
        second = grade(*command, cwd=place.parent)
        assert second.status == 2
        assert "another grade is at work" in second.stderr
        assert "Traceback" not in second.stderr
    assert sorted(path.name for path in (out / ".submissions").iterdir()) == unpacked
    if end == "killed":
        running.kill()
    else:
        go.write_text("x")
    first = running.finish()
    os.close(reader)
    if end == "killed":
        assert grade(*arguments, cwd=place.parent).status == 0, "the lock of a process that was killed is nobody's"
    else:
        assert first.status == 0, first.stderr
    assert [one.score for one in read_results(out / "results.json").submissions] == [100, 100]


def test_who_watches_keeps_the_folder(
    start_grade: Callable[..., Any], grade: Callable[..., Any], make_class: MakeClass, right: str, tmp_path: Path
) -> None:
    """Protects the report of `--watch` between its rounds too; afterwards the folder is free."""
    arguments = [make_class(ann=right), "-o", tmp_path / "out", "-j", 1, "--sandbox", "none"]
    running = start_grade(*arguments, "--watch")
    running.read_until("Watching")
    assert grade(*arguments).status == 2
    running.interrupt()
    assert running.finish().status == 0
    assert grade(*arguments).status == 0


@pytest.fixture
def two_reports(course_copy: Path, make_class: MakeClass, right: str, grade: Callable[..., Any], tmp_path: Path) -> list[Any]:
    """The arguments of the run over two assignments that has written into `out/tiny` and `out/wee`."""
    arguments = [make_class(ann=right), "-o", tmp_path / "out", "-j", 1, "--sandbox", "none"]
    for place in (course_copy / "assignments", course_copy / "submissions"):
        shutil.copytree(place / "tiny", place / "wee")
    specification = course_copy / "assignments" / "wee" / "assignment.yaml"
    specification.write_text(specification.read_text().replace("id: tiny", "id: wee"))
    assert grade(*arguments).status == 0
    return arguments


@pytest.mark.parametrize("named", ["out", "out/tiny"])
@pytest.mark.parametrize("held", ["out", "out/tiny"])
def test_a_report_is_not_written_under_a_run(
    two_reports: list[Any], grade: Callable[..., Any], tmp_path: Path, held: str, named: str
) -> None:
    """Protects pages from being made of two results: of the run's, and of those that `grade report` had read before.

    A run over several assignments holds the folder that it was given, and below it the one that it writes to.
    """
    page = tmp_path / "out" / "tiny" / "index.html"
    page.unlink()
    with occupied(tmp_path / held):
        finished = grade("report", tmp_path / named)
    assert finished.status == (2 if held in (named, "out/tiny") else 0), finished
    assert page.exists() == (finished.status == 0)
    assert (f"another grade is at work in {tmp_path / held}" in finished.stderr) == (finished.status == 2)
    assert list((tmp_path / "out").rglob(LOCK)) == []


def test_a_run_holds_the_folder_that_it_writes_to(two_reports: list[Any], grade: Callable[..., Any], tmp_path: Path) -> None:
    """Protects the same from the other side, where one assignment's folder below was named."""
    with occupied(tmp_path / "out" / "wee"):
        finished = grade(*two_reports)
    assert finished.status == 2
    assert f"another grade is at work in {tmp_path / 'out' / 'wee'}" in finished.stderr
    assert grade(*two_reports).status == 0


def test_a_report_of_nothing_makes_no_folder(grade: Callable[..., Any], tmp_path: Path) -> None:
    """Protects the instructor's folders from a lock where a name was mistyped."""
    assert grade("report", tmp_path / "out").status == 2
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_which_nothing_was_written_goes_again(tmp_path: Path) -> None:
    """Protects the instructor's folders from being littered by a command that was mistyped; a folder that was there stays."""
    with occupied(tmp_path / "new" / "out"):
        assert (tmp_path / "new" / "out" / LOCK).is_file()
    assert list(tmp_path.iterdir()) == []
    with occupied(tmp_path / "out"):
        (tmp_path / "out" / "results.json").touch()
    assert (tmp_path / "out" / "results.json").is_file()


@pytest.mark.parametrize("goes", ["the lock", "the folder"])
def test_a_command_that_ends_while_another_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, goes: str) -> None:
    """Protects the second of two commands from a traceback, and from being refused for the sake of one that has ended.

    The first takes its lock along, and a folder in which nothing was written, just before or after the second opens the lock.
    """
    out, opened, ended = tmp_path / "new" / "out", Path.open, list[bool]()

    def open_late(path: Path, *arguments: Any, **keywords: Any) -> Any:
        if ended:
            return opened(path, *arguments, **keywords)
        ended.append(True)
        if goes == "the folder":
            shutil.rmtree(out.parent)
            return opened(path, *arguments, **keywords)
        stream = opened(path, *arguments, **keywords)
        path.unlink()
        return stream

    monkeypatch.setattr(Path, "open", open_late)
    with occupied(out):
        assert (out / LOCK).is_file()
    assert list(tmp_path.iterdir()) == []


def test_commands_that_start_together(tmp_path: Path) -> None:
    """Protects exclusion: of several processes at most one at a time is in, and each of the others is refused in words."""
    program = """
import os, sys
from pathlib import Path
from grader.cli.occupied import occupied
from grader.errors import UsageError
place = Path(sys.argv[1])
sys.stdin.readline()
for number in range(300):
    try:
        with occupied(place / str(number)):
            os.close(os.open(place / f"in {number}", os.O_CREAT | os.O_EXCL))
            os.unlink(place / f"in {number}")
    except UsageError:
        continue
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for one in running:
        one.stdin.write("go\n")
        one.stdin.flush()
    assert [one.communicate()[1] for one in running] == ["", "", ""]
    assert [one.returncode for one in running] == [0, 0, 0]
