"""`submission` in a test: attribute access becomes a call in the sandbox.

A part's id finds the student's implementation in whatever style it was written (`grader.judge.calling`); any other name is called
as it stands. What worked once is tried first the next time.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from grader.course.specification import Part
from grader.errors import SubmissionOutOfMemory, SubmissionStopped, SubmissionTimedOut
from grader.judge.alternatives import Alternative, AxesQuestion, Reading
from grader.judge.calling import attempts_in_turn, nearest_first
from grader.judge.delivery import (
    asked_arguments,
    axes_of,
    changes_axes,
    essence,
    in_mode,
    join,
    left_out,
    requests_of,
    served_model,
)
from grader.judge.forms import with_an_axis_more
from grader.judge.naming import FILE_WORDS, words_of
from grader.judge.offers import Candidate
from grader.judge.outcome import Call, CodeRaised, Mismatch, NotFound, Stopped
from grader.judge.plain import kinds, plain, weight
from grader.judge.question import Attempt, Question
from grader.judge.search import Search
from grader.judge.text import gettext
from grader.judge.words import adaptation_notes, call_note_words, not_found_words, wrote_words
from grader.judge.workplace import Learnt, Workplace
from grader.results import TestStatus
from grader.sandbox.exchange import Answer, Failure
from grader.sandbox.inventory import Parameter
from grader.sandbox.session import CallProcess, MemoryChanged, StateUnknown
from grader.wire.values import Model, Value

_USED_UP = {"MemoryError", "OSError", "RecursionError"}
_SHORTAGE = ("alloc", "memory", "thread")  # in messages of errors that others may have brought about
_PATIENT_SEARCHES = 2  # tests of a part in which nothing worked; then only the first ways are tried
_MOST_ANSWER_BYTES = 768 << 20  # of all answers of a submission, by `weight`
_SMALL_ANSWER_BYTES = 4 << 20  # an answer of so few is kept beyond that, too: a function of giant ones costs its own part alone
_Result = TypeVar("_Result")


class SubmissionProxy:
    """The fixture `submission` of one test. Methods raise the outcomes of `grader.judge.outcome`.

    The tests follow one another in one process while none leaves anything behind, in a model that it was given or in what the
    submission remembers: else the next starts from the loaded submission again. Each test is given fresh models.

    What a submission is asked, and where, never depends on whether it answered rightly: it could switch to its second guess.
    """

    def __init__(self, workplace: Workplace, part: str, test: str = "") -> None:
        self._workplace = workplace
        self._part = part
        self._learnt = workplace.learnt.setdefault(test, Learnt())
        self._test = test
        self._failure: Failure | None = None  # what its last call came to
        self._used = False  # whether it had a process that earlier tests used
        self._hung = False
        self._process: CallProcess | None = None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        parts = {part.id: part for part in self._workplace.assignment.parts}
        if name in parts:
            return lambda *arguments: self.answer(parts[name], arguments)
        return lambda *arguments, **keywords: self._call_by_name(name, arguments, keywords)

    def answer(self, part: Part, arguments: tuple[Any, ...]) -> Any:
        """The student's answer to a part, in plain numbers."""
        return self.call(part, arguments)[1]

    def call(self, part: Part, arguments: tuple[Any, ...]) -> tuple[Call, Any]:
        """The call as it was made, and the answer. The call's arguments are those that the answer belongs to."""
        part.check_count(arguments)
        place, memory = self._workplace, self._workplace.memory[part.id]
        self._learnt.called.add(part.id)
        model = served_model(place.assignment, part, place.report)
        question = self._question(part, arguments, model)
        search = self._search(question, arguments)
        if search.found is None and search.ways_failed > 1 and not memory.fruitless:
            # A call that failed may have left behind what nobody sees: once, each way is tried in a process of its own.
            self.discard()
            search = self._search(question, arguments, apart=True)
        if search.found is None:
            memory.came_to_nothing(search.furthest[0] if memory.fruitless < _PATIENT_SEARCHES else None)
            outcome = self._outcome(question, *search.furthest)
            if isinstance(outcome, CodeRaised):
                outcome.call = Call(part.id, arguments)
            raise outcome
        attempt, answer = self._with_axes(question, *search.found, arguments)
        memory.worked(attempt, axes_of(arguments))
        return self._finish(question, attempt, arguments, answer)

    def _question(self, part: Part, arguments: tuple[Any, ...], model: Model) -> Question:
        place = self._workplace
        alternatives = place.alternatives.of(part, arguments, model) if place.alternatives is not None else {}
        return Question(place.assignment, part, place.report, alternatives, place.roles, place.looked_up)

    def _with_axes(
        self, question: Question, attempt: Attempt, answer: Answer, arguments: tuple[Any, ...]
    ) -> tuple[Attempt, Answer]:
        """What was found, or the same with an axis more and its answer: code for a batch of one takes the first channel for the
        first picture, and no error tells."""
        place, known = self._workplace, self._workplace.memory[question.part.id].meant
        probe = place.alternatives.axes(question.part) if place.alternatives is not None else None
        if probe is None or axes_of(probe.arguments) != axes_of(arguments):
            return attempt, answer
        if attempt not in known:
            known[attempt] = self._meant(question.part, attempt, probe)
        meant = known[attempt]
        return (attempt, answer) if meant == attempt else (meant, self._attempt(question, meant, arguments))

    def _meant(self, part: Part, attempt: Attempt, probe: AxesQuestion) -> Attempt:
        """The attempt, or the one with an axis more that answers a known question where it does not."""
        model = served_model(self._workplace.assignment, part, self._workplace.report)
        question = self._question(part, probe.arguments, model)
        alternative = question.alternative_of(attempt)
        if alternative is not None and any(isinstance(value, Model) for value in alternative.roles.values()):
            return attempt  # to answer, a network would have to run
        with contextlib.suppress(Stopped), self._aside():  # who hangs there has answered the test's own question
            for one in (attempt, *with_an_axis_more(question, attempt)):
                answer = self._attempt(question, one, probe.arguments)
                if answer.failure is None and probe.fits(self._read(alternative, answer)):
                    return one
        return attempt

    @contextlib.contextmanager
    def _aside(self) -> Iterator[None]:
        """In the body calls go to a process of their own, if the session has more than one, and leave no notes: the test's own
        calls find nothing of them."""
        process, failure, notes = self._process, self._failure, len(self._learnt.notes)
        apart = self._workplace.session.forks
        self._process = None if apart else process
        try:
            yield
        finally:
            if apart:
                self.discard()
                self._process = process
            self._failure = failure
            del self._learnt.notes[notes:]

    def _search(self, question: Question, arguments: tuple[Any, ...], *, apart: bool = False) -> Search:
        """Ask in one way after the other, where the last one left nothing behind; `apart`: each in a process of its own."""
        search = Search(self._workplace.memory[question.part.id].known)
        tried: set[Attempt] = set()
        unfit: list[Attempt] = []
        for attempt in self._worth_trying(question, arguments):
            same = essence(question, attempt, arguments)
            if same in tried or search.is_idle(attempt):
                continue
            tried.add(same)
            if self._passes_probe(question, attempt, arguments):
                search.add(attempt, self._attempt(question, attempt, arguments))
            else:
                unfit.append(attempt)
            if search.is_over:
                break
            if apart or self._process is None or self._process.over:
                self.discard()
            else:
                self._process.keep(apart=True)
        if search.found is None and not search.ways_failed and unfit:  # there is nothing else to say of it
            search.add(unfit[0], self._attempt(question, unfit[0], arguments))
        return search

    def _passes_probe(self, question: Question, attempt: Attempt, arguments: tuple[Any, ...]) -> bool:
        """Whether the function reads its arguments in the attempt's way, as far as the alternative has a question that tells."""
        alternative, probed = question.alternative_of(attempt), self._workplace.memory[question.part.id].probed
        if alternative is None or alternative.probe is None:
            return True
        if attempt not in probed:
            asked = replace(alternative, roles=alternative.probe.roles)
            answer = self._attempt(replace(question, alternatives={alternative.id: asked}), attempt, arguments)
            probed[attempt] = answer.failure is None and alternative.probe.fits(plain(answer.value))
        return probed[attempt]

    def _worth_trying(self, question: Question, arguments: tuple[Any, ...]) -> Iterator[Attempt]:
        """What worked before, then whatever else might: looked for only where it is needed.

        What worked by another number of axes is not tried first where the arguments have others: a batch needs no further one.
        """
        part, memory = question.part, self._workplace.memory[question.part.id]
        known = memory.known
        first = known is not None and (not changes_axes(known) or memory.known_axes == axes_of(arguments))
        if known is not None and first:
            yield known
        possible = attempts_in_turn(question)
        nearest = next(possible, None)
        if nearest is None:
            said, hint = not_found_words(part, self._workplace.report)
            raise NotFound(said, hint=hint)
        possible = itertools.chain([nearest], possible)
        if known is not None:
            possible = iter(nearest_first(list(possible), known))
        elif memory.furthest is not None and memory.fruitless >= _PATIENT_SEARCHES:
            # The furthest last: a number in a list is tried only where another call has failed for want of it.
            possible = itertools.chain(itertools.islice(possible, len(part.accepts)), [memory.furthest])
        yield from (attempt for attempt in possible if attempt != known or not first)

    def _outcome(self, question: Question, attempt: Attempt, answer: Answer) -> CodeRaised | Mismatch:
        """How the call ended that tells most, of those that gave no value to compare."""
        failure, parameters = answer.failure, attempt.candidate.parameters
        if failure is None:
            message = gettext("Your function returned an object instead of numbers.")
            return Mismatch(message, hint=gettext("Return a tensor, an array, a list or a number."))
        refused = attempt.candidate.target.get("via") == "install"  # by the sandbox, before the network ran
        if refused and "HookedArgument" in failure.types:
            return Mismatch(
                gettext(
                    "{name} hooks the layer that it is given, but while the file ran nothing gave it one.",
                    name=attempt.candidate.name,
                ),
                hint=gettext(
                    "Use it in a function of ({given}), which returns what was stored.", given=", ".join(question.roles.order)
                ),
            )
        unmade = "NotMade" in failure.types  # by the sandbox, too
        known = bool(parameters) or self._takes_nothing(attempt.candidate)
        may_be_its_own = not (refused or unmade) and (attempt.candidate.binding.complete or not known)
        reads_a_file = not attempt.alternative and any(_is_of_a_file(question, parameter) for parameter in parameters)
        if not reads_a_file and (failure.line or may_be_its_own or "TypeError" not in failure.types):
            return CodeRaised(failure)
        maker = attempt.candidate.maker if unmade else ()
        required = [parameter.name for parameter in (*maker, *parameters) if parameter.required]
        given = ", ".join(question.roles.order)
        hint = gettext("Give every further parameter a default value.")
        if reads_a_file:
            hint = gettext("Read the file elsewhere, and give the function what was in it.")
        elif attempt.candidate.style == "call" and required[:1] == ["self"]:
            hint = gettext("Leave out self: it is a parameter of methods in a class.")
        elif len(parameters) < len(question.roles.order) - len(question.roles.optional):
            hint = gettext("Give the function a parameter for each thing that the task gives.")
        if not parameters and not required:
            said = gettext("Your function cannot be called with what the task gives: it takes no arguments.")
        else:
            said = gettext(
                "Your function cannot be called with what the task gives: it asks for ({asked}).", asked=", ".join(required)
            )
        return Mismatch(
            said,
            expected=gettext("a function of ({given})", given=given),
            hint=hint,
        )

    def _takes_nothing(self, candidate: Candidate) -> bool:
        """Whether it is known to have no parameters."""
        entry = self._workplace.report.names.get(str(candidate.target.get("name")))
        method = entry.methods.get(str(candidate.target.get("method"))) if entry is not None else None
        return getattr(method or entry, "parameters", None) == ()

    def _attempt(self, question: Question, attempt: Attempt, arguments: tuple[Any, ...]) -> Answer:
        answers = []
        for request in requests_of(question, attempt, arguments):
            answer = self._ask(request.target, request.positional, request.keywords, request.form)
            if answer.failure is not None:
                return answer
            answers.append(answer)
        if len(answers) == 1:
            return answers[0]
        return Answer(join([answer.value for answer in answers]), None, (), wrote=any(answer.wrote for answer in answers))

    def _finish(self, question: Question, attempt: Attempt, arguments: tuple[Any, ...], answer: Answer) -> tuple[Call, Any]:
        part, alternative = question.part, question.alternative_of(attempt)
        if self._workplace.may_be_quoted:
            self._learnt.notes += adaptation_notes(part, attempt, alternative)
        if answer.wrote:
            self._learnt.notes.append(wrote_words(part))
        asked, value = asked_arguments(question, attempt, arguments), self._read(alternative, answer)
        if isinstance(value, Reading):
            value, asked = value.answer, value.asked
        heavy = weight(value)
        if heavy > _SMALL_ANSWER_BYTES and self._workplace.answer_bytes + heavy > _MOST_ANSWER_BYTES:
            raise CodeRaised(Failure(("Unsendable",), "all its answers together are too large", 0, 0, ""))
        self._workplace.answer_bytes += heavy
        omitted = left_out(question, attempt, arguments)
        return Call(part.id, asked, attempt.candidate.style, kinds(answer.value), omitted=omitted), value

    def _read(self, alternative: Alternative | None, answer: Answer) -> Any:
        value = plain(answer.value)
        return value if alternative is None or alternative.read is None else alternative.read(value)

    def _call_by_name(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        if name not in self._workplace.report.names:
            raise NotFound(gettext("Nothing was found under the name {name}.", name=name))
        form = "torch" if "torch" in self._workplace.assignment.preload else "numpy"
        answer = self._ask({"via": "name", "name": name}, list(arguments), keywords, form)
        if answer.failure is not None:
            raise CodeRaised(answer.failure)
        return plain(answer.value)

    def state(self, model: Model, *inputs: Any) -> dict[str, Any]:
        """Of a model as this test's calls left it a dict: `digest` of parameters and buffers, `training` where it or a layer to
        which that matters is in training mode, and `output`.

        The last is what it answers to `inputs` in eval mode and without gradients, as an array; None without them, and where it
        raises or gives no array. The reference has no state: what it should be after a step of training a test computes itself.
        """
        lent = in_mode(model, self._workplace.report)
        try:
            digest, training, output = self._asked(lambda process: process.state(lent, inputs))
        except StateUnknown as error:
            self._failure = error.failure
            raise CodeRaised(error.failure) from error
        return {"digest": digest, "training": training, "output": plain(output)}

    def _ask(self, target: dict[str, Value], positional: list[Any], keywords: dict[str, Any], form: str) -> Answer:
        report = self._workplace.report
        arguments = [in_mode(value, report) for value in positional]
        named = {name: in_mode(value, report) for name, value in keywords.items()}
        answer = self._asked(lambda process: process.call(target, arguments, named, form))
        self._failure = answer.failure
        self._learnt.notes += [text for note in answer.notes if (text := call_note_words(note)) is not None]
        return answer

    def _asked(self, question: Callable[[CallProcess], _Result]) -> _Result:
        """What a process answers: that of earlier tests, or a fresh one where that remembers something of them."""
        process = self._open()
        try:
            return self._guard(lambda: question(process))
        except MemoryChanged:
            self.discard()
            fresh = self._open()
            return self._guard(lambda: question(fresh))

    def _open(self) -> CallProcess:
        if self._process is None or self._process.over:
            self._used = self._used or self._workplace.kept is not None
            self._process = self._guard(lambda: self._workplace.take(self._part))
        return self._process

    def _guard(self, action: Callable[[], _Result]) -> _Result:
        try:
            return self._watch(action)
        except SubmissionTimedOut as error:
            self._hung = True
            raise Stopped(TestStatus.TIMED_OUT, gettext("Your code did not finish in the time that it has.")) from error
        except SubmissionOutOfMemory as error:
            raise Stopped(TestStatus.CRASHED, gettext("Your code's process was ended because memory ran out.")) from error
        except SubmissionStopped as error:
            raise Stopped(TestStatus.CRASHED, gettext("Your code's process ended before it answered.")) from error

    def _watch(self, action: Callable[[], _Result]) -> _Result:
        try:
            return action()
        except SubmissionStopped as error:
            self._workplace.misbehaved(self._part, error)
            raise

    def release(self) -> None:
        """After the test: keep the process for the next one, or end it, as after a failure that has not been seen alone."""
        if self._failure is not None and not self._used:
            self._workplace.memory[self._part].failures_alone.add(self._likeness(self._failure))
        if self._process is not None and not self._process.over and (self._failure is None or self._fails_alone(self._failure)):
            self._process.keep(apart=self._failure is not None)
            self._workplace.kept = self._process
            self._process = None
        self.discard()

    def start_afresh(self) -> bool:
        """Whether the test, in which the submission's code failed, may fare better in a process of its own: then there is no
        other any more. Not after a hang, which would take as long again, nor where the part has failed like this on its own.
        """
        known = self._failure is not None and self._fails_alone(self._failure)
        if not self._used or self._hung or known or not self._workplace.clear_for_another_try():
            return False
        self._workplace.learnt.pop(self._test, None)
        return True

    def _fails_alone(self, failure: Failure) -> bool:
        """Whether a test of the part has failed in this place, in this way, in a process that no other had used: it is the code
        that does, whatever others took or left behind. What tells of memory, threads and files may always come of others.
        """
        of_others = _USED_UP & set(failure.types) or any(word in failure.message for word in _SHORTAGE)
        return not of_others and self._likeness(failure) in self._workplace.memory[self._part].failures_alone

    def _likeness(self, failure: Failure) -> tuple[str, ...]:
        place = f"{failure.cell}:{failure.line}"
        return place, failure.type_name, "".join(sign for sign in failure.message if not sign.isdigit())

    def discard(self) -> None:
        """End this test's process; the next call starts from the loaded submission again."""
        if self._process is not None:
            self._process.close()
            self._process = None


def _is_of_a_file(question: Question, parameter: Parameter) -> bool:
    """Whether a parameter that must be given is named after a file: what it was given instead fails where nothing tells why."""
    named_so = parameter.required and words_of(parameter.name) & FILE_WORDS
    return bool(named_so) and not question.roles.named(parameter.name, question.roles.order)
