"""A cell's line is found in the notebook's JSON, however that was written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.ci.places import places_in

CELLS = [
    ("markdown", '# Title\n"source": ["trap"]'),
    ("code", "%matplotlib inline\nimport math"),
    ("code", "def first(x):\n    return x\n\n\ndef Second_One(y):\n    return 'ячейка'"),
    ("code", "def first(x):\n    return 2 * x\n"),
]


def notebook(cells: list[tuple[str, str]], *, as_lists: bool = True, **options: Any) -> str:
    """A notebook's text."""
    documents = [
        {
            "cell_type": kind,
            "metadata": {},
            "source": source.splitlines(keepends=True) if as_lists else source,
            **({"outputs": [{"data": {"source": ["trap"]}}]} if kind == "code" else {}),
        }
        for kind, source in cells
    ]
    return json.dumps({"cells": documents, "metadata": {"source": "trap"}, "nbformat": 4}, **options)


@pytest.mark.parametrize("options", [{"indent": 1}, {"indent": 4, "ensure_ascii": False}, {"indent": 1, "sort_keys": True}])
def test_lines_of_cells(options: dict[str, Any]) -> None:
    """Protects annotations from landing elsewhere: the line in the JSON holds the line of the cell."""
    text = notebook(CELLS, **options)
    places = places_in("lab.ipynb", text.encode())
    lines = text.split("\n")
    for number, (kind, source) in enumerate(CELLS, start=1):
        for line, words in enumerate(source.split("\n"), start=1):
            found = places.line(number, line)
            if kind != "code" or (not words and line == len(source.split("\n"))):
                continue
            assert json.dumps(words, ensure_ascii=options.get("ensure_ascii", True))[:-1] in lines[found - 1]
    assert places.line(1, 1) == 0
    assert places.line(3, 99) == 0
    assert places.line(99, 1) == 0


def test_definitions() -> None:
    """Protects the place of a wrong answer: the function's last definition, under any of the part's names, past magics."""
    text = notebook(CELLS, indent=1)
    places = places_in("lab.ipynb", text.encode())
    assert "def first" in text.split("\n")[places.definition(["first"]) - 1]
    assert places.definition(["first"]) == places.line(4, 1)
    assert places.definition(["nothing", "second_one"]) == places.line(3, 5)
    assert places.definition(["nothing"]) == 0


def test_cells_on_one_line() -> None:
    """Protects old notebooks, whose cells are one string each: the string's line is told."""
    text = notebook(CELLS, as_lists=False, indent=1)
    places = places_in("lab.ipynb", text.encode())
    assert places.line(3, 1) == places.line(3, 5) > 0
    assert "def first" in text.split("\n")[places.line(3, 5) - 1]


def test_a_module() -> None:
    """Protects modules, whose lines are the file's own."""
    places = places_in("lab.py", b"import math\n\n\ndef mean(v):\n    return 1\n")
    assert places.line(0, 5) == 5
    assert places.definition(["mean"]) == 4


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[", b'{"cells": 1}', b'{"cells": [{"source": 1}]}', b"\xff\xfe", b'{"cells": [{}]}']
)
@pytest.mark.parametrize("name", ["lab.ipynb", "lab.py"])
def test_what_is_no_notebook(name: str, raw: bytes) -> None:
    """Protects the check from a file that cannot be read: there are no places, and no error."""
    assert places_in(name, raw).definition(["mean"]) == 0


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=4), st.booleans(), st.booleans())
def test_any_source(sources: list[str], ascii_only: bool, sort_keys: bool) -> None:
    """Protects against escapes, quotes and brackets in sources: every line of every cell is found, and is that line."""
    cells = [("code", source) for source in sources]
    documents = [{"cell_type": kind, "source": source.split("\n")} for kind, source in cells]
    for document in documents:
        lines = document["source"]
        document["source"] = [f"{line}\n" for line in lines[:-1]] + lines[-1:]
    text = json.dumps({"cells": documents}, ensure_ascii=ascii_only, sort_keys=sort_keys, indent=1)
    places, written = places_in("lab.ipynb", text.encode()), text.split("\n")
    for number, (_, source) in enumerate(cells, start=1):
        lines = source.split("\n")
        found = [places.line(number, line) for line in range(1, len(lines) + 1)]
        assert all(found)
        assert found == sorted(found)
        assert [json.loads(written[line - 1].strip().rstrip(",")).removesuffix("\n") for line in found] == lines
