"""Tests that are collected once for all submissions: each run is like the first, and what could tell of another is not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.errors import SandboxFault
from grader.judge.collected import CollectedTests
from grader.judge.outcome import CodeRaised
from grader.judge.planned import PlannedTest
from grader.judge.plugin import JudgePlugin, Setting
from grader.validate.local import LocalSubmission

MakeSetting = Callable[[Path], Setting]
Make = Callable[[PlannedTest], Any]

BOTH = ("public", "hidden")
TEST = '@pytest.mark.part("mean")\ndef test_it({takes}):\n    """A title."""\n    {body}\n'
METHOD = 'class TestAll:\n    @pytest.mark.part("mean")\n    def test_it(self):\n        """A title."""\n'


def a_test(body: str = "pass", *, takes: str = "check") -> str:
    """The source of one test."""
    return "import pytest\n\n\n" + TEST.format(takes=takes, body=body)


@pytest.fixture
def submission(setting: Setting) -> Callable[..., Make]:
    """`submission(mean=function)`: what makes a submission that answers as the reference does, but for the functions given."""
    assignment = setting.folder.specification
    right = {part.id: getattr(setting.reference.module, part.names[0]) for part in assignment.parts}
    return lambda **other: lambda _test: LocalSubmission(assignment, {**right, **other}, setting.reference, 10)


@pytest.fixture
def tests(setting: Setting) -> Iterator[CollectedTests]:
    """The tiny course's."""
    collected = CollectedTests(setting, BOTH)
    yield collected
    collected.close()


@pytest.fixture
def given(course_copy: Path, make_setting: MakeSetting) -> Iterator[Callable[..., CollectedTests]]:
    """`given(source, conftest="")`: tests of one hidden file, and of nothing else."""
    opened = []

    def write(source: str, conftest: str = "") -> CollectedTests:
        folder = course_copy / "assignments" / "tiny" / "tests"
        for path in folder.rglob("test_*.py"):
            path.unlink()
        (folder / "conftest.py").write_text(f"import pytest\n\n\n{conftest}")
        (folder / "hidden" / "test_given.py").write_text(source)
        opened.append(CollectedTests(make_setting(course_copy), BOTH))
        return opened[-1]

    yield write
    for one in opened:
        one.close()


def told(plugin: JudgePlugin) -> list[tuple[str, str, str]]:
    """How each test of a run went, in its order."""
    plugin.settle()
    return [(ran.test.id, type(ran.outcome).__name__, ran.fault) for ran in plugin.ran]


def test_one_submission_says_nothing_of_the_next(tests: CollectedTests, submission: Callable[..., Make]) -> None:
    """Protects the second student from the first: right, wrong, raising and right again get what each gets alone."""
    makes = [
        submission(),
        submission(mean=lambda values: 0),
        submission(words=lambda text: 1 / 0),
        submission(),
    ]
    alone = []
    for make in makes:
        fresh = CollectedTests(tests.setting, BOTH)
        alone.append(told(fresh.run(make)))
        fresh.close()
    assert [told(tests.run(make)) for make in makes] == alone
    assert alone[0] == alone[3]
    assert len({str(one) for one in alone}) == 3


def test_they_are_collected_once(tests: CollectedTests, submission: Callable[..., Make], monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the time of a class: a quarter of the judge's would be to collect again."""
    collected, collect = [], pytest.Session.perform_collect
    monkeypatch.setattr(pytest.Session, "perform_collect", lambda session: collected.append(1) or collect(session))
    for _ in range(3):
        assert len(tests.run(submission()).ran) == 7
    assert collected == [1]


def test_a_folder_with_brackets_in_its_name(
    course_copy: Path, make_setting: MakeSetting, submission: Callable[..., Make]
) -> None:
    """Protects whoever calls a folder so, and who types the command: pytest goes into a folder of its own when it ends."""
    course, here = course_copy.rename(course_copy.with_name("labs [2026]")), Path.cwd()
    collected = CollectedTests(make_setting(course), BOTH)
    plugin = collected.run(submission())
    collected.close()
    assert [one.outcome for one in plugin.ran] == [None] * 7
    assert collected.is_kept
    assert Path.cwd() == here


def test_some_parts_alone(tests: CollectedTests, submission: Callable[..., Make]) -> None:
    """Protects the regrading of one part, before and after whole runs."""
    for parts in ({"words"}, set(), {"mean", "clamp"}):
        ran = tests.run(submission(), frozenset(parts)).ran
        assert {one.test.part for one in ran} == (parts or {"mean", "clamp", "words"})


def test_by_a_keyword(setting: Setting, submission: Callable[..., Make]) -> None:
    """Protects `-k` from running what it leaves out."""
    tests = CollectedTests(setting, BOTH, "test_case or test_inside")
    for _ in range(2):
        assert [one.test.id for one in tests.run(submission()).ran] == [
            "public/test_clamp.py::test_inside",
            "hidden/test_words.py::test_case",
        ]
    tests.close()


@pytest.mark.parametrize(
    ("source", "conftest"),
    [
        (a_test(), ""),
        (
            a_test("assert number in (1, 2)", takes="check, number").replace(
                "@", '@pytest.mark.parametrize("number", [1, 2])\n@', 1
            ),
            "",
        ),
        (
            a_test("own.append(1)\n    assert own == [1]", takes="own"),
            '@pytest.fixture(scope="session")\ndef own():\n    return []\n',
        ),
    ],
    ids=["a function", "parameters", "a fixture of the session"],
)
def test_what_is_kept(given: Callable[..., CollectedTests], submission: Callable[..., Make], source: str, conftest: str) -> None:
    """Protects the time of usual courses, and what their wider fixtures are made for: they are made anew for every submission."""
    tests = given(source, conftest)
    first = told(tests.run(submission()))
    assert tests.is_kept
    assert all((kind, fault) == ("NoneType", "") for _, kind, fault in first)
    assert told(tests.run(submission())) == first


COUNTED = "seen = {place}.__dict__.setdefault('seen', [])\n    seen.append(1)\n    assert seen == [1]"
FIRST = "(folder / 'left').mkdir()"


@pytest.mark.parametrize(
    ("source", "conftest"),
    [
        (a_test(COUNTED.format(place="request.session"), takes="request"), ""),
        (a_test(COUNTED.format(place="request.config"), takes="request"), ""),
        (a_test(COUNTED.format(place="pytestconfig"), takes="pytestconfig"), ""),
        (a_test(COUNTED.format(place="node"), takes="node"), "@pytest.fixture\ndef node(request):\n    return request.node\n"),
        (f"import pytest\n\n\n{METHOD}        assert not hasattr(self, 'seen')\n        self.seen = True\n", ""),
        (
            a_test(COUNTED.format(place="pytest.items[0]")),
            "def pytest_collection_finish(session):\n    pytest.items = session.items\n",
        ),
        (
            a_test(FIRST, takes="folder"),
            "@pytest.fixture\ndef folder(tmp_path_factory):\n    return tmp_path_factory.getbasetemp()\n",
        ),
        (a_test() + "\n\ndef setup_function(function):\n    pass\n", ""),
    ],
    ids=["session", "config", "pytestconfig", "a fixture's request", "instance", "hook", "temporary folder", "setup_function"],
)
def test_what_is_not_kept(
    given: Callable[..., CollectedTests], submission: Callable[..., Make], source: str, conftest: str
) -> None:
    """Protects the second student from what a test wrote to pytest's own objects: these tests pass for who comes first alone."""
    tests = given(source, conftest)
    for _ in range(2):
        assert [(kind, fault) for _, kind, fault in told(tests.run(submission()))] == [("NoneType", "")]
    assert not tests.is_kept


@pytest.mark.parametrize("error", [SandboxFault, KeyboardInterrupt])
def test_after_a_run_that_broke_off(tests: CollectedTests, submission: Callable[..., Make], error: type[BaseException]) -> None:
    """Protects the next student from a lost template or Ctrl-C in the middle of a test, and these from becoming verdicts."""

    def lost(_test: PlannedTest) -> Any:
        raise error("gone")

    whole = told(tests.run(submission()))
    with pytest.raises(error, match="gone"):
        tests.run(lost)
    assert told(tests.run(submission())) == whole


def test_nothing_is_printed(tests: CollectedTests, submission: Callable[..., Make], capfd: pytest.CaptureFixture[str]) -> None:
    """Protects the command line's output from pytest's, and from tests that print."""
    tests.run(submission(mean=lambda values: print("hello")))
    tests.close()
    assert capfd.readouterr() == ("", "")


def test_what_raised_is_told_again(tests: CollectedTests, submission: Callable[..., Make]) -> None:
    """Protects the second of two students who both raise from having been asked by the first one's session."""
    for _ in range(2):
        ran = tests.run(submission(mean=lambda values: 1 / 0)).ran
        assert {type(one.outcome) for one in ran if one.test.part == "mean"} == {CodeRaised}
