"""The pytest plugin that runs an assignment's tests against one submission, and the options for running pytest lean.

Fixtures: `submission`, `reference`, `check`, `models`, `pictures`, `seed`. A test belongs to a part by
`@pytest.mark.part("<part id>", weight=1)`; its docstring's first line is the title that the student reads.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from grader.course.assignment import AssignmentFolder
from grader.course.titles import title
from grader.errors import GraderError, SandboxFault, SpecificationError, UsageError
from grader.judge.answers import Answers
from grader.judge.check import Check, Compared, Comparisons
from grader.judge.outcome import TestOutcome
from grader.judge.proxy import SubmissionProxy, Workplace
from grader.wire.values import Model

# What pytest does for developers and a judge has no use for: 0.40 s of CPU against 0.035 s on 60 tests.
_UNNEEDED = [
    "logging",
    "warnings",
    "faulthandler",
    "unraisableexception",
    "threadexception",
    "doctest",
    "unittest",
    "cacheprovider",
    "junitxml",
    "pastebin",
    "nose",
    "setuponly",
    "setupplan",
    "stepwise",
    "debugging",
    "recwarn",
    "legacypath",
]


@dataclass(frozen=True)
class PlannedTest:
    """A test as collected: what it is, before any submission is judged by it."""

    id: str
    part: str
    visibility: str
    title: str
    weight: float


@dataclass
class Ran:
    """How one test went. `outcome` is None when it passed; `fault` is the text of a fault of the test itself.

    `compared` are its comparisons, `shown` those that it made for a picture only; the reference was asked for the parts `asked`.
    """

    test: PlannedTest
    outcome: TestOutcome | None = None
    fault: str = ""
    compared: list[Compared] = field(default_factory=list)
    shown: list[Compared] = field(default_factory=list)
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Setting:
    """What does not change between submissions."""

    folder: AssignmentFolder
    reference: Answers
    comparisons: Comparisons
    seed: int = 0


class JudgePlugin:
    """One run of pytest for one submission; of all parts, when `only_parts` is empty.

    `make_submission` makes the fixture `submission` of a test; it is None for a run that only collects.
    """

    def __init__(
        self,
        setting: Setting,
        make_submission: Callable[[PlannedTest], Any] | None,
        *,
        only_parts: frozenset[str] = frozenset(),
    ) -> None:
        self.setting = setting
        self.make_submission = make_submission
        self.only_parts = only_parts or frozenset(part.id for part in setting.folder.specification.parts)
        self.planned: list[PlannedTest] = []
        self.places = {visibility: str(setting.folder.tests(visibility)) + os.sep for visibility in ("public", "hidden")}
        self.ran: list[Ran] = []
        self.problems: list[str] = []
        self.lost: SandboxFault | None = None
        self._by_node: dict[str, Ran] = {}

    # -- fixtures ---------------------------------------------------------------------------------------------------

    @pytest.fixture
    def submission(self, request: pytest.FixtureRequest) -> Iterator[Any]:
        """The submission: attribute access becomes a call in its sandbox."""
        assert self.make_submission is not None
        ran = self._by_node[request.node.nodeid]
        proxy = self.make_submission(ran.test)
        yield proxy
        proxy.release(passed=ran.outcome is None and not ran.fault)

    @pytest.fixture
    def reference(self) -> Answers:
        """The reference: `reference.<part>(*arguments)`."""
        return self.setting.reference

    @pytest.fixture
    def check(self, submission: SubmissionProxy, request: pytest.FixtureRequest) -> Check:
        """Call, compare, remember: `check.<part>(*arguments)`."""
        check = Check(submission, self.setting.reference, self.setting.comparisons, request.node.nodeid)
        ran = self._by_node[request.node.nodeid]
        ran.compared, ran.shown = check._compared, check._shown
        return check

    @pytest.fixture
    def models(self) -> Models:
        """The assignment's networks by name."""
        return Models(tuple(self.setting.folder.specification.models))

    @pytest.fixture
    def pictures(self) -> Pictures:
        """The assignment's pictures by file stem."""
        return Pictures(self.setting.folder.pictures)

    @pytest.fixture
    def seed(self) -> int:
        """Where a test's random inputs start from."""
        return self.setting.seed

    # -- hooks ------------------------------------------------------------------------------------------------------

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare the marker."""
        config.addinivalue_line("markers", "part(id, weight=1): the graded part that a test belongs to")

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """All public tests, then the hidden ones, each part by part; with part, weight and title.

        What a public test says may show a submission's words: they must not know a hidden input yet.
        """
        order = [part.id for part in self.setting.folder.specification.parts]
        kept = []
        tests = [(item, self._plan(item)) for item in items]
        for item, planned in sorted(tests, key=lambda pair: (pair[1].visibility == "hidden", order.index(pair[1].part))):
            if planned.part in self.only_parts:
                kept.append(item)
                self.planned.append(planned)
                self._by_node[item.nodeid] = Ran(planned)
        items[:] = kept

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """What `-k` leaves out is not planned."""
        left_out = {self._name(item) for item in items}
        self.planned = [test for test in self.planned if test.id not in left_out]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Tell the reference who asks."""
        ran = self._by_node.get(item.nodeid)
        if ran is not None:
            self.setting.reference.begin(ran.test.id)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
        """Keep how the test went, as data."""
        ran = self._by_node[item.nodeid]
        if call.when == "setup":
            self.ran.append(ran)
        ran.asked = frozenset(self.setting.reference.asked)
        if call.excinfo is not None and ran.outcome is None and not ran.fault:
            error = call.excinfo.value
            if isinstance(error, TestOutcome):
                ran.outcome = _bare(error)
            else:
                self.lost = error if isinstance(error, SandboxFault) else self.lost
                ran.fault = f"{call.when}: {type(error).__name__}: {error} ({_where(call.excinfo)})"
        return (yield)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A test file that does not import is the course's fault, and says so."""
        if report.failed:
            self.problems.append(f"{report.nodeid}: {report.longreprtext.strip().splitlines()[-1]}")

    def _plan(self, item: pytest.Item) -> PlannedTest:
        marker = item.get_closest_marker("part")
        where = f"{self._name(item)}"
        if marker is None or not marker.args:
            raise SpecificationError(f'{where}: the test needs @pytest.mark.part("<part id>")')
        known = [part.id for part in self.setting.folder.specification.parts]
        part, weight = str(marker.args[0]), float(marker.kwargs.get("weight", 1))
        if part not in known:
            raise SpecificationError(f"{where}: there is no part {part!r}; there are {', '.join(known)}")
        if weight <= 0:
            raise SpecificationError(f"{where}: the weight must be positive, not {weight:g}")
        document = getattr(getattr(item, "function", None), "__doc__", "") or ""
        return PlannedTest(where, part, self._visibility(item), title(document, item.name), weight)

    def _name(self, item: pytest.Item) -> str:
        visibility = self._visibility(item)
        name = str(item.path).removeprefix(self.places[visibility]).replace(os.sep, "/")
        return f"{visibility}/{name}::{item.nodeid.partition('::')[2]}"

    def _visibility(self, item: pytest.Item) -> str:
        return "public" if str(item.path).startswith(self.places["public"]) else "hidden"


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
        return _pixels(found[0])


@functools.lru_cache(maxsize=64)
def _pixels(path: Path) -> npt.NDArray[np.uint8]:
    from PIL import Image

    with Image.open(path) as picture:
        pixels = np.array(picture.convert("RGB"))
    pixels.flags.writeable = False  # one array for all tests
    return pixels


def proxy_maker(workplace: Workplace) -> Callable[[PlannedTest], SubmissionProxy]:
    """What makes the fixture `submission` for a test."""
    return lambda test: SubmissionProxy(workplace, test.part, test.id)


def run_tests(
    plugin: JudgePlugin,
    *,
    visibilities: tuple[str, ...] = ("public", "hidden"),
    keyword: str = "",
    collect_only: bool = False,
    stop_early: bool = False,
) -> None:
    """Run pytest in this process with `plugin`, of tests that match `keyword`; `stop_early` ends with the first that fails.

    Raises `SpecificationError` when the tests cannot be collected, `UsageError` when no test matches `keyword`, and whatever
    error of the grader a hook raised.
    """
    folder = plugin.setting.folder
    places = [str(folder.tests(visibility)) for visibility in visibilities if folder.tests(visibility).is_dir()]
    arguments = [
        *places,
        # pytest names a test's module by its path below the root: below the file system's, so that two assignments of one
        # run never share a module; and a conftest.py above the assignment is not the course's, wherever it comes from.
        f"--rootdir={folder.path.anchor}",
        f"--confcutdir={folder.path}",
        "-c",
        os.devnull,
        "--import-mode=importlib",
        "-s",
        "-q",
        "--tb=no",
        "--no-header",
    ]
    arguments += [option for name in _UNNEEDED for option in ("-p", f"no:{name}")]
    arguments += ["-k", keyword] if keyword else []
    arguments += ["--collect-only"] if collect_only else []
    arguments += ["--exitfirst"] if stop_early else []
    catcher = _Catcher()
    with _own_options(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
        status = pytest.main(arguments, plugins=[plugin, catcher])
    if catcher.interrupted:
        raise KeyboardInterrupt
    if catcher.error is not None:
        raise catcher.error
    if plugin.lost is not None:
        raise plugin.lost
    if plugin.problems:
        raise SpecificationError("the tests do not import:\n" + "\n".join(plugin.problems))
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
        if keyword:
            why = (
                "matches no test" if status is pytest.ExitCode.NO_TESTS_COLLECTED else "is no expression that pytest understands"
            )
            raise UsageError(f"-k {keyword!r} {why}")
        raise SpecificationError(
            f"the tests in {folder.path / 'tests'} could not be run: {status!s} {said.getvalue().strip()[-500:]}"
        )


@contextlib.contextmanager
def _own_options() -> Iterator[None]:
    """No plugin and no option of the user's own pytest: `PYTEST_ADDOPTS=-x` would change grades."""
    before = {name: os.environ.pop(name, None) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update({name: value for name, value in before.items() if value is not None})


class _Catcher:
    """pytest turns an error in a hook into text, and Ctrl-C into a status; the grader wants them as they were."""

    def __init__(self) -> None:
        self.error: GraderError | None = None
        self.interrupted = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        if isinstance(excinfo.value, GraderError):
            self.error = excinfo.value

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        # Its own `Session.Interrupted`, for test files that do not import, is a KeyboardInterrupt too.
        self.interrupted = type(excinfo.value) is KeyboardInterrupt


def _bare(error: TestOutcome) -> TestOutcome:
    """The outcome without its frames, which would keep a test's networks and arrays alive as long as the result."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _where(info: pytest.ExceptionInfo[BaseException]) -> str:
    entry = info.traceback[-1]
    return f"{Path(str(entry.path)).name}:{entry.lineno + 1}"
