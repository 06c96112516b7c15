"""The command line: `grade`. Libraries raise; only this package prints and exits."""

from grader.cli.main import main

__all__ = ["main"]
