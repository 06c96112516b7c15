"""Files that are whole or not there: a reader sees the old content or the new one, never a part.

Each writer fills a file of its own beside the one that is meant, then renames it; several may write the same one at a time. What
ends a writer (a full disk, Ctrl-C, a text that cannot be encoded) leaves the old content, and nothing beside it. Only SIGKILL and
a power cut leave the writer's own file, which `remove_halves` knows by its name and its age. The file may be read by whom the
umask says, as any other.

With `durable` it is on the disk before there is a return. That is for results: pages, of which there are hundreds, and what a
cache keeps can be made again.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_HALF = re.compile(r"\..+\.[0-9a-f]{16}")
_ABANDONED_SECONDS = 24 * 3600  # no file takes so long to write, not even over a network


def write_whole(path: Path, write: Callable[[Path], object], *, durable: bool = False) -> None:
    """Let `write` make a file beside `path`, then put it in place. Raises what `write` raises, and `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # What comes before the last dot must be the same each time: torch writes it into the file.
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        write(partial)
        if durable:  # before the exchange of names: a power cut after it must not find the file empty
            with partial.open("rb+") as stream:
                os.fsync(stream.fileno())
        partial.replace(path)
    except BaseException:  # on a full disk, not even a part of the file should stay
        partial.unlink(missing_ok=True)
        raise
    if durable:
        _sync_names(path.parent)


def _sync_names(folder: Path) -> None:
    with contextlib.suppress(OSError):  # Windows opens no folder, and some network folders cannot do it
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_halves(folder: Path) -> None:
    """Remove from the folder what writers that were killed have left in it: their own files of a day ago and before."""
    before = time.time() - _ABANDONED_SECONDS
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            with contextlib.suppress(OSError):  # another command removes it too, or it is another user's
                is_half = _HALF.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
                if is_half and entry.stat(follow_symlinks=False).st_mtime < before:
                    os.unlink(entry.path)


def write_bytes_whole(path: Path, raw: bytes) -> None:
    """Write a file of these bytes. Raises `OSError` when it cannot be written."""
    write_whole(path, lambda partial: partial.write_bytes(raw))


def write_text_whole(path: Path, text: str, *, durable: bool = False) -> None:
    """Write a file of this text in UTF-8. Raises `OSError` when it cannot be written."""
    write_whole(path, lambda partial: partial.write_text(text, encoding="utf-8", newline=""), durable=durable)


def write_json_whole(path: Path, document: Any) -> None:
    """Write a file of this document for people and programs. Raises `OSError` when it cannot be written."""
    write_text_whole(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
