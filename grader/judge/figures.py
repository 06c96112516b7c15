"""An assignment's `figures.py`: one function `figure_<part>(answer, expected, call)` for each part that can be drawn.

It is trusted code, but it works on untrusted answers, and a picture is never worth a verdict: whatever goes wrong in it is
told to the instructor and changes nothing else. Of wrong answers only the first ones of a part are drawn; more of them say the
same. Of a test that passes is drawn what it asked to show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

from grader.course.specification import Assignment
from grader.errors import SpecificationError
from grader.figures import Figure
from grader.judge.check import Compared
from grader.judge.drawing import Drawing
from grader.judge.outcome import Call
from grader.judge.plugin import Ran
from grader.judge.text import render
from grader.results import TestResult

_MOST_PER_PART = 2
_LONGEST_CAPTION = 500

Draw = Callable[[Any, Any, Call], Drawing | None]


class Figures:
    """The functions by part. Raises `SpecificationError` for one that belongs to no part."""

    def __init__(self, assignment: Assignment, module: ModuleType | None) -> None:
        found = {name: value for name, value in vars(module).items() if name.startswith("figure_")} if module else {}
        wanted = {f"figure_{part.id}": part.id for part in assignment.parts}
        for name in found:
            if name not in wanted:
                raise SpecificationError(f"{module and module.__file__}: {name}: there is no such part")
        self.functions: dict[str, Draw] = {wanted[name]: value for name, value in found.items()}

    def add_to(
        self, results: Sequence[TestResult], ran: Sequence[Ran], translate: Callable[[str], str]
    ) -> tuple[TestResult, ...]:
        """The results with a picture of each of the first wrong answers of a part, and of right ones that tests want to show."""
        drawn: Counter[str] = Counter()
        illustrated = []
        for result, item in zip(results, ran, strict=True):
            chosen: list[Compared] = []
            if item.outcome is None:
                chosen = item.shown[:_MOST_PER_PART]
            elif drawn[result.part] < _MOST_PER_PART:
                chosen = [one for one in reversed(item.compared) if one.difference is not None][:1]
            for one in chosen:
                figures, fault = self.draw(result.part, one, translate)
                drawn[result.part] += len(figures) if item.outcome is not None else 0
                detail = "\n".join(text for text in (result.detail, fault) if text)
                result = result.model_copy(update={"figures": (*result.figures, *figures), "detail": detail})
            illustrated.append(result)
        return tuple(illustrated)

    def draw(self, part: str, compared: Compared, translate: Callable[[str], str]) -> tuple[tuple[Figure, ...], str]:
        """(the picture, if there is one; what went wrong while it was made). Never raises for what `figures.py` does."""
        function = self.functions.get(part)
        if function is None:
            return (), ""
        try:
            drawing = function(compared.answer, compared.expected, replace(compared.call, notes=[]))
            if drawing is None:
                return (), ""
            caption = render(drawing.caption, translate)[:_LONGEST_CAPTION]
            return (drawing.figure.model_copy(update={"caption": caption}),), ""
        except Exception as error:  # noqa: BLE001  a picture is not worth a verdict, whatever its code raises
            return (), f"figures.py: figure_{part}: {type(error).__name__}: {error}"[:_LONGEST_CAPTION]
