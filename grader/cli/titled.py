"""A table below its title."""

from __future__ import annotations

from rich.table import Table

from grader.cli.output import Output


def print_table(console: Output, title: str, table: Table) -> None:
    """Print both; `title` is markup. As a table's own title rich would fill it with spaces to the table's width."""
    console.print(title, style="italic", soft_wrap=True)
    console.print(table)
