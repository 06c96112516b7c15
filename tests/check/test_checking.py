"""A check asks the public tests what grading will ask them, and says what it does not decide."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.check.checking import Checked, Checker
from grader.check.page import check_page
from grader.check.telling import Line, tell
from grader.check.work import find_work
from grader.course.assignment import AssignmentFolder, open_assignment
from grader.errors import UsageError
from grader.results import SubmissionStatus


def check(lab: AssignmentFolder, path: Path, language: str = "en", keyword: str = "") -> Checked:
    """Check once."""
    with Checker(lab, language, keyword) as checker:
        return checker.check(find_work(path, lab))


def said(checked: Checked, *, verbose: bool = False) -> str:
    """What a terminal would show."""
    return "\n".join(" " * line.indent + line.text for line in tell(checked, verbose=verbose))


def test_only_public_tests_are_run(tiny: AssignmentFolder, right: Path) -> None:
    """Protects hidden tests: nothing of them runs beside code without a wall, and nothing of them is in what comes out."""
    checked = check(tiny, right)
    assert {test.visibility for test in checked.submission.tests} == {"public"}
    assert checked.all_pass
    assert checked.passed == 3
    assert "hidden/" not in checked.results.to_json()


def test_all_passed_is_not_the_grade(tiny: AssignmentFolder, right: Path) -> None:
    """Protects a student from taking "all passed" for the grade: score, number of hidden tests and their points per part."""
    checked = check(tiny, right)
    assert checked.submission.score == pytest.approx(30.83)
    assert [(part.title, part.tests, round(part.points, 2)) for part in checked.withheld] == [
        ("Mean", 2, 26.67),
        ("Clamp", 1, 20.0),
        ("Word count", 1, 22.5),
    ]
    assert "This is not the grade yet: hidden tests decide about 69.17 of the 100 points." in said(checked)
    assert "Mean: 2 hidden tests, 26.67 points" in said(checked)


def test_words_of_a_mistake(tiny: AssignmentFolder, wrong: Path) -> None:
    """Protects the feedback: known mistake, what came, what was expected, the hint, and what was not found."""
    text = said(check(tiny, wrong))
    for words in (
        "The divisor is n - 1.",
        "Your function returned 4.5.",
        "Expected: 3.0",
        "Hint: 1 + 2 + 6 is 9.",
        "Nothing was found under the name count_words",
        "1 of 3 public tests passes",
    ):
        assert words.replace("passes", "pass") in text


def test_the_languages(tiny: AssignmentFolder, wrong: Path) -> None:
    """Protects a Russian reader from English islands: every sentence of the check's own is translated."""
    text = said(check(tiny, wrong, "ru"))
    for words in ("Проходят 1 из 3 открытых тестов", "Это ещё не оценка", "Среднее: 2 скрытых теста", "Ожидалось"):
        assert words in text, text


def test_a_file_that_does_not_load(tiny: AssignmentFolder, tmp_path: Path) -> None:
    """Protects the reason, once, instead of a list of tests that all say the same."""
    path = tmp_path / "tiny.py"
    path.write_text("def mean(:\n")
    checked = check(tiny, path)
    assert checked.submission.status is SubmissionStatus.NOT_LOADABLE
    assert not checked.all_pass
    assert said(checked).count("The file is not valid Python: line 1") == 1
    assert "The submission could not be run" not in said(checked)


def test_a_keyword_selects(tiny: AssignmentFolder, right: Path) -> None:
    """Protects `-k`: only the tests that match are run and counted, their points stay what they are, the rest is mentioned."""
    checked = check(tiny, right, keyword="clamp or words")
    assert [test.part for test in checked.submission.tests] == ["clamp", "words"]
    assert checked.submission.score == pytest.approx(17.5)
    assert "1 more was left out by -k." in said(checked)
    assert "Mean: no public tests" not in said(checked)


@pytest.mark.parametrize(("keyword", "why"), [("nothing_like_it", "matches no test"), ("and (", "is no expression")])
def test_a_keyword_without_a_test(tiny: AssignmentFolder, right: Path, keyword: str, why: str) -> None:
    """Protects from "all 0 tests pass", and whoever mistyped a name from looking for it."""
    with pytest.raises(UsageError, match=why) as told:
        check(tiny, right, keyword=keyword)
    if why == "matches no test":
        assert told.value.remedy == "-k takes words of the tests' names: test_three_numbers, test_inside, test_repeated_word"


def test_the_process_stays_warm_and_forgets(tiny: AssignmentFolder, right: Path) -> None:
    """Protects `--watch`: one checker follows the file as it changes, and nothing of the last state stays."""
    with Checker(tiny, "en") as checker:
        work = find_work(right, tiny)
        assert checker.check(work).all_pass
        right.write_text("import os\nos.abort()\n")
        assert checker.check(work).submission.status is SubmissionStatus.CRASHED
        right.write_text("def mean(values):\n    return 3.0\n")
        assert checker.check(work).passed == 1


def test_parts_without_public_tests_and_without_hidden_ones(course_copy: Path, right: Path) -> None:
    """Protects the sentence for each kind: a part that only hidden tests judge, and a lab without any hidden test."""
    tests = course_copy / "assignments" / "tiny" / "tests"
    (tests / "public" / "test_mean.py").unlink()
    lab = open_assignment(course_copy / "assignments" / "tiny")
    assert "–  Mean: no public tests" in said(check(lab, right))
    (tests / "hidden" / "test_mean.py").rename(tests / "public" / "test_mean.py")
    for name in ("test_clamp.py", "test_words.py"):
        (tests / "hidden" / name).unlink()
    checked = check(lab, right)
    assert "There are no hidden tests: the grade is decided by these tests." in said(checked)
    assert checked.submission.score == 100


def test_a_fault_of_a_test_is_nobodys_mistake(course_copy: Path, right: Path) -> None:
    """Protects the student from a broken public test: said as such, with the reason, and not passed."""
    test = course_copy / "assignments" / "tiny" / "tests" / "public" / "test_mean.py"
    test.write_text(test.read_text().replace("check.mean(", "check.meen("))
    checked = check(open_assignment(course_copy / "assignments" / "tiny"), right)
    assert not checked.all_pass
    assert checked.submission.score is None
    assert "the assignment has no part 'meen'" in said(checked)


def test_passing_tests_by_name(tiny: AssignmentFolder, right: Path) -> None:
    """Protects `--verbose`."""
    checked = check(tiny, right)
    title = "A value inside the interval stays."
    assert title in said(checked, verbose=True)
    assert title not in said(checked)


def test_the_page(tiny: AssignmentFolder, right: Path, wrong: Path) -> None:
    """Protects the page from saying that nothing is left to do: what hidden tests decide about stands on top."""
    page = check_page(check(tiny, right))
    assert "This is not the grade yet" in page
    assert "Nothing is left to do" not in page
    assert "Mean: 2 hidden tests" in page
    page = check_page(check(tiny, wrong))
    assert "The divisor is n - 1." in page
    assert "1 of 3 parts passes its public tests." in page
    assert "No part is all right yet" not in page


def test_what_a_student_prints_cannot_paint(tiny: AssignmentFolder, tmp_path: Path) -> None:
    """Protects the terminal (and a log that others read) from escape sequences in a student's exception."""
    path = tmp_path / "tiny.py"
    path.write_text("raise ValueError('\\x1b[2J\\x1b]0;owned\\x07gone')\n")
    lines = [line for line in tell(check(tiny, path)) if isinstance(line, Line)]
    assert not any("\x1b" in line.text for line in lines)
