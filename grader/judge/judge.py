"""One submission in, one result out.

A `Judge` holds what a worker needs for an assignment: the course's code, the fixture store and a warm template. `grade` never
raises for anything that a submission does; what goes wrong on the grader's side becomes `grader_error`.
"""

from __future__ import annotations

import contextlib
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.course.assignment import AssignmentFolder
from grader.course.code import forget_code, load_file
from grader.course.dependencies import part_digests
from grader.course.snapshot import Snapshot
from grader.course.submission import Submission
from grader.errors import (
    GraderError,
    SandboxFault,
    SpecificationError,
    SubmissionStopped,
)
from grader.fixtures.weights import weights_file
from grader.judge.alternatives import Alternatives
from grader.judge.check import Comparisons
from grader.judge.collected import CollectedTests
from grader.judge.encoding import own_figures
from grader.judge.ending import Ending, too_large, unreadable, while_loading, without_file
from grader.judge.figures import Figures
from grader.judge.graded import Graded, Opened, fixed_texts, loading_messages, why_nothing
from grader.judge.material import open_answers, open_diagnosis, promised_tests
from grader.judge.outcome import CodeRaised
from grader.judge.planned import PlannedTest
from grader.judge.plugin import JudgePlugin, Ran, Setting, proxy_maker
from grader.judge.regrading import TestTrace, Trace, Verdict, are_bound, bonds, in_order, parts_to_test, told
from grader.judge.reliance import reliance_words
from grader.judge.running import run_tests
from grader.judge.scoring import part_results, result_of, shares, shown, stopped_result, total_score, untested_parts
from grader.judge.source import Source, confirm_places
from grader.judge.text import gettext, render, translate_with
from grader.judge.workplace import Learnt, Workplace
from grader.results import Misconception, SubmissionResult, SubmissionStatus, TestStatus
from grader.sandbox.alone import LoneTemplate
from grader.sandbox.choice import start_template
from grader.sandbox.exchange import LoadReport
from grader.sandbox.gpu import Gpu, find_gpu
from grader.sandbox.session import Session
from grader.sandbox.template import Template, TemplatePlan
from grader.sandbox.wall import Contents, Wall


@dataclass(frozen=True)
class JudgePlan:
    """What a judge is made of; plain data, so that a worker in another process can make its own.

    `visibilities`: the tests to run; the points of those that are left out stay theirs. `keyword`: run only tests that match it
    (`pytest -k`). `seed`: of the tests' random inputs; None for the assignment's own.
    """

    folder: AssignmentFolder
    wall: Wall
    hidden: tuple[Path, ...]
    language: str
    device: str = "cpu"
    visibilities: tuple[str, ...] = ("public", "hidden")
    seed: int | None = None
    keyword: str = ""


def begin_template(plan: JudgePlan) -> Template | LoneTemplate:
    """Start the template of a plan, which then gets warm by itself. Raises `SandboxFault`."""
    folder, assignment = plan.folder, plan.folder.specification
    weights = {name: weights_file(model, folder) for name, model in assignment.models.items()}
    hub = {name: model for model, spec in assignment.models.items() for name in spec.hub}
    gpu = find_gpu() if assignment.limits.gpu else Gpu()
    contents = Contents(weights, hub, folder.pictures, plan.hidden, folder.networks, gpu)
    return start_template(TemplatePlan(plan.wall, contents, assignment))


class Judge:
    """A context manager; the template starts with it and ends with it.

    Raises `SpecificationError` when the course's own code is at fault, `SandboxFault` when the template does not start.
    """

    def __init__(self, plan: JudgePlan) -> None:
        self.plan = plan
        forget_code(plan.folder.path, *plan.folder.reference_files)  # a judge before this one may have had it otherwise
        self.snapshot = Snapshot(plan.folder)
        self.assignment = plan.folder.specification
        self.limit = self.assignment.limits.submission_bytes
        self.translate: Callable[[str], str] = translate_with(plan.language, plan.folder.locale, self.assignment.id)
        self.weights = {name: weights_file(model, plan.folder) for name, model in self.assignment.models.items()}
        if plan.folder.is_bundle and "hidden" in plan.visibilities:
            raise SpecificationError(f"{plan.folder.path}: is a student's bundle: there is nothing in it to grade by")
        answers = open_answers(plan.folder, self.weights, plan.device)
        comparisons = Comparisons(self.assignment, load_file(plan.folder.comparison))
        self.setting = Setting(plan.folder, answers, comparisons, self.assignment.seed if plan.seed is None else plan.seed)
        self.diagnosis = open_diagnosis(plan.folder, answers, comparisons)
        drawn = plan.folder.figures
        self.figures = Figures(self.assignment, load_file(drawn) if drawn.is_file() else None)
        calling = plan.folder.calling
        self.alternatives = Alternatives(load_file(calling) if calling.is_file() else None, answers)
        everything = self.collect()
        self.share = shares(self.assignment, everything)
        self.digests = part_digests(plan.folder, [(test.id, test.part) for test in everything])
        self.withheld = tuple(test for test in everything if test.visibility not in plan.visibilities)
        visible = [test for test in everything if test.visibility in plan.visibilities]
        self.tests = CollectedTests(self.setting, plan.visibilities, plan.keyword)
        self.planned = self._select() if plan.keyword else visible
        self.left_out = len(visible) - len(self.planned)
        self.template: Template | LoneTemplate | None = None

    @classmethod
    def begin(cls, plan: JudgePlan) -> Judge:
        """One whose template gets warm while the course's code is loaded. Whoever asks for it has to close it."""
        template = begin_template(plan)
        try:
            judge = cls(plan)
        except BaseException:
            template.close()
            raise
        judge.template = template
        return judge

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
        """Wait until the template is warm; start it where there is none."""
        if self.template is None:
            self.template = begin_template(self.plan)
        try:
            self.template.get_ready()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Judge:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the template, if there is one, and the session of the tests; `start` may be called again."""
        self.tests.close()
        if self.template is not None:
            self.template.close()
            self.template = None

    def grade(self, submission: Submission) -> SubmissionResult:
        """Judge one submission. Never raises for what a submission does."""
        return self.verdict(submission).result

    def verdict(self, submission: Submission, kept: Verdict | None = None) -> Verdict:
        """Judge one submission, or the parts of it on which the verdict `kept` does not stand. Never raises for what it does."""
        started = time.perf_counter()
        digest = submission.digest_if_readable(self.limit)  # of what is now graded: it may be another work when that is done
        try:
            graded = self._grade_again(submission, kept) if kept is not None else self._grade(submission)
        except GraderError as error:
            graded = self._fault(f"{type(error).__name__}: {error}")
            if isinstance(error, SandboxFault):  # the others (a file that cannot be read) leave the template as it was
                self._recover()
        except Exception:  # noqa: BLE001  a bug of the grader must not become a student's zero, nor end the run
            graded = self._fault(traceback.format_exc(limit=-3))
            self._recover()
        # What is kept took its time too: the longest are graded first, and all tests of a submission share `total_seconds`.
        seconds = time.perf_counter() - started + graded.kept_seconds
        result = self.result(submission, digest, graded, seconds)
        return Verdict(result=result, trace=graded.trace, course=self.snapshot.digest())

    def result(self, submission: Submission, digest: str, graded: Graded, seconds: float) -> SubmissionResult:
        """The record of a submission that was judged; `digest` of what was judged."""
        return SubmissionResult(
            student=submission.student,
            path=submission.place,
            digest=digest,
            status=graded.status,
            score=graded.score,
            max_score=shown(self.assignment.points),
            messages=tuple(dict.fromkeys(render(message, self.translate) for message in graded.messages)),
            seconds=round(seconds, 3),
            parts=part_results(self.assignment, graded.tests, self.share),
            tests=graded.tests,
            own_figures=graded.own_figures,
            own_figures_left_out=graded.own_figures_left_out,
        )

    def _recover(self) -> None:
        """Start another template. Where that cannot be done, the next submission's result says that there is none."""
        self.close()
        with contextlib.suppress(GraderError, OSError):
            self.start()

    def _grade_again(self, submission: Submission, kept: Verdict) -> Graded:
        """The same as `_grade` finds, with fewer tests run where that is certain."""
        parts, trace = parts_to_test(kept, self.digests), kept.trace
        if trace is not None and trace.ended:
            return self._ended_again(kept)
        if len(parts) == len(self.digests.tests):
            return self._grade(submission)
        if not parts:
            return Graded.again(kept, self.digests)
        began = time.monotonic()
        graded = self._grade(submission, parts, kept)
        used, trace = kept.result.seconds + time.monotonic() - began, graded.trace
        # A whole run would have tested them one after the other: they must not have met, nor together run out of time.
        apart = trace is not None and trace.apart and not are_bound(parts, bonds(graded.tests, trace.tests))
        return graded if apart and used < self.assignment.limits.total_seconds / 2 else self._grade(submission)

    def _grade(self, submission: Submission, parts: frozenset[str] = frozenset(), kept: Verdict | None = None) -> Graded:
        """The verdict on a submission; with `kept` only `parts` are tested, and the rest is taken from it."""
        opened = self.open(submission)
        if isinstance(opened, Graded):
            return opened
        with contextlib.closing(opened.workplace):
            plugin = self.tests.run(proxy_maker(opened.workplace), parts)
            apart = opened.workplace.kept_apart()
        try:
            plugin.settle()
            return self.conclude(plugin.ran, opened, apart, kept)
        finally:
            plugin.forget()

    def open(self, submission: Submission) -> Opened | Graded:
        """Load a submission: ready for its tests, or the end of it. Raises `GraderError` when the grader fails."""
        if submission.problem == "unreadable":
            raise GraderError(", ".join(submission.candidates))
        if submission.main is None:
            return self._ended(without_file(submission))
        try:
            files = submission.files(self.limit)
        except ValueError:
            return self._ended(too_large(submission.main, self.assignment.limits))
        except OSError as error:
            raise GraderError(f"{submission.main}: {error.strerror}") from error
        return self._load(files, next(iter(files)))

    def _load(self, files: dict[str, bytes], main: str) -> Opened | Graded:
        template = self.template
        if template is None:
            raise SandboxFault("the sandbox's template could not be started")

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

    def conclude(self, ran: list[Ran], opened: Opened, apart: bool = False, kept: Verdict | None = None) -> Graded:
        """The verdict on tests that have run; others are taken from `kept`. `apart`: see `grader.judge.regrading`."""
        report, source = opened.report, opened.source
        named = self._name_misconceptions(ran)
        confirm_places(ran, source, report.failures)
        tests = tuple(
            result_of(item, self.share[item.test.id], self.translate, named.get(item.test.part) if item.outcome else None)
            for item in ran
        )
        tests = self.figures.add_to(tests, ran, self.translate)
        traces = {item.test.id: self._trace(item, opened.workplace) for item in ran}
        kept_seconds = 0.0
        if kept is not None and kept.trace is not None:
            tests = in_order(self.planned, kept.result.tests, tests)
            kept_seconds = sum(kept.trace.tests[test.id].seconds for test in tests if test.id not in traces)
            traces = {test.id: traces.get(test.id) or kept.trace.tests[test.id] for test in tests}
        answered = {test.part: traces[test.id].answered for test in tests if traces[test.id].answered}
        relied = reliance_words(self.assignment, source, answered, tests)
        messages = [*loading_messages(self.assignment, report, source), *relied, *told(traces.values())]
        score = total_score(tests, self.share)
        status = SubmissionStatus.GRADED if score is not None else SubmissionStatus.GRADER_ERROR
        stopped = why_nothing(report) if tests and all(test.status is TestStatus.NOT_FOUND for test in tests) else None
        trace = Trace(digests=self.digests, tests=traces, apart=apart)
        shown = own_figures(report.drawings, source)
        return Graded(stopped or status, score, tests, messages, trace, shown, report.drawings.left_out, kept_seconds)

    def _trace(self, item: Ran, workplace: Workplace) -> TestTrace:
        own, memory = workplace.learnt.get(item.test.id, Learnt()), workplace.memory[item.test.part]
        way = memory.known or memory.furthest
        accepted = fixed_texts([text for compared in item.compared for text in compared.call.notes])
        return TestTrace(
            asked=tuple(sorted(item.asked | own.called)),
            notes=tuple(render(text, self.translate) for text in own.notes),
            accepted=tuple(render(text, self.translate) for text in accepted),
            answered=way.candidate.name if way is not None else "",
            seconds=round(item.seconds, 6),
        )

    def _name_misconceptions(self, ran: list[Ran]) -> dict[str, Misconception]:
        named = {}
        for part in self.assignment.parts:
            own = [item for item in ran if item.test.part == part.id]
            compared = [one for item in own for one in item.compared]
            raised = [item.outcome.call for item in own if isinstance(item.outcome, CodeRaised) and item.outcome.call]
            mostly = len(raised) > len(own) - len(raised)  # else it is the answers that tell of the submission
            variant = self.diagnosis.name(part.id, compared, raised if mostly else ())
            if variant is not None:
                named[part.id] = Misconception(id=variant.id, explanation=variant.explanation(self.plan.language))
        return named

    def _ended(self, ending: Ending) -> Graded:
        tests = tuple(stopped_result(test, self.share[test.id], ending.test_status, self.translate) for test in self.planned)
        return Graded(ending.status, 0.0, tests, [ending.text], Trace(digests=self.digests, ended=True))

    def _ended_again(self, kept: Verdict) -> Graded:
        """What `_ended` made of it before, with the tests of now: no test had any part in it."""
        how = kept.result.tests[0].status
        tests = tuple(stopped_result(test, self.share[test.id], how, self.translate) for test in self.planned)
        trace, took = Trace(digests=self.digests, ended=True), kept.result.seconds
        return Graded(kept.result.status, 0.0, tests, list(kept.result.messages), trace, kept_seconds=took)

    def _fault(self, reason: str) -> Graded:
        tests = tuple(stopped_result(test, self.share[test.id], TestStatus.GRADER_ERROR, self.translate) for test in self.planned)
        text = gettext("The grader failed; this is not the submission's fault: {reason}", reason=reason)
        return Graded(SubmissionStatus.GRADER_ERROR, None, tests, [text])
