"""The catalogues are complete and compiled."""

from __future__ import annotations

import ast
import io
import re
from typing import Any

import pytest

from grader.i18n import LOCALE_FOLDER

pytest.importorskip("babel", reason="needs Babel")

from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

PACKAGE = LOCALE_FOLDER.parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]


def catalogue() -> Any:
    """The Russian catalogue."""
    with (LOCALE_FOLDER / "ru" / "LC_MESSAGES" / "grader.po").open("rb") as file:
        return read_po(file, locale="ru")


def fields(text: str) -> set[str]:
    """The names that a text is formatted with."""
    return set(re.findall(r"%\((\w+)\)s|\{(\w+)\}", text)) if text else set()


def test_every_text_is_translated() -> None:
    """Protects Russian readers from English islands."""
    russian = catalogue()
    options = {"**/templates/**.html": {"silent": "false"}}
    texts = {message for _file, _line, message, _notes, _context in extract_from_dir(PACKAGE, METHODS, options)}
    assert len(texts) > 150
    missing = []
    for text in texts:
        found = russian.get(text[0] if isinstance(text, tuple) else text)
        strings = found.string if found and isinstance(found.string, tuple) else (found.string if found else "",)
        if not all(strings):
            missing.append(text)
    assert missing == []


def test_no_text_stands_within_an_f_string() -> None:
    """Protects Russian readers from what Babel does not see on Python 3.11, which the catalogues are made with."""
    hidden = [
        f"{path.relative_to(PACKAGE)}:{call.lineno}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in ("_", "gettext", "ngettext")
    ]
    assert hidden == []


def test_translations_keep_the_fields() -> None:
    """Protects from a page that fails in one language only: a misspelt field is a KeyError."""
    for message in catalogue():
        if not message.id or not message.string:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for string in strings:
            assert not string or fields(string) == fields(ids[-1]), string


def test_the_compiled_catalogue_is_the_source_compiled() -> None:
    """Protects from a translation that is in the .po file and not on the page."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue())
    buffer.seek(0)
    with (LOCALE_FOLDER / "ru" / "LC_MESSAGES" / "grader.mo").open("rb") as file:
        compiled = read_mo(file)
    source = read_mo(buffer)
    assert [(message.id, message.string) for message in compiled] == [(message.id, message.string) for message in source]
