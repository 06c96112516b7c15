"""A released catalogue says what the released files can say, and no more."""

from __future__ import annotations

import gettext
import io

import pytest

from grader.errors import SpecificationError
from grader.release.catalogue import reduced, texts_of

babel = pytest.importorskip("babel.messages", reason="needs Babel")
mofile = pytest.importorskip("babel.messages.mofile", reason="needs Babel")


@pytest.fixture
def catalogue() -> bytes:
    """A compiled catalogue with a plural, a context, and a secret."""
    source = babel.Catalog(locale="ru")
    source.add("kept", "оставлено")
    source.add(("{n} box", "{n} boxes"), ("{n} рамка", "{n} рамки", "{n} рамок"))
    source.add("open", "открыть", context="menu")
    source.add("The secret title of a hidden test.", "Тайна.")
    stream = io.BytesIO()
    mofile.write_mo(stream, source)
    return stream.getvalue()


def read(raw: bytes) -> gettext.GNUTranslations:
    """As Python's own gettext reads it."""
    return gettext.GNUTranslations(io.BytesIO(raw))


def test_what_is_said_is_kept(catalogue: bytes) -> None:
    """Protects translations, plurals, contexts and the header; what no released file says is gone from the bytes."""
    small = reduced(catalogue, {"kept", "{n} box", "open"})
    words = read(small)
    assert words.gettext("kept") == "оставлено"
    assert [words.ngettext("{n} box", "{n} boxes", n) for n in (1, 3, 5)] == ["{n} рамка", "{n} рамки", "{n} рамок"]
    assert words.pgettext("menu", "open") == "открыть"
    assert words.info()["content-type"] == "text/plain; charset=utf-8"
    assert b"secret" not in small
    assert "Тайна".encode() not in small


def test_reducing_to_everything_changes_nothing(catalogue: bytes) -> None:
    """Protects the writer: read again, it is what was read."""
    everything = {"kept", "{n} box", "open", "The secret title of a hidden test."}
    once = reduced(catalogue, everything)
    assert reduced(once, everything) == once
    assert read(once)._catalog == read(catalogue)._catalog  # type: ignore[attr-defined]


@pytest.mark.parametrize("raw", [b"", b"nonsense", b"\xde\x12\x04\x95" + b"\xff" * 40])
def test_a_damaged_catalogue(raw: bytes) -> None:
    """Protects the release from a traceback: said, with what to do."""
    with pytest.raises(SpecificationError, match=r"\.mo file is damaged"):
        reduced(raw, set())


def test_what_files_say() -> None:
    """Protects titles of tests (first lines of docstrings) and marked texts."""
    source = 'def test_it(check):\n    """The title.\n\n    More.\n    """\n    check.mean(hint=_("a hint"))\n'
    assert {"The title.", "a hint"} <= texts_of([source])
