"""What a course's code has said is kept from run to run: small, whole, of all workers, and only for the same course."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.course import code
from grader.course.assignment import AssignmentFolder, open_assignment
from grader.errors import SpecificationError
from grader.fixtures.store import Store
from grader.judge.judge import Judge, JudgePlan
from grader.judge.kept import Kept, kept, question_of
from grader.judge.material import Material, load_material
from grader.judge.outcome import Call
from grader.judge.reference import Networks, Reference
from grader.sandbox.wall import NoWall
from grader.wire.values import Array

COURSE = ("course", "libraries")
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
    return load_material(folder, "en", environment=environment)


def test_the_next_run_knows(store: Store) -> None:
    """Protects the point of it, and None, which is an answer: a variant raised."""
    first = Kept(store, *COURSE)
    assert not first.was_there
    first.mistakes = [["mean.floors", "mean"]]
    first.keep("a", [1.5, (2, "text")])
    first.keep("array", Array(np.arange(3), "ndarray"))
    first.keep("b", None)
    first.save("tiny")
    later = Kept(store, *COURSE)
    assert later.was_there
    assert later.mistakes == [["mean.floors", "mean"]]
    assert later.find("a") == (True, [1.5, (2, "text")])
    assert later.find("array")[1].data.tolist() == [0, 1, 2]
    assert later.find("b") == (True, None)
    assert later.find("c") == (False, None)


@pytest.mark.parametrize("other", [("another course", "libraries"), ("course", "other libraries")])
def test_another_course_or_other_libraries_know_nothing(store: Store, other: tuple[str, str]) -> None:
    """Protects verdicts from the answers of code that was corrected, and of another version of a library."""
    Kept(store, *COURSE).save("tiny")
    assert not Kept(store, *other).was_there
    assert Kept(store, *COURSE).was_there


def test_without_a_store_it_is_memory(tmp_path: Path) -> None:
    """Protects commands that say nothing of their libraries, and a bundle, from files that nobody would find again."""
    memory = Kept()
    memory.keep("a", 1)
    memory.save("tiny")
    assert memory.find("a") == (True, 1)
    assert not list(tmp_path.rglob("*.json"))


def test_what_is_large_or_no_value_is_left_out(store: Store) -> None:
    """Protects the start of a judge, which reads all of it, from megabytes; and the run from what cannot be written."""
    answers = Kept(store, *COURSE)
    answers.keep("large", LARGE)
    answers.keep("object", object())
    answers.keep("", 1)
    assert [answers.find(question) for question in ("large", "object", "")] == [(False, None)] * 3
    assert question_of("part", [LARGE]) == question_of("part", [slice(3)]) == ""
    assert question_of("part", [1]) != question_of("part", [2])


def test_there_is_an_end_to_it(monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    """Protects memory and disk from a class whose every submission has the course asked something new."""
    monkeypatch.setattr("grader.judge.kept._MOST_ANSWERS", 2)
    answers = Kept(store, *COURSE)
    for number in range(4):
        answers.keep(str(number), number)
    assert [answers.find(str(number))[0] for number in range(4)] == [True, True, False, False]
    monkeypatch.setattr("grader.judge.kept._MOST_ANSWERS", 9)
    monkeypatch.setattr("grader.judge.kept._MOST_BYTES", 40)
    answers.keep("5", "x" * 30)
    assert not answers.find("5")[0]


def test_workers_write_side_by_side(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects what one worker learnt from another that ends at the same time: it has read before, and writes after."""
    one, other = Kept(store, *COURSE), Kept(store, *COURSE)
    one.keep("one", 1)
    other.keep("other", 2)
    keep: Callable[..., None] = Store.keep
    waiting = [one]

    def after_the_other(self: Store, *arguments: Any) -> None:
        if waiting:
            waiting.pop().save("tiny")
        keep(self, *arguments)

    monkeypatch.setattr(Store, "keep", after_the_other)
    other.save("tiny")  # has read an empty store, and writes when `one` has written
    one.save("tiny")
    later = Kept(store, *COURSE)
    assert (later.find("one"), later.find("other")) == ((True, 1), (True, 2))


def test_nothing_new_is_not_written(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a run that learns nothing from writing all of it again."""
    first = Kept(store, *COURSE)
    first.keep("a", 1)
    first.save("tiny")
    written: list[object] = []
    monkeypatch.setattr(Store, "keep", lambda *arguments: written.append(arguments))
    Kept(store, *COURSE).save("tiny")
    assert written == []


def test_nowhere_to_write(tmp_path: Path) -> None:
    """Protects a class from a cache that is a file, or full: what was found is graded by all the same."""
    (tmp_path / "file").write_text("")
    answers = Kept(Store(tmp_path / "file"), *COURSE)
    answers.keep("a", 1)
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


def test_a_judge_that_is_asked_nothing_new_imports_neither_reference_nor_mistakes(
    folder: AssignmentFolder, imported: list[str]
) -> None:
    """Protects whoever grades one file from two seconds of torch, for numbers that are on the disk."""
    wrong = Call("mean", ([1, 2, 40961],))

    def asked(material: Material) -> list[Any]:
        reference, diagnosis = material.setting.reference, material.diagnosis
        named = {variant.id: variant for variant in diagnosis.variants}
        said = [reference.mean([1, 2, 6]), diagnosis.answers(named["mean.floors"], [wrong])]
        return [*said, [(one.id, one.part, one.en, one.ru, one.accepted, one.ignores) for one in diagnosis.variants]]

    first = material_of(folder)
    before = asked(first)
    assert {folder.reference.name, "misconceptions.py"} <= set(imported)
    first.keep()
    imported.clear()
    second = material_of(folder)
    assert asked(second) == before
    assert not {folder.reference.name, "misconceptions.py"} & set(imported)
    assert second.setting.reference.mean([1, 2, 7]) == 10 / 3  # not asked before
    assert folder.reference.name in imported
    assert "misconceptions.py" not in imported
    variant = second.diagnosis.variants[0]
    assert second.diagnosis.answers(variant, [wrong]) == first.diagnosis.answers(first.diagnosis.variants[0], [wrong])
    assert "misconceptions.py" in imported


def test_only_who_names_the_libraries_has_anything_kept(folder: AssignmentFolder, imported: list[str]) -> None:
    """Protects `grade validate`, and any other command, from answers of before."""
    material_of(folder).keep()
    imported.clear()
    material_of(folder, environment="")
    assert {folder.reference.name, "misconceptions.py"} <= set(imported)


def test_a_corrected_course_is_asked_anew(folder: AssignmentFolder) -> None:
    """Protects students from a mistake of the reference that was mended since the last run."""
    first = material_of(folder)
    assert first.setting.reference.mean([1, 2]) == 1.5
    first.keep()
    text = folder.reference.read_text()
    assert "sum(values) / len(values)" in text
    folder.reference.write_text(text.replace("sum(values) / len(values)", "sum(values) / len(values) + 1"))
    assert material_of(folder).setting.reference.mean([1, 2]) == 2.5


def test_what_was_changed_meanwhile_is_not_kept(folder: AssignmentFolder, imported: list[str]) -> None:
    """Protects the next run from answers that came of other code than the one they would be kept for."""
    first = material_of(folder)
    folder.reference.write_text(folder.reference.read_text() + "\n# corrected\n")
    first.keep()
    folder.reference.write_text(folder.reference.read_text().removesuffix("\n# corrected\n"))
    imported.clear()
    material_of(folder)
    assert folder.reference.name in imported


@pytest.mark.parametrize("changed", ["reference", "misconceptions"])
def test_code_that_was_changed_before_it_was_needed(folder: AssignmentFolder, changed: str) -> None:
    """Protects expected values, which are kept under the code that was read first, from those of a later one."""
    material_of(folder).keep()
    material = material_of(folder)
    path = getattr(folder, changed)
    path.write_text(path.read_text() + "\n# corrected\n")
    variant = material.diagnosis.variants[0]
    asked = {
        "reference": lambda: material.setting.reference.mean([5, 6]),
        "misconceptions": lambda: material.diagnosis.answers(variant, [Call(variant.part, ([1],))]),
    }
    with pytest.raises(SpecificationError, match="was changed while it was graded by"):
        asked[changed]()


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


@pytest.mark.parametrize("error", [MemoryError(), OSError(), RuntimeError("DefaultCPUAllocator: can't allocate memory")])
def test_what_the_machine_lacked_is_asked_again(tmp_path: Path, tiny_course: Path, error: Exception) -> None:
    """Protects the name of a mistake from a moment in which there was no memory."""
    folder, errors = open_assignment(tiny_course / "assignments" / "tiny"), [error]

    def fails_once(values: Any) -> Any:
        if errors:
            raise errors.pop()
        return 1.0

    reference = Reference(folder, Networks(folder, {}), Store(tmp_path / "store"))
    with pytest.raises(type(error)):
        reference.answers(fails_once, b"fails", [([],)])
    assert reference.answers(fails_once, b"fails", [([],)]) == [1.0]


def test_a_judge_keeps_when_it_ends(folder: AssignmentFolder, imported: list[str]) -> None:
    """Protects the way from one run to the next."""
    plan = JudgePlan(folder, NoWall(), (), "en", environment="libraries")
    Judge(plan).close()
    imported.clear()
    Judge(plan).close()
    assert folder.reference.name not in imported


COUNTED: list[tuple[Any, ...]] = []


@kept
def counted(*arguments: Any) -> Any:
    """A function of a comparison that takes long."""
    COUNTED.append(arguments)
    return [np.full(2, arguments[0]), ("a", {"b": 1})]


@kept
def another(*arguments: Any) -> Any:
    """Another one, asked the same."""
    return arguments[0]


def test_a_function_of_a_comparison_may_be_kept(store: Store) -> None:
    """Protects whoever has an enlarged map from the libraries that could have enlarged it; and each answer from its reader."""
    COUNTED.clear()
    answers = Kept(store, *COURSE)
    with answers.at_hand():
        for _ in range(2):
            found = counted(3)
            assert found[0].tolist() == [3.0, 3.0]
            assert found[1] == ("a", {"b": 1})
            found[0][:] = 9
        assert another(3) == 3
        assert counted(4)[0].tolist() == [4.0, 4.0]
    answers.save("tiny")
    with Kept(store, *COURSE).at_hand():
        assert counted(3)[0].tolist() == [3.0, 3.0]
    assert COUNTED == [(3,), (4,)]
    counted(3)  # where no comparison is at work, as in a course's own tests
    with answers.at_hand():
        for _ in range(2):
            counted(object())  # no value that could be kept
    assert len(COUNTED) == 5
    assert counted.__name__ == "counted"
