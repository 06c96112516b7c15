"""One command at a time in a report's folder: two would empty each other's unpacked works, and mix their pages.

The lock is the kernel's, on the file `.lock` in there, and ends with the process that holds it, however that dies. Children do
not inherit it. Where there are no such locks (Windows, some network folders) nobody is kept out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from grader.errors import UsageError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LOCK = ".lock"


@contextmanager
def occupied(out: Path) -> Iterator[None]:
    """Make the folder where there is none, and keep others out of it; at the end it goes again if nothing was written there.

    Raises `UsageError` when another command works there, `OSError` when it cannot be made.
    """
    if fcntl is None:
        yield
        return
    new = [folder for folder in (out, *out.parents) if not folder.exists()]
    out.mkdir(parents=True, exist_ok=True)
    with (out / LOCK).open("a") as stream:
        if not _has_locked(stream, out / LOCK):
            raise UsageError(f"--out: another grade is at work in {out}", remedy="wait until it has ended, or name another --out")
        try:
            yield
        finally:
            with suppress(OSError):  # not empty, or gone
                (out / LOCK).unlink()
                for folder in new:
                    folder.rmdir()


def _has_locked(stream: IO[str], path: Path) -> bool:
    try:
        fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # POSIX leaves open which
        return False
    except OSError:  # a file system without locks
        return True
    # Whoever held it may have removed the file after it was opened here: this lock would then keep nobody out.
    with suppress(OSError):
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    return False
