"""An assignment's tests, collected once and run for one submission after the other.

`pytest.main` starts, reads the course's files and finds its fixtures anew each time: a third of the judge's work on a submission.
What it collected can be run again: pytest gives a test fresh fixtures whenever its protocol begins.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from typing import Any

from grader.judge.plugin import JudgePlugin, PlannedTest, Ran, Setting
from grader.judge.running import run_tests


class Suite:
    """The tests of `visibilities` that match `keyword` (`pytest -k`); collected at the first run.

    Between runs it keeps nothing but the tests: fixtures of every scope end with a run.
    """

    def __init__(self, setting: Setting, visibilities: tuple[str, ...] = ("public", "hidden"), keyword: str = "") -> None:
        self.setting = setting
        self.visibilities = visibilities
        self.keyword = keyword
        self._collected: JudgePlugin | None = None

    def run(self, make_submission: Callable[[PlannedTest], Any], only_parts: frozenset[str] = frozenset()) -> list[Ran]:
        """Run the tests, those of `only_parts` where it is not empty; how they went, in their order.

        `make_submission` makes the fixture `submission` of a test. Raises `SpecificationError` when the tests cannot be
        collected, `SandboxFault` when the sandbox failed during one, and what ends a run (`pytest.exit`, Ctrl-C).
        """
        plugin = self._collected or self._collect()
        self._collected = None  # until this run has ended as it should: one that broke off leaves fixtures open
        plugin.begin(make_submission)
        items = plugin.items_of(only_parts)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            for item, following in zip(items, [*items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        self._collected = plugin
        if plugin.lost is not None:
            raise plugin.lost
        return plugin.ran

    def _collect(self) -> JudgePlugin:
        plugin = JudgePlugin(self.setting, None)
        run_tests(plugin, visibilities=self.visibilities, keyword=self.keyword, collect_only=True)
        for item in plugin.items:
            item.repr_failure = lambda *_: ""  # type: ignore[method-assign]  # nobody reads a test's frames, and they take 3 ms to write
        for config in {item.config for item in plugin.items}:
            # `pytest.main` undid both when the collection ended: `tmp_path` needs the one, `capsys` the other.
            config.pluginmanager.unregister(name="terminalreporter")  # registers itself again
            config._do_configure()
            config.pluginmanager.getplugin("capturemanager").start_global_capturing()
            config.pluginmanager.unregister(name="terminalreporter")  # it would keep the reports of every submission
        return plugin

    def forget(self) -> None:
        """Let go of what the last run's tests compared: megabytes, which cycles of pytest's would keep alive."""
        if self._collected is not None:
            self._collected.forget()
