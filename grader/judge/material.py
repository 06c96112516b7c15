"""What judging an assignment needs besides a sandbox, from its folder: a course's own, or a student's bundle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from grader.course.assignment import AssignmentFolder
from grader.course.code import files_of, forget_code, load_file, load_files
from grader.course.dependencies import PartDigests, part_digests
from grader.course.snapshot import Snapshot
from grader.course.specification import Assignment
from grader.errors import SpecificationError
from grader.fixtures.store import Store
from grader.fixtures.weights import weights_file
from grader.judge.alternatives import Alternatives
from grader.judge.check import Comparisons
from grader.judge.diagnosis import Diagnosis
from grader.judge.figures import Figures
from grader.judge.misconception import catalogue, from_words, words_of
from grader.judge.planned import PlannedTest
from grader.judge.plugin import JudgePlugin, Setting
from grader.judge.proxy import SubmissionProxy
from grader.judge.reference import Networks, Reference
from grader.judge.remembered import Remembered
from grader.judge.replay import Replay
from grader.judge.running import run_tests
from grader.judge.scoring import shares, untested_parts
from grader.judge.text import translate_with


@dataclass(frozen=True)
class Material:
    """What judging an assignment needs besides a sandbox: the course's own code, and what its tests are.

    Attributes:
        snapshot: the course's files as they were loaded.
        translate: into the language that is judged in; the assignment's own texts too.
        weights: files of weights, by model.
        planned: the tests to run; `withheld` those of other visibilities than were asked for; `left_out` how many a keyword left.
        share: every test's points, of those withheld too.
        digests: what each part's verdict depends on.
        remembered: what the course's code has answered before.
    """

    folder: AssignmentFolder
    snapshot: Snapshot
    translate: Callable[[str], str]
    weights: dict[str, Path]
    setting: Setting
    diagnosis: Diagnosis
    figures: Figures
    alternatives: Alternatives
    planned: list[PlannedTest]
    withheld: tuple[PlannedTest, ...]
    left_out: int
    share: dict[str, Fraction]
    digests: PartDigests
    remembered: Remembered

    @property
    def assignment(self) -> Assignment:
        """The specification."""
        return self.folder.specification

    def remember(self) -> None:
        """Have what the course's code answered remembered in the next run, unless it is no longer the code that was loaded."""
        if self.snapshot.digest():
            self.remembered.save(self.assignment.id)


def load_material(
    folder: AssignmentFolder,
    language: str,
    visibilities: tuple[str, ...] = ("public", "hidden"),
    *,
    device: str = "cpu",
    seed: int | None = None,
    keyword: str = "",
    environment: str = "",
    by_memory: bool = False,
) -> Material:
    """Load the course's code anew and collect its tests; what `seed`, `keyword` and `environment` are,
    `grader.judge.judge.JudgePlan` says. With `by_memory` the reference and the known mistakes are left out, if what they have
    answered is remembered.

    Raises `SpecificationError` when the course's own code is at fault, when a part has no test, and for a bundle whose hidden
    tests are asked for; `UsageError` when no test matches the keyword.
    """
    if folder.is_bundle and "hidden" in visibilities:
        raise SpecificationError(f"{folder.path}: is a student's bundle: there is nothing in it to grade by")
    forget_code(folder.path, *folder.reference_files)  # what was loaded before may have been otherwise
    snapshot = Snapshot(folder)
    assignment = folder.specification
    weights = {name: weights_file(model, folder) for name, model in assignment.models.items()}
    remembered = open_remembered(folder, snapshot.digest(), environment)
    by_memory = by_memory and remembered.knows_course
    answers = open_answers(folder, weights, device, remembered, by_memory=by_memory)
    _refuse_taken_names(folder, answers)
    comparisons = Comparisons(assignment, load_file(folder.comparison), remembered)
    setting = Setting(folder, answers, comparisons, assignment.seed if seed is None else seed)
    everything = collect_tests(setting)
    visible = [test for test in everything if test.visibility in visibilities]
    planned = _selected(setting, visibilities, keyword) if keyword else visible
    return Material(
        folder=folder,
        snapshot=snapshot,
        translate=translate_with(language, folder.locale, assignment.id),
        weights=weights,
        setting=setting,
        diagnosis=open_diagnosis(folder, answers, comparisons, remembered, by_memory=by_memory),
        figures=Figures(assignment, load_file(folder.figures) if folder.figures.is_file() else None),
        alternatives=Alternatives(load_file(folder.calling) if folder.calling.is_file() else None, answers),
        planned=planned,
        withheld=tuple(test for test in everything if test.visibility not in visibilities),
        left_out=len(visible) - len(planned),
        share=shares(assignment, everything),
        digests=part_digests(folder, [(test.id, test.part) for test in everything]),
        remembered=remembered,
    )


def collect_tests(setting: Setting) -> list[PlannedTest]:
    """The assignment's tests, and those that a bundle promises. Raises `SpecificationError` when a part has none."""
    plugin = JudgePlugin(setting, None)
    run_tests(plugin, collect_only=True)
    found = [*plugin.planned, *promised_tests(setting.folder)]
    missing = untested_parts(setting.folder.specification, found)
    if missing:
        raise SpecificationError(f"{setting.folder.path / 'tests'}: no test belongs to part {', '.join(missing)}")
    return found


def _refuse_taken_names(folder: AssignmentFolder, answers: Reference | Replay) -> None:
    """Raises `SpecificationError` for a part by whose id a test would get something else of `submission` or `reference`."""
    for part in folder.specification.parts:
        if part.id in dir(answers) or part.id in dir(SubmissionProxy):
            raise SpecificationError(
                f"{folder.path / 'assignment.yaml'}: parts: id: {part.id!r} means something else to tests: "
                "`submission` or `reference` has it",
                remedy="give the part another id",
            )


def _selected(setting: Setting, visibilities: tuple[str, ...], keyword: str) -> list[PlannedTest]:
    """The tests that match the keyword. Raises `UsageError` when there is none."""
    plugin = JudgePlugin(setting, None)
    run_tests(plugin, visibilities=visibilities, keyword=keyword, collect_only=True)
    return plugin.planned


def open_remembered(folder: AssignmentFolder, digest: str, environment: str) -> Remembered:
    """What the code of this digest has answered with these libraries; in memory only where these are not named."""
    return Remembered(Store(), digest, environment) if environment and not folder.is_bundle else Remembered()


def open_answers(
    folder: AssignmentFolder, weights: dict[str, Path], device: str, remembered: Remembered, *, by_memory: bool = False
) -> Reference | Replay:
    """Who knows the expected answers. Raises `SpecificationError` when it cannot be opened."""
    if folder.is_bundle:
        return Replay(folder, weights, Store())
    return Reference(folder, Networks(folder, weights, device), Store(), remembered, by_memory=by_memory)


def open_diagnosis(
    folder: AssignmentFolder,
    answers: Reference | Replay,
    comparisons: Comparisons,
    remembered: Remembered,
    *,
    by_memory: bool = False,
) -> Diagnosis:
    """The known mistakes: the catalogue's, or those that a bundle can name. Raises `SpecificationError` for one of no part."""
    if isinstance(answers, Replay):
        return Diagnosis(answers.variants(), b"", answers, comparisons)
    path = folder.misconceptions
    if not path.is_file():
        return Diagnosis((), b"", answers, comparisons)
    variants = from_words(remembered.mistakes) if by_memory else catalogue(load_files(path))
    known = [part.id for part in folder.specification.parts]
    for variant in variants:
        if variant.part not in known:
            raise SpecificationError(
                f"{path}: misconception {variant.id}: there is no part {variant.part!r}; there are {', '.join(known)}"
            )
    remembered.mistakes = words_of(variants)
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
