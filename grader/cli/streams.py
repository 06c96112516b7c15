"""Standard output and error that take any letter: what a console's code page lacks is written plainer, and ends nothing.

A Russian Windows writes pipes and files in Windows-1251, which has no ✓; a Western one in Windows-1252, which has no Cyrillic.
An exception at the first such letter would look like a wrong solution to whoever reads the exit status.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
import unicodedata
from collections.abc import Mapping

_HANDLER = "grader.plainer"
_PLAINER = {"✓": "+", "✗": "x", "∞": "~", "×": "x", "†": "#", "→": "->", "…": "...", "−": "-", "·": "-"}
_PLAINER |= dict.fromkeys("–—─━", "-") | dict.fromkeys("“”„«»", '"') | dict.fromkeys("‘’", "'") | dict.fromkeys("│┃", "|")


def take_any_letter(environment: Mapping[str, str] = os.environ, *, windows: bool = os.name == "nt") -> None:
    """Prepare this process's standard output and error.

    On Windows, what does not go to a console is written in UTF-8, as Python 3.15 does by itself (PEP 686), unless
    `PYTHONIOENCODING` names an encoding. Any other encoding is kept; what it lacks is written plainer, or as `?`.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            prepare(stream, utf8=windows and not stream.isatty() and not environment.get("PYTHONIOENCODING"))


def prepare(stream: io.TextIOWrapper, *, utf8: bool) -> None:
    """Let the stream take any letter; `utf8` changes its encoding."""
    codecs.register_error(_HANDLER, _plainer)
    if utf8:
        stream.reconfigure(encoding="utf-8")
    # In UTF-8 the lone surrogates of an undecodable file name are all that could fail.
    stream.reconfigure(errors="backslashreplace" if codecs.lookup(stream.encoding).name == "utf-8" else _HANDLER)


def _plainer(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_plain(letter) for letter in error.object[error.start : error.end]), error.end


def _plain(letter: str) -> str:
    if letter in _PLAINER:
        return _PLAINER[letter]
    return unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode() or "?"
