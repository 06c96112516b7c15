"""Which code of a file a function depends on: too much costs time, too little would keep a wrong grade."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.closure import closure_digests

SOURCE = '''"""A reference."""

import math
from collections.abc import Sequence

SCALE = 2.0


def _half(value):
    return value / SCALE


def mean(values: Sequence[float]):
    """The mean."""
    return _half(sum(values) / len(values)) * 2


def root(value):
    return math.sqrt(value)


class Box:
    side = 3

    def area(self):
        return self.side**2


def area():
    return Box().area()
'''
PARTS = {"mean": "mean", "root": "root", "area": "area"}


def changed(before: str, after: str) -> set[str]:
    """The parts whose code differs."""
    one, other = closure_digests(before, PARTS), closure_digests(after, PARTS)
    return {part for part in PARTS if one[part] != other[part]}


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("sum(values) / len(values)", "sum(values) / max(1, len(values))", {"mean"}),
        ("value / SCALE", "value / 2", {"mean"}),
        ("SCALE = 2.0", "SCALE = 3.0", {"mean"}),
        ("math.sqrt(value)", "value ** 0.5", {"root"}),
        ("import math\n", "import cmath as math\n", {"root"}),
        ("self.side**2", "self.side * 2", {"area"}),
        ("side = 3", "side = 4", {"area"}),
        ('"""A reference."""', '"""The reference."""', set()),
        ("def root", "# a remark\n\n\ndef root", set()),
        ("def root", "def unused():\n    return mean([1])\n\n\ndef root", set()),
    ],
)
def test_only_who_uses_it(old: str, new: str, parts: set[str]) -> None:
    """Protects the other parts from being graded again, and whoever uses the code, at however many removes, from an old grade."""
    assert old in SOURCE
    assert changed(SOURCE, SOURCE.replace(old, new)) == parts


@pytest.mark.parametrize(
    "line",
    [
        "TABLE = {}\nTABLE['x'] = 1",
        "mean.limit = 3",
        "print('imported')",
        "if SCALE > 1:\n    SCALE = 5",
        "seed = math.floor(3.2)",
        "@Box\ndef other():\n    pass",
        "def other(value=math.floor(2)):\n    pass",
        "class Other(Box):\n    size = math.floor(2)",
        "class Other(Box, metaclass=type):\n    pass",
        "SCALE += 1",
        "del SCALE",
        "for SCALE in (1, 2):\n    pass",
        "first, second = 1, 2",
    ],
)
def test_what_acts_at_import_counts_for_all(line: str) -> None:
    """Protects from code that changes what is elsewhere: whoever adds or changes it has everything graded again."""
    assert changed(SOURCE, f"{SOURCE}\n{line}\n") == set(PARTS)


@pytest.mark.parametrize(
    "line",
    [
        "def other():\n    global SCALE\n    SCALE = 3",
        "def other():\n    return globals()['mean']",
        "def other():\n    exec('x = 1')",
        "import sys",
        "from importlib import reload",
        "from math import *",
        "import inspect as look",
    ],
)
def test_a_file_that_looks_itself_up_is_not_cut(line: str) -> None:
    """Protects from dependencies that no reading of the code can see: then even a changed comment changes every part."""
    source = f"{SOURCE}\n{line}\n"
    assert changed(source, source.replace("def root", "# a remark\ndef root")) == set(PARTS)


def test_a_file_that_cannot_be_read_is_one_piece() -> None:
    """Protects from a syntax error, and from a function that is not simply defined."""
    assert changed("def mean(:", "def mean(: ") == set(PARTS)
    assert changed("try:\n    mean = root = area = 1\nfinally:\n    pass\n", "mean = root = area = 2\n") == set(PARTS)


def test_the_references_of_the_labs_can_be_cut(repository: Path) -> None:
    """Protects the labs' own references from a line for which every change would have everything graded again."""
    source = (repository / "reference" / "lab15.py").read_text()
    names = ["get_features_map", "get_fc_weights"]
    functions = dict(zip(names, names, strict=True))
    before = closure_digests(source, functions)
    after = closure_digests(source.replace("return features\n", "return features + 0\n"), functions)
    assert "return features\n" in source
    assert before["get_features_map"] != after["get_features_map"]
    assert before["get_fc_weights"] == after["get_fc_weights"]
