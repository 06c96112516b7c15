"""`grade run --watch`: grade, then grade again whatever changes, a submission or the tests, until Ctrl-C.

A plain loop over `grade run`. The journal keeps what did not change from being graded again.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from grader.cli.console import Console
from grader.cli.occupied import occupied
from grader.cli.run import Round, RunRequest, check_request, clear_leftovers, run_round
from grader.cli.status import STOPPED
from grader.errors import GraderError, UsageError
from grader.run.watch import Fingerprint, course_fingerprint, fingerprint, wait_for_change


def watch_command(request: RunRequest) -> int:
    """Do it, in a folder that no other command gets meanwhile; the exit status of the last round."""
    if request.submissions.is_file():
        raise UsageError(f"--watch: {request.submissions} is a file; what changes is watched in a folder")
    check_request(request)
    with occupied(request.out):
        return _watch(request)


def _watch(request: RunRequest) -> int:
    console = Console(request.quiet, request.verbose)
    clear_leftovers(request, console)
    seen = fingerprint(request.submissions, without=request.out)  # before the first round: what changes meanwhile is graded next
    last = run_round(request, console)
    seen |= last.course
    request = replace(request, fresh=False, open=False)
    try:
        while last.status != STOPPED:
            console.say(f"Watching {request.submissions}; Ctrl-C ends it.")
            seen = wait_for_change(partial(_look, request, last), seen)
            last = _next_round(request, last, console)
    except KeyboardInterrupt:
        console.say("Stopped watching.")
    return last.status


def _look(request: RunRequest, last: Round) -> Fingerprint:
    """The submissions, and the course's files that the last round's verdicts depend on."""
    return fingerprint(request.submissions, without=request.out) | course_fingerprint(last.folders)


def _next_round(request: RunRequest, last: Round, console: Console) -> Round:
    try:
        found = run_round(request, Console(quiet=True, verbose=False))
    except (GraderError, OSError) as error:
        # A folder that is being moved, a notebook that is half written: the next change may mend it.
        console.warn(str(error))
        return last
    for line in changes(last, found):
        console.say(line)
    return found


def changes(last: Round, found: Round) -> list[str]:
    """A line for each submission whose result is new, another, or gone."""
    lines = []
    for out, results in found.results.items():
        before = {one.student: one for one in last.results[out].submissions} if out in last.results else {}
        for one in results.submissions:
            if before.pop(one.student, None) != one:
                score = "not graded" if one.score is None else f"{one.score:g} of {one.max_score:g}"
                lines.append(f"{results.assignment.id}: {one.student}: {score} ({one.status})")
        lines += [f"{results.assignment.id}: {student}: gone" for student in before]
    return lines
