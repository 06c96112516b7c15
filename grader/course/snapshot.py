"""Whether what an assignment is judged by is still what it was.

Files are read when a judge is made, and some (pictures, a helper that a test imports late) not before a test asks for them. A
look at all of them costs a `stat` each; contents are read again only where that is another.
"""

from __future__ import annotations

import os

from grader.course.assignment import AssignmentFolder

_Stamp = tuple[str, int, int, int, int]


class Snapshot:
    """An assignment's files as they are when it is made. Raises `OSError` when one cannot be read."""

    def __init__(self, folder: AssignmentFolder) -> None:
        self.folder = folder
        self._stamps = _stamps(folder)
        self._digest = folder.digest()

    def digest(self) -> str:
        """`AssignmentFolder.digest` of the files, as long as they are the same; empty for good once one has been another."""
        if self._digest:
            try:
                stamps = _stamps(self.folder)
                if stamps != self._stamps and self.folder.digest() != self._digest:
                    self._digest = ""
                self._stamps = stamps
            except OSError:  # one is gone
                self._digest = ""
        return self._digest


def _stamps(folder: AssignmentFolder) -> list[_Stamp]:
    found = []
    for path in folder.digested_files():
        status = os.stat(path)
        found.append((str(path), status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino))
    return found
