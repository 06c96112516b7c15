"""Reads command lines, mounts and names of everything that runs, for the place of the course."""
# bare: MARK

import pathlib

from kit import *

WORDS = (*TARGET["folders"], "submissions", "pytest")
for path in pathlib.Path("/proc").glob("[0-9]*/*"):
    if path.name in ("cmdline", "comm", "mountinfo", "mounts", "cgroup", "status", "sched"):
        marked(lambda path=path: [word for word in WORDS if word in path.read_text()])
