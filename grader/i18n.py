"""Translations of the grader's own words: gettext catalogues of the domain `grader`, in `grader/locale/`.

Message ids are the English texts, so English needs no catalogue and a language that is not there reads as English. A
leaf module: the judge, the command line and the report all take their words from here. How the catalogues are made is
told in `babel.cfg`.
"""

from __future__ import annotations

import gettext
import re
from functools import lru_cache
from pathlib import Path

DOMAIN = "grader"
LOCALE_FOLDER = Path(__file__).parent / "locale"

# A language comes from a specification or from results.json and becomes part of a file name: letters and digits only.
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


@lru_cache(maxsize=16)
def translator(language: str) -> gettext.NullTranslations:
    """The translations into `language` (`"ru"`, `"ru_RU"`, `"ru-RU"`), or English where there are none.

    The object's `gettext` and `ngettext` never fail: an unknown language or a text without a translation gives the
    English text back.
    """
    if not _LANGUAGE_TAG.fullmatch(language):
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE_FOLDER, [language.replace("-", "_")], fallback=True)


def spoken(language: str) -> str:
    """The language that `translator` really gives for `language`: `"ru"` for `"ru_RU"`, `"en"` where it falls back."""
    wanted = language.replace("-", "_").split("_")[0].lower()
    return wanted if wanted in languages() else "en"


def languages() -> tuple[str, ...]:
    """The languages that there are words for: English and every catalogue, in alphabetical order."""
    catalogues = LOCALE_FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return tuple(sorted({"en", *(path.parent.parent.name for path in catalogues)}))


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`: for what only authors and instructors read, which is English everywhere."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
