"""An assignment's tests, collected by pytest once and run for one submission after the other.

To start pytest and to collect takes a quarter of a judge's time. Only tests that cannot leave anything behind in pytest are kept:
what one student's run wrote to a session or an instance of a class would be there for the next one's.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from _pytest.config import _prepareconfig
from _pytest.python import get_direct_param_fixture_func

from grader.course.assignment import AssignmentFolder
from grader.judge.planned import PlannedTest
from grader.judge.plugin import JudgePlugin, Setting
from grader.judge.running import arguments, from_within, own_options, run_tests


class CollectedTests:
    """The tests of a setting, of these visibilities and by this keyword (`pytest -k`); to be closed."""

    def __init__(self, setting: Setting, visibilities: tuple[str, ...], keyword: str = "") -> None:
        self.setting = setting
        self.visibilities = visibilities
        self.keyword = keyword
        self.is_kept = True  # whether one session serves all submissions, as far as is known
        self._kept: tuple[JudgePlugin, pytest.Session] | None = None

    def run(self, make_submission: Callable[[PlannedTest], Any], only_parts: frozenset[str] = frozenset()) -> JudgePlugin:
        """Run the tests for a submission (of all parts, when none is named); its answers wait to be compared, see `JudgePlugin`.

        What comes back is this submission's until the next run. Raises what `run_tests` does.
        """
        if self._kept is None and self.is_kept:
            self._kept = self._collect()
            self.is_kept = self._kept is not None
        if self._kept is None:
            plugin = JudgePlugin(self.setting, make_submission, only_parts=only_parts, at_once=False)
            with _forgetting(plugin):
                run_tests(plugin, visibilities=self.visibilities, keyword=self.keyword)
            return plugin
        plugin, session = self._kept
        with _forgetting(plugin), contextlib.ExitStack() as stack:
            stack.callback(self.close)  # unless all goes well: what pytest had set up for a test that broke off is in the way
            items = plugin.begin_again(session.items, make_submission, only_parts)
            with _silence():
                for item, following in zip(items, [*items[1:], None], strict=True):
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                    if plugin.is_begun_again:
                        break
            if plugin.lost is not None:
                raise plugin.lost
            stack.pop_all()
        return plugin

    def close(self) -> None:
        """End pytest's session, if there is one; another run begins another."""
        if self._kept is not None:
            (_, session), self._kept = self._kept, None
            with _silence():
                _end(session)

    def _collect(self) -> tuple[JudgePlugin, pytest.Session] | None:
        """What has been collected, in a session that goes on; None where it has to be collected for each submission."""
        plugin = JudgePlugin(self.setting, None, at_once=False)
        with own_options(), _silence():
            # As pytest-xdist's workers do, whose tests are run one by one as they come; `pytest.main` would run and end it.
            config = _prepareconfig(arguments(self.setting.folder, self.visibilities, self.keyword), [plugin])
            config._do_configure()
            session = pytest.Session.from_config(config)
            try:
                config.hook.pytest_sessionstart(session=session)
                with from_within(config, self.setting.folder):
                    session.perform_collect()
                if not session.testsfailed and session.items and not _can_leave_traces(session, self.setting.folder):
                    return plugin, session
            except BaseException:
                _end(session)
                raise
            _end(session)
        return None


def _end(session: pytest.Session) -> None:
    session.config.hook.pytest_sessionfinish(session=session, exitstatus=pytest.ExitCode.OK)
    session.config._ensure_unconfigure()


@contextlib.contextmanager
def _forgetting(plugin: JudgePlugin) -> Iterator[None]:
    """Let go of the answers where a run does not come to its end."""
    try:
        yield
    except BaseException:
        plugin.forget()
        raise


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


def _can_leave_traces(session: pytest.Session, folder: AssignmentFolder) -> bool:
    """Whether a test may write to what pytest keeps between two runs: by hooks of the course's own, as a method of a class, or by
    what pytest itself gives to tests. The course's fixtures, of whatever scope, end with a run."""
    plugins = session.config.pluginmanager.get_plugins()
    own = [one for one in plugins if isinstance(one, ModuleType) and one.__file__ and folder.is_own(Path(one.__file__))]
    has_hooks = any(name.startswith("pytest_") for one in own for name in vars(one))
    return has_hooks or any(_reaches_pytest(item, folder) for item in session.items)


def _reaches_pytest(item: pytest.Item, folder: AssignmentFolder) -> bool:
    if not isinstance(item, pytest.Function) or item.cls is not None:
        return True
    info = item._fixtureinfo
    fixtures = [one for several in info.name2fixturedefs.values() for one in several]
    asking = [(item.function, info.argnames), *((one.func, one.argnames) for one in fixtures)]
    foreign = [
        (function, names)
        for function, names in asking
        if function is not get_direct_param_fixture_func and function.__module__ != JudgePlugin.__module__
    ]
    return any("request" in names or not _is_own(function, folder) for function, names in foreign)


def _is_own(function: Callable[..., Any], folder: AssignmentFolder) -> bool:
    code = getattr(function, "__code__", None)
    return code is not None and folder.is_own(Path(code.co_filename))
