"""What is kept, and what follows from it: the same in SQLite and in PostgreSQL."""

from __future__ import annotations

import csv
import io
import multiprocessing
import sqlite3
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DatabaseError

from grader.cli.gradebooking import grades_table
from grader.course.rules import Late
from grader.errors import UsageError
from grader.gradebook import tables
from grader.gradebook.book import REVISION, Gradebook, gradebook_url, open_gradebook
from grader.gradebook.decisions import Decision, comment, extend, override
from grader.gradebook.grades import Grade, grades
from grader.gradebook.lateness import Lateness, Timeliness, lateness
from grader.gradebook.recording import Handing, Recorded, record
from grader.gradebook.rules import Rules, named_rules
from grader.gradebook.trail import trail
from grader.results import PartSummary, Results

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
Make = Callable[..., Results]
MakeRules = Callable[..., Rules]


def grade_of(book: Gradebook, student: str) -> Grade:
    """One student's grade."""
    return next(one for one in book.read(grades).grades if one.student == student)


def by(student: str = "ann", why: str = "looked at it") -> Decision:
    """A decision."""
    return Decision(student, None, "prof", why)


def test_a_regrade_is_another_verdict(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects the history of a mended test: the attempt is the same, the older verdict stays, the newer one counts."""
    assert record(book, results(ann=(40, 0)), rules(), {}, "prof") == Recorded(1, 1)
    assert record(book, results(ann=(40, 0)), rules(), {}, "prof") == Recorded(0, 0), "nothing new"
    assert record(book, results(ann=(40, 30)), rules(), {}, "prof") == Recorded(0, 1)
    grade = grade_of(book, "ann")
    assert (grade.score, grade.attempt, grade.attempts) == (70, 1, 1)
    scores = book.read(lambda connection: list(connection.execute(select(tables.verdict.c.score)).scalars()))
    assert scores == [40, 70]


def test_another_work_is_another_attempt(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects the rule of the assignment: the last attempt counts, or the best one."""
    record(book, results(ann=(40, 60)), rules(), {}, "prof")
    record(book, results(ann=((40, 0), "sha256:2")), rules(), {}, "prof")
    assert (grade_of(book, "ann").score, grade_of(book, "ann").attempts) == (40, 2)
    record(book, results(), rules(attempts="best"), {}, "prof")
    assert (grade_of(book, "ann").score, grade_of(book, "ann").attempt) == (100, 1)


def test_a_fault_of_the_grader_takes_nothing(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects a grade from a run that failed, and a student without a grade from a zero."""
    record(book, results(ann=(40, 60)), rules(), {}, "prof")
    assert record(book, results(ann=(None, None), bob=(None, 60)), rules(), {}, "prof") == Recorded(1, 0)
    assert grade_of(book, "ann").score == 100
    assert (grade_of(book, "bob").score, grade_of(book, "bob").status) == (None, "not graded")


def test_an_override_survives_every_regrade(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects an instructor's decision from a regrade, from another attempt, and from being taken for what a grader found."""
    record(book, results(ann=(40, 0), bob=(0, 0)), rules(), {}, "prof")
    override(book, by(), "words", 55.5)
    comment(book, by(), "words", "Хорошо!")
    for again in (results(ann=(10, 0)), results(ann=((40, 1), "sha256:2"))):
        record(book, again, rules(), {}, "prof")
        words = grade_of(book, "ann").parts[1]
        assert (words.score, words.overridden, words.comment) == (55.5, True, "Хорошо!")
    assert (grade_of(book, "ann").score, grade_of(book, "bob").score) == (95.5, 0)
    override(book, by(), "words", None)
    comment(book, by(), "words", "")
    assert (grade_of(book, "ann").score, grade_of(book, "ann").parts[1].comment) == (41, "")


def test_names_as_macos_spells_them(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects a student from being two by two spellings of one name, also of what was written down before they were one."""
    composed, decomposed = "Алексей", unicodedata.normalize("NFD", "Алексей")
    record(book, results(**{decomposed: (40, 0)}), rules(), {}, "prof")
    with book.engine.begin() as connection:
        row = {"assignment": "tiny", "student": decomposed, "part": "words", "score": 5.0, "why": "x"}
        connection.execute(insert(tables.override), {"at": NOON, "by": "prof"} | row)
    assert record(book, results(**{composed: (30, 0)}), rules(), {}, "prof") == Recorded(0, 1)
    (grade,) = book.read(grades).grades
    assert (grade.student, grade.score, grade.attempts) == (composed, 35, 1)
    override(book, by(decomposed), "words", 6)
    assert grade_of(book, composed).score == 36
    events = book.read(lambda connection: trail(connection, student=decomposed))
    assert [one.kind for one in events if one.student].count("override") == 2


def test_an_old_gradebooks_names(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects the attempts of a student who was written down in another spelling."""
    composed, decomposed = "Алексей", unicodedata.normalize("NFD", "Алексей")
    record(book, results(), rules(), {}, "prof")
    with book.engine.begin() as connection:
        row = {"assignment": "tiny", "student": decomposed, "number": 1, "digest": "sha256:1", "marked_late": False}
        connection.execute(insert(tables.attempt), {"at": NOON, "by": "prof"} | row)
    assert record(book, results(**{composed: (30, 0)}), rules(), {}, "prof") == Recorded(0, 1)
    assert record(book, results(**{composed: ((40, 0), "sha256:2")}), rules(), {}, "prof") == Recorded(1, 1)
    assert (grade_of(book, composed).score, grade_of(book, composed).attempts) == (40, 2)


def test_nothing_to_withdraw(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects from "withdrawn" where nobody had decided anything, or it is withdrawn already; a zero is a decision."""
    record(book, results(ann=(40, 0), bob=(1, 1)), rules(), {}, "prof")
    override(book, by("bob"), "words", 3)
    for withdraw, kind in (
        (lambda: override(book, by(), "words", None), "ann: words: there is no override"),
        (lambda: comment(book, by(), "words", ""), "ann: words: there is no comment"),
        (lambda: extend(book, by(), None), "ann: there is no extension"),
    ):
        with pytest.raises(UsageError, match=f"{kind} to withdraw"):
            withdraw()
    override(book, by(), "words", 0)
    override(book, by(), "words", None)
    with pytest.raises(UsageError, match="no override to withdraw"):
        override(book, by(), "words", None)


def test_an_override_of_points_that_were_lowered(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects from 30 of 10: an override counts up to the points that its part has now, and its own number is kept."""
    record(book, results(ann=(40, 0)), rules(), {}, "prof")
    override(book, by(), "words", 30)
    lowered = (PartSummary(id="mean", title="Mean", max_score=40), PartSummary(id="words", title="Words", max_score=10))
    record(book, results(), rules().model_copy(update={"parts": lowered, "max_score": 50.0}), {}, "prof")
    grade = grade_of(book, "ann")
    assert (grade.score, grade.max_score, grade.parts[1].score, grade.parts[1].decided) == (50, 50, 10, 30)


@pytest.mark.parametrize(
    ("points", "score"),
    [((40, 10), 45), ((40,), 35), ((40, 60), 85), ((40, 80), 85)],
    ids=["lowered", "taken out", "as they were", "raised"],
)
def test_points_that_changed_since_a_work_was_graded(
    book: Gradebook, results: Make, rules: MakeRules, points: tuple[float, ...], score: float
) -> None:
    """Protects from 85 of 50 where an assignment was changed and somebody's work not graded again, in a run of others' works."""
    record(book, results(ann=(35, 50)), rules(), {}, "prof")
    parts = tuple(PartSummary(id=name, title=name, max_score=most) for name, most in zip(("mean", "words"), points, strict=False))
    record(book, results(), rules().model_copy(update={"parts": parts, "max_score": float(sum(points))}), {}, "prof")
    grade = grade_of(book, "ann")
    assert (grade.score, grade.max_score) == (score, sum(points))
    assert [part.found for part in grade.parts] == [35, 50][: len(points)]


def test_a_part_that_was_added_since_a_work_was_graded(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects from a zero, or a traceback, for a part of 33.333 points that nobody was asked for when the work was graded."""
    made = results(ann=(40, 60))
    record(book, made, rules(), {}, "prof")
    parts = (*made.assignment.parts, PartSummary(id="third", title="Third", max_score=33.333))
    record(book, results(), rules().model_copy(update={"parts": parts, "max_score": 133.333}), {}, "prof")
    grade = grade_of(book, "ann")
    assert (grade.score, [part.score for part in grade.parts]) == (None, [40, 60, None])


def test_an_override_makes_up_for_what_could_not_be_graded(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects the way out of a fault of the grader: each part set by hand gives a grade."""
    record(book, results(ann=(None, None)), rules(), {}, "prof")
    override(book, by(), "mean", 40)
    assert grade_of(book, "ann").score is None
    override(book, by(), "words", 2)
    assert grade_of(book, "ann").score == 42


@pytest.mark.parametrize(
    ("student", "part", "score", "why", "said"),
    [
        ("anne", "mean", 1, "x", "nobody is called 'anne' in tiny; did you mean 'ann'?"),
        ("ann", "maen", 1, "x", "there is no part 'maen'; there are mean, words"),
        ("ann", "mean", 41, "x", "the score must be from 0 to the 40 points of 'mean', but is 41"),
        ("ann", "mean", -1, "x", "but is -1"),
        ("ann", "mean", float("nan"), "x", "but is nan"),
        ("ann", "mean", 1, " ", "--why: a decision needs its reason"),
    ],
)
def test_what_cannot_be_decided(
    book: Gradebook, results: Make, rules: MakeRules, student: str, part: str, score: float, why: str, said: str
) -> None:
    """Protects grades from a slip of the hand: nothing is written, and the nearest name is told."""
    record(book, results(ann=(40, 0)), rules(), {}, "prof")
    with pytest.raises(UsageError) as raised:
        override(book, by(student, why), part, score)
    assert said in str(raised.value)
    assert book.read(lambda connection: connection.execute(select(tables.override)).all()) == []


@pytest.mark.parametrize(
    ("student", "part", "said"),
    [("anne", "mean", "nobody is called 'anne' in tiny"), ("ann", "maen", "there is no part 'maen'")],
)
def test_on_what_nobody_can_comment(book: Gradebook, results: Make, rules: MakeRules, student: str, part: str, said: str) -> None:
    """Protects words from being written where no student will read them."""
    record(book, results(ann=(40, 0)), rules(), {}, "prof")
    with pytest.raises(UsageError, match=said):
        comment(book, by(student), part, "Well done")
    assert book.read(lambda connection: connection.execute(select(tables.comment)).all()) == []


@pytest.mark.parametrize(
    ("hours", "late", "score", "timeliness"),
    [
        (0, Late(penalty_percent=10), 100, Timeliness.IN_TIME),
        (1, Late(penalty_percent=10), 90, Timeliness.LATE),
        (24, Late(penalty_percent=10), 90, Timeliness.LATE),
        (24.5, Late(penalty_percent=10), 80, Timeliness.LATE),
        (2.5, Late(penalty_percent=10, period_hours=1), 70, Timeliness.LATE),
        (1.1, Late(penalty_percent=1, period_hours=0.1), 89, Timeliness.LATE),
        (1.1, Late(penalty_percent=1, period_hours=1 / 3), 96, Timeliness.LATE),
        (1e-9, Late(penalty_percent=10, period_hours=1e-30), 60, Timeliness.LATE),
        (5, Late(penalty_percent=10, period_hours=1e300), 90, Timeliness.LATE),
        (240, Late(penalty_percent=10, at_most_percent=30), 70, Timeliness.LATE),
        (999, Late(penalty_percent=10), 0, Timeliness.LATE),
        (0.25, Late(penalty_percent=10, grace_minutes=15), 100, Timeliness.IN_TIME),
        (0.3, Late(penalty_percent=10, grace_minutes=15), 90, Timeliness.LATE),
        (48, Late(penalty_percent=10, refused_after_hours=48), 80, Timeliness.LATE),
        (49, Late(penalty_percent=10, refused_after_hours=48), 0, Timeliness.REFUSED),
        (5, Late(), 100, Timeliness.LATE),
    ],
)
def test_lateness(
    book: Gradebook, results: Make, rules: MakeRules, hours: float, late: Late, score: float, timeliness: Timeliness
) -> None:
    """Protects what each rule says, at its very edges."""
    when = (NOON + timedelta(hours=hours)).astimezone(timezone(timedelta(hours=3)))
    record(book, results(ann=(40, 60)), rules(12, late), {"ann": Handing(when)}, "prof")
    grade = grade_of(book, "ann")
    assert (grade.score, grade.earned, grade.late.timeliness) == (score, 100, timeliness)


@pytest.mark.parametrize(("days", "timeliness"), [(2, Timeliness.IN_TIME), (4, Timeliness.LATE)])
def test_the_end_of_the_calendar(days: int, timeliness: Timeliness) -> None:
    """Protects from a traceback where deadline and grace together lead beyond year 9999."""
    deadline = datetime(9999, 12, 27, tzinfo=UTC)
    for grace in (3 * 24 * 60, 366 * 24 * 60):
        late = lateness(deadline + timedelta(days=days), False, deadline, Late(grace_minutes=grace))
        assert late.timeliness is (timeliness if grace < 5000 else Timeliness.IN_TIME)


def test_a_table_of_large_scores(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects scores of seven digits from losing what stands behind the sixth."""
    record(book, results(ann=(1234567.5, 0.25)), rules(), {}, "prof")
    (row,) = csv.DictReader(io.StringIO(grades_table(book.read(lambda connection: grades(connection, None)))))
    assert (row["score"], row["mean"], row["words"], row["max"]) == ("1234567.75", "1234567.5", "0.25", "100")


def test_a_time_that_is_not_known_costs_nothing_and_says_so(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects students from a guess."""
    handings = {"ann": Handing(None, marked_late=True)}
    record(book, results(ann=(40, 60), bob=(40, 60)), rules(12, Late(penalty_percent=50)), handings, "prof")
    assert (grade_of(book, "ann").score, grade_of(book, "ann").late.timeliness) == (100, Timeliness.MARKED_LATE)
    assert (grade_of(book, "bob").score, grade_of(book, "bob").late.timeliness) == (100, Timeliness.UNKNOWN)


@pytest.mark.parametrize(
    ("submitted", "marked", "timeliness"),
    [
        (NOON, False, Timeliness.IN_TIME),
        (NOON, True, Timeliness.IN_TIME),
        (None, False, Timeliness.IN_TIME),
        (None, True, Timeliness.MARKED_LATE),
    ],
)
def test_without_a_deadline(submitted: datetime | None, marked: bool, timeliness: Timeliness) -> None:
    """Protects what a platform says of work whose time is not known; otherwise there is nothing to be late for."""
    assert lateness(submitted, marked, None, Late(penalty_percent=10)) == Lateness(timeliness)


def test_a_mark_of_lateness_that_comes_later(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects what Canvas says of work that was first graded from a folder; a folder that says nothing takes nothing back."""
    for marked in (False, True, False):
        record(book, results(ann=(40, 60)), rules(12), {"ann": Handing(None, marked_late=marked)}, "prof")
    history = grade_of(book, "ann")
    assert len(book.read(lambda connection: connection.execute(select(tables.attempt)).all())) == 2
    assert history.late.timeliness is Timeliness.MARKED_LATE


def test_an_extension(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects a student's own deadline, given before or after, for this student alone, and its withdrawal."""
    handings = {name: Handing(NOON + timedelta(hours=30)) for name in ("ann", "bob")}
    record(book, results(ann=(40, 60), bob=(40, 60)), rules(12, Late(penalty_percent=10)), handings, "prof")
    assert extend(book, by("ann"), NOON + timedelta(hours=24)) == ("tiny", True)
    assert extend(book, by("carl"), NOON) == ("tiny", False)
    assert (grade_of(book, "ann").score, grade_of(book, "bob").score) == (90, 80)
    extend(book, by("ann"), None)
    assert grade_of(book, "ann").score == 80


def test_work_that_was_refused_does_not_take_the_place_of_work_that_was_not(
    book: Gradebook, results: Make, rules: MakeRules
) -> None:
    """Protects a student who sends something after the end from losing what was in time."""
    late = Late(refused_after_hours=1)
    record(book, results(ann=(40, 0)), rules(12, late), {"ann": Handing(NOON)}, "prof")
    after = {"ann": Handing(NOON + timedelta(hours=5))}
    record(book, results(ann=((40, 60), "sha256:2")), rules(12, late), after, "prof")
    assert (grade_of(book, "ann").score, grade_of(book, "ann").attempts) == (40, 2)
    assert grade_of(book, "ann").refused == (2,)


def test_an_old_work_that_is_graded_again_does_not_become_the_last(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects the order of attempts: that in which they were handed in, not that in which they were graded."""
    handed = [{"ann": Handing(NOON + timedelta(hours=hour))} for hour in (0, 1)]
    record(book, results(ann=((40, 60), "sha256:2")), rules(), handed[1], "prof")
    record(book, results(ann=((40, 0), "sha256:1")), rules(), handed[0], "prof")
    assert grade_of(book, "ann").score == 100
    assert record(book, results(ann=((39, 0), "sha256:1")), rules(), handed[0], "prof") == Recorded(0, 1)
    assert grade_of(book, "ann").score == 100


def test_a_time_that_becomes_known(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects the best attempt from being the same work without its time, and so without its penalty."""
    rule = rules(12, Late(penalty_percent=10), attempts="best")
    record(book, results(ann=(40, 60)), rule, {}, "prof")
    record(book, results(ann=(40, 60)), rule, {"ann": Handing(NOON + timedelta(hours=1))}, "prof")
    assert grade_of(book, "ann").score == 90


@pytest.mark.parametrize("first", [True, False])
def test_attempts_of_which_one_has_a_time(book: Gradebook, results: Make, rules: MakeRules, first: bool) -> None:
    """Protects the order in which they were recorded: nobody knows when the other one was handed in."""
    for number, score in ((1, 10), (2, 20)):
        handed = {"ann": Handing(NOON)} if (number == 1) is first else {}
        record(book, results(ann=((score, 0), f"sha256:{number}")), rules(), handed, "prof")
    assert (grade_of(book, "ann").score, grade_of(book, "ann").attempts) == (20, 2)


def test_a_time_that_was_written_down_wrongly(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects what the documentation says: the right time is an attempt beside the wrong one; a deadline makes up for it."""
    rule = rules(12, Late(penalty_percent=10))
    record(book, results(ann=(40, 60)), rule, {"ann": Handing(NOON + timedelta(hours=2))}, "prof")
    assert record(book, results(ann=(40, 60)), rule, {"ann": Handing(NOON)}, "prof") == Recorded(1, 1)
    assert (grade_of(book, "ann").score, grade_of(book, "ann").attempts) == (90, 2)
    extend(book, by(), NOON + timedelta(hours=2))
    assert grade_of(book, "ann").score == 100
    extend(book, by(), NOON - timedelta(hours=23))
    assert grade_of(book, "ann").score == 80


def test_the_sum_of_thirds_is_whole(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects the grader's exact sum from that of rounded parts."""
    made = results(ann=(13.33, 26.67))
    exact = made.model_copy(update={"submissions": (made.submissions[0].model_copy(update={"score": 40.01}),)})
    record(book, exact, rules(), {}, "prof")
    assert grade_of(book, "ann").score == 40.01
    thirds = tuple(part.model_copy(update={"max_score": part.max_score + 1 / 300}) for part in rules().parts)
    record(book, exact, rules().model_copy(update={"parts": thirds}), {}, "prof")  # a verdict has its parts' points rounded
    assert grade_of(book, "ann").score == 40.01


@pytest.mark.parametrize("statement", ['UPDATE "override" SET score = 60', 'DELETE FROM "override"', 'DELETE FROM "verdict"'])
def test_nothing_is_ever_overwritten(book: Gradebook, results: Make, rules: MakeRules, statement: str) -> None:
    """Protects the audit trail from this program and from a hand at a console: the database itself refuses."""
    record(book, results(ann=(40, 0)), rules(), {}, "prof")
    override(book, by(), "words", 1)
    with pytest.raises(DatabaseError, match="rows of a gradebook are only added"), book.engine.begin() as connection:
        connection.execute(text(statement))
    assert grade_of(book, "ann").score == 41


_TAKEN = "VALUES ({id}, '2026-12-01', 'eve', {attempt}, {number}, '1', 'graded', 100, 100, '')"


@pytest.mark.parametrize("old", [False, True], ids=["new", "of revision 001"])
@pytest.mark.parametrize(
    ("taken", "said"),
    [
        ({"id": 1, "attempt": 1, "number": 2}, "rows of a gradebook are only added"),
        ({"id": 9, "attempt": 1, "number": 1}, "rows of a gradebook are only added"),
        ({"id": -1, "attempt": 1, "number": 2}, "ids of a gradebook begin at 1"),
    ],
    ids=["its id", "its number", "an id that stops the next"],
)
def test_a_replacement_is_refused(
    tmp_path: Path, results: Make, rules: MakeRules, old: bool, taken: dict[str, int], said: str
) -> None:
    """Protects a verdict from SQLite's REPLACE, which fires no trigger on deletion; an older gradebook is brought up to that."""
    where = tmp_path / "g.db"
    with open_gradebook(str(where), create=True) as book:
        record(book, results(ann=(40, 0)), rules(), {}, "prof")
    hand = sqlite3.connect(where)
    if old:
        for (name,) in hand.execute("SELECT name FROM sqlite_master WHERE name LIKE '%keeps_i%'").fetchall():
            hand.execute(f"DROP TRIGGER {name}")
        hand.execute("UPDATE alembic_version SET version_num = '001'")
        hand.commit()
        open_gradebook(str(where)).engine.dispose()
    with pytest.raises(sqlite3.IntegrityError, match=said):
        hand.execute("INSERT OR REPLACE INTO verdict " + _TAKEN.format(**taken))
    hand.close()
    with open_gradebook(str(where)) as book:
        assert grade_of(book, "ann").score == 40
        assert record(book, results(ann=(40, 30), bob=(1, 1)), rules(), {}, "prof") == Recorded(1, 2)


def test_the_trail_tells_everything(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects the answer to who changed this grade, when and why."""
    record(book, results(ann=(40, 0), bob=(1, 1)), rules(12), {"ann": Handing(NOON)}, "tutor")
    override(book, by(), "words", 7)
    extend(book, by(why="was ill"), NOON)
    override(book, by(why="a mistake"), "words", None)
    events = book.read(lambda connection: trail(connection, student="ann"))
    assert [(one.by, one.kind) for one in events] == [
        ("tutor", "rules"),
        ("tutor", "attempt"),
        ("tutor", "verdict"),
        ("prof", "override"),
        ("prof", "extension"),
        ("prof", "override"),
    ]
    said = " | ".join(one.words for one in events)
    for words in (
        "due 2026-12-01T12:00:00+00:00",
        "handed in 2026-12-01T12:00:00+00:00",
        "40 of 100 (graded)",
        "words: 7; why: loo",
    ):
        assert words in said
    assert events[-1].words == "words: withdrawn; why: a mistake"


def _write(where: str, made: Results, rules: Rules, barrier: Any) -> None:
    barrier.wait()  # all open it at once: one makes the tables, the others wait for them
    with open_gradebook(where, create=True) as book:
        record(book, made, rules, {}, "tutor")
        override(book, by(made.submissions[0].student), "mean", 1)


def test_several_graders_at_once(
    where: str, results: Make, rules: MakeRules, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects a gradebook that is made and written by four graders at once: nothing is lost, nothing is there twice."""
    monkeypatch.syspath_prepend(repository)  # where the new processes find this module by its name
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(4)
    made = [
        results(**{f"s{n:03}": (40, 0) for n in range(300)}, **{f"own{grader}": ((1, 1), f"sha256:{grader}")})
        for grader in range(4)
    ]
    graders = [context.Process(target=_write, args=(where, one, rules(), barrier)) for one in made]
    for grader in graders:
        grader.start()
    for grader in graders:
        grader.join()
    assert [grader.exitcode for grader in graders] == [0, 0, 0, 0]
    with open_gradebook(where) as book:
        found = book.read(grades).grades
        assert len(found) == 304
        assert {one.attempts for one in found} == {1}
        count = select(tables.verdict.c.id)
        assert len(book.read(lambda connection: connection.execute(count).all())) == 304
        assert len(book.read(lambda connection: connection.execute(select(tables.override)).all())) == 4


def test_the_migrations_make_the_tables(book: Gradebook) -> None:
    """Protects from tables in the program that no migration makes, and from a revision that nobody set."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    def compare(connection: Any) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert context.get_current_revision() == REVISION
        return list(compare_metadata(context, tables.metadata))

    assert book.read(compare) == []


def test_a_newer_gradebook_is_refused(where: str) -> None:
    """Protects a gradebook from an older grader, which would not understand it."""
    with open_gradebook(where, create=True) as book, book.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '999'"))
    with pytest.raises(UsageError, match=r"made by a newer grader \(revision 999"):
        open_gradebook(where)


def test_another_database_is_refused(tmp_path: Path) -> None:
    """Protects somebody else's database from tables that nobody asked for, and a text file from being a gradebook."""
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE songs (name TEXT)")
    connection.close()
    with pytest.raises(UsageError, match=r"is no gradebook: it holds other tables \(songs\)"):
        open_gradebook(str(other), create=True)
    (tmp_path / "text.db").write_text("no database " * 100)
    with pytest.raises(UsageError, match="is no gradebook"):
        open_gradebook(str(tmp_path / "text.db"), create=True)
    with pytest.raises(UsageError, match="there is no gradebook"):
        open_gradebook(str(tmp_path / "none.db"))
    assert not (tmp_path / "none.db").exists()


def test_urls() -> None:
    """Protects what can be typed; a password is never told."""
    assert str(gradebook_url("a/b.db")) == "sqlite:///a/b.db"
    assert gradebook_url("postgresql://h/d").drivername == "postgresql+psycopg"
    with pytest.raises(UsageError, match="no database is called 'oracle9'"):
        open_gradebook("oracle9://h/d")
    with pytest.raises(UsageError) as raised:
        gradebook_url("postgresql://me:secret@h:port/d")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("create", [False, True])
def test_a_server_that_does_not_answer(create: bool) -> None:
    """Protects from its being told as the grader's failure: the host is named, in one line, and no password."""
    with pytest.raises(UsageError, match=r"--gradebook: no connection to 127\.0\.0\.1: ") as unreachable:
        open_gradebook("postgresql://me:secret@127.0.0.1:1/d", create=create)
    assert "secret" not in str(unreachable.value)
    assert "\n" not in str(unreachable.value)


@pytest.mark.parametrize(("student", "author"), [("a" * 401, "prof"), ("ann", "p" * 201)])
def test_a_name_that_is_too_long(book: Gradebook, results: Make, rules: MakeRules, student: str, author: str) -> None:
    """Protects a class's gradebook from half of it: PostgreSQL refuses a name when others are written already."""
    with pytest.raises(UsageError, match=r"keeps (400|200) characters"):
        record(book, results(**{"ann": (40, 0), student: (40, 0)}), rules(), {}, author)
    assert book.read(lambda connection: connection.execute(select(tables.rules)).all()) == []
    record(book, results(ann=(40, 0)), rules(), {}, "prof")
    with pytest.raises(UsageError, match=r"keeps (400|200) characters"):
        extend(book, Decision(student, None, author, "was ill"), NOON)
    assert book.read(lambda connection: connection.execute(select(tables.extension)).all()) == []


def test_a_name_as_long_as_it_may_be(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects who has a long name in a script of two bytes a letter: characters count."""
    assert record(book, results(**{"я" * 400: (40, 0)}), rules(), {}, "п" * 200) == Recorded(1, 1)


def test_times_need_an_offset(book: Gradebook) -> None:
    """Protects from a time that another machine would read as another moment."""
    row = {"at": datetime(2026, 1, 1), "by": "x", "assignment": "a", "number": 1, "document": ""}
    with pytest.raises(Exception, match="has no offset from UTC"), book.engine.begin() as connection:
        connection.execute(insert(tables.rules), row)


def test_the_history_tells_rules_apart(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects whoever asks why a grade changed: rules that differ in anything that a grade depends on read differently."""
    parts = tuple(part.model_copy(update={"max_score": 50.0}) for part in rules().parts)
    late = {"penalty_percent": 10, "period_hours": 24}
    others = ({}, {"penalty_percent": 7}, {"period_hours": 12}, {"at_most_percent": 50}, {"refused_after_hours": 168})
    kinds = [
        *(rules(), rules(hour=12), rules(attempts="best"), rules().model_copy(update={"parts": parts})),
        *(rules(late=Late(**{**late, **other})) for other in (*others, {"grace_minutes": 15})),
    ]
    for one in kinds:
        record(book, results(), one, {}, "prof")
    said = [event.words for event in book.read(trail) if event.kind == "rules"]
    assert len(set(said)) == len(kinds)
    assert said[0] == "100 points (mean 40, words 60), no deadline, the last attempt counts"
    assert said[-1].endswith("no deadline, 15 minutes of grace, late -10% for each 24 h, at most 100%, the last attempt counts")


def test_which_assignment_is_meant(book: Gradebook, results: Make, rules: MakeRules) -> None:
    """Protects from a decision on another assignment than the one that is thought of."""
    with pytest.raises(UsageError, match="no assignment ''; it holds none"):
        book.read(lambda connection: named_rules(connection, None))
    made = results(ann=(40, 60))
    for name in ("tiny", "huge"):
        record(book, made.model_copy(update={"assignment": made.assignment.model_copy(update={"id": name})}), rules(), {}, "prof")
    with pytest.raises(UsageError, match="the gradebook holds huge, tiny"):
        book.read(lambda connection: named_rules(connection, None))
    with pytest.raises(UsageError, match="no assignment 'tini'; it holds huge, tiny"):
        book.read(lambda connection: named_rules(connection, "tini"))
    assert book.read(lambda connection: named_rules(connection, "huge"))[0] == "huge"
