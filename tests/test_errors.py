"""Errors keep their words and their remedy on the way between processes, and their tree is the one that is drawn."""

from __future__ import annotations

import ast
import builtins
import pickle
import re
from pathlib import Path

import pytest

import grader
from grader import errors
from grader.errors import GraderError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, GraderError)]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_travels_whole(kind: type[GraderError]) -> None:
    """Protects the words of an error in a worker: type, message and remedy arrive in the parent."""
    copy = pickle.loads(pickle.dumps(kind("what happened", remedy="what to do")))
    assert (type(copy), str(copy), copy.remedy) == (kind, "what happened", "what to do")


def test_a_remedy_may_be_missing() -> None:
    """Protects the plain case."""
    assert GraderError("what happened").remedy == ""


def test_the_tree_is_as_drawn() -> None:
    """Protects the module's docstring from errors that it does not show, or shows in another place."""
    depths = {}
    for line in (errors.__doc__ or "").splitlines():
        for kind in KINDS:
            if kind.__name__ in line.replace("─", " ").split():
                depths[kind] = line.index(kind.__name__) // 4
    assert set(depths) == set(KINDS)
    base = depths[GraderError]
    assert {kind: depth - base for kind, depth in depths.items()} == {kind: kind.__mro__.index(GraderError) for kind in KINDS}


def test_exit_statuses_follow_the_tree() -> None:
    """Protects exit status 2 for a wrong specification, and students from a fault of the sandbox being taken for theirs."""
    assert issubclass(errors.SpecificationError, errors.UsageError)
    assert not issubclass(errors.SandboxFault, errors.SubmissionStopped)
    assert not issubclass(errors.WireError, errors.SandboxError)


def test_every_other_exception_is_told_of() -> None:
    """Protects the module's docstring from exceptions of a package that it does not name."""
    known = {kind.__name__ for kind in KINDS} | {name for name, kind in vars(builtins).items() if is_exception(kind)}
    trees = {path: ast.parse(path.read_text("utf-8")) for path in Path(grader.__file__).parent.rglob("*.py")}
    classes = [(path, node) for path, tree in trees.items() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    raised = {(path.stem, node.name) for path, node in classes if known & {ast.unparse(base) for base in node.bases}}
    others = {(module, name) for module, name in raised if module != "errors"}
    told = set(re.findall(r"\w+", errors.__doc__ or ""))
    assert ("channel", "Closed") in others
    assert {name for module, name in others if name not in told and module != "outcome"} == set()


def is_exception(value: object) -> bool:
    """Whether it is a kind of exception."""
    return isinstance(value, type) and issubclass(value, BaseException)
