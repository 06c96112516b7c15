"""Whatever is handed in gets its own verdict, and the run goes on. The table of bad input, and where each row is tested:

=============================================================== ==========================================
no such folder, no assignment, two assignments match            `tests/cli/test_run.py`, `tests/run/test_plan.py`
unknown key, wrong type, points that do not add up              `tests/course/test_specification.py`, `tests/cli/test_run.py`
empty, binary, non-UTF-8, non-JSON, nbformat 3, huge file       here
function missing, raises, hangs, wrong type, shape, NaN, giant  here; the first and third in `tests/test_course.py` too
no user namespaces                                              `tests/cli/test_run.py`
Ctrl-C                                                          `tests/cli/test_interrupt.py`
=============================================================== ==========================================
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.results import Results, SubmissionResult, TestResult, read_results

pytestmark = pytest.mark.wall

CLAMP = "def clamp(value, low, high):\n    return max(low, min(high, value))\n"
WORDS = "def count_words(text):\n    w = text.lower().split()\n    return {a: w.count(a) for a in w}\n"
MEAN = "def mean(values):\n    return sum(values) / len(values)\n"
RIGHT = f"# Решение\n{MEAN}\n\n{CLAMP}\n\n{WORDS}"


def notebook(*sources: str, **changes: Any) -> str:
    """A notebook of today's format with these code cells."""
    cells = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for n, source in enumerate(sources)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **changes}, ensure_ascii=False)


def old_notebook(*sources: str) -> str:
    """A notebook of nbformat 3, as IPython 2 wrote it: worksheets, `input` for `source`."""
    cells = [
        {"cell_type": "code", "collapsed": False, "input": source, "language": "python", "metadata": {}, "outputs": []}
        for source in sources
    ]
    document = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells, "metadata": {}}]}
    return json.dumps(document)


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))

OURS, THEIRS = f"<<<<<<< HEAD\n{RIGHT}", f"=======\n{RIGHT}>>>>>>> origin/main\n"

# name -> (file, content, points, status, what is said)
FILES: dict[str, tuple[str, str | bytes, float, str, str]] = {
    "empty module": ("tiny.py", "", 0, "not_loadable", "The file is empty."),
    "blank module": ("tiny.py", " \n\t\n", 0, "not_loadable", "The file is empty."),
    "empty notebook": ("tiny.ipynb", "", 0, "not_loadable", "The file is empty."),
    "modules gone": ("tiny.py", f"{RIGHT}\nimport sys\nsys.modules = None\n", 0, "crashed", "ran the file ended"),
    "names gone": ("tiny.py", f"{RIGHT}\nimport builtins\nbuiltins.list = None\n", 0, "crashed", "ran the file ended"),
    "functions gone": ("tiny.py", f"{RIGHT}\nimport hashlib\nhashlib.sha256 = None\n", 0, "crashed", "ran the file ended"),
    "methods gone": ("tiny.py", f"{RIGHT}\nimport ctypes\nctypes.CDLL.__init__ = None\n", 0, "crashed", "ran the file ended"),
    "imports gone": ("tiny.py", f"{RIGHT}\nimport builtins\nbuiltins.__import__ = None\n", 0, "crashed", "ran the file ended"),
    "binary module": ("tiny.py", PNG, 0, "not_loadable", "it holds binary data"),
    "binary notebook": ("tiny.ipynb", PNG, 0, "not_loadable", "not text in UTF-8"),
    "pickled module": ("tiny.py", b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x03abc\x94.", 0, "not_loadable", "The file is not"),
    "cp1251 module": ("tiny.py", f"print('Ответ')\n{RIGHT}".encode("cp1251"), 100, "graded", "Windows-1251"),
    "cp1251 in a comment": ("tiny.py", RIGHT.encode("cp1251"), 100, "graded", ""),
    "cp1251 said": ("tiny.py", f"# coding: cp1251\nprint('Ответ')\n{RIGHT}".encode("cp1251"), 100, "graded", ""),
    "cp1251 notebook": ("tiny.ipynb", notebook(RIGHT).encode("cp1251"), 100, "graded", "Windows-1251"),
    "utf-16 notebook": ("tiny.ipynb", notebook(RIGHT).encode("utf-16"), 100, "graded", "UTF-16"),
    "byte order mark": ("tiny.py", RIGHT.encode("utf-8-sig"), 100, "graded", ""),
    "byte order mark in a notebook": ("tiny.ipynb", notebook(RIGHT).encode("utf-8-sig"), 100, "graded", ""),
    "windows lines": ("tiny.py", RIGHT.replace("\n", "\r\n"), 100, "graded", ""),
    "not JSON": ("tiny.ipynb", RIGHT, 0, "not_loadable", "not a Jupyter notebook"),
    "half a notebook": ("tiny.ipynb", notebook(RIGHT)[:-40], 0, "not_loadable", "not a Jupyter notebook"),
    "conflict in a notebook": (
        "tiny.ipynb",
        notebook(MEAN, CLAMP, WORDS).replace('"cells": [', f'"cells": [\n{OURS.splitlines()[0]}\n1\n=======\n2\n>>>>>>> b\n'),
        0,
        "not_loadable",
        "markers of a conflict in git, from line 2 on",
    ),
    "conflict in a module": (
        "tiny.py",
        f"{OURS}{THEIRS}",
        100,
        "graded",
        "Line 1 failed: SyntaxError: this is a marker of a conflict",
    ),
    "nothing but a conflict": (
        "tiny.py",
        "\n<<<<<<< a\nx y\n=======\ny z\n>>>>>>> b\n",
        0,
        "not_loadable",
        "in git, from line 2 on",
    ),
    "a heading in a notebook": ("tiny.ipynb", f"=======\n{notebook(RIGHT)}", 0, "not_loadable", "not a Jupyter notebook"),
    "JSON, no notebook": ("tiny.ipynb", '{"a": 1}', 0, "not_loadable", "not a Jupyter notebook"),
    "JSON list": ("tiny.ipynb", "[1, 2]", 0, "not_loadable", "not a Jupyter notebook"),
    "deep JSON": ("tiny.ipynb", "[" * 100_000, 0, "not_loadable", "The file is "),
    "cells are a word": ("tiny.ipynb", notebook(cells="none"), 0, "not_loadable", "not a Jupyter notebook"),
    "a cell is a number": ("tiny.ipynb", notebook(cells=[5]), 0, "not_loadable", "not a Jupyter notebook"),
    "no cells": ("tiny.ipynb", notebook(), 0, "not_loadable", "The notebook has no code."),
    "empty cells": ("tiny.ipynb", notebook("", " \n"), 0, "not_loadable", "The notebook has no code."),
    "nbformat 3": ("tiny.ipynb", old_notebook(*RIGHT.replace("Решение", "x").split("\n\n")), 100, "graded", ""),
    "huge module": ("tiny.py", RIGHT + "#" * (1 << 20), 0, "not_loadable", "The file is larger than 1 MB."),
    "huge notebook": (
        *("tiny.ipynb", notebook(RIGHT, "#" * (1 << 20)), 0, "not_loadable"),
        "The notebook is larger than 1 MB. Clear the outputs of all cells, save it and hand it in again.",
    ),
    "just not huge": ("tiny.py", RIGHT + "#" * ((1 << 20) - len(RIGHT.encode())), 100, "graded", ""),
    "upper case": ("TINY.PY", RIGHT, 100, "graded", ""),
    "only prose": ("tiny.txt", RIGHT, 0, "missing", "There is no notebook and no module to grade."),
}

# name -> (body of `mean`, verdicts of its tests, what the public one's message says)
MEANS: dict[str, tuple[str, set[str], str]] = {
    "raises": ("raise ValueError('too short')", {"error"}, "ValueError: too short"),
    "raises by an index": ("return values[100]", {"error"}, "IndexError: list index out of range"),
    "a class of its own": ("raise type('Mine', (KeyError,), {})('x')", {"error"}, "Your code raised KeyError"),
    "no message to be had": (
        "raise type('E', (Exception,), {'__str__': lambda self: 1 / 0})()",
        {"error"},
        "its message could not be made: ZeroDivisionError",
    ),
    "exits": ("import sys; sys.exit(0)", {"error"}, "SystemExit"),
    "interrupts": ("raise KeyboardInterrupt", {"error"}, "KeyboardInterrupt"),
    "recurses": ("return mean(values)", {"error"}, "RecursionError"),
    "hangs": ("while True: pass", {"timed_out"}, "did not finish in the time that it has"),
    "sleeps through": ("import time; time.sleep(10**6)", {"timed_out"}, "did not finish in the time that it has"),
    "dies": ("import os; os._exit(0)", {"crashed"}, "process ended before it answered"),
    "kills itself": ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", {"crashed"}, "process ended"),
    "closes everything": ("import os, time; os.closerange(0, 500); time.sleep(1000)", {"crashed"}, "ended before it answered"),
    "writes into every descriptor": (
        "import os, time; [os.write(n, b'0' * 99) for n in range(64) if os.path.exists(f'/proc/self/fd/{n}')]; time.sleep(1000)",
        {"crashed"},
        "ended before it answered",
    ),
    "None": ("sum(values) / len(values)", {"failed"}, "Your function returned None."),
    "text": ("return str(sum(values) / len(values))", {"failed"}, "a str, not a number"),
    "list": ("return [sum(values) / len(values)]", {"failed"}, "a list, not a number"),
    "shape": ("import numpy; return numpy.full((1, 3), 3.0)", {"failed"}, "a ndarray, not a number"),
    "NaN": ("return float('nan')", {"failed"}, "Your function returned NaN."),
    "infinity": ("return float('inf')", {"failed"}, "returned inf"),
    "complex": ("return 3 + 0j", {"failed"}, "a complex, not a number"),
    "giant integer": ("return 10 ** 3000", {"failed"}, "an integer of 9966 bits"),
    "more giant integer": ("return 10 ** 30000", {"error"}, "too large or too strange"),
    "giant array": ("import numpy; return numpy.zeros(10**6)", {"error"}, "too large or too strange"),
    "giant text": ("return 'x' * 10**7", {"error"}, "too large or too strange"),
    "giant list": ("return [0] * 10**6", {"error", "failed"}, "Your function returned"),
    "endless": ("import itertools; return itertools.count()", {"failed", "error"}, "Your function returned"),
    "in itself": ("a = []; a.append(a); return a", {"failed", "error"}, "Your function returned"),
    "object": ("return object()", {"failed"}, "an object instead of numbers"),
    "module": ("import sys; return sys", {"failed"}, "an object instead of numbers"),
    "own number": ("return type('N', (float,), {'__eq__': lambda *a: True})(0)", {"failed"}, "returned 0.0"),
    "own bool": (
        "return type('N', (int,), {'__ne__': lambda *a: False, '__float__': lambda s: 3.0})(5)",
        {"failed"},
        "returned 5",
    ),
}


@pytest.fixture(scope="module")
def results(grade: Callable[..., Any], tiny_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Everything in one run, with a student for each row."""
    course = Path(shutil.copytree(tiny_course, tmp_path_factory.mktemp("bad") / "course"))
    place = course / "submissions" / "tiny"
    shutil.rmtree(place)
    for student, (name, content, *_) in FILES.items():
        write(place / student / name, content)
    for student, (body, *_) in MEANS.items():
        write(place / f"mean: {student}" / "tiny.py", f"def mean(values):\n    {body}\n\n\n{CLAMP}\n\n{WORDS}")
    (place / "an empty folder").mkdir()
    write(place / "only a link" / "readme", "")
    (place / "only a link" / "tiny.py").symlink_to(course / "reference" / "tiny.py")
    specification = course / "assignments" / "tiny" / "assignment.yaml"
    specification.write_text(specification.read_text().replace("call_seconds: 3", "call_seconds: 2"))
    out = course / "out"
    finished = grade(course / "submissions", "-o", out, "-j", 2)
    assert (finished.status, finished.left_behind) == (0, []), finished.stderr
    return read_results(out / "results.json")


def write(path: Path, content: str | bytes) -> None:
    """Write a student's file."""
    path.parent.mkdir(parents=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def of(results: Results, student: str) -> SubmissionResult:
    """A student's result."""
    return next(one for one in results.submissions if one.student == student)


def test_everyone_has_a_verdict(results: Results) -> None:
    """Protects the run: no file in it stops it, and nothing is the grader's fault."""
    assert len(results.submissions) == len(FILES) + len(MEANS) + 2
    assert [one.student for one in results.submissions if one.status == "grader_error"] == []


@pytest.mark.parametrize("student", FILES)
def test_a_file(results: Results, student: str) -> None:
    """Protects the verdict and the words for each kind of file, and honest files in an unusual form from being taken for bad."""
    _, _, points, status, said = FILES[student]
    result = of(results, student)
    assert (result.status, result.score) == (status, points)
    assert said in " ".join(result.messages)
    if status != "graded":
        assert {test.score for test in result.tests} == {0}
        assert len(result.messages) == 1


@pytest.mark.parametrize("student", ["an empty folder", "only a link"])
def test_nothing_was_handed_in(results: Results, student: str) -> None:
    """Protects the verdict `missing`, also where a link leads to somebody else's solution."""
    result = of(results, student)
    assert (result.status, result.score) == ("missing", 0)
    assert "There is no notebook and no module to grade." in result.messages[0]


@pytest.mark.parametrize("name", MEANS)
def test_an_answer(results: Results, name: str) -> None:
    """Protects the verdict and the words for each way in which one function goes wrong, and the other parts from it."""
    _, verdicts, said = MEANS[name]
    result = of(results, f"mean: {name}")
    assert result.status == "graded"
    tests: list[TestResult] = [test for test in result.tests if test.part == "mean"]
    assert {str(test.status) for test in tests} <= verdicts
    assert [said in test.message for test in tests if test.visibility == "public"] == [True]
    assert [part.score for part in result.parts] == [0, 30, 30]
