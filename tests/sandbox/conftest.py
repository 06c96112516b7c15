"""Looking at a wall from inside: code of ours as a submission, and what it found."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.course.assignment import open_assignment
from grader.course.specification import Assignment, Limits
from grader.sandbox.choice import WALLS, choose_wall
from grader.sandbox.exchange import Failure, LoadReport
from grader.sandbox.session import Session
from grader.sandbox.template import Template, TemplatePlan
from grader.sandbox.wall import Contents, Wall

# Marks the answer of every attempt that succeeded; errors become their names.
HELPERS = """
import errno, os, socket, sys, time

def tried(action):
    try:
        found = action()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))
    except BaseException as error:
        return type(error).__name__
    return ["done", found if isinstance(found, (int, str, list, type(None))) else str(found)]
"""


NOTHING_DONE = {"ENOENT", "EACCES", "EPERM", "EROFS", "ENOSYS", "ESRCH", "EXDEV", "EAFNOSUPPORT", "ENETUNREACH", "ECONNREFUSED"}


def nothing_done(answers: dict[str, object]) -> dict[str, object]:
    """The attempts that did anything."""
    return {name: answer for name, answer in answers.items() if answer not in NOTHING_DONE}


class Place:
    """A template behind a wall, and a submission in it whose functions can be called."""

    def __init__(self, template: Template, limits: Limits) -> None:
        self.template = template
        self.limits = limits

    @contextlib.contextmanager
    def session(self, code: str, helpers: str = HELPERS) -> Iterator[tuple[Session, LoadReport]]:
        """A submission of that source, loaded."""
        source = helpers + textwrap.dedent(code)
        with self.template.open(self.limits) as session:
            yield session, session.load({"tiny.py": source.encode()}, "tiny.py")

    def look(self, code: str, *arguments: Any) -> Any:
        """What `probe(*arguments)` of that source answers; its failure if it raised."""
        with self.session(code) as (session, report):
            assert report.failures == (), report.failures
            return call(session, *arguments)


def call(session: Session, *arguments: Any, name: str = "probe") -> Any:
    """One call in a process of its own."""
    process = session.fork()
    try:
        answer = process.call({"via": "name", "name": name}, list(arguments), {}, "list")
    finally:
        process.close()
    return answer.failure if isinstance(answer.failure, Failure) else answer.value


@pytest.fixture
def contents(tmp_path: Path) -> Contents:
    """A model's file under two hub names, a folder of pictures, and a file of networks."""
    (tmp_path / "weights.pth").write_bytes(b"weights")
    (tmp_path / "networks.py").write_bytes(b"# networks")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "cat.jpg").write_bytes(b"cat")
    hub = {"net-1.pth": "net", "net-2.pth": "net"}
    return Contents({"net": tmp_path / "weights.pth"}, hub, tmp_path / "pictures", (), tmp_path / "networks.py")


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.wall(name)) for name in WALLS])
def wall(request: pytest.FixtureRequest) -> Wall:
    """Each kind of wall that this machine can build."""
    return choose_wall(str(request.param))


@pytest.fixture
def make_place(wall: Wall, tiny_course: Path) -> Iterator[Callable[..., Place]]:
    """`make_place(contents, **limits)`: a template behind the wall, with these limits for its sessions."""
    tiny = open_assignment(tiny_course / "assignments" / "tiny").specification
    with contextlib.ExitStack() as stack:

        def make(contents: Contents | None = None, **limits: int) -> Place:
            assignment: Assignment = tiny.model_copy(update={"limits": tiny.limits.model_copy(update=limits)})
            template = stack.enter_context(Template(TemplatePlan(wall, contents or Contents(), assignment)))
            template.get_ready()  # so that what runs below it is all there for a test to see
            return Place(template, assignment.limits)

        yield make


@pytest.fixture
def place(make_place: Callable[..., Place]) -> Place:
    """A template with the tiny assignment's own limits."""
    return make_place()


@pytest.fixture
def outside() -> Iterator[Path]:
    """A folder that everybody may read and write, were it not for the wall: in a place that no wall shows."""
    with tempfile.TemporaryDirectory(prefix="grader-outside-") as name:
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "hidden_test.py").write_text("expected = 42")
        (folder / "hidden_test.py").chmod(0o666)
        yield folder


@pytest.fixture
def victim() -> Iterator[subprocess.Popen[bytes]]:
    """Another process of this user, with a secret in its environment."""
    process = subprocess.Popen(["/bin/sleep", "600"], env={"SECRET_TOKEN": "hunter2"})
    yield process
    process.kill()
    process.wait()
