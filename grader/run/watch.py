"""Waiting until a submission or the course changes, by looking at it again and again.

Polling needs no library, works on network folders, and costs one `stat` per file and second. What it sees is only that
something is different: what has to be graded again is decided by content, by the run's journal.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from grader.course.assignment import AssignmentFolder
from grader.course.walk import descend

Fingerprint = frozenset[tuple[str, int, int, int]]

_HIDDEN = (".", "__")  # what editors, Jupyter and Python leave beside a submission


def fingerprint(folder: Path, without: Path) -> Fingerprint:
    """Name, size, time and inode of every file below `folder` but not `without` (a report that is written there); empty when
    there is no such folder.

    The inode and the time of the last change of status (not of the content alone) tell a file that was replaced by an older one.
    """
    seen: set[tuple[str, int, int, int]] = set()
    passed_over = without.resolve()
    for directory, names, files in descend(folder):
        here = Path(directory)
        names[:] = [name for name in names if not name.startswith(_HIDDEN) and (here / name).resolve() != passed_over]
        seen |= _stamps(os.path.join(directory, name) for name in files if not name.startswith("."))
    return frozenset(seen)


def course_fingerprint(folders: Iterable[AssignmentFolder]) -> Fingerprint:
    """What tells a change of the files that verdicts depend on; nothing of an assignment whose reference is gone."""
    found: Fingerprint = frozenset()
    for folder in folders:
        with suppress(OSError):
            found |= _stamps(folder.digested_files())
    return found


def _stamps(paths: Iterable[str | Path]) -> Fingerprint:
    """Name, size, time and inode of these files; nothing of one that is gone."""
    seen = set()
    for path in paths:
        try:
            status = os.lstat(path)
        except OSError:
            continue
        seen.add((str(path), status.st_size, max(status.st_mtime_ns, status.st_ctime_ns), status.st_ino))
    return frozenset(seen)


def wait_for_change(look: Callable[[], Fingerprint], seen: Fingerprint, interval: float = 0.5) -> Fingerprint:
    """What `look` sees once it differs from `seen` and has stayed the same for an interval.

    Half a file is not graded: whoever saves in several steps is waited for. Ends with nothing but a change or Ctrl-C.
    """
    while True:
        time.sleep(interval)
        found = look()
        while found != seen:
            time.sleep(interval)
            again = look()
            if again == found:
                return found
            found = again
