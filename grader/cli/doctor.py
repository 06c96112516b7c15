"""`grade doctor`: what works on this machine, and what to do about what does not."""

from __future__ import annotations

import importlib.util
import os
import platform
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from grader.fixtures.cache import cache_folder
from grader.guest import landlock
from grader.run.sizing import jobs_that_fit, usable_cores
from grader.sandbox import cgroups
from grader.sandbox.bubblewrap import Bubblewrap


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `good` is None where it is merely told."""

    name: str
    good: bool | None
    text: str
    remedy: str = ""


def doctor_command() -> int:
    """Print the table; 0 when submissions of others can be graded here, else 1."""
    findings = [python(), wall(), landlock_wall(), limits(), gpu(), weights(), workers()]
    table = Table(show_lines=False)
    for heading in ("", "What", "Found", "Remedy"):
        table.add_column(heading)
    for finding in findings:
        mark = "·" if finding.good is None else "[green]ok[/green]" if finding.good else "[red]no[/red]"
        table.add_row(mark, finding.name, escape(finding.text), escape(finding.remedy))
    Console(highlight=False).print(table)
    return 0 if wall().good else 1


def python() -> Finding:
    """The interpreter."""
    return Finding("Python", None, f"{platform.python_version()} on {platform.system()} {platform.release()}")


def wall() -> Finding:
    """The outer wall."""
    found = Bubblewrap.find()
    if found is None:
        return Finding("Wall", False, "bubblewrap was not found", "install the package bubblewrap")
    problem = found.problem()
    if problem:
        return Finding(
            "Wall",
            False,
            f"bubblewrap ({found.origin}) cannot build one: {problem}",
            "allow unprivileged user namespaces (Ubuntu 24.04: sysctl kernel.apparmor_restrict_unprivileged_userns=0; "
            "in a container: --security-opt seccomp=unconfined)",
        )
    return Finding("Wall", True, f"bubblewrap ({found.origin}: {found.program}), a namespace per submission, seccomp filter")


def landlock_wall() -> Finding:
    """The second line of defence for files."""
    version = landlock.supported_abi()
    if version:
        return Finding("Landlock", True, f"ABI {version}")
    return Finding("Landlock", None, "not in this kernel", "a kernel from 5.13 on with Landlock enabled adds a second line")


def limits() -> Finding:
    """How memory and processes are bounded."""
    kind = cgroups.available()
    return Finding("Limits", True, f"rlimits per process; cgroups: {kind}")


def gpu() -> Finding:
    """Whether expected values could be computed on a GPU."""
    if os.path.exists("/dev/nvidiactl"):
        import torch

        if torch.cuda.is_available():
            return Finding("GPU", True, torch.cuda.get_device_name(0))
        return Finding("GPU", None, "a device, but torch cannot use it", "install a CUDA build of torch")
    return Finding("GPU", None, "none; expected values are computed on the CPU, once")


def weights() -> Finding:
    """What is cached of models and fixtures."""
    folder = cache_folder()
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    size = sum(path.stat().st_size for path in files) / (1 << 20)
    torch = "torch is installed" if importlib.util.find_spec("torch") else "torch is not installed"
    writable = os.access(_nearest(folder), os.W_OK)
    text = f"{torch}; cache {folder}: {len(files)} files, {size:.0f} MB"
    return Finding("Weights", writable, text, "" if writable else "set GRADER_CACHE to a folder that can be written")


def workers() -> Finding:
    """How many submissions would be graded at a time."""
    memory = psutil.virtual_memory().available / (1 << 30)
    return Finding("Workers", None, f"{jobs_that_fit(10**6)} at a time ({usable_cores()} cores, {memory:.1f} GiB free)")


def _nearest(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())
