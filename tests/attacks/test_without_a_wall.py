"""The same exploits where there is no wall: they work there, so that the tests of the wall would notice if it had a hole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.sandbox.wall import NoWall

from .conftest import CORPUS, PATIENT, Exploit, School, exploits, marks, open_school

HARMLESS = [exploit for exploit in exploits() if exploit.header.get("bare") == "MARK"]


@pytest.fixture
def bare(tmp_path: Path, tiny_course: Path) -> Iterator[School]:
    """A school without a wall, in a folder that the exploits may spoil."""
    with open_school(tmp_path, tiny_course, NoWall(), PATIENT) as opened:
        yield opened


@pytest.mark.parametrize("exploit", HARMLESS, ids=lambda exploit: exploit.name)
def test_it_works_without_a_wall(bare: School, exploit: Exploit) -> None:
    """Protects the suite from exploits that would leave no mark if they worked: they write in their own folder."""
    assert marks(bare.grade(exploit.path))


def test_honest_work_leaves_no_mark(bare: School) -> None:
    """Protects the test above from a kit that always says that it worked."""
    path = bare.machine.folder / "honest.py"
    path.write_text("from kit import *\n")
    result = bare.grade(path)
    assert (marks(result), result.score) == ([], 100.0)


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    """Protects the suite from a glob that finds nothing: at least 115 exploits of every family, each with a sentence about it."""
    found = exploits()
    families = {exploit.path.parent.name for exploit in found}
    assert len(found) >= 115
    assert families == {path.name for path in CORPUS.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert all(len(exploit.document) > 20 for exploit in found)
    assert len(HARMLESS) >= 10
