"""What the inside may read of this machine, however its folders are called."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from grader.sandbox import library
from grader.sandbox.library import hidden_in, installed_package, without


@pytest.fixture
def link(tmp_path: Path) -> Path:
    """A link to the folder `real` with `lib/course` and `lib/other` in it."""
    (tmp_path / "real" / "lib" / "course").mkdir(parents=True)
    (tmp_path / "real" / "lib" / "other").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    return tmp_path / "link"


def test_hidden_folders_are_named_by_the_way_to_them(link: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects hidden tests: a wall covers paths, and the same folder may be reached by two."""
    real = link.parent / "real"
    monkeypatch.chdir(link.parent)
    for called in (
        real / "lib" / "course",
        link / "lib" / "course",
        Path("real/lib/course"),
        real / "lib" / ".." / "lib" / "course",
    ):
        assert hidden_in(link / "lib", [called, link.parent]) == [link / "lib" / "course"]
        assert without(link / "lib", [called]) == [link / "lib" / "other"]
    assert hidden_in(link / "lib", [real / "lib"]) == [link / "lib"]
    assert without(link / "lib", [real / "lib"]) == []


def test_the_installed_package_below_a_link(link: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the judge's code in an environment that is reached by a link: the package knows itself by its real path."""
    monkeypatch.setattr(sysconfig, "get_paths", lambda: {"purelib": str(link / "lib")})
    assert installed_package() is None
    monkeypatch.setattr(library, "PACKAGE", link.parent / "real" / "lib" / "other")
    assert installed_package() == link / "lib" / "other"
