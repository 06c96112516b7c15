"""Standard output and standard error for words and tables, as rich writes them.

Where standard output is no terminal, a line may be longer than the 80 columns that rich takes for its width then: the cells of a
table would be cut. Nothing is read as the name of a picture: rich makes one of `boxes[:x:2]`, and of a student called `C:x`.
"""

from __future__ import annotations

import os
import sys

from rich.console import Console

_WIDTH_OF_A_FILE = 120


class Output(Console):
    """Standard output whose reader may go away, as in `grade ... | head`: the work goes on to its report, in silence."""

    def on_broken_pipe(self) -> None:
        """Write nothing more, and let the interpreter find nothing to flush at its end; rich would exit in the middle."""
        self.quiet = True
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, sys.stdout.fileno())
        os.close(silent)


def standard_output() -> Output:
    """For results. Sentences are not broken into lines; `NO_COLOR` and `COLUMNS` are respected (rich does)."""
    known = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    return Output(emoji=False, highlight=False, soft_wrap=True, width=None if known else _WIDTH_OF_A_FILE)


def standard_error() -> Console:
    """For warnings, and for whom something did not reach."""
    return Console(stderr=True, emoji=False, highlight=False, soft_wrap=True)
