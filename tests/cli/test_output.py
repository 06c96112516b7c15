"""One standard output for all commands, wide enough for a table where nobody's terminal gives a width."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from rich.table import Table

from grader.cli import output
from grader.cli.markup import escape
from grader.cli.output import standard_error, standard_output

COMMANDS = Path(output.__file__).parent


def test_a_table_in_a_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects who pipes a table into a file or a pager from cells cut at 80 columns, and from sentences broken there."""
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes the pipe for a terminal then, of 80 columns
    table = Table("what")
    table.add_row("a" * 100)
    for console in (standard_output(), standard_error()):
        console.print("word " * 40)
    standard_output().print(table)
    said = capsys.readouterr()
    assert "a" * 100 in said.out
    assert "word " * 40 in said.out
    assert "word " * 40 in said.err


def test_no_words_become_pictures(capsys: pytest.CaptureFixture[str]) -> None:
    """Protects a line of code, and a student's name, from what rich takes for the name of a picture: `[:x:]` would be a cross."""
    table = Table("what")
    table.add_row("boxes[:x:2]")
    for console in (standard_output(), standard_error()):
        console.print("boxes[:x:2]", markup=False)
        console.print(escape("C:x: 100 of 100"))
    standard_output().print(table)
    said = capsys.readouterr()
    assert (said.out.count("boxes[:x:2]"), said.err.count("boxes[:x:2]")) == (2, 1)
    assert "C:x: 100 of 100" in said.out
    assert "C:x: 100 of 100" in said.err


def test_no_command_makes_its_own() -> None:
    """Protects the width, and the silence after a pipe that closes, from a command that asks rich itself."""
    imported = {
        path.stem: {alias.name for alias in node.names}
        for path in COMMANDS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "rich.console"
    }
    # `checking` breaks its paragraphs at the width that rich finds, and only names the type.
    assert {name for name, names in imported.items() if "Console" in names} == {"output", "checking"}
