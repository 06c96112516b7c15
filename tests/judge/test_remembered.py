"""What a course's code has answered is remembered from run to run: small, whole, of all workers, and only for the same course."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.course import code
from grader.course.assignment import AssignmentFolder, open_assignment
from grader.course.submission import Submission
from grader.errors import CourseNeeded, SpecificationError
from grader.fixtures.store import Store
from grader.judge import material
from grader.judge.judge import Judge, JudgePlan
from grader.judge.material import Material, load_material
from grader.judge.outcome import Call
from grader.judge.reference import Networks, Reference
from grader.judge.remembered import Remembered, question_of, remembered
from grader.results import SubmissionResult
from grader.sandbox.alone import LoneTemplate
from grader.sandbox.template import Template
from grader.sandbox.wall import NoWall
from grader.wire.values import Array

COURSE = ("course", "libraries")
LONE_OPEN = LoneTemplate.open
LARGE = Array(np.zeros(200_000), "ndarray")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path / "store")


@pytest.fixture
def folder(course_copy: Path) -> AssignmentFolder:
    """The tiny assignment, which a test may change."""
    return open_assignment(course_copy / "assignments" / "tiny")


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))


def material_of(folder: AssignmentFolder, environment: str = "libraries") -> Material:
    """As a judge loads it; each time what was imported is forgotten."""
    return load_material(folder, "en", environment=environment, by_memory=True)


def test_the_next_run_knows(store: Store) -> None:
    """Protects the point of it, and None, which is an answer: a variant raised."""
    first = Remembered(store, *COURSE)
    assert not first.knows_course
    first.mistakes = [["mean.floors", "mean"]]
    first.remember("a", [1.5, (2, "text")])
    first.remember("array", Array(np.arange(3), "ndarray"))
    first.remember("b", None)
    first.save("tiny")
    later = Remembered(store, *COURSE)
    assert later.knows_course
    assert later.mistakes == [["mean.floors", "mean"]]
    assert later.find("a") == (True, [1.5, (2, "text")])
    assert later.find("array")[1].data.tolist() == [0, 1, 2]
    assert later.find("b") == (True, None)
    assert later.find("c") == (False, None)


@pytest.mark.parametrize("other", [("another course", "libraries"), ("course", "other libraries")])
def test_another_course_or_other_libraries_know_nothing(store: Store, other: tuple[str, str]) -> None:
    """Protects verdicts from the answers of code that was corrected, and of another version of a library."""
    Remembered(store, *COURSE).save("tiny")
    assert not Remembered(store, *other).knows_course
    assert Remembered(store, *COURSE).knows_course


def test_without_a_store_it_is_memory(tmp_path: Path) -> None:
    """Protects commands that say nothing of their libraries, and a bundle, from files that nobody would find again."""
    memory = Remembered()
    memory.remember("a", 1)
    memory.save("tiny")
    assert memory.find("a") == (True, 1)
    assert not list(tmp_path.rglob("*.json"))


def test_what_is_large_or_no_value_is_left_out(store: Store) -> None:
    """Protects the start of a judge, which reads all of it, from megabytes; and the run from what cannot be written."""
    answers = Remembered(store, *COURSE)
    answers.remember("large", LARGE)
    answers.remember("object", object())
    answers.remember("", 1)
    assert [answers.find(question) for question in ("large", "object", "")] == [(False, None)] * 3
    assert question_of("part", [LARGE]) == question_of("part", [slice(3)]) == ""
    assert question_of("part", [1]) != question_of("part", [2])


def test_the_oldest_make_room(monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    """Protects memory and disk from a class whose every submission has the course asked something new; what is asked of all is
    asked again, and then is the newest."""
    monkeypatch.setattr("grader.judge.remembered._MOST_ANSWERS", 3)
    answers = Remembered(store, *COURSE)
    for number in range(4):
        answers.remember(str(number), number)
    assert [answers.find(str(number))[0] for number in range(4)] == [False, True, True, True]
    answers.save("tiny")
    other = Remembered(store, *COURSE)
    other.remember("new", 1)
    other.save("tiny")
    later = Remembered(store, *COURSE)
    assert [later.find(question)[0] for question in ("1", "2", "3", "new")] == [False, True, True, True]
    monkeypatch.setattr("grader.judge.remembered._MOST_BYTES", 60)
    later.remember("long", "x" * 40)
    assert [later.find(question)[0] for question in ("2", "3", "new", "long")] == [False, False, True, True]


@pytest.mark.parametrize(
    "answer",
    [np.zeros((0, 1000, 1000)), "caf\udce9", {float(2**61 - 1) * number: 1 for number in range(99)}],
    ids=["no numbers", "lone surrogate", "equal hashes"],
)
def test_the_second_answer_is_the_first(store: Store, answer: Any) -> None:
    """Protects the second student from another answer than the first had, and both from one that cannot be read again."""
    answers = Remembered(store, *COURSE)
    first = answers.remember("a", answer)
    answers.save("tiny")
    for known in (answers, Remembered(store, *COURSE)):
        was_asked, again = known.find("a")
        assert not was_asked or str(again) == str(first)


@pytest.mark.parametrize("entry", [7, {}, {"mistakes": 1, "answers": {}}, {"mistakes": [], "answers": {"a": 1}}], ids=str)
def test_another_entry_in_its_place(store: Store, entry: Any) -> None:
    """Protects every start of a judge from an entry that somebody else has written."""
    Remembered(store, *COURSE).save("tiny")
    (path,) = [path for path in store.folder.rglob("*") if path.is_file() and not path.suffix and path.name[0] != "."]
    Store(store.folder).keep(path.name, entry)
    assert not Remembered(store, *COURSE).knows_course


def test_forgotten(store: Store) -> None:
    """Protects `--fresh`, which is for whoever has reason to doubt what is known."""
    answers = Remembered(store, *COURSE)
    answers.save("tiny")
    answers.forget()
    assert not Remembered(store, *COURSE).knows_course
    answers.forget()


def test_words_that_are_no_plain_text(store: Store) -> None:
    """Protects a class's grades from a catalogue whose words cannot be written."""
    answers = Remembered(store, *COURSE)
    answers.mistakes = [[object()]]
    answers.save("tiny")
    assert not Remembered(store, *COURSE).knows_course


WRITER = """
import sys
from pathlib import Path
from grader.fixtures.store import Store
from grader.judge.remembered import Remembered

answers = Remembered(Store(Path(sys.argv[1])), "course", "libraries")
for number in range(200):
    answers.remember(f"{sys.argv[2]} {number}", number)
print(flush=True)
sys.stdin.readline()
answers.save("tiny")
"""


def test_workers_write_side_by_side(store: Store) -> None:
    """Protects what one worker learnt from others that end at the same time: each has read before, and writes after another."""
    command = [sys.executable, "-c", WRITER, str(store.folder)]
    writers = [
        subprocess.Popen([*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for number in range(4)
    ]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()
    for writer in writers:  # all are told before any is waited for
        assert writer.stdin is not None
        writer.stdin.close()
    for writer in writers:
        with writer:
            assert writer.wait(60) == 0
    later = Remembered(store, *COURSE)
    assert all(later.find(f"{writer} {number}") == (True, number) for writer in range(4) for number in range(200))


def test_nothing_new_is_not_written(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a run that learns nothing from writing all of it again."""
    first = Remembered(store, *COURSE)
    first.remember("a", 1)
    first.save("tiny")
    written: list[object] = []
    monkeypatch.setattr(Store, "keep", lambda *arguments: written.append(arguments))
    Remembered(store, *COURSE).save("tiny")
    assert written == []


def test_nowhere_to_write(tmp_path: Path) -> None:
    """Protects a class from a cache that is a file, or full: what was found is graded by all the same."""
    (tmp_path / "file").write_text("")
    answers = Remembered(Store(tmp_path / "file"), *COURSE)
    answers.remember("a", 1)
    answers.save("tiny")
    assert answers.find("a") == (True, 1)


@pytest.fixture
def imported(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files of the course that were imported, by name."""
    names: list[str] = []
    load = code.load_file

    def loading(path: Path) -> Any:
        names.append(path.name)
        return load(path)

    for module in ("grader.course.code", "grader.judge.reference", "grader.judge.material"):
        monkeypatch.setattr(f"{module}.load_file", loading)
    return names


WRONG = Call("mean", ([1, 2, 40961],))


def asked(material: Material) -> list[Any]:
    """A right answer, that of a known mistake, and what is told of all of these."""
    reference, diagnosis = material.setting.reference, material.diagnosis
    (floors,) = [variant for variant in diagnosis.variants if variant.id == "mean.floors"]
    told = [(one.id, one.part, one.en, one.ru, one.accepted, one.ignores) for one in diagnosis.variants]
    return [reference.mean([1, 2, 6]), diagnosis.answers(floors, [WRONG]), told]


def test_who_is_asked_nothing_new_imports_neither_reference_nor_mistakes(folder: AssignmentFolder, imported: list[str]) -> None:
    """Protects whoever grades one file from two seconds of torch, for numbers that are on the disk."""
    first = material_of(folder)
    before = asked(first)
    assert {folder.reference.name, "misconceptions.py"} <= set(imported)
    first.remember()
    imported.clear()
    second = material_of(folder)
    assert asked(second) == before
    assert not {folder.reference.name, "misconceptions.py"} & set(imported)
    for ask in (
        lambda: second.setting.reference.mean([1, 2, 7]),
        lambda: second.diagnosis.answers(second.diagnosis.variants[0], [WRONG]),
    ):
        second.remembered.lacks = False
        with pytest.raises(CourseNeeded):
            ask()
        assert second.remembered.lacks


def test_only_who_names_the_libraries_has_anything_remembered(folder: AssignmentFolder, imported: list[str]) -> None:
    """Protects `grade validate`, and any other command, from answers of before; and all from those of other libraries."""
    for environment in ("libraries", "other libraries", ""):
        imported.clear()
        material_of(folder, environment).remember()
        assert folder.reference.name in imported
    imported.clear()
    material_of(folder, "other libraries")
    assert folder.reference.name not in imported


def test_a_corrected_course_is_asked_anew(folder: AssignmentFolder) -> None:
    """Protects students from a mistake of the reference that was mended since the last run."""
    first = material_of(folder)
    assert first.setting.reference.mean([1, 2]) == 1.5
    first.remember()
    text = folder.reference.read_text()
    assert "sum(values) / len(values)" in text
    folder.reference.write_text(text.replace("sum(values) / len(values)", "sum(values) / len(values) + 1"))
    assert material_of(folder).setting.reference.mean([1, 2]) == 2.5


def test_what_was_changed_meanwhile_is_not_remembered(folder: AssignmentFolder, imported: list[str]) -> None:
    """Protects the next run from answers that came of other code than the one they would be remembered for."""
    first = material_of(folder)
    folder.reference.write_text(folder.reference.read_text() + "\n# corrected\n")
    first.remember()
    folder.reference.write_text(folder.reference.read_text().removesuffix("\n# corrected\n"))
    imported.clear()
    material_of(folder)
    assert folder.reference.name in imported


RIGHT = "def mean(values):\n    return sum(values) / len(values)\n"
FLOORS = RIGHT.replace("/", "//")


@pytest.fixture
def grade(folder: AssignmentFolder, tmp_path: Path) -> Callable[[str], SubmissionResult]:
    """`grade(text)`: the result of a judge that begins with what others have left."""
    file = tmp_path / "tiny.py"

    def graded(text: str) -> SubmissionResult:
        file.write_text(text)
        with Judge(JudgePlan(folder, NoWall(), (), "en", environment="libraries")) as judge:
            return judge.grade(Submission("ann", file, file))

    return graded


def test_who_is_asked_something_new_begins_again_with_the_course(
    folder: AssignmentFolder, grade: Callable[[str], SubmissionResult], imported: list[str]
) -> None:
    """Protects grades: whoever comes first with a mistake is told of it as everybody is, and the next run knows it."""
    first = grade(RIGHT)
    assert (first.status, first.parts[0].score) == ("graded", 40)
    imported.clear()
    again = grade(RIGHT)
    assert again.tests == first.tests
    assert folder.reference.name not in imported
    wrong = grade(FLOORS)
    assert (wrong.status, wrong.parts[0].score < 40) == ("graded", True)
    assert {test.misconception.id for test in wrong.tests if test.misconception} == {"mean.floors"}
    assert folder.reference.name in imported
    imported.clear()
    assert grade(FLOORS).tests == wrong.tests
    assert folder.reference.name not in imported


def test_loading_the_course_late_costs_the_submission_nothing(
    folder: AssignmentFolder, grade: Callable[[str], SubmissionResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects honest work from the time that the reference's imports take: a submission's own clock runs meanwhile."""
    grade("pass\n")  # asks nothing
    opened: list[str] = []
    load, open_session = material.open_answers, Template.open

    def loading(*arguments: Any, **named: Any) -> Any:
        opened.append("by memory" if named["by_memory"] else "course")
        return load(*arguments, **named)

    monkeypatch.setattr(material, "open_answers", loading)
    monkeypatch.setattr(LoneTemplate, "open", lambda *given: opened.append("session") or LONE_OPEN(*given))
    monkeypatch.setattr(Template, "open", lambda *given: opened.append("session") or open_session(*given))
    assert grade(RIGHT).parts[0].score == 40
    assert opened[:4] == ["by memory", "session", "course", "session"]


def test_a_wrong_answer_makes_no_second_session(
    grade: Callable[[str], SubmissionResult], imported: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects from a submission that has two guesses: one that was loaded again knew that its first was wrong, as the first to
    make a mistake was graded once more."""
    grade(RIGHT)
    sessions: list[str] = []
    open_session = Template.open
    monkeypatch.setattr(LoneTemplate, "open", lambda *given: sessions.append("session") or LONE_OPEN(*given))
    monkeypatch.setattr(Template, "open", lambda *given: sessions.append("session") or open_session(*given))
    imported.clear()
    wrong = grade(FLOORS)
    assert {test.misconception.id for test in wrong.tests if test.misconception} == {"mean.floors"}
    assert imported
    assert sessions == ["session"]


def test_nothing_is_quoted_of_a_second_session(grade: Callable[[str], SubmissionResult], tmp_path: Path) -> None:
    """Protects hidden inputs: a file that is graded once more can be loaded with words that they have given it."""
    mark = tmp_path / "seen"
    grade("pass\n")  # asks nothing
    found = grade(
        f"import pathlib\nmark = pathlib.Path({str(mark)!r})\nif mark.exists():\n    average = lambda values: 1\n"
        f"    raise ValueError('the inputs')\nelse:\n    def mean(values):\n        mark.touch()\n        return 1\n"
    )
    assert mark.exists()
    assert found.messages == ()


def test_a_course_that_breaks_meanwhile_is_its_own_fault(
    folder: AssignmentFolder, grade: Callable[[str], SubmissionResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects a student from a reference that is broken when it is needed: nobody has 0 points for that."""
    grade(RIGHT)
    load = material.load_material

    def broken(*arguments: Any, **named: Any) -> Material:
        if not named["by_memory"]:
            raise SpecificationError("the reference does not import")
        return load(*arguments, **named)

    monkeypatch.setattr("grader.judge.judge.load_material", broken)
    found = grade(FLOORS)
    assert (found.status, found.score) == ("grader_error", None)
    assert "the reference does not import" in found.messages[0]


def test_parts_may_be_called_as_the_judge_s_own_names(course_copy: Path) -> None:
    """Protects a course from an answer of the judge in the place of its own function's."""
    folder = course_copy / "assignments" / "tiny"
    for path in [folder / "assignment.yaml", *folder.rglob("*.py")]:
        path.write_text(path.read_text().replace("clamp", "remembered"))
    reference = course_copy / "reference" / "tiny.py"
    reference.write_text(reference.read_text().replace("clamp", "remembered"))
    first = material_of(open_assignment(folder))
    assert first.setting.reference.remembered(11, 0, 10) == 10
    first.remember()
    assert material_of(open_assignment(folder)).setting.reference.remembered(11, 0, 10) == 10


def test_a_variant_that_raised_is_not_asked_again(tmp_path: Path, tiny_course: Path) -> None:
    """Protects a class's speed: where a mistake fails, it fails for every student."""
    folder, calls = open_assignment(tiny_course / "assignments" / "tiny"), []

    def raises(values: Any) -> Any:
        calls.append(values)
        raise ZeroDivisionError

    reference = Reference(folder, Networks(folder, {}), Store(tmp_path / "store"))
    with pytest.raises(ZeroDivisionError):
        reference.answers(raises, b"raises", [([],)])
    with pytest.raises(LookupError, match="the variant gave no answer"):
        reference.answers(raises, b"raises", [([],)])
    assert len(calls) == 1


NOT_ITS_OWN = [
    *(MemoryError(), OSError(), ImportError(), RecursionError(), RuntimeError("can't start new thread")),
    RuntimeError("DefaultCPUAllocator: can't allocate memory"),
]


@pytest.mark.parametrize("error", NOT_ITS_OWN, ids=repr)
def test_what_the_machine_lacked_is_asked_again(tmp_path: Path, tiny_course: Path, error: Exception) -> None:
    """Protects the name of a mistake from a moment in which there was no memory, and from a library that was installed since."""
    folder, errors = open_assignment(tiny_course / "assignments" / "tiny"), [error]

    def fails_once(values: Any) -> Any:
        if errors:
            raise errors.pop()
        return 1.0

    reference = Reference(folder, Networks(folder, {}), Store(tmp_path / "store"))
    with pytest.raises(type(error)):
        reference.answers(fails_once, b"fails", [([],)])
    assert reference.answers(fails_once, b"fails", [([],)]) == [1.0]


def test_what_is_asked_is_left_as_it_is(tmp_path: Path, tiny_course: Path) -> None:
    """Protects the next question from a mistake that changes its arguments."""
    folder, given = open_assignment(tiny_course / "assignments" / "tiny"), [1, 2]
    reference = Reference(folder, Networks(folder, {}), Store(tmp_path / "store"))
    assert reference.answers(lambda values: values.append(9) or sum(values), b"appends", [(given,)]) == [12]
    assert given == [1, 2]


COUNTED: list[tuple[Any, ...]] = []


@remembered
def counted(*arguments: Any) -> Any:
    """A function of a comparison that takes long."""
    COUNTED.append(arguments)
    return [np.full(2, arguments[0]), ("a", {"b": 1})]


@remembered
def another(*arguments: Any) -> Any:
    """Another one, asked the same."""
    return arguments[0]


@remembered
def sized(cells: int, side: int = 5) -> int:
    """One that has names for what it takes."""
    return cells + side


def test_a_function_without_a_name_of_its_own() -> None:
    """Protects two functions of one name from one answer."""
    with pytest.raises(SpecificationError, match="<lambda>: only a function with a name of its own"):
        remembered(lambda cells: cells)


def test_a_function_of_a_comparison_may_be_remembered(store: Store) -> None:
    """Protects whoever has an enlarged map from the libraries that could have enlarged it; and each answer from its reader."""
    COUNTED.clear()
    answers = Remembered(store, *COURSE)
    with answers.at_hand():
        for _ in range(2):
            found = counted(3)
            assert found[0].tolist() == [3.0, 3.0]
            assert found[1] == ("a", {"b": 1})
            found[0][:] = 9
        assert another(3) == 3
        assert counted(4)[0].tolist() == [4.0, 4.0]
    answers.save("tiny")
    with Remembered(store, *COURSE).at_hand():
        assert counted(3)[0].tolist() == [3.0, 3.0]
    assert COUNTED == [(3,), (4,)]
    counted(3)  # where no comparison is at work, as in a course's own tests
    with answers.at_hand():
        for _ in range(2):
            counted(object())  # no value that could be remembered
    assert len(COUNTED) == 5
    with answers.at_hand():
        assert (sized(1, side=2), sized(1, side=3), sized(side=3, cells=1)) == (3, 4, 4)
    assert counted.__name__ == "counted"
