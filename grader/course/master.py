"""The master: solution and starter in one file, so that they cannot drift apart. `starter/` is made from `master/`.

A master is a notebook or a module whose solution stands in regions, the convention of nbgrader and otter-grader::

    def mean(values):
        ### BEGIN SOLUTION
        ### STARTER raise NotImplementedError("not done yet")     (what the starter has here instead; may be left out)
        return sum(values) / len(values)
        ### END SOLUTION


    threshold = 0.5  # SOLUTION                                   (becomes: threshold = ...)

`### BEGIN HIDDEN TESTS` to `### END HIDDEN TESTS` is cut out, and so is a notebook's cell with the tag `solution`. Regions in
text cells are solutions too. Outputs and execution counts go, or they would show what the solution prints. From a notebook a
module of the same name is made as well, unless the master has one: text becomes comments, in the "percent" form that editors
know.
"""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any

from grader.errors import SpecificationError

_BEGIN = re.compile(r"\s*#{1,3}\s*BEGIN (SOLUTION|HIDDEN TESTS)\b")
_END = re.compile(r"\s*#{1,3}\s*END (SOLUTION|HIDDEN TESTS)\b")
_STARTER = re.compile(r"\s*#{1,3}\s*STARTER ?(.*)")
_LINE = re.compile(r"(?P<indent>\s*)(?P<code>.*?)\s*#\s*SOLUTION\s*")
_ANY_MARKER = re.compile(r"#\s*(?:BEGIN|END)\s+(?:SOLUTION|HIDDEN\s+TESTS)\b", re.IGNORECASE)
_LINE_MARKER = re.compile(r"#\s*SOLUTION\b")
_ASSIGNMENT = re.compile(r"[\w.\[\]'\", ]+?\s*(?::[^=]+)?=(?!=)")
_STUB = "raise NotImplementedError  # your code here"
_TOP_STUB = "# your code here"
_TEXT_STUB = "…"
_PYTHON_CELL = re.compile(r"\s*%%(?:time|timeit|capture|prun)\b")  # cell magics whose cell is Python all the same
_WIDTH = 100


def starter_files(master: Path) -> dict[str, bytes]:
    """The starter's files by name, made from the folder `master`; none where there is no such folder.

    Raises `SpecificationError` for a region that does not end, a marker that is left, for a notebook that is none, and for a
    module that is no text in UTF-8.
    """
    files: dict[str, bytes] = {}
    modules: dict[str, bytes] = {}
    for path in sorted(master.iterdir()) if master.is_dir() else ():
        if path.suffix == ".ipynb":
            notebook = _read_notebook(path)
            files[path.name] = (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
            modules[f"{path.stem}.py"] = module_of(notebook).encode()
        elif path.suffix == ".py":
            files[path.name] = without_solution(_read_module(path), str(path)).encode()
    return {**modules, **files}


def without_solution(source: str, place: str, *, is_text: bool = False) -> str:
    """The source with every solution replaced by what the starter has there. `place` is where it stands, for errors.

    In a text cell (`is_text`) only regions are solutions: `# SOLUTION` is a heading there. Raises `SpecificationError` for a
    region that does not end, and for a marker that is left.
    """
    lines: list[str] = []
    region: list[str] | None = None
    kind = indent = ""
    # Not splitlines: to Python a form feed, or U+2028 in a string, ends no line.
    for number, line in enumerate(source.split("\n"), start=1):
        begin, end = _BEGIN.match(line), _END.match(line)
        if begin and region is None:
            region, kind, indent = [], begin[1], line[: len(line) - len(line.lstrip())]
        elif end and region is not None and end[1] == kind:
            stub = _TEXT_STUB if is_text else _STUB if indent else _TOP_STUB
            lines += _replacement(region, indent, stub) if kind == "SOLUTION" else []
            region = None
        elif begin or end:
            raise SpecificationError(f"{place}: line {number}: {line.strip()} does not belong here")
        elif region is not None:
            region.append(line)
        else:
            lines.append(line if is_text else _replaced(line))
            if _ANY_MARKER.search(lines[-1]) or (not is_text and _LINE_MARKER.search(lines[-1])):
                raise SpecificationError(
                    f"{place}: line {number}: {line.strip()} is no marker, and would reach students as it is"
                )
    if region is not None:
        raise SpecificationError(f"{place}: ### BEGIN {kind} without ### END {kind}")
    return "\n".join(lines)


def _replacement(region: list[str], indent: str, stub: str) -> list[str]:
    given = [match[1] for line in region if (match := _STARTER.fullmatch(line))]
    return [f"{indent}{line}".rstrip() for line in given or [stub]]


def _replaced(line: str) -> str:
    found = _LINE.fullmatch(line)
    if found is None:
        return line
    target = _ASSIGNMENT.match(found["code"])
    return f"{found['indent']}{target[0].rstrip() + ' ...' if target else '...'}"


def _read_module(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SpecificationError(f"{path}: is no text in UTF-8", remedy="save it as UTF-8") from error


def _read_notebook(path: Path) -> dict[str, Any]:
    """The starter's notebook."""
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        cells = [{**cell, "cell_type": cell["cell_type"], "source": "".join(cell["source"])} for cell in tree["cells"]]
    except KeyError as error:
        raise SpecificationError(f"{path}: is not a notebook: {error} is missing in it") from error
    except (ValueError, TypeError) as error:
        raise SpecificationError(f"{path}: is not a notebook: {error}") from error
    kept = []
    for number, cell in enumerate(cells, start=1):
        metadata = cell.get("metadata", {})
        if "solution" in metadata.get("tags", []):
            continue
        is_code = cell["cell_type"] == "code"
        source = without_solution(cell["source"], f"{path}: cell {number}", is_text=not is_code)
        cell |= {"outputs": [], "execution_count": None} if is_code else {}
        tags = {"tags": metadata["tags"]} if metadata.get("tags") else {}
        kept.append({**cell, "source": source.splitlines(keepends=True), "metadata": tags})
    known = {key: tree["metadata"][key] for key in ("kernelspec", "language_info") if key in tree.get("metadata", {})}
    return {**tree, "cells": kept, "metadata": known}


def module_of(notebook: dict[str, Any]) -> str:
    """A notebook as a module: its text as comments, its shell lines and magics too."""
    pieces = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            pieces.append("# %%\n" + "\n".join(_code_lines(source)))
        elif cell["cell_type"] == "markdown":
            pieces.append("# %% [markdown]\n" + "\n".join(_comment(line) for line in source.removesuffix("\n").split("\n")))
    return "\n\n".join(pieces) + "\n"


def _code_lines(source: str) -> list[str]:
    lines = source.removesuffix("\n").split("\n")
    is_foreign = source.lstrip().startswith("%%") and not _PYTHON_CELL.match(source)  # %%bash: no line of it is Python
    return [f"# {line}" if is_foreign or line.lstrip().startswith(("%", "!")) else line for line in lines]


def _comment(line: str) -> str:
    if not line.strip():
        return "#"
    breakable = len(line) > _WIDTH and not line.lstrip().startswith(("|", "$", "```", "    ", "<"))
    return textwrap.fill(line, _WIDTH, initial_indent="# ", subsequent_indent="# ") if breakable else f"# {line}"


def stale(master: Path, starter: Path) -> list[str]:
    """The starter's files that are not what the master makes them, by name."""
    made = starter_files(master)
    return [name for name, raw in made.items() if not (starter / name).is_file() or (starter / name).read_bytes() != raw]
