"""Folders that a submission has written to: measured and removed whatever it has made there, and nothing outside of them."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from grader.sandbox.folders import Size, measure, remove
from grader.sandbox.quota import Quota

PLENTY = Size(1 << 40, 1 << 40)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder, beside one that must stay as it is."""
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "kept.txt").write_text("kept")
    (tmp_path / "lent").mkdir()
    return tmp_path / "lent"


def beside_is_untouched(folder: Path) -> bool:
    """Whether the neighbour is as it was, its mode included."""
    kept = folder.parent / "beside" / "kept.txt"
    return kept.read_text() == "kept" and kept.parent.stat().st_mode & 0o777 == 0o755


def nest(folder: Path, depth: int) -> None:
    """Folders in folders, deeper than a path can be long."""
    descriptor = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("a" * 20, dir_fd=descriptor)
        below = os.open("a" * 20, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
    os.close(descriptor)


def test_what_lies_in_a_folder(folder: Path) -> None:
    """Protects the bound from folders and small files, which take room too."""
    assert measure(folder, PLENTY) == Size(0, 0)
    (folder / "inner").mkdir()
    for number in range(5):
        (folder / "inner" / str(number)).write_bytes(b"x" * 8192)
    os.symlink("/usr", folder / "link")
    found = measure(folder, PLENTY)
    assert found.entries == 7, "a link is not followed"
    assert found.size >= 5 * 8192


@pytest.mark.skipif(os.geteuid() == 0, reason="for root no folder is closed")
@pytest.mark.parametrize("mode", [0o300, 0o400, 0o000])
def test_a_closed_folder_is_more_than_any_bound(folder: Path, mode: int) -> None:
    """Protects the disc from files in a folder that its owner has closed to whoever counts."""
    inner = folder / "inner"
    inner.mkdir()
    (inner / "file").write_bytes(b"x" * 8192)
    inner.chmod(mode)
    assert measure(folder, Size(1 << 20, 10)).entries > 10
    inner.chmod(0o700)


def test_counting_ends_at_the_bound(folder: Path) -> None:
    """Protects the judge from counting a million files."""
    for number in range(50):
        (folder / str(number)).touch()
    assert 10 < measure(folder, Size(1 << 40, 10)).entries <= 12
    assert measure(folder / "missing", PLENTY) == Size(0, 0)


def test_nesting_beyond_any_path_counts_as_too_much(folder: Path) -> None:
    """Protects the bound from what lies where no path reaches."""
    nest(folder, 400)
    assert measure(folder, Size(1 << 40, 10_000)).entries > 10_000
    remove(folder)
    assert not folder.exists()


def test_everything_goes(folder: Path) -> None:
    """Protects the machine's disc: folders without rights, odd names, names that removal itself uses, pipes, deep nests."""
    nest(folder, 1500)
    for name in (".0", ".1", "ünïcode", "new\nline", "-rf", "\udcff"):
        (folder / name).mkdir()
        (folder / name / "inner").mkdir()
        (folder / name / "file").touch()
    os.mkfifo(folder / "pipe")
    (folder / "sealed" / "inner").mkdir(parents=True)
    (folder / "sealed" / "inner").chmod(0)
    (folder / "sealed").chmod(0)
    remove(folder)
    assert not folder.exists()


def test_links_are_removed_and_never_followed(folder: Path) -> None:
    """Protects the instructor's files from links that a submission leaves for whoever cleans up."""
    beside = folder.parent / "beside"
    beside.chmod(0o755)
    for place in (folder, folder / "inner", folder / "inner" / "deep"):
        place.mkdir(exist_ok=True)
        os.symlink(beside, place / "to a folder")
        os.symlink(beside / "kept.txt", place / "to a file")
        os.symlink("to a folder", place / "to a link")
    remove(folder)
    assert not folder.exists()
    assert beside_is_untouched(folder)


def test_a_folder_that_is_a_link_stays(folder: Path) -> None:
    """Protects the target where a folder was replaced by a link; and one that is gone is no error."""
    os.rmdir(folder)
    remove(folder)
    os.symlink(folder.parent / "beside", folder)
    remove(folder)
    assert beside_is_untouched(folder)


def test_a_quota_ends_once(folder: Path) -> None:
    """Protects the verdict: what is beyond the bound is told once, and looked for no more."""
    ended = threading.Event()
    quota = Quota(folder, 1 << 20, ended.set, seconds=0.01)
    assert not ended.is_set()
    (folder / "large").write_bytes(b"x" * (2 << 20))
    assert ended.wait(30)
    quota.close()
    assert (quota.exceeded, quota.disc_is_full) == (True, False)


def test_a_disc_that_is_almost_full_is_nobodys_fault(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a submission from the verdict for somebody else's files: a full disc is told apart from its own."""
    quota = Quota(folder, 1 << 20, lambda: None, seconds=60)
    quota.close()
    assert not quota.look()
    monkeypatch.setattr(Quota, "_free", lambda self: 0)
    assert quota.look()
    assert (quota.exceeded, quota.disc_is_full) == (False, True)
