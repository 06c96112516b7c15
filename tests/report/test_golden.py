"""The pages of a tiny class, word for word: a change of a template shows up in review as a change of these files.

`GRADER_GOLDEN=write` writes them anew. What is long and no template's (style sheets, script, images, the chart's paths) is left
out of them.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.figures import Figure, OwnFigure
from grader.report.rendering import render
from grader.results import (
    AssignmentSummary,
    GraderSummary,
    Misconception,
    PartResult,
    PartSummary,
    Results,
    SubmissionResult,
    SubmissionStatus,
    TestResult,
    TestStatus,
)

GOLDEN = Path(__file__).parent / "golden"
# What is cut out of a page, by what stands for it.
ABBREVIATIONS = (
    (r"(?s)(<style>).*?(</style>)", r"\1…\2"),
    (r"(?s)(<script>).*?(</script>)", r"\1…\2"),
    (r"'sha256-[^']+'", "'sha256-…'"),
    (r"(data:image/\w+;base64,)[^\"]+", r"\1…"),
    (r"(?s)(<svg[^>]*class=\"chart\"[^>]*>).*?(</svg>)", r"\1…\2"),
)


def a_test(number: int, status: TestStatus, visibility: str, **more: object) -> TestResult:
    """A test of the only part."""
    passed = status is TestStatus.PASSED
    return TestResult.model_validate(
        {
            "id": f"{visibility}/test_mean.py::test_{number}",
            "part": "mean",
            "visibility": visibility,
            "title": f"Title {number}.",
            "status": status,
            "score": 2.5 if passed else 0,
            "max_score": 2.5,
            **more,
        }
    )


def tiny_class(figures: tuple[Figure, ...], own: OwnFigure) -> Results:
    """Two students, one of whom says all that a student's page can say."""
    mistake = Misconception(id="mean.middle", explanation="It is the median. Add all values up and divide by `len(values)`.")
    wrong = (
        a_test(1, TestStatus.PASSED, "public"),
        a_test(
            2,
            TestStatus.FAILED,
            "public",
            message="3 came.",
            expected="2.5",
            hint="Divide by `n`.",
            detail="values = [1, 4]",
            misconception=mistake,
            figures=figures,
        ),
        a_test(
            3, TestStatus.FAILED, "hidden", message="The answer is not the expected one.", expected="4", misconception=mistake
        ),
        a_test(4, TestStatus.ERROR, "hidden", message="Your code raised IndexError in cell 2, line 3.", code="return values[n]"),
    )
    right = tuple(a_test(number, TestStatus.PASSED, "hidden") for number in range(1, 5))
    submissions = [
        SubmissionResult(
            student=student,
            path=f"/srv/{student}/mean.ipynb",
            digest=f"sha256:{student}",
            status=SubmissionStatus.GRADED,
            score=score,
            max_score=10,
            messages=("The picture cat.jpg is not here; the lab's own picture was used instead.",) if score < 10 else (),
            seconds=0.5,
            parts=(PartResult(id="mean", score=score, max_score=10),),
            tests=tests,
            own_figures=(own, own.model_copy(update={"cell": 0, "title": ""})) if score < 10 else (),
            own_figures_left_out=2 if score < 10 else 0,
        )
        for student, score, tests in (("anna", 2.5, wrong), ("Борис", 10.0, right))
    ]
    return Results(
        grader=GraderSummary(version="0"),
        assignment=AssignmentSummary(
            id="mean",
            title="Means",
            max_score=10,
            pass_score=5,
            boundaries=(5, 8),
            parts=(PartSummary(id="mean", title="Mean", max_score=10),),
        ),
        submissions=tuple(submissions),
    )


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(
    ("name", "place"),
    [("class", "index.html"), ("student", "students/anna/index.html"), ("instructor", "instructor/anna/index.html")],
)
def test_the_page_is_the_golden_one(
    make_figures: Callable[..., tuple[Figure, ...]],
    make_own_figure: Callable[..., OwnFigure],
    tmp_path: Path,
    name: str,
    place: str,
    language: str,
) -> None:
    """Protects every word and element of the page from a change that nobody meant."""
    render(tiny_class(make_figures()[1:2], make_own_figure("Loss <b>&amp;</b>")), tmp_path, language=language)
    page = (tmp_path / place).read_text(encoding="utf-8")
    for pattern, short in ABBREVIATIONS:
        page = re.sub(pattern, short, page)
    golden = GOLDEN / f"{name}-{language}.html"
    if os.environ.get("GRADER_GOLDEN") == "write":
        golden.write_text(page, encoding="utf-8")
    changes = difflib.unified_diff(
        golden.read_text(encoding="utf-8").splitlines(), page.splitlines(), "golden", "page", lineterm=""
    )
    assert "\n".join(changes) == ""


def test_the_golden_files_are_small_enough_to_review() -> None:
    """Protects reviewers from files that nobody reads."""
    assert {path.name for path in GOLDEN.iterdir()} == {
        f"{name}-{language}.html" for name in ("class", "student", "instructor") for language in ("en", "ru")
    }
    assert max(path.stat().st_size for path in GOLDEN.iterdir()) < 12_000
