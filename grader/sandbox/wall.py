"""Walls: what stands around the template.

One protocol, several kinds: a wall turns the command that runs inside it into one that runs on this machine, and says under which
paths the inside sees the files that it needs. `grader.sandbox.choice` has them by name, and takes the strongest that works here.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from grader.guest.mode import Mode
from grader.sandbox.gpu import Gpu

PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Contents:
    """What the inside may see beyond the interpreter and its libraries; paths on this machine.

    Attributes:
        weights: file per model name.
        hub: model name per file name in torch's hub folder.
        pictures: folder of public pictures, if any.
        hidden: folders that must not be visible even where a library folder would contain them.
        networks: file with the assignment's own networks, if any.
        gpu: the machine's GPU, where the assignment asks for it and there is one.
    """

    weights: dict[str, Path] = field(default_factory=dict)
    hub: dict[str, str] = field(default_factory=dict)
    pictures: Path | None = None
    hidden: tuple[Path, ...] = ()
    networks: Path | None = None
    gpu: Gpu = field(default_factory=Gpu)


@dataclass(frozen=True)
class Inside:
    """The paths under which the inside finds `Contents`, and how a session there is to be confined further.

    `mode`, `read`, `account`, `devices`: see `grader.guest.isolation.Confinement`.
    """

    weights: dict[str, str]
    hub: str
    pictures: str
    networks: str
    mode: Mode = "namespaces"
    read: tuple[str, ...] = ()
    account: int = 0
    devices: tuple[str, ...] = ()


class Wall(Protocol):
    """What every kind of wall offers; `grader.sandbox.template` needs nothing else.

    What cannot work here is told by `problem`, before anything is started. The other methods raise `OSError` where files cannot
    be looked at or made; the template then ends what has begun.
    """

    @property
    def name(self) -> str:
        """What `--sandbox` calls it."""

    @property
    def confines(self) -> bool:
        """Whether a submission is kept from this machine's files and processes."""

    @property
    def stop_signal(self) -> int:
        """What to send to the process of `command` so that it ends with everything inside."""

    @property
    def forks(self) -> bool:
        """Whether the inside can be forked; else a process serves one submission and all of its tests."""

    def problem(self) -> str:
        """Why it cannot be built here; empty when it can. It is tried out, which may take a second. Raises nothing."""

    def description(self) -> str:
        """What it is made of, for who looks after the machine."""

    def weakness(self) -> str:
        """What of it does not work here, for the instructor; empty where all does."""

    def prepare(self, contents: Contents, scratch: Path) -> Inside:
        """Make what the inside will look for; `scratch` is an empty folder that lives as long as the template."""

    def command(self, inner: list[str], contents: Contents, scratch: Path) -> list[str]:
        """The command that runs `inner` within the wall. File descriptors are inherited."""

    def environment(self, contents: Contents) -> dict[str, str]:
        """The environment of `command` itself (the inside gets its own)."""


# The environment inside: nothing of the caller's. One thread per worker: two multi-threaded torch processes at once each
# take three to four times longer. Huge pages for what is allocated: a forward pass takes fewer page faults, and a fork after it
# copies fewer entries.
INNER_ENVIRONMENT = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "agg",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUNBUFFERED": "1",
    "TQDM_DISABLE": "1",
}


# Windows has no fork. macOS has one that its own libraries (Accelerate, Objective-C) do not survive.
FORKS = sys.platform == "linux"


@dataclass(frozen=True)
class NoWall:
    """No wall at all: a submission can do whatever this user can. For one's own code, or inside a throw-away machine."""

    name: str = "none"
    confines: bool = False
    forks: bool = FORKS

    @property
    def stop_signal(self) -> int:
        """At once, and what a submission started besides may stay."""
        return getattr(signal, "SIGKILL", signal.SIGTERM)

    def problem(self) -> str:
        """None: there is nothing to build."""
        return ""

    def description(self) -> str:
        """That there is none."""
        return "none"

    def weakness(self) -> str:
        """Nothing."""
        return ""

    def prepare(self, contents: Contents, scratch: Path) -> Inside:
        """Link torch's hub folder together in `scratch`."""
        hub = link_hub(contents, scratch)
        weights = {name: str(path) for name, path in contents.weights.items()}
        return Inside(weights, hub, str(contents.pictures or ""), str(contents.networks or ""), "none")

    def command(self, inner: list[str], contents: Contents, scratch: Path) -> list[str]:
        """`inner` as it is."""
        return inner

    def environment(self, contents: Contents) -> dict[str, str]:
        """The inner environment, and where this user's programs and home are."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        if os.name == "nt":
            kept |= {"PYTHONUTF8": "1", "MPLCONFIGDIR": os.path.join(tempfile.gettempdir(), "grader-matplotlib")}
        return {**INNER_ENVIRONMENT, **contents.gpu.environment(), **kept, "PYTHONPATH": str(PACKAGE.parent)}


_KEPT = (
    *("PATH", "HOME", "TMPDIR"),
    # Windows: without these Python finds neither its system libraries nor a temporary folder.
    *("SYSTEMROOT", "SYSTEMDRIVE", "USERPROFILE", "TEMP", "TMP", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA"),
)


def link_hub(contents: Contents, scratch: Path) -> str:
    """Torch's hub folder, made in `scratch` of links to the weights; its path."""
    checkpoints = scratch / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    for name, model in contents.hub.items():
        _link(checkpoints / name, contents.weights[model])
    return str(scratch / "hub")


def _link(place: Path, target: Path) -> None:
    try:
        place.symlink_to(target)
    except OSError:  # Windows lets administrators alone make links
        shutil.copyfile(target, place)


def interpreter() -> list[str]:
    """The command of the Python that runs inside: this one, isolated from the user's site-packages.

    Its path goes straight there: typed as `../.venv/bin/python` it leads through a folder that is not seen inside.
    """
    return [os.path.normpath(sys.executable), "-s", "-P"]
