"""A command line that nobody gave: `argparse` answers with default values where it would end the program."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from grader.guest.notes import Notes

_WRONG = 2  # the exit status of a command line that cannot be read; asking for help has another


def install(notes: Notes) -> None:
    """Adapt both ways to parse a command line; required arguments without a default value become None."""

    def adapted(parse: Callable[..., Any], answer: Callable[[argparse.Namespace], Any]) -> Callable[..., Any]:
        def call(self: argparse.ArgumentParser, args: Any = None, namespace: Any = None) -> Any:
            try:
                return parse(self, args, namespace)
            except SystemExit as left:
                if left.code != _WRONG:
                    raise
            notes.add("arguments_answered")
            return answer(_fill(self, argparse.Namespace() if namespace is None else namespace))

        return call

    kind: Any = argparse.ArgumentParser
    kind.parse_args = adapted(kind.parse_args, lambda filled: filled)
    kind.parse_known_args = adapted(kind.parse_known_args, lambda filled: (filled, []))


def _fill(parser: argparse.ArgumentParser, namespace: Any) -> Any:
    for action in parser._actions:
        if argparse.SUPPRESS not in (action.dest, action.default) and not hasattr(namespace, action.dest):
            given = action.default
            # As argparse itself does: a text is converted like one from the command line.
            setattr(namespace, action.dest, parser._get_value(action, given) if isinstance(given, str) else given)
    for name, value in parser._defaults.items():
        if not hasattr(namespace, name):
            setattr(namespace, name, value)
    return namespace
