"""A changed test or reference: only the parts that it concerns are tested again, and the outcome is that of a whole run."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.results import read_results

pytestmark = pytest.mark.wall

RIGHT = """
def mean(values):
    return sum(values) / len(values)


def clamp(value, low, high):
    return max(low, min(high, value))


def count_words(text):
    words = text.lower().split()
    return {word: words.count(word) for word in words}
"""
# Adapted in two parts, wrong in the third, and an error in a cell: everything that messages are made of.
ADAPTED = """
import pathlib
1 / 0
def average(numbers):
    return sum(numbers) / max(1, len(numbers) - 1)
def clamp(maximum, x, minimum):
    return max(minimum, min(maximum, x))
def word_count(line):
    return {word: line.split().count(word) for word in line.split()}
"""
WRITES = RIGHT.replace("    return max(low", "    open('seen', 'a').write('x')\n    return max(low")
CRASHES = RIGHT.replace("    words = text", "    import os\n    os._exit(3)\n    words = text")
SLOW = "while True:\n    pass\n"
CONFTEST = """
import pytest


@pytest.fixture(autouse=True)
def _logged(request):
    with open({log!r}, "a") as stream:
        stream.write(request.node.nodeid.rpartition("/tests/")[2] + "\\n")
"""


@dataclass
class Course:
    """The tiny course with a class, a journal, and a log of the tests that were run."""

    grade: Callable[..., Any]
    root: Path
    log: Path

    @property
    def place(self) -> Path:
        """The assignment's folder."""
        return self.root / "assignments" / "tiny"

    def run(self, *options: str, out: str = "out") -> list[str]:
        """Grade; the tests that were run, of all students, sorted."""
        self.log.write_text("")
        finished = self.grade(self.root / "submissions", "-o", self.root / out, "-j", 1, *options)
        assert finished.status == 0, finished.stderr
        # One that is run again at once, because it failed in a process that was used, counts once.
        return sorted(name for name, _ in itertools.groupby(self.log.read_text().split()))

    def assert_as_fresh(self) -> None:
        """The results are, but for seconds, byte for byte those of a whole run."""
        self.run("--fresh", out="fresh")
        assert self.json("out") == self.json("fresh")

    def json(self, out: str) -> str:
        """The results as they are written, less the seconds."""
        results = read_results(self.root / out / "results.json")
        timeless = [one.model_copy(update={"seconds": 0}) for one in results.submissions]
        return results.model_copy(update={"submissions": tuple(timeless)}).to_json()

    def replace(self, file: str, old: str, new: str) -> None:
        """Change a file of the assignment."""
        path = self.place / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@pytest.fixture
def course(grade: Callable[..., Any], course_copy: Path, tmp_path: Path) -> Callable[..., Course]:
    """`course(ann=source, ...)`: a course whose class has been graded once."""

    def make(**sources: str) -> Course:
        made = Course(grade, course_copy, tmp_path / "log")
        (made.place / "tests" / "conftest.py").write_text(CONFTEST.format(log=str(made.log)))
        made.replace("assignment.yaml", "load_seconds: 8", "load_seconds: 2")
        for student, source in sources.items():
            folder = course_copy / "submissions" / "tiny" / student
            folder.mkdir(parents=True)
            (folder / "tiny.py").write_text(source)
        made.run()
        return made

    return make


CLAMP = ["hidden/test_clamp.py::test_outside", "public/test_clamp.py::test_inside"]
MEAN = ["hidden/test_mean.py::test_fractions", "hidden/test_mean.py::test_one_number", "public/test_mean.py::test_three_numbers"]
WORDS = ["hidden/test_words.py::test_case", "public/test_words.py::test_repeated_word"]
EVERY = sorted([*CLAMP, *MEAN, *WORDS])


def test_a_changed_hidden_test(course: Callable[..., Course]) -> None:
    """Protects a class of 300 from an afternoon for one mended test: its part is tested again, and nothing else."""
    made = course(ann=RIGHT, bob=ADAPTED)
    assert made.run() == [], "nothing has changed"
    made.replace("tests/hidden/test_clamp.py", "check.clamp(99, 0, 10)", "check.clamp(99, 0, 11)")
    assert made.run() == sorted(CLAMP * 2)
    made.assert_as_fresh()


def test_new_and_removed_tests_and_weights(course: Callable[..., Course]) -> None:
    """Protects shares of points and the order of tests where a part's tests become more, fewer, or worth something else."""
    made = course(ann=RIGHT, bob=ADAPTED)
    (made.place / "tests" / "hidden" / "test_a_mean.py").write_text(
        'import pytest\n\n\n@pytest.mark.part("mean", weight=5)\ndef test_new(check):\n    """New."""\n    check.mean([4, 4])\n'
    )
    assert made.run() == sorted([*MEAN, "hidden/test_a_mean.py::test_new"] * 2)
    made.assert_as_fresh()
    (made.place / "tests" / "public" / "test_mean.py").unlink()
    assert set(made.run()) & {*CLAMP, *WORDS} == set()
    made.assert_as_fresh()


def test_a_changed_reference(course: Callable[..., Course]) -> None:
    """Protects the parts whose reference is as it was; a remark in it changes nothing at all."""
    made = course(ann=RIGHT, bob=ADAPTED)
    made.replace("../../reference/tiny.py", "def mean", "# a remark\n\n\ndef mean")
    assert made.run() == []
    made.replace("../../reference/tiny.py", "return sum(values) / len(values)", "return 1 + sum(values) / len(values)")
    assert made.run() == sorted(MEAN * 2)
    assert [one.parts[0].score for one in read_results(made.root / "out" / "results.json").submissions] == [0, 0]
    made.assert_as_fresh()


def test_what_tests_share(course: Callable[..., Course]) -> None:
    """Protects from an old verdict where a conftest, a comparison or the specification is new: everything is tested again."""
    made = course(ann=RIGHT)
    for file, word in (
        ("tests/conftest.py", "import pytest"),
        ("comparison.py", "import math"),
        ("assignment.yaml", "points: 100"),
    ):
        made.replace(file, word, f"{word}  # a remark" if file != "assignment.yaml" else f"{word}\npass_score: 50")
        assert made.run() == EVERY, file
    made.assert_as_fresh()


def test_parts_that_ask_each_other(course: Callable[..., Course]) -> None:
    """Protects tests that call another part: what is learnt of it in one test is used in the next, so that both go together."""
    made = course(ann=RIGHT, bob=ADAPTED)
    made.replace("tests/hidden/test_words.py", "    check.words(", "    check.clamp(1, 0, 2)\n    check.words(")
    made.run()
    made.assert_as_fresh()
    made.replace("tests/hidden/test_clamp.py", "check.clamp(99, 0, 10)", "check.clamp(99, 0, 11)")
    assert made.run() == sorted([*CLAMP, *WORDS] * 2)
    made.assert_as_fresh()


def test_a_new_call_of_another_part(course: Callable[..., Course]) -> None:
    """Protects the same where it is the changed test that begins to call another part: then everything is tested."""
    made = course(ann=RIGHT)
    made.replace("tests/hidden/test_clamp.py", "check.clamp(99, 0, 10)", "check.clamp(99, 0, 10)\n    check.mean([1])")
    assert made.run() == sorted([*CLAMP, *EVERY])
    made.assert_as_fresh()


@pytest.mark.parametrize("source", [WRITES, CRASHES], ids=["writes files", "crashes"])
def test_parts_that_may_have_met(course: Callable[..., Course], source: str) -> None:
    """Protects from putting together what a whole run would not find: files stay between calls, a crash takes others along."""
    made = course(ann=source)
    made.replace("tests/hidden/test_mean.py", "check.mean([-7.25])", "check.mean([-7.5])")
    assert made.run() == EVERY
    made.assert_as_fresh()


def test_work_that_ends_before_any_test(course: Callable[..., Course]) -> None:
    """Protects from a half-new result for a file that never came to its end: its tests' points are those of now."""
    made = course(ann=SLOW, bob="def (\n")
    made.replace("tests/hidden/test_clamp.py", "weight=2", "weight=3")
    made.run()
    results = read_results(made.root / "out" / "results.json").submissions
    assert [one.status for one in results] == ["timed_out", "not_loadable"]
    made.assert_as_fresh()


def test_a_fault_of_the_grader_is_no_verdict_to_keep(course: Callable[..., Course]) -> None:
    """Protects a student from a part that could not be judged: it is tested again, for the rest the verdict before stands."""
    made = course(ann=RIGHT)
    made.replace("tests/hidden/test_mean.py", "check.mean([-7.25])", "1 / 0")
    assert made.grade(made.root / "submissions", "-o", made.root / "out", "-j", 1).status == 1
    made.replace("tests/hidden/test_mean.py", "1 / 0", "check.mean([-7.25])  # mended")
    assert made.run() == [test for test in EVERY if "/test_mean.py" in test]
    made.assert_as_fresh()
