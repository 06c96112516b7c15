"""Tests that were collected once and run for many: each submission is judged as if it were the only one."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.errors import SandboxFault, SpecificationError
from grader.judge.plugin import JudgePlugin, PlannedTest, Ran, Setting
from grader.judge.reference import Reference
from grader.judge.suite import Suite
from grader.validate.local import LocalSubmission

MakeSetting = Callable[[Path], Setting]
MakeSubmission = Callable[[PlannedTest], Any]


def answers_with(setting: Setting, **functions: Callable[..., Any]) -> MakeSubmission:
    """A submission that answers as the reference does, but for these parts."""
    assignment = setting.folder.specification
    assert isinstance(setting.reference, Reference)
    reference = setting.reference
    own = {part.id: getattr(reference.module, part.names[0]) for part in assignment.parts} | functions
    return lambda _test: LocalSubmission(assignment, own, reference, 10)


def how(ran: list[Ran]) -> dict[str, bool]:
    """Which tests passed."""
    assert [one.fault for one in ran if one.fault] == []
    return {one.test.id: one.outcome is None for one in ran}


def test_one_after_the_other(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a submission from the outcomes of the one before it, and a class from a collection for each."""
    collected: list[object] = []
    collect = Suite._collect

    def count(self: Suite) -> JudgePlugin:
        collected.append(self)
        return collect(self)

    monkeypatch.setattr(Suite, "_collect", count)
    suite = Suite(setting)
    right, wrong = answers_with(setting), answers_with(setting, mean=lambda values: -1.0)
    first, second, third = suite.run(right), suite.run(wrong), suite.run(right)
    assert all(how(first).values())
    assert {name for name, passed in how(second).items() if not passed} == {name for name in how(first) if "mean" in name}
    assert how(third) == how(first)
    assert [one.test for one in third] == [one.test for one in first]
    assert third[0] is not first[0]
    assert collected == [suite]


def test_the_tests_of_one_part(setting: Setting) -> None:
    """Protects regrading, which runs the tests that changed, and the whole run after it."""
    suite, right = Suite(setting), answers_with(setting)
    assert {one.test.part for one in suite.run(right, frozenset({"words"}))} == {"words"}
    assert len(suite.run(right)) == 7


def test_those_that_match(setting: Setting) -> None:
    """Protects `-k` and a student's run of public tests."""
    right = answers_with(setting)
    assert {one.test.visibility for one in Suite(setting, ("public",)).run(right)} == {"public"}
    assert {one.test.part for one in Suite(setting, keyword="clamp").run(right)} == {"clamp"}


def test_what_a_test_sets_up_ends_with_the_run(course_copy: Path, make_setting: MakeSetting, tmp_path: Path) -> None:
    """Protects a submission from fixtures of the one before, of whatever scope; those of pytest's own that capture work too."""
    tests, told = course_copy / "assignments" / "tiny" / "tests", tmp_path / "told"
    (tests / "conftest.py").write_text(
        textwrap.dedent(
            f"""
            import pytest

            @pytest.fixture(scope="session")
            def session_wide():
                with open({str(told)!r}, "a") as file:
                    file.write("begin ")
                    yield
                    file.write("end ")
            """
        )
    )
    (tests / "hidden" / "test_given.py").write_text(
        textwrap.dedent(
            """
            import pytest

            @pytest.mark.part("mean")
            def test_given(session_wide, capsys, tmp_path):
                \"\"\"A title.\"\"\"
                print("heard")
                assert capsys.readouterr().out == "heard\\n"
                assert not list(tmp_path.iterdir())
                (tmp_path / "file").touch()
            """
        )
    )
    setting = make_setting(course_copy)
    suite = Suite(setting)
    for _ in range(2):
        assert how(suite.run(answers_with(setting)))["hidden/test_given.py::test_given"]
    assert told.read_text() == "begin end begin end "


@pytest.mark.parametrize("error", [KeyboardInterrupt, SandboxFault("lost"), SpecificationError("no such part")])
def test_a_run_that_breaks_off(setting: Setting, error: BaseException) -> None:
    """Protects the next submission from what a run that was interrupted, or lost its sandbox, left half done."""
    suite, right = Suite(setting), answers_with(setting)

    def broken(test: PlannedTest) -> Any:
        if test.part == "clamp":
            raise error
        return right(test)

    def run() -> list[Ran]:
        ran = suite.run(broken)
        assert any(one.fault for one in ran)  # of a test's own: the run goes on
        return ran

    if isinstance(error, SpecificationError):
        assert len(run()) == 7
    else:
        with pytest.raises(type(error) if isinstance(error, Exception) else KeyboardInterrupt):
            run()
    assert all(how(suite.run(right)).values())


def test_reports_are_not_kept(setting: Setting) -> None:
    """Protects a worker's memory over thousands of submissions: pytest's terminal keeps every report, for a summary."""
    suite = Suite(setting)
    suite.run(answers_with(setting))
    collected = suite._collected
    assert collected is not None
    plugins = collected.items[0].config.pluginmanager
    assert not plugins.hasplugin("terminalreporter")
