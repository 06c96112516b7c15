"""Text that a student wrote, on its way to a terminal."""

from __future__ import annotations

from rich.markup import escape as _escape

from grader.report.text import clean


def escape(text: str) -> str:
    """The text without what a terminal would act on or reorder, and with rich's own markup taken as it stands.

    rich lets escape sequences through: a folder's name could clear the screen, or write another score over its own.
    """
    return _escape(clean(text))
