"""A bound on what a submission writes into the folder that it was lent, where no file system of its own has a size.

A thread looks several times a second, so that a submission can go beyond the bound by what it writes in that time. Files that
are open and have no name any more are not seen: of these the disc's own free space tells, which is why a disc that is almost
full ends the submission too, as the grader's fault and not the submission's, since nobody can say who filled it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

from grader.sandbox.folders import Size, measure

_SECONDS = 0.2
_MOST_ENTRIES = 20_000  # as many as the private file systems of the stronger wall hold
_RESERVE = 256 << 20


class Quota:
    """Watches `folder` until `close`; calls `on_excess` once, in its own thread: also when it fails, which `failure` tells."""

    def __init__(self, folder: Path, size: int, on_excess: Callable[[], None], seconds: float = _SECONDS) -> None:
        self.exceeded = self.disc_is_full = False
        self.failure: Exception | None = None
        self._folder = folder
        self._enough = Size(size, _MOST_ENTRIES)
        self._on_excess = on_excess
        self._seconds = seconds
        # A disc that was nearly full before is not made fuller by much: half of what there was stays.
        self._reserve = min(_RESERVE, self._free() // 2)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"quota of {folder}", daemon=True)
        self._thread.start()

    def _free(self) -> int:
        found = os.statvfs(self._folder)
        return found.f_bavail * found.f_frsize

    def _run(self) -> None:
        try:
            while not self.look():
                if self._end.wait(self._seconds):
                    return
        except Exception as error:  # noqa: BLE001  as in `watchdog`: nothing goes on that nobody watches
            self.failure = error
        self._on_excess()

    def look(self) -> bool:
        """Look once: whether a bound is passed."""
        found = measure(self._folder, self._enough)
        self.exceeded = found.size > self._enough.size or found.entries > self._enough.entries
        try:
            self.disc_is_full = not self.exceeded and self._free() < self._reserve
        except OSError:  # the folder has gone
            return False
        return self.exceeded or self.disc_is_full

    def close(self) -> None:
        """Stop watching."""
        self._end.set()
        self._thread.join()
