"""The bytes of a submission's file as text, whichever editor wrote them."""

from __future__ import annotations

import codecs
import contextlib
import io
import re
import tokenize

# PEP 263: in the first line, or in the second behind a comment or nothing.
_COOKIE = re.compile(rb"(?:[ \t\f]*(?:#.*|\r)?\n)??[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_MOST_COOKIE = 2_000  # bytes that are looked at for it
# Those that an editor may have written. Of others some are none of text (rot13, zlib), some take a time that grows with the
# square of the length (punycode), some make lines of what is none (unicode_escape).
_NAMES = """
    koi8-r koi8-u cp1251 cp866 mac-cyrillic iso8859-5 iso8859-1 iso8859-2 iso8859-9 iso8859-15 cp1250 cp1252 cp1254
    gb2312 gbk gb18030 big5 shift_jis cp932 euc_jp euc_kr cp949
"""
COOKIES = frozenset(_NAMES.split())
_MOST_TOKENIZED = 500_000  # bytes; a second or two
_CONTROLS = {*range(1, 32)} - {*b"\t\n\v\f\r\x1a\x1b"}  # DOS ended files by 0x1A; 0x1B begins colours
_ESCAPED = re.compile("[\udc80-\udcff]")  # what "surrogateescape" makes of a byte that is not UTF-8
_UTF16 = codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE


def is_binary(raw: bytes) -> bool:
    """Whether bytes are no text at all: they hold a zero (only UTF-16 does) or are not UTF-8 and hold what no editor writes."""
    if raw.startswith(_UTF16):
        return False
    if b"\0" in raw:
        return True
    try:
        raw.decode()
    except UnicodeDecodeError:
        return not _CONTROLS.isdisjoint(raw)
    return False


def told(raw: bytes) -> str:
    """The encoding that a coding cookie names, by its codec's name, if it is one of `COOKIES`; else ""."""
    cookie = _COOKIE.match(raw[:_MOST_COOKIE])
    try:
        name = codecs.lookup(cookie[1].decode("ascii")).name if cookie is not None else ""
    except LookupError:
        return ""
    return name if name in COOKIES else ""


def decode(raw: bytes) -> tuple[str, str]:
    """The text of a module or a notebook, and the encoding where it had to be guessed, else "".

    In the encoding that its coding cookie names (see `told`), else UTF-8. Python reads no other; old editors and shells of
    Windows write them. As code is ASCII, only what names and strings look like hangs on the guess. Raises `UnicodeError`.
    """
    if raw.startswith(_UTF16):
        return _universal(raw, "utf-16"), "UTF-16"
    with contextlib.suppress(UnicodeError):
        return _universal(raw, told(raw) or "utf-8-sig"), ""
    if len(raw) <= _MOST_TOKENIZED:
        with contextlib.suppress(UnicodeError):
            return _decode_but_for_comments(raw), ""
    return _universal(raw, "cp1251"), "Windows-1251"


def _universal(raw: bytes, encoding: str) -> str:
    return io.TextIOWrapper(io.BytesIO(raw), encoding, newline=None).read()


def _decode_but_for_comments(raw: bytes) -> str:
    """The text of a module whose comments alone are in another encoding. Raises `UnicodeError` when more of it is."""
    text = io.TextIOWrapper(io.BytesIO(raw), "utf-8", errors="surrogateescape", newline=None).read()
    lines = io.StringIO(text).readlines()
    readable = map(_readable, list(lines))  # from Python 3.12 on its tokenizer takes nothing else
    # What stands after the token that it cannot read, or after a wrong indentation, is checked below.
    with contextlib.suppress(tokenize.TokenError, IndentationError):
        for token in tokenize.generate_tokens(readable.__next__):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                lines[row - 1] = lines[row - 1][:column] + token.string + lines[row - 1][token.end[1] :]
    text = "".join(lines)
    text.encode("utf-8")
    return text


def _readable(text: str) -> str:
    """The text with a mark in place of each byte that is of another encoding: as many characters as before."""
    return _ESCAPED.sub("\ufffd", text)
