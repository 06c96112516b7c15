"""Whose grade differs between two results of an assignment, and why: what is to be looked at before grades are published.

::

    Difference
    └── changes: Change*         students whose result differs, sorted; those with equal results are not there
        └── reasons: Reason*     another work first, then points, then tests in their order

Times, wording, pictures and places on disk are no difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from grader.record import Record
from grader.results import Results, SubmissionResult, TestResult


class Kind(StrEnum):
    """What differs."""

    ADDED = "added"
    REMOVED = "removed"
    SUBMISSION = "submission"
    STATUS = "status"
    POINTS = "points"
    TEST = "test"
    TEST_ADDED = "test_added"
    TEST_REMOVED = "test_removed"


class Reason(Record):
    """One difference: of a test its id, part and title; `old` and `new` are what stood there, empty where nothing did."""

    kind: Kind
    old: str = ""
    new: str = ""
    test: str = ""
    part: str = ""
    title: str = ""

    @property
    def words(self) -> str:
        """A line for people."""
        about = f"{self.part}: {self.title.removesuffix('.')}" if self.title else self.part or "all"
        match self.kind:
            case Kind.ADDED | Kind.REMOVED:
                return f"the student was {self.kind}"
            case Kind.SUBMISSION:
                return "another work was handed in"
            case Kind.STATUS:
                return f"{self.old} → {self.new}"
            case Kind.POINTS:
                return f"{about}: {self.old} → {self.new} points"
            case Kind.TEST:
                return f"{about}: {self.old} → {self.new}"
            case Kind.TEST_ADDED:
                return f"{about}: new test, {self.new}"
            case Kind.TEST_REMOVED:
                return f"{about}: test removed, was {self.old}"


class Change(Record):
    """A student whose result differs. `grade_changes`: whether the score does, or whether there is one."""

    student: str
    old: float | None
    new: float | None
    grade_changes: bool
    reasons: tuple[Reason, ...]


class Difference(Record):
    """Two results of one assignment compared; `same` students are equal in both."""

    assignment: str
    same: int
    changes: tuple[Change, ...]

    @property
    def grades(self) -> tuple[Change, ...]:
        """Those whose grade changes."""
        return tuple(change for change in self.changes if change.grade_changes)


def difference(old: Results | None, new: Results | None) -> Difference:
    """Compare; None stands for no results at all. Raises `ValueError` when both are None."""
    some = new or old
    if some is None:
        raise ValueError("there is nothing to compare")
    before = {one.student: one for one in old.submissions} if old else {}
    after = {one.student: one for one in new.submissions} if new else {}
    changes = []
    for student in sorted(before.keys() | after.keys()):
        change = _change(student, before.get(student), after.get(student))
        if change is not None:
            changes.append(change)
    same = len(before.keys() | after.keys()) - len(changes)
    return Difference(assignment=some.assignment.id, same=same, changes=tuple(changes))


def _change(student: str, old: SubmissionResult | None, new: SubmissionResult | None) -> Change | None:
    if old is None or new is None:
        kind = Kind.ADDED if old is None else Kind.REMOVED
        scores = {"old": old.score if old else None, "new": new.score if new else None}
        return Change(student=student, grade_changes=True, reasons=(Reason(kind=kind),), **scores)
    reasons = tuple(_reasons(old, new))
    grade = (old.score, old.max_score) != (new.score, new.max_score)
    if not reasons and not grade:
        return None
    return Change(student=student, old=old.score, new=new.score, grade_changes=grade, reasons=reasons)


def _reasons(old: SubmissionResult, new: SubmissionResult) -> Iterator[Reason]:
    if old.digest != new.digest:
        yield Reason(kind=Kind.SUBMISSION, old=old.digest, new=new.digest)
    if old.status != new.status:
        yield Reason(kind=Kind.STATUS, old=old.status.value, new=new.status.value)
    if old.max_score != new.max_score:
        yield Reason(kind=Kind.POINTS, old=f"{old.max_score:g}", new=f"{new.max_score:g}")
    points = {part.id: part.max_score for part in old.parts}
    for part in new.parts:
        if part.id in points and points[part.id] != part.max_score:
            yield Reason(kind=Kind.POINTS, part=part.id, old=f"{points[part.id]:g}", new=f"{part.max_score:g}")
    yield from _tests(old.tests, new.tests)


def _tests(old: tuple[TestResult, ...], new: tuple[TestResult, ...]) -> Iterator[Reason]:
    before = {test.id: test for test in old}
    for test in new:
        was = before.pop(test.id, None)
        about = {"test": test.id, "part": test.part, "title": test.title}
        if was is None:
            yield Reason(kind=Kind.TEST_ADDED, new=test.status.value, **about)
        elif was.status != test.status:
            yield Reason(kind=Kind.TEST, old=was.status.value, new=test.status.value, **about)
        elif was.max_score != test.max_score:
            yield Reason(kind=Kind.POINTS, old=f"{was.max_score:g}", new=f"{test.max_score:g}", **about)
    for test in before.values():
        yield Reason(kind=Kind.TEST_REMOVED, old=test.status.value, test=test.id, part=test.part, title=test.title)
