"""Files that are whole or not there: a reader sees the old content or the new one, never a part.

Each writer fills a file of its own beside the one that is meant, then renames it; several may write the same one at a time. What
ends a writer (a full disk, Ctrl-C, a text that cannot be encoded) leaves the old content, and nothing beside it. The file may be
read by whom the umask says, as any other.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file beside `path`, then put it in place. Raises what `write` raises, and `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # What comes before the last dot must be the same each time: torch writes it into the file.
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        write(partial)
        partial.replace(path)
    except BaseException:  # on a full disk, not even a part of the file should stay
        partial.unlink(missing_ok=True)
        raise


def write_bytes_whole(path: Path, raw: bytes) -> None:
    """Write a file of these bytes. Raises `OSError` when it cannot be written."""
    write_whole(path, lambda partial: partial.write_bytes(raw))


def write_text_whole(path: Path, text: str) -> None:
    """Write a file of this text in UTF-8. Raises `OSError` when it cannot be written."""
    write_whole(path, lambda partial: partial.write_text(text, encoding="utf-8", newline=""))


def write_json_whole(path: Path, document: Any) -> None:
    """Write a file of this document for people and programs. Raises `OSError` when it cannot be written."""
    write_text_whole(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
