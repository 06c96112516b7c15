"""The edition that may be handed out holds nothing that must not be."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.figures import Grid, HeatMap, OwnFigure
from grader.report.edition import published
from grader.report.rendering import render
from grader.report.roster import ClassEntry
from grader.report.studentpage import instructor_page, published_page
from grader.results import Results, SubmissionResult, SubmissionStatus, TestResult, TestStatus

PATH = "/srv/course/submissions/ivanov/statistics.ipynb"


def leaky(visibility: str) -> TestResult:
    """A failed test whose every text names a secret or a path."""
    cell = Grid(rows=1, columns=1, levels="AA==")
    figure = HeatMap(caption=f"FIGURE-{visibility}", low=0, high=1, came=cell, expected=cell)
    return TestResult.model_validate(
        {
            "id": "tests/hidden/test_mean.py::test_secret_id",
            "part": "mean",
            "visibility": visibility,
            "title": "The title",
            "status": TestStatus.FAILED,
            "score": 0,
            "max_score": 2,
            "message": f"the message from {PATH}",
            "hint": "the hint from /srv/course/submissions/ivanov/data.csv",
            "expected": "SECRET-EXPECTED",
            "detail": "SECRET-DETAIL",
            "misconception": {"id": "mean.known", "explanation": "The misconception."},
            "figures": (figure,),
        }
    )


def submission(*tests: TestResult) -> SubmissionResult:
    """A graded submission with these tests."""
    return SubmissionResult(
        student="ivanov",
        path=PATH,
        digest="sha256:SECRET",
        status=SubmissionStatus.GRADED,
        score=0,
        max_score=2,
        messages=(f"{PATH}: cell 2 was left out",),
        seconds=12.75,
        tests=tests,
    )


def test_of_a_hidden_test_only_the_allowed_fields_are_kept() -> None:
    """Protects hidden tests: title, points, status, message, hint, misconception, nothing else."""
    test = published(submission(leaky("hidden"))).tests[0]
    assert (test.id, test.expected, test.detail, test.figures) == ("", "", "", ())
    assert (test.title, test.score, test.max_score, test.status) == ("The title", 0, 2, TestStatus.FAILED)
    assert test.message == "the message from statistics.ipynb"
    assert test.hint == "the hint from data.csv"
    assert test.misconception is not None


def test_of_a_public_test_the_expected_answer_is_kept() -> None:
    """Protects the student's right to see what a public test expects, in pictures too; the detail stays the instructor's."""
    test = published(submission(leaky("public"))).tests[0]
    assert (test.expected, test.detail) == ("SECRET-EXPECTED", "")
    assert [figure.caption for figure in test.figures] == ["FIGURE-public"]


def test_no_path_no_digest_no_timing() -> None:
    """Protects the instructor's machine."""
    reduced = published(submission())
    assert (reduced.path, reduced.digest, reduced.seconds) == ("", "", 0.0)
    assert reduced.messages == ("statistics.ipynb: cell 2 was left out",)


def test_the_published_page_leaks_nothing(make_class: Callable[..., Results]) -> None:
    """Protects the page itself, whole text, in both languages; the instructor's page shows that there was something."""
    for language in ("en", "ru"):
        results = make_class(language=language)
        for whole in (*results.submissions, submission(leaky("hidden"))):
            page = published_page(results, whole, language)
            for secret in ("EXPECTED-hidden", "DETAIL", "SECRET", "/srv/", "sha256:0", "::test_", "tests/"):
                assert secret not in page
    everything = instructor_page(results, ClassEntry(submission(leaky("hidden")), "ivanov"), "en")
    for known in ("SECRET-EXPECTED", "SECRET-DETAIL", "FIGURE-hidden", PATH, "::test_secret_id", "12.75"):
        assert known in everything


def test_what_the_submission_drew_is_kept(make_own_figure: Callable[..., OwnFigure]) -> None:
    """Protects the student's own pictures, which hold nothing hidden, and the path that a title may name."""
    whole = submission(leaky("hidden")).model_copy(update={"own_figures": (make_own_figure(f"drawn in {PATH}"),)})
    assert [figure.title for figure in published(whole).own_figures] == ["drawn in statistics.ipynb"]


@pytest.mark.parametrize(
    ("path", "said", "told"),
    [
        ("hw/1/lab.py", "hw/1/lab.py: hw/10, hw/1/a.txt, hw/1 and my/hw/1/b.txt", "lab.py: hw/10, a.txt, … and my/hw/1/b.txt"),
        ("/s/lab.py", "his/she, /s/lab.py", "his/she, lab.py"),
        ("/data/ann/lab.py", "metadata/database of /data/ann, /data/ann/x", "metadata/database of …, x"),
        ("/tmp/hand_in/lab.py", "'/tmp/out.txt', '/tmp/hand_in/out.txt'", "'/tmp/out.txt', 'out.txt'"),
        ("/home/prof/class/ann/lab.py", "in file:///home/prof/class, /home/prof/private.txt", "in file://…, private.txt"),
    ],
)
def test_whole_paths_alone_are_hidden(path: str, said: str, told: str) -> None:
    """Protects the student's own words from what only begins like the instructor's folders, or ends so."""
    assert published(submission().model_copy(update={"path": path, "messages": (said,)})).messages == (told,)


def test_a_bare_file_name_is_no_path_to_hide() -> None:
    """Protects messages from being mangled where the path is only a name."""
    whole = submission().model_copy(update={"path": "a", "messages": ("a cat was served",)})
    assert published(whole).messages == ("a cat was served",)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_folder_for_students_holds_nothing_of_the_instructor(
    make_class: Callable[..., Results], tmp_path: Path, language: str
) -> None:
    """Protects the folder that is handed out as it is: every file below it, as bytes, and every link in them."""
    results = make_class(30, language)
    leak = submission(leaky("hidden"), leaky("public")).model_copy(update={"student": "leak"})
    render(results.model_copy(update={"submissions": (*results.submissions, leak)}), tmp_path)
    handed_out = [path for path in (tmp_path / "students").rglob("*") if path.is_file()]
    assert len(handed_out) == 31
    secrets = ["EXPECTED-hidden", "DETAIL", "/srv/", "sha256:0", "::test_", "tests/", "12.75"]
    secrets += ["FIGURE-hidden", "instructor", "преподавател", "../"]
    for path in handed_out:
        text = path.read_text(encoding="utf-8")
        assert [secret for secret in secrets if secret in text] == [], path
        assert set(re.findall(r'href="([^"#]*)', text)) <= {"data:,", ""}, path
    assert "SECRET-EXPECTED" in (tmp_path / "students" / "leak" / "index.html").read_text(encoding="utf-8")
    assert "SECRET-DETAIL" in (tmp_path / "instructor" / "leak" / "index.html").read_text(encoding="utf-8")


def test_the_grader_failed(make_class: Callable[..., Results], tmp_path: Path) -> None:
    """Protects hidden inputs: an exception in the judge names sizes that a submission chose by them, and its text is the
    instructor's alone; the student reads a fixed sentence."""
    said = "The grader failed: MemoryError: array with shape (31337,)"
    failed = submission(leaky("hidden")).model_copy(
        update={"status": SubmissionStatus.GRADER_ERROR, "score": None, "messages": (said,)}
    )
    render(make_class().model_copy(update={"submissions": (failed,)}), tmp_path)
    for place in ("students/ivanov/index.html", "junit.xml", "grades.csv"):
        assert "31337" not in (tmp_path / place).read_text("utf-8"), place
    assert "The grader itself failed here." in (tmp_path / "students/ivanov/index.html").read_text("utf-8")
    assert "31337" in (tmp_path / "instructor/ivanov/index.html").read_text("utf-8")
