"""Translations are found, and never in the way."""

from __future__ import annotations

import pytest

from grader.i18n import counted, languages, spoken, translator


@pytest.mark.parametrize("language", ["ru", "ru_RU", "ru-RU"])
def test_a_language_with_a_catalogue_is_translated(language: str) -> None:
    """Protects the Russian words, however the language is written."""
    assert translator(language).gettext("Everyone") == "Все студенты"
    assert spoken(language) == "ru"


@pytest.mark.parametrize("language", ["en", "tlh", "", "../../etc", "ru/../ru", "a" * 5000, "ru\x00"])
def test_any_other_language_reads_as_english(language: str) -> None:
    """Protects a run from a language without a catalogue, and the disk from one that is a path."""
    assert translator(language).gettext("Everyone") == "Everyone"
    assert spoken(language) == "en"


def test_plurals_follow_the_language() -> None:
    """Protects the three Russian forms, which a missing header of the catalogue would reduce to two."""
    ngettext = translator("ru").ngettext
    words = [ngettext("{count} test", "{count} tests", count).format(count=count) for count in (1, 3, 5, 21)]
    assert words == ["1 тест", "3 теста", "5 тестов", "21 тест"]


def test_the_languages_are_listed() -> None:
    """Protects the list that a wrong `--language` is answered with."""
    assert languages() == ("en", "ru")


@pytest.mark.parametrize(("number", "words"), [(0, "0 files"), (1, "1 file"), (2, "2 files")])
def test_what_is_counted(number: int, words: str) -> None:
    """Protects what an author reads first of `grade validate`: it said `1 solutions`."""
    assert counted(number, "file") == words
