"""Titles of tests, as students read them and as translators find them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from grader.course.titles import extract, title

SOURCE = '''
import pytest
from grader.testing import gettext as _

@pytest.mark.part("mean")
def test_one(check):
    """  The title, with an ё.

    Not the title.
    """
    check.mean([1], hint=_("a hint of {count} words", count=3))

class TestGroup:
    async def test_two(self, check):
        """
        Second title.
        """

def test_without_words(check):
    pass

def helper():
    """No title."""
    return _("another " "text")
'''


@pytest.mark.parametrize(
    ("docstring", "shown"),
    [("The title.", "The title."), ("\n  The title.\n\n  More.", "The title."), ("", "test_x"), (" \n ", "test_x")],
)
def test_the_first_line_is_the_title(docstring: str, shown: str) -> None:
    """Protects students from a test without a name, whatever the layout of its docstring."""
    assert title(docstring, "test_x") == shown


def test_titles_and_marked_texts_are_found() -> None:
    """Protects the catalogue: the titles that are shown are those that are extracted, and `_()` is not lost beside them."""
    pytest.importorskip("babel", reason="needs Babel")
    from babel.messages.extract import extract as run

    found = list(run(extract, io.BytesIO(SOURCE.encode()), options={"encoding": "utf-8"}))
    assert {text for _line, text, _notes, _context in found} == {
        "The title, with an ё.",
        "Second title.",
        "a hint of {count} words",
        "another text",
    }
    assert all(line > 0 for line, *_rest in found)


def test_the_mapping_finds_the_words_of_every_assignment(repository: Path) -> None:
    """Protects `assignments/babel.cfg`: it extracts what the catalogue of each assignment translates."""
    pytest.importorskip("babel", reason="needs Babel")
    from babel.messages.extract import extract_from_dir
    from babel.messages.frontend import parse_mapping_cfg
    from babel.messages.pofile import read_po

    with (repository / "assignments" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    catalogues = sorted((repository / "assignments").glob("*/locale/*/LC_MESSAGES/*.po"))
    assert catalogues
    for path in catalogues:
        folder = path.parents[3]
        assert path.stem == folder.name, "the domain is the folder's name"
        with path.open("rb") as stream:
            translated = {message.id for message in read_po(stream, locale=path.parents[1].name) if message.id and message.string}
        assert {message[2] for message in extract_from_dir(folder, methods, options)} == translated
