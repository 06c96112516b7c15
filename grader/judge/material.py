"""What a judge takes from an assignment's folder: a course's own, or a student's bundle."""

from __future__ import annotations

from pathlib import Path

from grader.course.assignment import AssignmentFolder
from grader.course.code import files_of, load_files
from grader.errors import SpecificationError
from grader.fixtures.store import Store
from grader.judge.check import Comparisons
from grader.judge.diagnosis import Diagnosis
from grader.judge.misconception import catalogue
from grader.judge.planned import PlannedTest
from grader.judge.reference import Networks, Reference
from grader.judge.replay import Replay


def open_answers(folder: AssignmentFolder, weights: dict[str, Path], device: str) -> Reference | Replay:
    """Who knows the expected answers. Raises `SpecificationError` when it cannot be opened."""
    if not folder.is_bundle:
        return Reference(folder, Networks(folder, weights, device), Store())
    return Replay(folder, weights, Store())


def open_diagnosis(folder: AssignmentFolder, answers: Reference | Replay, comparisons: Comparisons) -> Diagnosis:
    """The known mistakes: the catalogue's, or those that a bundle can name. Raises `SpecificationError` for one of no part."""
    if isinstance(answers, Replay):
        return Diagnosis(answers.variants(), b"", answers, comparisons)
    path = folder.misconceptions
    if not path.is_file():
        return Diagnosis((), b"", answers, comparisons)
    variants = catalogue(load_files(path))
    known = [part.id for part in folder.specification.parts]
    for variant in variants:
        if variant.part not in known:
            raise SpecificationError(
                f"{path}: misconception {variant.id}: there is no part {variant.part!r}; there are {', '.join(known)}"
            )
    return Diagnosis(variants, b"\0".join(file.read_bytes() for file in files_of(path)), answers, comparisons)


def promised_tests(folder: AssignmentFolder) -> list[PlannedTest]:
    """The hidden tests that a bundle has heard of, for their share of the points; none of a course's own assignment."""
    if not folder.is_bundle:
        return []
    return [
        PlannedTest(f"hidden/{part}/{number}", part, "hidden", "", weight)
        for part, weights in folder.bundle().hidden.items()
        for number, weight in enumerate(weights)
    ]


def own_reference(answers: object) -> Reference:
    """The course's own reference. Raises `SpecificationError` for a bundle's answers."""
    if not isinstance(answers, Reference):
        raise SpecificationError("a student's bundle holds no reference", remedy="name the assignment in its course")
    return answers
