"""A compiled gettext catalogue with only those messages that given files can say.

The format is GNU's (https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html): a header, two tables of lengths and
offsets, the strings; written here with the originals sorted and without the optional hash table, as `msgfmt --no-hash` does.
"""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterable

from grader.course.titles import title
from grader.errors import SpecificationError

_MAGIC = 0x950412DE
_HEADER = struct.Struct("<7I")
_PAIR = struct.Struct("<2I")


def reduced(catalogue: bytes, texts: set[str]) -> bytes:
    """The catalogue's header and its messages whose original is among `texts`. Raises `SpecificationError` for no catalogue."""
    try:
        messages = _read(catalogue)
    except (struct.error, ValueError, IndexError) as error:
        raise SpecificationError(f"a .mo file is damaged: {error}", remedy="compile it again: pybabel compile") from error
    return _write({key: value for key, value in messages.items() if not key or _original(key) in texts})


def texts_of(sources: Iterable[str | bytes]) -> set[str]:
    """Whatever these Python files may say: all of their strings, and the titles of their tests."""
    found = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (words := ast.get_docstring(node, clean=False)):
                found.add(title(words, node.name))
    return found


def _original(key: bytes) -> str:
    return key.split(b"\0")[0].split(b"\4")[-1].decode("utf-8")


def _read(raw: bytes) -> dict[bytes, bytes]:
    order = "<" if raw[:4] == struct.pack("<I", _MAGIC) else ">"
    magic, _version, count, originals, translations = struct.unpack_from(f"{order}5I", raw)
    if magic != _MAGIC:
        raise ValueError("it does not begin as one")

    def string(table: int, number: int) -> bytes:
        length, offset = struct.unpack_from(f"{order}2I", raw, table + 8 * number)
        return raw[offset : offset + length]

    return {string(originals, number): string(translations, number) for number in range(count)}


def _write(messages: dict[bytes, bytes]) -> bytes:
    items = sorted(messages.items())
    start = _HEADER.size + 2 * _PAIR.size * len(items)
    head = _HEADER.pack(
        _MAGIC, 0, len(items), _HEADER.size, _HEADER.size + _PAIR.size * len(items), 0, _HEADER.size + 2 * _PAIR.size * len(items)
    )
    tables, data = [b"", b""], b""
    for column in (0, 1):
        for item in items:
            tables[column] += _PAIR.pack(len(item[column]), start + len(data))
            data += item[column] + b"\0"
    return head + tables[0] + tables[1] + data
