"""What `grade validate` says of a course whose own files are not right."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from grader.cli.main import run_main
from grader.course.assignment import open_assignment
from grader.errors import SpecificationError
from grader.i18n import counted
from grader.judge.judge import Judge, JudgePlan
from grader.judge.material import load_material
from grader.release.bundle import build_bundle
from grader.sandbox.wall import NoWall
from grader.validate.leaks import leaks
from grader.validate.oddities import ODD_ANSWERS
from grader.validate.validation import Validator

MakeValidator = Callable[[], Validator]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(course_copy: Path) -> Path:
    """The tiny assignment, to be changed."""
    return course_copy / "assignments" / "tiny"


@pytest.fixture
def make_validator(folder: Path) -> MakeValidator:
    """A validator of the assignment as it stands then; what needs a sandbox cannot be checked with it."""

    def make() -> Validator:
        plan = JudgePlan(open_assignment(folder), NoWall(), (), "en")
        return Validator(Judge(plan), lambda seed: load_material(plan.folder, plan.language, seed=seed))

    return make


def change(path: Path, old: str, new: str) -> None:
    """Exchange a text of a file that is there."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


# -- files that are not whole -----------------------------------------------------------------------------------------


@pytest.mark.wall
@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "../../reference/tiny.py",
            "def count_words",
            "def number_of_words",
            "reference/tiny.py: there is no function count_words(text), the right answer to part 'words'",
        ),
        (
            "misconceptions.py",
            'part="words"',
            'part="word"',
            "misconceptions.py: misconception words.case: there is no part 'word'; there are mean, clamp, words",
        ),
        ("survivors.yaml", "", "a: [b", "survivors.yaml: is not YAML: while parsing a flow sequence in line 1, column 4"),
        ("survivors.yaml", "", "- a", "survivors.yaml: must map mutants to the reasons"),
    ],
    ids=["reference", "misconceptions", "no YAML", "no mapping"],
)
def test_a_file_that_is_not_whole(
    folder: Path, capsys: pytest.CaptureFixture[str], file: str, old: str, new: str, said: str
) -> None:
    """Protects an author from a traceback: the file and what is missing are named, with the exit status of a usage error."""
    path = folder / file
    if not path.exists():
        path.touch()
    change(path, old, new)
    assert run_main(["validate", str(folder)]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_explanations_are_read_first(folder: Path, make_validator: MakeValidator) -> None:
    """Protects the minutes of an author: a malformed file is told before anything is run."""
    (folder / "survivors.yaml").write_text("x: 1\nx: 2\n")
    with pytest.raises(SpecificationError, match="the key 'x' stands twice in line 2"):
        make_validator()


def test_points_in_decimals(folder: Path, make_validator: MakeValidator) -> None:
    """Protects an author from being told that legal points do not add up, in parts of a point too."""
    for name, whole, points in (("mean, average", 40, 40.1), ("clamp", 30, 30.3), ("count_words, word_count", 30, 29.6)):
        change(folder / "assignment.yaml", f"points: {whole}\n    names: [{name}]", f"points: {points}\n    names: [{name}]")
    check = make_validator().check_reference()
    assert (check.holds, check.summary) == (True, "100 points in 7 tests (3 public)")


# -- what is counted --------------------------------------------------------------------------------------------------


def needed(validator: Validator) -> tuple[bool, str, tuple[str, ...]]:
    """What the check says of the tests, after the one that it builds on."""
    validator.check_misconceptions()
    check = validator.check_tests_needed()
    return check.holds, check.summary, check.shortfalls


IDLE = '\n\n@pytest.mark.part("clamp")\ndef test_idle(check):\n    """Nothing."""\n'


def test_without_misconceptions(folder: Path, make_validator: MakeValidator) -> None:
    """Protects a lab without the catalogue, which may be absent, from a check that it can never pass: its tests are needed when
    mutants fail them, each of them; of a part that has no mutants either, nothing is said."""
    (folder / "misconceptions.py").unlink()
    said = "5 of 5 tests catch a misconception, or a mutant of a part without one; nothing tells it of words"
    assert needed(make_validator()) == (True, said, ())


def test_a_part_without_misconceptions(folder: Path, make_validator: MakeValidator) -> None:
    """Protects what is said of a part: its own misconceptions tell of its tests, and mutants only where it has none."""
    change(folder / "misconceptions.py", 'part="clamp"', 'part="clamp", accepted=True')
    path = folder / "tests" / "hidden" / "test_clamp.py"
    path.write_text(path.read_text() + IDLE)
    said = "6 of 8 tests catch a misconception, or a mutant of a part without one"
    assert needed(make_validator()) == (
        False,
        said,
        ("public/test_words.py::test_repeated_word", "hidden/test_clamp.py::test_idle"),
    )


def test_a_reference_without_source(folder: Path, make_validator: MakeValidator) -> None:
    """Protects from a traceback where a part's function is none of Python's: there are no mutants of it."""
    reference = folder / "../../reference/tiny.py"
    reference.write_text(reference.read_text() + "\n\nimport functools\nclamp = functools.partial(clamp)\n")
    assert make_validator()._mutants_of("clamp") == []


def test_an_explained_survivor_is_not_counted(folder: Path, make_validator: MakeValidator) -> None:
    """Protects small labs, where a few mutants that are right would keep the share of killed ones low for ever."""
    for path in (folder / "tests" / "hidden").glob("*.py"):
        path.unlink()
    before = make_validator().check_mutants()
    assert before.shortfalls
    assert not before.holds
    (folder / "survivors.yaml").write_text("".join(f'"{mutant}": right\n' for mutant in before.shortfalls))
    after = make_validator().check_mutants()
    total = int(before.summary.split()[2]) - len(before.shortfalls)
    assert after.summary == f"{total} of {total} killed (100.0%), {counted(len(before.shortfalls), 'survivor')} explained"
    assert after.holds


def test_every_survivor_must_be_explained(folder: Path, make_validator: MakeValidator) -> None:
    """Protects students from a mistake that no test sees: one mutant that lives on is enough for a no."""
    for path in (folder / "tests" / "hidden").glob("*.py"):
        path.unlink()
    first, *rest = make_validator().check_mutants().shortfalls
    (folder / "survivors.yaml").write_text("".join(f'"{mutant}": right\n' for mutant in rest))
    check = make_validator().check_mutants()
    assert (check.holds, check.shortfalls) == (False, (first,))


def test_an_explanation_of_no_mutant(folder: Path, make_validator: MakeValidator) -> None:
    """Protects explanations from a typing error, and from a line of the reference that has changed: they explain nothing."""
    (folder / "survivors.yaml").write_text('"mean: a -> b": right\n')
    check = make_validator().check_mutants()
    assert (check.holds, check.shortfalls) == (False, ("survivors.yaml: there is no mutant 'mean: a -> b'",))


def test_a_module_that_cannot_be_preloaded(folder: Path, make_validator: MakeValidator) -> None:
    """Protects an author from a typing error in `preload`, by which each submission would wait for the import."""
    change(folder / "assignment.yaml", "parts:\n", "preload: [nosuchmodule]\nparts:\n")
    validator = make_validator()
    validator.judge.template = SimpleNamespace(get_ready=lambda: ("nosuchmodule",))  # type: ignore[assignment]
    check = validator.check_preloads()
    assert (check.holds, check.shortfalls) == (False, ("preload: there is no module nosuchmodule",))
    assert check.summary == "1 module"


# -- what students are given ------------------------------------------------------------------------------------------


def test_names_that_others_begin_with(folder: Path, make_validator: MakeValidator) -> None:
    """Protects a course whose public test's name begins with a hidden one's: names are whole words, for validate and release."""
    change(folder / "tests" / "public" / "test_clamp.py", "def test_inside", "def test_outside_windows")
    given = build_bundle(open_assignment(folder))
    assert leaks(open_assignment(folder), given) == []
    check = make_validator().check_hidden()
    assert (check.holds, check.shortfalls) == (True, ())
    (folder / "starter" / "tiny.py").write_text("# as test_outside does\n")
    said = "the name of the hidden test test_outside stands in tiny.py"
    assert make_validator().check_hidden().shortfalls == (said,)
    with pytest.raises(SpecificationError, match=said):
        build_bundle(open_assignment(folder))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# A value outside the interval becomes the nearer bound.\n", "the title of the hidden test test_outside"),
        ("def mine(values):\n    return sum(values) / len(values)\n", "what mean does"),
    ],
)
def test_what_release_would_refuse(folder: Path, make_validator: MakeValidator, text: str, said: str) -> None:
    """Protects an author from a course that is said to be right and cannot be released: both ask the same."""
    (folder / "starter" / "tiny.py").write_text(text)
    assert make_validator().check_hidden().shortfalls == (f"{said} stands in tiny.py",)


# -- styles -----------------------------------------------------------------------------------------------------------


def test_a_style_with_a_helper(folder: Path, make_validator: MakeValidator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a right style from being told wrong: of its files the one is graded that `grade run` grades, not the first."""
    style = folder / "styles" / "with_a_helper"
    (folder / "styles" / "data").mkdir(parents=True)
    (folder / "styles" / "data" / "words.txt").write_text("")
    (folder / "styles" / "_aside.py").write_text("")
    (folder / "styles" / "plain.py").write_text("")
    style.mkdir()
    (style / "aid.py").write_text("def total(values):\n    return sum(values)\n")
    (style / "tiny.py").write_text("from aid import total\n")
    (folder / "styles" / "two").mkdir()
    for name in ("tiny.py", "tiny_too.py"):
        (folder / "styles" / "two" / name).write_text(f"# {name}\n")
    validator, graded = make_validator(), []
    monkeypatch.setattr(validator.judge, "grade", lambda one: graded.append(one) or one.problem)
    assert validator._grade_files(folder / "styles") == [("plain.py", ""), ("two", "several_files"), ("with_a_helper", "")]
    assert [one.main for one in graded] == [folder / "styles" / "plain.py", None, style / "tiny.py"]


def test_what_a_right_solution_lost(folder: Path, make_validator: MakeValidator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the author from grading each style by hand to see what came; and one that was not loaded from having no reason."""
    (folder / "styles").mkdir(exist_ok=True)
    for name in ("lists.py", "lost.py"):
        (folder / "styles" / name).write_text("x = 1\n")
    came = {"score": 0.0, "max_score": 1.0, "message": "came", "detail": "7.0 ·\n expected: 8"}
    lost = [SimpleNamespace(id=f"hidden/a.py::test_{letter}", **came) for letter in "abcd"]
    results = {
        "lists.py": SimpleNamespace(score=1.0, max_score=5.0, tests=lost, messages=()),
        "lost.py": SimpleNamespace(score=0.0, max_score=5.0, tests=[], messages=("The file could not be loaded.",)),
    }
    validator = make_validator()
    monkeypatch.setattr(validator.judge, "grade", lambda one: results[one.root.name])
    assert validator.check_full_marks("styles", folder / "styles").shortfalls == (
        "lists.py: 1 points (hidden/a.py::test_a, hidden/a.py::test_b, hidden/a.py::test_c and 1 more): 7.0 · expected: 8",
        "lost.py: 0 points: The file could not be loaded.",
    )


def test_a_starter_with_points(folder: Path, make_validator: MakeValidator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the author from looking for the test that passes without any work."""
    tests = [SimpleNamespace(id=f"public/a.py::test_{letter}", score=float(letter == "b")) for letter in "abc"]
    validator = make_validator()
    monkeypatch.setattr(validator.judge, "grade", lambda _one: SimpleNamespace(score=1.0, tests=tests))
    assert validator.check_starter().shortfalls == ("tiny.py: 1 points (public/a.py::test_b)",)


def test_nothing_to_begin_with(folder: Path, make_validator: MakeValidator) -> None:
    """Protects the author of a lab that is not finished from a "no" without a word."""
    shutil.rmtree(folder / "starter")
    shutil.rmtree(folder / "master", ignore_errors=True)
    (folder / "master").mkdir()
    validator = make_validator()
    assert validator.check_starter().shortfalls == ("there is none in starter/: write master/, and run grade starter",)
    for check in (validator.check_current(), validator.check_full_marks("the master", folder / "master", needed=True)):
        assert (check.holds, check.shortfalls) == (False, ("there is no notebook and no module in master/",))
    assert validator.check_full_marks("styles", folder / "nowhere").holds


# -- a reference that fails -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("sum(values) /", "sum(values) / 0 /", "reference/tiny.py:11: ZeroDivisionError: "),
        ("return sum(values)", "raise NotImplementedError\n    return sum(values)", "reference/tiny.py:11: NotImplementedError"),
        ("mean(values:", "mean(given, values:", "reference/tiny.py: TypeError: mean() missing 1 required positional argument"),
    ],
    ids=["raises", "without a text", "other arguments"],
)
def test_a_reference_that_raises(folder: Path, make_validator: MakeValidator, old: str, new: str, said: str) -> None:
    """Protects the author from words for students, "your code": file, line and the exception's own text are told."""
    change(folder / "../../reference/tiny.py", old, new)
    check = make_validator().check_reference()
    assert not check.holds
    assert len(check.shortfalls) == 3
    assert check.shortfalls[0].startswith(f"public/test_mean.py::test_three_numbers: {said}")


def test_a_name_that_the_reference_lacks(folder: Path, make_validator: MakeValidator) -> None:
    """Protects the author who asks for more than the parts from the bare name as an error: what can be asked is told."""
    test = folder / "tests" / "hidden" / "test_mean.py"
    test.write_text('import pytest\n\n\n@pytest.mark.part("mean")\ndef test_it(submission):\n    submission.Mean()\n')
    (said,) = make_validator().check_reference().shortfalls
    assert "AttributeError: the reference and wrong variants answer to parts alone" in said
    assert "'Mean' is none of mean, clamp, words" in said


def test_a_reference_that_fails_is_told_once(folder: Path, make_validator: MakeValidator) -> None:
    """Protects the one line that matters from twenty more of the same: other seeds are for a reference that passes."""
    change(folder / "../../reference/tiny.py", "sum(values) /", "sum(values) / 0 /")
    check = make_validator().check_seeds()
    assert (check.holds, check.shortfalls) == (False, ())
    assert check.summary == "not tried, since the reference fails as it is"


def test_seeds_with_the_same_fault_share_a_line(folder: Path, make_validator: MakeValidator) -> None:
    """Protects the author from twenty lines where one says it: the seeds stand before what they have in common."""
    path = folder / "tests" / "hidden" / "test_mean.py"
    test = '\n\n@pytest.mark.part("mean")\ndef test_seed(seed):\n    if seed in (3, 5):\n        raise ValueError("odd")\n'
    path.write_text(path.read_text() + test)
    check = make_validator().check_seeds()
    (said,) = [text for text in check.shortfalls if "the reference fails" in text]
    assert said.startswith("seeds 3, 5: the reference fails hidden/test_mean.py::test_seed: call: ValueError: odd")


# -- files of the course that fail for wrong answers ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"off by {answer - expected!r}"', '"off by {1 / 0}"', "ZeroDivisionError: division by zero"),
        ('{came}.", came=answer)', '{came}.", cme=answer)', "'came'"),
        ('detail=f"off by', 'detail=_("off by {much}", mch=0) or f"off by', "'much'"),
    ],
    ids=["raises", "a field of the message", "a field of another text"],
)
def test_a_comparison_that_fails_for_wrong_answers(
    folder: Path, make_validator: MakeValidator, old: str, new: str, said: str
) -> None:
    """Protects every student with a wrong answer from "no score": a comparison that fails for it has caught nothing."""
    change(folder / "comparison.py", old, new)
    validator = make_validator()
    for check in (validator.check_misconceptions(), validator.check_mutants(), validator.check_seeds()):
        assert not check.holds, check.name
        assert any(said in text for text in check.shortfalls), check.name
    assert not validator.check_tests_needed().holds
    assert validator.check_misconceptions().shortfalls[0].startswith("mean.divides_by_n_minus_1: ")


def test_answers_that_nobody_expects(folder: Path, make_validator: MakeValidator) -> None:
    """Protects a class from a fault of the course's for a student whose function returns a text; the tiny course has none."""
    check = make_validator().check_odd_answers()
    assert (check.holds, check.shortfalls, check.summary) == (True, (), f"{len(ODD_ANSWERS)} answers for each of 3 parts")
    comparison, body = folder / "comparison.py", "return None if answer == expected else Difference(sum(answer))"
    comparison.write_text(f"{comparison.read_text()}\n\ndef compare_mean(answer, expected, call):\n    {body}\n")
    check = make_validator().check_odd_answers()
    assert not check.holds
    assert any(
        "mean: call: TypeError: 'int' object is not iterable" in said and "for a number" in said for said in check.shortfalls
    )


def test_networks_that_nobody_expects(folder: Path, make_validator: MakeValidator) -> None:
    """Protects a class from a test that takes what a changed network gives for what the lab's own gives."""
    change(folder / "assignment.yaml", "parts:\n", "preload: [torch]\nmodels:\n  line: {factory: networks.Line}\nparts:\n")
    network = "class Line(nn.Linear):\n    def __init__(self):\n        super().__init__(2, 3)\n"
    (folder / "networks.py").write_text(f"from torch import nn\n\n\n{network}")
    test = folder / "tests" / "hidden" / "test_mean.py"
    asks = 'submission.state(models.line, np.zeros((4, 2), dtype=np.float32))["output"] + np.zeros((4, 3))'
    body = f"    check.mean([1, 2])\n    {asks}\n"
    test.write_text(
        f"import numpy as np\n{test.read_text()}\n\n@pytest.mark.part('mean')\ndef test_it(check, submission, models):\n{body}"
    )
    nothing, other = make_validator().check_odd_answers().shortfalls
    assert "::test_it: call: TypeError" in nothing
    assert nothing.endswith(", for networks that give nothing")
    assert "::test_it: call: ValueError" in other
    assert other.endswith(", for networks of another output")


def test_odd_answers_that_no_test_fails(folder: Path, make_validator: MakeValidator) -> None:
    """Protects an author from points for anything: a comparison that lets all pass."""
    comparison = folder / "comparison.py"
    comparison.write_text(comparison.read_text() + "\n\ndef compare_mean(answer, expected, call):\n    return None\n")
    (said,) = make_validator().check_odd_answers().shortfalls
    assert said.startswith("mean: no test fails, for a number, True, ")


def test_a_misconception_that_never_answers(folder: Path, make_validator: MakeValidator) -> None:
    """Protects an author from a typing error in a misconception: what raises in every call is caught by nobody's test."""
    change(folder / "misconceptions.py", "sum(values) //", "som(values) //")
    check = make_validator().check_misconceptions()
    assert (check.holds, len(check.shortfalls)) == (False, 1)
    assert check.shortfalls[0].startswith("mean.floors: raises NameError: name 'som' is not defined (misconceptions.py:")


def test_a_misconception_that_raises_on_some_inputs(folder: Path, make_validator: MakeValidator) -> None:
    """Protects mistakes that show in an exception, such as a division by n - 1 of one number: they are caught by that."""
    change(folder / "misconceptions.py", "max(1, len(values) - 1)", "(len(values) - 1)")
    check = make_validator().check_misconceptions()
    assert (check.holds, check.shortfalls) == (True, ())


def test_a_misconception_that_is_made_of_another_function(folder: Path, make_validator: MakeValidator) -> None:
    """Protects a catalogue of variants that differ by one argument, made by `functools.partial`, which has no code of its own."""
    path = folder / "misconceptions.py"
    more = """
import functools


def scaled(values, factor):
    return factor * sum(values) / len(values)


mean_doubled = misconception("mean.doubled", part="mean", en="Twice.", ru="Twice.")(functools.partial(scaled, factor=2))
"""
    path.write_text(path.read_text() + more)
    check = make_validator().check_misconceptions()
    assert (check.summary, check.shortfalls) == ("5 wrong variants, 0 harmless ones", ())


def test_misconceptions_in_a_package(folder: Path, make_validator: MakeValidator) -> None:
    """Protects an assignment with a file per part: all are known, each once, and the file of a faulty one is named."""
    file, package = folder / "misconceptions.py", folder / "misconceptions"
    package.mkdir()
    (package / "__init__.py").write_text('"""Known mistakes."""\n')
    change(file, "sum(values) //", "som(values) //")
    file.rename(package / "mean.py")
    (package / "words.py").write_text("from .mean import mean_floors as the_same\n")
    check = make_validator().check_misconceptions()
    assert check.summary == "4 wrong variants, 0 harmless ones"
    assert check.shortfalls[0].startswith("mean.floors: raises NameError: name 'som' is not defined (mean.py:")


def test_two_misconceptions_of_one_name(folder: Path, make_validator: MakeValidator) -> None:
    """Protects the catalogue: of two with the same id one would be told in the place of the other."""
    change(folder / "misconceptions.py", '"mean.floors"', '"mean.divides_by_n_minus_1"')
    said = r"misconceptions\.py: two misconceptions have the id 'mean\.divides_by_n_minus_1'"
    with pytest.raises(SpecificationError, match=said):
        make_validator()


def test_a_misconception_with_two_names(folder: Path, make_validator: MakeValidator) -> None:
    """Protects a function that has a second name in the file: it is one misconception."""
    path = folder / "misconceptions.py"
    path.write_text(path.read_text() + "\n\nthe_same = mean_floors\n")
    assert make_validator().check_misconceptions().summary == "4 wrong variants, 0 harmless ones"


# -- translations -----------------------------------------------------------------------------------------------------


def test_translations_with_other_fields(folder: Path, make_validator: MakeValidator) -> None:
    """Protects students from a sentence in another language than the rest: a translator's slip is told, with catalogue and text;
    braces of code that is shown as it is are none."""
    catalogue = Catalog("ru")
    catalogue.add("Your loss is {came}.", "Ваша ошибка {cane}.")
    catalogue.add("{one} of {all}", "{all}: {one}")
    catalogue.add("return {'cat': 1}", "верните {'кот': 1}")
    place = folder / "locale" / "ru" / "LC_MESSAGES" / "tiny.mo"
    place.parent.mkdir(parents=True)
    with place.open("wb") as stream:
        write_mo(stream, catalogue)
    check = make_validator().check_translations()
    said = "locale/ru/LC_MESSAGES/tiny.mo: 'Your loss is {came}.': the text has no {cane}; the translation has no {came}"
    assert (check.holds, check.summary, check.shortfalls) == (False, "1 catalogue", (said,))


def test_a_reference_in_several_files(folder: Path) -> None:
    """Protects the reference's other modules from being handed out: what is secret is not its first file alone. A stub is no
    leak beside a body that raises after something else, nor is a line that anybody writes."""
    reference = open_assignment(folder).reference
    (reference.parent / "inner_sum.py").write_text(
        "def total(values):\n    if not values:\n        raise NotImplementedError\n    return sum(values)\n\n\n"
        "def name(self):\n    return None\n\n\ndef later():\n    raise NotImplementedError\n"
    )
    reference.write_text(f"import inner_sum\n{reference.read_text()}")
    body = "def mine(values):\n    if not values:\n        raise NotImplementedError\n    return sum(values)\n"
    stubs = "def other(self):\n    return None\n\n\ndef third():\n    raise NotImplementedError\n"
    assert leaks(open_assignment(folder), {"tiny.py": stubs.encode()}) == []
    assert leaks(open_assignment(folder), {"tiny.py": body.encode()}) == ["what total does stands in tiny.py"]
    whole = {"lent.py": (reference.parent / "inner_sum.py").read_bytes()}
    assert "inner_sum.py is lent.py" in leaks(open_assignment(folder), whole)


def test_a_leak_in_another_encoding(folder: Path) -> None:
    """Protects hidden code from standing in a file that Python reads, and a search for UTF-8 does not."""
    reference = open_assignment(folder).reference
    body = "def told(values):\n    if not values:\n        raise ValueError('нет чисел')\n    return sum(values)\n"
    reference.write_text(f"{reference.read_text()}\n\n{body}")
    given = {"old.py": f"# -*- coding: cp1251 -*-\n{body}".encode("cp1251"), "binary.py": b"def one():\0", "broken.py": b"\xff"}
    assert leaks(open_assignment(folder), given) == ["what told does stands in old.py"]


def test_a_master_that_solves_nothing(folder: Path, make_validator: MakeValidator) -> None:
    """Protects from a folder `master` in which no file is the lab's: none of none scores full marks."""
    (folder / "master").mkdir()
    validator = make_validator()
    with validator.judge:
        checks = {check.name: check for check in validator.run()}
    assert not checks["the master's solution scores full marks"].holds
