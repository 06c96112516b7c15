"""`grade run`: plan, grade, report, in steps that each take the last one's result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from grader.cli.console import Console
from grader.cli.misuse import refuse_missing
from grader.cli.occupied import occupied
from grader.cli.options import check_language, check_out
from grader.cli.recording import GradebookNotes
from grader.cli.reportfolder import UNPACKED, check_not_handed_in, check_not_the_course, refuse_links
from grader.cli.status import FAULT, OK, STOPPED
from grader.course.assignment import AssignmentFolder
from grader.errors import UsageError
from grader.intake.intake import take_in
from grader.report.rendering import render
from grader.results import Results, SubmissionStatus
from grader.run.dispatch import Machines
from grader.run.plan import AssignmentRun, other_works, passed_over, plan_run, plan_works
from grader.run.run import RunOptions, run_assignment, write_results
from grader.run.sizing import jobs_that_fit, pick_device, usable_cores
from grader.run.watch import Fingerprint, course_fingerprint
from grader.run.workers import ThisMachine
from grader.sandbox.cgroups import remove_leftovers
from grader.sandbox.choice import WALLS, choose_wall
from grader.sandbox.scratch import remove_abandoned

_MOST_NAMES = 10


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """The options of `grade run` as they were given."""

    submissions: Path
    assignment: str | None
    out: Path
    jobs: int = 0
    device: str = "auto"
    sandbox: str = "auto"
    student: str = "*"
    language: str = ""
    fresh: bool = False
    quiet: bool = False
    verbose: bool = False
    open: bool = False
    gradebook: str = ""
    times: Path | None = None
    cluster: str = ""


@dataclass(frozen=True)
class Round:
    """What one run over the submissions came to: exit status, results by the folder of their report, the assignments, and the
    files that verdicts depend on as they were when it began."""

    status: int
    results: dict[Path, Results]
    folders: tuple[AssignmentFolder, ...] = ()
    course: Fingerprint = frozenset()


def run_command(request: RunRequest) -> int:
    """Do it; the exit status."""
    check_request(request)
    with occupied(request.out):
        clear_leftovers(request, console := Console(request.quiet, request.verbose))
        return run_round(request, console).status


def clear_leftovers(request: RunRequest, console: Console) -> None:
    """Clear away what killed runs have left on this machine, running or in folders, before workers do it, who could tell nobody
    what stays."""
    if not request.cluster:
        remove_leftovers(console.warn)
        remove_abandoned()


def run_round(request: RunRequest, console: Console) -> Round:
    """Grade what is to be graded, write the reports, open them where that was asked for; in a folder that is `occupied`."""
    notes = GradebookNotes(request.gradebook, request.times)
    runs = take_in_and_plan(request, console)
    notes.check(runs)
    if strangers := notes.strangers(runs, request.student):
        console.warn(f"--times: not in this run: {_first(strangers)}")
    with open_machines(request, console) as machines_for:
        return grade_runs(request, console, runs, machines_for, notes)


@contextmanager
def open_machines(request: RunRequest, console: Console) -> Iterator[Callable[[AssignmentRun], Machines]]:
    """What tells the machines that grade an assignment: the cluster that was named, or this one.

    Raises `WallError`, and `UsageError` when there is no such cluster, or not the library for it.
    """
    if request.cluster:
        try:
            from grader.run.cluster import Cluster  # an extra, and not quick to import
        except ModuleNotFoundError as error:
            raise UsageError(f"--cluster: {error}", remedy="pip install 'lab-grader[cluster]'") from error
        with Cluster(request.cluster, request.sandbox, console.warn) as cluster:
            yield lambda _run: cluster
        return
    wall = choose_wall(request.sandbox)
    if not wall.confines:
        console.warn("No wall: submissions run as you, and can read the hidden tests and everything else that you can.")
    elif wall.name != request.sandbox and wall.name != WALLS[0]:
        console.warn(f"The weaker wall is used: {wall.name}. `grade doctor` says why, and what helps.")
    if weakness := wall.weakness():
        console.warn(f"Wall: {wall.name}, but {weakness}.")
    yield lambda run: ThisMachine(wall, workers(request, run, console))


def grade_runs(
    request: RunRequest,
    console: Console,
    runs: list[AssignmentRun],
    machines_for: Callable[[AssignmentRun], Machines],
    notes: GradebookNotes,
) -> Round:
    """Grade and report one assignment after the other."""
    status, found = OK, {}
    folders = tuple(one.folder for one in runs)
    course = course_fingerprint(folders)
    if len(runs) > 1 and (request.out / "results.json").is_file():
        into = ", ".join(str(request.out / one.folder.specification.id) for one in runs)
        console.warn(
            f"{request.out} holds an older report of one assignment, and its pages stay as they are. "
            f"What is graded now goes into {into}. Remove the old one, or name another --out."
        )
    # A cluster's machines have devices of their own.
    device = request.device if request.cluster else pick_device(request.device)
    with notes.open() as add:
        for one in runs:
            out = request.out if len(runs) == 1 else request.out / one.folder.specification.id
            check_not_handed_in(out, request.submissions)
            refuse_links(out)
            options = RunOptions(machines_for(one), out, device, request.language, request.fresh, console.warn)
            with nullcontext() if out == request.out else occupied(out):  # somebody may name that folder itself
                found[out], complete = grade_and_report(one, options, console)
            add(found[out], one, console)
            if not complete:
                console.stopped(len(found[out].submissions), len(one.submissions))
                return Round(STOPPED, found, folders, course)
            if request.open:
                console.open(out / "index.html")
            if any(result.status is SubmissionStatus.GRADER_ERROR for result in found[out].submissions):
                status = FAULT
    return Round(status, found, folders, course)


def take_in_and_plan(request: RunRequest, console: Console) -> list[AssignmentRun]:
    """What is to be graded, from folders or from what a learning platform hands out."""
    source = request.submissions
    refuse_missing(source)
    found = take_in(source, request.out / UNPACKED)
    if found.kind:
        console.say(f"{source}: {len(found.works)} works, as {found.kind} hands them out")
    if found.passed_over:
        console.warn(f"{source}: skipped, belongs to no student or cannot be unpacked: {_first(found.passed_over)}")
    if found.works:
        runs = plan_works(found.works, source, request.assignment, request.student, request.out)
        if others := other_works(found.works, runs):
            told = ", ".join(f"{count} of {name}" for name, count in others.items())
            console.say(f"{source}: works of other assignments are passed over: {told}")
        return runs
    near = source.parent if source.is_file() else None
    runs = plan_run(found.folder, request.assignment, request.student, request.out, near)
    if request.assignment is None and (folders := passed_over(found.folder, runs, request.out)):
        console.warn(f"{source}: named after no assignment, so nobody in there is graded: {_first(folders)}")
    for run in runs:
        if run.links_out:
            console.warn(f"{source}: links that lead out of the folder are not followed, so not graded: {_first(run.links_out)}")
    return runs


def _first(names: Sequence[str]) -> str:
    return f"{', '.join(names[:_MOST_NAMES])}{' …' if len(names) > _MOST_NAMES else ''}"


def workers(request: RunRequest, run: AssignmentRun, console: Console) -> int:
    """How many submissions are graded at the same time: as many as fit, unless the user wants another number."""
    limits, wanted = run.folder.specification.limits, len(run.submissions)
    fitting = jobs_that_fit(wanted, limits.memory_mb)
    if request.jobs > fitting and min(request.jobs, wanted, usable_cores()) > fitting:
        console.warn(
            f"--jobs {request.jobs}: {fitting} fit into the free memory, with {limits.memory_mb} MB for each submission."
        )
    return request.jobs or fitting


def check_request(request: RunRequest) -> None:
    """Refuse what cannot be. Raises `UsageError`."""
    if request.jobs < 0:
        raise UsageError(f"--jobs must not be negative, but is {request.jobs}")
    if request.cluster and request.jobs:
        raise UsageError("--jobs: with --cluster every worker grades one submission at a time")
    if request.cluster and request.sandbox == "none":
        raise UsageError("--sandbox none: a cluster's workers grade behind a wall only")
    check_language(request.language)
    check_out(request.out)
    check_not_the_course(request.out)
    check_not_handed_in(request.out, request.submissions)
    refuse_links(request.out)


def grade_and_report(run: AssignmentRun, options: RunOptions, console: Console) -> tuple[Results, bool]:
    """Grade one assignment and write its files; (results, whether all submissions were reached)."""
    with console.progress(run.folder.specification.id, len(run.submissions)) as observer:
        results, complete = run_assignment(run, options, observer)
    write_results(results, options.out)
    index = render(results, options.out)
    console.say(f"Wall: {options.machines.wall}")
    console.summary(results, index)
    return results, complete
