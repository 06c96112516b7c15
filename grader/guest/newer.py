"""What Python reads only since 3.12, written as earlier releases have it, each thing in its own lines.

Notebooks come from machines with a newer Python than the sandbox's. New in their syntax are strings within f-strings in the same
quotes, with backslashes or over several lines (PEP 701), type parameters and `type` statements (PEP 695).
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

_STRING = re.compile(r"(?<![\w\"'])([rRbBuUfF]{0,2})(\"\"\"|'''|\"|')")
_GENERIC = re.compile(r"^([ \t]*(?:async[ \t]+)?(?:def|class|type)[ \t]+\w+)[ \t]*\[", re.M)
_ALIAS = re.compile(r"^([ \t]*)type[ \t]+(\w+[ \t]*)=(?!=)", re.M)
_PARAMETER = re.compile(r"(?:^|,)\s*\*{0,2}(\w+)")
_NOTHING_IS_NEWER = sys.version_info >= (3, 12)  # to the Python that runs this
_DEEPEST = 3  # f-strings within one another: so many kinds of quotes there are


@dataclass
class Older:
    """A source as earlier releases read it; `generic`: the type parameters of a definition or a `type` statement, by its line."""

    source: str
    generic: dict[int, set[str]] = field(default_factory=dict)

    def strip(self, tree: ast.Module) -> None:
        """Leave only the words of annotations with type parameters, which stand for nothing there."""
        for node in ast.walk(tree):
            names = self.generic.get(getattr(node, "lineno", 0), set())
            if names and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for inner in ast.walk(node):
                    _keep_words(inner, names)
            elif names and isinstance(node, ast.Assign):
                _keep_words(node, names)


def as_older(source: str) -> Older | None:
    """The source with all such things rewritten, in as many lines; None where there are none, or this Python reads them."""
    if _NOTHING_IS_NEWER:
        return None
    generic: dict[int, set[str]] = {}
    texts, line = [], 1
    try:
        for kind, text in pieces(source):
            if kind == "code":
                texts.append(_ALIAS.sub(r"\1\2=", _without_type_parameters(text, line, generic)))
            else:
                texts.append(_rewritten(text) if kind == "f" else text)
            line += text.count("\n")
    except RecursionError:
        return None
    older = Older("".join(texts), generic)
    return older if older.source != source else None


def _keep_words(node: ast.AST, names: set[str]) -> None:
    for one in ("annotation", "returns", "value") if isinstance(node, ast.Assign) else ("annotation", "returns"):
        said = getattr(node, one, None)
        if said is not None and any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(said)):
            setattr(node, one, ast.copy_location(ast.Constant(ast.unparse(said)), said))


def _without_type_parameters(code: str, line: int, generic: dict[int, set[str]]) -> str:
    """Code that begins in `line` without the brackets behind a definition's name, where they stand in one line."""
    done, kept = 0, []
    for match in _GENERIC.finditer(code):
        end = _closing(code, match.end())
        inside = code[match.end() : end]
        if end < 0 or code[end + 1 : end + 2].strip() not in ("", "(", ":", "="):
            continue
        kept.append(code[done : match.end(1)])
        done = end + 1
        generic[line + code.count("\n", 0, match.start())] = set(_PARAMETER.findall(_flat(inside)))
    return "".join([*kept, code[done:]])


def _closing(code: str, start: int) -> int:
    """Where in its line the bracket that was opened before `start` is closed; -1 where it is not."""
    depth = 1
    for place, sign in enumerate(code[start : _end_of_line(code, start)], start):
        depth += (sign in "([{") - (sign in ")]}")
        if not depth:
            return place
    return -1


def _end_of_line(text: str, start: int) -> int:
    return end if (end := text.find("\n", start)) >= 0 else len(text)


def _flat(text: str) -> str:
    """Without what stands in brackets within."""
    while (bare := re.sub(r"\([^()]*\)|\[[^\[\]]*\]", "", text)) != text:
        text = bare
    return text


def pieces(source: str) -> Iterator[tuple[str, str]]:
    """Stretches of `code`, which have no strings or comments, `f` for f-strings, and `text` for all others."""
    begun = place = 0
    while place < len(source):
        string = _STRING.match(source, place) if source[place] in "rRbBuUfF\"'" else None
        if string is None and source[place] != "#":
            place += 1
            continue
        end = _end_of_string(source, string) if string is not None else _end_of_line(source, place)
        yield "code", source[begun:place]
        is_f = string is not None and "f" in string[1].lower()
        yield "f" if is_f else "text", source[place:end]
        begun = place = end
    yield "code", source[begun:]


def _end_of_string(source: str, begin: re.Match[str]) -> int:
    """The place behind a string; behind its line, or all, where it does not end."""
    prefix, quote = begin[1].lower(), begin[2]
    place = begin.end()
    while place < len(source):
        if source.startswith(quote, place):
            return place + len(quote)
        if source[place] == "\n" and len(quote) == 1:
            return place
        if source[place] == "\\" or ("f" in prefix and source.startswith(("{{", "}}"), place)):
            place += 2
        elif "f" in prefix and source[place] == "{":
            place = _end_of_field(source, place)
        else:
            place += 1
    return len(source)


def _end_of_field(source: str, start: int) -> int:
    """The place behind a replacement field that begins at `start`, with its format."""
    depth, in_format, place = 0, False, start
    while place < len(source):
        sign = source[place]
        string = None if in_format else _STRING.match(source, place)
        if string is not None:
            place = _end_of_string(source, string)
            continue
        if in_format and sign == "{":
            place = _end_of_field(source, place)
            continue
        depth += (sign in "([{") - (sign in ")]}")
        in_format = in_format or (sign == ":" and depth == 1)
        place += 1
        if depth <= 0:
            return place
    return place


def _rewritten(text: str) -> str:
    """An f-string that this Python reads; itself where it does already, or where none is found."""
    if _is_read(text):
        return text
    return next((one for one in (_in_quotes(text, kind, 1) for kind in ("\"'", "'\"")) if _is_read(one)), text)


def _is_read(text: str) -> bool:
    try:
        ast.parse(f"({text})")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _in_quotes(text: str, kinds: str, depth: int) -> str:
    """An f-string in three quotes of the first kind, those within it in the others, their strings without backslashes."""
    begin = _STRING.match(text)
    if begin is None or depth > _DEEPEST:
        return text
    quote, place, parts = begin[2], begin.end(), []
    while place < len(text) - len(quote):
        if text.startswith(("{{", "}}", "\\"), place):
            parts.append(text[place : place + 2])
            place += 2
        elif text[place] == "{":
            end = _end_of_field(text, place)
            parts.append(_plain_field(text[place:end], kinds, depth))
            place = end
        else:
            parts.append(text[place])
            place += 1
    if place != len(text) - len(quote) or not text.endswith(quote):
        return text  # it does not end
    return f"{begin[1]}{kinds[0] * 3}{''.join(parts)}{kinds[0] * 3}"


def _plain_field(text: str, kinds: str, depth: int) -> str:
    inner = []
    for kind, piece in pieces(text):
        if kind == "f" and not _is_read(piece):
            inner.append(_in_quotes(piece, kinds[::-1], depth + 1))
        elif kind == "text" and "\\" in piece and _is_read(piece):
            value = ast.literal_eval(piece)
            coded = (value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value).hex()
            inner.append(f"bytes.fromhex({kinds[1]}{coded}{kinds[1]}){'.decode()' if isinstance(value, str) else ''}")
        else:
            inner.append(piece)
    return "".join(inner)
