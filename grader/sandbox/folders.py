"""Folders that a submission has written to: how much lies in them, and how to be rid of them, whatever it has made there.

Nothing here follows a link, trusts a name or needs a path longer than two folders: a submission may nest folders deeper than any
path can be long, take all rights from them, and give files any name.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
from dataclasses import dataclass
from pathlib import Path

_LONGEST_PATH = 4000


@dataclass(frozen=True)
class Size:
    """What lies in a folder: bytes on the disc, and files and folders."""

    size: int
    entries: int


def measure(folder: Path, enough: Size) -> Size:
    """What lies in the folder, counted until it is more than `enough`; folders nested beyond any path count as more, and so do
    those that are closed."""
    size, entries = 0, 0
    waiting = [str(folder)]
    while waiting and size <= enough.size and entries <= enough.entries:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in itertools.islice(found, enough.entries + 1):
                    entries += 1
                    try:
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
                    except PermissionError:
                        raise
                    except OSError:  # it has gone meanwhile
                        pass
                    if len(entry.path) > _LONGEST_PATH:
                        return Size(size, enough.entries + 1)
        except PermissionError:  # its owner has closed it to itself, and nobody can count what is in it
            return Size(size, enough.entries + 1)
        except OSError:
            continue
    return Size(size, entries)


def remove(folder: Path) -> None:
    """Remove the folder with all in it, as far as this user may; what cannot be removed is left.

    Flat: what lies two folders down is moved up until nothing is nested, so that no recursion and no path grows with the depth.
    Nobody else may be changing the folder any more. A link in its place is left as it is.
    """
    numbers = itertools.count()
    progress = not folder.is_symlink()
    while progress:
        progress = False
        for child in _folders_in(folder):
            for inner in _folders_in(child):
                progress |= _move_up(inner, folder, numbers)
            with contextlib.suppress(OSError):
                child.rmdir()
                progress = True
    with contextlib.suppress(OSError):
        folder.rmdir()


def _folders_in(folder: Path) -> list[Path]:
    """The folders in it; everything else in it, links to folders above all, is unlinked."""
    found = []
    try:
        folder.chmod(stat.S_IRWXU)
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    found.append(Path(entry.path))
                    continue
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)
    except OSError:
        return []
    return found


def _move_up(inner: Path, folder: Path, numbers: itertools.count[int]) -> bool:
    target = next(path for number in numbers if not os.path.lexists(path := folder / f".{number}"))
    try:
        inner.chmod(stat.S_IRWXU)  # moving a folder rewrites its `..`, for which its owner needs the right to write
        inner.rename(target)
    except OSError:
        return False
    return True
