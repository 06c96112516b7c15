"""A template's folder in the temporary directory, and those that killed graders have left there.

Its name says whose it is: `grader-<machine>-<pid>-...`, where the machine is a digest of the boot and the pid namespace, for the
directory may be another host's or container's too, where the same pid is somebody else. What was left before a restart is
therefore not known for such; systems clear the directory then.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import stat
import tempfile
from pathlib import Path

from grader.sandbox.folders import remove

_NAME = re.compile(r"grader-(?P<machine>[0-9a-f]{12})-(?P<pid>[0-9]+)-.+")


def make_scratch() -> Path:
    """A new folder of this process's."""
    return Path(tempfile.mkdtemp(prefix=f"grader-{_machine()}-{os.getpid()}-" if _machine() else "grader-"))


def remove_abandoned() -> int:
    """Remove this user's folders whose graders no longer run; how many went. Safe at any time, and beside another's."""
    removed = 0
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as found:
        for path in [Path(entry.path) for entry in found if _is_abandoned(entry)]:
            remove(path)
            removed += not path.exists()
    return removed


def _is_abandoned(entry: os.DirEntry[str]) -> bool:
    match = _NAME.fullmatch(entry.name)
    if not match or match["machine"] != _machine() or Path("/proc", match["pid"]).exists():
        return False
    with contextlib.suppress(OSError):  # it has gone meanwhile
        status = entry.stat(follow_symlinks=False)  # anybody may put a link there
        return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    return False


@functools.cache
def _machine() -> str:
    """Of this boot of this host, and of this pid namespace; empty where there is none to tell by."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii")
        return hashlib.sha256(f"{boot}{os.stat('/proc/self/ns/pid').st_ino}".encode()).hexdigest()[:12]
    except OSError:
        return ""
