"""How much memory a container leaves: the machine's free memory says nothing of the limit that a control group sets.

Sources: the kernel's `Documentation/admin-guide/cgroup-v2.rst` (memory.max, memory.current, memory.stat) and
`cgroup-v1/memory.rst`; every group above counts too.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


def room_in_group(own: Path = _OWN, root: Path = _ROOT) -> int:
    """Bytes that this process's control groups still allow; `sys.maxsize` where there is no limit, or none can be read."""
    rooms = [sys.maxsize]
    try:
        lines = os.fsdecode(own.read_bytes()).split("\n")  # a group's name may be any bytes
    except OSError:
        return sys.maxsize
    for line in filter(None, lines):
        _, controllers, path = line.split(":", 2)
        if not controllers:
            rooms += [_room(folder, "memory.max", "memory.current", "inactive_file") for folder in _upwards(root, path)]
        elif "memory" in controllers.split(","):
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            rooms += [_room(folder, *names) for folder in _upwards(root / "memory", path)]
    return max(0, min(rooms))


def _upwards(root: Path, path: str) -> list[Path]:
    """The group's folder and those above it. In a container the path may be the host's: then the root alone is there."""
    folder = root / path.lstrip("/")
    return [one for one in (folder, *folder.parents) if one.is_relative_to(root)]


def _room(folder: Path, limit: str, used: str, cached: str) -> int:
    try:
        most, taken = (folder / limit).read_text().strip(), int((folder / used).read_text())
        stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        return sys.maxsize if most == "max" else int(most) - taken + int(stat.get(cached, 0))
    except (OSError, ValueError):
        return sys.maxsize
