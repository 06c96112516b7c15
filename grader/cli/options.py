"""Options that several commands share, refused where they cannot be. Imports nothing heavy: `grade check` is waited for."""

from __future__ import annotations

import os
from pathlib import Path

from grader.errors import UsageError
from grader.i18n import languages

_DEVICES = (Path("/dev"), Path("/dev/fd"))


def check_out(out: Path, option: str = "--out") -> None:
    """`option` is what the folder was named by. Raises `UsageError` when there is no such folder and none can be made."""
    nearest = next(path for path in (out, *out.absolute().parents) if path.exists())
    if not nearest.is_dir():
        raise UsageError(f"{option}: {nearest} is not a folder")
    if not os.access(nearest, os.W_OK):
        raise UsageError(f"{option}: {nearest} cannot be written to")


def check_file(file: Path | None, option: str) -> None:
    """For a file that `option` names; None where it was not given.

    Raises `UsageError` where none can be made, and for a pipe or a device: the file takes the place of what is there, so that
    root would exchange `/dev/stdout` for it. What is told of the work is on standard output already.
    """
    if file is None:
        return
    check_out(file.parent, option)
    if file.is_dir():
        raise UsageError(f"{option}: {file} is a folder; name a file in it")
    is_special = os.path.exists(file) and not file.is_file()
    if is_special or Path(os.path.abspath(file)).parent in _DEVICES:
        raise UsageError(f"{option}: {file} is a device or a pipe; name a file")


def check_language(language: str) -> None:
    """Raises `UsageError` for a language that there are no words for."""
    if language and language not in languages():
        raise UsageError(f"--lang: no language {language!r}; there are {', '.join(languages())}")
