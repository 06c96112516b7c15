"""From a fork of the template to a submission's own, confined process.

Order matters: namespaces before limits, limits before privileges are dropped, everything before the submission is seen.
The three modes::

    namespaces   the outer wall is bubblewrap's: namespaces of its own inside it, private file systems, Landlock, filter
    landlock     no namespaces here: Landlock and the filter are the wall, a folder is lent, another user is become by root
    none         limits only
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import stat
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from grader.guest import kernel, landlock, syscalls
from grader.guest.kernel import MountFlag, Namespace
from grader.guest.limits import Limits, apply, tasks_of
from grader.guest.mode import Mode
from grader.guest.syscall_rules import IN_NAMESPACES, WITHOUT_NAMESPACES, WITHOUT_SIGNALS, Profile

_NAMESPACES = Namespace.USER | Namespace.PID | Namespace.MOUNT | Namespace.IPC | Namespace.UTS | Namespace.NET
_SIGNAL_SCOPE_ABI = 6
# Beside the submission's own tasks its user may start others while it runs (a browser); the watchdog counts exactly.
_SPARE_TASKS = 256
_PROC = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/uptime", "/proc/loadavg", "/proc/version")
HOME = Path("/home/student")


@dataclass(frozen=True)
class Confinement:
    """What stands around a session, as the judge's wall says.

    `read`: what may be read without a mount namespace; `account`: the user and group to become (0: stay who one is); `devices`:
    what may be opened and written to beside the usual ones.
    """

    mode: Mode = "namespaces"
    read: tuple[str, ...] = ()
    account: int = 0
    devices: tuple[str, ...] = ()

    @property
    def profile(self) -> Profile:
        """What is left to the filter."""
        if self.mode != "landlock":
            return IN_NAMESPACES
        apart = bool(self.account) or landlock.supported_abi() >= _SIGNAL_SCOPE_ABI
        return WITHOUT_NAMESPACES if apart else WITHOUT_SIGNALS


def become_session(limits: dict[str, int], work: str, confinement: Confinement, run: Callable[[], None]) -> NoReturn:
    """In a fresh fork: build the inner wall, call `run`, and never return.

    `work` is the folder that is lent where there are no private file systems; `limits` are those that the judge sends, and
    `lent_bytes`.
    """
    try:
        os.setsid()
        if confinement.mode == "namespaces":
            _enter_namespaces()
            inner = os.fork()
            if inner:
                _watch(inner)
            os.setsid()  # else `kill(0, ...)` from inside reaches the outer half: process groups know no namespaces
            kernel.die_with_parent()
            _mount_private(limits["disk_bytes"])
            kernel.bring_up_loopback()
            _limit(limits, limits["processes"])
            devices = [*landlock.DEVICES, "/dev/pts", "/dev/ptmx", "/dev/tty", *confinement.devices]
            landlock.restrict(["/"], [*_PRIVATE, *devices], True)
            _drop(confinement)
        else:
            kernel.die_with_parent()
            os.chdir(work)
            if confinement.mode == "landlock":
                _settle_in(work)
                _change_account(confinement.account, work)
                _limit(limits, limits["processes"] + (0 if confinement.account else _others()))
                landlock.restrict([*confinement.read, *_PROC], [work, *landlock.DEVICES, *confinement.devices])
                _drop(confinement)
            else:
                _limit(limits, limits["processes"] + _others())
                kernel.set_no_new_privileges()
        run()
        os._exit(0)
    except BaseException:  # noqa: BLE001  nothing may return into the template's loop
        traceback.print_exc(file=sys.__stderr__)
        os._exit(70)


def _others() -> int:
    """How many more tasks the limit must admit where the whole machine's count: what the user runs beside the submission."""
    return tasks_of(os.getuid()) + _SPARE_TASKS


def _enter_namespaces() -> None:
    uid, gid = os.getuid(), os.getgid()
    kernel.unshare(_NAMESPACES)
    kernel.die_with_parent()  # entering a user namespace changes credentials, and that clears the signal
    kernel.set_dumpable(True)  # else the maps below belong to root and cannot be written
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def _watch(inner: int) -> NoReturn:
    """The outer half waits, and ends the way the inner one did."""
    kernel.set_dumpable(False)
    for descriptor in range(3, 64):
        try:
            os.close(descriptor)
        except OSError:
            continue  # was not open
    _, status = os.waitpid(inner, 0)
    if os.WIFSIGNALED(status):
        signal.signal(os.WTERMSIG(status), signal.SIG_DFL) if os.WTERMSIG(status) not in (9, 19) else None
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


_PRIVATE = ("/tmp", str(HOME), "/dev/shm")


def _mount_private(disk_bytes: int) -> None:
    for place in _PRIVATE:
        options = f"size={disk_bytes},mode=0700,nr_inodes=20000"
        with _carried_over(place):
            kernel.mount("tmpfs", place, "tmpfs", MountFlag.NO_SUID | MountFlag.NO_DEV, options)
    work = HOME / "work"
    work.mkdir()
    os.chdir(work)


@contextlib.contextmanager
def _carried_over(place: str) -> Iterator[None]:
    """Whatever is mounted below `place` (an environment in the folder for temporary files) is there afterwards, too."""
    mounted = os.fsdecode(Path("/proc/self/mountinfo").read_bytes())
    kept = [(path, os.open(path, os.O_PATH)) for path in mounts_below(place, mounted)]
    yield
    for path, descriptor in kept:
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.mkdir() if stat.S_ISDIR(os.fstat(descriptor).st_mode) else target.touch()
        kernel.mount(f"/proc/self/fd/{descriptor}", path, "", MountFlag.BIND | MountFlag.RECURSIVE)
        os.close(descriptor)


def mounts_below(place: str, mountinfo: str) -> list[str]:
    """The mount points below a folder, without those below one of them, of a text like `/proc/self/mountinfo`."""
    lines = filter(None, mountinfo.split("\n"))  # `splitlines` would split at signs that a path may hold
    # The kernel writes a space, a tab, a newline and a backslash in octal.
    paths = [re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), line.split(" ")[4]) for line in lines]
    outer: list[str] = []
    for path in sorted(path for path in paths if path.startswith(f"{place}/")):
        if not any(path == one or path.startswith(f"{one}/") for one in outer):
            outer.append(path)
    return outer


def _settle_in(work: str) -> None:
    """The lent folder is all that the submission has: home, temporary folder, place for configurations."""
    os.environ.update({"HOME": work, "TMPDIR": work, "MPLCONFIGDIR": work})
    tempfile.tempdir = None  # who asked before was told another


def _change_account(account: int, work: str) -> None:
    kernel.drop_bounding_set()
    if account:
        os.chown(work, account, account)
        os.setgroups([])
        os.setresgid(account, account, account)
        os.setresuid(account, account, account)
        kernel.die_with_parent()  # a change of user clears it


def _limit(limits: dict[str, int], processes: int) -> None:
    apply(
        Limits(
            memory_bytes=limits["memory_bytes"],
            processes=processes,
            open_files=512,
            file_bytes=limits["disk_bytes"],
            cpu_seconds=limits["cpu_seconds"],
            lent_bytes=limits["lent_bytes"],
        )
    )


def _drop(confinement: Confinement) -> None:
    kernel.drop_capabilities()
    kernel.set_no_new_privileges()
    syscalls.install_filter(confinement.profile)
