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
_ATTEMPTS = 100


@contextmanager
def occupied(out: Path) -> Iterator[None]:
    """Make the folder where there is none, and keep others out of it; at the end it goes again if nothing was written there.

    Raises `UsageError` when another command works there, `OSError` when it cannot be made.
    """
    if fcntl is None:
        yield
        return
    stream, new = _locked(out)
    with stream:
        try:
            yield
        finally:
            with suppress(OSError):  # not empty, or gone
                (out / LOCK).unlink()
                for folder in new:
                    folder.rmdir()


def _locked(out: Path) -> tuple[IO[str], list[Path]]:
    """The file `.lock` in the folder, locked, and the folders that were made for it.

    Another command that ends meanwhile takes the file along, and may take the folder: then it is tried again.
    """
    new: list[Path] = []
    for left in reversed(range(_ATTEMPTS)):
        new = max(new, [folder for folder in (out, *out.parents) if not folder.exists()], key=len)
        try:
            out.mkdir(parents=True, exist_ok=True)
            stream = (out / LOCK).open("a")
        except (FileNotFoundError, FileExistsError):
            if left:
                continue
            raise
        has_locked = _has_locked(stream)
        if _is_there(stream, out / LOCK):
            if has_locked:
                return stream, new
            stream.close()
            break
        stream.close()  # a lock on it would keep nobody out
    raise UsageError(f"--out: another grade is at work in {out}", remedy="wait until it has ended, or name another --out")


def _has_locked(stream: IO[str]) -> bool:
    try:
        fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # POSIX leaves open which
        return False
    except OSError:  # a file system without locks
        return True
    return True


def _is_there(stream: IO[str], path: Path) -> bool:
    with suppress(OSError):
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    return False
