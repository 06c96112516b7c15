"""The line of code beside a failure comes from the file that was handed in, never from the sandbox."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.guest.encoding import decode
from grader.judge.outcome import CodeRaised, Mismatch
from grader.judge.planned import PlannedTest
from grader.judge.plugin import Ran
from grader.judge.source import Source, confirm_places
from grader.judge.words import failed_import_words, failure_words
from grader.sandbox.exchange import Failure

MODULE = Source("lab.py", "\ufeffimport os\r\n\n    x = `1 / 0`  # ёж\rlast\n".encode())
NOTEBOOK = Source(
    "lab.ipynb",
    json.dumps(
        {
            "cells": [
                {"cell_type": "markdown", "source": "# Title"},
                {"cell_type": "code", "source": ["a = 1\n", "b = a / 0"]},
                {"cell_type": "code", "source": "c = '\u2028\x0c'\nd"},
            ]
        }
    ).encode(),
)


def failure(cell: int, line: int, code: str = "SECRET of a hidden test") -> Failure:
    """A failure as a sandbox tells it."""
    return Failure(("ValueError", "Exception"), "too large", cell, line, code)


@pytest.mark.parametrize(
    ("source", "cell", "line", "code"),
    [
        (MODULE, 0, 1, "import os"),
        (MODULE, 0, 2, ""),
        (MODULE, 0, 3, "x = '1 / 0' # ёж"),
        (MODULE, 0, 4, "last"),
        (NOTEBOOK, 2, 2, "b = a / 0"),
        (NOTEBOOK, 3, 2, "d"),
        (Source("a.py", "# лаба\n1 / 0  # ёж\n".encode("cp1251")), 0, 2, "1 / 0 # ёж"),
        (Source("a.py", "# лаба\n1 / 0  # ёж\n".encode("utf-16")), 0, 2, "1 / 0 # ёж"),
        (Source("a.py", "# coding: KOI8-R\n1 / 0  # ёж\n".encode("koi8-r")), 0, 2, "1 / 0 # ёж"),
        (Source("a.py", "#!python\n# -*- coding: cp866 -*-\n1 / 0  # ёж\n".encode("cp866")), 0, 3, "1 / 0 # ёж"),
        (Source("a.py", "a = 1\n# coding: cp866\n1 / 0  # ёж\n".encode()), 0, 3, "1 / 0 # ёж"),
        (Source("a.py", "# coding: punycode\n1 / 0  # ёж\n".encode()), 0, 2, "1 / 0 # ёж"),
        (Source("a.py", "# coding: no such\n1 / 0  # ёж\n".encode()), 0, 2, "1 / 0 # ёж"),
        (Source("a.py", "ёж = 1  # ".encode() + "ёж\n".encode("cp1251") + "ёж / 0\n".encode()), 0, 2, "ёж / 0"),
        (Source("old.ipynb", json.dumps({"worksheets": [{"cells": [{"input": "old"}]}]}).encode()), 1, 1, "old"),
    ],
)
def test_the_line_is_looked_up(source: Source, cell: int, line: int, code: str) -> None:
    """Protects the place: cells count from 1 among all of them, lines as Python counts them."""
    found = source.confirmed(failure(cell, line))
    assert (found.cell, found.line, found.code) == (cell, line, code)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r", "cp866", "iso8859-5", "latin-1"])
def test_lines_are_those_that_ran(encoding: str) -> None:
    """Protects a student from a line that is not what the sandbox has run: both read a file alike, whichever editor wrote it."""
    letters = "naïve" if encoding == "latin-1" else "ёж"
    cookie = "" if encoding in ("utf-8-sig", "utf-16", "cp1251") else f"# coding: {encoding}\n"
    raw = f"{cookie}a = '{letters}'\r\n{letters} / 0\n".encode(encoding)
    ran, _ = decode(raw)
    assert [Source("a.py", raw).line(0, number) for number in range(1, 4)] == [
        line.replace("`", "'") for line in [*ran.split("\n"), ""][:3]
    ]


@pytest.mark.parametrize(("cell", "line"), [(0, 0), (0, 99), (0, -1), (1, 1), (2**30, 2**30)])
def test_a_place_that_is_not_in_the_file_is_dropped(cell: int, line: int) -> None:
    """Protects hidden inputs: a submission could spell them into the numbers of a place that it makes up."""
    assert MODULE.confirmed(failure(cell, line)) == failure(0, 0, "")


def test_a_submission_cannot_write_into_its_own_feedback() -> None:
    """Protects hidden inputs from a forged line of code: what the sandbox sent is nowhere in the outcome."""
    test = PlannedTest("id", "part", "hidden", "title", 1.0)
    ran = [Ran(test, CodeRaised(failure(0, 4))), Ran(test, CodeRaised(failure(5, 12345678))), Ran(test, Mismatch("m")), Ran(test)]
    confirm_places(ran, MODULE)
    first, second = ran[0].outcome, ran[1].outcome
    assert isinstance(first, CodeRaised)
    assert isinstance(second, CodeRaised)
    assert (str(first.message), first.failure.code) == ("Your code raised ValueError in line 4.", "last")
    assert (str(second.message), second.failure.code) == ("Your code raised ValueError.", "")


def places_told(source: Source, *raised: tuple[str, str, int]) -> list[int]:
    """The lines that the student is told of tests (part, visibility, line that the sandbox names)."""
    ran = [Ran(PlannedTest("id", part, seen, "title", 1.0), CodeRaised(failure(0, line))) for part, seen, line in raised]
    confirm_places(ran, source)
    outcomes = [one.outcome for one in ran if isinstance(one.outcome, CodeRaised)]
    for (_part, seen, line), outcome in zip(raised, outcomes, strict=True):
        withheld = seen == "hidden" and outcome.failure.line == 0
        assert (f"line {line}:" in str(outcome.detail)) == withheld, "the instructor is told every place"
        assert (str(outcome.failure.line) in str(outcome.message)) == (not withheld)
    return [outcome.failure.line for outcome in outcomes]


def test_hidden_tests_of_a_part_tell_one_place() -> None:
    """Protects hidden inputs: with a line per test a submission could spell them out, one after the other."""
    raised = [
        ("a", "public", 1),
        ("a", "public", 2),
        ("a", "hidden", 4),
        ("a", "hidden", 3),
        ("a", "hidden", 4),
        ("b", "hidden", 2),
    ]
    assert places_told(MODULE, *raised) == [1, 2, 4, 0, 4, 2]


def test_in_a_long_file_no_line_is_told_for_hidden_tests() -> None:
    """Protects hidden inputs: a raise in line 40961 of a file of 70,000 lines once told the student that number."""
    source = Source("lab.py", b"x\n" * 70_000)
    assert places_told(source, ("a", "public", 40_961), ("a", "hidden", 40_961)) == [40_961, 0]
    notebook = Source("lab.ipynb", json.dumps({"cells": [{"source": "x\n" * 100}] * 400}).encode())
    assert notebook.is_long
    assert not NOTEBOOK.is_long


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("import scipy", ["scipy"]),
        ("import numpy as np, os.path  # two", ["np", "os"]),
        ("    from .utils import iou as overlap, nms; x = 1", ["overlap", "nms"]),
        ("from utils import (  # of mine\n    iou,\n    nms as suppress,\n)\nx = (1)", ["iou", "suppress"]),
        ("from utils import (iou,", ["iou"]),
        ("imported = from_file('import os')", []),
        ("", []),
    ],
)
def test_the_names_of_an_import(statement: str, names: list[str]) -> None:
    """Protects the reason for a missing name from imports of every form."""
    assert Source("a.py", f"# first\n{statement}".encode()).imported(0, 2) == names


def why_missing(code: str, *loading: Failure, kind: str = "NameError", seen: str = "hidden") -> str:
    """What is said of a test whose code failed in line 3, below `import scipy` and `import numpy as np`."""
    raised = Failure((kind, "Exception"), "SECRET", 0, 3, "")
    ran = [Ran(PlannedTest("id", "part", seen, "title", 1.0), CodeRaised(raised))]
    confirm_places(ran, Source("a.py", f"import scipy\nimport numpy as np\n{code}\n".encode()), loading)
    assert ran[0].outcome is not None
    return str(ran[0].outcome.message)


def test_a_missing_name_whose_import_failed() -> None:
    """Protects a student from a NameError alone in every test, far from the import that is the reason."""
    first, second = (Failure(("ModuleNotFoundError",), "No module", 0, line, "", entry=line) for line in (1, 2))
    raised = "Your code raised NameError in line 3."
    why = "scipy was to come from the import in line 1, which failed."
    for seen in ("public", "hidden"):
        assert why_missing("scipy.special.expit(np.pi)", first, seen=seen) == f"{raised} {why}"
    assert "np was to come from the import in line 2" in why_missing("scipy.special.expit(np.pi)", second)
    assert why_missing("self.scipy.special", first) == raised, "another scipy"
    assert why_missing("scipy.special.expit(0)") == raised, "it was imported"
    assert why_missing("scipy.special.expit(0)", first, kind="ValueError") == "Your code raised ValueError in line 3."
    within = Failure(("ModuleNotFoundError",), "No module", 0, 1, "", entry=2)
    assert why_missing("scipy.special.expit(0)", within) == raised, "the import of a function is its own"
    in_cell = Failure(("ModuleNotFoundError",), "No module", 3, 1, "")
    assert str(failed_import_words("np", in_cell)) == "np was to come from the import in cell 3, line 1, which failed."


def test_a_missing_name_whose_import_stood_below_one_that_failed() -> None:
    """Protects notebooks that import a missing package in several lines: of a cell's failures the first alone is told."""
    cells = [["import keras\n", "import os\n", "from keras import backend as K\n"], ["K.flatten(os.name)"], ["K.sum(tf)"]]
    source = Source("lab.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]}).encode())
    loading = Failure(("ModuleNotFoundError",), "No module", 1, 1, "", entry=1)

    def said(cell: int) -> str:
        ran = [Ran(PlannedTest("id", "part", "public", "title", 1.0), CodeRaised(Failure(("NameError",), "", cell, 1, "")))]
        confirm_places(ran, source, [loading])
        return str(ran[0].outcome.message) if ran[0].outcome is not None else ""

    why = "K was to come from the import in cell 1, line 3, which failed."
    assert [said(2), said(3)] == [f"Your code raised NameError in cell {cell}, line 1. {why}" for cell in (2, 3)]
    assert why_missing("os.name", replace(loading, cell=0)) == "Your code raised NameError in line 3."


def test_imports_of_a_long_file() -> None:
    """Protects a class from a file that fails to import: of millions of lines, or of names in one line, each was looked up."""
    long = Source("lab.ipynb", json.dumps({"cells": [{"source": "import keras\n" * 4_000}]}).encode())
    failed = Failure(("ModuleNotFoundError",), "No module", 1, 1, "", entry=1)
    assert [(name, at.line) for name, at in long.not_imported(failed)] == [("keras", 1)]
    wide = Source("lab.py", b"import keras, " + b", ".join(b"a%d" % number for number in range(10_000)))
    assert len(wide.imported(0, 1)) < 1_000
    assert len(wide.line(0, 1)) <= 160


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\xfe", b"{}", b"[]", b"null", b'{"cells": 1}', b'{"cells": [1]}', b'{"cells": [{"source": 1}]}', b"[" * 10**5],
)
def test_no_file_is_too_odd(raw: bytes) -> None:
    """Protects the judge from a file that the sandbox could read and this module cannot."""
    for name in ("lab.py", "LAB.IPYNB"):
        source = Source(name, raw)
        assert isinstance(source.confirmed(failure(1, 1)), Failure)
        assert isinstance(source.line(0, 1), str)


@given(st.binary(max_size=200), st.integers(-5, 10), st.integers(-5, 300))
def test_a_line_is_short_and_printable(raw: bytes, cell: int, line: int) -> None:
    """Protects the page from bytes of every kind."""
    for name in ("a.py", "a.ipynb"):
        found = Source(name, raw).line(cell, line)
        assert len(found) <= 160
        assert found.isprintable()


def test_what_stopped_the_file_is_shown_with_its_line() -> None:
    """Protects the words about loading: the line of code stands below the sentence, as code."""
    said = str(failure_words(NOTEBOOK.confirmed(failure(2, 2))))
    assert said == "Cell 2 stopped in line 2: ValueError: too large. What follows still ran.\n`b = a / 0`"
    assert str(failure_words(failure(0, 0, ""))) == "A part of the file failed: ValueError: too large. What follows still ran."


def test_the_code_reaches_the_student(make_result: Any, tmp_path: Path) -> None:
    """Protects the page: the line is there, escaped, in both editions, for hidden tests too."""
    pages = make_result("<b>x</b> = 1 / 0 # `", tmp_path)
    for page in pages:
        assert "<code>&lt;b&gt;x&lt;/b&gt; = 1 / 0 # `</code>" in page


@pytest.fixture
def make_result() -> Any:
    """Both editions of a page with a failed hidden test whose code is this."""
    from grader.report.rendering import render
    from grader.results import (
        AssignmentSummary,
        GraderSummary,
        PartSummary,
        Results,
        SubmissionResult,
        SubmissionStatus,
        TestResult,
        TestStatus,
    )

    def make(code: str, out: Path) -> list[str]:
        test = TestResult(
            id="t", part="p", visibility="hidden", title="T", status=TestStatus.ERROR, score=0, max_score=1, code=code
        )
        one = SubmissionResult(
            student="s", path="", digest="", status=SubmissionStatus.GRADED, score=0, max_score=1, tests=(test,)
        )
        assignment = AssignmentSummary(id="a", title="A", max_score=1, parts=(PartSummary(id="p", title="P", max_score=1),))
        render(Results(grader=GraderSummary(version="0"), assignment=assignment, submissions=(one,)), out)
        return [(out / edition / "s" / "index.html").read_text(encoding="utf-8") for edition in ("students", "instructor")]

    return make


@pytest.mark.parametrize(
    ("cell", "said"), [(0, "ValueError: too large (line 2: b = a / 0)"), (3, "ValueError: too large (cell 3, line 2: b = a / 0)")]
)
def test_the_instructor_reads_of_a_cell_only_where_there_are_cells(cell: int, said: str) -> None:
    """Protects the instructor from looking for cell 0 of a module."""
    assert str(CodeRaised(failure(cell, 2, "b = a / 0"), withheld=True).detail) == said
