"""Running pytest in this process, with nothing of the user's own configuration and nothing that a judge has no use for."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from grader.course.assignment import AssignmentFolder
from grader.errors import GraderError, SpecificationError, UsageError
from grader.judge.plugin import JudgePlugin

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
    "subtests",
    "terminal",
]

_MOST_NAMES = 8


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
    options = [*(["--collect-only"] if collect_only else []), *(["--exitfirst"] if stop_early else [])]
    catcher = _Catcher()
    with own_options(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
        started = [*arguments(folder, visibilities, keyword), *options]
        status = pytest.main(started, plugins=[plugin, catcher, _Collecting(folder)])
    if catcher.interrupted:
        raise KeyboardInterrupt
    if catcher.error is not None:
        raise catcher.error
    if plugin.lost is not None:
        raise plugin.lost
    if plugin.problems:
        raise SpecificationError("the tests do not import:\n" + "\n".join(_whole_paths(plugin.problems, folder.path)))
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
        if keyword:
            why = (
                "matches no test" if status is pytest.ExitCode.NO_TESTS_COLLECTED else "is no expression that pytest understands"
            )
            raise UsageError(f"-k {keyword!r} {why}", remedy=_names_words(catcher.left_out))
        none = status is pytest.ExitCode.NO_TESTS_COLLECTED
        why = "there are none" if none else f"{status!s} {said.getvalue().strip()[-500:]}"
        raise SpecificationError(f"the tests in {folder.path / 'tests'} could not be run: {why}")


def arguments(folder: AssignmentFolder, visibilities: tuple[str, ...], keyword: str = "") -> list[str]:
    """What pytest is called with. Raises `SpecificationError` for a folder whose path it cannot read."""
    if "::" in str(folder.path):
        raise SpecificationError(f"{folder.path}: pytest takes what stands behind :: for a test", remedy="rename the folder")
    places = [str(folder.tests(visibility)) for visibility in visibilities if folder.tests(visibility).is_dir()]
    return [
        *places,
        # pytest names a test's module by its path below the root: below the file system's, so that two assignments of one
        # run never share a module; and a conftest.py above the assignment is not the course's, wherever it comes from.
        f"--rootdir={folder.path.anchor}",
        f"--confcutdir={folder.path}",
        "-c",
        os.devnull,
        "--import-mode=importlib",
        "-s",
        *(option for name in _UNNEEDED for option in ("-p", f"no:{name}")),
        *(["-k", keyword] if keyword else []),
    ]


def _whole_paths(problems: list[str], folder: Path) -> list[str]:
    """pytest's names of files, which are told from the root of the file system on, with that root before them."""
    below = f"{folder.relative_to(folder.anchor).as_posix()}/"
    return [f"{Path(folder.anchor).as_posix()}{one}" if one.startswith(below) else one for one in problems]


def _names_words(names: list[str]) -> str:
    """Which tests there are, of those that a keyword left out; empty where it left none."""
    shown = ", ".join(names[:_MOST_NAMES])
    return f"-k takes words of the tests' names: {shown}{' …' if len(names) > _MOST_NAMES else ''}" if names else ""


@contextlib.contextmanager
def own_options() -> Iterator[None]:
    """No plugin and no option of the user's own pytest: `PYTEST_ADDOPTS=-x` would change grades."""
    before = {name: os.environ.pop(name, None) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update({name: value for name, value in before.items() if value is not None})


@contextlib.contextmanager
def from_within(config: pytest.Config, folder: AssignmentFolder) -> Iterator[None]:
    """While the body collects, places are told as they are called in `tests/`: in the path to it a bracket may stand, as in
    `labs [2026]`, which pytest takes for a test's parameters.

    Not when pytest starts, which would look for them in the working folder, nor when it ends, which would go there.
    """
    places, given = config.args, config.invocation_params
    config.invocation_params = config.InvocationParams(args=given.args, plugins=given.plugins, dir=folder.path / "tests")
    config.args = [Path(place).name for place in places]
    try:
        yield
    finally:
        config.args, config.invocation_params = places, given


class _Collecting:
    def __init__(self, folder: AssignmentFolder) -> None:
        self._folder = folder

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session: pytest.Session) -> Generator[None, Any, Any]:
        with from_within(session.config, self._folder):
            return (yield)


class _Catcher:
    """pytest turns an error in a hook into text, and Ctrl-C into a status; the grader wants them as they were."""

    def __init__(self) -> None:
        self.error: GraderError | None = None
        self.interrupted = False
        self.left_out: list[str] = []  # names of tests that do not match the keyword

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Take note of what there is to match."""
        self.left_out += dict.fromkeys(getattr(item, "originalname", item.name) for item in items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        if isinstance(excinfo.value, GraderError):
            self.error = excinfo.value

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        # Its own `Session.Interrupted`, for test files that do not import, is a KeyboardInterrupt too.
        self.interrupted = type(excinfo.value) is KeyboardInterrupt
