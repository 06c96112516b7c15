"""`grade`: the commands, and the one place where errors become words and exit codes.

Heavy libraries are imported inside the commands, so that `grade --help` is quick.
"""

from __future__ import annotations

import errno
import os
import signal
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal, NoReturn

from cyclopts import App, Parameter
from cyclopts.exceptions import CycloptsError

from grader import __version__
from grader.cli.check import check
from grader.cli.diff import diff
from grader.cli.export import export, package
from grader.cli.gradebook import comment, extend, grades, history, override
from grader.cli.init import init
from grader.cli.misuse import misuse, refuse_unknown_word, refuse_unusable_folder, unusable_place
from grader.cli.release import release
from grader.cli.similar import similar
from grader.cli.starter import starter
from grader.cli.status import FAULT, OK, STOPPED, USAGE
from grader.cli.streams import take_any_letter
from grader.errors import GraderError, UsageError, WallError

app = App(
    name="grade",
    help="Grade a class's notebooks and modules: hidden tests in a trusted judge, submissions in warm sandboxes.",
    version=__version__,
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
)

Sandbox = Literal["auto", "bubblewrap", "landlock", "none"]  # as `grader.sandbox.choice` has them, whose imports `--help` spares


@app.default
@app.command(name="run")
def run(
    submissions: Path,
    *,
    assignment: Annotated[str | None, Parameter(("--assignment", "-a"))] = None,
    out: Annotated[Path, Parameter(("--out", "-o"))] = Path("report"),
    jobs: Annotated[int, Parameter(("--jobs", "-j"))] = 0,
    device: str = "auto",
    sandbox: Sandbox = "auto",
    student: str = "*",
    lang: str = "",
    fresh: Annotated[bool, Parameter(negative="")] = False,
    open_: Annotated[bool, Parameter("--open", negative="")] = False,
    watch: Annotated[bool, Parameter(negative="")] = False,
    gradebook: Annotated[str, Parameter(("--gradebook", "-g"), env_var="GRADER_GRADEBOOK")] = "",
    times: Path | None = None,
    cluster: Annotated[str, Parameter(env_var="GRADER_CLUSTER")] = "",
    quiet: Annotated[bool, Parameter(("--quiet", "-q"), negative="")] = False,
    verbose: Annotated[bool, Parameter(("--verbose", "-v"), negative="")] = False,
) -> int:
    """Grade the submissions in a folder and write the report.

    Parameters
    ----------
    submissions
        Folder with a folder per assignment and student, or (with --assignment) with one submission per child; or a zip as
        Moodle and Canvas hand it out, or nbgrader's course.
    assignment
        Assignment to grade by: its id, or its folder.
    out
        Where results.json, grades.csv and the report are written.
    jobs
        Submissions graded at the same time; 0 takes as many as cores and memory allow.
    device
        Where expected values are computed: auto, cpu, cuda or cuda:N.
    sandbox
        The wall around submissions; none is for your own work only.
    student
        Grade only students whose id matches this pattern.
    lang
        Language of the feedback: en or ru; the assignment's own by default.
    fresh
        Grade everything again, also what has not changed since the last run.
    open_
        Open the report in a browser.
    watch
        Go on: grade again whatever changes, submissions, tests or reference, until Ctrl-C.
    gradebook
        Also write the results into this gradebook: a file, which is made where there is none, or the URL of a database.
    times
        A CSV file with the columns student and submitted: when work was handed in, for the gradebook.
    cluster
        Have the workers of this Dask scheduler grade, as in tcp://scheduler:8786.
    quiet
        Print nothing but errors.
    verbose
        Also print what was done to each submission so that it could run, and what came in each test that it does not pass.
    """
    from grader.cli.run import RunRequest, run_command
    from grader.cli.watch import watch_command

    request = RunRequest(
        submissions=submissions,
        assignment=assignment,
        out=out,
        jobs=jobs,
        device=device,
        sandbox=sandbox,
        student=student,
        language=lang,
        fresh=fresh,
        quiet=quiet,
        verbose=verbose,
        open=open_,
        gradebook=gradebook,
        times=times,
        cluster=cluster,
    )
    return watch_command(request) if watch else run_command(request)


@app.command
def report(
    out: Path = Path("report"),
    *,
    lang: str = "",
    open_: Annotated[bool, Parameter("--open", negative="")] = False,
) -> int:
    """Write the report again from results.json, without grading.

    Parameters
    ----------
    out
        The report's folder, or one that holds a report per assignment.
    lang
        Language of the pages: en or ru. What was said while grading stays in the language of the run.
    open_
        Open the report in a browser.
    """
    from grader.cli.report import report_command

    return report_command(out, lang, open_)


@app.command
def validate(
    assignment: str | None = None,
    *,
    json: Path | None = None,
    sandbox: Sandbox = "auto",
) -> int:
    """Test an assignment's tests: what is right passes, what is wrong is caught.

    Parameters
    ----------
    assignment
        The assignment's id or folder; all of the course by default.
    json
        Also write what was found to this file.
    sandbox
        The wall around the starter and the style samples.
    """
    from grader.cli.validate import validate_command

    return validate_command(assignment, json, sandbox)


app.command(init)
app.command(check)
app.command(release)
app.command(starter)
app.command(export)
app.command(package)
for command in (diff, similar, override, comment, extend, grades, history):
    app.command(command)


@app.command
def fixtures(
    assignment: str | None = None,
    *,
    device: str = "auto",
    rebuild: Annotated[bool, Parameter(negative="")] = False,
    prune: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Compute the expected values of an assignment's networks once, and show what is kept.

    Parameters
    ----------
    assignment
        The assignment's id or folder; all of the course by default.
    device
        Where to compute: auto, cpu, cuda or cuda:N.
    rebuild
        Forget what is kept and compute it again.
    prune
        Only remove the least recently used entries beyond 2 GB.
    """
    from grader.cli.fixtures import fixtures_command

    return fixtures_command(assignment, device, rebuild, prune)


@app.command
def doctor(*, attack: Annotated[bool, Parameter(negative="")] = False, sandbox: Sandbox = "auto") -> int:
    """Say what works on this machine: wall, limits, GPU, weights, each with its remedy.

    Parameters
    ----------
    attack
        Attack the wall instead, safely, and print a table of what was tried and what happened; exit status 1 when
        something got through.
    sandbox
        The wall to attack; the strongest that works here by default.
    """
    from grader.cli.doctor import attack_command, doctor_command

    if sandbox != "auto" and not attack:  # the table is of all walls: one that was named would seem to be looked at
        raise UsageError("--sandbox: only --attack takes one wall", remedy=f"grade doctor --attack --sandbox {sandbox}")
    return attack_command(sandbox) if attack else doctor_command()


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:  # as `kill` and CI send it: what Ctrl-C leaves tidy, it does too
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # not below `nohup`; Windows has none
        signal.signal(signal.SIGHUP, _hang_up)
    # What the judge computes is small, and threads that wait for a core spin: on a busy machine of two cores a convolution took
    # 5.5 ms with two threads and 0.3 with one. Read by torch and numpy when they are imported, here and in every worker.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    take_any_letter()
    sys.exit(run_main(arguments))


def _hang_up(number: int, _frame: object) -> NoReturn:
    """As Ctrl-C, when the terminal has gone: the shell and the kernel each tell it, and nobody reads what is still said there."""
    signal.signal(number, signal.SIG_IGN)
    for descriptor in (1, 2):
        with suppress(OSError):  # closed
            if stat.S_ISCHR(os.fstat(descriptor).st_mode):
                os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    raise KeyboardInterrupt


def run_main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    commands = [name for name in app if not name.startswith("-")]
    try:
        if not arguments or not arguments[0].startswith("-"):  # help needs no folder
            refuse_unusable_folder()
        refuse_unknown_word(arguments, commands)
        status = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return tell(misuse(error, commands))
    except GraderError as error:
        return tell(error)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        return OK  # the reader of our output has gone, as in `grade ... | head`
    except MemoryError:
        return tell(GraderError("this machine's memory is used up", remedy="grade fewer at a time with --jobs"))
    except OSError as error:
        if error.errno in _NO_ROOM:
            return tell(_no_room(error))
        if (refused := unusable_place(error, arguments)) is None:
            raise
        return tell(refused)
    return status if isinstance(status, int) else OK


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def _no_room(error: OSError) -> GraderError:
    place = error.filename or "a file"
    return GraderError(
        f"{place} could not be written: {error.strerror}",
        remedy="make room; what is graded is kept, and the same command goes on from there",
    )


def tell(error: GraderError) -> int:
    """Say on standard error what went wrong, and what helps; the exit status.

    Of names in it, which may be students', nothing is left that a terminal would act on or reorder.
    """
    from grader.report.text import clean  # pydantic with it

    print(f"grade: {clean(str(error))}", file=sys.stderr)
    if error.remedy:
        print(f"  help: {clean(error.remedy)}", file=sys.stderr)
    return USAGE if isinstance(error, UsageError | WallError) else FAULT
