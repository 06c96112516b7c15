"""Whether the function of one part uses that of another, which fails: then that one is to be mended first.

Read off the lines of the file that was handed in: the calls in each function's body, and in the bodies of what is called there. A
text may be anything, so it is neither run nor parsed; what is found decides about no points.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from grader.course.specification import Assignment
from grader.judge.source import Source
from grader.judge.text import AnyText, gettext
from grader.results import TestResult, TestStatus

_NO_FAILURES = (TestStatus.PASSED, TestStatus.NOT_FOUND, TestStatus.GRADER_ERROR)
_DEFINES = re.compile(r"[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+([^\W\d]\w*)")
# Each takes a time that grows with a line, not with its square: a line may have as many letters as a file may have bytes.
_SIGNATURE = re.compile(r".*\)\s*(?:->[^:)]*)?:")
_CALLS = re.compile(r"(?<![\w.])(?:(\w+)\.)?([^\W\d]\w*)[ \t]*\(")
_QUOTES = re.compile(r'"""|' + "'''")


def reliance_words(
    assignment: Assignment, source: Source, answered: Mapping[str, str], tests: Sequence[TestResult]
) -> list[AnyText]:
    """For each failing part what it is told of a failing one that it uses. `answered`: by part the name of what answered."""
    failing = {test.part for test in tests if test.status not in _NO_FAILURES}
    parts = [part for part in assignment.parts if part.id in failing and answered.get(part.id)]
    names = {part.id: answered[part.id].rpartition(".")[2] for part in parts}
    called = calls(source.pieces(), names.values()) if len(parts) > 1 else {}
    return [
        gettext(
            "{name} uses your {other}, whose tests fail: mend {other} first. What is said about {name} may only follow from "
            "that.",
            name=part.names[0],
            other=other.names[0],
        )
        for part in parts
        for other in parts
        if names[part.id] != names[other.id] and names[other.id] in _reached(names[part.id], called)
    ]


def calls(pieces: Sequence[Sequence[str]], asked: Iterable[str] = ()) -> dict[str, set[str]]:
    """By each function and class the names that are called in its body, as far as its lines tell; none in long strings.

    Only `asked` ones, and what the lines define: of others a line may hold millions, for each function around it.
    """
    found: dict[str, set[str]] = {}
    definitions = [(defined[1], line[0] in " \t") for lines in pieces for line in lines if (defined := _DEFINES.match(line))]
    own = {name for name, _ in definitions}
    methods = {name for name, indented in definitions if indented}
    counted = own | set(asked)
    for lines in pieces:
        inside: list[tuple[int, str]] = []  # the indentation and the name of what a line stands in
        quoted = False
        for line in lines:
            marks = len(_QUOTES.findall(line))
            text, was_quoted = line.partition("#")[0], quoted
            quoted = quoted != bool(marks % 2)
            if was_quoted or marks or not text.strip():
                continue
            indentation = len(text) - len(text.lstrip())
            while inside and indentation <= inside[-1][0]:
                inside.pop()
            defined = _DEFINES.match(text)
            names = _called(text[defined.end() :] if defined else text, counted, own, methods)
            for _, name in inside:
                found[name] |= names
            if defined:
                inside.append((indentation, defined[1]))
                signature = _SIGNATURE.match(text)
                body = text[signature.end() :] if signature else ""
                found[defined[1]] = _called(body, counted, own, methods)  # of several definitions the last counts
    return found


def _called(text: str, counted: set[str], own: set[str], methods: set[str]) -> set[str]:
    """The names called in a text. Behind a dot only methods of the file, of `self` or of its classes: `torch.softmax(x)` and
    `x.softmax()` are the library's, `self.softmax(x)` may be a layer."""
    return {
        name
        for of, name in _CALLS.findall(text)
        if name in counted and (not of or (name in methods and (of in ("self", "cls") or of in own)))
    }


def _reached(name: str, called: Mapping[str, set[str]]) -> set[str]:
    """What a function calls, and what that calls."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        more = called.get(waiting.pop(), set()) - found
        found |= more
        waiting += more
    return found
