"""How an assignment's tests are collected and run: what is wrong with them is told by name, and how each went is kept as data."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from grader.errors import SandboxFault, SpecificationError
from grader.judge.judge import Judge, JudgePlan
from grader.judge.outcome import CodeRaised, Mismatch
from grader.judge.plugin import JudgePlugin, Models, Pictures, Setting
from grader.judge.running import run_tests
from grader.results import TestStatus
from grader.sandbox.wall import NoWall
from grader.validate.local import LocalSubmission
from grader.wire.values import Model

Collect = Callable[[str], JudgePlugin]
MakeSetting = Callable[[Path], Setting]

HEAD = "import pytest\nfrom grader.testing import fail\n\n\n"


def a_test(body: str = "pass", *, marker: str = '@pytest.mark.part("mean")', name: str = "test_it", takes: str = "check") -> str:
    """The source of one test."""
    return f'{HEAD}{marker}\ndef {name}({takes}):\n    """A title.\n\n    And more.\n    """\n    {body}\n'


@pytest.fixture
def hidden(course_copy: Path) -> Path:
    """The folder of hidden tests of a course whose tests are none yet."""
    tests = course_copy / "assignments" / "tiny" / "tests"
    for path in tests.rglob("test_*.py"):
        path.unlink()
    return tests / "hidden"


@pytest.fixture
def collect(hidden: Path, course_copy: Path, make_setting: MakeSetting) -> Collect:
    """`collect(source)`: write it as a hidden test file and collect the assignment's tests."""

    def collect_tests(source: str) -> JudgePlugin:
        (hidden / "test_given.py").write_text(source)
        plugin = JudgePlugin(make_setting(course_copy), None)
        run_tests(plugin, collect_only=True)
        return plugin

    return collect_tests


@pytest.fixture
def run(hidden: Path, course_copy: Path, make_setting: MakeSetting) -> Callable[[str], JudgePlugin]:
    """`run(source)`: run it as a hidden test file, with the reference in the place of a submission."""

    def run_source(source: str) -> JudgePlugin:
        (hidden / "test_given.py").write_text(source)
        plugin = with_reference(make_setting(course_copy))
        run_tests(plugin)
        return plugin

    return run_source


def with_reference(setting: Setting) -> JudgePlugin:
    """A plugin for a submission that answers as the reference does."""
    assignment = setting.folder.specification
    functions = {part.id: getattr(setting.reference.module, part.names[0]) for part in assignment.parts}
    return JudgePlugin(setting, lambda _part: LocalSubmission(assignment, functions, setting.reference, 10))


# -- collecting -------------------------------------------------------------------------------------------------------


def test_tests_are_planned(setting: Setting) -> None:
    """Protects what a test is: id, part, visibility, title from the docstring, weight; public ones first, part by part."""
    plugin = JudgePlugin(setting, None)
    run_tests(plugin, collect_only=True)
    assert [test.id for test in plugin.planned] == [
        "public/test_mean.py::test_three_numbers",
        "public/test_clamp.py::test_inside",
        "public/test_words.py::test_repeated_word",
        "hidden/test_mean.py::test_fractions",
        "hidden/test_mean.py::test_one_number",
        "hidden/test_clamp.py::test_outside",
        "hidden/test_words.py::test_case",
    ]
    assert [test.visibility for test in plugin.planned] == ["public"] * 3 + ["hidden"] * 4
    last = plugin.planned[-1]
    assert (last.part, last.title, last.weight) == ("words", "Case does not matter.", 3)


def test_public_tests_alone(setting: Setting) -> None:
    """Protects a student's own run, which sees the public tests only."""
    plugin = JudgePlugin(setting, None)
    run_tests(plugin, visibilities=("public",), collect_only=True)
    assert {test.visibility for test in plugin.planned} == {"public"}


@pytest.mark.parametrize("name", ["labs [2026]", "labs] and [more", "labs %20 'x' {y}"])
def test_a_folder_with_brackets_in_its_name(course_copy: Path, make_setting: MakeSetting, setting: Setting, name: str) -> None:
    """Protects whoever calls a folder so from "path cannot contain [] parametrization", and their working folder."""
    course, here = course_copy.rename(course_copy.with_name(name)), Path.cwd()
    plugin, usual = JudgePlugin(make_setting(course), None), JudgePlugin(setting, None)
    for one in (plugin, usual):
        run_tests(one, collect_only=True)
    assert plugin.planned == usual.planned
    assert Path.cwd() == here


def test_a_folder_with_colons_in_its_name(course_copy: Path, make_setting: MakeSetting) -> None:
    """Protects from ids of tests that hold a part of the path: pytest cannot tell it from them."""
    course = course_copy.rename(course_copy.with_name("a::b"))
    with pytest.raises(SpecificationError, match="a::b/assignments/tiny: pytest takes what stands behind :: for a test"):
        run_tests(JudgePlugin(make_setting(course), None), collect_only=True)


def test_one_part_alone(setting: Setting) -> None:
    """Protects the validation of one part from running the others."""
    plugin = JudgePlugin(setting, None, only_parts=frozenset({"words"}))
    run_tests(plugin, collect_only=True)
    assert {test.part for test in plugin.planned} == {"words"}


def test_a_title_is_the_first_line(collect: Collect) -> None:
    """Protects what the student reads from the author's further remarks, and a test without a docstring from having none."""
    bare = '\n\n@pytest.mark.part("mean")\ndef test_bare(check):\n    pass\n'
    assert [test.title for test in collect(a_test() + bare).planned] == ["A title.", "test_bare"]


def test_parameters_and_classes_make_ids(collect: Collect) -> None:
    """Protects ids from being the same for two tests."""
    marker = '@pytest.mark.part("mean")\n@pytest.mark.parametrize("n", [1, "a/b"])'
    assert [test.id for test in collect(a_test(marker=marker, takes="check, n")).planned] == [
        "hidden/test_given.py::test_it[1]",
        "hidden/test_given.py::test_it[a/b]",
    ]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (a_test(marker=""), r'hidden/test_given.py::test_it: the test needs @pytest.mark.part\("<part id>"\)'),
        (a_test(marker="@pytest.mark.part"), "the test needs @pytest.mark.part"),
        (a_test(marker='@pytest.mark.part("median")'), "there is no part 'median'; there are mean, clamp, words"),
        (a_test(marker='@pytest.mark.part("mean", weight=0)'), "the weight must be positive, not 0"),
        (a_test(marker='@pytest.mark.part("mean", weight=-1)'), "the weight must be positive, not -1"),
        (a_test(marker='@pytest.mark.part("mean", weight="2")'), "test_given.py::test_it: the weight must be a number, not '2'"),
        (a_test(marker='@pytest.mark.part("mean", weight=True)'), "the weight must be a number, not True"),
        (a_test(marker='@pytest.mark.part("mean", weight=1e999)'), "the weight must be a number, not inf"),
        (a_test(marker='@pytest.mark.part("mean", 2)'), r'takes a part and a weight: @pytest.mark.part\("mean", weight=2\)'),
        (a_test(marker='@pytest.mark.part("mean", wieght=2)'), "the marker takes a part and a weight"),
        ("import no_such_module\n", "test_given.py: .*No module named 'no_such_module'"),
        ("def test_it(:\n", "test_given.py: .*SyntaxError"),
        ("raise ValueError('at import')\n", "test_given.py: .*ValueError: at import"),
    ],
    ids=[
        "no marker",
        "bare marker",
        "unknown part",
        "no weight",
        "negative weight",
        "text for a weight",
        "bool for a weight",
        "endless weight",
        "weight without its name",
        "mistyped weight",
        "import",
        "syntax",
        "exception",
    ],
)
def test_a_test_file_that_is_wrong(collect: Collect, source: str, said: str) -> None:
    """Protects a run from the course's mistakes: told by file and test before anything is graded, as a usage error."""
    with pytest.raises(SpecificationError, match=said):
        collect(source)


def test_a_file_that_does_not_import_is_told_by_its_whole_path(collect: Collect, hidden: Path) -> None:
    """Protects the way to the file: pytest leaves out the root that its paths begin at."""
    with pytest.raises(SpecificationError) as told:
        collect("import no_such_module\n")
    assert f"\n{(hidden / 'test_given.py').as_posix()}: " in str(told.value)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("\ndef test_it(:\n", "SyntaxError: invalid syntax (tests/hidden/test_given.py:2)"),
        ("\nimport no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module' (tests/hidden/test_given.py:2)"),
        ("def of(x):\n    return x[1]\n\n\nof([])\n", "IndexError: list index out of range (tests/hidden/test_given.py:2)"),
        (
            f'import pytest\n\n\n@pytest.mark.parametrize("a, b", [1])\n{a_test(takes="a, b")[len(HEAD) :]}',
            ' in "parametrize" expected',
        ),
    ],
    ids=["syntax", "import", "exception", "parameters"],
)
def test_where_a_test_file_does_not_import(collect: Collect, source: str, said: str) -> None:
    """Protects an author from having to look for it: the line stands there, and pytest's margin does not."""
    with pytest.raises(SpecificationError) as told:
        collect(source)
    (line,) = str(told.value).splitlines()[1:]
    assert said in line
    assert "E  " not in line
    assert line.count("/hidden/test_given.py:") == (1 if "parametrize" in said else 2)


def test_no_tests_at_all(collect: Collect) -> None:
    """Protects a course without tests from giving everyone nothing."""
    with pytest.raises(SpecificationError, match="could not be run: there are none"):
        collect("")


def test_a_part_without_tests(course_copy: Path, hidden: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects students from points that nobody can earn: the judge is not made."""
    from grader.course.assignment import open_assignment

    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    (hidden / "test_given.py").write_text(a_test())
    plan = JudgePlan(open_assignment(course_copy / "assignments" / "tiny"), NoWall(), (), "en")
    with pytest.raises(SpecificationError, match="no test belongs to part clamp, words"):
        Judge(plan)


def test_the_users_own_pytest_is_left_out(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects grades from `PYTEST_ADDOPTS=-x` or a plugin in the user's shell, and the shell's variables from the grader."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing --maxfail=1")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    plugin = JudgePlugin(setting, None)
    run_tests(plugin, collect_only=True)
    assert len(plugin.planned) == 7
    assert os.environ["PYTEST_ADDOPTS"] == "-k nothing --maxfail=1"
    assert os.environ["PYTEST_PLUGINS"] == "no_such_plugin"
    assert "PYTEST_DISABLE_PLUGIN_AUTOLOAD" not in os.environ


# -- running ----------------------------------------------------------------------------------------------------------


def test_the_reference_passes(setting: Setting) -> None:
    """Protects the tests of the tiny course themselves, and the order of what ran."""
    plugin = with_reference(setting)
    run_tests(plugin)
    assert [(ran.test.id, ran.outcome, ran.fault) for ran in plugin.ran] == [(test.id, None, "") for test in plugin.planned]
    assert all(ran.compared for ran in plugin.ran)


def test_nothing_is_printed(setting: Setting, capfd: pytest.CaptureFixture[str]) -> None:
    """Protects the command line's output from pytest's."""
    run_tests(with_reference(setting))
    assert capfd.readouterr() == ("", "")


def test_a_test_can_fail_by_hand(run: Callable[[str], JudgePlugin]) -> None:
    """Protects `fail` for tests that compare by themselves."""
    (ran,) = run(a_test('fail("too slow", expected="quick", hint="Think.", detail="3 s")')).ran
    assert isinstance(ran.outcome, Mismatch)
    assert (ran.outcome.message, ran.outcome.expected, ran.outcome.hint, ran.outcome.detail) == (
        "too slow",
        "quick",
        "Think.",
        "3 s",
    )
    assert (ran.outcome.status, ran.fault) == (TestStatus.FAILED, "")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("assert 1 == 2", "call: AssertionError"),
        ("1 / 0", "call: ZeroDivisionError: division by zero (tests/hidden/test_given.py:11)"),
        ("import json; json.loads('{')", "char 1) (tests/hidden/test_given.py:11)"),
        (
            "check.median([1])",
            "AttributeError: the assignment has no part 'median'; it has mean, clamp, words (tests/hidden/test_g",
        ),
        ("raise ValueError", "call: ValueError (tests/hidden/test_given.py:11)"),
        ("pytest.fail('by hand')", "call: Failed: by hand"),
        ("import sys; sys.exit(3)", "call: SystemExit: 3"),
    ],
    ids=["assert", "exception", "a library's", "unknown part", "without a text", "pytest.fail", "exit"],
)
def test_a_bug_of_a_test_is_no_failure_of_the_student(run: Callable[[str], JudgePlugin], body: str, said: str) -> None:
    """Protects students from the course's bugs: a fault, never a verdict on the answer; and the author from a search for the
    place: it is the test's own line, not the library's or the grader's that it led to."""
    (ran,) = run(a_test(body)).ran
    assert ran.outcome is None
    assert said in ran.fault


@pytest.mark.parametrize(
    ("takes", "said"),
    [
        ("chek", r"hidden/test_given.py::test_it \(line 5\): there is no fixture 'chek'; did you mean 'check'\?"),
        ("no_fixture_at_all", r"there is no fixture 'no_fixture_at_all'$"),
    ],
)
def test_a_fixture_that_there_is_not(run: Callable[[str], JudgePlugin], takes: str, said: str) -> None:
    """Protects students from a test that cannot run, and its author from pytest's own words: it is told before anything runs."""
    with pytest.raises(SpecificationError, match=said):
        run(a_test(takes=takes))


@pytest.mark.parametrize("takes", ["broken"])
def test_a_fault_before_the_test(run: Callable[[str], JudgePlugin], hidden: Path, takes: str) -> None:
    """Protects students from a fixture that fails."""
    (hidden.parent / "conftest.py").write_text("import pytest\n\n\n@pytest.fixture\ndef broken():\n    1 / 0\n")
    (ran,) = run(a_test(takes=takes)).ran
    assert ran.outcome is None
    assert ran.fault.startswith("setup: ")


def test_a_skipped_test_is_a_fault(run: Callable[[str], JudgePlugin]) -> None:
    """Protects students from losing points, and from getting them, by a test that did not run."""
    (ran,) = run(a_test("pytest.skip('not today')")).ran
    assert ran.outcome is None
    assert "not today" in ran.fault


def test_an_error_of_the_grader_comes_out(course_copy: Path, hidden: Path, make_setting: MakeSetting) -> None:
    """Protects the difference between the grader's failure and a test's: a lost template is told as what it is."""
    (hidden / "test_given.py").write_text(a_test("check.mean([1])"))

    def lost(_part: str) -> Any:
        raise SandboxFault("the template is gone")

    plugin = JudgePlugin(make_setting(course_copy), lost)
    with pytest.raises(SandboxFault, match="the template is gone"):
        run_tests(plugin)
    assert plugin.ran[0].outcome is None


def test_ctrl_c_comes_out(course_copy: Path, hidden: Path, make_setting: MakeSetting) -> None:
    """Protects Ctrl-C in the middle of a test from becoming a verdict: pytest would turn it into an exit status."""
    (hidden / "test_given.py").write_text(a_test("raise KeyboardInterrupt"))
    with pytest.raises(KeyboardInterrupt):
        run_tests(with_reference(make_setting(course_copy)))


@pytest.mark.parametrize(
    ("answers", "kind"),
    [({"mean": lambda values: 1 / 0}, CodeRaised), ({"mean": lambda values: 0}, Mismatch)],
    ids=["raises", "wrong"],
)
def test_a_wrong_submission(setting: Setting, answers: dict[str, Callable[..., Any]], kind: type) -> None:
    """Protects the outcomes: a wrong part fails its own tests, and what was compared is kept for naming the mistake."""
    good = {part.id: getattr(setting.reference.module, part.names[0]) for part in setting.folder.specification.parts}
    assignment = setting.folder.specification
    plugin = JudgePlugin(setting, lambda _part: LocalSubmission(assignment, {**good, **answers}, setting.reference, 10))
    run_tests(plugin)
    assert {type(ran.outcome) for ran in plugin.ran if ran.test.part == "mean"} == {kind}
    assert {ran.outcome for ran in plugin.ran if ran.test.part != "mean"} == {None}


def test_models_and_pictures_by_name(tmp_path: Path) -> None:
    """Protects the fixtures `models` and `pictures` from names that are not there."""
    assert Models(("net",)).net == Model("net")
    with pytest.raises(AttributeError, match="no model 'other'; it has net"):
        _ = Models(("net",)).other
    with pytest.raises(KeyError):
        _ = Pictures(tmp_path)["cat"]
    with pytest.raises(KeyError):
        _ = Pictures(None)["cat"]


def test_a_picture_that_was_exchanged(tmp_path: Path) -> None:
    """Protects `--watch` from showing submissions the picture that the assignment had before."""
    for shade in (10, 200):
        Image.new("RGB", (shade, 4), (shade, shade, shade)).save(tmp_path / "cat.png")
        assert Pictures(tmp_path)["cat"][0, 0].tolist() == [shade] * 3
        assert Pictures(tmp_path)["cat"] is Pictures(tmp_path)["cat"], "tests share one array"
