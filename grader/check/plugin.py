"""`pytest --submission FILE`: the judge's plugin in the user's own pytest run, for public tests alone.

Other tests in the same run are left to pytest. A lab's test that fails shows the words of `grade check` in the place of a
traceback, unless `--tb=long` or `--tb=native` asks for one.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from grader.check.checking import Checked, Checker
from grader.check.lab import find_lab
from grader.check.telling import Line, closing, test_lines
from grader.check.work import find_work
from grader.errors import GraderError, UsageError
from grader.i18n import languages
from grader.judge.graded import Graded, Opened
from grader.judge.outcome import Stopped
from grader.judge.planned import PlannedTest
from grader.judge.plugin import JudgePlugin, Ran
from grader.judge.proxy import SubmissionProxy
from grader.judge.scoring import result_of

_TRACEBACKS = ("long", "native")


class SubmissionPlugin(JudgePlugin):
    """Fixtures and verdicts of the judge. Raises `pytest.UsageError` when lab or file cannot be told."""

    is_reported = True

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        try:
            self.lab = find_lab(None, _start(config))
            self.work = find_work(Path(config.invocation_params.dir, config.getoption("submission")), self.lab)
            language = config.getoption("submission_lang")
            if language and language not in languages():
                raise UsageError(f"--submission-lang: no language {language!r}; there are {', '.join(languages())}")
            self.checker = Checker(self.lab, language)
        except GraderError as error:
            raise pytest.UsageError(_sentence(error)) from error
        self.opened: Opened | Graded | None = None
        super().__init__(self.checker.judge.material.setting, self._make_submission)

    def _make_submission(self, test: PlannedTest) -> Any:
        if self.opened is None:
            self.checker.start()
            self.opened = self.checker.judge.open(self.work)
        if isinstance(self.opened, Graded):
            return Unloaded(self.opened)
        return SubmissionProxy(self.opened.workplace, test.part, test.id)

    def _is_own(self, item: pytest.Item) -> bool:
        return self.lab.visibility_of(item.path) == "public"

    def pytest_report_header(self) -> str:
        """Whose tests these are."""
        title = self.lab.specification.title.in_language(self.checker.language)
        return f"submission: {self.work.place} ({title})"

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Hidden tests are for grading: beside code without a wall they would not stay hidden."""
        return True if collection_path.resolve() == self.lab.tests("hidden") else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Give the lab's tests their parts, in the order in which they are graded; leave the others where they are."""
        if any(self.lab.visibility_of(item.path) == "hidden" for item in items):
            raise pytest.UsageError("hidden tests run in grading alone: grade run SUBMISSIONS")
        own = [item for item in items if self._is_own(item)]
        others = [item for item in items if not self._is_own(item)]
        try:
            super().pytest_collection_modifyitems(own)
        except GraderError as error:
            raise pytest.UsageError(_sentence(error)) from error
        items[:] = [*own, *others]

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """What the user's own options leave out is not planned."""
        super().pytest_deselected([item for item in items if self._is_own(item)])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
        """Keep how the test went; say it in the words of the feedback."""
        ran = self._by_node.get(item.nodeid)
        if ran is None:
            return (yield)
        self.keep(ran, call)
        report: Any = yield
        if call.excinfo is not None and ran.outcome is not None and self.config.getoption("tbstyle") not in _TRACEBACKS:
            report.longrepr = Words(self._lines(ran), report.location)
        return report

    def _lines(self, ran: Ran) -> list[Line]:
        material = self.checker.judge.material
        result = result_of(ran, material.share[ran.test.id], material.translate, None)
        return list(test_lines(result, self.checker.language))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """What was done to the file, which mistakes it looks like, and what is left to hidden tests."""
        if self.opened is not None and self.ran:
            terminalreporter.section(self.work.student)
            for line in closing(self._checked(self.opened)):
                terminalreporter.line(" " * line.indent + line.text)

    def _checked(self, opened: Opened | Graded) -> Checked:
        judge = self.checker.judge
        graded = judge.conclude(self.ran, opened) if isinstance(opened, Opened) else opened
        return self.checker.checked(self.work, judge.result(self.work, self.work.digest_if_readable(judge.limit), graded, 0.0))

    def pytest_unconfigure(self) -> None:
        """End the work's process, also one that the work could not be loaded into."""
        if isinstance(self.opened, Opened):
            self.opened.workplace.close()
        self.checker.close()


class Unloaded:
    """The submission of a test when nothing of the file could run: each call ends the test the way grading ends it."""

    def __init__(self, graded: Graded) -> None:
        self._verdict = graded.tests[0]

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise Stopped(self._verdict.status, self._verdict.message)

    def start_afresh(self) -> bool:
        """There is nothing to start."""
        return False

    def release(self) -> None:
        """There is nothing to let go of."""


class Words:
    """A failure as pytest shows it: `reprcrash` is what its summary and its JUnit file take the first line from."""

    def __init__(self, lines: list[Line], location: tuple[str, int | None, str]) -> None:
        self.lines = lines
        path, line, _name = location
        said = [text.text for text in lines if text.kind == "message"]
        self.reprcrash = SimpleNamespace(path=path, lineno=(line or 0) + 1, message=" ".join(said[:1]) or lines[0].text)

    def toterminal(self, terminal: Any) -> None:
        """Write it, the verdict in colour."""
        for line in self.lines:
            terminal.line(" " * line.indent + line.text, red=line.kind == "wrong")

    def __str__(self) -> str:
        return "\n".join(" " * line.indent + line.text for line in self.lines)


def _start(config: pytest.Config) -> Path:
    """Where to look for the lab: at the first path that pytest was given."""
    named = [Path(config.invocation_params.dir, argument.partition("::")[0]) for argument in config.args]
    found = next((path for path in named if path.exists()), config.invocation_params.dir)
    return found if found.is_dir() else found.parent


def _sentence(error: GraderError) -> str:
    return f"{error}; {error.remedy}" if error.remedy else str(error)
