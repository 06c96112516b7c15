"""The second wall, for machines without user namespaces: Landlock for files and TCP, the filter, another user where root grades.

It stands around each session, not around the template: a fork of the template shuts itself in (`grader.guest.isolation`) before
it sees the submission. What it cannot do that the first wall does is told in `docs/security.md`.

As root every template takes a user id of its own that nobody else has, so that a submission owns nothing of the instructor's
and cannot send a signal to anybody. A socket with that id in its name, in the kernel's list of abstract names, keeps two
templates from taking the same; it goes with its process.
"""

from __future__ import annotations

import functools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.guest import landlock
from grader.guest.limits import tasks_of
from grader.sandbox.library import GUEST_FILES, LINKS, environment_folders, libraries, without
from grader.sandbox.wall import INNER_ENVIRONMENT, PACKAGE, Contents, Inside, interpreter, link_hub

_LOWEST_ABI = 3  # below it a file that may only be read can be emptied
_ACCOUNTS = range(64100, 64900)  # Debian reserves 60000 to 64999, and systemd and containers take others
_TRIAL = """
from grader.guest import landlock, syscall_rules, syscalls
landlock.restrict([], [])
syscalls.install_filter(syscall_rules.WITHOUT_NAMESPACES)
"""
# The template's own; a session is given others.
_OWN_PLACES = {"PYTHONPATH": "guest", "HOME": "home", "TMPDIR": "home", "MPLCONFIGDIR": "home"}
_LOOK = "import os, sys; sys.exit(not all(os.access(path, os.R_OK | os.X_OK * os.path.isdir(path)) for path in sys.argv[1:]))"


@dataclass(frozen=True)
class LandlockWall:
    """Landlock and seccomp without namespaces."""

    name: str = "landlock"
    confines: bool = True
    forks: bool = True

    @property
    def stop_signal(self) -> int:
        """To the warden, which ends whatever the submissions have started."""
        return signal.SIGTERM

    def problem(self) -> str:
        """Why it cannot be built here; empty when it can."""
        return _try_out()

    def prepare(self, contents: Contents, scratch: Path) -> Inside:
        """A copy of the guest, torch's hub folder, and who sessions are to become."""
        package = scratch / "guest" / "grader"
        package.mkdir(parents=True)
        for name in GUEST_FILES:
            source = PACKAGE / name
            (shutil.copytree if source.is_dir() else shutil.copyfile)(source, package / name)
        hub = link_hub(contents, scratch)
        (scratch / "home").mkdir()
        own = [*contents.weights.values(), *filter(None, (contents.pictures, contents.networks))]
        scratch.chmod(0o711)  # for another user, who must reach the folder that lies in it
        account = _find_account(tuple(str(path) for path in (*environment_folders(), *own, package)))
        weights = {name: str(path) for name, path in contents.weights.items()}
        pictures, networks = str(contents.pictures or ""), str(contents.networks or "")
        made = [scratch / "guest", scratch / "hub", *own, *contents.gpu.libraries, *contents.gpu.kernel]
        read = tuple(_readable(contents.hidden, made))
        return Inside(weights, hub, pictures, networks, "landlock", read, account, tuple(map(str, contents.gpu.devices)))

    def command(self, inner: list[str], contents: Contents, scratch: Path) -> list[str]:
        """`inner` below a warden."""
        places = [f"{name}={scratch / folder}" for name, folder in _OWN_PLACES.items()]
        return ["/usr/bin/env", *places, *interpreter(), "-m", "grader.guest.warden", *inner]

    def environment(self, contents: Contents) -> dict[str, str]:
        """The inner environment alone."""
        return {**INNER_ENVIRONMENT, **contents.gpu.environment(), "PATH": "/usr/bin:/bin", "USER": "student"}


def _readable(hidden: Sequence[Path], made: Iterable[Path]) -> list[str]:
    """The allow-list: what bubblewrap would bind, less what it would cover."""
    folders = [*libraries(), *environment_folders(), *(Path(link) for link in LINKS if not os.path.islink(link))]
    found = [part for folder in folders for part in without(folder, hidden)]
    return [str(path) for path in (*found, *made) if path.exists()]


@functools.cache
def _try_out() -> str:
    abi = landlock.supported_abi()
    if abi == 0:
        return "this kernel has no Landlock, or it is switched off"
    if abi < _LOWEST_ABI:
        return f"this kernel's Landlock has ABI {abi}; from {_LOWEST_ABI} (Linux 6.2) on it keeps files from being emptied"
    environment = {"PYTHONPATH": str(PACKAGE.parent)}
    try:
        done = subprocess.run(
            [*interpreter(), "-c", _TRIAL], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = done.stderr.strip().splitlines()
    return "" if done.returncode == 0 else said[-1] if said else f"a trial of it ended with status {done.returncode}"


@functools.cache
def _find_account(needed: tuple[str, ...]) -> int:
    """A user id for this process's sessions that can read all that is `needed`; 0 where there is none, or no right to it."""
    if os.geteuid() != 0:
        return 0
    for account in _ACCOUNTS:
        if _is_free(account) and _taken(account) is not None:
            return account if _can_read(account, needed) else 0
    return 0


def _is_free(account: int) -> bool:
    try:
        pwd.getpwuid(account)
    except KeyError:
        return tasks_of(account) == 0
    return False


@functools.cache
def _taken(account: int) -> int | None:
    """The descriptor that marks the id as this process's, open to its end; None if it is another's."""
    with socket.socket(socket.AF_UNIX) as mark:
        try:
            mark.bind(f"\0grader-account-{account}")
        except OSError:
            return None
        return mark.detach()


def _can_read(account: int, needed: tuple[str, ...]) -> bool:
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _LOOK, *needed],
            user=account,
            group=account,
            extra_groups=[],
            capture_output=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False  # no right to become another, or the interpreter lies where only root can reach it
    return done.returncode == 0
