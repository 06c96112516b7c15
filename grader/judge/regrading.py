"""What is remembered of a verdict so that later only some parts of the submission have to be tested again.

::

    Verdict
    ├── result: SubmissionResult
    ├── trace: Trace
    │   ├── digests: PartDigests     of tests and reference, by part, as they were
    │   ├── tests: test id -> TestTrace
    │   ├── apart                    whether no part can have noticed that others were tested
    │   └── ended                    whether the submission came to its end before any test
    └── course                       the digest of the assignment's files that it was judged by

A kept verdict on a part stands when its tests, and the reference's code for all that they asked, are what they were. Parts that
called one another's functions stand or fall together. Where parts may have met otherwise (a process that was lost, files that
were written), the whole submission is tested again: what is put together must be what a whole run finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field

from grader.course.dependencies import PartDigests
from grader.judge.planned import PlannedTest
from grader.record import Record
from grader.results import SubmissionResult, SubmissionStatus, TestResult


class TestTrace(Record):
    """One test: the parts whose functions or reference it asked, and what the student is told on the way, in words.

    `notes` are adaptations of the call, `accepted` what a comparison let pass, `answered` the name of what answered, if known,
    and `seconds` what it took.
    """

    __test__ = False

    asked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    answered: str = ""
    seconds: float = 0.0


class Trace(Record):
    """How a verdict came about."""

    digests: PartDigests
    tests: dict[str, TestTrace] = Field(default_factory=dict)
    apart: bool = False
    ended: bool = False


class Verdict(Record):
    """A result, and how it came about where that is known. `course` is empty where its files were changed meanwhile."""

    result: SubmissionResult
    trace: Trace | None = None
    course: str = ""


def parts_to_test(kept: Verdict, now: PartDigests) -> frozenset[str]:
    """The parts on which the kept verdict does not stand any more; all of them when unsure."""
    every, trace = frozenset(now.tests), kept.trace
    if trace is None or kept.result.status is SubmissionStatus.GRADER_ERROR or frozenset(trace.digests.tests) != every:
        return every
    changed = {
        part
        for part in every
        if trace.digests.tests[part] != now.tests[part] or trace.digests.reference.get(part) != now.reference[part]
    }
    if trace.ended or not changed:
        return frozenset(changed)
    return _with_bound(changed, bonds(kept.result.tests, trace.tests)) if trace.apart else every


def bonds(results: Sequence[TestResult], traces: Mapping[str, TestTrace]) -> list[frozenset[str]]:
    """For each test the parts that it binds together: its own, and those that it asked."""
    return [frozenset({one.part, *traces[one.id].asked}) for one in results if one.id in traces]


def are_bound(parts: frozenset[str], bound: Sequence[frozenset[str]]) -> bool:
    """Whether some test binds one of `parts` to a part that is none of them."""
    return any(one & parts and one - parts for one in bound)


def _with_bound(parts: set[str], bound: Sequence[frozenset[str]]) -> frozenset[str]:
    found = set(parts)
    while more := {part for one in bound if one & found for part in one} - found:
        found |= more
    return frozenset(found)


def in_order(planned: Sequence[PlannedTest], *results: Sequence[TestResult]) -> tuple[TestResult, ...]:
    """The results of the planned tests, wherever each is found, in their order."""
    by_id = {one.id: one for some in results for one in some}
    return tuple(by_id[test.id] for test in planned if test.id in by_id)


def told(traces: Iterable[TestTrace]) -> list[str]:
    """What the student is told of all tests: adaptations first, each thing once."""
    traces = list(traces)
    return list(dict.fromkeys([note for one in traces for note in one.notes] + [note for one in traces for note in one.accepted]))
