"""A file's bytes become text in the encodings that editors write, and in no other that it may name."""

from __future__ import annotations

import codecs

import pytest

from grader.guest.encoding import COOKIES, decode, told

ODD = """
    rot13 hex zlib bz2 uu quopri base64 punycode idna unicode_escape raw_unicode_escape utf-7 utf-16 undefined mbcs none such
"""


@pytest.mark.parametrize("name", ODD.split())
def test_no_other_encoding_is_used(name: str) -> None:
    """Protects who reads files outside the sandbox: some codecs know no text, some take for ever."""
    raw = f"# -*- coding: {name} -*-\nx = 'ёж'  # \\u000a\n".encode()
    assert told(raw) == ""
    assert decode(raw) == (raw.decode(), "")


@pytest.mark.parametrize("name", sorted(COOKIES))
def test_an_encoding_of_an_editor_is_used(name: str) -> None:
    """Protects honest files with a cookie: behind a comment, behind an empty line of Windows, by a name of Python's."""
    assert codecs.lookup(name).name == name
    for start in ("", "#!python\n", "\r\n", " # the lab\r\n"):
        assert told(f"{start}# vim: fileencoding={name.upper()}\n".encode()) == name
    text = "# coding: " + name + "\nx = '" + bytes(range(0xC0, 0xD8)).decode(name, "ignore") + "'\n"
    assert decode(text.encode(name)) == (text, "")


def test_a_wrong_indentation_before_a_comment() -> None:
    """Protects the class from one file that Python's tokenizer refuses: its text is what is asked for, whatever code it is."""
    text = "def f():\n        x = 1\n    y = 2  # ещё\n"
    assert decode(text.encode("cp1251")) == (text, "Windows-1251")


@pytest.mark.parametrize("start", ["x = 1\n", "\n\n", "\ufeff", "# " + "x" * 3_000])
def test_a_cookie_elsewhere_is_none(start: str) -> None:
    """Protects text about cookies: PEP 263 looks into the first two lines alone, and a byte order mark says UTF-8."""
    assert told(f"{start}# coding: cp1251\n".encode()) == ""


def test_a_long_file_is_not_tokenized(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the reader's time, seconds for each million bytes: one such byte in a comment costs a long file its names."""
    monkeypatch.setattr("grader.guest.encoding._MOST_TOKENIZED", 40)
    short = "ё = 1  # ".encode() + b"\xff\n"
    assert decode(short) == ("ё = 1  # \ufffd\n", "")
    assert decode(short + b"\n" * 40)[1] == "Windows-1251"
