"""Files that are whole or not there, whatever ends their writer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.wholefile import write_text_whole, write_whole


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
