"""Known mistakes as code: wrong variants of the reference, each with words for the student."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Variant:
    """A wrong variant of one part's reference.

    `accepted` ones are harmless (the comparison lets them pass); their explanation is told all the same.
    One that `ignores` a role is no explanation where the function was not even given it.
    """

    id: str
    part: str
    en: str
    ru: str
    accepted: bool
    function: Callable[..., Any]
    ignores: str = ""

    def explanation(self, language: str) -> str:
        """The words for the student."""
        return self.ru if language == "ru" else self.en


def misconception(
    id: str, *, part: str, en: str, ru: str, accepted: bool = False, ignores: str = ""
) -> Callable[[_Function], _Function]:
    """Mark a function of `misconceptions.py` as a wrong variant of `part`; `ignores` is the role that it takes no notice of."""

    def mark(function: _Function) -> _Function:
        vars(function)["misconception"] = Variant(id, part, en, ru, accepted, function, ignores)
        return function

    return mark


def catalogue(module: ModuleType | None) -> list[Variant]:
    """The variants of a loaded `misconceptions.py`, in the order of their definition."""
    values = vars(module).values() if module is not None else ()
    return [value.misconception for value in values if isinstance(getattr(value, "misconception", None), Variant)]
