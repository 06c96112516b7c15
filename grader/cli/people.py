"""Lists of people on standard error: whom something did not reach, or who should be looked at, and why."""

from __future__ import annotations

from collections.abc import Sequence

from grader.cli.markup import escape
from grader.cli.output import standard_error

_MOST_LINES = 50


def tell_people(title: str, people: Sequence[tuple[str, str]]) -> None:
    """A title with their number, a line for each; nothing where there is nobody."""
    console = standard_error()
    if people:
        console.print(f"{title}: {len(people)}", markup=False)
    for who, why in people[:_MOST_LINES]:
        console.print(f"  {escape(who)}: {escape(why)}")
    if len(people) > _MOST_LINES:
        console.print(f"  … and {len(people) - _MOST_LINES} more", markup=False)


def tell_untested(people: Sequence[tuple[str, str]]) -> None:
    """Whose grade, most often a zero, no test has looked at; entries without a reason are skipped."""
    tell_people("Nothing of their work could be tested; look at it before they get this grade", [one for one in people if one[1]])
