"""One submission in, one result out.

A `Judge` holds what a worker needs for an assignment: its material, the tests as they were collected and a warm template.
`grade` never raises for anything that a submission does; what goes wrong on the grader's side becomes `grader_error`.
"""

from __future__ import annotations

import contextlib
import time
import traceback
from dataclasses import dataclass, replace
from pathlib import Path

from grader.course.assignment import AssignmentFolder
from grader.course.submission import Submission, readable
from grader.errors import CourseNeeded, GraderError, SandboxFault, SubmissionStopped
from grader.fixtures.weights import weights_file
from grader.judge.collected import CollectedTests
from grader.judge.encoding import own_figures
from grader.judge.ending import Ending, too_large, unreadable, while_loading, without_file
from grader.judge.graded import Graded, Opened, fixed_texts, loading_messages, why_nothing
from grader.judge.material import load_material
from grader.judge.outcome import CodeRaised
from grader.judge.plugin import Ran, proxy_maker
from grader.judge.regrading import TestTrace, Trace, Verdict, are_bound, bonds, in_order, parts_to_test, told
from grader.judge.reliance import reliance_words
from grader.judge.scoring import part_results, result_of, shown, stopped_result, total_score
from grader.judge.source import Source, confirm_places
from grader.judge.text import gettext, render
from grader.judge.workplace import Learnt, Workplace
from grader.results import Misconception, SubmissionResult, SubmissionStatus, TestResult, TestStatus
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
    (`pytest -k`). `seed`: of the tests' random inputs; None for the assignment's own. `environment`: the libraries that answers
    depend on; whoever names them has small answers remembered in the next run, and needs less of the course's code in this one.
    """

    folder: AssignmentFolder
    wall: Wall
    hidden: tuple[Path, ...]
    language: str
    device: str = "cpu"
    visibilities: tuple[str, ...] = ("public", "hidden")
    seed: int | None = None
    keyword: str = ""
    environment: str = ""


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
        self.assignment = plan.folder.specification
        self.limit = self.assignment.limits.submission_bytes
        self._load_course(by_memory=True)
        self.template: Template | LoneTemplate | None = None
        self._first: LoadReport | None = None  # of the submission in hand, before any test
        self._gone = 0.0  # when its tests had been run, and its session was closed

    def _load_course(self, *, by_memory: bool) -> None:
        plan = self.plan
        self.material = load_material(
            plan.folder,
            plan.language,
            plan.visibilities,
            device=plan.device,
            seed=plan.seed,
            keyword=plan.keyword,
            environment=plan.environment,
            by_memory=by_memory,
        )
        self.tests = CollectedTests(self.material.setting, plan.visibilities, plan.keyword)

    def _load_all(self) -> None:
        """Load the code of the reference and the known mistakes, too."""
        self.tests.close()
        self.material.remember()
        self._load_course(by_memory=False)

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
        self.material.remember()

    def grade(self, submission: Submission) -> SubmissionResult:
        """Judge one submission. Never raises for what a submission does."""
        return self.verdict(submission).result

    def verdict(self, submission: Submission, kept: Verdict | None = None) -> Verdict:
        """Judge one submission, or the parts of it on which the verdict `kept` does not stand. Never raises for what it does."""
        started = time.perf_counter()
        self._first = None
        digest = submission.digest_if_readable(self.limit)  # of what is now graded: it may be another work when that is done
        graded = self._attempt(submission, kept)
        if self.material.remembered.lacks:
            # From the beginning: loading the course's code in between would take the submission's time.
            graded = self._attempt(submission, kept, load=True)
        # What is kept took its time too: the longest are graded first, and all tests of a submission share `total_seconds`.
        seconds = time.perf_counter() - started + graded.kept_seconds
        result = self.result(submission, digest, graded, seconds)
        return Verdict(result=result, trace=graded.trace, course=self.material.snapshot.digest())

    def _attempt(self, submission: Submission, kept: Verdict | None, *, load: bool = False) -> Graded:
        """One try at it; `load` all of the course's code first."""
        try:
            if load:
                self._load_all()
            return self._grade_again(submission, kept) if kept is not None else self._grade(submission)
        except GraderError as error:
            graded = self._fault(f"{type(error).__name__}: {error}")
            if isinstance(error, SandboxFault):  # the others (a file that cannot be read) leave the template as it was
                self._recover()
        except Exception:  # noqa: BLE001  a bug of the grader must not become a student's zero, nor end the run
            graded = self._fault(traceback.format_exc(limit=-3))
            self._recover()
        return graded

    def result(self, submission: Submission, digest: str, graded: Graded, seconds: float) -> SubmissionResult:
        """The record of a submission that was judged; `digest` of what was judged."""
        return SubmissionResult(
            student=submission.student,
            path=submission.place,
            digest=digest,
            status=graded.status,
            score=graded.score,
            max_score=shown(self.assignment.points),
            messages=tuple(dict.fromkeys(render(message, self.material.translate) for message in graded.messages)),
            seconds=round(seconds, 3),
            parts=part_results(self.assignment, graded.tests, self.material.share),
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
        parts, trace = parts_to_test(kept, self.material.digests), kept.trace
        if trace is not None and trace.ended:
            return self._ended_again(kept)
        if len(parts) == len(self.material.digests.tests):
            return self._grade(submission)
        if not parts:
            return Graded.again(kept, self.material.digests)
        began = time.monotonic()
        graded = self._grade(submission, parts, kept)
        # Not with what came after its tests: that takes longer for wrong answers, which another session would tell it.
        used, trace = kept.result.seconds + self._gone - began, graded.trace
        # A whole run would have tested them one after the other: they must not have met, nor together run out of time.
        apart = trace is not None and trace.apart and not are_bound(parts, bonds(graded.tests, trace.tests))
        return graded if apart and used < self.assignment.limits.total_seconds / 2 else self._grade(submission)

    def _grade(self, submission: Submission, parts: frozenset[str] = frozenset(), kept: Verdict | None = None) -> Graded:
        """The verdict on a submission; with `kept` only `parts` are tested, and the rest is taken from it."""
        opened = self.open(submission)
        if isinstance(opened, Graded):
            return opened
        # Of a file that is graded once more nothing new is told: it can know hidden inputs while it is loaded.
        self._first = opened.workplace.first = self._first or opened.report
        opened = replace(opened, report=self._first)
        with contextlib.closing(opened.workplace):
            plugin = self.tests.run(proxy_maker(opened.workplace), parts)
            apart = opened.workplace.kept_apart()
        self._gone = time.monotonic()
        try:
            plugin.settle()
            return self._conclude_alone(plugin.ran, opened, apart, kept)
        finally:
            plugin.forget()

    def _conclude_alone(self, ran: list[Ran], opened: Opened, apart: bool, kept: Verdict | None) -> Graded:
        """The verdict, with the course's code loaded if a mistake's name asks for it. The submission is gone by then and is not
        run again: it would know, by some counter, that it had been wrong."""
        try:
            return self.conclude(ran, opened, apart, kept)
        except CourseNeeded:
            course = self.material.snapshot.digest()
            if not course:  # its files are others now, by which all of it is graded
                raise
            self._load_all()
            if self.material.snapshot.digest() != course:
                raise
            return self.conclude(ran, opened, apart, kept)

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
            place = readable(str(error.filename or submission.main))  # it may be a file beside the main one
            raise GraderError(f"{place}: {error.strerror or error}") from error
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
        workplace = Workplace(self.assignment, open_session, session, report, self.material.alternatives)
        return Opened(workplace, report, Source(main, files[main]))

    def conclude(self, ran: list[Ran], opened: Opened, apart: bool = False, kept: Verdict | None = None) -> Graded:
        """The verdict on tests that have run; others are taken from `kept`. `apart`: see `grader.judge.regrading`."""
        report, source, share, translate = opened.report, opened.source, self.material.share, self.material.translate
        named = self._name_misconceptions(ran)
        confirm_places(ran, source, report.failures)
        tests = tuple(
            result_of(item, share[item.test.id], translate, named.get(item.test.part) if item.outcome else None) for item in ran
        )
        tests = self.material.figures.add_to(tests, ran, translate)
        traces = {item.test.id: self._trace(item, opened.workplace) for item in ran}
        kept_seconds = 0.0
        if kept is not None and kept.trace is not None:
            tests = in_order(self.material.planned, kept.result.tests, tests)
            kept_seconds = sum(kept.trace.tests[test.id].seconds for test in tests if test.id not in traces)
            traces = {test.id: traces.get(test.id) or kept.trace.tests[test.id] for test in tests}
        answered = {test.part: traces[test.id].answered for test in tests if traces[test.id].answered}
        relied = reliance_words(self.assignment, source, answered, tests)
        messages = [*loading_messages(self.assignment, report, source), *relied, *told(traces.values())]
        score = total_score(tests, share)
        status = SubmissionStatus.GRADED if score is not None else SubmissionStatus.GRADER_ERROR
        stopped = why_nothing(report) if tests and all(test.status is TestStatus.NOT_FOUND for test in tests) else None
        trace = Trace(digests=self.material.digests, tests=traces, apart=apart)
        shown = own_figures(report.drawings, source)
        return Graded(stopped or status, score, tests, messages, trace, shown, report.drawings.left_out, kept_seconds)

    def _trace(self, item: Ran, workplace: Workplace) -> TestTrace:
        own, memory = workplace.learnt.get(item.test.id, Learnt()), workplace.memory[item.test.part]
        way = memory.known or memory.furthest
        accepted = fixed_texts([text for compared in item.compared for text in compared.call.notes])
        return TestTrace(
            asked=tuple(sorted(item.asked | own.called)),
            notes=tuple(render(text, self.material.translate) for text in own.notes),
            accepted=tuple(render(text, self.material.translate) for text in accepted),
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
            variant = self.material.diagnosis.name(part.id, compared, raised if mostly else ())
            if variant is not None:
                named[part.id] = Misconception(id=variant.id, explanation=variant.explanation(self.plan.language))
        return named

    def _not_run(self, status: TestStatus) -> tuple[TestResult, ...]:
        """All tests, none of which was run, for the reason that is their status."""
        material = self.material
        return tuple(stopped_result(test, material.share[test.id], status, material.translate) for test in material.planned)

    def _ended(self, ending: Ending) -> Graded:
        tests = self._not_run(ending.test_status)
        return Graded(ending.status, 0.0, tests, [ending.text], Trace(digests=self.material.digests, ended=True))

    def _ended_again(self, kept: Verdict) -> Graded:
        """What `_ended` made of it before, with the tests of now: no test had any part in it."""
        tests = self._not_run(kept.result.tests[0].status)
        trace, took = Trace(digests=self.material.digests, ended=True), kept.result.seconds
        return Graded(kept.result.status, 0.0, tests, list(kept.result.messages), trace, kept_seconds=took)

    def _fault(self, reason: str) -> Graded:
        tests = self._not_run(TestStatus.GRADER_ERROR)
        # A name on the disk may be no text, and results that cannot be written would be nobody's.
        reason = reason.encode("utf-8", "backslashreplace").decode()
        text = gettext("The grader failed; this is not the submission's fault: {reason}", reason=reason)
        return Graded(SubmissionStatus.GRADER_ERROR, None, tests, [text])
