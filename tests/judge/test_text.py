"""Words are written in English with fields, and translated when they are shown."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from grader.errors import SpecificationError
from grader.judge.text import Text, gettext, render, translate_with
from grader.validate.translations import slips

MAGIC = b"\xde\x12\x04\x95"
RUSSIAN = {"kept box {box}": "оставлена рамка {box}", "of {name}": "из {name}", "red": "красная"}


def russian(text: str) -> str:
    """A catalogue of three texts."""
    return RUSSIAN.get(text, text)


def test_the_run_decides_the_language() -> None:
    """Protects one result in two languages: the text itself is English until it is shown."""
    text = gettext("kept box {box}", box=4)
    assert (str(text), text.render(russian)) == ("kept box 4", "оставлена рамка 4")


def test_fields_are_translated_too() -> None:
    """Protects sentences that are put together of texts."""
    text = gettext("kept box {box}", box=gettext("of {name}", name=gettext("red")))
    assert text.render(russian) == "оставлена рамка из красная"


def test_what_a_submission_said_is_no_template() -> None:
    """Protects the judge from format fields in a student's words: they are values, whatever they look like."""
    hostile = "{box.__class__} {0} {missing} %s"
    assert str(gettext("kept box {box}", box=hostile)) == f"kept box {hostile}"
    assert render(hostile, russian) == hostile


def test_braces_without_fields() -> None:
    """Protects fixed texts that show code: `{}` in them is not a field."""
    assert str(gettext("return a dict: {'cat': 1}")) == "return a dict: {'cat': 1}"


def test_a_translation_that_cannot_be_filled_in() -> None:
    """Protects a student's score from a translator's slip: the text is told in English then. One that is wrong in English is the
    course's fault, and is told as that."""
    slips = {"kept {box}": "оставлена {bxo}", "of {name}": "из {name", "red": "красная"}
    text = gettext("kept {box}", box=gettext("of {name}", name=gettext("red")))
    assert text.render(lambda one: slips.get(one, one)) == "kept of красная"
    with pytest.raises(KeyError):
        gettext("kept {box}", bxo=4).render(russian)


def test_fixed_means_without_fields() -> None:
    """Protects hidden tests: only a text that says the same whatever a submission did may be shown."""
    assert gettext("Is it one word or two?").is_fixed
    assert not gettext("kept box {box}", box=4).is_fixed


def test_texts_can_be_compared_and_put_into_sets() -> None:
    """Protects notes, which are told once: fields are part of what is said."""
    texts = [gettext("kept box {box}", box=4), Text("kept box {box}", {"box": 4}), gettext("kept box {box}", box=[5])]
    assert list(dict.fromkeys(texts)) == [texts[0], texts[2]]


def test_the_assignments_catalogue_is_asked_first(tmp_path: Path) -> None:
    """Protects an assignment without a catalogue, and the empty text, which gettext would answer with the catalogue's header."""
    for language in ("ru", "en", "xx"):
        translate = translate_with(language, tmp_path / "locale", "lab")
        assert translate("") == ""
        assert translate("no catalogue has this") == "no catalogue has this"
    assert translate_with("ru", tmp_path, "lab")("The file is empty.") != "The file is empty."


def test_a_catalogue_that_was_corrected(tmp_path: Path) -> None:
    """Protects `--watch` from saying what the assignment's catalogue said before."""
    place = tmp_path / "ru" / "LC_MESSAGES" / "lab.mo"
    place.parent.mkdir(parents=True)
    for said in ("красный", "багровый"):
        catalogue = Catalog("ru")
        catalogue.add("red", said)
        with place.open("wb") as stream:
            write_mo(stream, catalogue)
        assert translate_with("ru_RU", tmp_path, "lab")("red") == said


@pytest.mark.parametrize(
    "raw",
    [b"", b"no catalogue", MAGIC, MAGIC + struct.pack("<6I", 0, 1, 28, 36, 0, 28) + b"\xff" * 40],
    ids=["empty", "text", "cut", "damaged"],
)
def test_a_catalogue_that_is_damaged(tmp_path: Path, raw: bytes) -> None:
    """Protects an author from a traceback in each run when compiling was interrupted, or git has put a pointer in the place."""
    place = tmp_path / "ru" / "LC_MESSAGES" / "lab.mo"
    place.parent.mkdir(parents=True)
    place.write_bytes(raw)
    for read in (lambda: translate_with("ru", tmp_path, "lab"), lambda: slips(tmp_path, "lab")):
        with pytest.raises(SpecificationError, match=r"lab\.mo: is no catalogue"):
            read()
