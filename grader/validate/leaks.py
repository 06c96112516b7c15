"""Does anything hidden stand in what students are given? `grade validate` asks, and `grade release` before a bundle leaves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from grader.course.assignment import AssignmentFolder
from grader.course.code import files_of

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_FEWEST_NODES = 5  # of a body that says something: `return None` and `return self.size` stand in anybody's code


def leaks(folder: AssignmentFolder, files: dict[str, bytes]) -> list[str]:
    """What of hidden tests and of the reference stands in `files` (contents by name), in words.

    Looked for: names (but those that a public test has too) and titles of hidden tests in any file, as whole words; bodies of
    hidden tests and of the reference's functions in Python files; the files themselves.
    """
    found = []
    texts = {name: raw.decode("utf-8", "replace") for name, raw in files.items()}
    names = {name: set(re.findall(r"\w+", text)) for name, text in texts.items()}
    public = {name for name, _, _ in _functions(sorted(folder.tests("public").rglob("*.py")))}
    hidden = sorted(folder.tests("hidden").rglob("*.py"))
    for name, words, _ in _functions(hidden):
        if name.startswith("test_") and name not in public:
            found += [f"the name of the hidden test {name} stands in {file}" for file in files if name in names[file]]
        if name.startswith("test_") and len(words) > 10:
            title = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
            found += [
                f"the title of the hidden test {name} stands in {file}" for file, text in texts.items() if title.search(text)
            ]
    reference = [path for path in folder.reference_files if path.suffix == ".py"]  # data beside it may be the starter's as well
    secret = {body: name for name, _, body in _functions([*hidden, *reference]) if body}
    for file, raw in files.items():
        if file.endswith(".py"):
            found += [f"what {secret[body]} does stands in {file}" for _, _, body in _parsed(raw) if body in secret]
    secrets = (*hidden, *reference, *files_of(folder.misconceptions))
    whole = {path.read_bytes(): path.name for path in secrets if path.is_file()}
    found += [f"{whole[raw]} is {file}" for file, raw in files.items() if raw.strip() and raw in whole]
    return found


def _functions(paths: list[Path]) -> Iterator[tuple[str, str, str]]:
    for path in paths:
        if path.is_file():
            yield from _parsed(path.read_bytes())


def _parsed(raw: bytes) -> Iterator[tuple[str, str, str]]:
    """(name, first line of the docstring, body without it) of every function; a body that could be anybody's is empty.

    Of bytes, so that a file in another encoding is read as Python reads it.
    """
    try:
        tree = ast.parse(raw)
    except (SyntaxError, ValueError):  # a NUL is either, by Python's version
        return
    for node in ast.walk(tree):
        if isinstance(node, _FUNCTIONS):
            words = ast.get_docstring(node) or ""
            body = ast.Module(node.body[1:] if words else node.body, [])
            yield node.name, words.partition("\n")[0].strip(), ast.unparse(body) if _says_something(body) else ""


def _says_something(body: ast.Module) -> bool:
    """Whether a body is more than a stub or a word or two."""
    statements = [one for one in body.body if not isinstance(one, ast.Expr | ast.Pass)]
    if len(statements) == 1 and isinstance(statements[0], ast.Raise):
        return False
    counted = [node for node in ast.walk(body) if isinstance(node, ast.stmt | ast.expr)]
    return len(counted) >= _FEWEST_NODES
