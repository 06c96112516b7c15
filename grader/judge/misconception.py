"""Known mistakes as code: wrong variants of the reference, each with words for the student."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

from grader.errors import SpecificationError

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Variant:
    """A wrong variant of one part's reference.

    `accepted` ones are harmless: the comparison lets them pass. They are for `grade validate`, which holds the comparison to it;
    who answers so is right, and of right answers no mistake is named. What a student should hear, a comparison says in `notes`.
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
        """The words for the student: where those of the language are missing, the other's."""
        return (self.ru if language == "ru" else self.en) or self.en or self.ru


def misconception(
    id: str, *, part: str, en: str = "", ru: str = "", accepted: bool = False, ignores: str = ""
) -> Callable[[_Function], _Function]:
    """Mark a function of `misconceptions.py` as a wrong variant of `part`, which takes what the reference takes, and `memory`
    if it likes.

    Args:
        id: its name in results and in `grade validate`, one of a kind in the file; by custom `<part>.<slug>`.
        part: the part's id.
        en: the words for the student; the first sentence is the title. Say what is computed instead, and what is asked.
        ru: the same in Russian. One of the two is enough: it then stands for both.
        accepted: it is harmless: `grade validate` says when it no longer passes. Students are not told of it; a comparison that
            lets it pass may say so in `call.notes`.
        ignores: the role of which it takes no notice: it is not named where the function was never given that.

    Raises `SpecificationError` where there are no words at all.
    """
    if not (en or ru):
        raise SpecificationError(f"the misconception {id!r} has no words for the student: give it en=, ru= or both")

    def mark(function: _Function) -> _Function:
        vars(function)["misconception"] = Variant(id, part, en, ru, accepted, function, ignores)
        return function

    return mark


def words_of(variants: Iterable[Variant]) -> list[list[Any]]:
    """What is to be remembered of them, see `from_words`."""
    return [
        [str(one.id), str(one.part), str(one.en), str(one.ru), bool(one.accepted), str(one.ignores), name_of(one.function)]
        for one in variants
    ]


def from_words(words: Iterable[Sequence[Any]]) -> list[Variant]:
    """The variants again, without their code."""
    return [Variant(id, part, en, ru, accepted, uncalled(name), ignores) for id, part, en, ru, accepted, ignores, name in words]


def name_of(function: Callable[..., Any]) -> str:
    """Its name, of which a `functools.partial` has none."""
    return str(getattr(function, "__name__", ""))


def uncalled(name: str) -> Callable[..., Any]:
    """What stands for a function whose answers are known by other means; called it raises `LookupError`."""

    def function(*_arguments: Any) -> Any:
        raise LookupError(f"{name} cannot be called: its code is not here")

    function.__name__ = name
    return function


def for_one_test(function: Callable[..., Any]) -> Callable[..., Any]:
    """A variant as one test asks it: where it has a parameter `memory`, a dictionary that is empty before the first call."""
    if "memory" not in inspect.signature(function).parameters:
        return function
    memory: dict[str, Any] = {}

    @functools.wraps(function)
    def remembering(*arguments: Any) -> Any:
        return function(*arguments, memory=memory)

    return remembering


def catalogue(modules: Iterable[ModuleType]) -> list[Variant]:
    """The variants of a loaded `misconceptions.py`, or of a package's modules in turn, as they are defined, each once.

    Raises `SpecificationError` where two have the same id: results name a mistake by it.
    """
    files = list(modules)
    values = [value for module in files for value in vars(module).values()]
    marked = [value.misconception for value in values if isinstance(getattr(value, "misconception", None), Variant)]
    variants = list(dict.fromkeys(marked))  # a function may have two names
    ids = [variant.id for variant in variants]
    twice = next((one for one in ids if ids.count(one) > 1), "")
    if twice:
        raise SpecificationError(f"{files[0].__file__}: two misconceptions have the id {twice!r}")
    return variants
