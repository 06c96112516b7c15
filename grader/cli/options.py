"""Options that several commands share, refused where they cannot be. Imports nothing heavy: `grade check` is waited for."""

from __future__ import annotations

import os
from pathlib import Path

from grader.errors import UsageError
from grader.i18n import languages


def check_out(out: Path, option: str = "--out") -> None:
    """`option` is what the folder was named by. Raises `UsageError` when there is no such folder and none can be made."""
    nearest = next(path for path in (out, *out.absolute().parents) if path.exists())
    if not nearest.is_dir():
        raise UsageError(f"{option}: {nearest} is not a folder")
    if not os.access(nearest, os.W_OK):
        raise UsageError(f"{option}: {nearest} cannot be written to")


def check_language(language: str) -> None:
    """Raises `UsageError` for a language that there are no words for."""
    if language and language not in languages():
        raise UsageError(f"--lang: no language {language!r}; there are {', '.join(languages())}")
