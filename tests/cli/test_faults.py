"""Faults of the grader's own machine: whatever is killed, full or gone, nothing is lost, nobody gets a zero, nothing stays.

Each test breaks something while a class is graded, looks at what is kept and what still runs, mends it, and gives the same
command again: it goes on from there, and grades again only what it has to.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from grader.results import read_results
from grader.sandbox import cgroups
from grader.sandbox.bubblewrap import Bubblewrap

Grade = Callable[..., Any]
StartGrade = Callable[..., Any]
MakeClass = Callable[..., Path]
WALLS = [pytest.param(name, marks=pytest.mark.wall(name)) for name in ("bubblewrap", "landlock")]

# A test runs in the judge: at the first answer 666 this one says where it is, and waits between two calls until it is let go.
HOLDS = """
import os
from pathlib import Path

import pytest


@pytest.mark.part("mean")
def test_held_up(submission, check):
    answer = submission.mean([1.0])
    if answer == 666 and not Path({flag!r}).exists():
        Path({flag!r}).touch()
        Path({told!r}).write_text(str(os.getpid()))
        with open({go!r}, "rb") as stream:
            stream.read(1)
    check.mean([1.0])
"""
HELD = "\ndef mean(values):\n    return 666\n"  # earns 60 of 100 points: clamp and count_words are right
NAMES = ("ann", "bob", "carl", "dora", "held")


@dataclass
class Held:
    """A class in the middle of being graded: the judge of `held` waits in the process `judge` until `let_go`."""

    running: Any
    judge: int
    go: int  # a descriptor of the pipe on which the judge waits for one byte

    def template(self) -> psutil.Process:
        """The template of the judge that waits."""
        below = psutil.Process(self.judge).children(recursive=True)
        return next(one for one in below if any("guest.template" in word for word in one.cmdline()[:5]))

    def let_go(self) -> None:
        """Let the judge go on, whether it waits already or is about to."""
        os.write(self.go, b"x")


@pytest.fixture
def place(make_class: MakeClass, right: str) -> Path:
    """Four students who are right, and one whose first answer holds the judge up."""
    return make_class(**{name: right + (HELD if name == "held" else "") for name in NAMES})


@pytest.fixture
def hold(start_grade: StartGrade, place: Path, course_copy: Path, tmp_path: Path) -> Iterator[Callable[..., Held]]:
    """`hold(*options, env=...)`: start grading and come back when the judge of `held` waits."""
    told, go = tmp_path / "told", tmp_path / "go"
    for fifo in (told, go):
        os.mkfifo(fifo)
    # Both ends, kept open: a judge that opens its end late still finds the byte that was written before.
    both_ends = os.open(go, os.O_RDWR)

    def start(*options: Any, env: dict[str, str | None] | None = None) -> Held:
        test = course_copy / "assignments" / "tiny" / "tests" / "hidden" / "test_held_up.py"
        names = {"told": str(told), "go": str(go), "flag": str(tmp_path / "flag")}
        test.write_text(HOLDS.format(**names))
        running = start_grade(place, "-o", tmp_path / "out", *options, env=env)
        return Held(running, int(told.read_text()), both_ends)

    yield start
    os.close(both_ends)


def scores(out: Path) -> dict[str, float | None]:
    """Score by student, as the report has it."""
    return {one.student: one.score for one in read_results(out / "results.json").submissions}


def kept(out: Path) -> int:
    """How many results the journal keeps."""
    return len((out / ".journal" / "journal.jsonl").read_bytes().splitlines())


def mounts() -> set[str]:
    """Where something is mounted on this machine."""
    return {line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()}


def groups_of_the_dead() -> int:
    """Control groups whose grader runs no more, where any can be made."""
    return 0 if cgroups.available().startswith("none") else cgroups.remove_leftovers()


def wait_for_death(process: psutil.Process) -> None:
    """Until it runs no more, buried or not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        while process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.005)


EVERYBODY = {"ann": 100, "bob": 100, "carl": 100, "dora": 100, "held": 60}


# -- kill -9 --------------------------------------------------------------------------------------------------------------


@pytest.mark.wall
def test_a_judges_worker_is_killed(hold: Callable[..., Held], tmp_path: Path) -> None:
    """Protects the class from the kernel's out-of-memory killer: another worker grades what that one had in hand."""
    before = mounts()
    held = hold("-j", 2)
    os.kill(held.judge, signal.SIGKILL)
    finished = held.running.finish()
    assert (finished.status, finished.left_behind) == (0, []), finished.stderr
    assert scores(tmp_path / "out") == EVERYBODY
    assert mounts() == before


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("whose", ["template", "wall"])
def test_a_template_is_killed_between_calls(
    hold: Callable[..., Held], grade: Grade, place: Path, tmp_path: Path, wall: str, whose: str
) -> None:
    """Protects the submission in hand from a zero for a template that is gone, and the others from noticing it."""
    before = mounts()
    held = hold("-j", 1, "--sandbox", wall)
    template = held.template()
    killed = template if whose == "template" else template.parent()
    killed.kill()
    wait_for_death(killed)
    held.let_go()
    finished = held.running.finish()
    assert (finished.status, finished.left_behind) == (1, []), finished.stderr
    assert scores(tmp_path / "out") == {**EVERYBODY, "held": None}
    assert mounts() == before

    again = grade(place, "-o", tmp_path / "out", "-j", 1, "--sandbox", wall)
    assert (again.status, again.left_behind) == (0, []), again.stderr
    assert [line.split(":")[2].strip() for line in again.lines if line.startswith("tiny: ")] == ["held"]
    assert scores(tmp_path / "out") == EVERYBODY


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("source", ["while True:\n    pass\n", "def mean(values):\n    while True:\n        pass\n"])
def test_a_template_is_killed_in_the_middle_of_student_code(
    start_grade: StartGrade, make_class: MakeClass, course_copy: Path, right: str, tmp_path: Path, wall: str, source: str
) -> None:
    """Protects the same while the submission's own process dies with it, which must not look like a crash of its own."""
    specification = course_copy / "assignments" / "tiny" / "assignment.yaml"
    text = specification.read_text()
    for limit in ("load_seconds", "cell_seconds", "call_seconds", "total_seconds"):
        text = "\n".join(f"  {limit}: 300" if line.startswith(f"  {limit}:") else line for line in text.splitlines())
    specification.write_text(text)
    running = start_grade(make_class(ann=right, zoe=source), "-o", tmp_path / "out", "-j", 1, "--sandbox", wall)
    running.read_until("1 of 2: ann")
    grader = psutil.Process(int((running.report.parent / f"{running.report.name}.pid").read_text()))
    template = next(one for one in grader.children(recursive=True) if any("guest.template" in word for word in one.cmdline()[:5]))
    wanted = (3 if "def " in source else 2) - (wall == "landlock")  # outer half, session, call
    while len(below := template.children(recursive=True)) < wanted or below[-1].cpu_times().user < 0.3:
        time.sleep(0.01)
    template.kill()
    finished = running.finish()
    assert (finished.status, finished.left_behind) == (1, []), finished.stderr
    assert scores(tmp_path / "out") == {"ann": 100, "zoe": None}


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("jobs", [1, 2])
def test_the_whole_run_is_killed(
    hold: Callable[..., Held], grade: Grade, place: Path, tmp_path: Path, wall: str, jobs: int
) -> None:
    """Protects what is graded from a machine that ends the run: no process stays, and the same command does the rest."""
    before = mounts()
    held = hold("-j", jobs, "--sandbox", wall)
    held.running.kill()
    killed = held.running.finish()
    assert (killed.status, killed.left_behind) == (-signal.SIGKILL, [])
    assert mounts() == before
    done = kept(tmp_path / "out")
    assert 0 < done < len(NAMES)

    finished = grade(place, "-o", tmp_path / "out", "-j", jobs, "--sandbox", wall)
    assert (finished.status, finished.left_behind) == (0, []), finished.stderr
    assert len([line for line in finished.lines if line.startswith("tiny: ")]) == len(NAMES) - done
    assert scores(tmp_path / "out") == EVERYBODY
    assert groups_of_the_dead() == 0


# -- full disks -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """`small_disk(options)`: a folder on a file system of its own, made with these options of tmpfs."""
    made = []

    def make(options: str) -> Path:
        folder = tmp_path / f"disk{len(made)}"
        folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"mode=0777,{options}", "tmpfs", str(folder)], capture_output=True)
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.decode().strip()}")
        made.append(folder)
        return folder

    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    yield make
    for folder in made:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave no room in it; the file that takes it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as stream:
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while True:
                    stream.write(bytes(size))
    return filler


@pytest.mark.wall
@pytest.mark.parametrize("jobs", [1, 2])
def test_the_reports_disk_is_full(
    small_disk: Callable[[str], Path], grade: Grade, make_class: MakeClass, right: str, jobs: int
) -> None:
    """Protects what is graded already: words and a remedy, no traceback; with room, the same command grades the rest."""
    out = small_disk("size=2m") / "out"
    place = make_class(ann=right)
    assert grade(place, "-o", out, "-j", jobs, "-q").status == 0
    before = (out / "results.json").read_bytes()
    make_class(bob=right, carl=right)
    filler = fill(out.parent)
    finished = grade(place, "-o", out, "-j", jobs)
    assert (finished.status, finished.left_behind) == (1, [])
    assert f"could not be written: {os.strerror(errno.ENOSPC)}" in finished.stderr
    assert "the same command goes on from there" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert (out / "results.json").read_bytes() == before
    assert kept(out) == 1
    assert list(out.rglob("*.part")) == []

    filler.unlink()
    finished = grade(place, "-o", out, "-j", jobs)
    assert finished.status == 0, finished.stderr
    assert scores(out) == {"ann": 100, "bob": 100, "carl": 100}
    assert len([line for line in finished.lines if line.startswith("tiny: ")]) == 2


@pytest.mark.parametrize(
    ("wall", "options", "jobs"),
    [
        pytest.param("bubblewrap", "size=1m", 1, marks=pytest.mark.wall("bubblewrap")),
        pytest.param("bubblewrap", "nr_inodes=4", 2, marks=pytest.mark.wall("bubblewrap")),
        pytest.param("landlock", "size=1m", 2, marks=pytest.mark.wall("landlock")),
        pytest.param("landlock", "size=32m", 1, marks=pytest.mark.wall("landlock")),
    ],
)
def test_the_temporary_folders_disk_is_full(
    small_disk: Callable[[str], Path], grade: Grade, place: Path, tmp_path: Path, wall: str, jobs: int, options: str
) -> None:
    """Protects students where a sandbox's own files do not fit: whoever cannot be graded has no score; there is no traceback."""
    disk = small_disk(options)
    if options == "size=1m":
        fill(disk)
    arguments = [place, "-o", tmp_path / "out", "-j", jobs, "--sandbox", wall]
    finished = grade(*arguments, env={"TMPDIR": str(disk)})
    assert finished.left_behind == []
    assert "Traceback" not in finished.stderr
    found = scores(tmp_path / "out") if (tmp_path / "out" / "results.json").exists() else {}
    if finished.status:
        assert finished.status == 1
        assert set(found.values()) <= {None}
    assert [path.name for path in disk.iterdir() if path.name != "filler"] == []

    finished = grade(*arguments)
    assert (finished.status, finished.left_behind) == (0, []), finished.stderr
    assert scores(tmp_path / "out") == {**EVERYBODY, "held": 60}


# -- a template that will not start ---------------------------------------------------------------------------------------


@pytest.fixture
def unsteady(tmp_path: Path) -> dict[str, str | None]:
    """An environment with a bubblewrap that works, until there is a file `broken`: from then on it starts no template."""
    real = Bubblewrap.find()
    assert real is not None
    program = tmp_path / "programs" / "bwrap"
    program.parent.mkdir()
    refuse = f'case "$*" in *guest.template*) if [ -e {tmp_path}/broken ]; then echo "the reason" >&2; exit 1; fi;; esac'
    program.write_text(f'#!/bin/sh\n{refuse}\nexec {real.program} "$@"\n')
    program.chmod(0o755)
    return {"PATH": f"{program.parent}:{os.environ['PATH']}"}


@pytest.mark.wall("bubblewrap")
@pytest.mark.parametrize("jobs", [1, 2])
def test_no_template_starts(grade: Grade, place: Path, tmp_path: Path, unsteady: dict[str, str | None], jobs: int) -> None:
    """Protects the class where the wall passes its trial and then breaks: the reason, status 1, and no result for anybody."""
    (tmp_path / "broken").touch()
    arguments = [place, "-o", tmp_path / "out", "-j", jobs, "--sandbox", "bubblewrap"]
    finished = grade(*arguments, env=unsteady)
    assert (finished.status, finished.left_behind) == (1, []), finished.stderr
    assert "the reason" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert kept(tmp_path / "out") == 0

    (tmp_path / "broken").unlink()
    assert grade(*arguments, env=unsteady).status == 0
    assert scores(tmp_path / "out") == EVERYBODY


@pytest.mark.wall("bubblewrap")
def test_a_template_does_not_start_again(
    hold: Callable[..., Held], grade: Grade, make_class: MakeClass, right: str, tmp_path: Path, unsteady: dict[str, str | None]
) -> None:
    """Protects those who come after one that was lost: none has a score, each is told why, and the next run grades them."""
    place = make_class(zoe=right)
    held = hold("-j", 1, "--sandbox", "bubblewrap", env=unsteady)
    template = held.template()
    (tmp_path / "broken").touch()
    template.kill()
    wait_for_death(template)
    held.let_go()
    finished = held.running.finish()
    assert (finished.status, finished.left_behind) == (1, []), finished.stderr
    assert scores(tmp_path / "out") == {**EVERYBODY, "held": None, "zoe": None}

    (tmp_path / "broken").unlink()
    again = grade(place, "-o", tmp_path / "out", "-j", 1, "--sandbox", "bubblewrap", env=unsteady)
    assert again.status == 0, again.stderr
    assert scores(tmp_path / "out") == {**EVERYBODY, "zoe": 100}


# -- a reader that goes away ----------------------------------------------------------------------------------------------


@pytest.mark.wall
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_broken_pipe(start_grade: StartGrade, place: Path, tmp_path: Path, jobs: int) -> None:
    """Protects the report of `grade ... | head -1`: it is written all the same, and the status is that of the work."""
    ours, theirs = os.pipe()
    running = start_grade(place, "-o", tmp_path / "out", "-j", jobs, stdout=theirs)
    os.close(theirs)
    os.read(ours, 1)
    os.close(ours)
    finished = running.finish()
    assert (finished.status, finished.stderr, finished.left_behind) == (0, "", [])
    assert scores(tmp_path / "out") == EVERYBODY
    assert (tmp_path / "out" / "index.html").is_file()
