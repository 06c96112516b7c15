"""What went wrong in the course's own code, a test or a fixture or a comparison, and where: for the instructor."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.assignment import AssignmentFolder
from grader.errors import GraderError
from grader.judge.outcome import with_message


def why_not_collected(error: BaseException, folder: AssignmentFolder) -> str:
    """What is wrong with a test file, and in which line; of pytest's own report no one line has both."""
    if isinstance(error, pytest.Collector.CollectError) and error.__cause__ is not None:
        error = error.__cause__  # which pytest quotes
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        said, where = f"{type(error).__name__}: {error.msg}", f"{folder.name_of(Path(error.filename))}:{error.lineno}"
    elif isinstance(error, pytest.Collector.CollectError | pytest.fail.Exception):  # pytest's own, which names the place
        return " ".join(str(error).split())
    else:
        info = pytest.ExceptionInfo.from_exception(error)
        said, where = with_message(type(error).__name__, str(error)), _where(info, folder)
    return f"{said} ({where})"


def fault_words(when: str, info: pytest.ExceptionInfo[BaseException], folder: AssignmentFolder) -> str:
    """What went wrong in the course's own code, and where."""
    error = info.value
    said = str(error) if isinstance(error, GraderError) else with_message(type(error).__name__, str(error))
    where = _where(info, folder)
    return f"{when}: {said} ({where})" if where else f"{when}: {said}"


def _where(info: pytest.ExceptionInfo[BaseException], folder: AssignmentFolder) -> str:
    """The deepest line of the course's own files: a library, or the grader, only tripped over what that gave it. Nothing where
    there is none and the error is the grader's, whose words name the file."""
    places = [(Path(str(entry.path)), entry.lineno + 1) for entry in info.traceback]
    own = [(path, line) for path, line in places if folder.is_own(path)]
    if not own and isinstance(info.value, GraderError):
        return ""
    path, line = (own or places)[-1]
    return f"{folder.name_of(path)}:{line}"
