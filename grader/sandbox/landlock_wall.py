"""The second wall, for machines without user namespaces: Landlock for files and TCP, the filter, another user where root grades.

It stands around each session, not around the template: a fork of the template shuts itself in (`grader.guest.isolation`) before
it sees the submission. What it cannot do that the first wall does is told in `docs/security.md`.

As root every template takes a user id of its own that nobody else has, so that a submission owns nothing of the instructor's
and cannot send a signal to anybody. What that user cannot read of weights, pictures and networks (a cache in `/root`) is linked
or copied into the template's folder. A socket with that id in its name, in the kernel's list of abstract names, keeps two
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
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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
_LOOK = """
import os, sys
paths = sys.stdin.buffer.read().split(b"\\0")
print(*(number for number, path in enumerate(paths) if not os.access(path, os.R_OK | os.X_OK * os.path.isdir(path))))
"""


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

    def description(self) -> str:
        """That it is not the strongest."""
        return "the weaker one, landlock without namespaces"

    def weakness(self) -> str:
        """Why sessions would keep root's own user id, where root grades; empty where they do not."""
        with tempfile.TemporaryDirectory(prefix="grader-") as name:
            place = Path(name, "guest")
            place.mkdir()
            _open_up(place)
            why = _find_account(_needed(place))[1]
        return f"submissions keep root's user id: {why}" if why else ""

    def prepare(self, contents: Contents, scratch: Path) -> Inside:
        """A copy of the guest, torch's hub folder, and who sessions are to become."""
        guest = scratch / "guest"
        package = guest / "grader"
        package.mkdir(parents=True)
        for name in GUEST_FILES:
            source = PACKAGE / name
            (shutil.copytree if source.is_dir() else shutil.copyfile)(source, package / name)
        (scratch / "home").mkdir()
        _open_up(guest)
        account, _ = _find_account(_needed(package))
        if account:
            contents = _within_reach(contents, account, scratch / "given")
        hub = link_hub(contents, scratch)
        _open_up(scratch / "hub")
        weights = {name: str(path) for name, path in contents.weights.items()}
        pictures, networks = str(contents.pictures or ""), str(contents.networks or "")
        made = [guest, scratch / "hub", *_own(contents), *contents.gpu.libraries, *contents.gpu.kernel]
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


def _own(contents: Contents) -> list[Path]:
    return [*contents.weights.values(), *filter(None, (contents.pictures, contents.networks))]


def _needed(guest: Path) -> tuple[str, ...]:
    return tuple(map(str, (*environment_folders(), guest)))


def _open_up(folder: Path) -> None:
    """Let every user read what was made in a template's folder, whatever the mask for new files, and go through that one."""
    folder.parent.chmod(0o711)
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)


def _within_reach(contents: Contents, account: int, place: Path) -> Contents:
    """`contents`, with what the account cannot read linked or copied into `place`."""
    parts = {path: [path, *(path.rglob("*") if path.is_dir() else ())] for path in _own(contents)}
    blocked = set(_unreadable(account, tuple(str(each) for part in parts.values() for each in part)))
    places = {}
    for number, (path, part) in enumerate(parts.items()):
        places[path] = path
        if not blocked.isdisjoint(map(str, part)):
            places[path] = place / str(number) / path.name
            _hand_over(path, places[path])
    return replace(
        contents,
        weights={name: places[path] for name, path in contents.weights.items()},
        pictures=contents.pictures and places[contents.pictures],
        networks=contents.networks and places[contents.networks],
    )


def _hand_over(path: Path, target: Path) -> None:
    """Put a file that others may read there by a link where the file system is the same; else copy it, or the folder."""
    target.parent.mkdir(parents=True)
    if path.is_dir():
        shutil.copytree(path, target, copy_function=shutil.copyfile)
        _open_up(target)
    elif not _link(path.resolve(), target):
        shutil.copyfile(path, target)
        target.chmod(0o644)
    for folder in (target.parent, target.parent.parent):
        folder.chmod(0o711)


def _link(path: Path, target: Path) -> bool:
    if path.stat().st_mode & 0o007 != 0o004:  # the modes are the file's, under all of its names
        return False
    try:
        os.link(path, target)
    except OSError:
        return False
    return True


@functools.cache
def _find_account(needed: tuple[str, ...]) -> tuple[int, str]:
    """A user id for this process's sessions that can read all that is `needed`; else 0, and for root why."""
    if os.geteuid() != 0:
        return 0, ""
    for account in _ACCOUNTS:
        if _is_free(account) and _taken(account) is not None:
            unreadable = _unreadable(account, needed)
            return (0, f"another user cannot read {unreadable[0]}") if unreadable else (account, "")
    return 0, f"all from {_ACCOUNTS[0]} to {_ACCOUNTS[-1]} are taken"


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


def _unreadable(account: int, paths: tuple[str, ...]) -> list[str]:
    """Those of the paths that the account cannot read: all, where it cannot be become or not run this interpreter."""
    if not paths:
        return []
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _LOOK],
            user=account,
            group=account,
            extra_groups=[],
            input=b"\0".join(map(os.fsencode, paths)),
            capture_output=True,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return list(paths)
    return [paths[int(number)] for number in done.stdout.split()]
