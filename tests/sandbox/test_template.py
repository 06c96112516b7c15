"""The judge's side of a template: sessions through every kind of wall, and templates that fail."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from grader.course.assignment import open_assignment
from grader.errors import SandboxFault, SubmissionCrashed
from grader.sandbox.choice import choose_wall
from grader.sandbox.template import Template, TemplatePlan, process_limits
from grader.sandbox.wall import Contents, NoWall, Wall

WALLS = [
    pytest.param("none"),
    pytest.param("bubblewrap", marks=pytest.mark.wall("bubblewrap")),
    pytest.param("landlock", marks=pytest.mark.wall("landlock")),
]


def plan(tiny_course: Path, wall: Wall) -> TemplatePlan:
    """A template of the tiny assignment."""
    return TemplatePlan(wall, Contents(), open_assignment(tiny_course / "assignments" / "tiny").specification)


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [  # a bug of `trim`: it takes an argument that nobody gives it; another function in its place; the submission's own
        ("trim.__code__ = grader.guest.session.fault_of.__code__", SandboxFault),
        ("trim = divmod", SubmissionCrashed),
        ("trim = lambda: 1 / 0", SubmissionCrashed),
    ],
)
def test_a_failure_inside_is_whose_it_is(spoil: str, kind: type[Exception], tiny_course: Path) -> None:
    """Protects students from a bug of the grader in their own process; what a submission breaks there stays its own."""
    made = plan(tiny_course, choose_wall("none"))
    source = f"import grader.guest.session\ngrader.guest.session.heap.{spoil}\n"
    with Template(made) as template, template.open(made.assignment.limits) as session, pytest.raises(kind):
        session.load({"tiny.py": source.encode()}, "tiny.py")


@pytest.mark.parametrize("kind", WALLS)
def test_a_session_loads_and_answers(kind: str, tiny_course: Path) -> None:
    """Protects the same conversation through every kind of wall."""
    made = plan(tiny_course, choose_wall(kind))
    with Template(made) as template, template.open(made.assignment.limits) as session:
        report = session.load({"tiny.py": b"def mean(values):\n    return sum(values) / len(values)\n"}, "tiny.py")
        assert report.names["mean"].kind == "function"
        process = session.fork()
        assert process.call({"via": "name", "name": "mean"}, [[1, 2, 6]], {}, "list").value == 3.0
        process.close()
    assert not template.scratch.exists()


@pytest.mark.parametrize("kind", WALLS)
def test_a_python_named_from_beside_it(kind: str, tiny_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects `../.venv/bin/python -m grader`: Python keeps the `..`, and no submission sees the folder that was typed in."""
    up = [".."] * len(tmp_path.parts[1:])
    monkeypatch.setattr(sys, "executable", os.path.join(tmp_path, *up, *Path(sys.executable).parts[1:]))
    made = plan(tiny_course, choose_wall(kind))
    with Template(made) as template, template.open(made.assignment.limits) as session:
        assert "mean" in session.load({"tiny.py": b"def mean(values): return 1"}, "tiny.py").names


def test_whose_a_librarys_object_is(tiny_course: Path) -> None:
    """Protects a definition that a decorator turned into a library's object, and a name that the student gave to such a one."""
    made = plan(tiny_course, choose_wall("none"))
    source = """
from operator import itemgetter
from statistics import mean as mu, median
def kept(function): return itemgetter(0)
@kept
def mean(values): return sum(values) / len(values)
first = itemgetter(0)
"""
    with Template(made) as template, template.open(made.assignment.limits) as session:
        names = session.load({"tiny.py": source.encode()}, "tiny.py").names
    assert {name for name, entry in names.items() if entry.own} == {"kept", "mean"}
    assert {name for name, entry in names.items() if entry.chosen} == {"first", "mu"}


@pytest.mark.parametrize("kind", WALLS)
def test_sessions_share_nothing(kind: str, tiny_course: Path) -> None:
    """Protects students from each other: files, globals and modules of one are not there for the next."""
    made = plan(tiny_course, choose_wall(kind))
    leave = (
        b"import sys, math\nopen('left.txt', 'w').write('x')\nmath.left = 1\nsys.modules['left'] = math\ndef mean(v): return 1\n"
    )
    look = b"import sys, math, os\nFOUND = [os.path.exists('left.txt'), hasattr(math, 'left'), 'left' in sys.modules]\n"
    with Template(made) as template:
        with template.open(made.assignment.limits) as session:
            assert session.load({"tiny.py": leave}, "tiny.py").failures == ()
        with template.open(made.assignment.limits) as session:
            session.load({"tiny.py": look}, "tiny.py")
            process = session.fork()
            assert process.call({"via": "variable", "name": "FOUND"}, [], {}, "list").value == [False, False, False]
            process.close()


def test_one_session_at_a_time(tiny_course: Path) -> None:
    """Protects a session from the end of another, with which everything below the template ends."""
    made = plan(tiny_course, NoWall())
    with Template(made) as template:
        with template.open(made.assignment.limits) as session:
            with pytest.raises(SandboxFault, match="has a session already"):
                template.open(made.assignment.limits)
            session.load({"tiny.py": b""}, "tiny.py")
        with template.open(made.assignment.limits) as session:
            session.load({"tiny.py": b""}, "tiny.py")


def test_a_request_that_nobody_knows_is_a_fault(tiny_course: Path) -> None:
    """Protects the conversation from being taken for another: what a template is not asked is not the end of a session."""
    with Template(plan(tiny_course, NoWall())) as template, pytest.raises(SandboxFault, match="is not asked 'unheard of'"):
        template._ask({"op": "unheard of"}, 30.0)


def test_a_template_that_does_not_start(tiny_course: Path, tmp_path: Path) -> None:
    """Protects the instructor's way to the reason: a fault with the last lines that were written inside."""

    class Broken(NoWall):
        """Runs something else."""

        def command(self, inner: list[str], contents: Contents, scratch: Path) -> list[str]:
            """A program that complains and ends."""
            return [sys.executable, "-c", "print('the reason'); raise SystemExit(1)"]

    with pytest.raises(SandboxFault, match=r"the sandbox's template failed: .*the reason"):
        Template(plan(tiny_course, Broken())).get_ready()


def test_a_template_that_was_killed(tiny_course: Path) -> None:
    """Protects the next submission from a template that is gone: a fault of the grader, at once."""
    made = plan(tiny_course, choose_wall("none"))
    with Template(made) as template:
        template.process.kill()
        with pytest.raises(SandboxFault):
            template.open(made.assignment.limits)
        template.close()


def test_limits_in_the_kernels_units(tiny_course: Path) -> None:
    """Protects the specification's numbers: megabytes become bytes, seconds stay."""
    limits = open_assignment(tiny_course / "assignments" / "tiny").specification.limits
    assert process_limits(limits) == {
        "memory_bytes": 256 << 20,
        "disk_bytes": 16 << 20,
        "processes": 16,
        "cpu_seconds": 61,
    }


def test_no_descriptor_stays(tiny_course: Path) -> None:
    """Protects a class of a thousand from running out of descriptors."""
    made = plan(tiny_course, choose_wall("none"))
    before = len(os.listdir("/proc/self/fd"))
    with Template(made) as template:
        for _ in range(3):
            with template.open(made.assignment.limits) as session:
                session.load({"tiny.py": b"pass\n"}, "tiny.py")
                session.fork().close()
    assert len(os.listdir("/proc/self/fd")) == before
