"""`grade doctor`: what works on this machine, and what to do about what does not."""

from __future__ import annotations

import importlib.util
import os
import platform
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.table import Table

from grader.cli.markup import escape
from grader.cli.output import standard_output
from grader.cli.status import FOUND, OK
from grader.cli.titled import print_table
from grader.errors import UsageError
from grader.fixtures.cache import cache_folder
from grader.guest import landlock
from grader.i18n import counted
from grader.judge.words import one_line
from grader.run.sizing import jobs_that_fit, usable_cores
from grader.sandbox import cgroups
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.choice import REMEDY, WALLS, choose_wall, try_wall
from grader.sandbox.gpu import find_gpu
from grader.sandbox.selftest import attack


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `good` is None where it is merely told."""

    name: str
    good: bool | None
    text: str
    remedy: str = ""


def attack_command(sandbox: str) -> int:
    """Attack the wall and print what happened; 0 when it held, else 1."""
    chosen = choose_wall(sandbox)
    console = standard_output()
    table = Table()
    for heading in ("", "Tried", "Expected", "Happened"):
        table.add_column(heading)
    trials = list(attack(chosen))
    for trial in trials:
        mark = "[green]held[/green]" if trial.held else "[red]GOT THROUGH[/red]"
        table.add_row(mark, trial.tried, trial.expected, escape(one_line(trial.happened)) or "as expected")
    print_table(console, f"Wall: {chosen.name}", table)
    through = sum(not trial.held for trial in trials)
    console.print(f"{through} of {len(trials)} got through." if through else f"All {len(trials)} were kept in.")
    return FOUND if through else OK


def doctor_command() -> int:
    """Print the table; 0 when submissions of others can be graded here, else 1."""
    around = wall()
    findings = [python(), around, landlock_wall(), limits(), gpu(), weights(), workers()]
    table = Table(show_lines=False)
    for heading in ("", "What", "Found", "Remedy"):
        table.add_column(heading)
    for finding in findings:
        mark = "·" if finding.good is None else "[green]ok[/green]" if finding.good else "[red]no[/red]"
        table.add_row(mark, finding.name, escape(finding.text), escape(finding.remedy))
    standard_output().print(table)
    return OK if around.good else FOUND


def python() -> Finding:
    """The interpreter."""
    return Finding("Python", None, f"{platform.python_version()} on {platform.system()} {platform.release()}")


def wall() -> Finding:
    """The wall that `--sandbox auto` takes."""
    found, problems = None, list[str]()
    for name in WALLS:
        found, problem = try_wall(name)
        if found is not None:
            break
        problems.append(f"{name}: {problem}")
    told = [] if found is None else filter(None, (found.description(), found.weakness()))
    remedy = "install the package bubblewrap" if Bubblewrap.find() is None else REMEDY
    return Finding("Wall", found is not None, "; ".join([*told, *problems]), remedy if problems else "")


def landlock_wall() -> Finding:
    """What Landlock adds inside the first wall, and the second wall that it makes without the first."""
    version = landlock.supported_abi()
    if not version:
        return Finding("Landlock", None, "not in this kernel", "a kernel from 5.13 on with Landlock enabled adds a second line")
    alone, problem = try_wall("landlock")
    weakness = alone.weakness() if alone is not None else ""
    can = "it can be a wall of its own: --sandbox landlock" + (f", but {weakness}" if weakness else "")
    return Finding("Landlock", True, f"ABI {version}; {problem or can}")


def limits() -> Finding:
    """How memory and processes are bounded."""
    kind = cgroups.available()
    return Finding("Limits", True, f"rlimits per process; cgroups: {kind}")


def gpu() -> Finding:
    """Whether expected values could be computed on a GPU."""
    if find_gpu().devices:
        import torch

        if torch.cuda.is_available():
            return Finding("GPU", True, torch.cuda.get_device_name(0))
        return Finding("GPU", None, "a device, but torch cannot use it", "install a CUDA build of torch")
    return Finding("GPU", None, "none; expected values are computed on the CPU, once")


def weights() -> Finding:
    """What is cached of models and fixtures."""
    try:
        folder = cache_folder()
    except UsageError as error:
        return Finding("Weights", False, str(error), error.remedy)
    sizes: list[int] = []
    for place, _, names in os.walk(folder):  # which passes over what another user has closed
        for name in names:
            with suppress(OSError):  # a run is at work
                sizes.append(os.stat(os.path.join(place, name)).st_size)
    torch = "torch is installed" if importlib.util.find_spec("torch") else "torch is not installed"
    writable = os.access(_nearest(folder), os.W_OK)
    text = f"{torch}; cache {folder}: {counted(len(sizes), 'file')}, {sum(sizes) / (1 << 20):.0f} MB"
    return Finding("Weights", writable, text, "" if writable else "set GRADER_CACHE to a folder that can be written")


def workers() -> Finding:
    """How many submissions would be graded at a time."""
    memory = psutil.virtual_memory().available / (1 << 30)
    return Finding("Workers", None, f"{jobs_that_fit(10**6)} at a time ({usable_cores()} cores, {memory:.1f} GiB free)")


def _nearest(folder: Path) -> Path:
    # Not `Path.exists`, which raises for what lies in a closed folder.
    return next(path for path in (folder, *folder.parents) if os.path.exists(path))
