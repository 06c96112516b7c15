"""What stands around a template: an allow-list of files, an empty environment, and the choice of the strongest that works."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.course.assignment import open_assignment
from grader.errors import SandboxFault, WallError
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.choice import choose_wall
from grader.sandbox.template import Template, TemplatePlan, process_limits
from grader.sandbox.wall import INNER_ENVIRONMENT, Contents, NoWall, Wall, interpreter

WALLS = [pytest.param("none"), pytest.param("bubblewrap", marks=pytest.mark.wall)]


@pytest.fixture
def contents(tmp_path: Path) -> Contents:
    """A model's file under two hub names, and a folder of pictures."""
    (tmp_path / "weights.pth").write_bytes(b"weights")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "cat.jpg").write_bytes(b"cat")
    hub = {"net-1.pth": "net", "net-2.pth": "net"}
    return Contents({"net": tmp_path / "weights.pth"}, hub, tmp_path / "pictures")


def run_inside(wall: Wall, contents: Contents, scratch: Path, program: str) -> str:
    """What a program says inside."""
    command = wall.command([*interpreter(), "-c", program], contents, scratch)
    done = subprocess.run(command, env=wall.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """An empty folder."""
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


@pytest.mark.parametrize("kind", WALLS)
def test_the_inside_finds_its_files(kind: str, contents: Contents, scratch: Path) -> None:
    """Protects weights, hub and pictures: both kinds of wall say where the inside finds them, and it does."""
    wall = choose_wall(kind)
    inside = wall.prepare(contents, scratch)
    paths = [inside.weights["net"], f"{inside.hub}/checkpoints/net-1.pth", f"{inside.hub}/checkpoints/net-2.pth"]
    program = f"for path in {[*paths, f'{inside.pictures}/cat.jpg']}: print(open(path).read())"
    assert run_inside(wall, contents, scratch, program).split() == ["weights"] * 3 + ["cat"]


@pytest.mark.parametrize("kind", WALLS)
def test_nothing_of_the_callers_environment(
    kind: str, contents: Contents, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects tokens in the instructor's shell; and the settings that keep each worker to one thread."""
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    wall = choose_wall(kind)
    wall.prepare(contents, scratch)
    found = json.loads(run_inside(wall, contents, scratch, "import json, os; print(json.dumps(dict(os.environ)))"))
    assert "hunter2" not in found.values()
    assert INNER_ENVIRONMENT.items() <= found.items()
    allowed = {*INNER_ENVIRONMENT, "PATH", "HOME", "TMPDIR", "USER", "PYTHONPATH", "SYSTEMROOT", "PWD", "LC_CTYPE"}
    assert set(found) <= allowed


@pytest.mark.wall
def test_of_this_package_only_the_guest_is_inside(contents: Contents, scratch: Path) -> None:
    """Protects the judge's code from being there at all: what is not bound cannot be read, imported or patched."""
    program = "import pathlib, grader; print(sorted(p.name for p in pathlib.Path(grader.__file__).parent.iterdir()))"
    found = run_inside(choose_wall("auto"), contents, scratch, program)
    assert found.strip() == str(["__init__.py", "errors.py", "guest", "wire"])


@pytest.mark.wall
def test_the_inside_is_an_island(contents: Contents, scratch: Path, tmp_path: Path) -> None:
    """Protects this machine: another user, host name and process tree, no network, no home, nothing writable that lasts."""
    program = f"""
import json, os, socket
def tried(action):
    try:
        action()
    except OSError as error:
        return error.strerror
    return "possible"
print(json.dumps({{
    "uid": os.getuid(),
    "host": socket.gethostname(),
    "pid": os.getpid(),
    "interfaces": [name for _, name in socket.if_nameindex()],
    "file": os.path.exists({str(tmp_path / "weights.pth")!r}),
    "home": os.listdir("/home"),
    "usr": tried(lambda: open("/usr/bin/made", "w")),
    "etc": os.path.exists("/etc/passwd"),
}}))
"""
    found = json.loads(run_inside(choose_wall("auto"), contents, scratch, program))
    assert (found["uid"], found["host"], found["pid"]) == (1000, "sandbox", 1)
    assert found["interfaces"] in ([], ["lo"])
    assert (found["file"], found["home"], found["etc"]) == (False, ["student"], False)
    assert found["usr"] == "Read-only file system"


def test_a_hidden_folder_among_the_libraries_is_covered(contents: Contents, scratch: Path) -> None:
    """Protects a course that lies below a folder of system libraries, which the inside does see."""
    hidden = Path("/usr/share/doc")
    if not hidden.is_dir():
        pytest.skip("this machine has no /usr/share/doc")
    wall = Bubblewrap(Path("bwrap"), "test")
    command = wall.command(["true"], Contents(hidden=(hidden, scratch)), scratch)
    covered = [command[n + 1] for n, word in enumerate(command) if word == "--tmpfs"]
    assert str(hidden) in covered
    assert str(scratch) not in command, "what the inside cannot see needs no cover"


# -- which one ----------------------------------------------------------------------------------------------------------


def test_the_systems_bubblewrap_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects machines whose administrator installed one, perhaps the only one that is allowed."""
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = Bubblewrap.find()
    assert found == Bubblewrap(program, "system")
    assert found.problem() == ""


def test_the_wheels_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects machines without one, where `pip install` brought it."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    found = Bubblewrap.find()
    assert found is not None
    assert (found.origin, found.program.name) == ("wheel", "bwrap")


def test_none_must_be_said() -> None:
    """Protects others' work from running without a wall: only the word `none` gives none."""
    assert isinstance(choose_wall("none"), NoWall)
    assert not choose_wall("none").confines


@pytest.mark.parametrize("kind", ["auto", "bubblewrap"])
@pytest.mark.parametrize("found", [None, "broken"])
def test_no_wall_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, found: str | None) -> None:
    """Protects the words for a machine that cannot build one: the reason, and every remedy."""
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: Creating new namespace failed' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(Bubblewrap, "find", classmethod(lambda cls: None if found is None else Bubblewrap(program, "test")))
    with pytest.raises(WallError, match="was not found" if found is None else "Creating new namespace failed") as raised:
        choose_wall(kind)
    assert all(word in raised.value.remedy for word in ("sysctl", "seccomp=unconfined", "--sandbox none"))


def test_a_program_that_is_none(tmp_path: Path) -> None:
    """Protects the reason for a program that cannot be started."""
    assert "No such file" in Bubblewrap(tmp_path / "nothing", "test").problem()


# -- the template -------------------------------------------------------------------------------------------------------


def plan(tiny_course: Path, wall: Wall) -> TemplatePlan:
    """A template of the tiny assignment."""
    return TemplatePlan(wall, Contents(), open_assignment(tiny_course / "assignments" / "tiny").specification)


@pytest.mark.parametrize("kind", WALLS)
def test_a_session_loads_and_answers(kind: str, tiny_course: Path) -> None:
    """Protects the same conversation through every kind of wall."""
    made = plan(tiny_course, choose_wall(kind))
    with Template(made) as template, template.open(made.assignment.limits) as session:
        report = session.load({"tiny.py": b"def mean(values):\n    return sum(values) / len(values)\n"}, "tiny.py")
        assert report.names["mean"]["kind"] == "function"
        process = session.fork()
        assert process.call({"via": "name", "name": "mean"}, [[1, 2, 6]], {}, "list").value == 3.0
        process.close()
    assert not template.scratch.exists()


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


def test_a_template_that_does_not_start(tiny_course: Path, tmp_path: Path) -> None:
    """Protects the instructor's way to the reason: a fault with the last lines that were written inside."""

    class Broken(NoWall):
        """Runs something else."""

        def command(self, inner: list[str], contents: Contents, scratch: Path) -> list[str]:
            """A program that complains and ends."""
            return [sys.executable, "-c", "print('the reason'); raise SystemExit(1)"]

    with pytest.raises(SandboxFault, match=r"the sandbox's template failed: .*the reason"):
        Template(plan(tiny_course, Broken()))


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
