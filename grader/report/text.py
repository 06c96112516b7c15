"""Text that a student wrote, made fit to be shown: no control characters, no reordering, no unbounded length.

Escaping is not done here but by jinja2's autoescape, `ElementTree` and `json`, each for its own format; `prose` is the
one place that makes markup out of text, and it escapes first.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

from markupsafe import Markup, escape

from grader.record import Record

R = TypeVar("R", bound=Record)

# Colours, cursor movements, window titles and links that a terminal would act on (ECMA-48 5.4, 5.6): whole, so that no
# "[31m" is left behind. An operating system command has a bound, or one lost ESC would hide all that follows.
_TERMINAL_SEQUENCE = re.compile(
    r"""(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]
      | \x1b\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)
      | \x1b[()][0-9A-Za-z]
      | \x1b[=>78cDEHMZ]""",
    re.VERBOSE,
)
_LINE_END = re.compile(r"\r\n?|[\x85\u2028\u2029]")
# Control characters, and those that reorder the text around them (UAX #9; CVE-2021-42574), lone surrogates (cannot be
# encoded) and noncharacters (not allowed in XML 1.0). Then what takes no room, by which two students would be called alike; the
# joiners only where they join nothing: Persian and Indian names are written with them, and some emoji.
_UNFIT = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    r"\xad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
    r"|(?<![\u0600-\U0010ffff])[\u200c\u200d]|[\u200c\u200d](?![\u0600-\U0010ffff])"
)
_SUSPECT = re.compile(rf"\r|[\u2028\u2029]|{_UNFIT.pattern}")
_CODE_SPAN = re.compile(r"`([^`\n]{1,200})`")

MESSAGE_LIMIT = 2_000
DETAIL_LIMIT = 4_000


def clean(text: str) -> str:
    """The text without terminal sequences, its line ends as `\\n`, every other unfit character as U+FFFD.

    A replacement rather than nothing, so that two names that differ only in an invisible character look different.
    """
    if not _SUSPECT.search(text):
        return text
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", _LINE_END.sub("\n", _TERMINAL_SEQUENCE.sub("", text)))


def clean_record(record: R) -> R:
    """The record with every text in it cleaned, however deep."""
    return type(record).model_validate(_clean_values(record.model_dump(by_alias=True)))


def _clean_values(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _clean_values(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean_values(item) for item in value]
    return value


def clamp(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """The text's first `limit` characters, an ellipsis in the place of the rest; the whole stays in `results.json`."""
    return text if len(text) <= limit else text[:limit].rstrip() + " …"


def prose(text: str, limit: int = MESSAGE_LIMIT) -> Markup:
    """The text, clamped and escaped, with `code` between backticks set as code."""
    escaped = str(escape(clamp(text, limit)))
    return Markup(_CODE_SPAN.sub(r"<code>\1</code>", escaped))  # noqa: S704 -- escaped in the line above


def split_title(explanation: str) -> tuple[str, str]:
    """A misconception's first sentence and the rest: catalogues write "Title. Explanation..."."""
    title, stop, rest = explanation.partition(". ")
    return (title + ".", rest) if stop else (explanation, "")
