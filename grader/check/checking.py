"""Public tests on one's own work: a judge that stays, and what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.check.work import OwnWork
from grader.course.assignment import AssignmentFolder
from grader.judge.judge import Judge, JudgePlan
from grader.report.text import clean_record
from grader.results import Results, SubmissionResult, SubmissionStatus, TestStatus
from grader.run.plan import AssignmentRun
from grader.run.run import make_results
from grader.sandbox.wall import NoWall


@dataclass(frozen=True)
class Withheld:
    """What hidden tests decide about in one part."""

    title: str
    tests: int
    points: float


@dataclass(frozen=True)
class Checked:
    """What came out: results with one submission in them, whose tests are the public ones.

    Attributes:
        withheld: the parts that have hidden tests.
        left_out: how many public tests `-k` left out.
        missing: packages that grading has and this machine lacks.
        names: what functions of a part may be called, by part.
    """

    results: Results
    withheld: tuple[Withheld, ...]
    left_out: int
    missing: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]]

    @property
    def submission(self) -> SubmissionResult:
        """The one that was checked."""
        return self.results.submissions[0]

    @property
    def passed(self) -> int:
        """How many of the tests pass."""
        return sum(test.status is TestStatus.PASSED for test in self.submission.tests)

    @property
    def all_pass(self) -> bool:
        """Whether the file could be run and every test passes."""
        return self.submission.status is SubmissionStatus.GRADED and self.passed == len(self.submission.tests)


class Checker:
    """A context manager: the process that the work is run in stays warm from one check to the next.

    `begin`: it begins to get warm now; whoever made this has to close it.
    """

    def __init__(self, lab: AssignmentFolder, language: str, keyword: str = "", *, begin: bool = False) -> None:
        self.lab = lab
        self.language = language or lab.specification.language
        plan = JudgePlan(lab, NoWall(), (), self.language, visibilities=("public",), keyword=keyword)
        self.judge = Judge.begin(plan) if begin else Judge(plan)

    def __enter__(self) -> Checker:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the process that the work is run in."""
        self.judge.start()

    def close(self) -> None:
        """End it."""
        self.judge.close()

    def check(self, work: OwnWork) -> Checked:
        """Run the public tests on the work as it lies on the disk now."""
        return self.checked(work, self.judge.grade(work))

    def checked(self, work: OwnWork, result: SubmissionResult) -> Checked:
        """What the judge's result means to whose work it is."""
        results = make_results(AssignmentRun(self.lab, (work,), ()), {work.student: result}, self.language)
        template = self.judge.template
        return Checked(
            results=clean_record(results),
            withheld=self._withheld(),
            left_out=self.judge.material.left_out,
            missing=template.get_ready() if template is not None else (),
            names={part.id: part.names for part in self.lab.specification.parts},
        )

    def _withheld(self) -> tuple[Withheld, ...]:
        found = []
        for part in self.lab.specification.parts:
            hidden = [test for test in self.judge.material.withheld if test.part == part.id]
            if hidden:
                points = float(sum(self.judge.material.share[test.id] for test in hidden))
                found.append(Withheld(part.title.in_language(self.language), len(hidden), points))
        return tuple(found)
