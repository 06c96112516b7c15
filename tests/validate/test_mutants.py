"""Mutants of a reference: whatever Python reads has some or none, and never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.code import load_file
from grader.validate.mutants import mutants_of


@pytest.mark.parametrize(
    ("code", "mutants"),
    [
        ("x in ys == True", ["x in ys != True", "x in ys == False"]),
        ("x is ys", []),
        ("z < x is not ys > x", ["z >= x is not ys > x", "z < x is not ys <= x"]),
    ],
)
def test_chained_comparisons(tmp_path: Path, code: str, mutants: list[str]) -> None:
    """Protects an author whose comparison begins with `in` or `is`, which have no mutants, from a crash at the one behind it."""
    (tmp_path / "reference.py").write_text(f"def f(x, ys, z):\n    return {code}\n")
    found = mutants_of("f", "f", load_file(tmp_path / "reference.py"))
    assert [mutant.change.rpartition(" -> return ")[2] for mutant in found] == mutants
