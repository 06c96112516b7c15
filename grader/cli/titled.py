"""A table below its title."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table


def print_table(console: Console, title: str, table: Table) -> None:
    """Print both; `title` is markup. As a table's own title rich would fill it with spaces to the table's width."""
    console.print(title, style="italic", soft_wrap=True)
    console.print(table)
