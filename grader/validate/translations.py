"""Whether the catalogues of an assignment fill in what their texts do."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

from grader.judge.text import read_catalogue


def slips(locale: Path, domain: str) -> list[str]:
    """The translations whose fields are not those of the text, each with its catalogue and the text.

    Raises `SpecificationError` for a catalogue that is none.
    """
    found = []
    for path in sorted(locale.glob(f"*/LC_MESSAGES/{domain}.mo")):
        place = path.relative_to(locale.parent).as_posix()
        for text, translation in _messages(path):
            wanted, given = fields(text), fields(translation)
            if given != wanted and any(name.isidentifier() for name in wanted):
                found.append(f"{place}: {text!r}: {_difference(wanted, given)}")
    return found


def fields(template: str) -> frozenset[str]:
    """The fields of a text, by name; none of one that is shown as it is, such as a line of code with braces."""
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    except ValueError:
        return frozenset()
    return frozenset(names)


def _messages(path: Path) -> list[tuple[str, str]]:
    read: dict[Any, str] = vars(read_catalogue(path))["_catalog"]  # gettext has no public way to list them
    texts = [(key[0] if isinstance(key, tuple) else key, translation) for key, translation in read.items()]
    return [(text, translation) for text, translation in texts if text and translation]


def _difference(wanted: frozenset[str], given: frozenset[str]) -> str:
    listed = [f"{{{name}}}" for name in sorted(given - wanted)]
    left_out = [f"{{{name}}}" for name in sorted(wanted - given)]
    said = [f"the text has no {', '.join(listed)}"] if listed else []
    said += [f"the translation has no {', '.join(left_out)}"] if left_out else []
    return "; ".join(said)
