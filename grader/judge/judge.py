"""One submission in, one result out.

A `Judge` holds what a worker needs for an assignment: the course's code, the fixture store and a warm template. `grade` never
raises for anything that a submission does; what goes wrong on the grader's side becomes `grader_error`.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.course.assignment import AssignmentFolder
from grader.course.code import load_file
from grader.course.submission import Submission
from grader.errors import (
    GraderError,
    SpecificationError,
    SubmissionStopped,
)
from grader.figures import OwnFigure
from grader.fixtures.weights import weights_file
from grader.judge.alternatives import Alternatives
from grader.judge.check import Comparisons
from grader.judge.encoding import own_figures
from grader.judge.ending import Ending, too_large, unreadable, while_loading, without_file
from grader.judge.figures import Figures
from grader.judge.material import open_answers, open_diagnosis, promised_tests
from grader.judge.outcome import NotFound
from grader.judge.plugin import JudgePlugin, PlannedTest, Ran, Setting, proxy_maker, run_tests
from grader.judge.proxy import Workplace
from grader.judge.scoring import part_results, result_of, shares, shown, stopped_result, total_score, untested_parts
from grader.judge.source import Source, confirm_places
from grader.judge.text import AnyText, gettext, render, translate_with
from grader.judge.words import failure_words, note_words
from grader.results import Misconception, SubmissionResult, SubmissionStatus, TestResult, TestStatus
from grader.sandbox.alone import LoneTemplate
from grader.sandbox.choice import start_template
from grader.sandbox.gpu import Gpu, find_gpu
from grader.sandbox.session import LoadReport, Session
from grader.sandbox.template import Template, TemplatePlan
from grader.sandbox.wall import Contents, Wall

_MEGABYTE = 1 << 20


@dataclass(frozen=True)
class JudgePlan:
    """What a judge is made of; plain data, so that a worker in another process can make its own.

    `visibilities`: the tests to run; the points of those that are left out stay theirs. `keyword`: run only tests that match it
    (`pytest -k`).
    """

    folder: AssignmentFolder
    wall: Wall
    hidden: tuple[Path, ...]
    language: str
    device: str = "cpu"
    visibilities: tuple[str, ...] = ("public", "hidden")
    seed: int = 0
    keyword: str = ""


class Judge:
    """A context manager; the template starts with it and ends with it.

    Raises `SpecificationError` when the course's own code is at fault, `SandboxFault` when the template does not start.
    """

    def __init__(self, plan: JudgePlan) -> None:
        self.plan = plan
        self.assignment = plan.folder.specification
        self.translate: Callable[[str], str] = translate_with(plan.language, plan.folder.locale, self.assignment.id)
        self.weights = {name: weights_file(model, plan.folder) for name, model in self.assignment.models.items()}
        if plan.folder.is_bundle and "hidden" in plan.visibilities:
            raise SpecificationError(f"{plan.folder.path}: is a student's bundle: there is nothing in it to grade by")
        answers = open_answers(plan.folder, self.weights, plan.device)
        comparisons = Comparisons(self.assignment, load_file(plan.folder.comparison))
        self.setting = Setting(plan.folder, answers, comparisons, plan.seed)
        self.diagnosis = open_diagnosis(plan.folder, answers, comparisons)
        drawn = plan.folder.figures
        self.figures = Figures(self.assignment, load_file(drawn) if drawn.is_file() else None)
        calling = plan.folder.calling
        self.alternatives = Alternatives(load_file(calling) if calling.is_file() else None, answers)
        everything = self.collect()
        self.share = shares(self.assignment, everything)
        self.withheld = tuple(test for test in everything if test.visibility not in plan.visibilities)
        visible = [test for test in everything if test.visibility in plan.visibilities]
        self.planned = self._select() if plan.keyword else visible
        self.left_out = len(visible) - len(self.planned)
        self.template: Template | LoneTemplate | None = None

    def collect(self) -> list[PlannedTest]:
        """The assignment's tests. Raises `SpecificationError` when a part has none."""
        plugin = JudgePlugin(self.setting, None)
        run_tests(plugin, collect_only=True)
        found = [*plugin.planned, *promised_tests(self.plan.folder)]
        missing = untested_parts(self.assignment, found)
        if missing:
            raise SpecificationError(f"{self.plan.folder.path / 'tests'}: no test belongs to part {', '.join(missing)}")
        return found

    def _select(self) -> list[PlannedTest]:
        """The tests that match the plan's keyword. Raises `UsageError` when there is none."""
        plugin = JudgePlugin(self.setting, None)
        run_tests(plugin, visibilities=self.plan.visibilities, keyword=self.plan.keyword, collect_only=True)
        return plugin.planned

    def start(self) -> None:
        """Start the template, or start it again after it was lost."""
        if self.template is not None:
            self.template.close()
        hub = {name: model for model, spec in self.assignment.models.items() for name in spec.hub}
        folder, gpu = self.plan.folder, find_gpu() if self.assignment.limits.gpu else Gpu()
        contents = Contents(self.weights, hub, folder.pictures, self.plan.hidden, folder.networks, gpu)
        self.template = start_template(TemplatePlan(self.plan.wall, contents, self.assignment))

    def __enter__(self) -> Judge:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        if self.template is not None:
            self.template.close()

    def grade(self, submission: Submission) -> SubmissionResult:
        """Judge one submission. Never raises for what a submission does."""
        started = time.perf_counter()
        try:
            graded = self._grade(submission)
        except GraderError as error:
            graded = self._fault(f"{type(error).__name__}: {error}")
            self._recover()
        except Exception:  # noqa: BLE001  a bug of the grader must not become a student's zero, nor end the run
            graded = self._fault(traceback.format_exc(limit=-3))
            self._recover()
        return self.result(submission, graded, time.perf_counter() - started)

    def result(self, submission: Submission, graded: Graded, seconds: float) -> SubmissionResult:
        """The record of a submission that was judged."""
        return SubmissionResult(
            student=submission.student,
            path=submission.place,
            digest=_digest(submission),
            status=graded.status,
            score=graded.score,
            max_score=shown(self.assignment.points),
            messages=tuple(render(message, self.translate) for message in graded.messages),
            seconds=round(seconds, 3),
            parts=part_results(self.assignment, graded.tests, self.share),
            tests=graded.tests,
            own_figures=graded.own_figures,
            own_figures_left_out=graded.own_figures_left_out,
        )

    def _recover(self) -> None:
        try:
            self.start()
        except (GraderError, OSError):
            self.template = None  # the next submission's result says that there is none

    def _grade(self, submission: Submission) -> Graded:
        opened = self.open(submission)
        if isinstance(opened, Graded):
            return opened
        try:
            plugin = JudgePlugin(self.setting, proxy_maker(opened.workplace))
            run_tests(plugin, visibilities=self.plan.visibilities, keyword=self.plan.keyword)
        finally:
            opened.workplace.close()
        return self.conclude(plugin.ran, opened)

    def open(self, submission: Submission) -> Opened | Graded:
        """Load a submission: ready for its tests, or the end of it. Raises `GraderError` when the grader fails."""
        if submission.main is None:
            return self._ended(without_file(submission))
        limit = self.assignment.limits.submission_mb * _MEGABYTE
        try:
            files = submission.files(limit)
        except ValueError:
            return self._ended(too_large(self.assignment.limits))
        except OSError as error:
            raise GraderError(f"{submission.main}: {error.strerror}") from error
        return self._load(files, next(iter(files)))

    def _load(self, files: dict[str, bytes], main: str) -> Opened | Graded:
        template = self.template
        if template is None:
            raise GraderError("the sandbox's template could not be started")

        def open_session() -> tuple[Session, LoadReport]:
            session = template.open(self.assignment.limits)
            try:
                return session, session.load(files, main)
            except BaseException:
                session.close()
                raise

        try:
            session, report = open_session()
        except SubmissionStopped as error:
            return self._ended(while_loading(error, self.assignment.limits))
        if report.unreadable:
            session.close()
            return self._ended(unreadable(report))
        return Opened(
            Workplace(self.assignment, open_session, session, report, self.alternatives), report, Source(main, files[main])
        )

    def conclude(self, ran: list[Ran], opened: Opened) -> Graded:
        """The verdict on tests that have run."""
        report, notes, source = opened.report, opened.workplace.notes, opened.source
        confirm_places(ran, source)
        named = self._name_misconceptions(ran)
        accepted = [text for item in ran for compared in item.compared for text in compared.call.notes]
        tests = tuple(
            result_of(item, self.share[item.test.id], self.translate, named.get(item.test.part) if item.outcome else None)
            for item in ran
        )
        tests = self.figures.add_to(tests, ran, self.translate)
        messages = [*self._loading_messages(report, source), *dict.fromkeys([*notes, *_fixed(accepted)])]
        score = total_score(self.assignment, tests, self.share)
        status = SubmissionStatus.GRADED if score is not None else SubmissionStatus.GRADER_ERROR
        stopped = _why_nothing(report) if ran and all(isinstance(item.outcome, NotFound) for item in ran) else None
        shown = own_figures(report.drawings, source)
        return Graded(stopped or status, score, tests, messages, shown, report.drawings.left_out)

    def _name_misconceptions(self, ran: list[Ran]) -> dict[str, Misconception]:
        named = {}
        for part in self.assignment.parts:
            compared = [one for item in ran if item.test.part == part.id for one in item.compared]
            variant = self.diagnosis.name(part.id, compared)
            if variant is not None:
                named[part.id] = Misconception(id=variant.id, explanation=variant.explanation(self.plan.language))
        return named

    def _loading_messages(self, report: LoadReport, source: Source) -> list[AnyText]:
        messages: list[AnyText] = [failure_words(source.confirmed(failure)) for failure in report.failures]
        messages += [text for note in report.notes if (text := note_words(note)) is not None]
        graded_names = {name for part in self.assignment.parts for name in part.names}
        for name in report.repeated:
            if name in graded_names:
                messages.append(gettext("{name} is defined more than once; the last definition counts.", name=name))
        return messages

    def _ended(self, ending: Ending) -> Graded:
        tests = tuple(stopped_result(test, self.share[test.id], ending.test_status, self.translate) for test in self.planned)
        return Graded(ending.status, 0.0, tests, [ending.text])

    def _fault(self, reason: str) -> Graded:
        tests = tuple(stopped_result(test, self.share[test.id], TestStatus.GRADER_ERROR, self.translate) for test in self.planned)
        text = gettext("The grader failed; this is not the submission's fault: {reason}", reason=reason)
        return Graded(SubmissionStatus.GRADER_ERROR, None, tests, [text])


@dataclass(frozen=True)
class Opened:
    """A submission that was loaded: where its calls are made, what its file left behind, and the file."""

    workplace: Workplace
    report: LoadReport
    source: Source


@dataclass(frozen=True)
class Graded:
    """What is known of a submission in the end."""

    status: SubmissionStatus
    score: float | None
    tests: tuple[TestResult, ...]
    messages: list[AnyText]
    own_figures: tuple[OwnFigure, ...] = ()
    own_figures_left_out: int = 0


def _fixed(texts: list[AnyText]) -> list[AnyText]:
    """Texts that say the same whatever the submission answered: others could carry hidden inputs out."""
    return [text for text in texts if not isinstance(text, str) and text.is_fixed]


def _why_nothing(report: LoadReport) -> SubmissionStatus | None:
    """Nothing at all was found, and the file was stopped on the way: that is the reason to give."""
    kinds = {name for failure in report.failures for name in failure.types}
    if "Interrupted" in kinds:
        return SubmissionStatus.TIMED_OUT
    return SubmissionStatus.OUT_OF_MEMORY if "MemoryError" in kinds else None


def _digest(submission: Submission) -> str:
    try:
        return submission.digest()
    except OSError:
        return "sha256:unreadable"
