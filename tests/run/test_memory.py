"""What a container leaves of the machine's memory."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grader.run.memory import room_in_group

GIB = 1 << 30


def group(folder: Path, **files: object) -> None:
    """A control group's files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        (folder / name.replace("__", ".")).write_text(f"{value}\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of all groups."""
    return tmp_path / "cgroup"


def room(tmp_path: Path, root: Path, text: str) -> int:
    """The room of a process whose groups are these."""
    (tmp_path / "own").write_text(text, errors="surrogateescape")
    return room_in_group(tmp_path / "own", root)


def test_a_group_whose_name_is_no_text(tmp_path: Path, root: Path) -> None:
    """Protects a run in a group that somebody named in another encoding."""
    group(root / "\udcd1", memory__max=2 * GIB, memory__current=GIB, memory__stat="inactive_file 0")
    assert room(tmp_path, root, "0::/\udcd1\n") == GIB


def test_version_2(tmp_path: Path, root: Path) -> None:
    """Protects a container with a limit, its own or one above it; what the kernel may drop is free."""
    group(root / "a" / "b", memory__max="max", memory__current=GIB, memory__stat=f"anon 5\ninactive_file {GIB}")
    group(root / "a", memory__max=4 * GIB, memory__current=2 * GIB, memory__stat=f"anon 5\ninactive_file {GIB}")
    assert room(tmp_path, root, "0::/a/b\n") == 3 * GIB
    group(root / "a" / "b", memory__max=2 * GIB)
    assert room(tmp_path, root, "0::/a/b\n") == 2 * GIB


def test_version_1(tmp_path: Path, root: Path) -> None:
    """Protects the same of the older kind; other controllers do not count."""
    group(root / "memory" / "a", memory__limit_in_bytes=GIB, memory__usage_in_bytes=2 * GIB, memory__stat="total_inactive_file 0")
    assert room(tmp_path, root, "7:cpu,cpuacct:/a\n5:hugetlb,memory:/a\n") == 0
    assert room(tmp_path, root, "7:cpu,cpuacct:/a\n") == sys.maxsize


@pytest.mark.parametrize("text", ["", "0::/no/such\n", "0::/\n", "0::/../..\n"])
def test_no_limit(tmp_path: Path, root: Path, text: str) -> None:
    """Protects a machine without groups, and one that shows none of them."""
    root.mkdir()
    (root / "memory.max").write_text("nonsense")
    assert room(tmp_path, root, text) == sys.maxsize
    assert room_in_group(tmp_path / "nowhere", root) == sys.maxsize
