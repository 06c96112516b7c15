"""tqdm's bars for notebooks, as its plain ones: theirs are made of widgets, which are nowhere outside of Jupyter."""

from __future__ import annotations

from typing import Any

from grader.guest.adaptations.importing import Watch


def install(watch: Watch) -> None:
    """Let `tqdm.notebook` count without ipywidgets, for want of which it raises ImportError at the first bar."""
    watch.when_imported("tqdm.notebook", _adapt)


def _adapt(notebook: Any) -> None:
    from tqdm import std

    notebook.tqdm = notebook.tqdm_notebook = std.tqdm
    notebook.trange = notebook.tnrange = std.trange
