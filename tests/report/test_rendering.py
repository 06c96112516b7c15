"""What `render` leaves on disk."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.i18n import translator
from grader.report.rendering import render
from grader.report.wording import submission_sentence, submission_word
from grader.results import Results, SubmissionStatus

MakeClass = Callable[..., Results]


def files(folder: Path) -> set[str]:
    """Every file under the folder, relative to it."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_files_of_a_report(make_class: MakeClass, tmp_path: Path) -> None:
    """Protects the layout, that the index is what is returned, and that no half-written file is left."""
    results = make_class(3)
    assert render(results, tmp_path / "report") == tmp_path / "report" / "index.html"
    pages = {
        f"{edition}{name}/index.html" for edition in ("students/", "instructor/") for name in ("ivanov", "petrova", "sidorov")
    }
    assert files(tmp_path / "report") == {"index.html", "grades.csv", "junit.xml", ".pages.json"} | pages


def test_the_same_results_give_the_same_bytes(make_class: MakeClass, tmp_path: Path) -> None:
    """Protects comparisons of two reports: no date, no random id, no order of a set."""
    for name in ("once", "twice"):
        render(make_class(5), tmp_path / name)
    assert files(tmp_path / "once") == files(tmp_path / "twice")
    for path in files(tmp_path / "once"):
        assert (tmp_path / "once" / path).read_bytes() == (tmp_path / "twice" / path).read_bytes()


def test_students_cannot_leave_their_folder(make_class: MakeClass, tmp_path: Path) -> None:
    """Protects the disk from ids that are paths, and each student's page from the others'."""
    ids = ["../../escape", "..", "/etc/passwd", "a/b", "a\\b", "A/B", "", ".hidden", "nul", "x" * 4000, "a\x00b", "a\nb"]
    results = make_class(len(ids))
    submissions = [one.model_copy(update={"student": id_}) for one, id_ in zip(results.submissions, ids, strict=True)]
    render(results.model_copy(update={"submissions": tuple(submissions)}), tmp_path / "out" / "report")
    assert {path.name for path in tmp_path.iterdir()} == {"out"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"report"}
    written = files(tmp_path / "out" / "report")
    assert len(written) == 4 + 2 * len(ids)
    assert all(path.count("/") <= 3 for path in written)


def test_pages_of_students_who_left_are_removed(make_class: MakeClass, tmp_path: Path) -> None:
    """Protects from old grades that look like new ones; what the report did not write stays."""
    render(make_class(3), tmp_path)
    (tmp_path / "students" / "petrova" / "notes.txt").write_text("mine")
    (tmp_path / "students" / "other").mkdir()
    (tmp_path / "students" / "other" / "index.html").write_text("<!doctype html><html><head><title>mine</title>")
    render(make_class(1), tmp_path)
    assert {path for path in files(tmp_path) if path.startswith(("students", "instructor"))} == {
        "students/ivanov/index.html",
        "instructor/ivanov/index.html",
        "students/petrova/notes.txt",
        "students/other/index.html",
    }


@pytest.mark.parametrize(
    ("of_results", "asked", "seen"),
    [("ru", None, "ru"), ("en", "ru", "ru"), ("ru", "en", "en"), ("ru_RU", None, "ru"), ("../x", None, "en")],
)
def test_the_language(make_class: MakeClass, tmp_path: Path, of_results: str, asked: str | None, seen: str) -> None:
    """Protects `language`: the caller's before the results', English where there are no words."""
    results = make_class(2).model_copy(update={"language": of_results})
    page = render(results, tmp_path, language=asked).read_text(encoding="utf-8")
    assert f'<html lang="{seen}">' in page
    assert ("Все студенты" in page) == (seen == "ru")


@pytest.mark.parametrize("status", SubmissionStatus)
def test_a_class_of_one_of_every_status(make_class: MakeClass, tmp_path: Path, status: SubmissionStatus) -> None:
    """Protects the smallest class: one submission, no tests, and where the grader failed no score."""
    results = make_class(1)
    score = None if status is SubmissionStatus.GRADER_ERROR else 0.0
    bare = results.submissions[0].model_copy(update={"status": status, "tests": (), "parts": (), "score": score, "messages": ()})
    index = render(results.model_copy(update={"submissions": (bare,)}), tmp_path)
    (row,) = csv.DictReader(io.StringIO((tmp_path / "grades.csv").read_text("utf-8-sig")))
    assert (row["student"], row["status"], row["score"]) == (bare.student, status.value, "" if score is None else "0")
    page = (tmp_path / "students" / bare.student / "index.html").read_text("utf-8")
    assert submission_sentence(status, translator("en")) in page  # of a graded one there is none
    assert submission_word(status, translator("en")) in index.read_text("utf-8")


@pytest.mark.parametrize("students", [0, 3])
@pytest.mark.parametrize(
    ("language", "told", "never"),
    [
        (
            "en",
            "29 more submissions are not in this report",
            ["obody needs you", "every submission was graded", "No submissions"],
        ),
        ("ru", "В отчёт не вошло ещё 29 работ", ["все работы проверены", "Работ не найдено"]),
    ],
)
def test_a_part_of_a_class_does_not_look_complete(
    make_class: MakeClass, tmp_path: Path, students: int, language: str, told: str, never: list[str]
) -> None:
    """Protects those who were not reached: the first page says how many they are, and not that nobody needs anybody."""
    results = make_class(students, language)
    whole = render(results, tmp_path).read_text(encoding="utf-8")
    assert told not in whole
    page = render(results.model_copy(update={"left_out": 29}), tmp_path).read_text(encoding="utf-8")
    assert told in page
    assert [words for words in never if words in page] == []


def test_an_empty_class(make_class: MakeClass, tmp_path: Path) -> None:
    """Protects an instructor who graded too early: the page says that there is nothing."""
    assert "No submissions were found." in render(make_class(0), tmp_path).read_text(encoding="utf-8")


def test_an_assignment_without_points(make_class: MakeClass, tmp_path: Path) -> None:
    """Protects from dividing by the points of an assignment that has none."""
    results = make_class(2)
    parts = tuple(part.model_copy(update={"max_score": 0}) for part in results.assignment.parts)
    assignment = results.assignment.model_copy(update={"max_score": 0, "parts": parts})
    submissions = tuple(
        one.model_copy(
            update={
                "score": 0,
                "max_score": 0,
                "parts": tuple(part.model_copy(update={"score": 0, "max_score": 0}) for part in one.parts),
                "tests": tuple(test.model_copy(update={"score": 0, "max_score": 0}) for test in one.tests),
            }
        )
        for one in results.submissions
    )
    index = render(results.model_copy(update={"assignment": assignment, "submissions": submissions}), tmp_path)
    pages = [index, *tmp_path.glob("students/*/index.html")]
    assert len(pages) == 3
    for path in pages:
        said = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", path.read_text("utf-8"), flags=re.DOTALL)
        assert re.search(r"\b(nan|inf|infinity)\b", said, re.IGNORECASE) is None, path
    rows = list(csv.DictReader(io.StringIO((tmp_path / "grades.csv").read_text("utf-8-sig"))))
    assert [(row["score"], row["max"]) for row in rows] == [("0", "0")] * 2


def test_pages_stay_small(make_class: MakeClass, tmp_path: Path) -> None:
    """Protects the bound of 300 KB for a page without pictures, with messages as long as students make them."""
    results = make_class(100)
    noisy = results.submissions[0]
    tests = tuple(test.model_copy(update={"message": "m" * 9999, "detail": "d" * 99999}) for test in noisy.tests)
    submissions = (noisy.model_copy(update={"tests": tests}), *results.submissions[1:])
    render(results.model_copy(update={"submissions": submissions}), tmp_path)
    assert max((tmp_path / path).stat().st_size for path in files(tmp_path) if path.endswith(".html")) < 300_000
