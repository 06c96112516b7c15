"""Text that a student wrote, on its way to a terminal."""

from __future__ import annotations

from rich.markup import escape as _escape

from grader.report.text import clean


def escape(text: str) -> str:
    """The text as one line, without what a terminal would act on or reorder, and with rich's own markup taken as it stands.

    rich lets escape sequences and line ends through: a folder's name could clear the screen, or make up another's line.
    """
    return _escape(plain(text))


def plain(text: str) -> str:
    """`escape` for where nobody reads rich's markup: `print`."""
    return clean(text).replace("\n", "\N{SYMBOL FOR NEWLINE}")


def escape_lines(text: str) -> str:
    """`escape` for a text that may have lines of its own: what a person wrote for others to read."""
    return _escape(clean(text))
