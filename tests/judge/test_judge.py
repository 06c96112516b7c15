"""One submission in, one result out, whatever happens to the grader on the way."""

from __future__ import annotations

import errno
import gc
import json
import os
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from grader.course.assignment import open_assignment
from grader.course.submission import Submission, collect
from grader.errors import SandboxFault, SpecificationError
from grader.judge import judge as judge_module
from grader.judge import proxy as proxy_module
from grader.judge.binding import Binding, Roles
from grader.judge.check import Compared, Comparisons
from grader.judge.judge import Judge, JudgePlan
from grader.judge.offers import Candidate
from grader.judge.outcome import CodeRaised, Mismatch
from grader.judge.plugin import Ran, proxy_maker
from grader.judge.proxy import SubmissionProxy
from grader.judge.question import Attempt
from grader.results import SubmissionResult, TestStatus
from grader.sandbox.choice import choose_wall
from grader.sandbox.exchange import Answer, Failure
from grader.sandbox.inventory import Parameter
from grader.sandbox.session import CallProcess, Session
from grader.sandbox.wall import NoWall
from grader.wire.values import Model

NO_TEXT = os.fsdecode(b"data_\xe9.csv")
RIGHT = b"def mean(values):\n    return sum(values) / len(values)\n"


@pytest.fixture
def judge(tiny_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Judge]:
    """A judge of the tiny assignment; without a wall, which is not what is tested here."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    with Judge(JudgePlan(open_assignment(tiny_course / "assignments" / "tiny"), NoWall(), (), "en")) as judge:
        yield judge


@pytest.fixture
def submit(tmp_path: Path, judge: Judge) -> Callable[..., Submission]:
    """`submit(student, source)`: a submission."""

    def make(student: str = "ann", source: bytes = RIGHT) -> Submission:
        place = tmp_path / "submissions" / student
        place.mkdir(parents=True)
        (place / "tiny.py").write_bytes(source)
        return next(one for one in collect(place.parent, judge.assignment) if one.student == student)

    return make


def assert_fault(result: SubmissionResult, said: str) -> None:
    """It was the grader's fault, and nobody has lost points by it."""
    assert (result.status, result.score) == ("grader_error", None)
    assert [part.score for part in result.parts] == [None] * 3
    assert {(test.status, test.score) for test in result.tests} == {(TestStatus.GRADER_ERROR, None)}
    assert "this is not the submission's fault" in result.messages[0]
    assert said in result.messages[0]


def test_a_result(judge: Judge, submit: Callable[..., Submission]) -> None:
    """Protects what a result says about whom it is."""
    submission = submit()
    result = judge.grade(submission)
    assert (result.student, result.path, result.digest) == ("ann", str(submission.main), submission.digest(judge.limit))
    assert (result.status, result.score, result.max_score) == ("graded", 40, 100)
    assert result.seconds > 0
    assert [test.id for test in result.tests] == [test.id for test in judge.material.planned]


def test_a_judge_that_is_closed(judge: Judge, submit: Callable[..., Submission]) -> None:
    """Protects who keeps a judge without `with`: closed it leaves no process and no file, closed twice it is still closed, and it
    may start again."""
    assert judge.template is not None
    process, scratch = psutil.Process(judge.template.process.pid), judge.template.scratch
    judge.close()
    judge.close()
    assert not process.is_running()
    assert not scratch.exists()
    judge.start()
    assert judge.grade(submit()).score == 40


def test_the_template_gets_warm_while_the_course_is_loaded(
    course_copy: Path, tmp_path: Path, submit: Callable[..., Submission]
) -> None:
    """Protects who waits for one result from waiting for the template first and for the course's code after it: that code can
    already see the template's process."""
    reference = course_copy / "reference" / "tiny.py"
    seen = tmp_path / "seen"
    look = f"pathlib.Path({str(seen)!r}).write_text(str([child.cmdline() for child in psutil.Process().children(True)]))"
    reference.write_text(f"{reference.read_text()}\nimport pathlib, psutil\n{look}\n")
    judge = Judge.begin(JudgePlan(open_assignment(course_copy / "assignments" / "tiny"), NoWall(), (), "en"))
    with judge:
        assert "grader.guest.template" in seen.read_text()
        assert judge.grade(submit()).score == 40


@pytest.mark.parametrize("taken", ["state", "answer", "store"])
def test_a_part_called_as_what_tests_use(course_copy: Path, taken: str) -> None:
    """Protects a test of the part `state` from asking `submission.state`, which tells of a network."""
    place = course_copy / "assignments" / "tiny"
    for path in (place / "assignment.yaml", *place.glob("tests/*/*.py"), place / "comparison.py"):
        text = path.read_text(encoding="utf-8").replace("id: words", f"id: {taken}").replace('part("words"', f'part("{taken}"')
        path.write_text(text.replace("compare_words", f"compare_{taken}"), encoding="utf-8")
    with pytest.raises(SpecificationError, match=f"assignment.yaml: parts: id: '{taken}' means something else to tests"):
        Judge(JudgePlan(open_assignment(place), NoWall(), (), "en"))


def test_a_faulty_course_leaves_no_template(course_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the machine from a process and a folder for each try, while a teacher mends the course."""
    (course_copy / "reference" / "tiny.py").write_text("raise RuntimeError('of the course')\n")
    (folder := tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    with pytest.raises(SpecificationError, match="of the course"):
        Judge.begin(JudgePlan(open_assignment(course_copy / "assignments" / "tiny"), NoWall(), (), "en"))
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before
    assert list(folder.iterdir()) == []


def test_a_folder_that_the_grader_may_not_look_into(judge: Judge, tmp_path: Path) -> None:
    """Protects a student from a zero for the rights of a folder: there is no score, and it is told what the system said."""
    result = judge.grade(Submission("ann", tmp_path, None, "unreadable", ("ann/work: Permission denied",)))
    assert_fault(result, "ann/work: Permission denied")


@dataclass(frozen=True)
class Closed(Submission):
    """One that holds a file that cannot be read."""

    def files(self, limit: int) -> dict[str, bytes]:
        """Raises what the system says."""
        raise PermissionError(errno.EACCES, "Permission denied", str(self.root / NO_TEXT))


def test_a_file_of_an_old_archive_that_cannot_be_read(judge: Judge, tmp_path: Path) -> None:
    """Protects the class's results from one file's name that is no text; and who looks for the file from another one's name."""
    for submission in (
        Closed("ann", tmp_path, tmp_path / "tiny.py"),
        Submission("ann", tmp_path, None, "unreadable", (f"{NO_TEXT}: Permission denied",)),
    ):
        result = judge.grade(submission)
        assert_fault(result, "e9.csv: Permission denied")
        assert json.loads(result.model_dump_json())["messages"] == list(result.messages)


def test_a_name_that_an_import_did_not_give(judge: Judge, submit: Callable[..., Submission]) -> None:
    """Protects a student from a NameError in every test of a part, when what failed is an import far above."""
    result = judge.grade(submit(source=b"import no_such_thing as gone\n\n\ndef mean(values):\n    return gone.mean(values)\n"))
    said = {test.message for test in result.tests if test.part == "mean" and test.visibility == "hidden"}
    assert said == {"Your code raised NameError in line 5. gone was to come from the import in line 1, which failed."}


def test_answers_are_let_go(judge: Judge, submit: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a worker's memory: pytest's cycles must not keep a submission's answers, megabytes each, for the next ones."""
    answers: list[weakref.ref[Compared]] = []
    conclude = Judge.conclude

    def look(self: Judge, ran: list[Ran], *others: Any) -> Any:
        answers.extend(weakref.ref(compared) for one in ran for compared in one.compared)
        return conclude(self, ran, *others)

    monkeypatch.setattr(Judge, "conclude", look)
    gc.disable()
    try:
        assert judge.grade(submit()).score == 40
        assert answers
        assert [answer() for answer in answers if answer() is not None] == []
    finally:
        gc.enable()


def test_answers_that_are_too_large_together(
    judge: Judge, submit: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects the machine from a submission whose every answer is as large as one may be, and who is graded after it."""
    monkeypatch.setattr(proxy_module, "_MOST_ANSWER_BYTES", 150 * 64)
    monkeypatch.setattr(proxy_module, "_SMALL_ANSWER_BYTES", 64)
    large = submit(
        "ann", b"def mean(values):\n    return [0.0] * 100\ndef clamp(value, low, high):\n    return min(max(value, low), high)\n"
    )
    result = judge.grade(large)
    told = [test.message for test in result.tests if test.part == "mean"]
    assert [part.score == part.max_score for part in result.parts if part.id == "clamp"] == [True]
    assert "too large or too strange" not in told[0]
    assert all("too large or too strange to be compared" in message for message in told[1:])
    assert judge.grade(submit("bob")).score == 40


def test_an_argument_that_cannot_travel_costs_nobody_points(course_copy: Path, submit: Callable[..., Submission]) -> None:
    """Protects a class from a test that passes what no process can be sent: the test's fault, by the name of the type, and the
    next test is asked in the same process."""
    folder = course_copy / "assignments" / "tiny"
    given = '\n\n@pytest.mark.part("mean")\ndef test_{0}(check):\n    """A title."""\n    check.mean({1})\n'
    values = {"range": "range(3)", "deep": "[" * 50 + "]" * 50, "last": "[4, 2]"}
    with (folder / "tests" / "hidden" / "test_mean.py").open("a") as stream:
        stream.writelines(given.format(name, value) for name, value in values.items())
    with Judge(JudgePlan(open_assignment(folder), NoWall(), (), "en")) as judge:
        result = judge.grade(submit())
    tests = {test.id.rpartition("::test_")[2]: test for test in result.tests if test.part == "mean"}
    assert (tests["range"].status, tests["range"].score) == ("grader_error", None)
    assert "a value of type range cannot cross" in tests["range"].detail
    assert {name for name, test in tests.items() if test.status != "passed"} == {"range", "deep"}
    assert result.status == "grader_error", "points are owed"


def test_a_lost_template_costs_nobody_points(judge: Judge, submit: Callable[..., Submission]) -> None:
    """Protects students from a template that was killed (memory, an administrator): a fault, and the next is graded again."""
    assert judge.template is not None
    judge.template.process.kill()
    judge.template.process.wait()
    assert_fault(judge.grade(submit("ann")), "SandboxFault")
    assert judge.grade(submit("bob")).score == 40


def test_what_ended_before_any_test_is_not_run_again(judge: Judge, submit: Callable[..., Submission]) -> None:
    """Protects the class from waiting again for a file that never comes to its end: no test had any part in that."""
    submission = submit(source=b"import os\nos.abort()\n")
    kept = judge.verdict(submission)
    assert kept.result.status == "crashed"
    judge.close()
    assert judge.grade(submission).status == "grader_error", "it can be run without a template"
    again = judge.verdict(submission, kept)
    assert again.result.model_copy(update={"seconds": kept.result.seconds}) == kept.result


def test_looking_into_a_wrong_answer_makes_no_second_session(
    judge: Judge, submit: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects from a submission that learns, by being loaded again, that its answer took long to be explained: it was wrong."""
    submission = submit()
    kept = judge.verdict(submission)
    assert kept.trace is not None
    digests = kept.trace.digests.model_copy(update={"tests": {**kept.trace.digests.tests, "mean": "changed"}})
    kept = kept.model_copy(update={"trace": kept.trace.model_copy(update={"digests": digests})})
    late, loads, load, conclude, monotonic = [0.0], list[str](), Session.load, Judge.conclude, time.monotonic

    def slow(*given: Any, **named: Any) -> Any:
        late[0] += 1000
        return conclude(*given, **named)

    monkeypatch.setattr("grader.judge.judge.time.monotonic", lambda: monotonic() + late[0])
    monkeypatch.setattr(Judge, "conclude", slow)
    monkeypatch.setattr(Session, "load", lambda *given: loads.append("load") or load(*given))
    assert judge.verdict(submission, kept).result.tests == kept.result.tests
    assert loads == ["load"]


def test_a_file_that_is_loaded_again_is_not_quoted(
    judge: Judge, submit: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects hidden inputs from a submission that loses its session in a hidden test, is loaded again, learns by the clock what
    it had seen, and calls its functions after it: how they were called is read by the student."""
    ends = (
        "import mmap, os\n"
        "page = mmap.mmap(-1, 4096)\n"
        "os.register_at_fork(before=lambda: page[0] and os._exit(1))\n"
        "def mean(values):\n"
        "    if max(values) > 40000:\n"
        "        page[0] = 1\n"
        "        os._exit(1)\n"
        "    return sum(values) / len(values)\n"
    )
    named = "def Count__Words(text):\n    return {}\n"
    sources, loads, load = [ends, RIGHT.decode() + named], list[str](), Session.load

    def load_the_next(session: Session, _files: dict[str, bytes], main: str) -> Any:
        loads.append(main)
        return load(session, {main: sources[len(loads) - 1].encode()}, main)

    monkeypatch.setattr(Session, "load", load_the_next)
    result = judge.grade(submit("ann"))
    assert len(loads) == 2, "it was loaded again"
    words = {test.id.rpartition("::")[2]: test.status for test in result.tests if test.part == "words"}
    assert words == {"test_repeated_word": "not_found", "test_case": "failed"}, "it was asked under the new name"
    assert result.messages == ()
    sources.append(sources[1])
    assert judge.grade(submit("bob")).messages == ("Count__Words was used as count_words.",), "of the first load it is told"


def test_a_template_lost_in_the_middle(judge: Judge, submit: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a submission that was half judged: what is missing is no failure of its own."""
    fork = Session.fork

    def lose(session: Session) -> object:
        assert judge.template is not None
        judge.template.process.kill()
        judge.template.process.wait()
        return fork(session)

    monkeypatch.setattr(Session, "fork", lose)
    assert_fault(judge.grade(submit("ann")), "SandboxFault")
    monkeypatch.setattr(Session, "fork", fork)
    assert judge.grade(submit("bob")).score == 40


def test_a_template_that_cannot_be_started_again(
    judge: Judge, submit: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects the rest of the class: each is told that there is no sandbox, and it is tried anew for the next."""
    start, tries = judge.start, []

    def fail() -> None:
        tries.append(1)
        raise SandboxFault("no sandbox today")

    monkeypatch.setattr(judge, "start", fail)
    assert judge.template is not None
    judge.template.process.kill()
    judge.template.process.wait()
    assert_fault(judge.grade(submit("ann")), "SandboxFault")
    assert_fault(judge.grade(submit("bob")), "the sandbox's template could not be started")
    assert len(tries) == 2
    monkeypatch.setattr(judge, "start", start)
    assert_fault(judge.grade(submit("carl")), "could not be started")
    assert judge.grade(submit("dora")).score == 40


def test_a_bug_of_the_grader(judge: Judge, submit: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the run from a bug: it leaves a traceback in that student's result, and the others are graded."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    run = judge.tests.run
    monkeypatch.setattr(judge.tests, "run", broken)
    result = judge.grade(submit("ann"))
    assert_fault(result, "ZeroDivisionError: a bug")
    assert "Traceback" in result.messages[0]
    monkeypatch.setattr(judge.tests, "run", run)
    assert judge.grade(submit("bob")).score == 40


def test_a_file_that_cannot_be_read(judge: Judge, submit: Callable[..., Submission]) -> None:
    """Protects a student whose file went away, or is on a bad disk: the grader's fault, with the reason, for which no other waits
    until a template that was never lost is started again."""
    submission, template = submit(), judge.template
    assert submission.main is not None
    submission.main.unlink()
    assert_fault(judge.grade(submission), "No such file or directory")
    assert judge.template is template


def test_a_submission_has_no_memory_of_another(judge: Judge, submit: Callable[..., Submission]) -> None:
    """Protects students from each other within one worker: the result is the same before and after any other."""
    before = judge.grade(submit("ann"))
    judge.grade(submit("bob", b"import builtins\nbuiltins.sum = lambda values: 0\nimport os\nos.abort()\n"))
    judge.grade(submit("carl", b"def mean(values):\n    values.clear()\n    return 1 / 0\n"))
    after = judge.grade(submit("dora"))
    assert [test.status for test in before.tests] == [test.status for test in after.tests]
    assert before.score == after.score == 40


def test_only_what_is_drawn_while_loading_is_shown(judge: Judge, submit: Callable[..., Submission]) -> None:
    """Protects hidden inputs: a picture that a function draws of them while it is tested is nowhere in the result."""
    pytest.importorskip("matplotlib", reason="needs matplotlib")
    draw = b"    plt.title(str(values))\n    plt.plot(values)\n    plt.show()\n"
    source = (
        b"import matplotlib.pyplot as plt\n\ndef mean(values):\n"
        + draw
        + b"    return sum(values) / len(values)\n\nmean([1, 2])\n"
    )
    result = judge.grade(submit(source=source))
    assert result.score == 40
    assert [(figure.cell, figure.title) for figure in result.own_figures] == [(0, "[1, 2]")]
    assert result.own_figures_left_out == 0


@pytest.mark.parametrize(
    "asked", ["check.mean()", "check.mean([1.0], 2)", "submission.mean([1.0], 2)", "submission.mean(values=[1])"]
)
def test_a_call_that_does_not_fit_the_part(course_copy: Path, submit: Callable[..., Submission], asked: str) -> None:
    """Protects a course's author: an argument too many is told, not dropped, and costs no student points."""
    tests = course_copy / "assignments" / "tiny" / "tests" / "hidden"
    (tests / "test_more.py").write_text(
        'import pytest\n\n\n@pytest.mark.part("mean")\ndef test_more(check, submission):\n    """A title."""\n    ' + asked + "\n"
    )
    with Judge(JudgePlan(open_assignment(course_copy / "assignments" / "tiny"), NoWall(), (), "en")) as judge:
        result = judge.grade(submit())
    (more,) = [test for test in result.tests if test.id.endswith("test_more")]
    assert (more.status, more.score) == (TestStatus.GRADER_ERROR, None)


def test_a_function_that_changes_what_it_is_given(course_copy: Path, submit: Callable[..., Submission]) -> None:
    """Protects who calls such a function with an array that is needed again, which no test sees: told, at no cost."""
    folder = course_copy / "assignments" / "tiny"
    specification = folder / "assignment.yaml"
    specification.write_text(specification.read_text("utf-8").replace("accepts: [list]", "accepts: [numpy, list]"), "utf-8")
    (folder / "tests" / "hidden" / "test_more.py").write_text(
        'import numpy as np\nimport pytest\n\n\n@pytest.mark.part("mean")\ndef test_more(check):\n    """A title."""\n'
        "    check.mean(np.array([1.0, 2.0, 6.0]))\n"
    )
    writes = b"def mean(values):\n    total = sum(values)\n    values *= 0\n    return total / 3\n"
    with Judge(JudgePlan(open_assignment(folder), NoWall(), (), "en")) as judge:
        results = judge.grade(submit()), judge.grade(submit("bob", writes))
    told = "mean changes the arrays that it is given: whoever calls it may still need them as they were."
    assert [result.messages.count(told) for result in results] == [0, 1]
    found = [test.status for result in results for test in result.tests if test.id.endswith("test_more")]
    assert found == [TestStatus.PASSED] * 2


def test_what_was_adapted_in_a_call_is_told_once(judge: Judge, submit: Callable[..., Submission]) -> None:
    """Protects who asks for input in a function, also where it was asked before at top level."""
    source = b"""
def mean(values):
    input()
    return sum(values) / len(values)
"""
    result = judge.grade(submit(source=source))
    assert result.messages.count("input() was answered with an empty line.") == 1
    assert [test.status for test in result.tests if test.part == "mean"] == [TestStatus.PASSED] * sum(
        test.part == "mean" for test in result.tests
    )
    again = judge.grade(submit("bob", b"input()\n" + source))
    assert again.messages.count("input() was answered with an empty line.") == 1


def test_an_object_is_no_exception(course_copy: Path, submit: Callable[..., Submission]) -> None:
    """Protects from being told of an exception that only the grader's second try raised: the first one returned, an object."""
    folder = course_copy / "assignments" / "tiny"
    text = (folder / "assignment.yaml").read_text("utf-8")
    (folder / "assignment.yaml").write_text(text.replace("accepts: [list]", "accepts: [list, tuple]", 1), "utf-8")
    source = b"class Mean:\n    pass\n\ndef mean(values):\n    values.sort()\n    return Mean()\n"
    with Judge(JudgePlan(open_assignment(folder), NoWall(), (), "en")) as judge:
        tests = [test for test in judge.grade(submit(source=source)).tests if test.part == "mean"]
    assert {test.status for test in tests} == {TestStatus.FAILED}
    assert {test.message for test in tests} == {"Your function returned an object instead of numbers."}
    assert {test.hint for test in tests} == {"Return a tensor, an array, a list or a number."}


def test_the_run_decides_the_language(tiny_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects Russian feedback: messages and named mistakes."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    folder = open_assignment(tiny_course / "assignments" / "tiny")
    with Judge(JudgePlan(folder, NoWall(), (), "ru")) as judge:
        students = collect(tiny_course / "submissions" / "tiny", judge.assignment)
        result = judge.grade(next(one for one in students if one.student == "dina_misconception"))
    named = {test.misconception.explanation for test in result.tests if test.misconception is not None}
    assert "Делитель равен n - 1. Он из выборочной дисперсии; среднее делит на n." in named
    assert "The answer is not the expected one." not in {test.message for test in result.tests}


def test_a_corrected_course_is_judged_by_in_the_same_process(course_copy: Path) -> None:
    """Protects `--watch` from grading by what the course was, and from keeping that as what it has become: its tests, conftest,
    comparisons and reference."""
    place, tests = course_copy / "assignments" / "tiny", course_copy / "assignments" / "tiny" / "tests"
    comparison, reference = place / "comparison.py", course_copy / "reference" / "tiny.py"
    (tests / "conftest.py").write_text("WEIGHT = 1\n")
    given = '\n\n@pytest.mark.part("mean", weight={weight})\ndef test_more(check):\n    """{title}."""\n'
    source = (tests / "hidden" / "test_mean.py").read_text()
    (tests / "hidden" / "test_mean.py").write_text(source + given.format(weight=1, title="Before"))
    Judge(JudgePlan(open_assignment(place), NoWall(), (), "en"))

    (tests / "hidden" / "test_mean.py").write_text(source + given.format(weight=3, title="Corrected"))
    (tests / "conftest.py").write_text("raise ImportError('of the corrected one')\n")
    comparison.write_text(comparison.read_text() + "\n\ndef compare_mean(answer, expected, call):\n    return 'corrected'\n")
    reference.write_text(reference.read_text() + "\n\ndef mean(values):\n    return 'corrected'\n")
    with pytest.raises(SpecificationError, match="of the corrected one"):
        Judge(JudgePlan(open_assignment(place), NoWall(), (), "en"))
    (tests / "conftest.py").unlink()
    judge = Judge(JudgePlan(open_assignment(place), NoWall(), (), "en"))
    assert {(test.title, test.weight) for test in judge.material.planned if test.id.endswith("more")} == {("Corrected.", 3.0)}
    assert judge.material.setting.comparisons.functions["mean"](0, 0, None) == "corrected"
    assert judge.material.setting.reference.mean([1.0]) == "corrected"


SERVED = b"""
import os
calls = {"mean": 0, "clamp": 0, "words": 0}
def told(part):
    calls[part] += 1
    return calls[part]
def mean(values):
    told("mean")
    return sum(values) / len(values)
def clamp(value, low, high):
    told("clamp")
    return min(max(value, low), high)
def count_words(text):
    told("words")
    found = {}
    for word in text.lower().split():
        found[word] = found.get(word, 0) + 1
    return found
"""


@pytest.mark.wall
@pytest.mark.parametrize(
    ("source", "together"),
    [
        (SERVED.replace(b"    calls[part] += 1\n", b""), True),
        (SERVED, True),
        (
            b"from numpy import zeros\n"
            + SERVED.replace(b'{"mean": 0, "clamp": 0, "words": 0}', b"dict.fromkeys(['mean', 'clamp', 'words'], zeros(1))"),
            False,
        ),
        (SERVED.replace(b"    calls[part] += 1\n", b"    os.chdir('/tmp')\n"), False),
    ],
    ids=["nothing", "a count", "an array's number", "the working folder"],
)
def test_parts_share_a_process_while_nothing_is_left_behind(
    tiny_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: bytes, together: bool
) -> None:
    """Protects the class's time and what tests may know of each other: one process for all, or one for each that leaves behind
    what cannot be put back."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    made = []
    fork = Session.fork

    def counting(session: Session) -> Any:
        process = fork(session)
        made.append(process.pid)
        return process

    monkeypatch.setattr(Session, "fork", counting)
    (tmp_path / "tiny.py").write_bytes(source)
    with Judge(JudgePlan(open_assignment(tiny_course / "assignments" / "tiny"), choose_wall("auto"), (), "en")) as judge:
        result = judge.grade(Submission("ann", tmp_path / "tiny.py", tmp_path / "tiny.py"))
    assert result.score == 100
    assert len(made) == (1 if together else len(result.tests))


@pytest.mark.wall
def test_the_time_of_call_processes_is_counted(tiny_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects benchmarks: what call processes computed counts among the template's children once a submission is judged."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    wait = b"    import time\n    end = time.process_time() + 0.4\n    while time.process_time() < end: pass"
    busy = SERVED.replace(b'    told("words")', wait)
    (tmp_path / "tiny.py").write_bytes(busy)
    with Judge(JudgePlan(open_assignment(tiny_course / "assignments" / "tiny"), choose_wall("auto"), (), "en")) as judge:
        assert judge.template is not None
        outer = psutil.Process(judge.template.process.pid)
        (inner,) = outer.children()
        assert judge.grade(Submission("ann", tmp_path / "tiny.py", tmp_path / "tiny.py")).score == 100
        times = inner.cpu_times()
    assert times.children_user + times.children_system > 0.8  # two calls of 0.4 s of CPU each


REMEMBERS = SERVED.replace(
    b"    return sum(values) / len(values)", b"    kept.append(sum(values) / len(values))\n    return kept[0]"
)
CACHES = SERVED.replace(b"    return sum(values) / len(values)", b"    return first(sum(values) / len(values))").replace(
    b"calls = ", b"def first(value, kept=[]):\n    kept.append(value)\n    return kept[0]\ncalls = "
)
# What stands in the environment is looked at by nobody.
HIDES = SERVED.replace(b"    calls[part] += 1\n", b"")
STALE = HIDES.replace(b'    told("mean")\n', b"").replace(
    b"    return sum(values) / len(values)",
    b"    return float(os.environ.setdefault('STALE', str(sum(values) / len(values))))",
)
RAISES = HIDES.replace(
    b"    return sum(values) / len(values)",
    b"    if os.environ.setdefault('USED', str(values)) != str(values): raise OSError\n    return sum(values) / len(values)",
)
HANGS = RAISES.replace(b"raise OSError", b"\n        while True: pass")
WRITES = RAISES.replace(b"    if os.environ", b"    open('asked.txt', 'a').write(repr(values))\n    if os.environ")
SHARES = WRITES.replace(b"asked.txt", b"/dev/shm/asked")


@pytest.mark.wall
@pytest.mark.parametrize("source", [REMEMBERS, CACHES], ids=["remembers", "caches"])
def test_what_a_test_leaves_behind(tiny_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: bytes) -> None:
    """Fair to whom a list that grows trips up from test to test: each test asks for one thing, and gets a process of its own."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    (tmp_path / "tiny.py").write_bytes(b"kept = []\n" + source)
    with Judge(JudgePlan(open_assignment(tiny_course / "assignments" / "tiny"), choose_wall("auto"), (), "en")) as judge:
        assert judge.grade(Submission("ann", tmp_path / "tiny.py", tmp_path / "tiny.py")).score == 100


@pytest.mark.wall
@pytest.mark.parametrize(
    ("source", "mean", "runs"),
    [(RAISES, 40, 5), (STALE, 13.33, 3), (HANGS, 26.67, 3), (WRITES, 26.67, 3), (SHARES, 26.67, 3)],
    ids=["raises", "answers wrongly", "hangs", "writes", "shares"],
)
def test_a_test_is_run_again_from_the_loaded_submission(
    tiny_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: bytes, mean: float, runs: int
) -> None:
    """Fair to whom something that nobody sees trips up, where code raises by it. A wrong answer is not asked for again: that
    would tell that it was wrong. A hang is not waited for twice, and who writes files may have noted there what was asked."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    made = []
    monkeypatch.setattr(
        judge_module, "proxy_maker", lambda place: lambda test: made.append(test.part) or proxy_maker(place)(test)
    )
    (tmp_path / "tiny.py").write_bytes(source)
    with Judge(JudgePlan(open_assignment(tiny_course / "assignments" / "tiny"), choose_wall("auto"), (), "en")) as judge:
        result = judge.grade(Submission("ann", tmp_path / "tiny.py", tmp_path / "tiny.py"))
    assert [part.score for part in result.parts] == [mean, 30, 30]
    assert made.count("mean") == runs


@pytest.mark.wall
def test_a_part_may_have_a_time_of_its_own(course_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects what takes long by its nature from the limit of all the others, and the class from waiting that long for those."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    specification = course_copy / "assignments" / "tiny" / "assignment.yaml"
    text = specification.read_text("utf-8").replace("call_seconds: 3", "call_seconds: 300")
    specification.write_text(text.replace("    points: 40\n", "    points: 40\n    call_seconds: 0.5\n"), "utf-8")
    (tmp_path / "tiny.py").write_bytes(HIDES.replace(b"    return sum(values) / len(values)", b"    while True: pass"))
    with Judge(JudgePlan(open_assignment(specification.parent), choose_wall("auto"), (), "en")) as judge:
        result = judge.grade(Submission("ann", tmp_path / "tiny.py", tmp_path / "tiny.py"))
    assert [part.score for part in result.parts] == [0, 30, 30]
    assert {test.status for test in result.tests if test.part == "mean"} == {TestStatus.TIMED_OUT}


FAILS = HIDES.replace(b"    return sum(values) / len(values)", b"    return values[len(values)]")
FULL = FAILS.replace(b"values[len(values)]", b"bytearray(1 << 60)")  # MemoryError: others may have taken it


@pytest.mark.wall
@pytest.mark.parametrize(("source", "forks"), [(FAILS, 1), (FULL, 5)], ids=["an index", "memory"])
def test_who_fails_alone_is_not_given_a_process_for_each_test(
    tiny_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: bytes, forks: int
) -> None:
    """Protects the class's time from a part that is not done; other parts lose nothing by it."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    made, fork = [], Session.fork
    monkeypatch.setattr(Session, "fork", lambda session: made.append(1) or fork(session))
    (tmp_path / "tiny.py").write_bytes(source)
    with Judge(JudgePlan(open_assignment(tiny_course / "assignments" / "tiny"), choose_wall("auto"), (), "en")) as judge:
        result = judge.grade(Submission("ann", tmp_path / "tiny.py", tmp_path / "tiny.py"))
    assert [part.score for part in result.parts] == [0, 30, 30]
    assert {test.status for test in result.tests if test.part == "mean"} == {TestStatus.ERROR}
    assert len(made) == forks


# Answers wrongly at first; in a page that all its processes share it notes what it was asked, and by whom it is asked now.
GUESSES = """
import mmap, os
page = mmap.mmap(-1, 4096)
def mean(values):
    process, asked = os.getpid() % 250 + 1, page[0:1] + page[1:2]
    before, page[0], page[1] = page[0], process, (page[1] + 1) % 250
    wrong_before = page[2] or (before not in (0, process))
    page[2] = 1 if wrong_before else 0
    return sum(values) / len(values) if wrong_before else {first}
def clamp(value, low, high):
    return value
def count_words(text):
    return {{text: 1}}
"""


@pytest.mark.wall
@pytest.mark.parametrize(("keyword", "switched"), [("mean", 0), ("", 26.67)], ids=["one part", "with others between"])
def test_nobody_learns_that_an_answer_was_wrong(
    tiny_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keyword: str, switched: float
) -> None:
    """Protects a grade from a second guess: in which process and how often code is asked says nothing of its answers. What other
    parts' tests bring about comes whatever the answer was, and who switches then might have switched anyway."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    asked, call = {}, CallProcess.call
    for kind, first in (("right", "sum(values) / len(values)"), ("wrong", "-1000.0")):
        seen: list[tuple[int, bool]] = []

        def noted(process: CallProcess, *arguments: Any, seen: list[tuple[int, bool]] = seen) -> Any:
            seen.append((process.pid, process.first))
            return call(process, *arguments)

        monkeypatch.setattr(CallProcess, "call", noted)
        (tmp_path / "tiny.py").write_text(GUESSES.format(first=first))
        plan = JudgePlan(open_assignment(tiny_course / "assignments" / "tiny"), choose_wall("auto"), (), "en", keyword=keyword)
        with Judge(plan) as judge:
            result = judge.grade(Submission("ann", tmp_path / "tiny.py", tmp_path / "tiny.py"))
        asked[kind] = seen
        assert sum(test.score for test in result.tests if test.part == "mean") == pytest.approx(
            40 if kind == "right" else switched, abs=0.02
        )
    first_pid = {kind: seen[0][0] for kind, seen in asked.items()}
    assert [(pid - first_pid["right"], begins) for pid, begins in asked["right"]] == [
        (pid - first_pid["wrong"], begins) for pid, begins in asked["wrong"]
    ]


CROWDS = SERVED.replace(b'    told("mean")', b"    crowd()").replace(
    b'    told("words")', b"    try: crowd()\n    except RuntimeError: return {}"
)
CROWDS += b"""
import threading
def crowd():
    while threading.active_count() < 9:
        threading.Thread(target=threading.Event().wait, daemon=True).start()
"""


# The first function under one of the part's names fails; another one gives the answer.
TWICE = HIDES.replace(
    b"def mean(values):", b"def mean(values):\n    {leaves}\n    raise TypeError\ndef average(values):\n    {sees}"
)
_LEAVES, _SEES = b"os.environ['LEFT'] = 'something'", b"if 'LEFT' in os.environ: raise RuntimeError"


@pytest.mark.wall
@pytest.mark.parametrize(("leaves", "sees", "forks"), [(b"", b"", 1), (_LEAVES, _SEES, 3)], ids=["nothing", "unseen"])
def test_ways_to_ask_share_a_process(
    tiny_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leaves: bytes, sees: bytes, forks: int
) -> None:
    """Protects the class's time from a search; and fair to whom a call that fails trips up where nobody sees it: when no way has
    worked, each is tried alone."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    made, fork = [], Session.fork
    monkeypatch.setattr(Session, "fork", lambda session: made.append(1) or fork(session))
    (tmp_path / "tiny.py").write_bytes(TWICE.replace(b"{leaves}", leaves).replace(b"{sees}", sees))
    with Judge(JudgePlan(open_assignment(tiny_course / "assignments" / "tiny"), choose_wall("auto"), (), "en")) as judge:
        result = judge.grade(Submission("ann", tmp_path / "tiny.py", tmp_path / "tiny.py"))
    assert result.score == 100
    assert len(made) == forks


PROBED = """
from grader.testing import Alternative, Probe
def alternatives_mean(arguments, situation):
    probe = Probe({"pairs": [[4, 0], [8, 0]]}, lambda answer: answer == 6)
    return [Alternative("pairs", {"pairs": [[one, 0] for one in arguments[0]]}, "Pairs were given.", probe=probe)]
"""
READS_FIRST = "def mean(*, pairs): return sum(one for one, _ in pairs) / len(pairs)"
READS_SECOND = "def mean(*, pairs): return sum(other for _, other in pairs) / len(pairs)"
READS_NONE = "def mean(*, pairs): raise NotImplementedError"


@pytest.mark.wall
@pytest.mark.parametrize(
    ("code", "score", "status"),
    [(READS_FIRST, 40, TestStatus.PASSED), (READS_SECOND, 0, TestStatus.ERROR), (READS_NONE, 0, TestStatus.ERROR)],
    ids=["passes", "answers otherwise", "raises"],
)
def test_a_question_of_our_own_decides_how_to_ask(
    course_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, score: float, status: TestStatus
) -> None:
    """Fair to who reads other columns; who answers in no way that is known is told what came of asking, and no fault of ours."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    assignment = course_copy / "assignments" / "tiny"
    (assignment / "calling.py").write_text(PROBED)
    (tmp_path / "tiny.py").write_text(code)
    with Judge(JudgePlan(open_assignment(assignment), choose_wall("auto"), (), "en")) as judge:
        result = judge.grade(Submission("ann", tmp_path / "tiny.py", tmp_path / "tiny.py"))
    assert result.parts[0].score == score
    assert {test.status for test in result.tests if test.part == "mean"} == {status}


ITERATES = b"""
def clamp(values, low, high):
    if values == 1:
        raise ValueError
    for value in values:
        return nowhere(value)
"""


@pytest.mark.wall
def test_what_got_furthest_is_told_of_every_test(course_copy: Path, submit: Callable[..., Submission]) -> None:
    """Fair to who takes a list of numbers: from the third test on that fails only the first ways were tried, and what the code
    says of a bare number was told instead of its own mistake. A test in which that is something else changes nothing later."""
    assignment = course_copy / "assignments" / "tiny"
    specification = assignment / "assignment.yaml"
    text = specification.read_text("utf-8")
    before, name, after = text.partition("    names: [clamp]\n")
    specification.write_text(before + name + "    index_forms: [value]\n" + after, "utf-8")
    given = '\n\n@pytest.mark.part("clamp")\ndef test_more_{0}(check):\n    """A title."""\n    check.clamp({0}, 0, 1)\n'
    (assignment / "tests" / "hidden" / "test_more.py").write_text("import pytest\n" + "".join(map(given.format, range(4))))
    with Judge(JudgePlan(open_assignment(assignment), choose_wall("auto"), (), "en")) as judge:
        result = judge.grade(submit("ann", ITERATES))
    told = {test.id.rpartition("::")[2]: test.message + test.detail for test in result.tests if test.part == "clamp"}
    assert "ValueError" in told.pop("test_more_1")
    assert len(told) == 5
    assert all("NameError" in words for words in told.values())


def test_a_state_that_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a student from hearing that a model's numbers have changed where only looking at it failed."""
    failure = {"types": ["RuntimeError", "Exception"], "message": "mine", "cell": 0, "line": 3, "code": "", "entry": 3}
    monkeypatch.setattr(CallProcess, "_ask", lambda _process, _request: {"failure": failure})
    process = CallProcess.__new__(CallProcess)
    process.over = False
    place = SimpleNamespace(report=SimpleNamespace(evaluated=False), learnt={}, kept=None, take=lambda _part: process)
    proxy = SubmissionProxy(place, "features_map")  # type: ignore[arg-type]
    with pytest.raises(CodeRaised) as raised:
        proxy.state(Model("narrow"))
    assert raised.value.failure.type_name == "RuntimeError"


def test_who_takes_a_file_is_told_so() -> None:
    """Fair to `get_maps(model, path)`: that a tensor has no attribute `read` tells nothing of what is asked."""
    roles = Roles(("model", "x"), {"x": ("img",)}, frozenset({"model"}))
    answer = Answer(None, Failure(("AttributeError",), "'Tensor' object has no attribute 'read'", 3, 7, ""), ())
    proxy = SubmissionProxy.__new__(SubmissionProxy)
    for second, kind in (("image_path", Mismatch), ("img", CodeRaised)):
        asked = (Parameter("model"), Parameter(second))
        candidate = Candidate("get_maps", "call", {"via": "name"}, Binding(("model", "x")), parameters=asked)
        told = proxy._outcome(SimpleNamespace(roles=roles), Attempt(candidate), answer)  # type: ignore[arg-type]
        assert type(told) is kind
        assert kind is CodeRaised or "(model, image_path)" in str(told.message)


@pytest.mark.parametrize(("kind", "said"), [("HookedArgument", "hooks the layer"), ("TypeError", "asks for (m)")])
def test_a_class_that_takes_a_layer_is_told_so(kind: str, said: str) -> None:
    """Fair to a `SaveFeatures(m)` that nothing in the file uses: it was told to give `m` a default value."""
    keeper = Candidate("SaveFeatures", "forward_hook", {"via": "install"}, parameters=(Parameter("m"),))
    answer = Answer(None, Failure((kind, "TypeError"), "", 0, 0, ""), ())
    roles = SimpleNamespace(roles=SimpleNamespace(order=("model", "x"), optional=frozenset({"model"})))
    told = SubmissionProxy._outcome(SubmissionProxy.__new__(SubmissionProxy), roles, Attempt(keeper), answer)  # type: ignore[arg-type]
    assert isinstance(told, Mismatch)
    assert said in str(told.message)


def test_who_takes_nothing_or_could_not_be_made_is_told_so() -> None:
    """Fair to who has no parameters at all, and to a class that asks for more than there is: Python's own words tell of a call
    that the student never wrote."""
    proxy = SubmissionProxy.__new__(SubmissionProxy)
    proxy._workplace = SimpleNamespace(report=SimpleNamespace(names={"f": SimpleNamespace(parameters=(), methods={})}))  # type: ignore[assignment]
    roles = SimpleNamespace(roles=SimpleNamespace(order=("model", "x"), optional=frozenset({"model"})))
    bare = Candidate("f", "call", {"via": "name", "name": "f"}, Binding(complete=False))
    made = Candidate("C", "method", {"via": "method"}, parameters=(Parameter("k"),), maker=(Parameter("path"),))
    told = []
    for candidate, kind in ((bare, "TypeError"), (made, "NotMade")):
        answer = Answer(None, Failure((kind, "TypeError"), "f() takes 0 positional arguments", 0, 0, ""), ())
        outcome = proxy._outcome(roles, Attempt(candidate), answer)  # type: ignore[arg-type]
        assert isinstance(outcome, Mismatch)
        told.append(str(outcome.message).partition(": ")[2])
    assert told == ["it takes no arguments.", "it asks for (path, k)."]


@pytest.mark.wall
def test_nothing_is_compared_while_the_submission_lives(
    judge: Judge, submit: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects hidden answers from whoever has a clock: some wrong ones take longer to compare than right ones."""
    events: list[str] = []
    close, compare = Session.close, Comparisons.compare

    def closed(session: Session, grace: float = 0.0) -> int | None:
        events.append("closed")
        return close(session, grace)

    def compared(comparisons: Comparisons, *given: Any) -> Any:
        events.append("compared")
        return compare(comparisons, *given)

    monkeypatch.setattr(Session, "close", closed)
    monkeypatch.setattr(Comparisons, "compare", compared)
    result = judge.grade(submit(source=b"def mean(values):\n    return -1\n"))
    assert {test.status for test in result.tests if test.part == "mean"} == {TestStatus.FAILED}
    assert events[0] == "closed"
    assert events.count("compared") == len(events) - 1 > 2


def test_a_comparison_that_fails_costs_nobody_points(course_copy: Path, submit: Callable[..., Submission]) -> None:
    """Protects students from a bug in a course's comparison, and the instructor from looking for it: the line is named."""
    comparison = course_copy / "assignments" / "tiny" / "comparison.py"
    comparison.write_text(comparison.read_text() + "\n\ndef compare_mean(answer, expected, call):\n    return 1 / 0\n")
    with Judge(JudgePlan(open_assignment(course_copy / "assignments" / "tiny"), NoWall(), (), "en")) as judge:
        result = judge.grade(submit())
    mean = [test for test in result.tests if test.part == "mean"]
    assert {test.status for test in mean} == {TestStatus.GRADER_ERROR}
    assert all("ZeroDivisionError" in test.detail and "comparison.py:" in test.detail for test in mean)
    assert {test.status for test in result.tests if test.part != "mean"} == {TestStatus.NOT_FOUND}


def test_what_waits_beside_a_test_costs_it_nothing(tiny_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fair to whose threads find no room beside those of another part's process, and who catches that and answers something."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    (tmp_path / "tiny.py").write_bytes(CROWDS)
    with Judge(JudgePlan(open_assignment(tiny_course / "assignments" / "tiny"), choose_wall("auto"), (), "en")) as judge:
        result = judge.grade(Submission("ann", tmp_path / "tiny.py", tmp_path / "tiny.py"))
    assert [part.score for part in result.parts] == [40, 30, 30]
