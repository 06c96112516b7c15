"""What a check says on GitHub keeps GitHub's rules and limits, whatever a student's code says."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.check.checking import Checked, Withheld
from grader.ci.github import MOST_ANNOTATIONS, SUMMARY_BYTES, annotate, classroom_result, on_github, summary, tell_github
from grader.results import (
    AssignmentSummary,
    GraderSummary,
    PartResult,
    PartSummary,
    Results,
    SubmissionResult,
    SubmissionStatus,
    TestResult,
    TestStatus,
)

COMMAND = re.compile(r"::(error|warning) file=([^,:]*),line=(\d+),title=([^,:\r\n]*)::([^\r\n]*)")
SOURCE = b"def mean(values):\n    return 1 / 0\n\n\ndef clamp(x):\n    return x\n"


def case(number: int = 0, status: TestStatus = TestStatus.FAILED, **fields: Any) -> TestResult:
    """A public test."""
    points = {"score": 2.5 if status is TestStatus.PASSED else 0.0, "max_score": 2.5}
    named = {"id": f"public/test_it.py::test_{number}", "part": "mean", "visibility": "public", "title": f"Test {number}."}
    return TestResult.model_validate({**named, **points, "status": status, **fields})


def checked(*tests: TestResult, status: SubmissionStatus = SubmissionStatus.GRADED, messages: tuple[str, ...] = ()) -> Checked:
    """A check with these tests."""
    submission = SubmissionResult(
        student="lab.py",
        path="lab.py",
        digest="",
        status=status,
        score=0.0,
        max_score=10.0,
        messages=messages,
        parts=(PartResult(id="mean", score=0.0, max_score=10.0),),
        tests=tests,
    )
    assignment = AssignmentSummary(
        id="lab", title="A lab", max_score=10.0, parts=(PartSummary(id="mean", title="Mean", max_score=10.0),)
    )
    results = Results(grader=GraderSummary(version="0"), assignment=assignment, submissions=(submission,))
    return Checked(results, (Withheld("Mean", 2, 7.5),), 0, (), {"mean": ("mean", "average")})


def commands(one: Checked, path: str = "lab.py") -> list[re.Match[str]]:
    """The annotations, each of which must be a well-formed command on one line."""
    found = [COMMAND.fullmatch(line) for line in annotate(one, path, SOURCE)]
    assert all(found)
    return [match for match in found if match is not None]


def test_lines() -> None:
    """Protects the place: where the code failed; else where the function is defined; else the file's first line."""
    one = checked(
        case(1, TestStatus.ERROR, line=2),
        case(2),
        case(3, part="other"),
        case(4, TestStatus.PASSED),
    )
    assert [(match[1], match[3], match[4]) for match in commands(one)] == [
        ("error", "2", "Test 1."),
        ("error", "1", "Test 2."),
        ("error", "1", "Test 3."),
    ]


def test_escapes() -> None:
    """Protects from a path, a title or a message that ends the command, or that begins another one."""
    evil = "100%\r\n::set-output name=result::x, y: z"
    (match,) = commands(checked(case(title=evil, message=evil)), "a,b:c%.py")
    assert match[2] == "a%2Cb%3Ac%25.py"
    assert match[4] == "100%25%0D%0A%3A%3Aset-output name=result%3A%3Ax%2C y%3A z"
    assert "100%25%0D%0A::set-output" in match[5]


def test_not_more_than_github_shows() -> None:
    """Protects from annotations that GitHub drops in silence: ten errors and ten warnings, and the tenth says how many more."""
    one = checked(*(case(number) for number in range(25)), messages=tuple(f"note {number}" for number in range(25)))
    found = commands(one)
    assert [match[1] for match in found].count("error") == MOST_ANNOTATIONS
    assert [match[1] for match in found].count("warning") == MOST_ANNOTATIONS
    assert "This and 15 more tests do not pass." in found[MOST_ANNOTATIONS - 1][5]


def test_a_file_that_does_not_load() -> None:
    """Protects from one annotation per test that all say the same."""
    one = checked(case(1), case(2), status=SubmissionStatus.NOT_LOADABLE, messages=("The file is not valid Python.",))
    assert [match[5] for match in commands(one)] == ["The file is not valid Python."]


def test_the_summary() -> None:
    """Protects the step's summary: parts, what is wrong, and that this is not the grade."""
    text = summary(checked(case(1, message="Your function returned 4."), case(2, TestStatus.PASSED)))
    assert "| ✗ | Mean | 1 / 2 |" in text
    assert "Your function returned 4." in text
    assert "This is not the grade yet: hidden tests decide about 7.5 of the 10 points." in text
    assert "\n- Mean: 2 hidden tests, 7.5 points" in text


def test_a_summary_cannot_be_painted_in() -> None:
    """Protects who reads the summary from a student's markup: HTML, images, links, tables and headings are text."""
    evil = "<img src=x> ![a](http://b) | c\n# big `code`"
    text = summary(checked(case(1, message=evil)))
    assert "&lt;img src=x&gt; !\\[a\\](http://b) \\| c \\# big \\`code\\`" in text


def test_a_summary_is_never_too_long() -> None:
    """Protects from a summary that GitHub drops whole beyond a mebibyte."""
    many = checked(*(case(number, message=f"{number}" + "ж" * 600) for number in range(2000)))
    text = summary(many)
    assert len(text.encode()) <= SUMMARY_BYTES
    assert text.endswith("The rest was left out.\n")


@pytest.mark.parametrize(
    ("status", "tests", "expected"),
    [
        (SubmissionStatus.GRADED, [TestStatus.PASSED, TestStatus.PASSED], "pass"),
        (SubmissionStatus.GRADED, [TestStatus.PASSED, TestStatus.FAILED], "fail"),
        (SubmissionStatus.CRASHED, [TestStatus.CRASHED], "fail"),
        (SubmissionStatus.GRADER_ERROR, [TestStatus.GRADER_ERROR], "error"),
    ],
)
def test_the_result_for_classroom(status: SubmissionStatus, tests: list[TestStatus], expected: str) -> None:
    """Protects what GitHub Classroom reads: status, points of public tests alone, and a fault of the grader that is no zero."""
    cases = [
        case(n, one, **({"score": None} if one is TestStatus.GRADER_ERROR else {}), line=3, code="x")
        for n, one in enumerate(tests)
    ]
    document = json.loads(base64.b64decode(classroom_result(checked(*cases, status=status))))
    assert document["status"] == expected
    assert document["max_score"] == 2.5 * len(tests)
    assert set(document) == {"status", "max_score", "tests"}
    for one in document["tests"]:
        assert set(one) == {"name", "status", "score", "message", "line_no", "test_code"}
        assert one["status"] in ("pass", "fail", "error")


def test_a_result_fits_into_an_output() -> None:
    """Protects from an output beyond what a step may set."""
    many = checked(*(case(number, message="ж" * 600, hint="ж" * 600, code="ж" * 200, title="ж" * 200) for number in range(2000)))
    assert len(classroom_result(many)) * 2 < 1 << 20


def test_files_of_the_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects what other steps read: summary and result are appended, the path is the repository's."""
    work = tmp_path / "repo" / "labs" / "lab.py"
    work.parent.mkdir(parents=True)
    work.write_bytes(SOURCE)
    (tmp_path / "output").write_text("other=1\n")
    environment = {
        "GITHUB_WORKSPACE": str(tmp_path / "repo"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
    }
    tell_github(checked(case(1)), work, environment)
    assert capsys.readouterr().out.startswith("::error file=labs/lab.py,line=1,")
    assert "not the grade yet" in (tmp_path / "summary").read_text(encoding="utf-8")
    first, second = (tmp_path / "output").read_text().splitlines()
    assert first == "other=1"
    assert json.loads(base64.b64decode(second.removeprefix("result=")))["status"] == "fail"


def test_where_it_runs() -> None:
    """Protects a terminal from workflow commands."""
    assert on_github({"GITHUB_ACTIONS": "true"})
    assert not on_github({"CI": "true"})


def test_a_student_cannot_command_the_runner(grade: Callable[..., Any], course_copy: Path, tmp_path: Path) -> None:
    """Protects the step's outputs and log: what student code says is printed while commands are stopped."""
    lab = course_copy / "assignments" / "tiny"
    (lab / "tiny.py").write_text("raise ValueError('::set-output name=result::pass')\n")
    output = tmp_path / "output"
    finished = grade("check", cwd=lab, env={"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(output)})
    assert finished.status == 1
    stopped = finished.lines[0].removeprefix("::stop-commands::")
    assert re.fullmatch(r"[0-9a-f]{32}", stopped)
    inside = finished.lines[1 : finished.lines.index(f"::{stopped}::")]
    assert any("::set-output" in line for line in inside)
    outside = finished.lines[finished.lines.index(f"::{stopped}::") + 1 :]
    assert all(COMMAND.fullmatch(line) for line in outside)
    assert not any(line.lstrip().startswith("::set-output") for line in outside)
    assert output.read_text().startswith("result=")


def test_other_languages() -> None:
    """Protects Russian readers."""
    one = checked(case(1))
    russian = replace(one, results=one.results.model_copy(update={"language": "ru"}))
    assert "Это ещё не оценка" in summary(russian)
