"""Gradebooks in both databases, and results to write into them."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from grader.course.rules import Late
from grader.gradebook.book import Gradebook, gradebook_url, open_gradebook
from grader.gradebook.rules import Rules
from grader.results import (
    AssignmentSummary,
    GraderSummary,
    PartResult,
    PartSummary,
    Results,
    SubmissionResult,
    SubmissionStatus,
)

SERVER = os.environ.get("GRADER_TEST_POSTGRESQL", "")
PARTS = (PartSummary(id="mean", title="Mean", max_score=40), PartSummary(id="words", title="Words", max_score=60))
Make = Callable[..., Results]


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The URL of an empty database of its own on the server that GRADER_TEST_POSTGRESQL names."""
    if not SERVER:
        pytest.skip("GRADER_TEST_POSTGRESQL names no PostgreSQL server; .ci/run starts one")
    name = f"grader_{uuid.uuid4().hex}"
    server = create_engine(gradebook_url(SERVER), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a gradebook can be made: every test that uses it holds for both databases."""
    return str(tmp_path / "gradebook.db") if request.param == "sqlite" else request.getfixturevalue("postgresql")


@pytest.fixture
def book(where: str) -> Iterator[Gradebook]:
    """A new gradebook."""
    with open_gradebook(where, create=True) as opened:
        yield opened


def submission(student: str, scores: tuple[float | None, ...], digest: str = "sha256:1") -> SubmissionResult:
    """A student's result with these scores of the parts."""
    parts = tuple(
        PartResult(id=part.id, score=score, max_score=part.max_score) for part, score in zip(PARTS, scores, strict=True)
    )
    total = None if None in scores else round(sum(score for score in scores if score is not None), 2)
    status = SubmissionStatus.GRADER_ERROR if total is None else SubmissionStatus.GRADED
    return SubmissionResult(
        student=student, path="", digest=digest, status=status, score=total, max_score=100, parts=parts, seconds=1.0
    )


@pytest.fixture
def results() -> Make:
    """`results(ann=(40, 60), bob=((40, 0), "sha256:2"))`: results of an assignment with the parts mean (40) and words (60)."""

    def make(**students: tuple[object, ...]) -> Results:
        made = [
            submission(student, *(given if isinstance(given[0], tuple) else (given,)))  # type: ignore[arg-type]
            for student, given in students.items()
        ]
        assignment = AssignmentSummary(id="tiny", title="Tiny", max_score=100, parts=PARTS)
        return Results(grader=GraderSummary(version="1.0"), assignment=assignment, submissions=tuple(made))

    return make


@pytest.fixture
def rules() -> Callable[..., Rules]:
    """`rules(deadline=..., late=..., attempts=...)`."""

    def make(hour: int | None = None, late: Late | None = None, **more: object) -> Rules:
        deadline = None if hour is None else datetime(2026, 12, 1, hour, tzinfo=UTC)
        return Rules(title="Tiny", max_score=100, parts=PARTS, deadline=deadline, late=late or Late(), **more)  # type: ignore[arg-type]

    return make
