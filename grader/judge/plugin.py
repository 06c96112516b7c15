"""The pytest plugin that runs an assignment's tests against one submission.

Fixtures: `submission`, `reference`, `check`, `models`, `pictures`, `seed`. A test belongs to a part by
`@pytest.mark.part("<part id>", weight=1)`; its docstring's first line is the title that the student reads.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pytest
from _pytest.runner import runtestprotocol

from grader.course.assignment import AssignmentFolder
from grader.errors import CourseNeeded, SandboxFault
from grader.judge.answers import Answers
from grader.judge.check import Check, Compared, Comparisons, Ledger
from grader.judge.fault import fault_words, why_not_collected
from grader.judge.outcome import CodeRaised, Stopped, TestOutcome
from grader.judge.planned import PlannedTest, id_of, planned_test
from grader.judge.proxy import SubmissionProxy
from grader.judge.workplace import Workplace
from grader.wire.values import Model


@dataclass
class Ran:
    """How one test went. `outcome` is None when it passed; `fault` is the text of a fault of the test itself; it `broke_off`
    where the submission's code raised, or its process ended.

    `compared` are its comparisons, `shown` those that it made for a picture only; the reference was asked for the parts `asked`.
    In all it took so many `seconds`.
    """

    test: PlannedTest
    outcome: TestOutcome | None = None
    fault: str = ""
    compared: list[Compared] = field(default_factory=list)
    shown: list[Compared] = field(default_factory=list)
    asked: frozenset[str] = frozenset()
    broke_off: bool = False
    ledger: Ledger | None = None
    seconds: float = 0.0

    def forget(self) -> None:
        """Let go of the answers that were compared, megabytes each."""
        self.ledger = None
        self.compared.clear()
        self.shown.clear()


@dataclass(frozen=True)
class Setting:
    """What does not change between submissions."""

    folder: AssignmentFolder
    reference: Answers
    comparisons: Comparisons
    seed: int = 0


class JudgePlugin:
    """One run of pytest for one submission, and for others after `begin_again`; of all parts, when `only_parts` is empty, the
    tests `first` before the others.

    `make_submission` makes the fixture `submission` of a test; it is None for a run that only collects. If not `at_once`, answers
    are compared by `settle`, when the submission is gone: until then a test with wrong answers counts as passed.
    """

    is_reported = False  # whether somebody reads what pytest says of each test: it costs a fifth of pytest's own time

    def __init__(
        self,
        setting: Setting,
        make_submission: Callable[[PlannedTest], Any] | None,
        *,
        only_parts: frozenset[str] = frozenset(),
        first: frozenset[str] = frozenset(),
        at_once: bool = True,
    ) -> None:
        self.setting = setting
        self.at_once = at_once
        self.make_submission = make_submission
        self.first = first
        self.all_parts = frozenset(part.id for part in setting.folder.specification.parts)
        self.only_parts = only_parts or self.all_parts
        self.planned: list[PlannedTest] = []
        self.ran: list[Ran] = []
        self.problems: list[str] = []
        self.lost: CourseNeeded | SandboxFault | None = None
        self._by_node: dict[str, Ran] = {}
        self._proxy: Any = None  # the fixture `submission` of the test that runs

    def begin_again(
        self, items: list[pytest.Item], make_submission: Callable[[PlannedTest], Any], only_parts: frozenset[str] = frozenset()
    ) -> list[pytest.Item]:
        """Get ready for another submission; of `items`, which this plugin has collected for all parts, those that are to run."""
        self.make_submission, self.only_parts = make_submission, only_parts or self.all_parts
        planned = {item.nodeid: self._by_node[item.nodeid].test for item in items}
        self.ran, self.lost = [], None
        self._by_node = {node: Ran(test) for node, test in planned.items()}
        return [item for item in items if planned[item.nodeid].part in self.only_parts]

    def forget(self) -> None:
        """Let go of all answers: pytest leaves cycles that reach this plugin, and what they hold would otherwise stay until the
        collector comes by, many submissions later."""
        for ran in self._by_node.values():
            ran.forget()

    def settle(self) -> None:
        """Compare all answers that wait for it; a test with a wrong one fails by the first."""
        for ran in self.ran:
            started = time.perf_counter()
            if ran.ledger is not None and not ran.fault:
                try:
                    ran.ledger.settle()
                except Exception as error:  # noqa: BLE001  of the course's comparison: this test cannot be judged, others can
                    ran.fault = fault_words("compare", pytest.ExceptionInfo.from_exception(error), self.setting.folder)
                else:
                    ran.outcome = ran.ledger.mismatch or ran.outcome
            ran.seconds += time.perf_counter() - started

    # -- fixtures ---------------------------------------------------------------------------------------------------

    @pytest.fixture
    def submission(self, request: pytest.FixtureRequest) -> Iterator[Any]:
        """The submission: attribute access becomes a call in its sandbox."""
        assert self.make_submission is not None
        ran = self._by_node[request.node.nodeid]
        self._proxy = proxy = self.make_submission(ran.test)
        yield proxy
        proxy.release()

    @pytest.fixture
    def reference(self) -> Answers:
        """The reference: `reference.<part>(*arguments)` is the right answer in plain values and arrays."""
        return self.setting.reference

    @pytest.fixture
    def check(self, submission: SubmissionProxy, request: pytest.FixtureRequest) -> Check:
        """Call, compare, remember: `check.<part>(*arguments)`."""
        setting, ran = self.setting, self._by_node[request.node.nodeid]
        ledger = Ledger(submission, setting.reference, setting.comparisons, request.node.nodeid, at_once=self.at_once)
        ran.ledger, ran.compared, ran.shown = ledger, ledger.compared, ledger.shown
        return Check(ledger)

    @pytest.fixture
    def models(self) -> Models:
        """The assignment's networks: `models.<name>` is a `Model`; AttributeError for a name that `assignment.yaml` lacks."""
        return Models(tuple(self.setting.folder.specification.models))

    @pytest.fixture
    def pictures(self) -> Pictures:
        """The assignment's pictures: `pictures[stem]` is uint8 RGB (H, W, 3), read-only: copy before you change it. KeyError
        where no file has that stem."""
        return Pictures(self.setting.folder.pictures)

    @pytest.fixture
    def seed(self) -> int:
        """Where a test's random inputs start from: the assignment's `seed`, 0 in a student's bundle; `grade validate` also tries
        1 to 20."""
        return self.setting.seed

    # -- hooks ------------------------------------------------------------------------------------------------------

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare the marker."""
        config.addinivalue_line("markers", "part(id, weight=1): the graded part that a test belongs to")

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """All public tests, then the hidden ones, each part by part; with part, weight and title. Before them those that are to
        come `first`, which is for functions of the course alone.

        What a public test says may show a submission's words: they must not know a hidden input yet.
        """
        order = [part.id for part in self.setting.folder.specification.parts]

        def place(pair: tuple[pytest.Item, PlannedTest]) -> tuple[bool, bool, int]:
            return pair[1].id not in self.first, pair[1].visibility == "hidden", order.index(pair[1].part)

        kept = []
        for item, planned in sorted(((item, planned_test(item, self.setting.folder)) for item in items), key=place):
            if planned.part in self.only_parts:
                kept.append(item)
                self.planned.append(planned)
                self._by_node[item.nodeid] = Ran(planned)
        items[:] = kept

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """What `-k` leaves out is not planned."""
        left_out = {id_of(item, self.setting.folder) for item in items}
        self.planned = [test for test in self.planned if test.id not in left_out]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a test; once more, from the loaded submission, if its code fails in a process that earlier tests used, or beside
        others: what these left behind or take (memory, threads) then never costs it its points.

        Only where code raised or its process ended, which the submission knows: a second question after a wrong answer would tell
        it that the answer was wrong.
        """
        ran = self._by_node.get(item.nodeid)
        if ran is None:
            return None
        if self.is_reported:
            item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        self._proxy, started = None, time.perf_counter()
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        if ran.broke_off and self._proxy is not None and self._proxy.start_afresh():
            again, lost = Ran(ran.test), self.lost
            self._by_node[item.nodeid] = again
            item._initrequest()  # type: ignore[attr-defined]  # its fixtures are made anew; pytest has no public way
            second = runtestprotocol(item, log=False, nextitem=nextitem)
            if again.fault or isinstance(again.outcome, Stopped):  # says less than the first time
                self.ran = [one for one in self.ran if one is not again]
                self._by_node[item.nodeid], self.lost = ran, lost
            else:
                self.ran = [one for one in self.ran if one is not ran]
                ran.forget()
                reports = second
        self._proxy = None
        self._by_node[item.nodeid].seconds = time.perf_counter() - started
        self._report(item, reports)
        if self.is_begun_again:
            item.session.shouldstop = str(self.lost)
        return True

    @property
    def is_begun_again(self) -> bool:
        """Whether the rest of the tests need not be run: whatever came of them would be thrown away."""
        return isinstance(self.lost, CourseNeeded)

    def _report(self, item: pytest.Item, reports: list[pytest.TestReport]) -> None:
        if self.is_reported:
            for report in reports:
                item.ihook.pytest_runtest_logreport(report=report)
            item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        elif item.config.getoption("maxfail") and any(report.failed for report in reports):
            item.session.shouldfail = "the first failure is enough"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Tell the reference who asks."""
        ran = self._by_node.get(item.nodeid)
        if ran is not None:
            self.setting.reference.begin(ran.test.id)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """A test fails by its first wrong answer, but only when all of its questions have been asked."""
        try:
            result = yield
        except (CodeRaised, Stopped):
            self._by_node[item.nodeid].broke_off = True
            self._fail_by_first(item)
            raise
        except TestOutcome:
            self._fail_by_first(item)
            raise
        self._fail_by_first(item)
        return result

    def _fail_by_first(self, item: pytest.Item) -> None:
        ran = self._by_node.get(item.nodeid)  # None for a student's own test
        if ran is not None and ran.ledger is not None and ran.ledger.mismatch is not None:
            raise ran.ledger.mismatch

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        """Keep how the test went, as data; pytest's own report, which nobody reads here, looks up where each test stands."""
        assert call.when != "collect"
        self.keep(self._by_node[item.nodeid], call)
        outcome: Literal["passed", "failed"] = "passed" if call.excinfo is None else "failed"
        return pytest.TestReport(item.nodeid, (item.nodeid, None, item.name), {}, outcome, None, call.when)

    def keep(self, ran: Ran, call: pytest.CallInfo[None]) -> None:
        """Keep how a step of a test went."""
        if call.when == "setup":
            self.ran.append(ran)
        ran.asked = frozenset(self.setting.reference.asked)
        if call.excinfo is not None and ran.outcome is None and not ran.fault:
            error = call.excinfo.value
            if isinstance(error, TestOutcome):
                ran.outcome = _bare(error)
            else:
                self.lost = error if isinstance(error, CourseNeeded | SandboxFault) else self.lost
                ran.fault = fault_words(call.when, call.excinfo, self.setting.folder)

    def pytest_exception_interact(self, call: pytest.CallInfo[Any], report: pytest.CollectReport | pytest.TestReport) -> None:
        """A test file that does not import is the course's fault, and says so."""
        if isinstance(report, pytest.CollectReport) and call.excinfo is not None:
            why = why_not_collected(call.excinfo.value, self.setting.folder)
            self.problems.append(why if why.startswith(report.nodeid) else f"{report.nodeid}: {why}")


@dataclass(frozen=True)
class Models:
    """`models.resnet50`: a model by name, as a token that both sides know."""

    names: tuple[str, ...]

    def __getattr__(self, name: str) -> Model:
        if name not in self.names:
            raise AttributeError(f"the assignment has no model {name!r}; it has {', '.join(self.names) or 'none'}")
        return Model(name)


@dataclass(frozen=True)
class Pictures:
    """`pictures["cat"]`: a picture by file stem, uint8 RGB (H, W, 3)."""

    folder: Path | None

    def __getitem__(self, name: str) -> npt.NDArray[np.uint8]:
        found = sorted(self.folder.glob(f"{name}.*")) if self.folder is not None else []
        if not found:
            raise KeyError(name)
        status = found[0].stat()
        return _pixels(found[0], status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=64)
def _pixels(path: Path, _size: int, _time: int) -> npt.NDArray[np.uint8]:
    """The file as it was when it had this size and time of change."""
    from PIL import Image

    with Image.open(path) as picture:
        pixels = np.array(picture.convert("RGB"))
    pixels.flags.writeable = False  # one array for all tests
    return pixels


def proxy_maker(workplace: Workplace) -> Callable[[PlannedTest], SubmissionProxy]:
    """What makes the fixture `submission` for a test."""
    return lambda test: SubmissionProxy(workplace, test.part, test.id)


def _bare(error: TestOutcome) -> TestOutcome:
    """The outcome without its frames, which would keep a test's networks and arrays alive as long as the result."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
