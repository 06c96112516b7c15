"""Texts that are translated when they are shown, not where they are written.

A test or a comparison writes English with named fields, `gettext("kept box {box}", box=4)`; the run's language decides later
what the student reads. The assignment's own catalogue is asked first, then the grader's.
"""

from __future__ import annotations

import gettext as _gettext
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.errors import SpecificationError
from grader.i18n import translator


@dataclass(frozen=True)
class Text:
    """An English text with fields. `str()` gives the English."""

    template: str
    fields: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def render(self, translate: Callable[[str], str]) -> str:
        """The text in the language of `translate`; fields that are texts are translated too.

        A translation whose own fields cannot be filled in is left out: a translator's slip costs nobody a score.
        """
        fields = {name: value.render(translate) if isinstance(value, Text) else value for name, value in self.fields.items()}
        template = translate(self.template)
        if not fields:
            return template
        try:
            return template.format(**fields)
        except (LookupError, ValueError, TypeError, AttributeError):
            if template == self.template:
                raise
            return self.template.format(**fields)

    def __str__(self) -> str:
        return self.render(lambda text: text)

    @property
    def is_fixed(self) -> bool:
        """Whether it says the same whatever a submission does."""
        return not self.fields


AnyText = Text | str


def gettext(template: str, **fields: Any) -> Text:
    """A translatable text; the name under which babel finds it in sources."""
    return Text(template, fields)


def render(text: AnyText, translate: Callable[[str], str]) -> str:
    """The words of a text, or a plain string as it is."""
    return text.render(translate) if isinstance(text, Text) else text


def translate_with(language: str, locale: Path, domain: str) -> Callable[[str], str]:
    """A translation function: the catalogue of `domain` in the folder `locale` first, then the grader's own.

    Raises `SpecificationError` as `read_catalogue` does.
    """
    own = _catalogue(domain, locale, language)
    general = translator(language)

    def translate(text: str) -> str:
        if not text:
            return ""  # gettext answers the empty text with the catalogue's header
        found = own.gettext(text)
        return found if found != text else general.gettext(text)

    return translate


def _catalogue(domain: str, locale: Path, language: str) -> _gettext.NullTranslations:
    """The catalogue as it lies there now; `gettext.translation` keeps the first one that it sees at a path."""
    own = _gettext.NullTranslations()
    for path in reversed(_gettext.find(domain, locale, [language], all=True)):
        found = read_catalogue(Path(path))
        found.add_fallback(own)
        own = found
    return own


def read_catalogue(path: Path) -> _gettext.GNUTranslations:
    """A compiled catalogue. Raises `SpecificationError` for a file that is none, as half of one, or cannot be read."""
    try:
        with path.open("rb") as stream:
            return _gettext.GNUTranslations(stream)
    except (OSError, ValueError, LookupError, struct.error) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise SpecificationError(f"{path}: is no catalogue: {why}", remedy="compile it again: pybabel compile") from error
