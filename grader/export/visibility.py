"""When students see the lines of hidden tests in Gradescope, by its own names; in Gradescope "published" means the grades.

Imports nothing heavy: `grade --help` shows them.
"""

from __future__ import annotations

from typing import Literal, get_args

from grader.errors import UsageError

Visibility = Literal["visible", "after_due_date", "after_published", "hidden"]
USUAL: Visibility = "after_published"


def visibility_named(name: str = USUAL) -> Visibility:
    """The visibility of that name. Raises `UsageError` for one that Gradescope does not know."""
    for known in get_args(Visibility):
        if known == name:
            return known  # type: ignore[no-any-return]
    raise UsageError(f"no visibility {name!r}; there are {', '.join(get_args(Visibility))}")
