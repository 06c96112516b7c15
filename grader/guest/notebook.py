"""A notebook's code cells, and nothing else of it."""

from __future__ import annotations

import json
from typing import Any

import nbformat

from grader.guest import conflict

MOST_CELLS = 2_000  # of a notebook that somebody wrote; nbformat takes a kilobyte for each, however empty


class Cell:
    """A code cell: its number among all cells of the notebook (from 1) and its source."""

    def __init__(self, number: int, source: str) -> None:
        self.number = number
        self.source = source


class Unreadable(ValueError):
    """A file that holds no code that can be read; `code` says why, for those who have words for it (`grader.judge.words`), which
    may need the `detail`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def read_cells(text: str) -> list[Cell]:
    """The code cells of an `.ipynb` of any nbformat version.

    Raises `Unreadable` when the text is not a notebook.
    """
    try:
        # Not `nbformat.reads`: it would validate too, only to log what it finds, and compile the schema anew in each fork.
        whole = _bare(json.loads(text))
        major, minor = nbformat.reader.get_version(whole)
        notebook = nbformat.convert(nbformat.versions[major].to_notebook_json(whole, minor=minor), 4)
    except Unreadable:
        raise
    except RecursionError as error:
        raise Unreadable("too_deep") from error
    except json.JSONDecodeError as error:
        line = conflict.first_line(text)
        raise (Unreadable("conflict", str(line)) if line else Unreadable("not_a_notebook")) from error
    except Exception as error:  # nbformat raises a dozen kinds for files that are not notebooks
        raise Unreadable("not_a_notebook") from error
    try:
        return [
            Cell(number, "".join(cell.source))
            for number, cell in enumerate(notebook.cells, start=1)
            if cell.cell_type == "code" and "".join(cell.source).strip()
        ]
    except (AttributeError, KeyError, TypeError) as error:
        raise Unreadable("not_a_notebook") from error


def _bare(notebook: Any) -> Any:
    """The notebook less what is not code, with what nbformat does not read a file without.

    nbformat makes objects of all that is there, so that 9 MB of `{}`, in cells, outputs or metadata, would take 3 GB; and other
    programs leave out what says nothing. Raises `Unreadable` where there are too many cells.
    """
    inner = notebook.get("worksheets", [])  # up to nbformat 3 cells are in these
    if len(inner) + sum(len(sheet.get("cells", [])) for sheet in (notebook, *inner)) > MOST_CELLS:
        raise Unreadable("too_many_cells")
    return _bare_sheet(notebook) | ({"worksheets": [_bare_sheet(sheet) for sheet in inner]} if inner else {})


def _bare_sheet(sheet: Any) -> dict[str, Any]:
    return _plain(sheet) | ({"cells": [_bare_cell(cell) for cell in sheet["cells"]]} if "cells" in sheet else {})


def _bare_cell(cell: Any) -> dict[str, Any]:
    return _plain(cell) | ({"outputs": []} if cell.get("cell_type") == "code" else {})


def _plain(part: Any) -> dict[str, Any]:
    """What is text, lines of text, or a number, and no metadata."""
    plain = {
        key: value
        for key, value in part.items()
        if not isinstance(value, dict | list) or (isinstance(value, list) and all(isinstance(line, str) for line in value))
    }
    return plain | {"metadata": {}}
