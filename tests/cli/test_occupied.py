"""Two commands with one `--out`: the second is refused in words, and the first ends as if it had been alone."""

from __future__ import annotations

import os
import select
import shutil
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


def test_a_folder_in_which_nothing_was_written_goes_again(tmp_path: Path) -> None:
    """Protects the instructor's folders from being littered by a command that was mistyped; a folder that was there stays."""
    with occupied(tmp_path / "new" / "out"):
        assert (tmp_path / "new" / "out" / LOCK).is_file()
    assert list(tmp_path.iterdir()) == []
    with occupied(tmp_path / "out"):
        (tmp_path / "out" / "results.json").touch()
    assert (tmp_path / "out" / "results.json").is_file()
