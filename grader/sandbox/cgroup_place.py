"""Where on this machine control groups can be made, for both versions of them.

Beneath the group that the grader runs in, or its nearest ancestor that can have any, so that whatever limit the machine's
owner set for the grader holds for the submissions too. Version 2 is preferred; on a machine with both, the memory and
pids controllers belong to one of them.

Who may: root with version 1; with version 2 root, and a user to whom systemd delegates a subtree (each login session
with a user manager; `systemd-run --user --scope -p Delegate=yes` puts a command there). In most containers nobody may.

Sources: the kernel's `Documentation/admin-guide/cgroup-v2.rst` and `cgroup-v1/cgroups.rst`, `proc(5)`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from grader.errors import WallError

_CONTROLLERS = {"memory", "pids"}
_SELF = Path("/proc/self")
_REMEDY = "start the grader with: systemd-run --user --scope -p Delegate=yes"


@dataclass(frozen=True)
class Place:
    """Where groups can be made: the parent folder for each controller, one and the same in version 2."""

    version: str
    memory: Path
    pids: Path

    def folders(self) -> tuple[Path, ...]:
        """The parent folders, each once."""
        return tuple(dict.fromkeys((self.memory, self.pids)))


def find_place(process: Path = _SELF) -> Place:
    """Where the process described by the folder `process` can make groups. `WallError`, with the reason, if nowhere."""
    try:
        mounts = _read_mounts(process / "mountinfo")
        own = _read_own_groups(process / "cgroup")
    except OSError as error:
        raise WallError(f"no control groups on this machine: {error}") from error
    reasons = []
    for find in (_find_v2, _find_v1):
        try:
            return find(mounts, own)
        except WallError as error:
            reasons.append(str(error))
    raise WallError("; ".join(reasons), remedy=_REMEDY)


@dataclass(frozen=True)
class _Mount:
    """A mounted hierarchy: the group that its top shows, and where; the controllers are options in version 1."""

    kind: str
    root: str
    point: Path
    options: frozenset[str]

    def folder_of(self, group: str) -> Path | None:
        """Where this mount shows `group`; None if the group lies outside of it."""
        if self.root != "/" and group != self.root and not group.startswith(self.root + "/"):
            return None
        inside = group if self.root == "/" else group.removeprefix(self.root)
        return self.point / inside.lstrip("/")


def _read_mounts(path: Path) -> list[_Mount]:
    """The hierarchies of `/proc/<pid>/mountinfo` (`proc(5)`)."""
    mounts = []
    for line in _lines(path):
        before, _, after = line.partition(" - ")
        fields, (kind, _source, options) = before.split(), after.split()[:3]
        if kind in ("cgroup", "cgroup2"):
            mounts.append(_Mount(kind, fields[3], Path(fields[4]), frozenset(options.split(","))))
    return mounts


def _read_own_groups(path: Path) -> dict[str, str]:
    """Controller -> group of `/proc/<pid>/cgroup`; the group of version 2 under the empty name."""
    groups: dict[str, str] = {}
    for line in _lines(path):
        _, controllers, group = line.split(":", 2)
        groups |= dict.fromkeys(controllers.split(","), group)
    return groups


def _lines(path: Path) -> list[str]:
    """Those of a file in which paths stand: any bytes, and any sign but the newline and those that the kernel writes in octal."""
    return [line for line in os.fsdecode(path.read_bytes()).split("\n") if line]


def _find_v1(mounts: list[_Mount], own: dict[str, str]) -> Place:
    folders = {}
    for controller in sorted(_CONTROLLERS):
        mount = next((each for each in mounts if each.kind == "cgroup" and controller in each.options), None)
        folder = mount.folder_of(own[controller]) if mount and controller in own else None
        if folder is None or not folder.is_dir():
            raise WallError(f"version 1 of control groups has no {controller} hierarchy here")
        if not os.access(folder, os.W_OK):
            raise WallError(f"{folder} is not writable")
        folders[controller] = folder
    return Place("v1", **folders)


def _find_v2(mounts: list[_Mount], own: dict[str, str]) -> Place:
    mount = next((each for each in mounts if each.kind == "cgroup2"), None)
    folder = mount.folder_of(own[""]) if mount and "" in own else None
    if mount is None or folder is None:
        raise WallError("version 2 of control groups is not mounted")
    for parent in (folder, *folder.parents):
        if not parent.is_relative_to(mount.point):
            break
        # A group whose controllers are handed down holds no processes itself, and may have children that do.
        handed_down = parent / "cgroup.subtree_control"
        if handed_down.exists() and set(handed_down.read_text().split()) >= _CONTROLLERS:
            # To move a process one must be able to write the common ancestor's list of processes too.
            if os.access(parent, os.W_OK) and os.access(parent / "cgroup.procs", os.W_OK):
                return Place("v2", parent, parent)
            break
    raise WallError("version 2 of control groups has no writable group with memory and pids above the grader's own")
