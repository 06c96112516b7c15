"""Whether calls of a submission have written files that later calls could read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.guest.footprint import footprint


def test_what_counts_as_a_change(tmp_path: Path) -> None:
    """Protects from passing over a file that is new, gone, longer, written again, or another kind of thing."""
    folder = tmp_path / "work"
    (folder / "inner").mkdir(parents=True)
    seen = [footprint([folder])]
    assert footprint([folder]) == seen[0] != ""
    (folder / "inner" / "a").write_text("x")
    seen.append(footprint([folder]))
    (folder / "inner" / "a").write_text("xx")
    seen.append(footprint([folder]))
    os.utime(folder / "inner" / "a", ns=(1, 1))
    seen.append(footprint([folder]))
    (folder / "inner" / "a").unlink()
    (folder / "inner" / "a").mkdir()
    seen.append(footprint([folder]))
    (folder / os.fsdecode(b"\xff")).write_text("")
    seen.append(footprint([folder]))
    assert len(set(seen)) == len(seen)


def test_what_cannot_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a run from a submission that has put something else in the place of what is used, or writes files without end."""
    assert footprint([tmp_path]) != ""
    monkeypatch.setattr("grader.guest.footprint._MOST", 2)
    for name in "abc":
        (tmp_path / name).write_text("")
    assert footprint([tmp_path]) == ""
    monkeypatch.setattr(os, "walk", None)
    assert footprint([tmp_path]) == ""


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """Protects a sandbox without a home."""
    assert footprint([tmp_path / "no such folder"]) == footprint([])
