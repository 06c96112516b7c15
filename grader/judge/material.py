"""What judging an assignment needs besides a sandbox, from its folder: a course's own, or a student's bundle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from grader.course.assignment import AssignmentFolder
from grader.course.code import forget_code, load_file, load_files
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
from grader.judge.kept import Kept
from grader.judge.misconception import LateCatalogue, catalogue, source_of, words_of
from grader.judge.planned import PlannedTest
from grader.judge.plugin import JudgePlugin, Setting
from grader.judge.reference import Networks, Reference
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

    @property
    def assignment(self) -> Assignment:
        """The specification."""
        return self.folder.specification

    def keep(self) -> None:
        """Keep what the course's code has said for the next run, unless it is no longer the code that was loaded."""
        if isinstance(self.setting.reference, Reference) and self.snapshot.digest():
            self.setting.reference.kept.save(self.assignment.id)


def load_material(
    folder: AssignmentFolder,
    language: str,
    visibilities: tuple[str, ...] = ("public", "hidden"),
    *,
    device: str = "cpu",
    seed: int | None = None,
    keyword: str = "",
    environment: str = "",
) -> Material:
    """Load the course's code anew and collect its tests; what `seed`, `keyword` and `environment` are,
    `grader.judge.judge.JudgePlan` says.

    Raises `SpecificationError` when the course's own code is at fault, when a part has no test, and for a bundle whose hidden
    tests are asked for; `UsageError` when no test matches the keyword.
    """
    if folder.is_bundle and "hidden" in visibilities:
        raise SpecificationError(f"{folder.path}: is a student's bundle: there is nothing in it to grade by")
    forget_code(folder.path, *folder.reference_files)  # what was loaded before may have been otherwise
    snapshot = Snapshot(folder)
    assignment = folder.specification
    weights = {name: weights_file(model, folder) for name, model in assignment.models.items()}
    answers = open_answers(folder, weights, device, [snapshot.digest(), environment] if environment else [])
    comparisons = Comparisons(assignment, load_file(folder.comparison), getattr(answers, "kept", None))
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
        diagnosis=open_diagnosis(folder, answers, comparisons),
        figures=Figures(assignment, load_file(folder.figures) if folder.figures.is_file() else None),
        alternatives=Alternatives(load_file(folder.calling) if folder.calling.is_file() else None, answers),
        planned=planned,
        withheld=tuple(test for test in everything if test.visibility not in visibilities),
        left_out=len(visible) - len(planned),
        share=shares(assignment, everything),
        digests=part_digests(folder, [(test.id, test.part) for test in everything]),
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


def _selected(setting: Setting, visibilities: tuple[str, ...], keyword: str) -> list[PlannedTest]:
    """The tests that match the keyword. Raises `UsageError` when there is none."""
    plugin = JudgePlugin(setting, None)
    run_tests(plugin, visibilities=visibilities, keyword=keyword, collect_only=True)
    return plugin.planned


def open_answers(
    folder: AssignmentFolder, weights: dict[str, Path], device: str, identity: Sequence[str] = ()
) -> Reference | Replay:
    """Who knows the expected answers. Raises `SpecificationError` when it cannot be opened.

    `identity`: what they depend on, where small ones are to be kept from run to run.
    """
    store = Store()
    if folder.is_bundle:
        return Replay(folder, weights, store)
    return Reference(folder, Networks(folder, weights, device), store, Kept(store, *identity) if identity else None)


def open_diagnosis(folder: AssignmentFolder, answers: Reference | Replay, comparisons: Comparisons) -> Diagnosis:
    """The known mistakes: the catalogue's, or those that a bundle can name. Raises `SpecificationError` for one of no part."""
    if isinstance(answers, Replay):
        return Diagnosis(answers.variants(), b"", answers, comparisons)
    path, kept = folder.misconceptions, answers.kept
    if not path.is_file():
        return Diagnosis((), b"", answers, comparisons)
    source = source_of(path)
    if kept.was_there:
        return Diagnosis(LateCatalogue(path, source, kept.mistakes).variants, source, answers, comparisons)
    variants = catalogue(load_files(path))
    known = [part.id for part in folder.specification.parts]
    for variant in variants:
        if variant.part not in known:
            raise SpecificationError(
                f"{path}: misconception {variant.id}: there is no part {variant.part!r}; there are {', '.join(known)}"
            )
    kept.mistakes = words_of(variants)
    return Diagnosis(variants, source, answers, comparisons)


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
