"""What was typed and cannot be done, as a `UsageError` in the words that `--help` uses.

Two kinds: words that are no command line, and places that were named and cannot be written to or read. A place that nobody named
is the grader's own business: what fails there is a fault, and stays one.
"""

from __future__ import annotations

import difflib
import errno
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cyclopts.exceptions import CycloptsError, MissingArgumentError, UnusedCliTokensError

from grader.errors import UsageError

_NOT_THERE = {
    errno.EACCES,
    errno.EPERM,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
    errno.EROFS,
    errno.ENOENT,
    errno.ENAMETOOLONG,
    errno.ELOOP,
}


def refuse_unknown_word(arguments: Sequence[str], commands: Sequence[str]) -> None:
    """Raises `UsageError` where the first word is no command and nothing on disk: it would be taken for a folder."""
    word = arguments[0] if arguments else "-"
    if word.startswith("-") or word in commands or os.path.lexists(word):
        return
    raise UsageError(f"no such command or folder {word}{_meant(Path(word), commands)}", remedy=_see_all(commands))


def refuse_unusable_folder() -> None:
    """Raises `UsageError` where the working folder is gone, or closed to this user, as a home is after `sudo -u`: pytest and
    workers go into it."""
    try:
        here = os.getcwd()
    except OSError as error:
        raise UsageError("the working folder is gone", remedy="go into another one") from error
    if not os.access(here, os.X_OK):
        raise UsageError(f"the working folder {here} is closed to this user", remedy="go into another one first, as with cd /")


def refuse_missing(place: Path) -> None:
    """Raises `UsageError` where nothing on disk is called so, with the folder that was meant, if one is called nearly so."""
    if not os.path.lexists(place):
        raise UsageError(f"there is no folder {place}{_meant(place)}")


def _meant(place: Path, commands: Sequence[str] = ()) -> str:
    beside = [str(place.parent / name) for name in _folders_in(place.parent)]
    near = difflib.get_close_matches(str(place), [*commands, *beside], n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _folders_in(place: Path) -> list[str]:
    with suppress(OSError), os.scandir(place) as found:
        return sorted(one.name for one in found if one.is_dir() and not one.name.startswith("."))
    return []


def misuse(error: CycloptsError, commands: Sequence[str]) -> UsageError:
    """What cyclopts could not read."""
    command = error.command_chain[0] if error.command_chain else ""
    called = f"grade {command}".strip()
    message, remedy = " ".join(str(error).split()), f"see {called} --help"
    if isinstance(error, MissingArgumentError) and error.argument is not None:
        field = error.argument.field_info
        if error.keyword:
            message = f"{error.keyword} needs a value"
        elif field.is_keyword_only:
            message = f"{called} needs {error.argument.name}"
        elif command:  # no option has its name
            message = f"{called} needs {field.name.upper()}"
        else:
            message = f"{called} needs {field.name.upper()}, a folder to grade, or a command"
            remedy = _see_all(commands)
    if isinstance(error, UnusedCliTokensError) and error.unused_tokens:
        message = f"{called} has no use for {' '.join(error.unused_tokens)}"
    return UsageError(message, remedy=remedy)


def _see_all(commands: Sequence[str]) -> str:
    return f"the commands are {', '.join(commands)}; see grade --help"


def unusable_place(error: OSError, arguments: Sequence[str]) -> UsageError | None:
    """The error as the user's, where it is about a place that was named; None for any other."""
    if error.errno not in _NOT_THERE or not isinstance(error.filename, str):
        return None
    path = Path(os.path.abspath(error.filename))
    words = [word.partition("=")[2] if word.startswith("-") else word for word in arguments]
    named = {word: Path(os.path.abspath(word)) for word in words if word}
    shown = next((word for word, place in named.items() if _is_first_of(path, place)), error.filename)
    inside = any(path.is_relative_to(place) or place.is_relative_to(path) for place in named.values())
    if shown not in named and not inside and Path(error.filename).is_absolute():  # what a command writes by itself is relative
        return None
    reason = "there is a file of that name" if error.errno == errno.EEXIST else error.strerror
    return UsageError(f"{shown} cannot be used: {reason}")


def _is_first_of(path: Path, place: Path) -> bool:
    """Whether it is the file that a place is first written to (`grader.wholefile.write_whole`)."""
    return path.parent == place.parent and path.name.startswith(f".{place.name}.")
