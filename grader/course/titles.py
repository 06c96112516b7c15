"""The titles of tests: the first lines of their docstrings, for the student to read and for a catalogue to translate.

`extract` is a babel extraction method (https://babel.pocoo.org/en/latest/messages.html#writing-extraction-methods): it finds
titles beside the marked texts that babel's own method finds. `assignments/babel.cfg` names it.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

Message = tuple[int, str | tuple[str, ...] | None, Any, Any]


def title(docstring: str, name: str) -> str:
    """What a student reads of a test; its name when it has no docstring."""
    lines = docstring.strip().splitlines()
    return lines[0].strip() if lines else name


def extract(file: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Any) -> Iterator[Message]:
    """Titles of the test functions in a file, and what stands in `_()` and its like: (line, function, text, comments)."""
    from babel.messages.extract import extract_python  # a tool of developers, not a dependency

    source = file.read()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            docstring = ast.get_docstring(node, clean=False)
            if docstring and docstring.strip():
                yield node.lineno, None, title(docstring, node.name), []
    file.seek(0)
    yield from extract_python(file, keywords, comment_tags, options)
