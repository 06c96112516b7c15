"""A student's name, the same however a system spells its letters: й is one character, or и and a breve (as macOS writes it)."""

from __future__ import annotations

import unicodedata
from collections.abc import Container


def composed(name: str) -> str:
    """The name in Unicode's composed form (NFC): two that look the same are the same."""
    return unicodedata.normalize("NFC", name)


def in_both_forms(name: str) -> tuple[str, str]:
    """Composed and decomposed: what was written down before names were composed is found too."""
    return composed(name), unicodedata.normalize("NFD", name)


def apart(name: str, taken: Container[str]) -> str:
    """The name, with a number behind it where somebody has it already."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free
