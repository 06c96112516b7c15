"""What `grade check` does, in steps; and once more whenever the file is saved."""

from __future__ import annotations

import contextlib
import os
import textwrap
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from grader.check.checking import Checked, Checker
from grader.check.lab import find_lab
from grader.check.telling import tell
from grader.check.work import OwnWork, beside, find_work
from grader.ci.github import commands_stopped, on_github, tell_github
from grader.cli.markup import escape
from grader.cli.options import check_file, check_language
from grader.cli.output import Output
from grader.cli.status import FOUND, OK
from grader.report.text import clean
from grader.run.watch import Fingerprint, wait_for_change
from grader.wholefile import write_text_whole

_STYLES = {"title": "bold", "right": "green", "wrong": "red", "aside": "dim", "mistake": "italic", "code": "cyan"}
_WATCH_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class CheckRequest:
    """The options of `grade check` as they were given."""

    file: Path | None
    assignment: str | None
    keyword: str
    html: Path | None
    watch: bool
    ci: str
    language: str
    verbose: bool


def check_command(request: CheckRequest) -> int:
    """Check once, or until Ctrl-C; the exit status of the last check."""
    refuse(request)
    console = Output(emoji=False, highlight=False)
    place = request.file or Path.cwd()
    lab = find_lab(request.assignment, place if place.is_dir() else place.parent)
    work = find_work(request.file, lab)
    waiting = console.status("…") if console.is_terminal else contextlib.nullcontext()
    with contextlib.ExitStack() as stack:
        with waiting:
            seen = fingerprint(work)
            checker = stack.enter_context(Checker(lab, request.language, request.keyword, begin=True))
            checked = checker.check(work)
        if request.ci == "github" or (request.ci == "auto" and on_github(os.environ)):
            show_on_github(checked, work, request, console)
        else:
            show(checked, request, console)
        try:
            while request.watch:
                console.print(f"[dim]Watching {escape(work.place)}; Ctrl-C ends it.[/dim]", soft_wrap=True)
                seen = wait_for_change(lambda: fingerprint(work), seen, _WATCH_SECONDS)
                if not is_there(work):
                    console.print(f"{escape(work.place)} is gone; it is checked when it is back.", soft_wrap=True)
                    continue
                checked = checker.check(work)
                console.rule(style="dim")
                show(checked, request, console)
        except KeyboardInterrupt:
            console.print("Stopped watching.")
    return OK if checked.all_pass else FOUND


def refuse(request: CheckRequest) -> None:
    """Raises `UsageError` for what cannot be."""
    check_language(request.language)
    check_file(request.html, "--html")


def show(checked: Checked, request: CheckRequest, console: Console) -> None:
    """Print what was found; write the page when one was asked for."""
    for line in tell(checked, verbose=request.verbose):
        words = clean(line.text)  # names of files and messages of code are the submission's
        text = Text(words, style=_STYLES.get(line.kind, ""))
        if console.is_terminal:
            console.print(Padding(text, (0, 0, 0, line.indent)))
        else:
            console.print(textwrap.indent(words, " " * line.indent), soft_wrap=True, markup=False)
    if request.html is not None:
        from grader.check.page import check_page  # matplotlib with it, a third of the time that a check takes

        write_text_whole(request.html, check_page(checked))
        console.print(f"{request.html}", soft_wrap=True, markup=False)


def show_on_github(checked: Checked, work: OwnWork, request: CheckRequest, console: Console) -> None:
    """The same in the step's log, and what GitHub shows beside it."""
    with commands_stopped():
        show(checked, request, console)
    if work.main is not None:
        tell_github(checked, work.main, os.environ)


def is_there(work: OwnWork) -> bool:
    """Whether the file is still where it was; while it is being renamed or written anew it is not."""
    return work.main is not None and work.main.is_file()


def fingerprint(work: OwnWork) -> Fingerprint:
    """What changes when the work does: the file, or something beside it."""
    seen = set()
    for path in (work.main, *beside(work.main)) if work.main is not None else ():
        with contextlib.suppress(OSError):  # gone since the folder was listed
            status = os.stat(path)
            seen.add((str(path), status.st_size, max(status.st_mtime_ns, status.st_ctime_ns), status.st_ino))
    return frozenset(seen)
