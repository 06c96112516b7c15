"""From a fork of the template to a submission's own, confined process.

Order matters: namespaces before limits, limits before privileges are dropped, everything before the submission is seen.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from grader.guest import kernel, landlock, syscalls
from grader.guest.kernel import MountFlag, Namespace
from grader.guest.limits import Limits, apply, tasks_of

_NAMESPACES = Namespace.USER | Namespace.PID | Namespace.MOUNT | Namespace.IPC | Namespace.UTS | Namespace.NET
HOME = Path("/home/student")


def become_session(limits: dict[str, int], work: str, run: Callable[[], None]) -> NoReturn:
    """In a fresh fork: build the inner wall, call `run`, and never return.

    `work` is the working folder without an outer wall (`--sandbox none`): then limits still hold, but nothing is hidden.
    """
    confined = not work
    try:
        os.setsid()
        if not confined:
            kernel.die_with_parent()
            os.chdir(work)
            _confine(limits, confined)
            run()
            os._exit(0)
        _enter_namespaces()
        inner = os.fork()
        if inner:
            _watch(inner)
        kernel.die_with_parent()
        os.setsid()  # else `kill(0, ...)` from inside reaches the outer half: process groups know no namespaces
        _mount_private(limits["disk_bytes"])
        _confine(limits, confined)
        run()
        os._exit(0)
    except BaseException:  # noqa: BLE001  nothing may return into the template's loop
        traceback.print_exc(file=sys.__stderr__)
        os._exit(70)


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


def _mount_private(disk_bytes: int) -> None:
    for place in ("/tmp", str(HOME), "/dev/shm"):
        options = f"size={disk_bytes},mode=0700,nr_inodes=20000"
        kernel.mount("tmpfs", place, "tmpfs", MountFlag.NO_SUID | MountFlag.NO_DEV, options)
    work = HOME / "work"
    work.mkdir()
    os.chdir(work)


def _confine(limits: dict[str, int], confined: bool) -> None:
    apply(
        Limits(
            memory_bytes=limits["memory_bytes"],
            # Without a namespace of its own, the limit would count everything else that this user runs: a desktop is beyond it.
            processes=limits["processes"] + (0 if confined else tasks_of(os.getuid())),
            open_files=512,
            file_bytes=limits["disk_bytes"],
            cpu_seconds=limits["cpu_seconds"],
        )
    )
    if confined:
        landlock.restrict(["/"], ["/tmp", str(HOME), "/dev/shm", *landlock.DEVICES, "/dev/pts", "/dev/ptmx", "/dev/tty"], True)
        kernel.drop_capabilities()
    kernel.set_no_new_privileges()
    if confined:
        syscalls.install_filter()
