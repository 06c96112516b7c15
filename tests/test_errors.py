"""Errors keep their words and their remedy on the way between processes, and their tree is the one that is drawn."""

from __future__ import annotations

import pickle

import pytest

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
