"""The checks of `grade validate`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from grader.course.assignment import AssignmentFolder
from grader.course.master import stale, starter_files
from grader.course.submission import SUFFIXES, Submission, collect
from grader.course.walk import contents, walk
from grader.course.yamlfile import read_yaml
from grader.errors import SpecificationError
from grader.i18n import counted, languages
from grader.judge.judge import Judge
from grader.judge.material import Material, own_reference
from grader.judge.outcome import CodeRaised
from grader.judge.planned import PlannedTest
from grader.judge.plugin import JudgePlugin, Ran
from grader.judge.running import run_tests
from grader.judge.text import translate_with
from grader.results import SubmissionResult
from grader.validate.check import Check
from grader.validate.leaks import leaks
from grader.validate.local import Function, LocalSubmission
from grader.validate.mutants import mutants_of
from grader.validate.oddities import ODD_ANSWERS, ODD_NETWORKS
from grader.validate.reaction import Reaction, Watched, fault_of_texts, reaction
from grader.validate.translations import slips

_CALL_SECONDS = 5.0  # a mutant that takes longer does not end
_REFERENCE_SECONDS = 600.0
SEEDS = 20
_NO_MASTER = "there is no notebook and no module in master/"
_MOST_SAID = 300  # characters of what came of a right solution


class Validator:
    """Runs the checks one by one, so that a caller can show them as they come."""

    def __init__(self, judge: Judge, make_material: Callable[[int], Material]) -> None:
        self.judge = judge
        self.material = judge.material
        self.make_material = make_material
        self.folder: AssignmentFolder = self.material.folder
        self.assignment = self.material.assignment
        reference = own_reference(self.material.setting.reference)
        self.functions: dict[str, Function] = {p.id: getattr(reference.module, p.names[0]) for p in self.assignment.parts}
        self.explained = read_survivors(self.folder.path / "survivors.yaml")
        self.languages = {one: translate_with(one, self.folder.locale, self.assignment.id) for one in languages()}
        self.caught: dict[str, frozenset[str]] = {}  # variant -> ids of the tests that it fails
        self._mutants: dict[str, list[tuple[str, Reaction]]] = {}  # part -> its mutants, and how its tests take them

    def run(self) -> Iterator[Check]:
        """All checks, the cheap ones first."""
        if self.assignment.preload:
            yield self.check_preloads()
        if self.folder.locale.is_dir():
            yield self.check_translations()
        yield self.check_reference()
        yield self.check_hidden()
        yield self.check_starter()
        if self.folder.master.is_dir():
            yield self.check_current()
            yield self.check_full_marks("the master's solution scores full marks", self.folder.master, needed=True)
        yield self.check_odd_answers()
        yield self.check_misconceptions()
        yield self.check_tests_needed()
        yield self.check_full_marks("every accepted style scores full marks", self.folder.path / "styles")
        yield self.check_mutants()
        yield self.check_seeds()

    def run_local(
        self,
        functions: dict[str, Function],
        material: Material | None = None,
        part: str = "",
        *,
        stop_early: bool = False,
        first: frozenset[str] = frozenset(),
        kind: type[LocalSubmission] = LocalSubmission,
    ) -> list[Ran]:
        """Run the tests (of one part, when named; some `first`) with functions of the course in place of a submission."""
        material = material or self.material
        reference = own_reference(material.setting.reference)

        trusted = functions == self.functions
        seconds = _REFERENCE_SECONDS if trusted else _CALL_SECONDS

        def make(_test: PlannedTest) -> LocalSubmission:
            return kind(self.assignment, functions, reference, seconds)

        plugin = JudgePlugin(material.setting, make, only_parts=frozenset({part} - {""}), first=first)
        run_tests(plugin, stop_early=stop_early)
        for item in plugin.ran:
            item.fault = item.fault or fault_of_texts(item, self.languages)
        return plugin.ran

    def check_preloads(self) -> Check:
        """What submissions are to find imported can be imported where they run."""
        missing = self.judge.template.get_ready() if self.judge.template is not None else ()
        short = tuple(f"preload: there is no module {name}" for name in missing)
        return Check("what is preloaded is there", not short, counted(len(self.assignment.preload), "module"), short)

    def check_translations(self) -> Check:
        """A translation has the fields of its text."""
        short = slips(self.folder.locale, self.assignment.id)
        catalogues = list(self.folder.locale.glob(f"*/LC_MESSAGES/{self.assignment.id}.mo"))
        text = counted(len(catalogues), "catalogue")
        return Check("translations have their texts' fields", not short, text, tuple(short))

    def check_reference(self) -> Check:
        """The reference passes every test."""
        points = sum(self.material.share.values())
        public = sum(test.visibility == "public" for test in self.material.planned)
        text = f"{float(points):g} points in {counted(len(self.material.planned), 'test')} ({public} public)"
        return Check("the reference scores full marks", not self.fallen, text, self.fallen)

    @cached_property
    def fallen(self) -> tuple[str, ...]:
        """What the reference fails, and why."""
        return self._fallen(self.run_local(self.functions))

    def _fallen(self, ran: list[Ran]) -> tuple[str, ...]:
        return tuple(f"{item.test.id}: {self._reason(item)}" for item in ran if item.outcome is not None or item.fault)

    def _reason(self, item: Ran) -> str:
        if not isinstance(item.outcome, CodeRaised):
            return item.fault or str(item.outcome)
        line = item.outcome.failure.line
        return f"{self.folder.name_of(self.folder.reference)}{f':{line}' if line else ''}: {item.outcome.detail}"

    def check_hidden(self) -> Check:
        """No hidden test stands in what students are given."""
        public, starter = self.folder.tests("public"), self.folder.starter
        given = contents(walk(public), public, "tests/public") | contents(walk(starter), starter)
        found = leaks(self.folder, given)
        text = f"{counted(len(given), 'file')} that students are given"
        return Check("hidden tests stay hidden", not found, text, tuple(found))

    def check_starter(self) -> Check:
        """What students begin with scores nothing."""
        results = self._grade_files(self.folder.starter)
        short = [] if results else ["there is none in starter/: write master/, and run grade starter"]
        for file, result in results:
            if result.score != 0:
                short.append(f"{file}: {_points(result)}{_named([test.id for test in result.tests if test.score])}")
        return Check("the starter scores zero", not short, counted(len(results), "file"), tuple(short))

    def check_current(self) -> Check:
        """What students begin with is what the master makes it."""
        made = starter_files(self.folder.master)
        short = [f"{name}: run grade starter" for name in stale(self.folder.master, self.folder.starter)]
        short += [] if made else [_NO_MASTER]
        return Check("the starter is made from the master", not short, counted(len(made), "file"), tuple(short))

    def check_misconceptions(self) -> Check:
        """Every wrong variant fails its own part; every accepted one passes."""
        short = []
        variants = self.material.diagnosis.variants
        for variant in variants:
            found = self._reaction(variant.part, variant.function, self.material)
            self.caught[variant.id] = found.failed
            if found.faults:
                short += [f"{variant.id}: {fault}" for fault in found.faults]
            elif found.raises:
                short.append(f"{variant.id}: raises {found.raises} in every test, and answers nothing")
            elif found.is_caught is variant.accepted:
                fails = f"should pass, but fails {', '.join(sorted(found.failed))}"
                short.append(f"{variant.id}: {fails if found.is_caught else 'no test catches it'}")
        wrong = sum(not variant.accepted for variant in variants)
        text = f"{counted(wrong, 'wrong variant')}, {counted(len(variants) - wrong, 'harmless one')}"
        return Check("every misconception is caught in its part", not short, text, tuple(short))

    def _reaction(
        self, part: str, function: Function, material: Material, *, stop_early: bool = False, first: frozenset[str] = frozenset()
    ) -> Reaction:
        watched = Watched(function)
        ran = self.run_local({**self.functions, part: watched.function}, material, part, stop_early=stop_early, first=first)
        return reaction(ran, watched)

    def check_odd_answers(self) -> Check:
        """Whatever a function returns is a wrong answer, and no fault of the comparison's or of a test's."""
        name = "odd answers are wrong ones"
        if self.fallen:
            return Check(name, False, "not tried, since the reference fails as it is")
        short: dict[str, list[str]] = {}  # what goes wrong -> by which answers
        for part in self.assignment.parts:
            for words, answer in ODD_ANSWERS.items():
                found = self._reaction(part.id, partial(_always, answer), self.material)
                for fault in found.faults:
                    short.setdefault(f"{part.id}: {fault}", []).append(words)
                if not found.faults and not found.is_caught:
                    short.setdefault(f"{part.id}: no test fails", []).append(words)
        for words, kind in ODD_NETWORKS.items() if self.assignment.models else ():
            for item in self.run_local(self.functions, kind=kind):
                if item.fault:
                    short.setdefault(f"{item.test.id}: {item.fault}", []).append(words)
        told = tuple(f"{what}, for {', '.join(answers)}" for what, answers in short.items())
        return Check(
            name, not told, f"{len(ODD_ANSWERS)} answers for each of {counted(len(self.assignment.parts), 'part')}", told
        )

    def check_tests_needed(self) -> Check:
        """Every test is failed by some misconception; where a part has none, by a mutant, if there is one to tell it."""
        known = {variant.part for variant in self.material.diagnosis.variants if not variant.accepted}
        unknown = [part.id for part in self.assignment.parts if part.id not in known]
        silent = {part for part in unknown if not self._mutants_of(part)}
        useful = set().union(*self.caught.values(), *(found.failed for part in unknown for _, found in self._mutants_of(part)))
        tests = [test.id for test in self.material.planned if test.part not in silent]
        idle = [test for test in tests if test not in useful]
        text = f"{len(tests) - len(idle)} of {len(tests)} tests catch a misconception"
        text += ", or a mutant of a part without one" if len(unknown) > len(silent) else ""
        text += f"; nothing tells it of {', '.join(sorted(silent))}" if silent else ""
        return Check("every test is needed", not idle, text, tuple(idle))

    def check_full_marks(self, name: str, folder: Path, *, needed: bool = False) -> Check:
        """The right solutions in a folder score full marks: the master's, where one is `needed`, and those in other styles."""
        results = self._grade_files(folder)
        short = [_NO_MASTER] if needed and not results else []
        for file, result in results:
            if result.score != result.max_score:
                lost = [test for test in result.tests if test.score != test.max_score]
                said = [test.detail or test.message for test in lost] or list(result.messages)
                why = f": {' '.join(said[0].split())[:_MOST_SAID]}" if said else ""
                short.append(f"{file}: {_points(result)}{_named([test.id for test in lost])}{why}")
        return Check(name, not short, counted(len(results), "solution"), tuple(short))

    def check_mutants(self) -> Check:
        """Every generic mutant of the reference is caught, or explained in `survivors.yaml`; what is explained does not count."""
        found = [one for part in self.assignment.parts for one in self._mutants_of(part.id)]
        alive = [mutant for mutant, taken in found if not taken.is_caught and not taken.faults]
        faults = {fault: mutant for mutant, taken in reversed(found) for fault in taken.faults}
        known = {mutant for mutant, _ in found}
        strange = [f"survivors.yaml: there is no mutant {name!r}" for name in self.explained if name not in known]
        unexplained = [mutant for mutant in alive if mutant not in self.explained]
        explained = len(alive) - len(unexplained)
        total = len(found) - explained
        killed = sum(taken.is_caught for _, taken in found)
        share = f" ({killed / total:.1%})" if total else ""
        text = f"{killed} of {total} killed{share}, {counted(explained, 'survivor')} explained" if found else "none"
        short = (*(f"{mutant}: {fault}" for fault, mutant in reversed(faults.items())), *unexplained, *strange)
        return Check("generic mutants are killed", not short, text, short)

    def _mutants_of(self, part: str) -> list[tuple[str, Reaction]]:
        """The mutants of a part and the tests that each fails: all of them where no misconception tells them, else the first."""
        if part not in self._mutants:
            told = any(variant.part == part and not variant.accepted for variant in self.material.diagnosis.variants)
            module = own_reference(self.material.setting.reference).module
            self._mutants[part] = [
                (mutant.id, self._reaction(part, mutant.function, self.material, stop_early=told))
                for mutant in mutants_of(part, self.assignment.part(part).names[0], module)
            ]
        return self._mutants[part]

    def check_seeds(self) -> Check:
        """With other random inputs the verdicts are the same."""
        name = "other seeds agree"
        if self.fallen:
            return Check(name, False, "not tried, since the reference fails as it is")
        short: dict[str, list[str]] = {}  # what differs -> with which seeds
        for seed in range(1, SEEDS + 1):
            material = self.make_material(seed)
            for fault in self._fallen(self.run_local(self.functions, material)):
                short.setdefault(f"the reference fails {fault}", []).append(str(seed))
            for variant in self.material.diagnosis.variants:
                caught = self.caught.get(variant.id)
                before = not variant.accepted if caught is None else bool(caught)
                # Those that caught it before will as a rule do so again, and one is enough.
                found = self._reaction(variant.part, variant.function, material, stop_early=True, first=caught or frozenset())
                for fault in found.faults:
                    short.setdefault(f"{variant.id}: {fault}", []).append(str(seed))
                if not found.faults and found.is_caught is not before:
                    short.setdefault(f"{variant.id} has another verdict", []).append(str(seed))
        told = [f"{'seeds' if len(seeds) > 1 else 'seed'} {', '.join(seeds)}: {what}" for what, seeds in short.items()]
        return Check(name, not told, f"{SEEDS} seeds", tuple(told))

    def _grade_files(self, folder: Path) -> list[tuple[str, SubmissionResult]]:
        """Grade in the sandbox what is in a folder, as `grade run` would: a file, or a folder with helpers and data beside it."""
        if not folder.is_dir():
            return []
        found = collect(folder, self.assignment, self.folder.starters())
        return [(one.root.name, self.judge.grade(one)) for one in found if _is_work(one)]


def _always(answer: Any, *_arguments: Any) -> Any:
    """A function that answers the same to everything."""
    return copy.deepcopy(answer)


def _is_work(submission: Submission) -> bool:
    """Not a folder of data, nor what an author has put aside."""
    files = submission.candidates if submission.main is None else [submission.main.name]
    return not submission.root.name.startswith("_") and any(name.lower().endswith(SUFFIXES) for name in files)


def read_survivors(path: Path) -> dict[str, str]:
    """The explanations of mutants that no test can kill, by mutant id. Raises `SpecificationError` for a malformed file."""
    if not path.is_file():
        return {}
    tree = read_yaml(path) or {}
    if not isinstance(tree, dict) or not all(isinstance(k, str) and isinstance(v, str) and v for k, v in tree.items()):
        raise SpecificationError(f"{path}: must map mutants to the reasons why they cannot be killed")
    return tree


def _points(result: SubmissionResult) -> str:
    return "not graded" if result.score is None else f"{result.score:g} points"


def _named(tests: list[str]) -> str:
    """The first three in brackets, and how many more there are; nothing for none."""
    more = f" and {len(tests) - 3} more" if len(tests) > 3 else ""
    return f" ({', '.join(tests[:3])}{more})" if tests else ""
