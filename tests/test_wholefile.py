"""Files that are whole or not there, whatever ends their writer."""

from __future__ import annotations

import ast
import os
import stat
from pathlib import Path

import pytest

import grader
from grader.results import AssignmentSummary, GraderSummary, Results
from grader.run.run import write_results
from grader.wholefile import remove_halves, write_bytes_whole, write_text_whole, write_whole


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """Protects readers: folders are made, the old text is replaced at once, nothing else stays."""
    path = tmp_path / "new" / "file.txt"
    for text in ("old", "новое"):
        write_text_whole(path, text)
        assert path.read_text("utf-8") == text
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt(), ValueError()], ids=["disk", "ctrl-c", "bug"])
def test_a_writer_that_fails_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    """Protects readers from a writer that ends halfway: the old content stays, and no partial file."""
    path = tmp_path / "entry"
    write_whole(path, lambda partial: partial.write_text("old"))

    def fail(partial: Path) -> None:
        partial.write_text("ne")
        raise error

    with pytest.raises(type(error)):
        write_whole(path, fail)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_text_that_cannot_be_encoded_leaves_nothing(tmp_path: Path) -> None:
    """Protects a report's folder from halves of a page with a lone surrogate in it."""
    with pytest.raises(UnicodeEncodeError):
        write_text_whole(tmp_path / "page.html", "a page\udcff")
    assert list(tmp_path.iterdir()) == []


def test_who_may_read_it_is_the_umasks_to_say(tmp_path: Path) -> None:
    """Protects users who share a cache from entries that only their maker can read."""
    before = os.umask(0o027)
    try:
        write_text_whole(tmp_path / "entry", "")
    finally:
        os.umask(before)
    assert (tmp_path / "entry").stat().st_mode & 0o777 == 0o640


def test_bytes_are_written_alike(tmp_path: Path) -> None:
    """Protects archives: the folder is made, the old one is replaced at once."""
    for raw in (b"old", b"\0new"):
        write_bytes_whole(tmp_path / "new" / "a.zip", raw)
        assert (tmp_path / "new" / "a.zip").read_bytes() == raw
    assert len(list((tmp_path / "new").iterdir())) == 1


def test_what_is_handed_on_is_written_whole() -> None:
    """Protects what commands, pages and exports leave for others from a full disk: nothing of it is written in place."""
    package = Path(grader.__file__).parent
    in_place = {
        path.relative_to(package).as_posix()
        for layer in ("cli", "report", "export")
        for path in (package / layer).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("write_bytes", "write_text")
    }
    assert in_place == set()


def test_a_power_cut_finds_results_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a class's results: what they are made of is on the disk before the name is, and the name before one is told so."""
    done: list[str] = []
    sync, put = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "content")
        sync(descriptor)

    def replace(partial: Path, path: Path) -> Path:
        done.append("name")
        return put(partial, path)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    write_text_whole(tmp_path / "page.html", "")
    assert done == ["name"]
    done.clear()
    summary = AssignmentSummary(id="tiny", title="Tiny", max_score=1)
    write_results(Results(grader=GraderSummary(version="0"), assignment=summary), tmp_path)
    assert done == ["content", "name", "folder"]


def test_halves_of_a_killed_writer_go(tmp_path: Path) -> None:
    """Protects caches and reports from gathering them; whoever still writes is left alone, and so is whatever is not a half."""
    old, new, other = (tmp_path / name for name in (f".a.bin.{'0' * 16}", f".a.bin.{'f' * 16}", ".a.bin.old"))
    for path in (old, new, other):
        path.write_text("ha")
    for path in (old, other):
        os.utime(path, (1, 1))
    (tmp_path / f".b.{'1' * 16}").symlink_to(old)
    (tmp_path / f".c.{'2' * 16}").mkdir()
    remove_halves(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([new, other, tmp_path / f".b.{'1' * 16}", tmp_path / f".c.{'2' * 16}"])
    remove_halves(tmp_path / "nowhere")
